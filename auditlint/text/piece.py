"""Pieces of a file: texts inside it, and where each of their characters stands on disk.

A piece is cut out of another text: the lines of a fence without their indentation, the content of a quoted string
without its escapes. It keeps runs of characters, not an entry for each, and a piece may be cut out of a piece.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from auditlint.finding import DecodedSpan, Span
from auditlint.text.encoding import display
from auditlint.text.lines import LineIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.text.whole import Whole

_BOM = "\ufeff"


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

    def __init__(self, outer: Text, runs: Runs, pointer: str, document: int) -> None:
        self.outer = outer
        self.text = runs.text
        self.pointer = pointer
        self.document = document
        self._runs = runs

    @cached_property
    def data(self) -> bytes:
        """The piece as a file would hold it."""
        return self.text.encode("utf-8", "replace")

    @cached_property
    def lines(self) -> LineIndex:
        """Where its lines begin; a byte order mark is no column."""
        return LineIndex(self.text, int(self.text.startswith(_BOM)))

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


class DecodedPiece:
    """A text that stands encoded inside another one (base64, gzip): its characters have no places of their own.

    Everything stands at the whole of the encoded text, and says on which line of the decoded text it is.
    """

    def __init__(self, outer: Text, whole: tuple[int, int], data: bytes, pointer: str, document: int) -> None:
        self.outer = outer
        self.data = data
        self.pointer = pointer
        self.document = document
        self._whole = whole

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


if TYPE_CHECKING:
    Text = Whole | Piece | DecodedPiece


def cut(outer: Text, stretches: Sequence[tuple[int, int]], pointer: str, document: int) -> Piece:
    """Return the piece made of stretches of a text, each from an offset to another, such as lines without a prefix."""
    cutter = Cutter(outer.text, stretches[0][0] if stretches else 0)
    for start, end in stretches:
        cutter.copy(start, end)
    return Piece(outer, cutter.runs(), pointer, document)
