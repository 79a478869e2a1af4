"""The git repository around a folder: its root, and which files git tracks.

Source: `gitformat-index` and `gitrepository-layout` of git's documentation.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from contextlib import suppress
from typing import TYPE_CHECKING

from auditlint.text import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GIT = ".git"
_HEAD = 12
_STATUS = 40
"""Bytes of an entry before its hash."""
_HASHES = (20, 32)
"""Bytes of a hash: SHA-1, SHA-256."""
_FLAGS = 2
_LENGTH = 0xFFF
_EXTENDED = 0x4000
_PREFIXED = 4
"""The version of an index in which a name is written without what it shares with the one before."""
_SHARED = b"link"
"""The extension of an index whose other entries stand in a shared one."""


def root(folder: str) -> str | None:
    """Return the root of the repository that a folder is in, as an absolute path; None outside of any."""
    folder = os.path.abspath(folder)
    while not os.path.exists(os.path.join(folder, GIT)):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None
    return folder


def leads_out(path: str, tree: str) -> bool:
    """Tell whether a path leads, by links in it, to what is outside of a folder."""
    real, inside = os.path.realpath(path), os.path.realpath(tree)
    return real != inside and not real.startswith(inside.rstrip(os.sep) + os.sep)


class Tracked:
    """The files that git tracks in a repository; they are read when the first question comes."""

    def __init__(self, root: str, failed: Callable[[str, str], None] = lambda _path, _reason: None) -> None:
        """`failed` is called with the path of git's index, and why it cannot be told what git tracks."""
        self.root = root
        self._failed = failed
        self._names: list[bytes] | None = None

    def holds(self, path: str) -> bool:
        """Tell whether git tracks a file."""
        return self._next(name := self._name(path)) == name

    def below(self, folder: str) -> bool:
        """Tell whether git tracks a file below a folder, or the folder as another repository."""
        name = self._name(folder)
        return self._next(name) == name or self._next(name + b"/").startswith(name + b"/")

    def _next(self, name: bytes) -> bytes:
        """Return a name, or the one that follows on it."""
        if self._names is None:
            self._names = self._read()
        return (*self._names[(at := bisect_left(self._names, name)) : at + 1], b"")[0]

    def _name(self, path: str) -> bytes:
        return os.fsencode(os.path.relpath(path, self.root).replace(os.sep, "/"))

    def _read(self) -> list[bytes]:
        folder = _git_folder(self.root)
        path = os.path.join(folder, "index")
        if not os.path.lexists(path):  # nothing was added yet
            return []
        try:
            return sorted(names(source.read_file(path), folder))
        except source.UnreadableError as error:
            self._failed(path, error.reason)
        except (ValueError, IndexError):
            self._failed(path, "is in a form that auditlint does not know")
        return []


def _git_folder(root: str) -> str:
    """Return where git keeps what it knows: of a worktree or a submodule, `.git` is a file that says so."""
    path = os.path.join(root, GIT)
    if os.path.isdir(path):
        return path
    with suppress(source.UnreadableError):
        said = os.fsdecode(source.read_file(path)).removeprefix("gitdir:").strip()
        return os.path.join(root, said)
    return path


def names(index: bytes, folder: str | None) -> Iterator[bytes]:
    """Yield the paths of an index; ValueError or IndexError for what is none.

    `folder` is where a shared index would stand, None for a shared one itself; what that has is yielded even if it was
    deleted since.
    """
    version = int.from_bytes(index[4:8], "big")
    if index[:4] != b"DIRC" or version not in {2, 3, _PREFIXED}:
        raise ValueError
    for size in _HASHES:
        with suppress(ValueError, IndexError):
            found, end = _entries(index, version, size)
            yield from found
            break
    else:
        raise ValueError
    while index[end : end + 4].isalpha() and end + size + 8 < len(index):
        if index[end : end + 4] == _SHARED and folder is not None:
            shared = index[end + 8 : end + 8 + size].hex()
            yield from names(source.read_file(os.path.join(folder, f"sharedindex.{shared}")), None)
        end += 8 + int.from_bytes(index[end + 4 : end + 8], "big")


def _entries(index: bytes, version: int, size: int) -> tuple[list[bytes], int]:
    """Return the names of entries with hashes of a size, and where the last one ends; ValueError if they are not so."""
    found: list[bytes] = []
    at, name = _HEAD, b""
    for _ in range(int.from_bytes(index[8:12], "big")):
        start = at
        at += _STATUS + size
        flags = int.from_bytes(index[at : at + _FLAGS], "big")
        at += _FLAGS * (2 if flags & _EXTENDED else 1)
        if version == _PREFIXED:
            dropped, at = _number(index, at)
            kept = name[: len(name) - dropped]
        else:
            kept = b""
        end = index.index(b"\0", at)
        name = kept + index[at:end]
        if len(name) != flags & _LENGTH and flags & _LENGTH != _LENGTH:
            raise ValueError
        at = end + 1 if version == _PREFIXED else start + (end - start + 8) // 8 * 8
        if name:  # an empty one stands for an entry of the shared index
            found.append(name)
    return found, at


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return the number of variable length at a place, as pack files have it, and where it ends."""
    byte = data[at]
    number = byte & 127
    while byte & 128:
        at += 1
        byte = data[at]
        number = (number + 1) << 7 | byte & 127
    return number, at + 1
