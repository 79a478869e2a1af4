"""What `check --write-baseline` does: it writes the findings of a run, to be left out from now on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from auditlint.cli import terminal
from auditlint.cli.exits import BUG, USAGE
from auditlint.english import counted
from auditlint.lint import baseline, selection
from auditlint.settings import baselines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.report.model import Report
    from auditlint.settings import Settings
    from auditlint.settings.baselines import Entry


def write(path: str, report: Report, settings: Settings, *, quiet: bool) -> int:
    """Write the findings of a report as a baseline, tell what changed in it, and return the exit code.

    Where something could not be read nothing is written, for it would hold too little. What the file holds of others
    than the files and rules of this run stays.
    """
    for notice in (*report.failed, *report.crashed):
        terminal.say(f"auditlint: {notice.path}: {notice.message}: no baseline is written")
    if report.failed or report.crashed:
        return BUG if report.crashed else USAGE
    known = settings.baseline or baselines.Baseline(path)
    kept = list(_kept(known, report, settings))
    terminal.write(path, baselines.written([*baseline.entries(known, report.unfolded, report.lines), *kept]))
    if not quiet:
        terminal.say(_told(path, report, kept, new=bool(known.data)))
    return 0


def _kept(known: baselines.Baseline, report: Report, settings: Settings) -> Iterator[Entry]:
    """Yield the entries that this run knows nothing of: of files that it did not look at, of rules that were off."""
    looked_at = {known.name_of(path): path for path in report.paths}
    for entry in known.entries:
        path = looked_at.get(entry.path)
        if path is None:
            if os.path.lexists(known.path_of(entry.path)):
                yield entry
        elif not selection.of(settings.of_file(path)).of_file(path).reports_known(entry.rule):
            yield entry


def _told(path: str, report: Report, kept: list[Entry], *, new: bool) -> str:
    """Return in words what a baseline holds now; `new`: what a file that was there did not hold."""
    found = [one for one in report.findings if one.suppressed is None or one.suppressed.by == baseline.BY]
    parts = [f"wrote {counted(len(found), 'finding')} in {counted(len({one.path for one in found}), 'file')} to {path}"]
    if new:
        parts.append(f"{len(report.live)} of them new")
    if kept:
        number = counted(sum(entry.number for entry in kept), "finding")
        parts.append(f"kept {number} that this run did not look for")
    return f"{', '.join(parts)}: check with --baseline {path}"
