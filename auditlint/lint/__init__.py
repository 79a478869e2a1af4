"""The pipeline of `check`: sources → facts → linked subjects → findings → report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.lint import linking, reporting, selection, summaries
from auditlint.lint.guard import Guard
from auditlint.lint.judging import Terms, judge
from auditlint.lint.selection import counts
from auditlint.lint.sources import Excluded, Source, Telling, expand, with_texts
from auditlint.lint.workspace import Asked, Told, Workspace, gather
from auditlint.records import NamedTuple
from auditlint.report.model import Report
from auditlint.text import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from auditlint.lint.judging import Judged
    from auditlint.lint.selection import Selection
    from auditlint.lint.workspace import Facts, Gathered
    from auditlint.settings import Settings

__all__ = ["Excluded", "Source", "Telling", "Workspace", "check", "counts", "expand", "with_texts"]


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
    guard, workspace = Guard(debug=debug), workspace or Workspace()
    asked = Asked(as_kind, settings.minor, settings.minor_from)
    gathered = gather(sources, workspace, asked, guard, progress)
    gathered = gathered._replace(facts=linking.named_as_policies(gathered.facts, workspace, asked, guard))
    files, links = linking.linked(gathered.facts, settings.cluster, guard)
    terms, selected = Terms(settings.options, settings.profiles, links), selection.of(settings)
    judged = tuple(_judged(file, terms, selected, guard, workspace) for file in files)
    return _report(gathered, judged, guard)._replace(min_severity=settings.shown_from)


class _Judged(NamedTuple):
    """One file with all that is said of it."""

    file: Facts
    subjects: tuple[Judged, ...] = ()
    told: Told = Told()


def _judged(file: Facts, terms: Terms, selected: Selection, guard: Guard, workspace: Workspace) -> _Judged:
    subjects = tuple(judge(subject, terms, guard, workspace.judgements) for subject in file.subjects)
    found = tuple(finding for one in subjects for finding in one.findings)

    def tell() -> Told:
        findings = reporting.reported(file, found, selected.of_file(file.path), terms, guard)
        return Told(findings, tuple(source.lines(file.data)) if findings else ())

    with guard.over(file.path, "sorting its findings"):
        return _Judged(file, subjects, workspace.told(file.path, (file, found, selected, terms.profiles), tell))
    return _Judged(file, subjects)


def _report(gathered: Gathered, judged: Sequence[_Judged], guard: Guard) -> Report:
    facts, subjects = gathered.facts, [subject for one in judged for subject in one.subjects]
    findings = tuple(sorted((finding for one in judged for finding in one.told.findings), key=reporting.order))
    return Report(
        subjects=tuple(one.summary for one in subjects if one.summary is not None),
        findings=findings,
        rules=tuple(summaries.of_rules(findings)),
        notices=(*(said for one in facts for said in one.notices), *(said for one in subjects for said in one.notices)),
        files=len(facts),
        paths=tuple(one.path for one in facts),
        passed_over=sum(not one.subjects and not one.defines for one in facts),
        unread=sum(one.unread for one in facts),
        definitions=sum(one.defines is not None for one in facts),
        failed=(*gathered.unreadable, *(notice for one in facts for notice in one.failed)),
        crashed=tuple(guard.crashed),
        lines={one.file.path: one.told.lines for one in judged if one.told.findings},
    )
