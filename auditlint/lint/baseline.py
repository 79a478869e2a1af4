"""Which findings a baseline holds: by file, rule and what is written there, never by line."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from auditlint.english import listing
from auditlint.finding import Notice, Suppressed
from auditlint.records import NamedTuple
from auditlint.settings.baselines import Baseline, Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from auditlint.finding import Finding

Key = tuple[str, str]
"""The name of a rule, and a digest of what is written."""
Lines = tuple[str, ...]
BY = "baseline"
_INDEX = re.compile(r"(?<=/)\d+")
_OF_RULE = re.compile(r"/rules/\d+$")
_COMMENT = re.compile(r"(^|\s)#.*")
_DIGITS = 16
_SHOWN = 60
"""Characters of what is written that an entry shows."""
_ENOUGH = 2
"""A file is another one under a new name if at least one in so many of its entries is found there."""


def key(finding: Finding, lines: Lines) -> Key:
    """Return what tells a finding from others, wherever its lines move."""
    pointer = _INDEX.sub("*", finding.pointer)
    parts = (pointer, *finding.about, *(" ".join(line.split()) for line in _written(finding, lines)))
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return finding.rule, digest[:_DIGITS]


def _written(finding: Finding, lines: Lines) -> list[str]:
    """Return what a finding is about as it is written: what it marks, and of a rule of a policy all of that."""
    first, column, last, end = finding.span
    found = list(lines[first - 1 : last])
    if not found:
        return []
    if last <= len(lines):
        found[-1] = found[-1][: end - 1]
    found[0] = found[0][column - 1 :]
    if _OF_RULE.search(finding.pointer):
        found = [lines[first - 1][column - 1 :], *_below(lines, first, column)]
    return [without for line in found if (without := _COMMENT.sub("", line).strip())]


def _below(lines: Lines, line: int, column: int) -> Iterator[str]:
    """Yield the lines behind one that are indented as far as a column, or further."""
    for text in lines[line:]:
        if text.strip() and len(text) - len(text.lstrip()) < column - 1:
            return
        yield text


def entries(baseline: Baseline, findings: Iterable[Finding], lines: Mapping[str, Lines]) -> list[Entry]:
    """Return findings as entries."""
    counted: Counter[tuple[str, Key]] = Counter()
    shown: dict[tuple[str, Key], str] = {}
    for finding in findings:
        own = lines.get(finding.path, ())
        known = baseline.name_of(finding.path), key(finding, own)
        counted[known] += 1
        shown.setdefault(known, next(iter(_written(finding, own)), "")[:_SHOWN])
    return [Entry(path, *known, count, shown[path, known]) for (path, known), count in counted.items()]


class Found(NamedTuple):
    """The findings of one file, before anything hides them, and its lines."""

    path: str
    findings: tuple[Finding, ...]
    lines: Lines


class Known:
    """What a baseline holds of the files of a run."""

    def __init__(self, baseline: Baseline, files: Sequence[Found]) -> None:
        self.baseline = baseline
        self._entries: dict[str, list[Entry]] = {}
        for entry in baseline.entries:
            self._entries.setdefault(entry.path, []).append(entry)
        self.renamed: dict[str, str] = {}
        """The names that entries have for files that have other names now, by those."""
        self.renamed = self._renamed(files)

    @cached_property
    def _lines(self) -> dict[tuple[str, str, str], int]:
        return self.baseline.lines()

    def of_file(self, path: str) -> Counter[Key]:
        """Return how many findings of each kind are known in a file."""
        name = self.renamed.get(path, self.baseline.name_of(path))
        return Counter({(one.rule, one.content): one.number for one in self._entries.get(name, ())})

    def _renamed(self, files: Sequence[Found]) -> dict[str, str]:
        """Return the files whose entries stand under a name that no file has any longer.

        It is the same file where at least half of what is known of it is found again.
        """
        names = {self.baseline.name_of(file.path) for file in files}
        gone = [name for name in self._entries if name not in names and self._is_gone(name)]
        new = [file for file in files if file.findings and self.baseline.name_of(file.path) not in self._entries]
        if not gone or not new:
            return {}
        held = {file.path: Counter(key(one, file.lines) for one in file.findings) for file in new}
        alike: list[tuple[int, bool, str, str]] = []
        for name in gone:
            known = self.of_file(self.baseline.path_of(name))
            for path, found in held.items():
                same = (known & found).total()
                if same * _ENOUGH >= known.total():
                    alike.append((-same, os.path.basename(path) != os.path.basename(name), path, name))
        renamed: dict[str, str] = {}
        for _, _, path, name in sorted(alike):
            if path not in renamed and name not in renamed.values():
                renamed[path] = name
        return renamed

    def _is_gone(self, name: str) -> bool:
        return not os.path.lexists(self.baseline.path_of(name))

    def notices(
        self, left: Mapping[str, Mapping[Key, int]], looked_at: Iterable[str], judges: Callable[[str, str], bool]
    ) -> Iterator[Notice]:
        """Yield what there is to say of entries: files with new names, and of each file what is no longer found.

        `left` holds by file how many known findings were not there, `looked_at` all files that were read, and
        `judges` tells of a file whether a rule could find something in it.
        """
        again = f"write it again with --write-baseline {self.baseline.path}"
        for new, name in self.renamed.items():
            yield Notice(new, f"has the findings that {self.baseline.path} knows in {name}, which is gone: {again}")
        read = {self.baseline.name_of(path): path for path in looked_at}
        read.update({name: new for new, name in self.renamed.items()})
        for name, known in self._entries.items():
            path = read.get(name, "")
            if path or self._is_gone(name):
                gone = {one: _gone(one, left.get(path)) for one in known if not path or judges(path, one.rule)}
                yield from self._stale(name, {one: number for one, number in gone.items() if number}, again)

    def _stale(self, name: str, gone: Mapping[Entry, int], again: str) -> Iterator[Notice]:
        """Yield one notice for the entries of a file that are no longer found, with how many of each rule."""
        numbers: Counter[str] = Counter()
        for entry, number in gone.items():
            numbers[entry.rule] += number
        if numbers:
            rules = listing([f"{number} {rule}" for rule, number in sorted(numbers.items())])
            line = self._lines.get(next(iter(gone))[:3], 1)
            yield Notice(self.baseline.path, f"no longer found in {name}: {rules}: {again}", line)


def _gone(entry: Entry, left: Mapping[Key, int] | None) -> int:
    """Return how many findings of an entry were not there; `left` is None where nothing was found at all."""
    return entry.number if left is None else left.get((entry.rule, entry.content), 0)


def hide(
    findings: Iterable[Finding], known: Counter[Key], lines: Lines
) -> tuple[list[Finding], list[Finding], Counter[Key]]:
    """Return the findings that are not known, those that are, and how many known ones were not there."""
    left = Counter(known)
    told: list[Finding] = []
    hidden: list[Finding] = []
    for finding in findings:
        own = key(finding, lines)
        if finding.suppressed is None and left[own] > 0:
            left[own] -= 1
            hidden.append(finding)
        else:
            told.append(finding)
    return told, hidden, +left


def marked(finding: Finding) -> Finding:
    """Return a finding that the baseline hides."""
    return finding._replace(suppressed=Suppressed(BY, ""))
