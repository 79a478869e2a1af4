"""Which file of a run a path on a node means: files and manifests of many clusters may lie side by side.

A file belongs to the manifests that name it and are nearest: those that have most folders in common with it. Of the
files that so belong to a manifest, one whose path ends as the flag's in three names is meant before others, then the
nearest, then the one whose path ends most like the flag's.
"""

from __future__ import annotations

from itertools import takewhile
from os.path import abspath

from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeVar

    T = TypeVar("T")
    Finder = Callable[["Way", "Way"], Sequence[tuple[T, "Place"]]]
    """Finds files by the way that a flag names, and by the folder of its manifest."""

Way = tuple[str, ...]
"""The names on the way to a file or folder, from the root."""
SURELY = 3
"""How many names two ways have in common at their end where they are those of one file."""


class Place(NamedTuple):
    """Where a file is: the way to what it becomes on a node, or to itself, and the folder that it is in on disk."""

    way: Way
    folder: Way


def finder(files: Iterable[tuple[T, Place]], readers: Iterable[tuple[Way, Way]]) -> Finder[T]:
    """Return what finds the files of a run that a manifest may mean: those nearest to it, in their order.

    Each file is kept at the deepest folder that it shares with a manifest which names it. `readers`: of each manifest
    the way that its flag names, and its folder.
    """
    named = {(wanted[-1], folder) for wanted, own in readers if wanted for folder in _upwards(own)}
    kept: dict[tuple[Way, Way], list[tuple[T, Place]]] = {}
    for file, place in files:
        name = place.way[-1:]
        home = next((folder for folder in _upwards(place.folder) if (*name, folder) in named), None)
        if home is not None:
            for tail in {name, place.way[-SURELY:]}:
                kept.setdefault((tail, home), []).append((file, place))

    def find(wanted: Way, own: Way) -> Sequence[tuple[T, Place]]:
        for tail in dict.fromkeys((wanted[-SURELY:], wanted[-1:])):
            for home in _upwards(own):
                if found := kept.get((tail, home)):
                    return found
        return ()

    return find


def way(path: str) -> Way:
    """Return the names on the way to a file, from the root."""
    return tuple(part for part in abspath(path).replace("\\", "/").split("/") if part)


def shared(left: Sequence[str], right: Sequence[str]) -> int:
    """Return how many names two ways have in common from their start."""
    pairs = zip(left, right)  # noqa: B905  (the shorter one decides)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def alike(left: Sequence[str], right: Sequence[str]) -> int:
    """Return how many names two ways have in common at their end."""
    return shared(left[::-1], right[::-1])


def _upwards(folder: Way) -> Iterator[Way]:
    """Yield a folder and those that it is in, up to the root."""
    return (folder[:depth] for depth in range(len(folder), -1, -1))
