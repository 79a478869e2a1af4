"""Where the comments for auditlint stand in a file, as the document that fixes of them change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.change import Delete
from auditlint.finding import Span
from auditlint.text.cut import Cut
from auditlint.text.places import on_disk

if TYPE_CHECKING:
    from auditlint.change import Change
    from auditlint.finding import Edit
    from auditlint.path import Path
    from auditlint.text.piece import Text

_NAME = r"(?i)(?<=[\[,\s]){}\s*(?=[\],])"
_BLANKS = " \t"


class Written(NamedTuple):
    """One comment: the text that it stands in, and where in that."""

    text: Text
    span: Span


class CommentPlaces:
    """The comments of a file; a path is the number of one, from 0, and a name in it."""

    document = 0
    """They belong to the file, not to one of its documents."""

    def __init__(self, comments: tuple[Written, ...]) -> None:
        self._comments = comments

    def value(self, path: Path, occurrence: int | None = None) -> Span:  # noqa: ARG002
        """Return the span of a comment; of anything else, that of the beginning of the file."""
        number = path[0] if path else None
        if not isinstance(number, int) or not 0 <= number < len(self._comments):
            return Span(1, 1, 1, 1)
        return self._comments[number].text.span(self._comments[number].span)

    def key(self, path: Path, occurrence: int | None = None) -> Span:
        """Return the span of a comment."""
        return self.value(path, occurrence)

    def pointer(self, path: Path) -> str:  # noqa: ARG002
        """Return nothing: comments are no values."""
        return ""

    def written(self, path: Path) -> str:  # noqa: ARG002
        """Return nothing: comments are no values."""
        return ""

    def edits(self, path: str, changes: tuple[Change, ...]) -> tuple[Edit, ...]:
        """Return what takes names out of comments; of its last name, all of a comment, with its line if it is alone."""
        found: list[Edit] = []
        for change in changes:
            number, name = change.path if len(change.path) > 1 else (-1, "")
            if not isinstance(change, Delete) or not isinstance(number, int) or not 0 <= number < len(self._comments):
                return ()
            comment = self._comments[number]
            found += on_disk(comment.text, path, tuple(_without(comment, str(name))))
        return tuple(found)


def _without(comment: Written, name: str) -> list[Cut]:
    """Return what takes a name out of a comment."""
    text, lines = comment.text.text, comment.text.lines
    start, end = lines.offset(*comment.span[:2]), lines.offset(*comment.span[2:])
    if "," in text[start:end].partition("]")[0]:
        listed = re.search(_NAME.format(re.escape(name)), text[start:end])
        return [_from_list(text, start + listed.start(), start + listed.end())] if listed else []
    line = lines.line_start(start)
    if text[line:start].strip(_BLANKS):
        return [Cut(line + len(text[line:start].rstrip(_BLANKS)), end, "")]
    after = re.compile(r"[^\r\n]*(?:\r\n?|\n|\Z)").match(text, end)
    return [Cut(line, after.end() if after else end, "")]


def _from_list(text: str, start: int, end: int) -> Cut:
    """Return what takes a name out of a list, with the comma behind it, or before it if it is the last."""
    if text[end] == ",":
        return Cut(start, end + 1 + len(text[end + 1 :]) - len(text[end + 1 :].lstrip(_BLANKS)), "")
    return Cut(text.rindex(",", 0, start), end, "")
