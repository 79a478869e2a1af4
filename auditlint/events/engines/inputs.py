"""What the words on the command line are for an engine: tables, or logs on this machine or elsewhere."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING, NamedTuple

from auditlint.events.files import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TABLE = ".parquet"
_DELTA = "_delta_log"
_PATTERN = frozenset("*?[")


class Inputs(NamedTuple):
    """What is to be read."""

    tables: tuple[str, ...]
    """Files, folders and patterns of Parquet, here or elsewhere."""
    deltas: tuple[str, ...]
    """Folders of Delta tables, here or elsewhere."""
    logs: tuple[str, ...]
    """Files on this machine, from old to new."""
    elsewhere: tuple[str, ...]
    """Addresses of logs that only the engine can read."""
    missing: tuple[tuple[str, str], ...]
    """What is not there, and why."""


def sorted_out(words: Sequence[str]) -> Inputs:
    """Return what is to be read; patterns of files on this machine are resolved here."""
    tables, deltas, logs, elsewhere = list[str](), list[str](), list[str](), list[str]()
    missing: list[tuple[str, str]] = []
    for word in words:
        if _is_delta(word):
            deltas.append(word)
        elif _is_table(word):
            tables.append(word)
        elif _is_elsewhere(word):
            elsewhere.append(word)
        else:
            logs += _resolved(word, missing)
    files = in_order(logs, lambda path, why: missing.append((path, why)))
    return Inputs(tuple(tables), tuple(deltas), tuple(files), tuple(elsewhere), tuple(missing))


def _is_elsewhere(word: str) -> bool:
    return "://" in word


def _is_delta(word: str) -> bool:
    return os.path.isdir(os.path.join(word, _DELTA)) or word.startswith("delta:")


def _is_table(word: str) -> bool:
    return word.endswith(_TABLE) or (os.path.isdir(word) and any(_tables_below(word)))


def _tables_below(folder: str) -> Iterator[str]:
    for place, _, names in os.walk(folder):
        yield from (os.path.join(place, name) for name in names if name.endswith(_TABLE))


def _resolved(word: str, missing: list[tuple[str, str]]) -> list[str]:
    if os.path.exists(word) or not _PATTERN & set(word):
        return [word]
    found = sorted(glob.glob(word, recursive=True))
    if not found:
        missing.append((word, "no file matches this pattern"))
    return found
