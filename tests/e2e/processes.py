"""Processes that end with this one: each is a group of its own, and every group that was started is ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType

PATIENCE = 30.0
"""Seconds that a process may take to end once it is told to."""


class Done(NamedTuple):
    """How a command ended: its exit code, and what it wrote to stdout and stderr."""

    returncode: int
    output: str


class Interrupted(BaseException):
    """A signal told this program to end."""


class _Signals:
    """Raises Interrupted on a signal; while something is being started, only once that is done."""

    def __init__(self) -> None:
        self.waits = False
        self.came: int | None = None

    def interrupt(self, number: int, _frame: FrameType | None) -> None:
        """Handle one signal; those after it are ignored, so that the way out is not interrupted."""
        self.came = number
        if not self.waits:
            self.leave()

    def leave(self) -> None:
        """Raise Interrupted if a signal came."""
        if self.came is not None:
            for name in _ENDING:
                signal.signal(name, signal.SIG_IGN)
            number, self.came = self.came, None
            raise Interrupted(number)


_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_signals = _Signals()


def end_on_signals() -> None:
    """Make SIGINT, SIGTERM and SIGHUP raise Interrupted, so that everything that is open is closed."""
    for name in _ENDING:
        signal.signal(name, _signals.interrupt)


@contextmanager
def started(
    command: Sequence[str],
    *,
    cwd: Path,
    stdout: int | IO[bytes],
    stderr: int | IO[bytes],
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a group of its own; the whole group is ended on the way out."""
    _signals.waits = True  # between the start and the try nothing may come
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )
    try:
        _signals.waits = False
        _signals.leave()
        yield process
    finally:
        end(process)
        _signal_group(process, signal.SIGKILL)  # what the process may have started and left behind


def end(process: subprocess.Popen[bytes]) -> None:
    """Tell a process and its group to end, and kill them if they do not."""
    _signal_group(process, signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # the group is gone
        os.killpg(process.pid, number)


def run(command: Sequence[str], *, cwd: Path, timeout: float, environment: Mapping[str, str] | None = None) -> Done:
    """Run a command to its end; raises subprocess.TimeoutExpired where it takes longer."""
    with started(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, environment=environment
    ) as process:
        output, _ = process.communicate(timeout=timeout)
    return Done(process.returncode, output.decode(errors="replace"))


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback on which nobody listens."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [found.getsockname()[1] for found in sockets]
    for found in sockets:
        found.close()
    return ports


def wait_for(what: str, seconds: float, condition: Iterator[bool]) -> None:
    """Wait until the condition holds; raises TimeoutError after so many seconds."""
    last = time.monotonic() + seconds
    for holds in condition:
        if holds:
            return
        if time.monotonic() > last:
            raise TimeoutError(f"{what} took more than {seconds:.0f} seconds")
        time.sleep(0.1)
