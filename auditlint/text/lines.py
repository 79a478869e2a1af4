"""Lines and columns: where a line ends (LF, CRLF, a lone CR), and offsets turned into places."""

from __future__ import annotations

import re
from bisect import bisect_right

_LINE_END = "\r\n?|\n"


def split_lines(text: str) -> list[str]:
    """Return the lines of text without their ends; what follows the last line end is a line too."""
    if "\r" in text:
        text = re.sub(_LINE_END, "\n", text)
    return text.split("\n")


def behind(text: str, at: int) -> int:
    """Return the offset behind a character; the two of a CRLF are one, between which there is no place."""
    return at + 2 if text.startswith("\r\n", at) else at + 1


class LineIndex:
    """Turns offsets into a text into lines and columns, both from 1."""

    __slots__ = ("_end", "_starts")

    def __init__(self, text: str, first: int = 0) -> None:
        """Index the lines of a text, the first of which begins at offset `first`."""
        self._end = len(text)
        self._starts = [first, *[match.end() for match in re.finditer(_LINE_END, text)]]

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line and column; beyond the last line, the end of the text."""
        return self._starts[line - 1] + column - 1 if line <= len(self._starts) else self._end

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line_start(self, offset: int) -> int:
        """Return where the line of an offset begins."""
        return self._starts[bisect_right(self._starts, offset) - 1]
