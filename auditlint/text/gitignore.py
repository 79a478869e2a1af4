"""Patterns of `.gitignore`, matched as git does, byte for byte, in time linear in pattern and path.

Sources: `dir.c` (parse_path_pattern, match_basename, match_pathname) and `wildmatch.c` of git, and gitignore(5).
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from auditlint.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPECIAL = b"*?[\\"
_LONGEST = 8192
"""Bytes of a pattern: no path has as many."""
_SLASH = ord("/")
_HERE = "." + os.sep
_ALL = (1 << 256) - 2
"""Every byte but NUL, as bits."""
_CLASSES = {
    b"alnum": b"0-9A-Za-z",
    b"alpha": b"A-Za-z",
    b"blank": b" \t",
    b"cntrl": b"\x01-\x1f\x7f",
    b"digit": b"0-9",
    b"graph": b"!-~",
    b"lower": b"a-z",
    b"print": b" -~",
    b"punct": b"!-/:-@[-`{-~",
    b"space": b" \t-\r",
    b"upper": b"A-Z",
    b"xdigit": b"0-9A-Fa-f",
}
"""The bytes of each class, those of the C locale; `a-b` stands for all from one to the other."""


class Glob:
    """A glob as `wildmatch` takes it: a bit for each place in it at which the text so far may have arrived."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._end = 1 << len(tokens)
        self._places: dict[_Token, int] = {}
        for at, token in enumerate(tokens):
            self._places[token] = self._places.get(token, 0) | 1 << at
        self._jumps = self._places.get(_DEEP, 0)
        self._skips = self._jumps | self._places.get(_STAR, 0) | self._places.get(_STARS, 0)
        self._steps: dict[int, tuple[int, int]] = {}

    def matches(self, text: bytes) -> bool:
        """Tell whether it matches a whole text."""
        places = self._closed(1)
        for byte in text:
            taken, kept = self._steps.get(byte) or self._step(byte)
            places = self._closed((places & taken) << 1 | places & kept)
            if not places:
                return False
        return bool(places & self._end)

    def _step(self, byte: int) -> tuple[int, int]:
        """Return the places from which a byte leads on, and those at which it stays."""
        taken, kept = 0, 0
        for token, places in self._places.items():
            if token.bytes >> byte & 1:
                taken, kept = (taken, kept | places) if token.repeats else (taken | places, kept)
        self._steps[byte] = taken, kept
        return taken, kept

    def _closed(self, places: int) -> int:
        """Return places with those that no byte lies between; stars never follow on stars, so two turns are enough."""
        for _ in range(2):
            places |= (places & self._skips) << 1 | (places & self._jumps) << 3
        return places


class _Token(NamedTuple):
    """One byte of some, or any number of them."""

    bytes: int
    """As bits."""
    repeats: bool = False


_STAR = _Token(_ALL & ~(1 << _SLASH), repeats=True)
_STARS = _Token(_ALL, repeats=True)
_DEEP = _Token(0)
"""What `**/` begins with: all of it may match nothing, so the two tokens behind this one are passed over, or not."""
_DEEPER = (_DEEP, _STARS, _Token(1 << _SLASH))


def glob(pattern: bytes, *, is_path: bool) -> Glob | None:
    """Return a pattern as it is matched; `is_path`: only `**` matches a slash. None for one that matches nothing."""
    tokens: list[_Token] = []
    at = 0
    while at < len(pattern):
        byte = pattern[at]
        if byte == ord("*"):
            after = _behind(pattern, at, b"*")
            stars = _stars(pattern, at, after) if is_path else _STARS
            if stars is not _DEEP:
                tokens.append(stars)
                at = after
            else:
                tokens += () if tuple(tokens[-3:]) == _DEEPER else _DEEPER  # **/**/ is **/
                at = after + 1
            continue
        token, at = _single(pattern, at)
        if not token:
            return None
        tokens.append(_Token(token & ~(1 << _SLASH) if is_path and byte in b"?[" else token))
    return Glob(tokens)


def _behind(pattern: bytes, at: int, byte: bytes) -> int:
    return len(pattern) - len(pattern[at:].lstrip(byte))


def _stars(pattern: bytes, start: int, end: int) -> _Token:
    """Return what asterisks match: two or more between slashes match those too."""
    between = (start == 0 or pattern[start - 1] == _SLASH) and pattern[end : end + 1] in (b"", b"/", b"\\")
    if end - start == 1 or not between or (pattern[end : end + 1] == b"\\" and pattern[end + 1 : end + 2] != b"/"):
        return _STAR
    return _DEEP if pattern[end : end + 1] == b"/" else _STARS


def _single(pattern: bytes, at: int) -> tuple[int, int]:
    """Return the bytes that the part of a pattern at a place matches, and where the next part begins."""
    byte = pattern[at]
    if byte == ord("?"):
        return _ALL, at + 1
    if byte == ord("["):
        return _bracket(pattern, at + 1)
    if byte != ord("\\"):
        return 1 << byte, at + 1
    return (1 << pattern[at + 1], at + 2) if at + 1 < len(pattern) else (0, at + 1)


def _bracket(pattern: bytes, at: int) -> tuple[int, int]:
    """Return the bytes that a bracket expression matches, none if it is broken, and where it ends."""
    negated = pattern[at : at + 1] in {b"!", b"^"}
    at += negated
    found, before, start = 0, 0, at
    while at == start or pattern[at : at + 1] != b"]":
        part = _part(pattern, at, before)
        if part is None:
            return 0, len(pattern)
        found |= part[0]
        before, at = part[1:]
    return (_ALL & ~found if negated else found), at + 1


def _part(pattern: bytes, at: int, before: int) -> tuple[int, int, int] | None:
    """Return the bytes of one part of a bracket expression, the byte that may begin a range, and where it ends.

    `before` is the byte that a range may begin with, 0 for none. None if the expression is broken.
    """
    byte = pattern[at : at + 1]
    if byte == b"-" and before and pattern[at + 1 : at + 2] not in {b"", b"]"}:
        at += 2 if pattern[at + 1 : at + 2] == b"\\" else 1
        return (_range(before, pattern[at]), 0, at + 1) if at < len(pattern) else None
    if pattern[at : at + 2] == b"[:":
        end = pattern.find(b"]", at + 2)
        if end < 0:
            return None
        if end > at + 2 and pattern[end - 1 : end] == b":":
            name = pattern[at + 2 : end - 1]
            return (_class(name), 0, end + 1) if name in _CLASSES else None
    at += byte == b"\\"
    return (1 << pattern[at], pattern[at], at + 1) if at < len(pattern) else None


def _range(first: int, last: int) -> int:
    return (1 << last + 1) - (1 << first) if first <= last else 0


def _class(name: bytes) -> int:
    """Return the bytes of a class such as `digit`."""
    listed, found, at = _CLASSES[name], 0, 0
    while at < len(listed):
        ranged = listed[at + 1 : at + 2] == b"-" and at + 2 < len(listed)
        found |= _range(listed[at], listed[at + 2] if ranged else listed[at])
        at += 3 if ranged else 1
    return found


class _Pattern(NamedTuple):
    """One line of an ignore file."""

    negative: bool
    of_folders: bool
    """It matches folders alone."""
    of_names: bool
    """It has no slash: it is matched with the last part of a path."""
    literal: bytes
    """What it begins with, without anything special."""
    end: bytes
    """What it ends with, without anything special: of all of it if `literal` is all."""
    glob: Glob | None
    """What follows on `literal`; None where that is nothing."""

    def matches(self, path: bytes, name: bytes) -> bool:
        """Tell whether it matches a path, whose last part is `name`."""
        text = name if self.of_names else path
        if not text.startswith(self.literal) or not text.endswith(self.end):
            return False
        if self.glob is None:
            return len(text) == len(self.literal)
        return self.glob.matches(text[len(self.literal) :])


class Patterns:
    """The patterns of one file or list, which paths are compared with relative to its folder."""

    def __init__(self, folder: str, lines: Iterable[bytes]) -> None:
        self.folder = folder
        self._prefix = "" if folder in ("", ".") else folder.rstrip(os.sep) + os.sep
        self._below = ""
        self._patterns: list[_Pattern] = []
        bad: list[tuple[int, str]] = []
        for number, line in enumerate(lines, 1):
            text = _trimmed(line)
            if not text or text.startswith(b"#"):
                continue
            found = _pattern(text)
            if found is None:
                bad.append((number, os.fsdecode(line.rstrip(b"\r"))))
            else:
                self._patterns.append(found)
        self._patterns.reverse()  # the last one counts
        self.bad = tuple(bad)
        """The lines, counted from 1, that can match nothing."""

    def __bool__(self) -> bool:
        """Tell whether there is any pattern."""
        return bool(self._patterns)

    def seen_from(self, folder: str, below: str) -> Patterns:
        """Return the same patterns for paths in a folder below theirs, which has the name `below` from there."""
        made = Patterns(folder, ())
        made._patterns, made._below = self._patterns, below.replace(os.sep, "/") + "/"
        return made

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Return True where a path is ignored, False where a pattern takes it back, None where none matches it.

        Folders above it are not looked at: who walks down to it has done so.
        """
        return self._verdict(self._relative(path), is_folder=is_folder)

    def hold(self, path: str) -> bool:
        """Tell whether a file, or a folder above it, is ignored."""
        relative = self._relative(path)
        if relative.startswith(b"../"):
            return False
        at = relative.find(b"/")
        while at >= 0:
            if self._verdict(relative[:at], is_folder=True):
                return True
            at = relative.find(b"/", at + 1)
        return bool(self._verdict(relative, is_folder=False))

    def _verdict(self, relative: bytes, *, is_folder: bool) -> bool | None:
        name = relative[relative.rfind(b"/") + 1 :]
        for pattern in self._patterns:
            if (is_folder or not pattern.of_folders) and pattern.matches(relative, name):
                return not pattern.negative
        return None

    def _relative(self, path: str) -> bytes:
        """Return a path as seen from where the patterns stand, with slashes."""
        path = path.removeprefix(_HERE)
        if self._prefix and path.startswith(self._prefix):
            path = path[len(self._prefix) :]
        elif self._prefix or os.path.isabs(path) or ".." in path:
            path = os.path.relpath(path, self.folder or ".")
        return os.fsencode(self._below + path.replace(os.sep, "/"))


def lines_of(data: bytes) -> list[bytes]:
    """Return the lines of an ignore file; a byte order mark is none of its text."""
    return data.removeprefix(b"\xef\xbb\xbf").split(b"\n")


def _trimmed(line: bytes) -> bytes:
    """Return a line without the blanks at its end, but for those behind a backslash."""
    line = line.split(b"\0", 1)[0].removesuffix(b"\r") if not line.startswith(b"#") else line
    at, end = 0, 0
    while at < len(line):
        blank = line[at] == ord(" ")
        at += 2 if line[at] == ord("\\") else 1
        end = end if blank else at
    return line[: min(end, len(line))] if end < len(line) else line


def _pattern(text: bytes) -> _Pattern | None:
    """Return a pattern; None for one that can match nothing."""
    negative = text.startswith(b"!")
    text = text[negative:]
    of_folders = text.endswith(b"/")
    text = text[: len(text) - of_folders]
    of_names = b"/" not in text
    text = text.removeprefix(b"/")
    if not text or len(text) > _LONGEST:
        return None
    plain = next((at for at, byte in enumerate(text) if byte in _SPECIAL), len(text))
    literal, rest = text[:plain], text[plain:]
    if not rest:
        return _Pattern(negative, of_folders, of_names, literal, literal, None)
    # As in git, what follows on the literal beginning is matched by itself: "foo**/bar" begins with "**/" there.
    found = glob(rest, is_path=not of_names)
    return None if found is None else _Pattern(negative, of_folders, of_names, literal, _plain_end(rest), found)


def _plain_end(glob_text: bytes) -> bytes:
    """Return the bytes at the end of a glob that stand for themselves: those behind all that is special."""
    last = max(glob_text.rfind(bytes([byte])) for byte in b"*?[]\\")
    end = glob_text[last + 1 :]
    behind_escape = glob_text[last : last + 1] == b"\\"
    # "**/" at the end of what is special may match nothing with its slash.
    return end[1:] if behind_escape or end.startswith(b"/") else end


@lru_cache(maxsize=256)
def listed(folder: str, patterns: tuple[str, ...]) -> Patterns:
    """Return patterns of a configuration or option, relative to a folder."""
    return Patterns(folder, map(os.fsencode, patterns))
