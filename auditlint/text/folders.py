"""Which files of a folder are looked at: by their endings, without `.git` and what `.gitignore` or `exclude` names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from auditlint.records import NamedTuple
from auditlint.text import repository, source
from auditlint.text.gitignore import Patterns, lines_of
from auditlint.text.source import BY_EXCLUDE, BY_GIT, Telling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

VERSIONED = frozenset({".git", ".hg", ".svn"})
NEVER_ENTERED = VERSIONED | {".tox", ".venv", "node_modules", "__pycache__"}


class Wanted(NamedTuple):
    """What a search is for."""

    suffixes: tuple[str, ...]
    whole: Callable[[str], bool] = lambda _folder: False
    """Of which folders all files are wanted whose names do not begin with a dot."""
    exclude: tuple[Patterns, ...] = ()
    untrusted: bool = False
    """Nothing that the folders hold hides a file, so no `.gitignore` counts."""

    def looks_at(self, name: str, *, whole: bool) -> bool:
        """Tell whether a file of that name is looked for, in a folder that is looked at whole or not."""
        return name.endswith(self.suffixes) or (whole and not name.startswith("."))

    def enters(self, name: str) -> bool:
        """Tell whether a folder of that name is looked into."""
        return name not in (VERSIONED if self.untrusted else NEVER_ENTERED)


def search(folder: str, wanted: Wanted, telling: Telling = Telling()) -> Iterator[str]:  # noqa: B008  (never changes)
    """Yield the files below a folder that are wanted, in sorted order; links to folders are not followed.

    What git tracks is yielded whatever `.gitignore` says.
    """
    yield from _Search(wanted, telling).walk(folder)


def beside(path: str, exclude: tuple[Patterns, ...] = (), *, untrusted: bool = False) -> Iterator[str]:
    """Yield all files of the folder that a file is in whose names do not begin with a dot."""
    wanted = Wanted((), lambda _folder: True, exclude, untrusted)
    return _Search(wanted, Telling()).walk(os.path.dirname(path) or ".", deep=False)


class _Opened(NamedTuple):
    """A folder whose entries are being looked at, and what holds in it."""

    entries: Iterator[os.DirEntry[str]] = iter(())
    whole: bool = False
    ignores: tuple[Patterns, ...] = ()
    """Those of ignore files, of the deepest folder last."""
    ignored: bool = False
    """The folder itself is ignored: only what git tracks in it is looked at."""
    tracked: repository.Tracked | None = None


class _Search:
    """One walk through a folder."""

    def __init__(self, wanted: Wanted, telling: Telling) -> None:
        self._wanted, self._telling = wanted, telling

    def walk(self, folder: str, *, deep: bool = True) -> Iterator[str]:
        """Yield what is wanted in a folder, and in those below it."""
        opened = [self._first(folder)]
        while opened:
            here = opened[-1]
            entry = next(here.entries, None)
            if entry is None:
                opened.pop()
            elif entry.is_dir(follow_symlinks=False):
                if deep and self._wanted.enters(entry.name) and not self._is_excluded(entry.path, is_folder=True):
                    opened += self._below(entry.path, here)
            elif self._wanted.looks_at(entry.name, whole=here.whole) and self._is_open(entry, here):
                yield _tidy(entry.path)

    def _first(self, folder: str) -> _Opened:
        """Return the folder where the walk begins, with what holds in it from above."""
        root = None if self._wanted.untrusted else repository.root(folder)
        if root is None:
            return self._opened(folder, _Opened())
        ignores = self._read(root, os.path.join(repository.GIT, "info", "exclude"))
        here, parts, ignored = root, _parts(folder, root), False
        for part in parts:
            ignores += self._read(here, ".gitignore")
            here = os.path.join(here, part)
            ignored = ignored or bool(_verdict(ignores, here, is_folder=True))
        if parts:
            ignores = tuple(one.seen_from(folder, os.path.relpath(folder, one.folder)) for one in ignores)
        return self._opened(folder, _Opened(ignores=ignores, ignored=ignored, tracked=self._tracked(root)))

    def _below(self, folder: str, above: _Opened) -> Iterator[_Opened]:
        """Yield a folder if it is to be looked into."""
        ignored = above.ignored or bool(_verdict(above.ignores, folder, is_folder=True))
        if not ignored or (above.tracked and above.tracked.below(folder)):
            yield self._opened(folder, above._replace(ignored=ignored))
        elif not above.ignored:
            self._telling.hidden(BY_GIT, folder, True)  # noqa: FBT003

    def _opened(self, folder: str, above: _Opened) -> _Opened:
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            self._telling.failed(folder, error.strerror or str(error))
            entries = []
        names = {entry.name for entry in entries}
        ignores, tracked = above.ignores, above.tracked
        if ".gitignore" in names and not self._wanted.untrusted:
            ignores += self._read(folder, ".gitignore")
        if repository.GIT in names and tracked is not None and not _same(folder, tracked.root):
            tracked = self._tracked(os.path.abspath(folder))
        return _Opened(iter(entries), self._wanted.whole(folder), ignores, above.ignored, tracked)

    def _is_open(self, entry: os.DirEntry[str], here: _Opened) -> bool:
        """Tell whether a file is looked at; say what hides it."""
        if self._is_excluded(entry.path, is_folder=False) or (entry.is_symlink() and os.path.isdir(entry.path)):
            return False
        if not here.ignored and not _verdict(here.ignores, entry.path, is_folder=False):
            return True
        if here.tracked is not None and here.tracked.holds(entry.path):
            return True
        self._telling.hidden(BY_GIT, entry.path, False)  # noqa: FBT003
        return False

    def _tracked(self, root: str) -> repository.Tracked:
        def failed(path: str, reason: str) -> None:
            why = f"{reason}: what git tracks is not known, so it is passed over where .gitignore names it"
            self._telling.noted(path, why, None)

        return repository.Tracked(root, failed)

    def _is_excluded(self, path: str, *, is_folder: bool) -> bool:
        excluded = bool(_verdict(self._wanted.exclude, path, is_folder=is_folder))
        if excluded:
            self._telling.hidden(BY_EXCLUDE, path, is_folder)
        return excluded

    def _read(self, folder: str, name: str) -> tuple[Patterns, ...]:
        """Return the patterns of an ignore file, if there are any."""
        path = os.path.join(folder, name)
        try:
            found = Patterns(folder, lines_of(source.read_file(path)))
        except source.UnreadableError as error:
            if os.path.lexists(path):
                self._telling.noted(_tidy(path), f"{error.reason}: nothing is ignored because of it", None)
            return ()
        for number, line in found.bad:
            self._telling.noted(_tidy(path), f'"{line[:80]}" is no pattern, so it ignores nothing', number)
        return (found,) if found else ()


def _parts(folder: str, root: str) -> list[str]:
    """Return the names of the folders from a root down to a folder in it."""
    relative = os.path.relpath(folder, root)
    return [] if relative == os.curdir else relative.split(os.sep)


def _same(folder: str, other: str) -> bool:
    return os.path.abspath(folder) == other


def _tidy(path: str) -> str:
    return path.removeprefix("./")


def _verdict(patterns: Sequence[Patterns], path: str, *, is_folder: bool) -> bool | None:
    """Ask the deepest folder first, as git does; the first that has a pattern for the path decides."""
    for known in reversed(patterns):
        verdict = known.verdict(path, is_folder=is_folder)
        if verdict is not None:
            return verdict
    return None
