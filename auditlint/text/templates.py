"""Marks of templates in a text that was not rendered, and the text without them, every other character in its place.

Marks are those of Go and Helm, Jinja, Terraform, ERB, and variables of a shell. Nothing is rendered: what a mark fills
in is a placeholder of the same width, a line of nothing but marks is blank, and of the branches of an `if` the longest
is kept.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_OPENING = re.compile(r"\{\{|\{%|\{#|<%|%\{(?=~?[ ]*(?:if|else|endif|for|endfor)\b)|\$\{")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}", "<%": "%>", "%{": "}", "${": "}"}
_COMMENT = re.compile(r"(?:^|[ \t])#", re.MULTILINE)
_WORD = re.compile(r"[-~+=#/*\s]*(\w*)")
_OPENS = {
    "{{": frozenset({"if", "range", "with", "define", "block"}),
    "{%": frozenset({"if", "for", "macro", "call", "filter", "block", "raw", "autoescape", "with"}),
    "<%": frozenset({"if", "unless", "case", "for", "while", "until"}),
    "%{": frozenset({"if", "for"}),
}
_ELSES = frozenset({"else", "elif", "elsif", "when"})
_ASSIGNMENT = re.compile(r"-?\s*\$\w*\s*(?:,\s*\$\w+\s*)?:?=")
_BLOCK_OF_RUBY = re.compile(r"\bdo\b(?:\s*\|[^|]*\|)?\s*-?\Z")
_LONGEST_NAME = 200
_LONGEST_LINE = 1000


class Role(Enum):
    """What a mark does."""

    VALUE = auto()
    """It is replaced by a text."""
    OPEN = auto()
    """It begins a part that may be left out, or repeated."""
    ELSE = auto()
    END = auto()
    NOTHING = auto()
    """A comment, or an assignment."""


class _HasRole(Protocol):
    @property
    def role(self) -> Role: ...


M = TypeVar("M", bound=_HasRole)


class Mark(NamedTuple):
    """One mark: its offsets, and what it does."""

    start: int
    end: int
    role: Role
    first: bool
    """There is nothing but marks before it on its line."""
    last: bool
    """There is nothing but marks behind it on its line."""

    @property
    def alone(self) -> bool:
        """Whether there is nothing but marks on its lines."""
        return self.first and self.last


class Template(NamedTuple):
    """A text with marks beyond its comments."""

    text: str
    """The text without them, each other character in its place."""
    marks: tuple[Mark, ...]

    @property
    def structural(self) -> bool:
        """Whether marks decide which lines there are."""
        return any(mark.alone or mark.role is not Role.VALUE for mark in self.marks)


def read(text: str) -> Template | None:
    """Return what a text is as a template; None if it has no marks."""
    marks = tuple(_alone(text, tuple(_outside_comments(text))))
    if not marks:
        return None
    stretches = [(mark.start, mark.end, _in_its_place(text, mark)) for mark in marks]
    left_out = [(start, end, _blank(text[start:end])) for start, end in _left_out(text, marks)]
    return Template(_replaced(text, sorted((*stretches, *left_out), key=lambda one: (one[0], -one[1]))), marks)


def _found(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the places of all marks, and how each opens; what never closes is none."""
    at = 0
    never_closed: set[str] = set()
    while opening := _OPENING.search(text, at):
        at, closing = opening.end(), _CLOSING[opening[0]]
        if closing in never_closed:
            continue
        end = text.find(closing, at)
        if end < 0:
            never_closed.add(closing)
        elif opening[0] != "${" or "\n" not in text[at:end]:
            at = end + len(closing)
            yield opening.start(), at, opening[0]


def _outside_comments(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the marks that are not behind the sign of a comment on their line."""
    behind, in_comment = 0, False
    for start, end, opening in _found(text):
        line = text.rfind("\n", behind, start) + 1
        in_comment = (in_comment and not line) or _COMMENT.search(text, max(line, behind), start) is not None
        behind = end
        if not in_comment:
            yield start, end, opening


def _alone(text: str, found: Sequence[tuple[int, int, str]]) -> Iterator[Mark]:
    """Yield the marks, and whether each has its lines for itself."""
    gaps = [text[left[1] : right[0]] for left, right in pairwise([(0, 0, ""), *found, (len(text), len(text), "")])]
    first_on_line = [True]
    for gap in gaps:
        first_on_line.append(not gap.rpartition("\n")[2].strip() and ("\n" in gap or first_on_line[-1]))
    last_on_line = [True]
    for gap in reversed(gaps):
        last_on_line.append(not gap.partition("\n")[0].strip() and ("\n" in gap or last_on_line[-1]))
    last_on_line.reverse()
    for index, (start, end, opening) in enumerate(found):
        inside = text[start + 2 : end - len(_CLOSING[opening])]
        role = _role(inside[:_LONGEST_NAME] + inside[_LONGEST_NAME:][-_LONGEST_NAME:], opening)
        yield Mark(start, end, role, first_on_line[index + 1], last_on_line[index + 1])


def _role(inside: str, opening: str) -> Role:
    match = _WORD.match(inside)
    word = match[1] if match else ""
    if opening == "${":
        return Role.VALUE
    if opening == "{#" or inside.lstrip("-~ \t\r\n").startswith(("/*", "#")) or word in {"break", "continue"}:
        return Role.NOTHING
    if word in _OPENS.get(opening, ()) or (opening == "<%" and _BLOCK_OF_RUBY.search(inside)):
        return Role.OPEN
    if word in _ELSES:
        return Role.ELSE
    if word == "end" or (word.startswith("end") and opening in {"{%", "%{"}):
        return Role.END
    if _ASSIGNMENT.match(inside) or (opening == "{%" and word != "include"):
        return Role.NOTHING
    return Role.NOTHING if opening == "<%" and not inside.startswith(("=", "-=")) else Role.VALUE


def blocks(marks: Iterable[M]) -> Iterator[list[M]]:
    """Yield the marks of each `if`, `for` and the like, as it ends: its beginning, each `else`, its end."""
    opened: list[list[M]] = []
    for mark in marks:
        if mark.role is Role.OPEN:
            opened.append([mark])
        elif mark.role in {Role.ELSE, Role.END} and opened:
            opened[-1].append(mark)
            if mark.role is Role.END:
                yield opened.pop()


def _left_out(text: str, marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """Yield where branches are that another one of the same `if` is longer than, and lines that are one `if`."""
    for bounds in blocks(marks):
        first, last = bounds[0], bounds[-1]
        branches = [(left.end, right.start) for left, right in pairwise(bounds)]
        if first.first and last.last and _is_one_line(text, first.start, last.end):
            yield first.start, last.end
        elif len(branches) > 1 and all(bound.alone for bound in bounds):
            branches.remove(max(branches, key=lambda branch: branch[1] - branch[0]))
            yield from branches


def _is_one_line(text: str, start: int, end: int) -> bool:
    return end - start < _LONGEST_LINE and text.find("\n", start, end) < 0


def _in_its_place(text: str, mark: Mark) -> str:
    """Return what a mark is replaced by, as wide as it is: nothing, or the placeholder `<name>`."""
    written = text[mark.start : mark.end]
    if mark.alone:
        return _blank(written)
    if written.startswith("${"):
        return written
    first = re.split(r"[\r\n]", written, maxsplit=1)[0]
    width = len(first) - 2
    name = re.sub(r"[^\w.-]+", "_", first[:_LONGEST_NAME]).strip("._-")
    name = re.sub(r"^[^A-Za-z]+", "", name)[: max(width, 0)] or "x"
    return (f"<{name:{width}}>" if width > 0 else "x" * len(first)) + _blank(written[len(first) :])


def _blank(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)


def _replaced(text: str, stretches: Sequence[tuple[int, int, str]]) -> str:
    """Return the text with stretches of it replaced; one that begins in another is a part of that."""
    parts: list[str] = []
    at = 0
    for start, end, instead in stretches:
        if start >= at:
            parts += text[at:start], instead
            at = end
    return "".join([*parts, text[at:]])
