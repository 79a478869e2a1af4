"""Which files of a folder are looked at: by their endings, without `.git` and what `.gitignore` or `exclude` names."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.text import source
from auditlint.text.encoding import display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pathspec import GitIgnoreSpec

    Noted = Callable[[str, str, int | None], None]

NEVER_ENTERED = frozenset({".git", ".hg", ".svn", ".tox", ".venv", "node_modules", "__pycache__"})


class Ignores(NamedTuple):
    """The patterns of one folder: paths are compared relative to it."""

    folder: str
    spec: GitIgnoreSpec
    bad: tuple[tuple[int, str], ...] = ()
    """The lines, counted from 1, that are no patterns: they ignore nothing."""

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Return True where path is ignored, False where a pattern takes it back, None where none speaks of it."""
        relative = os.path.relpath(path, self.folder).replace(os.sep, "/")
        return self.spec.check_file(relative + "/" if is_folder else relative).include


def search(
    folder: str,
    suffixes: tuple[str, ...],
    exclude: tuple[Ignores, ...] = (),
    *,
    failed: Callable[[str, str], None] | None = None,
    whole: Callable[[str], bool] | None = None,
    noted: Noted | None = None,
) -> Iterator[str]:
    """Yield the files below folder with such an ending in sorted order; links to folders are not followed.

    `failed` is called with the path of a folder that cannot be listed, and the reason; `whole` tells of which folders
    all files are yielded whose names do not begin with a dot; `noted` is called with the path of a file of patterns
    that says what cannot be heeded, with what and the line.
    """
    noted = noted or _say_nothing
    asked = _Asked(suffixes, failed or (lambda _path, _reason: None), whole or (lambda _path: False), noted)
    yield from _walk(folder, asked, (*_above(folder, noted), *exclude))


def beside(path: str, exclude: tuple[Ignores, ...] = ()) -> Iterator[str]:
    """Yield all files of the folder that a file is in whose names do not begin with a dot."""
    folder = os.path.dirname(path)
    asked = _Asked((), lambda _path, _reason: None, lambda _path: True, _say_nothing)
    ignores = (*_above(folder or ".", _say_nothing), *exclude)
    return _walk(folder or ".", asked, ignores, deep=False)


class _Asked(NamedTuple):
    """What a search is for."""

    suffixes: tuple[str, ...]
    failed: Callable[[str, str], None]
    whole: Callable[[str], bool]
    noted: Noted

    def looks_at(self, name: str, *, whole: bool) -> bool:
        """Tell whether a file of that name is looked for, in a folder that is looked at whole or not."""
        return name.endswith(self.suffixes) or (whole and not name.startswith("."))


def _say_nothing(_path: str, _reason: str, _line: int | None) -> None:
    """Tell nobody."""


def patterns(folder: str, lines: list[str]) -> Ignores:
    """Return the patterns of lines in gitignore's syntax, relative to folder."""
    from pathspec import GitIgnoreSpec

    try:
        return Ignores(folder, GitIgnoreSpec.from_lines(lines))
    except (ValueError, re.error):
        bad = tuple((number, line) for number, line in enumerate(lines, 1) if not _is_pattern(line))
        numbers = {number for number, _ in bad}
        good = [line for number, line in enumerate(lines, 1) if number not in numbers]
        return Ignores(folder, GitIgnoreSpec.from_lines(good), bad)


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True


class _Opened(NamedTuple):
    """A folder whose entries are being looked at, and the patterns that hold in it."""

    entries: Iterator[os.DirEntry[str]]
    ignores: tuple[Ignores, ...]
    whole: bool


def _walk(folder: str, asked: _Asked, ignores: tuple[Ignores, ...], *, deep: bool = True) -> Iterator[str]:
    opened = [_opened(folder, asked, ignores)]
    while opened:
        here = opened[-1]
        entry = next(here.entries, None)
        if entry is None:
            opened.pop()
        elif entry.is_dir(follow_symlinks=False):
            if deep and entry.name not in NEVER_ENTERED and not _ignored(entry.path, here.ignores, is_folder=True):
                opened.append(_opened(entry.path, asked, here.ignores))
        elif asked.looks_at(entry.name, whole=here.whole) and not _passed_over(entry, here.ignores):
            yield _tidy(entry.path)


def _opened(folder: str, asked: _Asked, ignores: tuple[Ignores, ...]) -> _Opened:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        asked.failed(folder, error.strerror or str(error))
        entries = []
    if any(entry.name == ".gitignore" for entry in entries):
        ignores = (*ignores, *_read_ignores(folder, ".gitignore", asked.noted))
    return _Opened(iter(entries), ignores, asked.whole(folder))


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


def _above(folder: str, noted: Noted) -> tuple[Ignores, ...]:
    """Return the ignore files that hold in folder from above it, the repository's root first; none outside git."""
    parents = []
    current = os.path.abspath(folder)
    while not os.path.exists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return ()
        current = parent
        parents.append(current)
    exclude = _read_ignores(current, os.path.join(".git", "info", "exclude"), noted)
    found = (ignores for parent in reversed(parents) for ignores in _read_ignores(parent, ".gitignore", noted))
    return (*exclude, *found)


def _read_ignores(folder: str, name: str, noted: Noted) -> tuple[Ignores, ...]:
    path = os.path.join(folder, name)
    try:
        lines = display(source.read_file(path)).splitlines()
    except source.UnreadableError as error:
        if os.path.lexists(path):
            noted(_tidy(path), f"{error.reason}: nothing is ignored because of it", None)
        return ()
    if not any(line.strip() and line[0] != "#" for line in lines):
        return ()
    found = patterns(folder, lines)
    for number, line in found.bad:
        noted(_tidy(path), f'"{line[:80]}" is no pattern, so it ignores nothing', number)
    return (found,)
