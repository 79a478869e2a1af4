"""Pieces of a file: texts inside it, and where each of their characters stands on disk.

A piece is cut out of another text: the lines of a fence without their indentation, the content of a quoted string
without its escapes. It keeps runs of characters, not an entry for each, and a piece may be cut out of a piece.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from auditlint.finding import DecodedSpan, Span
from auditlint.text.cut import Cut, made
from auditlint.text.encoding import display, encoded
from auditlint.text.lines import LineIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from auditlint.text.whole import Whole

_BOM = "\ufeff"
_BREAK = re.compile(r"\r\n?|\n")
_LINES = re.compile(r"[^\r\n]+")


class Runs(NamedTuple):
    """A text made of runs of another one's characters, and of single characters that others stand for."""

    text: str
    firsts: array[int]
    """The offset of the first character of each run."""
    starts: array[int]
    """The offset in the outer text at which each run begins, and that at which it ends."""
    ends: array[int]
    origin: int
    """The offset in the outer text at which it begins, even if it is empty."""

    def at(self, offset: int) -> tuple[int, int]:
        """Return where the character at an offset begins and ends in the outer text."""
        run = bisect_right(self.firsts, offset) - 1
        first, start, end = self.firsts[run], self.starts[run], self.ends[run]
        after = self.firsts[run + 1] if run + 1 < len(self.firsts) else len(self.text)
        if end - start != after - first:
            return start, end
        return start + offset - first, start + offset - first + 1


class Cutter:
    """Cuts a text out of another one, from its first character to its last."""

    def __init__(self, outer: str, origin: int) -> None:
        self._outer = outer
        self._origin = origin
        self._parts: list[str] = []
        self._firsts, self._starts, self._ends = array("q"), array("q"), array("q")
        self._copied = False
        self.length = 0
        """How many characters have been cut."""

    def copy(self, start: int, end: int) -> None:
        """Add characters as they are."""
        if end <= start:
            return
        self._parts.append(self._outer[start:end])
        if self._copied and self._ends[-1] == start:
            self._ends[-1] = end
        else:
            self._add(start, end, copied=True)
        self.length += end - start

    def put(self, character: str, start: int, end: int) -> None:
        """Add one character that is written as those from start to end."""
        if self._outer[start:end] == character:
            self.copy(start, end)
            return
        self._parts.append(character)
        self._add(start, end, copied=end - start == 1)
        self.length += 1

    def runs(self) -> Runs:
        """Return what has been cut."""
        return Runs("".join(self._parts), self._firsts, self._starts, self._ends, self._origin)

    def _add(self, start: int, end: int, *, copied: bool) -> None:
        self._firsts.append(self.length)
        self._starts.append(start)
        self._ends.append(end)
        self._copied = copied


class Piece:
    """A text inside another one, character for character; `pointer` and `document` as `Text` has them."""

    def __init__(
        self, outer: Text, runs: Runs, pointer: str, document: int, written: Callable[[str], str] | None = None
    ) -> None:
        """`written` writes characters as the outer text has them; without it, they stand there line by line."""
        self.outer = outer
        self.text = runs.text
        self.pointer = pointer
        self.document = document
        self._runs = runs
        self._written = written

    @cached_property
    def data(self) -> bytes:
        """The piece as a file would hold it."""
        return self.text.encode("utf-8", "replace")

    @cached_property
    def lines(self) -> LineIndex:
        """Where its lines begin; a byte order mark is no column."""
        return LineIndex(self.text, int(self.text.startswith(_BOM)))

    def with_text(self, text: str) -> Piece:
        """Return a piece with other characters in the same places."""
        return Piece(self.outer, self._runs._replace(text=text), self.pointer, self.document)

    def span(self, span: Span) -> Span:
        """Return where lines and columns of the piece stand on disk."""
        return self.stretch(self.lines.offset(*span.start), self.lines.offset(*span.end))

    def stretch(self, start: int, end: int) -> Span:
        """Return where the characters between two offsets stand on disk; between equal ones, an empty span."""
        last = len(self.text) - 1
        if last < 0:
            return self.outer.stretch(self._runs.origin, self._runs.origin)
        if start > last:
            after = self._runs.at(last)[1]
            return self.outer.stretch(after, after)
        first = self._runs.at(start)[0]
        return self.outer.stretch(first, self._runs.at(min(end, last + 1) - 1)[1] if end > start else first)

    def within(self, text: Text, offset: int) -> tuple[int, int]:
        """Return where the character at an offset begins and ends in a text that the piece is in."""
        start, end = self._runs.at(offset)
        if self.outer is text or not isinstance(self.outer, Piece):
            return start, end
        return self.outer.within(text, start)[0], self.outer.within(text, end - 1)[1]

    def outward(self, cut: Cut) -> Cut:
        """Return what a cut of the piece is in the outer text, where new characters are written as others there."""
        start = self._outer_start(cut.start)
        end = self._outer_end(cut.end) if cut.end > cut.start else start
        if self._written:
            return Cut(start, end, self._written(cut.text))
        prefix, text = self._prefix(cut.start), _BREAK.sub(self._line_end, cut.text)
        if not self._are_lines(cut):
            return Cut(start, end, _LINES.sub(lambda line: prefix + line[0], text).removeprefix(prefix))
        start = self.outer.lines.line_start(start)
        return Cut(start, end if cut.end > cut.start else start, _LINES.sub(lambda line: prefix + line[0], text))

    def _outer_start(self, offset: int) -> int:
        if offset < len(self.text):
            return self._runs.at(offset)[0]
        return self._runs.at(offset - 1)[1] if offset else self._runs.origin

    def _outer_end(self, offset: int) -> int:
        return self._runs.at(offset - 1)[1]

    def _are_lines(self, cut: Cut) -> bool:
        """Tell whether a cut is about whole lines, with their ends."""
        at_start = cut.start == 0 or self.text[cut.start - 1] in "\r\n"
        ends = self.text[cut.start : cut.end], cut.text
        return at_start and all(not text or text[-1] in "\r\n" for text in ends)

    @cached_property
    def _line_end(self) -> str:
        """What ends the lines of the outer text."""
        found = _BREAK.search(self.outer.text, max(self._runs.origin - 2, 0))
        return found[0] if found else "\n"

    def _prefix(self, offset: int) -> str:
        """Return what stands before a line in the outer text: that of an offset, or the nearest before it with any."""
        before = list(_LINES.finditer(self.text, 0, offset + 1))
        line = before[-1] if before else _LINES.search(self.text)
        if line is None:
            return ""
        start = self._runs.at(line.start())[0]
        return self.outer.text[self.outer.lines.line_start(start) : start]


class DecodedPiece:
    """A text that stands encoded inside another one (base64, gzip): its characters have no places of their own.

    Everything stands at the whole of the encoded text, and says on which line of the decoded text it is.
    """

    def __init__(
        self,
        outer: Text,
        whole: tuple[int, int],
        data: bytes,
        pointer: str,
        document: int,
        *,
        written: Callable[[bytes], Cut | None] = lambda _: None,
    ) -> None:
        """`written` writes other data in place of these: a cut of the outer text, None where that cannot be done."""
        self.outer = outer
        self.data = data
        self.pointer = pointer
        self.document = document
        self._whole = whole
        self._written = written

    @cached_property
    def text(self) -> str:
        """The decoded text."""
        return display(self.data)

    @cached_property
    def lines(self) -> LineIndex:
        """Where its lines begin."""
        return LineIndex(self.text)

    def span(self, span: Span) -> Span:
        """Return where the encoded text stands on disk, and with it the span in the decoded one."""
        return DecodedSpan.of(self.outer.stretch(*self._whole), span)

    def stretch(self, start: int, end: int) -> Span:
        """Return the same for two offsets."""
        return self.span(Span(*self.lines.place(start), *self.lines.place(end)))

    def outward(self, cuts: Sequence[Cut]) -> Cut | None:
        """Return what cuts of the piece are in the outer text: all of it is encoded anew; None where it cannot be."""
        data = encoded(made(self.text, cuts), self.data) if cuts else None
        return None if data is None else self._written(data)


if TYPE_CHECKING:
    Text = Whole | Piece | DecodedPiece


def cut(outer: Text, stretches: Sequence[tuple[int, int]], pointer: str, document: int) -> Piece:
    """Return the piece made of stretches of a text, each from an offset to another, such as lines without a prefix."""
    cutter = Cutter(outer.text, stretches[0][0] if stretches else 0)
    for start, end in stretches:
        cutter.copy(start, end)
    return Piece(outer, cutter.runs(), pointer, document)


def joined(outer: Text, pieces: Sequence[tuple[Piece, int]], pointer: str, document: int) -> Piece:
    """Return one piece of several in a text, a line end behind each; with each the offset in the text behind it."""
    cutter = Cutter(outer.text, 0)
    for piece, behind in pieces:
        for offset, character in enumerate(piece.text):
            cutter.put(character, *piece.within(outer, offset))
        if not piece.text.endswith("\n"):
            cutter.put("\n", behind, behind + 1)
    return Piece(outer, cutter.runs(), pointer, document)
