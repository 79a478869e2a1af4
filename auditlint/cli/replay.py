"""`auditlint replay`: what a policy makes of recorded audit events."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import click

from auditlint.cli import USAGE
from auditlint.cli.options import Choice
from auditlint.cli.policies import ReadPolicy, read_policy, target
from auditlint.events.files import STDIN, in_order
from auditlint.events.replay import Replay
from auditlint.events.summary import Replayed, comparison, summary
from auditlint.report import formats, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.events.decide import Cell
    from auditlint.events.event import Event
    from auditlint.events.tally import Totals

STREAM = "jsonl"
"""The format that is no rendering of a summary: each event is printed as it is read."""
PATIENCE = 1.0
"""Seconds before progress is shown."""

WORTH_IT = 32 << 20
"""Bytes of log below which starting processes takes longer than it saves."""

_TURN = 0.2
_BAR = 30


@click.command("replay", short_help="Show what a policy makes of recorded audit events.")
@click.argument("policy", type=click.Path())
@click.argument("logs", nargs=-1, required=True, type=click.Path(), metavar="LOG...")
@click.option("--against", metavar="OLD", type=click.Path(), help="Show only what this older policy makes different.")
@click.option(
    "--format",
    "output_format",
    type=Choice((*formats("replay"), STREAM)),
    default="text",
    help="Output [text]; jsonl: per event.",
)
@click.option("--kubernetes-version", metavar="1.N", help="Decide as this release does.")
@click.option("--debug", is_flag=True, help="Show a traceback where auditlint itself fails.")
def command(
    policy: str,
    logs: tuple[str, ...],
    *,
    against: str | None,
    output_format: str,
    kubernetes_version: str | None,
    debug: bool,  # noqa: ARG001  (main looks for it)
) -> int:
    """Replay audit logs against a policy: what each rule takes, which are never hit, what is logged in a day.

    LOG is a file, a folder, or - for standard input; JSON lines or EventLists, plain, gzip or zstd. Rotated files are
    read from old to new, whatever their order on the command line.

    Exit codes: 0 replayed; 2 a policy is refused, or a log could not be read.
    """
    if [policy, against, *logs].count(STDIN) > 1:
        raise click.UsageError("standard input (-) can be only one of the policies and logs")
    minor = target(kubernetes_version)
    policies = [read_policy(path, minor) for path in (policy, against) if path is not None]
    missing: list[tuple[str, str]] = []
    files = in_order(logs, lambda path, why: missing.append((path, why)))
    totals = _per_event(policies, files) if output_format == STREAM else _summed(policies, files)
    totals.unreadable[:0] = missing
    # Without any log every rule would look as if it were never hit.
    says_something = bool(totals.tallies) or not totals.unreadable
    if output_format != STREAM and (says_something or output_format != "text"):
        _write(_rendered(totals, len(files), policies, output_format))
    return _tell(totals)


def _rendered(totals: Totals, files: int, policies: Sequence[ReadPolicy], output_format: str) -> str:
    replayed = [Replayed(read.policy, read.path, read.place) for read in policies]
    compared = len(replayed) > 1
    found = comparison(totals, files, *replayed) if compared else summary(totals, files, replayed[0])
    return render("replay", output_format, found)


def _summed(policies: Sequence[ReadPolicy], files: Sequence[str]) -> Totals:
    """Replay the files, in several processes where that is worth it."""
    sizes = [_size(path) for path in files]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    progress = _Progress(total)
    workers = min(cores(), len(files))
    try:
        if workers > 1 and total is not None and total >= WORTH_IT:
            from auditlint.events.parallel import replay_all

            return replay_all([read.policy for read in policies], files, workers, progress.at)
        replay = Replay([read.policy for read in policies], progress.add)
        for path in files:
            replay.read(path)
        replay.fold()
        return replay.totals
    finally:
        progress.clear()


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _per_event(policies: Sequence[ReadPolicy], files: Sequence[str]) -> Totals:
    """Print one line for each event, in order; with two policies only where they differ."""
    progress = _Progress(None, quiet=sys.stdout.isatty())
    replay = Replay([read.policy for read in policies], progress.add, _Lines(policies))
    try:
        for path in files:
            replay.read(path)
    finally:
        progress.clear()
    replay.fold()
    return replay.totals


class _Lines:
    """Prints decisions on single events."""

    def __init__(self, policies: Sequence[ReadPolicy]) -> None:
        from json import JSONEncoder

        self._encode = JSONEncoder(separators=(",", ":")).encode
        self._replayed = [Replayed(read.policy, read.path, read.place) for read in policies]
        self._waiting: list[str] = []

    def event(self, event: Event, cell: Cell) -> None:
        """Print what is decided on one event."""
        if not cell.tail:
            cell.tail = self._tail(cell)
        if cell.tail != _SAME:
            self._waiting += ('{"event":', self._encode(event.audit_id), cell.tail)

    def pause(self) -> None:
        """Write what is waiting: after each piece of the log, so that nobody waits for the end of a live one."""
        if self._waiting:
            sys.stdout.buffer.write("".join(self._waiting).encode())
            sys.stdout.buffer.flush()
            self._waiting.clear()

    def _tail(self, cell: Cell) -> str:
        """Return everything behind the event's ID."""
        new, *old = self._replayed
        decision = new.decision(cell.taker[0])
        if old:
            if new.outcome(cell.taker[0]) == old[0].outcome(cell.taker[1]):
                return _SAME
            decision["against"] = old[0].decision(cell.taker[1])
        return f",{self._encode(decision)[1:]}\n"


_SAME = "same"
"""The tail of events that both policies treat alike: they are not printed."""


class _Progress:
    """A bar on stderr, only on a terminal and only when it takes longer than PATIENCE."""

    def __init__(self, total: int | None, *, quiet: bool = False) -> None:
        """`total` is how many bytes there are, None if nobody knows."""
        self._total = total
        self._next = time.monotonic() + PATIENCE if sys.stderr.isatty() and not quiet else float("inf")
        self._taken = 0
        self._shown = False

    def add(self, size: int) -> None:
        """So many bytes more were read."""
        self.at(self._taken + size)

    def at(self, taken: int) -> None:
        """So many bytes were read."""
        self._taken = taken
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _TURN
            self._shown = True
            click.echo(f"\r{self._line()}", nl=False, err=True)

    def clear(self) -> None:
        """Take the bar away again."""
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)

    def _line(self) -> str:
        if not self._total:
            return f"replaying: {self._taken >> 20} MiB"
        share = min(self._taken / self._total, 1.0)
        return f"replaying: [{'#' * round(share * _BAR):<{_BAR}}] {share:4.0%} of {self._total >> 20} MiB"


def _size(path: str) -> int | None:
    """Return the size of a regular file, 0 of one that is not there, None where it is not known."""
    if path == STDIN:
        return None
    try:
        return os.path.getsize(path) if os.path.isfile(path) or not os.path.exists(path) else None
    except OSError:
        return 0


def _write(text: str) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()


def _tell(totals: Totals) -> int:
    """Name bad lines and bad files on stderr, and return the exit code."""
    for bad in totals.bad.first:
        click.echo(f"{bad.path}:{bad.line}: note: {bad.reason}", err=True)
    if more := totals.bad.count - len(totals.bad.first):
        click.echo(f"auditlint: note: and {more:,} more such lines", err=True)
    for path, reason in totals.unreadable:
        click.echo(f"auditlint: {path}: {reason}", err=True)
    nothing = totals.bad.count and not any(tally.events for tally in totals.tallies.values())
    if nothing:
        click.echo("auditlint: no line is an audit event", err=True)
    return USAGE if nothing or totals.unreadable else 0
