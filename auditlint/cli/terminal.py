"""Where a command writes: standard output, or a file that is not one of those that it reads."""

from __future__ import annotations

import os
import stat
import sys
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from auditlint.report import Medium
from auditlint.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditlint.settings import Settings

STDIN = STDOUT = "-"


def say(message: str) -> None:
    """Print one line on standard error."""
    click.echo(printable(message), err=True)


def medium(target: str | None, color: str) -> Medium:
    """Return what an output is written for: a file or standard output; `color` is `auto`, `always` or `never`."""
    on_terminal = target is None and sys.stdout.isatty()
    colored = color == "always" or (color == "auto" and on_terminal and not os.environ.get("NO_COLOR"))
    folder = os.getcwd()
    return Medium(colored, get_terminal_size().columns, folder, _repository(folder))


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


def refusal(target: str, path: str) -> click.UsageError:
    """Return what is said where the output would take the place of an input."""
    name = "this file" if path == target else "standard input" if path == STDIN else path
    return click.UsageError(f"cannot write to {target}: the command reads {name}, so name another file")


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
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _is_stdout(target: str) -> bool:
    """Tell whether a path such as /dev/stdout leads to where standard output goes."""
    try:
        return os.path.samestat(os.stat(target), os.fstat(1))
    except (OSError, ValueError):
        return False
