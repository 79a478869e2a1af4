"""Where the words of a command line stand, and how fixes change them: words are written anew, added and taken out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.change import Append, Delete, Insert, SetValue
from auditlint.finding import DecodedSpan, Edit, Span
from auditlint.text.whole import Whole

if TYPE_CHECKING:
    from collections import abc

    from auditlint.change import Change, Content
    from auditlint.path import Path
    from auditlint.text.piece import Text

_QUOTES = "'\""
_BARE = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
"""What every shell, unit and text around takes as it is."""
_IN_QUOTES = re.compile(r"[\w@%+=:,./ -]+", re.ASCII)
_GAP = re.compile(r"(?:[ \t]|\\{0,2}\r?\n(?:[ \t]*>)*)+")
"""What may stand between two words of a command, in a script in whatever it is in."""


class Given(NamedTuple):
    """A word of a command, such as an option with its value, and where it stands on disk."""

    value: str
    span: Span
    pointer: str


class OptionPlaces:
    """The places of words; a path is the number of one, from 0.

    `text` is what all of them stand in: without it no words are added and none taken out.
    """

    def __init__(self, given: abc.Sequence[Given], document: int, text: Text | None = None) -> None:
        self._given = given
        self._text = text
        self.document = document

    def value(self, path: Path, occurrence: int | None = None) -> Span:  # noqa: ARG002
        """Return the span of a word; of the whole, that of the first one."""
        return self._at(path).span

    def key(self, path: Path, occurrence: int | None = None) -> Span:
        """Return the span of a word."""
        return self.value(path, occurrence)

    def pointer(self, path: Path) -> str:
        """Return where the text is in its document, and which of its words is meant."""
        return self._at(path).pointer + "".join([f"/{step}" for step in path])

    def written(self, path: Path) -> str:  # noqa: ARG002
        """Return nothing: a word has no other type."""
        return ""

    def edits(self, path: str, changes: tuple[Change, ...]) -> tuple[Edit, ...]:
        """Return what changes of words replace in the file at `path`; () where one of them cannot be made."""
        found: dict[tuple[int, ...], Edit] = {}
        for change in changes:
            edit = self._edit(path, change)
            if edit is None:
                return ()
            before = found.get(tuple(edit.span))
            found[tuple(edit.span)] = edit if before is None else edit._replace(text=before.text + edit.text)
        return tuple(found.values())

    def _edit(self, path: str, change: Change) -> Edit | None:
        index = change.path[0] if change.path else len(self._given) - 1
        if not isinstance(index, int) or index >= len(self._given):
            return None
        disk = _Disk(self._text, self._given)
        if isinstance(change, SetValue) and change.path:
            return _anew(path, self._given[index], change.value, disk)
        if isinstance(change, Append) and not change.path:
            return disk.put(path, index, change.value, behind=True)
        if isinstance(change, Insert):
            return disk.put(path, index, change.value, behind=False)
        return disk.without(path, index) if isinstance(change, Delete) else None

    def _at(self, path: Path) -> Given:
        index = path[0] if path else 0
        return self._given[index if isinstance(index, int) and index < len(self._given) else 0]


class _Disk:
    """The file on disk, as far as words of a text in it are concerned."""

    def __init__(self, text: Text | None, given: abc.Sequence[Given]) -> None:
        while text is not None and not isinstance(text, Whole):
            text = text.outer
        self._text = text
        self._given = given

    def said(self, span: Span) -> str | None:
        """Return what stands at a span; None where nobody knows."""
        if self._text is None or isinstance(span, DecodedSpan):
            return None
        offset = self._text.lines.offset
        return self._text.text[offset(*span.start) : offset(*span.end)]

    def put(self, path: str, index: int, word: Content, *, behind: bool) -> Edit | None:
        """Return what puts a word behind another one, or before it, apart from it as others are."""
        here = self._given[index].span
        if not isinstance(word, str) or not _BARE.fullmatch(word) or not self._is_whole(here):
            return None
        gap = self._gap(index) or " "
        if behind:
            return Edit(path, Span(*here.end, *here.end), gap + word)
        return Edit(path, Span(*here.start, *here.start), word + gap)

    def without(self, path: str, index: int) -> Edit | None:
        """Return what takes a word out, and what keeps it apart from the one before it."""
        here = self._given[index].span
        if index == 0 or not self._gap(index, beside=False) or not self._is_whole(here):
            return None
        return Edit(path, Span(*self._given[index - 1].span.end, *here.end), "")

    def _is_whole(self, span: Span) -> bool:
        """Tell whether a span is known to be that of a word, and not of a part of one in quotes."""
        if self.said(span) is None or self._text is None:
            return False
        start, end = self._text.lines.offset(*span.start), self._text.lines.offset(*span.end)
        before, after = self._text.text[max(start - 1, 0) : start], self._text.text[end : end + 1]
        return not (before == after and before in {*_QUOTES, "`"})

    def _gap(self, index: int, *, beside: bool = True) -> str:
        """Return what stands between a word and the one before it; of the first, between the first two."""
        first = max(index - 1, 0) if beside else index - 1
        if len(self._given) < first + 2:
            return ""
        left, right = self._given[first].span, self._given[first + 1].span
        said = self.said(Span(*left.end, *right.start)) if left.end <= right.start else None
        return said if said is not None and _GAP.fullmatch(said) else ""


def _anew(path: str, given: Given, option: Content, disk: _Disk) -> Edit | None:
    """Return what writes a word anew, the name of an option left as it is; None where it is not as it stands there."""
    line, column, end_line, end_column = given.span
    if line != end_line or not isinstance(option, str) or isinstance(given.span, DecodedSpan):
        return None
    quote = _quote(disk.said(given.span) or "", given.value)
    end_column -= len(quote)
    name = end_column - column - len(given.value)
    named = name - len(quote)
    option = option[1:-1].replace("'\\''", "'") if option.startswith("'") else option
    if named < 0 or (named and option[named - 1 : named] != "="):
        return None
    value = option[named:]
    if not (_IN_QUOTES if quote else _BARE).fullmatch(value):
        return None
    return Edit(path, Span(line, column + name, line, end_column), value)


def _quote(written: str, value: str) -> str:
    """Return the quote that the value of a word stands in; "" where there is none."""
    last = written[-1:]
    return last if last in {*_QUOTES} and written.endswith(last + value + last) else ""
