"""Changes at paths made in the text: edits in the style around them, which leave every other character as it is."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from auditlint.change import Append, Delete, Insert, RenameKey, Rewrite, SetValue
from auditlint.text.cut import Cut
from auditlint.text.editing import block, flow, rendering
from auditlint.text.editing.site import Site, UneditableError, written_entries
from auditlint.text.nodes import Alias, Mapping, Scalar, Sequence, is_empty
from auditlint.text.written import string_piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Sequence as ListOf

    from auditlint.change import Change, Content
    from auditlint.path import Path
    from auditlint.text.editing.rendering import Style
    from auditlint.text.nodes import Entry, Node
    from auditlint.text.piece import Text

__all__ = ["Written", "cuts", "written"]


class Written(NamedTuple):
    """What edits of a document go by, worked out once: where its parts stand, and how they are written."""

    site: Site
    style: Style


def written(text: Text, root: Node | None) -> Written:
    """Return what edits of a document go by: its whole tree is looked at."""
    site = Site(text)
    return Written(site, rendering.style_of(site, root))


def cuts(
    text: Text, root: Node | None, changes: ListOf[Change], known: Written | None = None
) -> tuple[Cut, ...] | None:
    """Return what changes of a document replace in its text, in order; None where they cannot be made.

    `known` is what they go by, where that is worked out already.
    """
    if root is None:
        return None
    try:
        found = sorted(_Editor(text, root, known or written(text, root)).cuts(changes), key=lambda cut: cut.start)
    except UneditableError:
        return None
    apart = all(one.end <= other.start for one, other in pairwise(found))
    return tuple(found) if apart else None


class _Spot(NamedTuple):
    """A node, and what it is in: an entry of a mapping, an item of a list, or the root of all."""

    node: Node
    above: Mapping | Sequence | None = None
    entry: Entry | None = None
    number: int = 0
    """The number of the part that it is of what it is in."""


class _Editor:
    """Makes the changes of one document."""

    def __init__(self, text: Text, root: Node, known: Written) -> None:
        self._text = text
        self._site = known.site
        self._root = root
        self._style = known.style
        self._deleted: dict[int, tuple[Mapping | Sequence, set[int], _Spot]] = {}
        self._added: dict[int, tuple[_Spot, list[tuple[Path, Content]]]] = {}
        self._appended: dict[int, tuple[_Spot, list[Content]]] = {}
        self._inserted: dict[tuple[int, int], tuple[Mapping | Sequence, list[Content]]] = {}

    def cuts(self, changes: Iterable[Change]) -> Iterator[Cut]:
        """Yield the cuts; UneditableError where one cannot be made."""
        for change in changes:
            yield from self._noted(change)
        for collection, deleted, spot in self._deleted.values():
            yield from self._delete(collection, frozenset(deleted), spot)
        for spot, values in self._added.values():
            yield from self._add(spot, _nested(values))
        for spot, items in self._appended.values():
            yield from self._append(spot, items)
        for (_, index), (sequence, items) in self._inserted.items():
            yield self._insert(sequence, index, items)

    def _noted(self, change: Change) -> Iterator[Cut]:
        """Yield what a change replaces in place; changes of collections are gathered first."""
        spot, missing = self._find(change.path)
        if isinstance(change, (SetValue, Append)) and missing:
            value = [change.value] if isinstance(change, Append) else change.value
            self._added.setdefault(id(spot.node), (spot, []))[1].append((missing, value))
        elif isinstance(change, Append):
            self._appended.setdefault(id(spot.node), (spot, []))[1].append(change.value)
        elif missing:
            raise UneditableError
        elif isinstance(change, SetValue):
            yield from self._set(spot, change.value)
        elif isinstance(change, Rewrite):
            yield self._rewrite(spot, change)
        elif isinstance(change, RenameKey):
            yield self._rename(spot, change.name)
        elif isinstance(change, Insert):
            if spot.above is None:
                raise UneditableError
            self._inserted.setdefault((id(spot.above), spot.number), (spot.above, []))[1].append(change.value)
        else:
            self._note_deleted(change)

    def _note_deleted(self, change: Delete) -> None:
        spot = self._find(change.path)[0]
        if spot.above is None:
            raise UneditableError
        holder = self._find(change.path[:-1])[0]
        self._deleted.setdefault(id(spot.above), (spot.above, set(), holder))[1].add(spot.number)

    def _find(self, path: Path) -> tuple[_Spot, Path]:
        """Return what is at a path, or as deep as it leads, and the rest of the path; never through an alias."""
        spot = _Spot(self._root)
        for depth, step in enumerate(path):
            if isinstance(spot.node, Alias):
                raise UneditableError
            below = _step(spot.node, step)
            if below is None:
                return spot, path[depth:]
            spot = below
        return spot, ()

    def _rename(self, spot: _Spot, name: str) -> Cut:
        if spot.entry is None or not isinstance(spot.above, Mapping):
            raise UneditableError
        if any(entry.name == name for entry in spot.above.entries):
            raise UneditableError
        key = spot.entry.key
        written = rendering.scalar(name, key.style, as_json=self._site.json)
        return Cut(self._site.content_start(key), self._site.end(key), written)

    def _rewrite(self, spot: _Spot, change: Rewrite) -> Cut:
        node = spot.node
        piece = string_piece(self._text, node, "", 0, json=self._site.json) if isinstance(node, Scalar) else None
        if piece is None:
            raise UneditableError
        return piece.outward(Cut(change.start, change.end, change.text))

    def _set(self, spot: _Spot, value: Content) -> Iterator[Cut]:
        node = spot.node
        if isinstance(node, Scalar) and is_empty(node):
            yield self._fill(spot, value)
        elif isinstance(node, Sequence) and isinstance(value, list) and len(value) == len(node.items):
            for index, (item, new) in enumerate(zip(node.items, value, strict=True)):
                if not isinstance(item, Scalar) or item.value != new:
                    yield from self._set(_Spot(item, node, None, index), new)
        elif isinstance(node, (Mapping, Sequence)) and not self._site.is_flow(node) and self._is_below(node):
            start = self._behind(spot)
            yield Cut(start, self._site.end(node), f" {self._flow(value, node)}")
        else:
            yield Cut(self._site.content_start(node), self._site.end(node), self._flow(value, node))

    def _is_below(self, node: Node) -> bool:
        """Tell whether a block collection begins on a line of its own."""
        return not self._site.before(self._site.start(node)).strip()

    def _behind(self, spot: _Spot) -> int:
        """Return the offset behind the colon or the dash of what a value belongs to."""
        if spot.entry is not None:
            return self._site.after_colon(spot.entry)
        if isinstance(spot.above, Sequence) and not self._site.is_flow(spot.above):
            return self._site.parts(spot.above)[spot.number].start + 1
        raise UneditableError

    def _fill(self, spot: _Spot, value: Content) -> Cut:
        """Return what writes a value where there is none."""
        at = self._behind(spot)
        if isinstance(value, (list, tuple)) and value and spot.entry is not None and not self._in_flow(spot):
            _, *lines = rendering.entry_lines("", value, self._style)
            if lines:
                blanks = self._site.newline + " " * (spot.entry.key.column - 1)
                end = self._site.line_end(at)
                return Cut(end, end, "".join(blanks + line for line in lines))
        return Cut(at, at, f" {rendering.flow(value, self._style)}")

    def _in_flow(self, spot: _Spot) -> bool:
        return self._site.json or (spot.above is not None and self._site.is_flow(spot.above))

    def _flow(self, value: Content, old: Node) -> str:
        """Return a value on one line, with the quotes of what it replaces; strings that stay are written as before."""
        quote = _quote(old)
        if isinstance(value, list):
            kept = {item.value: self._site.written(item) for item in _scalars(old) if item.style not in {"|", ">"}}
            items = [kept.get(one) if isinstance(one, str) else None for one in value]
            written = [
                text or rendering.flow(one, self._style, quote or None) for text, one in zip(items, value, strict=True)
            ]
            return f"[{', '.join(written)}]"
        return rendering.flow(value, self._style, quote)

    def _add(self, spot: _Spot, pairs: tuple[tuple[str, Content], ...]) -> Iterator[Cut]:
        """Yield what adds keys to a mapping."""
        site, node = self._site, spot.node
        if isinstance(node, Scalar) and is_empty(node):
            yield self._fill(spot, pairs)
            return
        if not isinstance(node, Mapping):
            raise UneditableError
        parts = site.parts(node)
        if site.is_flow(node):
            texts = [rendering.flow(((key, value),), self._style)[1:-1] for key, value in pairs]
            yield flow.append(site, site.content_start(node), site.end(node) - 1, parts, texts)
        elif parts:
            lines = [line for key, value in pairs for line in rendering.entry_lines(key, value, self._style)]
            yield block.append(site, parts, lines)
        else:
            raise UneditableError

    def _append(self, spot: _Spot, items: list[Content]) -> Iterator[Cut]:
        """Yield what adds items to a list."""
        site, node = self._site, spot.node
        if isinstance(node, Scalar) and is_empty(node):
            yield self._fill(spot, items)
            return
        if not isinstance(node, Sequence):
            raise UneditableError
        parts = site.parts(node)
        if site.is_flow(node):
            texts = [rendering.flow(item, self._style, _item_quote(node, item)) for item in items]
            yield flow.append(site, site.content_start(node), site.end(node) - 1, parts, texts)
        else:
            yield block.append(site, parts, self._item_lines(node, items))

    def _insert(self, node: Mapping | Sequence, index: int, values: list[Content]) -> Cut:
        """Return what puts items, or pairs of keys and values, in front of a part."""
        site, parts = self._site, self._site.parts(node)
        if isinstance(node, Mapping):
            pairs = [pair for value in values if isinstance(value, tuple) for pair in value]
            if site.is_flow(node):
                return flow.insert(site, parts, index, [rendering.flow((pair,), self._style)[1:-1] for pair in pairs])
            lines = [line for key, value in pairs for line in rendering.entry_lines(key, value, self._style)]
            return block.insert(site, parts[index], lines)
        if site.is_flow(node):
            texts = [rendering.flow(item, self._style, _item_quote(node, item)) for item in values]
            return flow.insert(site, parts, index, texts)
        after = parts[index - 1].end if index else -1
        return block.insert(site, parts[index], self._item_lines(node, values), after)

    def _item_lines(self, node: Sequence, items: list[Content]) -> list[str]:
        """Return the lines of new items of a block list: mappings in braces where all others are."""
        if items and all(isinstance(one, Mapping) and self._site.is_flow(one) for one in node.items):
            return [f"- {rendering.flow(item, self._style)}" for item in items]
        quotes = [_item_quote(node, item) for item in items]
        found = [
            rendering.item_lines(item, self._style, self._style.item_quote if quote is None else quote)
            for item, quote in zip(items, quotes, strict=True)
        ]
        return [line for lines in found for line in lines]

    def _delete(self, node: Mapping | Sequence, deleted: frozenset[int], holder: _Spot) -> Iterator[Cut]:
        site, parts = self._site, self._site.parts(node)
        is_flow = site.is_flow(node)
        if len(deleted) < len(parts):
            yield from (
                flow.delete(site, site.end(node) - 1, parts, deleted) if is_flow else block.delete(site, parts, deleted)
            )
        elif is_flow:
            yield Cut(site.content_start(node) + 1, site.end(node) - 1, "")
        else:
            empty = "{}" if isinstance(node, Mapping) else "[]"
            if self._is_below(node):
                yield Cut(self._behind(holder), parts[-1].end, f" {empty}")
            else:
                yield Cut(parts[0].start, parts[-1].end, empty)


def _step(node: Node, step: str | int) -> _Spot | None:
    """Return what is one step below a node."""
    if isinstance(node, Mapping) and isinstance(step, str):
        found = [(at, entry) for at, entry in enumerate(written_entries(node)) if entry.name == step]
        if not found and any(entry.name == step for entry in node.entries):
            raise UneditableError  # it comes through a merge key
        return _Spot(found[-1][1].value, node, found[-1][1], found[-1][0]) if found else None
    if isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
        return _Spot(node.items[step], node, None, step)
    return None


def _nested(values: Iterable[tuple[Path, Content]]) -> tuple[tuple[str, Content], ...]:
    """Return the keys to add for values at paths below a mapping; UneditableError where a path leads into a list."""
    below: dict[str, list[tuple[Path, Content]]] = {}
    for path, value in values:
        if not isinstance(path[0], str):
            raise UneditableError
        below.setdefault(path[0], []).append((path[1:], value))
    return tuple((key, _joined(inner)) for key, inner in below.items())


def _joined(values: list[tuple[Path, Content]]) -> Content:
    """Return one value of those that are to stand at a path or below it; lists to append to are one list."""
    if values[0][0]:
        return _nested(values)
    if len(values) == 1:
        return values[0][1]
    if not all(isinstance(value, list) for _, value in values):
        raise UneditableError
    return [item for _, value in values if isinstance(value, list) for item in value]


def _scalars(node: Node) -> list[Scalar]:
    if isinstance(node, Scalar):
        return [node]
    return [item for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []


def _quote(node: Node) -> str | None:
    """Return the quotes around what is replaced; None where there are none to go by."""
    if isinstance(node, Scalar) and node.style in {"|", ">"}:
        return None
    styles = [scalar.style for scalar in _scalars(node)]
    return max(styles, key=styles.count) if styles else None


def _item_quote(node: Sequence, item: Content) -> str | None:
    """Return the quotes around the scalars that stand in a list already; None where there are none, or no matter."""
    return None if isinstance(item, (list, tuple)) else _quote(node)
