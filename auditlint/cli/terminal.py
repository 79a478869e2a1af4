"""Where commands read and write: terminals and their colours, progress, standard input, files that are no inputs."""

from __future__ import annotations

import codecs
import os
import stat
import sys
import time
from contextlib import suppress

from auditlint.errors import UsageError
from auditlint.report import Medium
from auditlint.report.printable import printable
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TextIO

    from auditlint.settings import Settings

STDIN = STDOUT = "-"
PATIENCE = 1.0
"""Seconds before progress is shown."""
TURN = 0.2
"""Seconds between two looks at how far it is."""
_COLUMNS = 80
_ENOUGH = 1 << 18
"""Characters of an output that comes in pieces that are written together."""


def say(message: str) -> None:
    """Print one line on standard error."""
    write_aside(f"{printable(message)}\n")


def write_aside(text: str) -> None:
    """Write on standard error, at once; in UTF-8 where Python takes it for a stream of ASCII."""
    output = sys.stderr
    if output is None:
        return
    if _is_ascii(output):
        output.flush()
        output.buffer.write(text.encode("utf-8", "replace"))
    else:
        output.write(text)
    output.flush()


def _is_ascii(output: TextIO) -> bool:
    """Tell whether a stream is one of ASCII, as those of a process are for which no locale is set."""
    try:
        return codecs.lookup(output.encoding).name == "ascii"
    except (LookupError, TypeError):  # what stands in for a stream need not say how it writes
        return False


def medium(target: str | None, color: str, *, aside: bool = False) -> Medium:
    """Return what an output is written for: a file, standard output, or `aside` on standard error.

    `color` is `auto`, `always` or `never`.
    """
    folder = os.getcwd()
    output = sys.stderr if aside else sys.stdout
    return Medium(
        color == "always" or (color == "auto" and target is None and _colored(output)),
        columns(),
        folder,
        _repository(folder),
    )


def columns() -> int:
    """Return how wide the terminal is, or as COLUMNS says; 80 where there is none."""
    # As shutil.get_terminal_size does, which brings all compressions along: 2 ms of each start.
    with suppress(KeyError, ValueError):
        if (given := int(os.environ["COLUMNS"])) > 0:
            return given
    with suppress(AttributeError, ValueError, OSError):
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _COLUMNS  # type: ignore[union-attr]
    return _COLUMNS


def is_capable(output: TextIO) -> bool:
    """Tell whether an output is a terminal that moves its cursor and shows colours; Emacs' compilation is none."""
    return output.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("INSIDE_EMACS")


def _colored(output: TextIO) -> bool:
    """Tell whether an output is to be in colour where no option says; the environment's no counts before its yes.

    Sources: no-color.org, force-color.org, bixense.com/clicolors.
    """
    if os.environ.get("NO_COLOR"):
        return False
    forced = any(os.environ.get(name, "0") not in {"", "0"} for name in ("FORCE_COLOR", "CLICOLOR_FORCE"))
    return forced or is_capable(output)


def default_format(target: str | None) -> str:
    """Return the format of a report where no option says."""
    return "full" if target is None and is_capable(sys.stdout) else "text"


def standard_input() -> bytes:
    """Return standard input; in pieces, because between them Ctrl-C is heard. UsageError where it is too long."""
    from auditlint.text.source import LIMIT

    if sys.stdin is None:
        raise UsageError("standard input is closed")
    content = b""
    while piece := os.read(sys.stdin.fileno(), 1 << 20):
        content += piece
        if len(content) > LIMIT:
            raise UsageError(f"standard input is larger than {LIMIT >> 20} MiB")
    return content


class Progress:
    """A line on standard error, only on a terminal and only when something takes longer than PATIENCE."""

    def __init__(self, words: Callable[..., str], *, quiet: bool = False) -> None:
        """`words` says how far it is, of what `at` is told."""
        self._words = words
        self._next = time.monotonic() + PATIENCE if is_capable(sys.stderr) and not quiet else float("inf")
        self._shown = False

    def at(self, *numbers: int | None) -> None:
        """Say how far it is, if it is time."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + TURN
            self._shown = True
            write_aside(f"\r{self._words(*numbers)}")

    def clear(self) -> None:
        """Take the line away again."""
        if self._shown:
            write_aside("\r\x1b[K")


def _repository(folder: str) -> str:
    """Return the root of the repository that a folder is in, "" for none."""
    while not os.path.exists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return ""
    return folder


def target_of(option: str | None) -> str | None:
    """Return the file that --output-file names, None for standard output."""
    return None if option in {None, STDOUT} else option


def keep_inputs(target: str | None, inputs: Iterable[str | None]) -> None:
    """Raise a UsageError where the output would take the place of a file that the command reads, however named."""
    if target is None:
        return
    for path in inputs:
        if path is not None and same_file(target, path):
            raise refusal(target, path)


def refusal(target: str, path: str) -> UsageError:
    """Return what is said where the output would take the place of an input."""
    name = "this file" if path == target else "standard input" if path == STDIN else path
    return UsageError(f"cannot write to {target}: the command reads {name}, so name another file")


def same_file(target: str, path: str) -> bool:
    """Tell whether both are one regular file that exists; - is what standard input comes from."""
    try:
        status = os.stat(target)
        return stat.S_ISREG(status.st_mode) and os.path.samestat(
            status, os.fstat(0) if path == STDIN else os.stat(path)
        )
    except (OSError, ValueError):  # what cannot be looked at cannot be read or replaced, and that is said there
        return False


def configuration(settings: Settings, named: str | None = None) -> list[str]:
    """Return the files that a configuration may have come from."""
    from auditlint.settings.config_file import NAMES

    found = [os.path.join(settings.folder, name) for name in NAMES]
    return found if named is None else [*found, named]


def write(target: str | None, text: str) -> None:
    """Write the whole output of a command; raises OSError with the name of the file."""
    content = text.encode("utf-8", "surrogateescape")
    if target is not None and not _is_stdout(target):
        from auditlint.text.source import replace_file

        replace_file(target, content)
        return
    stream(content)


def write_pieces(target: str | None, pieces: Iterable[str]) -> None:
    """Write an output that comes in pieces; on standard output none of them is kept."""
    if target is not None and not _is_stdout(target):
        write(target, "".join(pieces))
        return
    waiting, length = list[str](), 0
    for piece in pieces:
        waiting.append(piece)
        length += len(piece)
        if length >= _ENOUGH:
            stream("".join(waiting).encode("utf-8", "surrogateescape"))
            waiting, length = [], 0
    stream("".join(waiting).encode("utf-8", "surrogateescape"))


def stream(content: bytes) -> None:
    """Write some of the output of a command on standard output, at once."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _is_stdout(target: str) -> bool:
    """Tell whether a path such as /dev/stdout leads to where standard output goes."""
    try:
        return os.path.samestat(os.stat(target), os.fstat(1))
    except (OSError, ValueError):
        return False
