"""Which files a log consists of, oldest first: the running one and those that were rotated away.

Names of rotated files: lumberjack.go of gopkg.in/natefinch/lumberjack.v2, which kube-apiserver uses, and logrotate(8).
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.text.source import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

STDIN = "-"

_COMPRESSED = re.compile(r"\.(?:gz|zst)$")
_BY_SERVER = re.compile(r"(.*)-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3})(\.[^.]*)?")
_BY_DATE = re.compile(r"(.*?)-(\d{8}(?:-?\d{2,6})?)(\.[^.]*)?")
_BY_NUMBER = re.compile(r"(.*)\.(\d{1,5})")
_LOG = re.compile(r"\.(?:log|json|jsonl|ndjson)$")

_Age = tuple[int, int, str]


class _Name(NamedTuple):
    """What a file's name says: the log it belongs to, and a key that sorts the files of a log from old to new."""

    log: str
    age: _Age


def in_order(paths: Sequence[str], failed: Callable[[str, str], None]) -> list[str]:
    """Return the files that paths name, each once: folders searched, and the files of each log from old to new.

    Logs stand in the order in which their first file is named. `failed` is told of a folder without any.
    """
    logs: dict[tuple[str, str], list[tuple[_Age, str]]] = {}
    seen: set[str] = set()
    for path in paths:
        found = (path,) if path == STDIN or not os.path.isdir(path) else tuple(_search(path, failed))
        for file in found:
            identity = file if file == STDIN else os.path.realpath(file)
            if identity not in seen:
                seen.add(identity)
                name = _read_name(os.path.basename(file))
                logs.setdefault((os.path.dirname(file), name.log), []).append((name.age, file))
    return [file for files in logs.values() for _, file in sorted(files)]


def _read_name(name: str) -> _Name:
    plain = _COMPRESSED.sub("", name)
    if match := _BY_SERVER.fullmatch(plain):
        return _Name(match[1] + (match[3] or ""), (0, 0, match[2]))
    if match := _BY_DATE.fullmatch(plain):
        return _Name(match[1] + (match[3] or ""), (0, 0, match[2]))
    if match := _BY_NUMBER.fullmatch(plain):
        return _Name(match[1], (0, -int(match[2]), ""))
    return _Name(plain, (1, 0, ""))


def age_of(path: str) -> tuple[str, str, _Age]:
    """Return what sorts logs by their names, and the files of each from old to new."""
    name = _read_name(os.path.basename(path))
    return os.path.dirname(path), name.log, name.age


def _search(folder: str, failed: Callable[[str, str], None]) -> Iterator[str]:
    """Yield the files below a folder whose names are those of logs; hidden ones are passed over."""
    found = False

    def unreadable(error: OSError) -> None:
        failed(str(error.filename), reason(error))

    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(_without_copies(names)):
            if not name.startswith(".") and _LOG.search(_read_name(name).log):
                found = True
                yield os.path.join(place, name)
    if not found:
        failed(folder, "holds no log: no file is named *.log, *.json, *.jsonl or *.ndjson, rotated or compressed")


def _without_copies(names: Iterable[str]) -> set[str]:
    """Leave out compressed copies of files that are there: the server removes a file only after compressing it."""
    known = set(names)
    return {name for name in known if not (_COMPRESSED.search(name) and _COMPRESSED.sub("", name) in known)}
