"""Texts with the marks of a template in them: read without the marks where these are what keeps them from parsing."""

from __future__ import annotations

from auditlint.records import NamedTuple
from auditlint.text import reader
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.finding import Span
    from auditlint.text.nodes import Document, ReadError, Stream
    from auditlint.text.piece import Text
    from auditlint.text.templates import Role, Template

_SIGNS = (b"{{", b"{%", b"{#", b"<%", b"%{", b"${")
_NO_CHARACTERS = frozenset({"encoding", "control-character"})
"""Problems that no mark is the reason of."""


Stretch = tuple[tuple[int, int], tuple[int, int]]
"""Line and column of the first character on disk, and of the one behind the last."""


class PlacedMark(NamedTuple):
    """A mark, where it stands on disk."""

    span: Span
    role: Role
    alone: bool


class ReadTemplate(NamedTuple):
    """A text as it was read, with the marks in it."""

    text: Text
    """The text, without the marks where it does not parse with them."""
    stream: Stream
    marks: tuple[PlacedMark, ...] = ()
    stripped: bool = False
    """The text was read without the marks."""
    unsure: bool = False
    """It does not parse without the marks either, and what they stand for may be why."""


def may_have_marks(data: bytes) -> bool:
    """Tell at reading speed whether a text may have marks."""
    return any(sign in data for sign in _SIGNS)


def read(text: Text) -> ReadTemplate:
    """Return what a text says, without the marks of a template if it does not parse with them."""
    from auditlint.text import templates
    from auditlint.text.piece import DecodedPiece

    stream = reader.read(text.data)
    template = None if isinstance(text, DecodedPiece) else templates.read(text.text)
    if template is None or isinstance(text, DecodedPiece):
        return ReadTemplate(text, stream)
    marks = tuple(PlacedMark(text.stretch(mark.start, mark.end), mark.role, mark.alone) for mark in template.marks)
    if stream.error is None or stream.error.problem in _NO_CHARACTERS:
        return ReadTemplate(text, stream, marks)
    without = text.with_text(template.text)
    again = reader.read(without.data)
    if again.error is not None and again.error == stream.error:
        return ReadTemplate(text, stream)
    unsure = again.error is not None and _may_be_why(template, again.error, without)
    return ReadTemplate(without, again, marks, stripped=True, unsure=unsure)


def _may_be_why(template: Template, error: ReadError, text: Text) -> bool:
    """Tell whether the marks may be the reason why a text does not parse without them."""
    if template.structural:
        return True
    start, end = text.lines.offset(*error.span.start), text.lines.offset(*error.span.end)
    return any(mark.start < max(end, start + 1) and start < mark.end for mark in template.marks)


def partial(read: ReadTemplate, around: Sequence[PlacedMark]) -> frozenset[int]:
    """Return the documents of a text in which lines may be left out, repeated or added: what is absent is not known.

    `around` are the marks of the text around this one. Marks around a whole document count for nothing.
    """
    given = (*around, *read.marks) if read.stripped else around
    if not given:
        return frozenset()
    from auditlint.text.templates import Role

    marks = [mark for mark in given if mark.role is not Role.NOTHING and (mark.alone or mark.role is not Role.VALUE)]
    documents = read.stream.documents if marks else ()
    return frozenset(document.index for document in documents if _is_partial(read, document, marks))


def choices(marks: Sequence[PlacedMark]) -> tuple[Stretch, ...]:
    """Return where each `if` with an `else` is: the branch that was read may not be the one that is taken."""
    from auditlint.text.templates import blocks

    return tuple((first.span.start, last.span.end) for first, *elses, last in blocks(marks) if elses)


def _is_partial(read: ReadTemplate, document: Document, marks: Sequence[PlacedMark]) -> bool:
    from auditlint.text.templates import Role

    if document.root is None:
        return False
    root = read.text.span(document.root.span)
    start, end = _extent(read, document.index)
    return any(
        start <= mark.span.start < end if mark.role is Role.VALUE else root.start < mark.span.start < root.end
        for mark in marks
    )


def _extent(read: ReadTemplate, index: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return from where to where a mark may add lines to a document: up to those beside it."""
    text, documents = read.text, read.stream.documents
    start, end = text.stretch(0, 0).start, text.stretch(len(text.text), len(text.text)).end
    if index:
        before = documents[index - 1]
        start = text.span(before.root.span if before.root else before.first).end
    if index + 1 < len(documents):
        end = text.span(documents[index + 1].first).start
    return start, end
