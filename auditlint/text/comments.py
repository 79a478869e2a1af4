"""The comments of a YAML text: every `#` that no value holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.text.nodes import Alias, Mapping, Scalar, Sequence
from auditlint.text.source import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.text.nodes import Node, Stream

Place = tuple[int, int]
Interval = tuple[Place, Place]


class Comment(NamedTuple):
    """A comment with its `#`, and whether nothing but blanks stands before it; line and column from 1."""

    line: int
    column: int
    text: str
    alone: bool


def comments(data: bytes, stream: Stream) -> Iterator[Comment]:
    """Yield the comments of a text in order.

    What follows the stream's first error is taken line by line: there `#` begins a comment only after a blank.
    """
    written = lines(data)
    values = _by_line(stream)
    read_to = (len(written) + 1, 1) if stream.error is None else _end(stream)
    for number, line in enumerate(written, start=1):
        start = line.find("#")
        while start >= 0:
            place = number, start + 1
            if (place < read_to or start == 0 or line[start - 1] in " \t") and not _inside(values, place):
                yield Comment(number, start + 1, line[start:], alone=not line[:start].strip())
                break
            start = line.find("#", start + 1)


def _end(stream: Stream) -> Place:
    """Return how far a text with an error was read whole."""
    roots = [document.root for document in stream.documents if document.root is not None]
    return (roots[-1].end_line, roots[-1].end_column) if roots else (1, 1)


def _inside(values: dict[int, list[Interval]], place: Place) -> bool:
    return any(first <= place < last for first, last in values.get(place[0], ()))


def _by_line(stream: Stream) -> dict[int, list[Interval]]:
    """Return, for each line, the scalars on it that hold a `#`."""
    values: dict[int, list[Interval]] = {}
    for document in stream.documents:
        for scalar in _scalars(document.root):
            if "#" in scalar.text:
                interval = _interval(scalar)
                for line in range(interval[0][0], interval[1][0] + 1):
                    values.setdefault(line, []).append(interval)
    return values


def _interval(scalar: Scalar) -> Interval:
    """Return where a scalar's content stands: of one after `|` or `>`, from the next line on."""
    end = scalar.end_line, scalar.end_column
    if scalar.style in {"|", ">"}:
        return (scalar.line + 1, 1), end
    return (scalar.line, scalar.column), end


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
