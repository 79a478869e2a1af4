"""What is looked at: the paths of a command expanded to files, folders searched, texts in the place of files."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from auditlint.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from auditlint.text.folders import Ignores, Noted


class Source(NamedTuple):
    """One file to look at."""

    path: str
    named: bool
    """It stands on the command line: it is read whatever its name, and unreadable text is its finding."""
    data: bytes | None = None
    """The content, where it is known already (standard input, an editor's buffer)."""
    beside: Callable[[], Iterable[Source]] | None = None
    """The files of its folder that a search does not look at; a kubelet reads all that lie beside a static Pod."""


class Excluded(NamedTuple):
    """Patterns in gitignore's syntax of files that a search passes over, relative to a folder."""

    folder: str
    patterns: tuple[str, ...]


class Telling(NamedTuple):
    """Whom a search tells what it meets."""

    failed: Callable[[str, str], None]
    """Of a folder that cannot be listed: its path, and the reason."""
    noted: Noted
    """Of a file of patterns that says what cannot be heeded: its path, what, and the line."""


def expand(paths: Sequence[str], excluded: Sequence[Excluded], telling: Telling) -> Iterator[Source]:
    """Yield the sources that paths name: files as they are, folders searched; each file once."""
    seen: set[str] = set()
    for path in paths:
        for found in _search(path, excluded, telling) if os.path.isdir(path) else (Source(path, named=True),):
            known = os.path.realpath(found.path) if len(paths) > 1 else found.path
            if known not in seen:
                seen.add(known)
                yield found


def with_texts(sources: Iterable[Source], texts: Mapping[str, bytes]) -> Iterator[Source]:
    """Yield texts by their names, then the sources but for the files of those names: the texts replace them."""
    yield from (Source(name, named=True, data=data) for name, data in texts.items())
    replaced = {os.path.realpath(name) for name in texts}
    for source in sources:
        if not replaced or os.path.realpath(source.path) not in replaced:
            yield source


def _search(folder: str, excluded: Sequence[Excluded], telling: Telling) -> Iterator[Source]:
    from auditlint.carriers import registry
    from auditlint.text import folders

    ignores = tuple(folders.patterns(one.folder, list(one.patterns)) for one in excluded if one.patterns)
    found = folders.search(
        folder, registry.suffixes(), ignores, failed=telling.failed, whole=_is_of_kubelet, noted=telling.noted
    )
    for path in found:
        yield Source(path, named=False, beside=partial(_beside, path, ignores))


def _beside(path: str, ignores: tuple[Ignores, ...]) -> Iterator[Source]:
    from auditlint.carriers import registry
    from auditlint.text import folders

    for other in folders.beside(path, ignores):
        if not other.endswith(registry.suffixes()):
            yield Source(other, named=False)


def _is_of_kubelet(folder: str) -> bool:
    """Tell whether a kubelet reads every file of a folder, by its name: also in a checkout of such a tree."""
    path = os.path.abspath(folder).replace(os.sep, "/")
    return path.endswith(("/etc/kubernetes/manifests", "/agent/pod-manifests"))
