"""What one of two releases refuses and the other takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes.releases import name
from auditlint.kubernetes.upgrade.steps import since
from auditlint.report.upgraded import BREAKS, MENDS, Change
from auditlint.upgrading.runs import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.upgrading.changes import Way
    from auditlint.upgrading.runs import Runs, Thing


def refusals(runs: Runs, before: Thing, after: Thing, way: Way) -> Iterator[Change]:
    """Yield what breaks and what is mended: each cause once, at its place.

    Of several things that can be refused (the flags, the files, the Pod, a policy) each counts for itself: what neither
    release takes is no change, whatever else is wrong with it.
    """
    if after.reasons - before.reasons:
        for finding in _only_of(after, before):
            first = _since(runs, finding, after.paths, way, refused=True)
            yield _change(BREAKS, finding, first, finding.message, finding.help)
    if before.reasons - after.reasons:
        for finding in _only_of(before, after):
            first = _since(runs, finding, before.paths, way, refused=False)
            yield _change(MENDS, finding, first, f"{way.new} accepts what {way.old} refuses: {finding.message}")


def _since(runs: Runs, finding: Finding, paths: tuple[str, ...], way: Way, *, refused: bool) -> int:
    """Return the release in which what a finding is about is refused, or no longer."""
    return since(*way, lambda minor: (place(finding) in runs.refused(minor, paths)) is refused)


def _only_of(one: Thing, other: Thing) -> Iterator[Finding]:
    """Yield the refusals of one release that are none in the other."""
    known = set(map(place, other.refusals))
    return (finding for finding in one.refusals if place(finding) not in known)


def _change(kind: str, finding: Finding, since_minor: int, message: str, help: str = "") -> Change:
    return Change(
        kind,
        finding.rule,
        None,
        name(since_minor),
        finding.path,
        finding.span,
        finding.document,
        finding.pointer,
        message,
        help,
        finding.example,
    )
