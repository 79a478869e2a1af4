"""Which settings hold for a file, and where each comes from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from auditlint.records import NamedTuple
from auditlint.settings import Settings, config_file, document, values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditlint.settings.document import Document, Steps

DEFAULT = "default"
_REPLACED = ("kubernetes-version", "profile", "select")
"""The settings for some files that stand for those for all; others are added."""
_OF_PATTERNS = ("overrides", "per-file-ignores", "exclude")


class Origin(NamedTuple):
    """One setting, its value, and where it comes from: a file with the line, or `default`."""

    setting: str
    value: str
    where: str


class Explained(NamedTuple):
    """What holds, and of which configuration."""

    path: str
    """The configuration; empty without one."""
    unused: tuple[str, ...]
    """Those beside it, which do not count."""
    origins: tuple[Origin, ...]


def explained(path: str | None, file: str | None, *, configured: bool = True) -> Explained:
    """Return what holds for a file, or for all where it is None.

    `path` names the configuration, None for the one that is found upward from here. Raises ConfigError.
    """
    found = [] if path or not configured else config_file.find(os.getcwd())
    used = (path or next(iter(found), None)) if configured else None
    settings = config_file.load(used, baseline=False) if used else Settings()
    read = document.read(used) if used else None
    rows = _counting([*_defaults(Settings()), *(() if read is None else _origins(read, settings, file))])
    unused = tuple(os.path.relpath(other) for other in found[1:])
    return Explained(os.path.relpath(used) if used and read else "", unused, tuple(sorted(rows, key=_order)))


def _counting(rows: list[Origin]) -> list[Origin]:
    """Return the rows that count: of two for one setting the later, unless both are added to one list."""
    last = {row.setting: row for row in rows}
    return [row for row in rows if row.setting == "ignore" or last[row.setting] is row]


def _order(row: Origin) -> int:
    return values.KEYS.index(row.setting.partition("/")[0])


def _defaults(settings: Settings) -> Iterator[Origin]:
    yield Origin("kubernetes-version", "what the file shows, else the newest", DEFAULT)
    yield Origin("fail-on", settings.fail_on, DEFAULT)
    yield Origin("min-severity", settings.min_severity.word, DEFAULT)
    yield Origin("server", values.SERVERS[0], DEFAULT)


def _origins(read: Document, settings: Settings, file: str | None) -> Iterator[Origin]:
    """Yield what a configuration says, in the order of the settings; for a file only what is about it."""
    holding = [one.number for one in settings.overrides_of(file)] if file is not None else []
    for key in values.KEYS:
        over = [index for index in holding if key in read.values["overrides"][index]]
        if key in read.values and key not in _OF_PATTERNS and not (over and key in _REPLACED):
            yield from _rows(read, (key,), key, read.values[key])
        for index in over[-1:] if key in _REPLACED else over:
            yield from _rows(read, ("overrides", index, key), key, read.values["overrides"][index][key])
        if key in _OF_PATTERNS:
            yield from _patterns(read, settings, key, file)


def _patterns(read: Document, settings: Settings, key: str, file: str | None) -> Iterator[Origin]:
    """Yield the settings that name patterns: all of them, or those for a file."""
    from auditlint.text import gitignore

    if file is None:
        yield from _rows(read, (key,), key, read.values.get(key, {}))
    elif key == "per-file-ignores":
        for pattern, names in read.values.get(key, {}).items():
            if gitignore.listed(settings.folder, (pattern,)).hold(file):
                yield from _rows(read, (key, pattern), f"{key}/{pattern}", names)
    elif key == "exclude" and settings.exclude and gitignore.listed(settings.folder, settings.exclude).hold(file):
        yield Origin(key, "passed over in a search of folders", _where(read, (key,)))


def _rows(read: Document, steps: Steps, name: str, value: Any) -> Iterator[Origin]:
    """Yield a row for a value, or for each value in a mapping or a list of mappings."""
    if isinstance(value, dict):
        yield from _of_mapping(read, steps, name, value)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for index, item in enumerate(value):
            yield from _rows(read, (*steps, index), f"{name}/{index}", item)
    else:
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield Origin(name, shown, _where(read, steps))


def _of_mapping(read: Document, steps: Steps, name: str, value: Mapping[str, Any]) -> Iterator[Origin]:
    for key, inner in value.items():
        yield from _rows(read, (*steps, key), f"{name}/{key}", inner)


def _where(read: Document, steps: Steps) -> str:
    place = f"{os.path.relpath(read.path)}:{read.line(steps)}"
    return f"{place} (overrides)" if steps[0] == "overrides" else place
