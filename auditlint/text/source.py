"""Files: reading them without ever blocking or filling memory, and replacing them without ever losing one."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress

from auditlint.records import NamedTuple
from auditlint.text.encoding import display
from auditlint.text.lines import split_lines
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMIT = 32 << 20
"""Bytes: etcd and the API server take objects of 1.5 MiB, so nothing that a control plane reads comes near it."""


_PIECE = 1 << 20
"""Bytes that are read at once where a file is larger than it says."""


BY_GIT, BY_EXCLUDE = ".gitignore", "exclude"
"""What hides files from a search, in the words of the closing line."""


class Telling(NamedTuple):
    """Whom a search tells what it meets."""

    failed: Callable[[str, str], None] = lambda _path, _reason: None
    """Of a folder that cannot be listed: its path, and the reason."""
    noted: Callable[[str, str, int | None], None] = lambda _path, _reason, _line: None
    """Of a file that cannot be heeded as it says: its path, what, and the line."""
    hidden: Callable[[str, str, bool], None] = lambda _by, _path, _is_folder: None
    """Of what would be looked at, but for BY_GIT or BY_EXCLUDE: which, its path, and whether it is a folder."""


class UnreadableError(Exception):
    """A file that cannot be read; `reason` is for the user, without the path."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def read_file(path: str) -> bytes:
    """Return the content of a regular file of up to LIMIT bytes; raises UnreadableError."""
    try:
        # A FIFO without a writer would block an open; this way it opens, and is then seen for what it is.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError as error:
        raise UnreadableError(path, reason(error) + _misspelt(path)) from None
    except (OSError, ValueError) as error:
        raise UnreadableError(path, reason(error)) from None
    try:
        return _read(path, descriptor)
    except OSError as error:
        raise UnreadableError(path, reason(error)) from None
    finally:
        os.close(descriptor)


def lines(data: bytes) -> list[str]:
    """Return the lines as they are shown to a person, whatever the encoding."""
    return split_lines(display(data))


def create_file(path: str, content: bytes) -> None:
    """Write a file that is not there yet, or none at all; raises OSError, a FileExistsError where it is there."""
    try:
        with open(path, "xb") as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.unlink(path)
                raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None


def replace_file(path: str, content: bytes) -> None:
    """Put content in the place of a file: written beside it, then renamed, mode and owner kept; raises OSError.

    A link keeps pointing where it does; what is no regular file (a FIFO, /dev/stderr) is written to as it is.
    """
    try:
        status = os.stat(path)
    except FileNotFoundError:
        status = None
    if status is not None and not stat.S_ISREG(status.st_mode):
        _write_to(path, content)
        return
    with _undisturbed():
        _replace(os.path.realpath(path), path, content, status)


def _replace(target: str, path: str, content: bytes, status: os.stat_result | None) -> None:
    """Put content in the place of a regular file; one that has other names keeps them, so that is written to itself."""
    beside = f"{target}.{os.getpid()}.tmp"
    try:
        with open(beside, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if status is not None:
            _keep_owner(beside, status)
            os.chmod(beside, stat.S_IMODE(status.st_mode))
        if status is not None and status.st_nlink > 1:
            _write_to(target, content)
            os.unlink(beside)
        else:
            os.replace(beside, target)
    except OSError as error:
        with suppress(OSError):
            os.unlink(beside)
        raise OSError(error.errno, error.strerror, path) from None


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals that end the process wait, so that nothing is left behind beside a file."""
    import signal

    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _keep_owner(path: str, like: os.stat_result) -> None:
    """Give a file the owner and group of another; OSError where that is not for this user to do."""
    own = os.stat(path)
    if (own.st_uid, own.st_gid) != (like.st_uid, like.st_gid):
        os.chown(path, like.st_uid, like.st_gid)


def is_read_only(path: str) -> bool:
    """Tell whether the mode of a file, or of its folder, lets nobody write; root could, and is not to."""
    target = os.path.realpath(path)
    modes = [os.stat(one).st_mode for one in (target, os.path.dirname(target)) if os.path.exists(one)]
    return any(not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) for mode in modes)


def _write_to(path: str, content: bytes) -> None:
    """Write to a file as it is; its real path may not exist (/dev/fd/3 that is a pipe).

    A named pipe that nobody reads would block for ever: it is an OSError.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | getattr(os, "O_NONBLOCK", 0))
        os.set_blocking(descriptor, True)
        with open(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        why = "nobody reads from this pipe" if error.errno == errno.ENXIO else error.strerror
        raise OSError(error.errno, why, path) from None


def _misspelt(path: str) -> str:
    """Return what the name of a file that is not there was probably meant to be: another in its folder."""
    from auditlint.spelling import nearest

    if os.path.lexists(path):  # a link to what is not there
        return ""
    folder, name = os.path.split(path)
    with suppress(OSError):
        near = nearest(name, sorted(os.listdir(folder or ".")))
        return f', did you mean "{os.path.join(folder, near)}"?' if near else ""
    return ""


def _read(path: str, descriptor: int) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableError(path, f"is {_kind(status.st_mode)}, not a file")
    if status.st_size > LIMIT:
        raise UnreadableError(path, f"has {status.st_size >> 20} MiB, and auditlint reads up to {LIMIT >> 20} MiB")
    content = os.read(descriptor, status.st_size + 1)
    if len(content) == status.st_size:  # one byte more was asked for, and is not there
        return content
    while piece := os.read(descriptor, _PIECE):  # it grew, or is one of /proc, whose size is not known
        content += piece
        if len(content) > LIMIT:
            raise UnreadableError(path, f"is larger than {LIMIT >> 20} MiB")
    return content


def _kind(mode: int) -> str:
    kinds = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"))
    return next((name for test, name in kinds if test(mode)), "a device")


def reason(error: OSError | ValueError) -> str:
    """Return why a path cannot be opened or read, for the user, without the path."""
    if isinstance(error, ValueError):
        return "is not a path: it holds a null character"
    reasons = {
        errno.ENOENT: "no such file or folder",
        errno.ELOOP: "a loop of links",
        errno.EACCES: "permission denied",
    }
    return reasons.get(error.errno or 0, error.strerror or str(error))
