"""Measures `replay` against `jq -c .verb` over the same log, both on one core."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
from pathlib import Path

from benchmarks import audit_log
from benchmarks.policies import real
from benchmarks.process import run

EVENTS = 100_000
LONGER = 4
MISSING = "jq is not installed, so that replay was not compared with it: apt-get install jq (or brew install jq)"


def table(folder: Path, runs: int) -> str:
    """Write the logs below folder, and return a table in Markdown, or what is missing to make one."""
    jq = shutil.which("jq")
    if jq is None:
        return MISSING
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    log, longer, generated = folder / "audit.log", folder / "longer.log", folder / "generated.yaml"
    write(log, EVENTS)
    write(longer, EVENTS * LONGER)
    generated.write_text(real(5000))
    auditlint = [str(Path(sys.executable).parent / "auditlint"), "replay"]
    good = [*auditlint, str(Path(__file__).parent.parent / "examples/good/audit-policy.yaml")]
    theirs = [jq, "-c", ".verb"]
    rows = [
        row("summary", EVENTS, ([*good, str(log)], [*theirs, str(log)]), runs),
        row("summary of a longer log", EVENTS * LONGER, ([*good, str(longer)], [*theirs, str(longer)]), 1),
        row("one line an event", EVENTS, ([*good, str(log), "--format", "jsonl"], [*theirs, str(log)]), runs),
        row("a policy of 5,000 rules", EVENTS, ([*auditlint, str(generated), str(log)], [*theirs, str(log)]), runs),
    ]
    size = log.stat().st_size // EVENTS
    head = (
        f"| replay, one core, events of {size} bytes | auditlint | jq -c .verb | ratio | promised at least | memory |"
    )
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


def write(path: Path, events: int) -> None:
    """Write a log of so many events."""
    with path.open("wb") as log:
        log.writelines(audit_log.lines(events))


def row(name: str, events: int, commands: tuple[list[str], list[str]], runs: int) -> str:
    """Return one row of the table: medians of whole processes, ours and theirs run in turn."""
    pairs = [(run(commands[0]), run(commands[1])) for _ in range(runs)]
    rates = [events / statistics.median(pair[side].seconds for pair in pairs) for side in (0, 1)]
    memory = [statistics.median(pair[side].mebibytes for pair in pairs) for side in (0, 1)]
    cells = (
        f"{name} ({events:,} events)",
        f"{rates[0]:,.0f} events/s",
        f"{rates[1]:,.0f} events/s",
        f"{rates[0] / rates[1]:.2f}",
        "1.00",
        f"{memory[0]:.0f} MiB, jq {memory[1]:.0f} MiB",
    )
    return f"| {' | '.join(cells)} |"
