"""The node tree: what a document says, and where each piece of it stands."""

from __future__ import annotations

from auditlint.finding import Span
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator


class Placed:
    """Something with a place in the text: lines and columns from 1, in code points, the end exclusive."""

    __slots__ = ("column", "end_column", "end_line", "line")

    def __init__(self, line: int, column: int, end_line: int, end_column: int) -> None:
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column

    @property
    def span(self) -> Span:
        """The place as a span."""
        return Span(self.line, self.column, self.end_line, self.end_column)


class Scalar(Placed):
    """One value without parts: its content, and the value that the server's JSON holds for it."""

    __slots__ = ("style", "text", "value")

    def __init__(
        self,
        place: tuple[int, int, int, int],
        text: str,
        value: bool | float | str | None,  # noqa: FBT001 -- a value, not a switch
        style: str,
    ) -> None:
        self.line, self.column, self.end_line, self.end_column = place
        self.text = text
        """The content after escapes and folding."""
        self.value = value
        self.style = style
        """How it is written: between `'` or `"`, after `|` or `>`; `` where it is plain."""

    @property
    def plain(self) -> bool:
        """Whether it is written without quotes, `|` or `>`."""
        return not self.style


class Sequence(Placed):
    """A list and its items."""

    __slots__ = ("items",)

    def __init__(self, place: tuple[int, int, int, int], items: list[Node]) -> None:
        self.line, self.column, self.end_line, self.end_column = place
        self.items = items


class Entry:
    """One key of a mapping and its value; `merged` if it came through a merge key (`<<`)."""

    __slots__ = ("key", "merged", "name", "value")

    def __init__(self, name: str, key: Scalar, value: Node, merged: bool = False) -> None:  # noqa: FBT001, FBT002 -- hot path
        self.name = name
        """The key as the JSON string that the server makes of it."""
        self.key = key
        """An alias as a key (`*x : 1`) has the place of the alias and the content of its target."""
        self.value = value
        self.merged = merged


class Mapping(Placed):
    """A mapping and its entries, in the order the server applies them: merges expanded, duplicates kept."""

    __slots__ = ("entries", "first")

    def __init__(self, place: tuple[int, int, int, int], entries: list[Entry], first: Placed | None) -> None:
        self.line, self.column, self.end_line, self.end_column = place
        self.entries = entries
        self.first = first
        """The first key as written, which may be a merge key; None in `{}`."""


class Alias(Placed):
    """A `*name` at its own place, and the node that it stands for (never itself an alias)."""

    __slots__ = ("target",)

    def __init__(self, place: tuple[int, int, int, int], target: Scalar | Sequence | Mapping) -> None:
        self.line, self.column, self.end_line, self.end_column = place
        self.target = target


Content = Scalar | Sequence | Mapping
Node = Scalar | Sequence | Mapping | Alias


def is_empty(node: Placed) -> bool:
    """Tell whether there is nothing of it in the text, as of the value in `key:`."""
    return node.line == node.end_line and node.column == node.end_column


def content(node: Node) -> Content:
    """Return the node itself, or what it stands for if it is an alias."""
    return node.target if isinstance(node, Alias) else node


def parts(node: Content) -> list[Content]:
    """Return what a node is directly made of, aliases resolved, keys left out."""
    if isinstance(node, Mapping):
        return [content(entry.value) for entry in node.entries]
    return [content(item) for item in node.items] if isinstance(node, Sequence) else []


def bottom_up(root: Sequence | Mapping, known: Container[int]) -> Iterator[Sequence | Mapping]:
    """Yield the collections below and at root, each after its parts and only once, whoever refers to it.

    `known` holds the ids of those that are done: the caller adds each one that it is given.
    Works without recursion, for trees as deep as the server reads them.
    """
    waiting = [root]
    while waiting:
        node = waiting[-1]
        missing = [part for part in parts(node) if not isinstance(part, Scalar) and id(part) not in known]
        if missing and id(node) not in known:
            waiting += missing
        else:
            waiting.pop()
            if id(node) not in known:
                yield node


class Document(NamedTuple):
    """One document of a stream; `root` is None where it holds nothing but comments."""

    index: int  # type: ignore[assignment]  # hides the method of tuples, which nobody misses
    root: Node | None
    first: Span
    """Where it begins: its root, or an empty span at its first line."""


class ReadError(NamedTuple):
    """Why the server's reader refuses a text."""

    message: str
    """The server's words, such as `yaml: line 5: mapping values are not allowed in this context`."""
    span: Span
    problem: str
    """The kind of mistake in a word: see the tables of `syntax.py` and `json_reader.py`, and `builder.py`."""


class Stream(NamedTuple):
    """The documents of a text up to its first error; a text without an error has at least one document."""

    documents: tuple[Document, ...]
    error: ReadError | None = None
    error_document: int = 0
    """The index of the document that the error is in."""
    doubt: bool = False
    """Whether the server may read the text otherwise: it is too large for the reader that is sure."""
