"""`auditlint replay`: what a policy makes of recorded audit events."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from auditlint.cli import terminal
from auditlint.cli.exits import USAGE
from auditlint.cli.options import Choice, debug
from auditlint.cli.policies import read_policy, settings_for
from auditlint.cli.terminal import STDIN
from auditlint.events.engines import ENGINES
from auditlint.policy import replaying
from auditlint.report import formats, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.policy import Policy
    from auditlint.policy.replaying import Replayed

STREAM = "jsonl"
"""The format that is no rendering of a summary: each event is printed as it is read."""
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
@click.option(
    "-j",
    "--jobs",
    metavar="N",
    type=click.IntRange(1),
    help="Processes that read the logs [one for each core]; jsonl takes one.",
)
@click.option(
    "--engine",
    type=Choice(ENGINES),
    help="What reads LOG: files, folders, patterns, addresses and tables (Parquet, Delta).",
)
@click.option("--kubernetes-version", metavar="1.N", help="Decide as this release does.")
@debug
def command(
    policy: str,
    logs: tuple[str, ...],
    *,
    against: str | None,
    output_format: str,
    jobs: int | None,
    engine: str | None,
    kubernetes_version: str | None,
) -> int:
    """Replay audit logs against a policy: what each rule matches, which are never hit, what is logged in a day.

    LOG is a file, a folder, or - for standard input; JSON lines, EventLists or the log of a container, plain, gzip or
    zstd. Rotated files are read from old to new, whatever their order on the command line. A single LOG may stand
    before the policy.

    --engine has DuckDB or Spark read and count: for logs that lie in a lake, and for tables of events (docs/lake.md).

    --against shows which recorded events another policy would treat differently: what has happened. All that can happen
    is what `diff` compares.

    Exit codes: 0 replayed; 2 a policy is refused, or a log could not be read, or the engine is not there.
    """
    if [policy, against, *logs].count(STDIN) > 1:
        raise click.UsageError("standard input (-) can be only one of the policies and logs")
    if engine is not None and output_format == STREAM:
        raise click.UsageError("--engine counts events; for --format jsonl, one line an event, leave it out")
    if engine is not None and STDIN in logs:
        raise click.UsageError("--engine reads files and tables; to read standard input (-), leave it out")
    policy, logs = _told_apart(policy, logs)
    settings = settings_for(kubernetes_version, configured=False)
    policies = [read_policy(path, settings) for path in (policy, against) if path is not None]
    if engine is None:
        replayed = _replayed(policies, logs, one_by_one=output_format == STREAM, jobs=jobs)
    else:
        replayed = replaying.replay_by_engine(policies, logs, engine, jobs)
    # Without any log every rule would look as if it were never hit.
    says_something = bool(replayed.events) or not replayed.unreadable
    if output_format != STREAM and (says_something or output_format != "text"):
        terminal.write(None, render("replay", output_format, replayed.summary))
    return _tell(replayed)


def _told_apart(policy: str, logs: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the policy and the logs; of two arguments the log may stand first."""
    from auditlint.events.one import begins_with_event

    if len(logs) != 1 or STDIN in {policy, *logs} or os.path.isdir(logs[0]):
        return policy, logs
    if os.path.isdir(policy) or (begins_with_event(policy) and not begins_with_event(logs[0])):
        return logs[0], (policy,)
    return policy, logs


def _replayed(policies: Sequence[Policy], logs: Sequence[str], *, one_by_one: bool, jobs: int | None) -> Replayed:
    progress = terminal.Progress(_line, quiet=one_by_one and sys.stdout.isatty())
    try:
        return (
            replaying.replay_one_by_one(policies, logs, terminal.stream, progress.at)
            if one_by_one
            else replaying.replay(policies, logs, progress.at, jobs)
        )
    finally:
        progress.clear()


def _line(taken: int, total: int | None) -> str:
    if not total:
        return f"replaying: {taken >> 20} MiB"
    share = min(taken / total, 1.0)
    return f"replaying: [{'#' * round(share * _BAR):<{_BAR}}] {share:4.0%} of {total >> 20} MiB"


def _tell(replayed: Replayed) -> int:
    """Name bad lines and bad files on stderr, and return the exit code."""
    totals = replayed.totals
    for table in replayed.unmeasured:
        terminal.say(f"auditlint: note: {table}: does not say how many bytes its events took; they count as 0")
    for bad in totals.bad.first:
        terminal.say(f"{bad.path}:{bad.line}: note: {bad.reason}")
    if more := totals.bad.count - len(totals.bad.first):
        terminal.say(f"auditlint: note: and {more:,} more such lines")
    for path, reason in totals.unreadable:
        terminal.say(f"auditlint: {path}: {reason}")
    nothing = totals.bad.count and not replayed.events
    if nothing:
        terminal.say("auditlint: no line is an audit event")
    return USAGE if nothing or totals.unreadable else 0
