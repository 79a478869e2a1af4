"""From parser events to nodes, with everything the server checks on the way.

The events may come from libyaml (PyYAML) or from ruamel.yaml: both use the same class and attribute names.
Source of the checks: `decode.go` of go.yaml.in/yaml/v2, `yaml.go` of sigs.k8s.io/yaml, Go's encoding/json.
"""

from __future__ import annotations

import math

from auditlint.finding import Span
from auditlint.records import NamedTuple
from auditlint.text import scalars
from auditlint.text.nodes import (
    Alias,
    Content,
    Document,
    Entry,
    Mapping,
    Node,
    Placed,
    ReadError,
    Scalar,
    Sequence,
    bottom_up,
    content,
    is_empty,
    parts,
)
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

MAX_DEPTH = 10_000
"""How deep the server's YAML and JSON readers let collections nest."""

_MERGE_TAG = "tag:yaml.org,2002:merge"
_OPEN = (0, 0, 0, 0)

_FREE_ALIASES = 100
_FREE_VALUES = 1000
# Beyond these, aliases may bring 99 % of the values up to 400,000, 10 % from 4,000,000 on, and a line in between.
_FEW_VALUES = 400_000
_MANY_VALUES = 4_000_000


class RefusedError(Exception):
    """The text is refused, for the reason given."""

    def __init__(self, error: ReadError) -> None:
        super().__init__(error.message)
        self.error = error


class _Frame(NamedTuple):
    """A collection that is open: its node, what it holds so far, and how it was begun."""

    node: Mapping | Sequence | None
    children: list[Node]
    flow: bool
    anchor: str | None
    counted: int
    """How many values had been decoded before this collection."""


class DocumentBuilder:
    """Takes the events of one document, from its first node on; `document` gives the outcome."""

    def __init__(self, block_end: Callable[[int, int], tuple[int, int]]) -> None:
        self._block_end = block_end
        self._outer: list[_Frame] = []
        self._here = _Frame(None, [], flow=False, anchor=None, counted=0)
        self._anchors: dict[str, tuple[Content, int]] = {}
        self._heights: dict[int, int] = {}
        self._kept: list[Placed] = []
        """Nodes that are looked up by id: they must outlive the tree they may have dropped out of."""
        self._merge_keys: set[int] = set()
        self._go_values: dict[int, scalars.Value] = {}
        self._unfit: dict[int, ReadError] = {}
        self._problem: ReadError | None = None
        self._problem_at: tuple[float, float] = (math.inf, math.inf)
        self._count = 1
        self._aliased = 0

    def scalar(self, event: Any) -> None:
        """Add a scalar to the open collection."""
        start, end, text, style = event.start_mark, event.end_mark, event.value, event.style or ""
        place = start.line + 1, start.column + 1, end.line + 1, end.column + 1
        if style in {"|", ">"}:
            place = (*place[:2], *self._block_end(place[0], place[2] - (end.column == 0)))
        elif not text and place[:2] == place[2:] and self._expects_value():
            key = self._here.children[-1]
            place = (key.end_line, key.end_column) * 2
        node = Scalar(place, text, text, style)
        implicit, tag = event.implicit[0], event.tag
        if tag is not None or (implicit and (not text or text[0] in scalars.TYPED_STARTS)):
            self._give_type(node, tag)
        if event.anchor is not None:
            self._anchors[event.anchor] = node, 1
        if text == "<<" and (implicit or tag == _MERGE_TAG) and self._expects_key():
            self._merge_keys.add(id(node))
            self._kept.append(node)
        else:
            self._count_values(1, node)
        self._here.children.append(node)

    def alias(self, event: Any) -> None:
        """Add an alias to the open collection; RefusedError if nothing has its name."""
        start, end = event.start_mark, event.end_mark
        place = start.line + 1, start.column + 1, end.line + 1, end.column + 1
        if event.anchor not in self._anchors:
            message = f"yaml: unknown anchor '{event.anchor}' referenced"
            raise RefusedError(ReadError(message, Span(*place), "unknown-anchor"))
        target, size = self._anchors[event.anchor]
        node = Alias(place, target)
        if target.end_line == 0:
            self._refuse(f"yaml: anchor '{event.anchor}' value contains itself", node, "self-reference")
        elif self._problem is None and len(self._outer) + self._height(target) > MAX_DEPTH:
            self._refuse("couldn't get version/kind; json parse error: exceeded max depth", node, "depth")
        self._aliased += size
        self._count_values(1 + size, node)
        self._here.children.append(node)

    def sequence_start(self, event: Any) -> None:
        """Open a sequence."""
        self._open(event, Sequence(_OPEN, []))

    def mapping_start(self, event: Any) -> None:
        """Open a mapping."""
        self._open(event, Mapping(_OPEN, [], None))

    def collection_end(self, event: Any) -> None:
        """Close the collection that is open."""
        frame = self._here
        self._here = self._outer.pop()
        node, children = frame.node, frame.children
        if isinstance(node, Mapping):
            node.entries = self._entries(node, children)
            node.first = children[0] if children else None
        elif isinstance(node, Sequence):
            node.items = children
        else:
            raise TypeError("the end of a collection that was never begun")
        node.end_line, node.end_column = _end(event, children, flow=frame.flow)
        if frame.anchor is not None and self._anchors[frame.anchor][0] is node:
            self._anchors[frame.anchor] = node, self._count - frame.counted

    def document(self, index: int, first: Span) -> Document:
        """Return the finished document; RefusedError if the server refuses what it holds."""
        root = self._here.children[0]
        if self._problem is None and self._unfit:
            self._problem = self._reachable_problem(root)
        if self._problem is not None:
            raise RefusedError(self._problem)
        if isinstance(root, Scalar) and root.value is None and root.plain and is_empty(root):
            return Document(index, None, first)
        return Document(index, root, root.span)

    def _open(self, event: Any, node: Mapping | Sequence) -> None:
        mark = event.start_mark
        node.line, node.column = mark.line + 1, mark.column + 1
        self._here.children.append(node)
        if event.anchor is not None:
            self._anchors[event.anchor] = node, 0
        self._outer.append(self._here)
        self._here = _Frame(node, [], event.flow_style, event.anchor, self._count)
        self._count_values(1, node)
        if len(self._outer) > MAX_DEPTH:
            where = f"line {mark.line + 1}: " if mark.line else ""
            raise RefusedError(ReadError(f"yaml: {where}exceeded max depth of {MAX_DEPTH}", _start(node), "depth"))

    def _expects_key(self) -> bool:
        return isinstance(self._here.node, Mapping) and len(self._here.children) % 2 == 0

    def _expects_value(self) -> bool:
        return isinstance(self._here.node, Mapping) and len(self._here.children) % 2 == 1

    def _give_type(self, node: Scalar, tag: str | None) -> None:
        """Work out the value of a scalar that may be something else than a string."""
        try:
            value = scalars.resolve_plain(node.text) if tag is None else scalars.resolve_tagged(node.text, tag)
        except scalars.UnfitScalarError as error:
            self._refuse(f"yaml: {error}", node, "tag")
            return
        node.value = scalars.json_value(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self._go_values[id(node)] = value
            self._kept.append(node)
        if isinstance(value, float) and not math.isfinite(value):
            message = f"json: unsupported value: {scalars.go_float(value)}"
            self._unfit[id(node)] = ReadError(message, node.span, "unsupported-value")

    def _entries(self, node: Mapping, children: list[Node]) -> list[Entry]:
        if self._merge_keys and any(id(key) in self._merge_keys for key in children[::2]):
            return self._merged_entries(node, children)
        return [self._entry(node, children[at], children[at + 1]) for at in range(0, len(children), 2)]

    def _merged_entries(self, node: Mapping, children: list[Node]) -> list[Entry]:
        """Return the entries with each `<<` replaced, at its place, by what it merges: later entries override."""
        entries: list[Entry] = []
        for key, value in zip(children[::2], children[1::2], strict=True):
            if id(key) in self._merge_keys:
                entries += self._merge(node, value)
            else:
                entries.append(self._entry(node, key, value))
        return entries

    def _merge(self, owner: Mapping, value: Node) -> Iterator[Entry]:
        """Yield what a merge brings, in the order the server applies it: of a list, the last mapping first."""
        self._kept.append(value)
        for node in reversed(value.items) if isinstance(value, Sequence) else [value]:
            mapping = content(node)
            if not isinstance(mapping, Mapping):
                message = "yaml: map merge requires map or sequence of maps as the value"
                self._refuse(message, node, "merge")
            if self._problem is not None or not isinstance(mapping, Mapping):
                return
            if id(mapping) in self._unfit:
                self._unfit[id(owner)] = self._unfit[id(mapping)]
            for entry in mapping.entries:
                yield Entry(entry.name, entry.key, entry.value, merged=True)

    def _entry(self, node: Mapping, key: Node, value: Node) -> Entry:
        if isinstance(key, Scalar) and isinstance(key.value, str):
            return Entry(key.value, key, value)
        from auditlint.text.gosyntax import go_syntax

        target = content(key)
        if not isinstance(target, Scalar):
            self._refuse(f"yaml: invalid map key: {go_syntax(target)}", key, "invalid-key", after=True)
            target = Scalar(_OPEN, "", None, "")
        try:
            name = scalars.key_name(self._go_values.get(id(target), target.value))
        except scalars.UnfitScalarError as error:
            name = target.text
            self._unfit[id(node)] = ReadError(f"{error}, value: {go_syntax(value)}", key.span, "invalid-key")
        place = key.line, key.column, key.end_line, key.end_column
        return Entry(name, Scalar(place, target.text, target.value, target.style), value)

    def _count_values(self, number: int, node: Placed) -> None:
        """Count values as the server decodes them, aliases in full; too large a part from aliases is refused."""
        self._count += number
        if self._aliased > _FREE_ALIASES and self._problem is None and self._is_excessive():
            self._refuse("yaml: document contains excessive aliasing", node, "aliasing")

    def _is_excessive(self) -> bool:
        return self._count > _FREE_VALUES and self._aliased > self._count * _alias_share(self._count)

    def _refuse(self, message: str, node: Placed, problem: str, *, after: bool = False) -> None:
        """Remember why the document is refused, `after` the node if not at it: of several reasons, the first counts.

        The syntax of the whole document is judged before.
        """
        at = (node.end_line, node.end_column) if after else (node.line, node.column)
        if at < self._problem_at or (at == self._problem_at and problem == "merge"):
            self._problem = ReadError(message, node.span if node.end_line else _start(node), problem)
            self._problem_at = at

    def _height(self, node: Content) -> int:
        """Return how many levels of collections node has, itself included, aliases followed."""
        if isinstance(node, Scalar):
            return 0
        for collection in bottom_up(node, self._heights):
            heights = [self._heights[id(part)] for part in parts(collection) if not isinstance(part, Scalar)]
            self._heights[id(collection)] = 1 + max(heights, default=0)
        return self._heights[id(node)]

    def _reachable_problem(self, root: Node) -> ReadError | None:
        """Return what JSON cannot hold, unless a later duplicate of a key hides it."""
        waiting, seen = [content(root)], set[int]()
        while waiting:
            node = waiting.pop()
            if id(node) in self._unfit:
                return self._unfit[id(node)]
            if id(node) not in seen:
                seen.add(id(node))
                waiting += reversed([content(part) for part in _last_values(node)])
        return None


def _start(node: Placed) -> Span:
    return Span(node.line, node.column, node.line, node.column + 1)


def _end(event: Any, children: list[Node], *, flow: bool) -> tuple[int, int]:
    """Return the end of a collection: without a bracket of its own, that of its last part."""
    mark = event.end_mark
    if flow and (mark.index != event.start_mark.index or not children):
        return mark.line + 1, mark.column + 1
    return children[-1].end_line, children[-1].end_column


def _last_values(node: Content) -> list[Node]:
    if isinstance(node, Mapping):
        return list({entry.name: entry.value for entry in node.entries}.values())
    return node.items if isinstance(node, Sequence) else []


def _alias_share(count: int) -> float:
    """Return how much of a document of `count` values aliases may bring."""
    if count <= _FEW_VALUES:
        return 0.99
    if count >= _MANY_VALUES:
        return 0.10
    return 0.99 - 0.89 * ((count - _FEW_VALUES) / (_MANY_VALUES - _FEW_VALUES))
