"""A text and where the nodes of its documents stand in it, as offsets."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from auditlint.text.nodes import Alias, Entry, Mapping, Sequence, is_empty
from auditlint.text.reader import looks_like_json

if TYPE_CHECKING:
    from auditlint.text.lines import LineIndex
    from auditlint.text.nodes import Node, Placed
    from auditlint.text.piece import Text

_PROPERTIES = re.compile(r"(?:(?:!\S*|&[^\s,\[\]{}]+)(?:[ \t\r\n]|#[^\r\n]*)*)*")
_BREAK = re.compile(r"\r\n?|\n")
_LINE = re.compile(r"[^\r\n]*")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")
_TO_COLON = re.compile(r"\s*:")


class UneditableError(Exception):
    """A change cannot be made without more than it asks for."""


class Part(NamedTuple):
    """An entry of a mapping or an item of a list: from its key or dash to the end of its value."""

    start: int
    end: int


class Site:
    """A text that is edited."""

    def __init__(self, text: Text) -> None:
        self.text: str = text.text
        self.lines: LineIndex = text.lines
        self.json = looks_like_json(text.data)
        self._known: dict[int, list[Part]] = {}

    @cached_property
    def newline(self) -> str:
        """What ends its lines."""
        found = _BREAK.search(self.text)
        return found[0] if found else "\n"

    def start(self, node: Placed) -> int:
        """Return where a node begins, with its anchor and tag."""
        return self.lines.offset(node.line, node.column)

    def end(self, node: Placed) -> int:
        """Return where a node ends; a block mapping whose last key has no value, behind the colon of that."""
        while isinstance(node, (Mapping, Sequence)) and not self.is_flow(node):
            last = _last(node)
            if isinstance(last, Entry) and is_empty(last.value):
                return self.after_colon(last)
            value = last.value if isinstance(last, Entry) else last
            if value is None or is_empty(value):
                break
            node = value
        return self.lines.offset(node.end_line, node.end_column)

    def content_start(self, node: Placed) -> int:
        """Return where a node begins behind its anchor and tag."""
        found = _PROPERTIES.match(self.text, self.start(node))
        return found.end() if found and not isinstance(node, Alias) else self.start(node)

    def is_flow(self, node: Node) -> bool:
        """Tell whether a collection stands in brackets."""
        return self.text.startswith(("[", "{"), self.content_start(node))

    def written(self, node: Placed) -> str:
        """Return what stands there for a node."""
        return self.text[self.content_start(node) : self.end(node)]

    def line_start(self, at: int) -> int:
        """Return where the line of an offset begins."""
        return self.lines.line_start(at)

    def line_end(self, at: int) -> int:
        """Return where the line of an offset ends, before what ends it."""
        found = _LINE.match(self.text, at)
        return found.end() if found else at

    def after_line(self, at: int) -> int:
        """Return where the line after that of an offset begins."""
        end = self.line_end(at)
        found = _BREAK.match(self.text, end)
        return found.end() if found else end

    def before_line(self, at: int) -> int:
        """Return where the line before that of an offset ends."""
        start = self.line_start(at)
        return start - 2 if self.text.endswith("\r\n", 0, start) else max(start - 1, 0)

    def before(self, at: int) -> str:
        """Return what stands on the line of an offset before it."""
        return self.text[self.line_start(at) : at]

    def past_space(self, at: int) -> int:
        """Return the offset behind white space and comments."""
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def after_colon(self, entry: Entry) -> int:
        """Return the offset behind the colon of an entry; UneditableError where none follows the key."""
        found = _TO_COLON.match(self.text, self.end(entry.key))
        if found is None:
            raise UneditableError
        return found.end()

    def entry_end(self, entry: Entry) -> int:
        """Return where an entry ends."""
        return self.after_colon(entry) if is_empty(entry.value) else self.end(entry.value)

    def parts(self, node: Mapping | Sequence) -> list[Part]:
        """Return where the parts of a collection stand, in their order; what is merged into it has no part."""
        found = self._known.get(id(node))
        if found is None:
            found = self._known[id(node)] = self._parts(node)
        return found

    def _parts(self, node: Mapping | Sequence) -> list[Part]:
        if isinstance(node, Mapping):
            return [Part(self.start(one.key), self.entry_end(one)) for one in written_entries(node)]
        if self.is_flow(node):
            return [Part(self.start(item), self.end(item)) for item in node.items]
        return self._items(node)

    def _items(self, node: Sequence) -> list[Part]:
        """Return where the items of a list stand, each with its dash."""
        parts, at = list[Part](), self.content_start(node)
        for item in node.items:
            dash = self.past_space(at)
            if not self.text.startswith("-", dash):
                raise UneditableError
            at = max(self.end(item), dash + 1)
            parts.append(Part(dash, at))
        return parts


def _last(node: Mapping | Sequence) -> Entry | Node | None:
    """Return the last part of a collection."""
    parts: list[Entry] | list[Node] = written_entries(node) if isinstance(node, Mapping) else node.items
    return parts[-1] if parts else None


def written_entries(node: Mapping) -> list[Entry]:
    """Return the entries of a mapping that stand in it, in their order."""
    return [entry for entry in node.entries if not entry.merged]
