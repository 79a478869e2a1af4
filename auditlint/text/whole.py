"""A file on disk as a text: what `piece.py` has for the texts inside it, where nothing is moved."""

from __future__ import annotations

from functools import cached_property

from auditlint.finding import Span
from auditlint.text.encoding import display
from auditlint.text.lines import LineIndex


class Whole:
    """A file on disk."""

    pointer = ""
    """What the pointers to values in it begin with: of a piece, where that is, and `#`."""
    document = None
    """The document on disk that it is a part of: none, since each of its documents is one."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def text(self) -> str:
        """The text without its byte order mark; columns count its characters."""
        return display(self.data)

    def with_text(self, text: str) -> Whole:
        """Return a file with other characters in the same places."""
        return Whole(text.encode("utf-8", "replace"))

    @cached_property
    def lines(self) -> LineIndex:
        """Where its lines begin."""
        return LineIndex(self.text)

    def span(self, span: Span) -> Span:
        """Return the span itself."""
        return span

    def stretch(self, start: int, end: int) -> Span:
        """Return the lines and columns of two offsets."""
        return Span(*self.lines.place(start), *self.lines.place(end))


ON_DISK = Whole(b"")
"""A file on disk, for those who ask only where something stands."""
