"""The comments of a YAML text: every `#` that no value holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.text.nodes import Alias, Mapping, Scalar, Sequence
from auditlint.text.source import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.text.nodes import Node, Stream

Interval = tuple[tuple[int, int], tuple[int, int]]


class Comment(NamedTuple):
    """A comment with its `#`, and whether nothing but blanks stands before it; line and column from 1."""

    line: int
    column: int
    text: str
    alone: bool


def comments(data: bytes, stream: Stream) -> Iterator[Comment]:
    """Yield the comments of a text in order; what follows the stream's first error is taken line by line."""
    values = _by_line(stream)
    for number, line in enumerate(lines(data), start=1):
        start = line.find("#")
        while start >= 0:
            if _begins_comment(line, start) and not _inside(values.get(number, ()), (number, start + 1)):
                yield Comment(number, start + 1, line[start:], alone=not line[:start].strip())
                break
            start = line.find("#", start + 1)


def _begins_comment(line: str, start: int) -> bool:
    return start == 0 or line[start - 1] in " \t"


def _inside(intervals: list[Interval] | tuple[()], place: tuple[int, int]) -> bool:
    return any(first <= place < last for first, last in intervals)


def _by_line(stream: Stream) -> dict[int, list[Interval]]:
    """Return, for each line, the scalars that stand on it."""
    values: dict[int, list[Interval]] = {}
    for document in stream.documents:
        for scalar in _scalars(document.root):
            interval = (scalar.line, scalar.column), (scalar.end_line, scalar.end_column)
            for line in range(scalar.line, scalar.end_line + 1):
                values.setdefault(line, []).append(interval)
    return values


def _scalars(root: Node | None) -> Iterator[Scalar]:
    """Yield every key and value once, aliased ones too."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Alias):
            node = node.target
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Mapping):
            for entry in node.entries:
                waiting += (entry.key, entry.value)
