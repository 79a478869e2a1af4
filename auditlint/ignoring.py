"""Which ignore comments cover the findings of a run; they are written, what comes of them is checked again, and proved.

A comment only adds to a text. It is kept where the findings that it is for are hidden, nothing else is found because of
it, and everything is read as before.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING

from auditlint.carriers import recognise
from auditlint.finding import Notice
from auditlint.rewriting import Known, Rewriting, known
from auditlint.rule import REGISTRY
from auditlint.subjects.model import ApiServer, PolicySubject
from auditlint.text import encoding, reader
from auditlint.text.cut import Cut, made
from auditlint.text.places import NodePlaces, on_disk
from auditlint.text.whole import Whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from auditlint.finding import Finding
    from auditlint.lint import Source, Workspace
    from auditlint.report.model import Report
    from auditlint.rewriting import Fixed
    from auditlint.settings import Settings
    from auditlint.subjects.model import Subject
    from auditlint.text.piece import Text

    _Form = Callable[[Text, int, Sequence[str], str], Cut]

_ROUNDS = 20
"""How often comments are written and the files checked again: what was folded into a hidden finding comes up."""
_NAMED = re.compile(r"#+\s*auditlint\s*:\s*ignore\s*\[[^\]\r\n]*", re.IGNORECASE)
_NAMED_FOR_FILE = re.compile(r"#+\s*auditlint\s*:\s*ignore-file\s*\[[^\]\r\n]*", re.IGNORECASE)
_END = re.compile(r"\r\n?|\n|\Z")
_HEAD = re.compile(r"#[^\r\n]*(?:\r\n?|\n|\Z)")
"""A first line that must stay the first: `#!/bin/sh`, `#cloud-config`."""
_ABOUT_COMMENTS = frozenset({"unused-ignore", "unknown-ignore", "malformed-ignore"})
_WITHOUT_COMMENTS = (".json", ".md", ".markdown")
NOWHERE = "no ignore comment can stand here"


def ignore(
    sources: Iterable[Source],
    settings: Settings,
    reason: str,
    *,
    as_kind: str | None = None,
    workspace: Workspace,
    progress: Callable[[int], None] | None = None,
    debug: bool = False,
) -> Fixed:
    """Return what the sources are with comments that hide all findings that are shown; nothing is written.

    `reason` is one line, which each comment ends with. The other arguments are as for `lint.check`.
    """
    run = Rewriting(sources, settings, as_kind=as_kind, workspace=workspace, progress=progress, debug=debug)
    return _Ignoring(run, reason).outcome()


class _Ignoring:
    """One run, and the findings that no comment can hide."""

    def __init__(self, run: Rewriting, reason: str) -> None:
        self._run, self._reason = run, reason
        self._left: dict[Known, Notice] = {}

    def outcome(self) -> Fixed:
        """Write comments until nothing is left to hide."""
        for _ in range(_ROUNDS):
            waiting: dict[str, list[Finding]] = {}
            for finding in self._run.report.shown:
                if _known(finding) not in self._left:
                    waiting.setdefault(finding.path, []).append(finding)
            if not waiting:
                break
            self._cover_together(list(waiting.items()))
        report = self._run.report
        report = report._replace(notices=(*report.notices, *self._left.values()))
        return self._run.outcome(report, by_comments=True)

    def _cover_together(self, waiting: Sequence[tuple[str, Sequence[Finding]]]) -> None:
        """Hide findings of several files and check them at once; where that cannot be proved, halve by halve."""
        if len(waiting) == 1:
            self._cover(*waiting[0], list(_FORMS))
        elif not all(self._run.may_be_written(path) for path, _ in waiting) or not self._are_hidden(waiting, _FORMS[0]):
            middle = len(waiting) // 2
            self._cover_together(waiting[:middle])
            self._cover_together(waiting[middle:])

    def _cover(self, path: str, findings: Sequence[Finding], forms: list[_Form]) -> None:
        """Hide findings of a file with the first form of comments that can be proved, together or apart."""
        if not self._run.may_be_written(path):
            why = "is read-only: no ignore comment is written"
            self._left.update({_known(one): Notice(path, why, one.span.line) for one in findings})
            return
        if self._are_hidden([(path, findings)], forms[0]):
            return
        if len(findings) > 1:
            middle = len(findings) // 2
            self._cover(path, findings[:middle], forms)
            self._cover(path, self._where_now(findings[middle:]), forms)
        elif len(forms) > 1:
            self._cover(path, findings, forms[1:])
        else:
            (one,) = findings
            self._left[_known(one)] = Notice(
                path, f"{NOWHERE}, so {one.rule} is left: put it into a baseline, or the configuration", one.span.line
            )

    def _where_now(self, findings: Sequence[Finding]) -> list[Finding]:
        """Return findings as they stand now that comments above them may have moved their lines."""
        wanted = Counter(map(_known, findings))
        found = []
        for finding in self._run.report.shown:
            if wanted[_known(finding)]:
                wanted[_known(finding)] -= 1
                found.append(finding)
        return found

    def _are_hidden(self, waiting: Sequence[tuple[str, Sequence[Finding]]], form: _Form) -> bool:
        """Write comments into files if all can be proved together, and tell whether they are written."""
        changed: dict[str, bytes] = {}
        for path, findings in waiting:
            after = self._written(path, findings, form)
            if after is None:
                return False
            changed[path] = after
        report = self._run.check(changed)
        hidden = [finding for _, findings in waiting for finding in findings]
        if not self._is_proved(changed, hidden, report):
            return False
        self._run.take(changed, hidden, report)
        return True

    def _written(self, path: str, findings: Sequence[Finding], form: _Form) -> bytes | None:
        """Return a file with comments; None where they cannot be written in its encoding."""
        data = self._run.open(path)
        texts = self._read(path, data)[1]
        by_place: dict[tuple[int, int], set[str]] = {}
        for finding in findings:
            number = _text_of(finding, texts)
            if number is None or not _takes_comments(path, texts[number]):
                return None
            by_place.setdefault((number, _line_in(texts[number], finding)), set()).add(finding.rule)
        whole = Whole(data)
        cuts: dict[tuple[int, str], Cut] = {}
        for (number, line), names in by_place.items():
            own = form(texts[number], line, sorted(names), self._reason)
            edits = on_disk(texts[number], path, (own,))
            if not edits:
                return None
            for edit in edits:
                start, end = (whole.lines.offset(*place) for place in (edit.span[:2], edit.span[2:]))
                cuts[start, edit.text] = Cut(start, end, edit.text)
        if len({cut.start for cut in cuts.values()}) < len(cuts):  # two at one place: one after the other
            return None
        return encoding.encoded(made(whole.text, cuts.values()), data)

    def _read(self, path: str, data: bytes) -> tuple[tuple[Subject, ...], tuple[Text, ...]]:
        """Return the subjects of a file, and the texts in it."""
        asked = self._run.asked(path)
        found = recognise.recognise(
            path,
            data,
            as_kind=asked.as_kind,
            named=self._run.is_named(path),
            minor=asked.minor,
            origin=asked.minor_from,
        )
        return found.subjects, tuple(text.text for text in found.texts)

    def _is_proved(self, changed: Mapping[str, bytes], findings: Sequence[Finding], report: Report) -> bool:
        """Tell whether the findings are hidden, and all else is as it was."""
        old = self._run.report
        was, now = (Counter(map(_known, one.live)) for one in (old, report))
        new = [one for one in report.live if now[_known(one)] > was[_known(one)]]
        return (
            all(now[one] <= was[one] - number for one, number in Counter(map(_known, findings)).items())
            and all(_was_behind(one, findings) for one in new)
            and _hidden(report) >= _hidden(old) + len(findings)
            and not set(report.failed) - set(old.failed)
            and not report.crashed
            and _summaries(report) == _summaries(old)
            and all(
                _values(self._read(path, self._run.open(path))[0]) == _values(self._read(path, after)[0])
                for path, after in changed.items()
            )
        )


def _known(finding: Finding) -> Known:
    """Return what tells a finding from others; one about comments may say something else of the same."""
    told = known(finding)
    return (*told[:2], "") if finding.rule in _ABOUT_COMMENTS else told


def _was_behind(new: Finding, hidden: Sequence[Finding]) -> bool:
    """Tell whether a finding comes up because others are hidden, which it was folded into or pointless beside."""
    rule, names = REGISTRY[new.rule], {one.rule for one in hidden}
    better = {*rule.silenced_by, *rule.gives_way_to, *new.echoes}
    folded = {note.rule for one in hidden for note in one.related}
    return new.rule not in _ABOUT_COMMENTS and (new.rule in folded or not names.isdisjoint(better))


def _hidden(report: Report) -> int:
    return sum(one.suppressed is not None and one.suppressed.by == "comment" for one in report.findings)


def _summaries(report: Report) -> list[object]:
    """Return what the server makes of each thing, wherever its lines are."""
    return [
        (one._replace(line=0, policy=None), one.policy and (one.policy.lenient, _fates(one.policy.reached)))
        for one in report.subjects
    ]


def _fates(reached: object) -> object:
    rules = getattr(reached, "rules", ())
    return getattr(reached, "catch_all", None), [(one.pointer, one.level, one.fate) for one in rules]


def _values(subjects: Iterable[Subject]) -> list[object]:
    """Return all that is read in a file but for comments."""
    return [
        (
            one.places.plain if isinstance(one.places, NodePlaces) else None,
            one.loaded.policy if isinstance(one, PolicySubject) else None,
            [argument.text for argument in one.arguments] if isinstance(one, ApiServer) else None,
        )
        for one in subjects
    ]


def _text_of(finding: Finding, texts: Sequence[Text]) -> int | None:
    """Return the number of the innermost text that a finding stands in."""
    best = None
    for number, text in enumerate(texts):
        inside = not text.pointer or (
            finding.pointer.startswith(text.pointer) and text.document in {None, finding.document}
        )
        if inside and (best is None or len(text.pointer) > len(texts[best].pointer)):
            best = number
    return best


def _takes_comments(path: str, text: Text) -> bool:
    """Tell whether a number sign begins a comment in a text: not so in JSON, and in Markdown outside of its fences."""
    if reader.looks_like_json(text.data) or text.data.lstrip().startswith(b"["):
        return False
    return not isinstance(text, Whole) or not path.lower().endswith(_WITHOUT_COMMENTS)


def _line_in(text: Text, finding: Finding) -> int:
    """Return the line of a text, from 1, that a finding stands on."""
    inner = getattr(finding.span, "inner", None)
    if inner is not None:
        return int(inner.line)
    starts = [text.stretch(start, start).start for start in _line_starts(text)]
    return max(bisect_right(starts, finding.span.start), 1)


def _line_starts(text: Text) -> Iterator[int]:
    """Yield the offsets at which the lines of a text begin."""
    at = 0
    while True:
        yield at
        end = _END.search(text.text, at)
        if end is None or end.end() >= len(text.text):
            return
        at = end.end()


def _bounds(text: Text, line: int) -> tuple[int, int, str]:
    """Return the offsets of a line, without what ends it, and what ends lines there."""
    start = text.lines.offset(line, 1)
    end = _END.search(text.text, start)
    stop = end.start() if end else len(text.text)
    break_ = (end[0] if end else "") or next(iter(re.findall(r"\r\n?|\n", text.text)), "\n")
    return start, stop, break_


def _at_end(text: Text, line: int, names: Sequence[str], reason: str) -> Cut:
    """Return a comment at the end of a line, or names for the one that is there."""
    start, stop, _ = _bounds(text, line)
    there = _NAMED.search(text.text, start, stop)
    if there:
        return Cut(there.end(), there.end(), "".join(f", {name}" for name in names))
    return Cut(stop, stop, f" # auditlint: ignore[{', '.join(names)}] {reason}")


def _above(text: Text, line: int, names: Sequence[str], reason: str) -> Cut:
    """Return a comment alone on a line above one, or names for the one that is there."""
    start, stop, break_ = _bounds(text, line)
    if line > 1:
        before, end, _ = _bounds(text, line - 1)
        there = _NAMED.match(text.text, before + len(text.text[before:end]) - len(text.text[before:end].lstrip()), end)
        if there:
            return Cut(there.end(), there.end(), "".join(f", {name}" for name in names))
    row = text.text[start:stop]
    indent = row[: len(row) - len(row.lstrip())]
    return Cut(start, start, f"{indent}# auditlint: ignore[{', '.join(names)}] {reason}{break_}")


def _for_file(text: Text, line: int, names: Sequence[str], reason: str) -> Cut:  # noqa: ARG001
    """Return a comment for a whole text, behind a first line that is one, or names for the comment that is there."""
    there = _NAMED_FOR_FILE.search(text.text)
    if there:
        return Cut(there.end(), there.end(), "".join(f", {name}" for name in names))
    head = _HEAD.match(text.text)
    at = head.end() if head else 0
    return Cut(at, at, f"# auditlint: ignore-file[{', '.join(names)}] {reason}{_bounds(text, 1)[2]}")


_FORMS = (_at_end, _above, _for_file)
"""The forms of comments: that which covers least comes first."""
