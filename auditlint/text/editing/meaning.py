"""What a document holds after a change: what its edited text must be read as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.change import Append, Delete, Insert, RenameKey, Rewrite, SetValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.change import Change
    from auditlint.path import Path
    from auditlint.text.plain import Plain


def changed(value: Plain, changes: Sequence[Change]) -> Plain:
    """Return a document's value after changes that all speak of the value before them.

    A key that stands several times is the last of them.
    """
    for change in _in_order(changes):
        value = _changed(value, change.path, change)
    return value


def _in_order(changes: Sequence[Change]) -> list[Change]:
    """Return changes so that none moves or renames what a later one names: the last and the inmost of those first."""
    moving = [one for one in changes if isinstance(one, (Delete, Insert, RenameKey))]
    rewritten = sorted((one for one in changes if isinstance(one, Rewrite)), key=lambda one: one.start)
    others = [one for one in changes if isinstance(one, (SetValue, Append))]
    moving.sort(key=lambda one: [(step, "") if isinstance(step, int) else (0, step) for step in one.path])
    return [*others, *reversed(rewritten), *reversed(moving)]


def _changed(value: Plain, path: Path, change: Change) -> Plain:
    """Return what a value is after a change at a path below it."""
    if not path:
        return _here(value, change)
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = value if isinstance(value, list) else []
        return _in_list(items, step, rest, change)
    return _in_mapping(value if isinstance(value, tuple) else (), step, rest, change)


def _here(value: Plain, change: Change) -> Plain:
    if isinstance(change, Append):
        return [*(value if isinstance(value, list) else []), change.value]
    if isinstance(change, Rewrite) and isinstance(value, str):
        return value[: change.start] + change.text + value[change.end :]
    return change.value if isinstance(change, SetValue) else value


def _in_list(items: list[Plain], index: int, rest: Path, change: Change) -> Plain:
    if not rest and isinstance(change, Insert):
        return [*items[:index], change.value, *items[index:]]
    if not rest and isinstance(change, Delete):
        return [*items[:index], *items[index + 1 :]]
    return [_changed(item, rest, change) if at == index else item for at, item in enumerate(items)]


def _in_mapping(pairs: tuple[tuple[str, Plain], ...], key: str, rest: Path, change: Change) -> Plain:
    last = max((at for at, (name, _) in enumerate(pairs) if name == key), default=None)
    if last is None:
        return (*pairs, (key, _changed(None, rest, change))) if isinstance(change, (SetValue, Append)) else pairs
    if not rest and isinstance(change, Delete):
        return (*pairs[:last], *pairs[last + 1 :])
    if not rest and isinstance(change, Insert):
        return (*pairs[:last], *(change.value if isinstance(change.value, tuple) else ()), *pairs[last:])
    if not rest and isinstance(change, RenameKey):
        return (*pairs[:last], (change.name, pairs[last][1]), *pairs[last + 1 :])
    return (*pairs[:last], (key, _changed(pairs[last][1], rest, change)), *pairs[last + 1 :])
