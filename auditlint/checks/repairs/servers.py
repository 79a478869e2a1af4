"""Fixes of the arguments, mounts and volumes of a kube-apiserver, as its carrier writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.change import Delete, Insert, RenameKey, Repair, SetValue
from auditlint.checks.server.flag_words import value_for
from auditlint.checks.suggestions import flag_names
from auditlint.kubernetes import known_flags
from auditlint.subjects.slips import SlipKind
from auditlint.subjects.spelling_of_flags import Items

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditlint.change import Change
    from auditlint.kubernetes.mounts import Mount, Volume
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer, NotText
    from auditlint.subjects.slips import Slip


def flag(server: ApiServer, position: int, name: str, value: str | None) -> Repair | None:
    """Return the fix that makes an argument another flag."""
    return _repair(f"Write {server.written(name, value)}", server.rewritten(position, name, value))


def renamed(server: ApiServer, position: int, name: str, value: str | None) -> Repair | None:
    """Return the fix that gives an argument's flag another name; a value in the next argument stays there."""
    alone = server.arguments[position]
    apart = alone.value_path is None and "=" not in alone.text and ":" not in alone.text
    found = known_flags.find(name, server.minor)
    if found is None or (apart and value is None and not found.bare):
        return None
    return flag(server, position, name, None if apart else value)


def flags(server: ApiServer, wanted: Iterable[tuple[str, str]]) -> Repair | None:
    """Return the fix that sets flags to values."""
    pairs = tuple(wanted)
    changes = [server.with_flag(name, value) for name, value in pairs]
    if not all(changes):
        return None
    title = f"Write {', '.join(server.written(name, value) for name, value in pairs)}"
    return _repair(title, tuple(change for some in changes for change in some))


def mapping(server: ApiServer, wrong: NotText) -> Repair | None:
    """Return the fix of a flag that its colon makes a mapping of, if the server accepts the value."""
    if not isinstance(server.spelling, Items) or value_for(server, wrong.flag, wrong.text) != wrong.text:
        return None
    changes = server.spelling.changed(wrong.path, wrong.flag, wrong.text)
    return _repair(f"Write {server.written(wrong.flag, wrong.text)}", changes)


def quoted_item(server: ApiServer, wrong: NotText) -> Repair | None:
    """Return the fix that puts an item without a type of its own between quotes."""
    if not wrong.text or wrong.flag or not isinstance(server.spelling, Items):
        return None
    return _repair(f'Write "{wrong.text}"', (SetValue(wrong.path, wrong.text),))


def apart(server: ApiServer, position: int, parts: Sequence[tuple[str, str | None]]) -> Repair | None:
    """Return the fix that makes several arguments of one."""
    argument, spelling = server.arguments[position], server.spelling
    *others, last = parts
    if not others:
        return flag(server, position, *last)
    if argument.word or argument.expanded or not isinstance(spelling, Items) or not isinstance(argument.path[-1], int):
        return None
    added = tuple(Insert(argument.path, spelling.item(*part)) for part in others)
    title = f"Write {len(parts)} {spelling.entries}"
    return _repair(title, (*added, *spelling.changed(argument.path, *last)))


def slip(server: ApiServer, wrong: Slip) -> Repair | None:
    """Return the fix of what the tool behind a file does not understand; None where nothing is sure."""
    if wrong.kind is SlipKind.UNKNOWN_FIELD and wrong.flag:
        return Repair(f"Write {wrong.flag}", (RenameKey(wrong.path, wrong.flag),), revives=True)
    spelling = wrong.spelling or server.spelling
    if wrong.kind in {SlipKind.DASHES, SlipKind.NO_TEXT, SlipKind.NO_NUMBER, SlipKind.NO_SWITCH}:
        name = flag_names.suggest(wrong.flag, server.minor) or wrong.flag
        if wrong.spelling or known_flags.find(name, server.minor) is None:
            return None
        value = value_for(server, name, wrong.value) if wrong.value else wrong.value
        if wrong.value and value != wrong.value:
            return None
        return _repair(f"Write {spelling.text(name, value)}", spelling.changed(wrong.path, name, value))
    return None


def mounted(server: ApiServer, mount: Mount, volume: Volume) -> Repair | None:
    """Return the fix that mounts a path of the host."""
    if not server.mounts_path:
        return None
    return _repair(f"Mount {volume.host_path}", server.with_mount(mount, volume))


def without(path: Path | None) -> Repair | None:
    """Return the fix that takes out a part of a mount."""
    return Repair(f"Delete {path[-1]}", (Delete(path),)) if path else None


def part(path: Path | None, value: str) -> Repair | None:
    """Return the fix that writes a part of a mount or volume."""
    return Repair(f"Write {path[-1]}: {value}", (SetValue(path, value),)) if path else None


def _repair(title: str, changes: tuple[Change, ...]) -> Repair | None:
    return Repair(title, changes) if changes else None
