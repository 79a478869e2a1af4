"""The pipeline of `check`: sources → facts → linked subjects → findings → report."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.lint import linking, reporting, selection, summaries
from auditlint.lint.guard import Guard
from auditlint.lint.judging import Terms, judge
from auditlint.lint.selection import counts
from auditlint.lint.sources import Excluded, Source, expand, with_texts
from auditlint.lint.workspace import Asked, Workspace, gather
from auditlint.report.model import Report
from auditlint.text import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from auditlint.finding import Finding
    from auditlint.lint.judging import Judged
    from auditlint.lint.selection import Selection
    from auditlint.lint.workspace import Facts, Gathered
    from auditlint.settings import Settings

__all__ = ["Excluded", "Source", "Workspace", "check", "counts", "expand", "with_texts"]


def check(
    sources: Iterable[Source],
    settings: Settings,
    *,
    as_kind: str | None = None,
    progress: Callable[[int], None] | None = None,
    workspace: Workspace | None = None,
    debug: bool = False,
) -> Report:
    """Lint the sources and return the report; nothing but reading files happens to the world.

    `progress` is called with the number of files read so far; `workspace` holds what earlier runs found in files;
    `debug` lets the exceptions of our own bugs pass.
    """
    guard = Guard(debug=debug)
    asked = Asked(as_kind, settings.minor, settings.minor_from)
    gathered = gather(sources, workspace or Workspace(), asked, guard, progress)
    files, links = linking.linked(gathered.facts, settings.cluster, guard)
    terms, selected = Terms(settings.options, settings.profiles, links), selection.of(settings)
    judged = tuple(_judged(file, terms, selected, guard) for file in files)
    return _report(gathered, judged, guard)._replace(min_severity=settings.shown_from)


class _Judged(NamedTuple):
    """One file with all that is said of it."""

    file: Facts
    subjects: tuple[Judged, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What is reported of what the rules find."""


def _judged(file: Facts, terms: Terms, selected: Selection, guard: Guard) -> _Judged:
    subjects = tuple(judge(subject, terms, guard) for subject in file.subjects)
    found = [finding for one in subjects for finding in one.findings]
    with guard.over(file.path, "sorting its findings"):
        return _Judged(file, subjects, reporting.reported(file, found, selected.of_file(file.path), terms, guard))
    return _Judged(file, subjects)


def _report(gathered: Gathered, judged: Sequence[_Judged], guard: Guard) -> Report:
    facts, subjects = gathered.facts, [subject for one in judged for subject in one.subjects]
    findings = tuple(sorted((finding for one in judged for finding in one.findings), key=reporting.order))
    return Report(
        subjects=tuple(one.summary for one in subjects if one.summary is not None),
        findings=findings,
        rules=tuple(summaries.of_rules(findings)),
        notices=(*(said for one in facts for said in one.notices), *(said for one in subjects for said in one.notices)),
        files=len(facts),
        passed_over=sum(not one.subjects and not one.defines for one in facts),
        definitions=sum(one.defines is not None for one in facts),
        failed=(*gathered.unreadable, *(notice for one in facts for notice in one.failed)),
        crashed=tuple(guard.crashed),
        lines={one.file.path: tuple(source.lines(one.file.data)) for one in judged if one.findings},
    )
