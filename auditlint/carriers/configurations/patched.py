"""A document that patches make, each part of it with its place in the patch that it comes from.

Sources: RFC 7386 (merge patches: mappings are merged, null deletes, anything else replaces) and RFC 6902 (JSON
patches), as github.com/evanphx/json-patch applies them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from auditlint.subjects.spelling_of_flags import KEYS
from auditlint.text.values import get, has, items, pairs, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditlint.change import Change
    from auditlint.finding import Edit, Places, Span
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer, Argument
    from auditlint.text.plain import Plain

OPERATION = "\0operation"
"""Behind the way to a value, the step to the operation of a JSON patch that sets it."""
MOST_OPERATIONS = 500
"""How many operations of JSON patches are looked at: each makes the part anew that it changes."""
_DEEPEST = 8
"""Steps from the root down to which patches are merged: what concerns a server's flags is not deeper."""


class Origin(NamedTuple):
    """Where a part of the document is written."""

    places: Places
    path: Path
    by_key: bool = False
    """It is a name with its value at a key, where the document has a list of such pairs."""
    made: bool = False
    """The tool writes it: what a patch adds to it is nearer to the author."""

    def at(self, step: str | int) -> Origin:
        """Return the origin of what is one step below."""
        return Origin(self.places, (*self.path, step))


class Branch(NamedTuple):
    """A part of the document."""

    value: Plain
    origin: Origin
    below: Mapping[str | int, Branch] = MappingProxyType({})
    """The parts of it that are written elsewhere."""

    def child(self, step: str | int) -> Branch:
        """Return what is one step below; an empty part where there is nothing."""
        if step in self.below:
            return self.below[step]
        value = items(self.value)[step] if isinstance(step, int) else get(self.value, step)
        return Branch(value, self.origin.at(step))

    def with_child(self, step: str, child: Branch) -> Branch:
        """Return a mapping with another part under a key."""
        values = tuple((dict(pairs(self.value)) | {step: child.value}).items())
        nearer = Origin(child.origin.places, child.origin.path[:-1])
        return Branch(values, nearer if self.origin.made else self.origin, {**self.below, step: child})

    def find(self, path: Path) -> tuple[Origin, Path]:
        """Return where the last part on a path that has an origin of its own is written, and the rest of the path."""
        found = self
        for depth, step in enumerate(path):
            if step not in found.below:
                return found.origin, path[depth:]
            found = found.below[step]
        return found.origin, ()


def merged(target: Branch, patch: Plain, origin: Origin, depth: int = _DEEPEST) -> Branch:
    """Return the target with a merge patch that is written at origin."""
    if not isinstance(patch, tuple) or not isinstance(target.value, tuple) or not depth:
        return Branch(patch, origin)
    values = dict(pairs(target.value))
    below: dict[str | int, Branch] = dict(target.below)
    below.update((key, target.child(key)) for key in values)
    for key, value in dict(pairs(patch)).items():
        if value is None:
            values.pop(key, None)
            below.pop(key, None)
            continue
        child = merged(below[key], value, origin.at(key), depth - 1) if key in values else Branch(value, origin.at(key))
        values[key], below[key] = child.value, child
    return Branch(tuple(values.items()), origin, below)


def operated(target: Branch, operation: Plain, origin: Origin) -> Branch | None:
    """Return the target after one operation of a JSON patch that is written at origin; None if it cannot be done.

    Operations other than add, replace and remove change nothing here.
    """
    kind, steps = text(operation, "op"), text(operation, "path").split("/")[1:]
    if kind not in {"add", "replace", "remove"}:
        return target
    if not steps or len(steps) > _DEEPEST:
        return None
    new = Branch(get(operation, "value"), origin.at("value"), {OPERATION: Branch(None, origin)})
    return _put(target, [step.replace("~1", "/").replace("~0", "~") for step in steps], new, kind)


def _put(target: Branch, steps: list[str], new: Branch, kind: str) -> Branch | None:
    step, last = steps[0], len(steps) == 1
    if isinstance(target.value, list):
        return _put_into_list(target, steps, new, kind)
    if not isinstance(target.value, tuple) or (not has(target.value, step) and not (last and kind == "add")):
        return None
    if last and kind == "remove":
        left = tuple(pair for pair in pairs(target.value) if pair[0] != step)
        return Branch(left, target.origin, {key: one for key, one in target.below.items() if key != step})
    child = new if last else _put(target.child(step), steps[1:], new, kind)
    return None if child is None else target.with_child(step, child)


def _put_into_list(target: Branch, steps: list[str], new: Branch, kind: str) -> Branch | None:
    parts = [target.child(index) for index in range(len(items(target.value)))]
    last, is_end = len(steps) == 1, steps[0] == "-"
    index = len(parts) if is_end else int(steps[0]) if steps[0].isdecimal() and steps[0].isascii() else -1
    if not 0 <= index <= len(parts) or (index == len(parts) and not (last and kind == "add")):
        return None
    if not last:
        child = _put(parts[index], steps[1:], new, kind)
        if child is None:
            return None
        parts[index] = child
    elif kind == "add":
        parts.insert(index, new)
    else:
        parts[index : index + 1] = [new] if kind == "replace" else []
    return Branch([part.value for part in parts], target.origin, dict(enumerate(parts)))


class PatchedPlaces:
    """The places of a document that patches make."""

    def __init__(self, root: Branch) -> None:
        self._root = root

    @property
    def document(self) -> int:
        """The index of the document on disk that holds the patches."""
        return self._root.origin.places.document

    def value(self, path: Path, occurrence: int | None = None) -> Span:
        """Return the span of the value at path, in the patch that sets it."""
        origin, rest = self._root.find(path)
        if origin.by_key and not rest:
            return origin.places.key(origin.path)
        return origin.places.value((*origin.path, *rest), occurrence)

    def key(self, path: Path, occurrence: int | None = None) -> Span:
        """Return the span of the key at path, or of what stands for it."""
        origin, rest = self._root.find(path)
        return origin.places.key((*origin.path, *rest), occurrence)

    def pointer(self, path: Path) -> str:
        """Return a pointer to the patch, and on to what path leads to in it."""
        origin, rest = self._root.find(path)
        return origin.places.pointer((*origin.path, *rest))

    def written(self, path: Path) -> str:
        """Return what a scalar says in its patch before it has a type; "" where there is none."""
        origin, rest = self._root.find(path)
        return origin.places.written((*origin.path, *rest))

    def edits(self, path: str, changes: tuple[Change, ...]) -> tuple[Edit, ...]:
        """Return what changes replace in the patches that they belong to; () where one is of an operation, or made."""
        written: dict[int, tuple[Places, list[Change]]] = {}
        for change in changes:
            origin, rest = self._root.find(change.path)
            if origin.made or OPERATION in change.path:
                return ()
            moved = change._replace(path=(*origin.path, *rest))
            written.setdefault(id(origin.places), (origin.places, []))[1].append(moved)
        found = [places.edits(path, tuple(own)) for places, own in written.values()]
        return tuple(edit for edits in found for edit in edits) if all(found) else ()


def as_written(server: ApiServer, root: Branch) -> ApiServer:
    """Return the server with its arguments as the patches have them: at a key, in a pair, in an operation of one."""
    arguments = tuple(_in_operation(argument, root) for argument in server.arguments)
    keyed = {argument for argument in arguments if root.find(argument.path)[0].by_key}
    arguments = tuple(one._replace(by_key=True, value_path=None) if one in keyed else one for one in arguments)
    return server.replace(arguments=arguments, spelling=KEYS if keyed else server.spelling)


def _in_operation(argument: Argument, root: Branch) -> Argument:
    """Return an argument with its place in the operation that sets it, if one does."""
    path = (*argument.path, OPERATION)
    if root.find(path)[1]:
        return argument
    return argument._replace(path=path, by_key=True, value_path=argument.value_path or argument.path)
