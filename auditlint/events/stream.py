"""The lines of a log: from a file, a pipe or standard input, plain or compressed, in memory that does not grow."""

from __future__ import annotations

import io
import os
import re
import stat
import sys
import zlib
from contextlib import contextmanager
from itertools import chain
from typing import IO, TYPE_CHECKING, NamedTuple

from auditlint.events.files import STDIN
from auditlint.text.source import UnreadableError, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Read = Callable[[int], bytes]

LONGEST_LINE = 64 << 20
"""Bytes of one line: kube-apiserver takes requests of 3 MB, but answers with lists of any length."""

TOO_LONG = f"is longer than {LONGEST_LINE >> 20} MiB"
"""What is wrong with a line that is longer."""

_CHUNK = 1 << 18
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_OPENING = frozenset({b"{", b"["})
_CLOSING = frozenset({b"}", b"]"})
_CONTAINER = re.compile(rb"\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d) std(?:out|err) [FP](?::\S*)?(?: |$)")
"""What a container runtime writes before each line: time, stream, and whether the line is whole (F) or goes on (P).

Source: pkg/kubelet/kuberuntime/logs (ReadLogs) of Kubernetes, and its design document for logs of the CRI.
"""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Lines(NamedTuple):
    """Some lines that follow each other, without their ends; `number` is that of the first, from 1."""

    number: int
    lines: list[bytes]


class Part(NamedTuple):
    """A part of a plain file, in bytes: the lines that begin from `start` on and before `end` (None: to the end)."""

    start: int = 0
    end: int | None = None


WHOLE = Part()


@contextmanager
def opened(path: str, progress: Callable[[int], None], part: Part = WHOLE) -> Iterator[Read]:
    """Open a log, `-` for standard input; a call of the result returns some of its text, at the end nothing.

    `progress` is told how many bytes were taken from the file. A part is one of a file as it is on disk, so never of a
    compressed one. Raises UnreadableError, here and while reading.
    """
    with _naming(path):
        file = _open(path)
    with file:
        with _naming(path):
            read = _reader(path, _Joined(file, progress)) if part == WHOLE else _pieces(_cut(file, progress, part))

        def read_some(size: int) -> bytes:
            with _naming(path):
                return read(size)

        yield read_some


@contextmanager
def _naming(path: str) -> Iterator[None]:
    """Turn what can go wrong with a file into an UnreadableError; what its reader's user does is not inside."""
    try:
        yield
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise UnreadableError(path, _reason(error)) from None


def lines(read: Read, too_long: Callable[[int], None]) -> Iterator[Lines]:
    """Yield the lines of a text as they come in; of one longer than LONGEST_LINE only its number is told."""
    number, held, length = 1, list[bytes](), 0
    while chunk := read(_CHUNK):
        first, *whole = chunk.split(b"\n")
        held.append(first)
        length += len(first)
        if whole:
            tail = whole.pop()
            if length > LONGEST_LINE:
                too_long(number)
                number += 1
            else:
                whole.insert(0, b"".join(held))
            yield Lines(number, whole)
            number += len(whole)
            held, length = [tail], len(tail)
        elif length > LONGEST_LINE:
            held.clear()
    if length > LONGEST_LINE:
        too_long(number)
    elif length:
        yield Lines(number, [b"".join(held)])


def texts(read: Read, too_long: Callable[[int], None]) -> Iterator[Lines]:
    """Yield the JSON texts of a log: its lines, or what begins and ends with a bracket alone on a line.

    A log is taken to be of the second kind, as `jq .` and editors write it, if its first line is such a bracket. Of the
    log of a container, told by what stands before its first line, the texts are the lines of standard output.
    """
    found = lines(read, too_long)
    first = next(found, None)
    if first is None:
        return
    everything = chain((first,), found)
    form = _form(first)
    yield from everything if form is None else form(everything, too_long)


def one_a_line(path: str) -> bool:
    """Tell whether a file is plain text with an event on each line, so that a part of it can be read alone.

    Raises UnreadableError.
    """
    with _naming(path), _open(path) as file:
        joined = _Joined(file, lambda _: None)
        if joined.head.startswith((_GZIP, _ZSTD)):
            return False
        first = next(lines(joined.read, lambda _: None), None)
    return first is None or _form(first) is None


def anybody_reads(path: str) -> bool:
    """Tell whether every reader of text finds an event on each line of a file, in plain text or by its name in gzip.

    Raises UnreadableError.
    """
    with _naming(path), _open(path) as file:
        head = file.read(len(_BYTE_ORDER_MARK))
    if head.startswith(_GZIP) != path.endswith(".gz") or head == _BYTE_ORDER_MARK:
        return False
    with opened(path, lambda _: None) as read:
        first = next(lines(read, lambda _: None), None)
    return first is None or _form(first) is None


def _form(first: Lines) -> Callable[[Iterable[Lines], Callable[[int], None]], Iterator[Lines]] | None:
    """Return what takes the texts out of the lines of a log that begins like this; None: each line is a text."""
    beginning = next((line for line in first.lines if line.strip()), b"")
    if _CONTAINER.match(beginning):
        return _of_container
    return _indented if beginning.rstrip() in _OPENING else None


def _of_container(found: Iterable[Lines], too_long: Callable[[int], None]) -> Iterator[Lines]:
    """Yield what a container wrote to standard output; lines in pieces are joined at the last, others are empty."""
    pieces = list[bytes]()
    length = 0
    for number, some in found:
        texts = list[bytes]()
        for at, line in enumerate(some, number):
            stream, whole, text = _without_prefix(line)
            texts.append(b"")
            if stream != b"stdout":
                continue
            length += len(text)
            if length <= LONGEST_LINE:
                pieces.append(text)
            if not whole:
                continue
            if length > LONGEST_LINE:
                too_long(at)
            else:
                texts[-1] = b"".join(pieces)
            pieces, length = [], 0
        yield Lines(number, texts)


def _without_prefix(line: bytes) -> tuple[bytes, bool, bytes]:
    """Return the stream of a container's line, whether the line ends there, and its text."""
    if not _CONTAINER.match(line):
        return b"stdout", True, line
    _, stream, tag, *text = line.split(b" ", 3)
    return stream, tag.startswith(b"F"), text[0] if text else b""


def _indented(found: Iterable[Lines], too_long: Callable[[int], None]) -> Iterator[Lines]:
    start, held, length = 0, list[bytes](), 0
    for number, some in found:
        for at, line in enumerate(some, number):
            if length == 0:
                start = at
            length += len(line) + 1
            if length <= LONGEST_LINE:
                held.append(line)
            if line.rstrip() in _CLOSING:
                if length > LONGEST_LINE:
                    too_long(start)
                else:
                    yield Lines(start, [b"\n".join(held)])
                held, length = [], 0
    if length:
        yield Lines(start, [b"\n".join(held)])


def _open(path: str) -> io.FileIO:
    if path == STDIN:
        return io.FileIO(0, closefd=False)
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode) or stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise UnreadableError(path, f"is a {'folder' if stat.S_ISDIR(mode) else 'device'}, not a log")
    return io.FileIO(path)


class _Joined(io.RawIOBase):
    """A file of which the first bytes were looked at and are read again; counts what is taken."""

    def __init__(self, file: io.FileIO, progress: Callable[[int], None]) -> None:
        self._file = file
        self._progress = progress
        self.head = b""
        while len(self.head) < len(_ZSTD) and (more := file.read(len(_ZSTD) - len(self.head))):
            self.head += more
        progress(len(self.head))
        self._left = self.head.removeprefix(_BYTE_ORDER_MARK)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Return some bytes, at the end none."""
        if self._left:
            taken, self._left = self._left[:size], self._left[size:]
            return taken
        taken = self._file.read(size) or b""
        self._progress(len(taken))
        return taken

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a part of buffer and return how much."""
        taken = self.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)


def _pieces(pieces: Iterator[bytes]) -> Read:
    return lambda _size: next(pieces, b"")


def _cut(file: io.FileIO, progress: Callable[[int], None], part: Part) -> Iterator[bytes]:
    """Yield the lines of one part of a file, in pieces; the last one may end far behind the part."""
    start, end = part
    inside = start == 0
    at = max(start - 1, 0)  # a line begins at `start` if the byte before it ends one
    if inside and file.read(len(_BYTE_ORDER_MARK)) == _BYTE_ORDER_MARK:
        at = len(_BYTE_ORDER_MARK)
    file.seek(at)
    while (end is None or start < end) and (taken := file.read(_CHUNK)):
        progress(len(taken))
        begin = 0
        if not inside:
            begin = taken.find(b"\n") + 1
            inside = begin > 0
            if end is not None and at + (begin if inside else len(taken)) >= end:
                return
        stop = taken.find(b"\n", max(end - 1 - at, 0)) + 1 if end is not None else 0
        if inside and (piece := taken[begin : stop or None]):
            yield piece
        if stop:
            return
        at += len(taken)


def _reader(path: str, file: _Joined) -> Read:
    """Return what reads the text inside, whatever the file is called."""
    if file.head.startswith(_GZIP):
        import gzip

        return gzip.GzipFile(fileobj=_buffered(file)).read1
    if file.head.startswith(_ZSTD):
        return _zstd(path, _buffered(file))
    return file.read


def _buffered(file: _Joined) -> io.BufferedReader:
    return io.BufferedReader(file, _CHUNK)


def _zstd(path: str, file: IO[bytes]) -> Read:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        raise UnreadableError(
            path, "is compressed with zstd: install auditlint[zstd], or pipe it: zstd -dc FILE | auditlint replay ... -"
        ) from None
    return _naming_its_errors(zstd.ZstdFile(file).read1, zstd.ZstdError)


def _naming_its_errors(read: Read, kind: type[Exception]) -> Read:
    def read_or_fail(size: int) -> bytes:
        try:
            return read(size)
        except kind as error:
            raise ValueError(str(error)) from None

    return read_or_fail


def _reason(error: Exception) -> str:
    """Return why reading ended."""
    if isinstance(error, EOFError):
        return "ends in the middle of its compressed data: not all of it was read"
    if isinstance(error, OSError) and error.errno is not None:
        return reason(error)
    return f"its compressed data is damaged, not all of it was read: {error}"
