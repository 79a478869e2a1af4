"""Where the values of one document stand: paths turned into spans."""

from __future__ import annotations

from auditlint.finding import Edit, Span
from auditlint.records import NamedTuple
from auditlint.text.cut import made
from auditlint.text.nodes import Content, Entry, Mapping, Node, Placed, Scalar, Sequence, content, is_empty
from auditlint.text.plain import plain
from auditlint.text.whole import ON_DISK, Whole
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditlint.change import Change
    from auditlint.path import Path
    from auditlint.text.cut import Cut
    from auditlint.text.editing import Written
    from auditlint.text.piece import DecodedPiece, Piece, Text
    from auditlint.text.plain import Plain

_INDEXED_FROM = 16
"""Mappings with fewer entries are searched in order; larger ones get an index at the first look."""


class NodePlaces:
    """The places of one document of a text; `first` is where an empty document begins."""

    __slots__ = ("_document", "_first", "_indexes", "_root", "_text", "_written")

    def __init__(self, root: Node | None, first: Span, text: Text = ON_DISK, document: int = 0) -> None:
        self._root = root
        self._first = first
        self._text = text
        self._document = document
        self._indexes: dict[int, dict[str, list[Entry]]] = {}
        self._written: Written | None = None
        """How the document is written, once an edit asked for it."""

    @property
    def index(self) -> int:
        """The index of the document in its own text, from 0."""
        return self._document

    @property
    def plain(self) -> Plain:
        """What the document holds."""
        return plain(self._root)

    @property
    def document(self) -> int:
        """The index of the document on disk, from 0; of a piece, that of the document around it."""
        return self._document if self._text.document is None else self._text.document

    def value(self, path: Path, occurrence: int | None = None) -> Span:
        """Return the span of the value at path; of a mapping or list in a list its first key or item starts it.

        An empty value (`level:`) gives its key; a path that leads to nothing gives the deepest key that exists.
        """
        if self._root is None:
            return self._text.span(self._first)
        return self._text.span(_value(self._find(self._root, path, occurrence)))

    def key(self, path: Path, occurrence: int | None = None) -> Span:
        """Return the span of the key at path; `occurrence` (from 0) picks among duplicates, the last by default.

        The key of the document's root, and of a list item, is its first key, or the item itself.
        """
        if self._root is None:
            return self._text.span(self._first)
        return self._text.span(_key(self._find(self._root, path, occurrence)))

    def pointer(self, path: Path) -> str:
        """Return path as an RFC 6901 pointer from the root of the document on disk."""
        return self._text.pointer + "".join(["/" + str(step).replace("~", "~0").replace("/", "~1") for step in path])

    def piece(self, path: Path, *, json: bool) -> Piece | None:
        """Return the string at path as a text of its own; None where there is no string. `json`: the text is JSON."""
        from auditlint.text.written import string_piece

        node = self._string(path)
        if node is None:
            return None
        return string_piece(self._text, node, self.pointer(path) + "#", self.document, json=json)

    def decoded(self, path: Path, data: bytes, encode: Callable[[bytes], str], *, json: bool) -> DecodedPiece | None:
        """Return what is encoded in the string at path as a text of its own; None where there is no string.

        `encode` writes other data as these are written.
        """
        from auditlint.text.cut import Cut
        from auditlint.text.piece import DecodedPiece

        def written(data: bytes) -> Cut | None:
            piece = self.piece(path, json=json)
            return None if piece is None else piece.outward(Cut(0, len(piece.text), encode(data)))

        node = self._string(path)
        if node is None:
            return None
        lines = self._text.lines
        whole = lines.offset(node.line, node.column), lines.offset(node.end_line, node.end_column)
        return DecodedPiece(self._text, whole, data, self.pointer(path) + "#", self.document, written=written)

    def written(self, path: Path) -> str:
        """Return what a scalar says before it has a type, such as `007`; "" where there is none."""
        if self._root is None:
            return ""
        found = self._find(self._root, path, None)
        node = content(found.node)
        return node.text if found.whole and isinstance(node, Scalar) else ""

    def edits(self, path: str, changes: tuple[Change, ...]) -> tuple[Edit, ...]:
        """Return what changes of the document replace in the file at `path`; () where they cannot be made."""
        from auditlint.text import editing

        if self._written is None:
            self._written = editing.written(self._text, self._root)
        cuts = editing.cuts(self._text, self._root, changes, self._written) or ()
        if "&" in self._text.text and not self._says(made(self._text.text, cuts), changes):
            return ()  # an anchor is all that lets an edit reach further than its place
        return on_disk(self._text, path, cuts)

    def _says(self, text: str, changes: tuple[Change, ...]) -> bool:
        """Tell whether an edited text is read as changes of the document say."""
        from auditlint.text import reader
        from auditlint.text.editing.meaning import changed

        documents = reader.read(text.encode("utf-8", "replace")).documents[self._document :]
        return bool(documents) and plain(documents[0].root) == changed(self.plain, changes)

    def _string(self, path: Path) -> Scalar | None:
        if self._root is None:
            return None
        found = self._find(self._root, path, None)
        node = content(found.node) if found.whole else None
        return node if isinstance(node, Scalar) and isinstance(node.value, str) else None

    def _find(self, root: Node, path: Path, occurrence: int | None) -> _Found:
        """Follow path as far as it leads; only its last step looks at `occurrence`."""
        found = _Found(None, root, whole=True)
        for depth, step in enumerate(path, start=1):
            deeper = self._step(content(found.node), step, occurrence if depth == len(path) else None)
            if deeper is None:
                return _Found(found.entry, found.node, whole=False)
            found = deeper
        return found

    def _step(self, node: Content, step: str | int, occurrence: int | None) -> _Found | None:
        if isinstance(node, Mapping):
            entries = self._entries(node, str(step))
            if not entries:
                return None
            entry = entries[-1 if occurrence is None or occurrence >= len(entries) else occurrence]
            return _Found(entry, entry.value, whole=True)
        if isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
            return _Found(None, node.items[step], whole=True)
        return None

    def _entries(self, node: Mapping, name: str) -> list[Entry]:
        if len(node.entries) < _INDEXED_FROM:
            return [entry for entry in node.entries if entry.name == name]
        index = self._indexes.get(id(node))
        if index is None:
            index = {}
            for entry in node.entries:
                index.setdefault(entry.name, []).append(entry)
            self._indexes[id(node)] = index
        return index.get(name, [])


def on_disk(text: Text, path: str, cuts: tuple[Cut, ...]) -> tuple[Edit, ...]:
    """Return what cuts of a text replace in the file at `path`; () where that cannot be written in it."""
    while not isinstance(text, Whole):
        cuts, text = _outward(text, cuts), text.outer
    return tuple(Edit(path, text.stretch(cut.start, cut.end), cut.text) for cut in cuts)


def _outward(text: Piece | DecodedPiece, cuts: tuple[Cut, ...]) -> tuple[Cut, ...]:
    from auditlint.text.piece import Piece

    if isinstance(text, Piece):
        return tuple(map(text.outward, cuts))
    whole = text.outward(cuts)
    return () if whole is None else (whole,)


class _Found(NamedTuple):
    """How far a path led: the entry it ended in (None at the root and in lists), its node, and if that was all."""

    entry: Entry | None
    node: Node
    whole: bool


def _value(found: _Found) -> Span:
    if not found.whole:
        return _key(found)
    if found.entry is None:
        start = _first_key(found.node)
        return Span(start.line, start.column, found.node.end_line, found.node.end_column)
    return found.entry.key.span if is_empty(found.node) else found.node.span


def _key(found: _Found) -> Span:
    return _first_key(found.node).span if found.entry is None else found.entry.key.span


def _first_key(node: Node) -> Placed:
    """Return the first key of a mapping, of the first item of a list, or else the node itself."""
    while isinstance(node, Sequence) and node.items:
        node = node.items[0]
    return node.first or node if isinstance(node, Mapping) else node
