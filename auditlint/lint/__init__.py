"""The pipeline of `check`: sources → facts → linked subjects → findings → report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.english import counted
from auditlint.finding import Notice
from auditlint.lint import linking, reporting, selection, summaries
from auditlint.lint.guard import Guard
from auditlint.lint.judging import Terms, judge
from auditlint.lint.selection import counts
from auditlint.lint.sources import Source, allowed, expand, scope, with_texts
from auditlint.lint.workspace import Asked, Told, Workspace, gather
from auditlint.records import NamedTuple
from auditlint.report.model import Hidden, Report
from auditlint.text import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from auditlint.finding import Finding
    from auditlint.kubernetes.cluster import Cluster
    from auditlint.lint.judging import Judged
    from auditlint.lint.selection import Selection
    from auditlint.lint.workspace import Facts, Gathered
    from auditlint.settings import Settings
    from auditlint.subjects.links import Links

__all__ = ["Read", "Source", "Workspace", "allowed", "check", "counts", "expand", "read", "scope", "with_texts"]


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
    gathered, files, links = read(sources, workspace, asked, guard, cluster=settings.cluster, progress=progress)
    terms = Terms(settings.options, settings.profiles, links)
    selected = _Selected(selection.of(settings), settings.without and selection.of(settings.without))
    judged = tuple(_judged(file, terms, selected, guard, workspace) for file in files)
    report = _report(gathered, judged, guard)
    return report._replace(
        min_severity=settings.shown_from,
        hidden=_hidden(judged, settings),
        notices=(*report.notices, *_unheeded(files, settings)),
    )


class _Selected(NamedTuple):
    """What is reported, and what would be without the configuration, if there is any."""

    now: Selection
    without: Selection | None = None


class Read(NamedTuple):
    """What the sources of one run hold."""

    gathered: Gathered
    files: tuple[Facts, ...]
    """The files with subjects, as the run judges these."""
    links: Links
    """What belongs together among the subjects."""


def read(
    sources: Iterable[Source],
    workspace: Workspace,
    asked: Asked,
    guard: Guard,
    *,
    cluster: Cluster,
    progress: Callable[[int], None] | None = None,
) -> Read:
    """Return what sources hold, before any rule looks at it; arguments are as for `check`."""
    gathered = gather(sources, workspace, asked, guard, progress)
    gathered = gathered._replace(facts=linking.named_as_policies(gathered.facts, workspace, asked, guard))
    return Read(gathered, *linking.linked(gathered.facts, cluster, guard))


class _Judged(NamedTuple):
    """One file with all that is said of it."""

    file: Facts
    subjects: tuple[Judged, ...] = ()
    told: Told = Told()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is reported of it."""
        return self.told.reported.findings


def _judged(file: Facts, terms: Terms, selected: _Selected, guard: Guard, workspace: Workspace) -> _Judged:
    subjects = tuple(judge(subject, terms, guard, workspace.judgements) for subject in file.subjects)
    found = tuple(finding for one in subjects for finding in one.findings)

    def tell() -> Told:
        now = selected.now.of_file(file.path)
        told = reporting.reported(file, found, now, terms, guard, without=selected.without)
        return Told(told, tuple(source.lines(file.data)) if told.findings else ())

    with guard.over(file.path, "sorting its findings"):
        return _Judged(file, subjects, workspace.told(file.path, (file, found, selected, terms.profiles), tell))
    return _Judged(file, subjects)


def _hidden(judged: Sequence[_Judged], settings: Settings) -> tuple[Hidden, ...]:
    """Return how many findings comments and the configuration hide."""
    by_comments = sum(one.suppressed is not None for file in judged for one in file.findings)
    by_settings = sum(file.told.reported.by_settings for file in judged)
    return Hidden("comments", by_comments), Hidden(settings.source, by_settings)


def _unheeded(facts: Sequence[Facts], settings: Settings) -> Iterator[Notice]:
    """Yield a notice for each file whose ignore comments do not count."""
    for one in facts:
        if settings.untrusted and one.comments is not None and one.comments.ignores:
            ignores = one.comments.ignores
            said = f"{counted(len(ignores), 'ignore comment')} not heeded, because of --untrusted"
            yield Notice(one.path, said, ignores[0].span.line)


def _report(gathered: Gathered, judged: Sequence[_Judged], guard: Guard) -> Report:
    facts, subjects = gathered.facts, [subject for one in judged for subject in one.subjects]
    findings = tuple(sorted((finding for one in judged for finding in one.findings), key=reporting.order))
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
        lines={one.file.path: one.told.lines for one in judged if one.findings},
    )
