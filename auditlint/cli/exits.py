"""How a command ends: its exit codes, and one line on standard error that says why."""

from __future__ import annotations

import os

from auditlint.cli import terminal

USAGE = 2
BUG = 3
INTERRUPTED = 130


def fail(message: str, code: int) -> int:
    """Say in one line why a command ends, and return its exit code."""
    try:
        terminal.say(f"auditlint: {' '.join(message.split())}")
    except OSError:
        drop(2)
    return code


def reader_went_away() -> int:
    """Return the exit code where not all of the output could be written; `| head` has seen what it wanted to see."""
    drop(1)
    return USAGE


def drop(descriptor: int) -> None:
    """Point an output at nothing, so that the flush at exit does not fail a second time."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
