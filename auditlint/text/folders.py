"""Which files of a folder are looked at: by their endings, without `.git` and what `.gitignore` or `exclude` names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pathspec import GitIgnoreSpec

NEVER_ENTERED = frozenset({".git", ".hg", ".svn", ".tox", ".venv", "node_modules", "__pycache__"})


class Ignores(NamedTuple):
    """The patterns of one folder: paths are compared relative to it."""

    folder: str
    spec: GitIgnoreSpec

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Return True where path is ignored, False where a pattern takes it back, None where none speaks of it."""
        relative = os.path.relpath(path, self.folder).replace(os.sep, "/")
        return self.spec.check_file(relative + "/" if is_folder else relative).include


def search(
    folder: str,
    suffixes: tuple[str, ...],
    exclude: tuple[Ignores, ...] = (),
    failed: Callable[[str, str], None] | None = None,
    whole: Callable[[str], bool] | None = None,
) -> Iterator[str]:
    """Yield the files below folder with such an ending in sorted order; links to folders are not followed.

    `failed` is called with the path of a folder that cannot be listed, and the reason; `whole` tells of which folders
    all files are yielded whose names do not begin with a dot.
    """
    asked = _Asked(suffixes, failed or (lambda _path, _reason: None), whole or (lambda _path: False))
    yield from _walk(folder, asked, (*_above(folder), *exclude))


def beside(path: str, exclude: tuple[Ignores, ...] = ()) -> Iterator[str]:
    """Yield all files of the folder that a file is in whose names do not begin with a dot."""
    folder = os.path.dirname(path)
    asked = _Asked((), lambda _path, _reason: None, lambda _path: True)
    ignores = (*_above(folder or "."), *exclude)
    return _walk(folder or ".", asked, ignores, deep=False)


class _Asked(NamedTuple):
    """What a search is for."""

    suffixes: tuple[str, ...]
    failed: Callable[[str, str], None]
    whole: Callable[[str], bool]

    def looks_at(self, name: str, *, whole: bool) -> bool:
        """Tell whether a file of that name is looked for, in a folder that is looked at whole or not."""
        return name.endswith(self.suffixes) or (whole and not name.startswith("."))


def patterns(folder: str, lines: list[str]) -> Ignores:
    """Return the patterns of lines in gitignore's syntax, relative to folder."""
    from pathspec import GitIgnoreSpec

    return Ignores(folder, GitIgnoreSpec.from_lines(lines))


def _walk(folder: str, asked: _Asked, ignores: tuple[Ignores, ...], *, deep: bool = True) -> Iterator[str]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        asked.failed(folder, error.strerror or str(error))
        return
    if any(entry.name == ".gitignore" for entry in entries):
        ignores = (*ignores, *_read_ignores(folder, ".gitignore"))
    whole = asked.whole(folder)
    for entry in entries:
        name = entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if is_folder:
            if deep and name not in NEVER_ENTERED and not _ignored(entry.path, ignores, is_folder=True):
                yield from _walk(entry.path, asked, ignores)
        elif asked.looks_at(name, whole=whole) and not _passed_over(entry, ignores):
            yield _tidy(entry.path)


def _passed_over(entry: os.DirEntry[str], ignores: tuple[Ignores, ...]) -> bool:
    return _ignored(entry.path, ignores, is_folder=False) or _folder_link(entry)


def _folder_link(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() and os.path.isdir(entry.path)


def _tidy(path: str) -> str:
    return path.removeprefix("./")


def _ignored(path: str, ignores: tuple[Ignores, ...], *, is_folder: bool) -> bool:
    """Ask the deepest folder first, as git does; the first that speaks of the path decides."""
    for known in reversed(ignores):
        verdict = known.verdict(path, is_folder=is_folder)
        if verdict is not None:
            return verdict
    return False


def _above(folder: str) -> tuple[Ignores, ...]:
    """Return the ignore files that hold in folder from above it, the repository's root first; none outside git."""
    parents = []
    current = os.path.abspath(folder)
    while not os.path.exists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return ()
        current = parent
        parents.append(current)
    exclude = _read_ignores(current, os.path.join(".git", "info", "exclude"))
    return (*exclude, *(ignores for parent in reversed(parents) for ignores in _read_ignores(parent, ".gitignore")))


def _read_ignores(folder: str, name: str) -> tuple[Ignores, ...]:
    try:
        with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return ()
    return (patterns(folder, lines),) if any(line.strip() and line[0] != "#" for line in lines) else ()
