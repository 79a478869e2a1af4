"""The pipeline of `check`: sources → facts → linked subjects → findings → report."""

from __future__ import annotations

from collections import Counter

from auditlint import registry
from auditlint.english import counted
from auditlint.finding import Notice
from auditlint.lint import ignores, linking, reporting, selection, summaries
from auditlint.lint.facts import asking
from auditlint.lint.guard import Guard
from auditlint.lint.judging import Terms, judge
from auditlint.lint.reporting import Told
from auditlint.lint.selection import counts
from auditlint.lint.sources import Source, allowed, expand, scope, with_contents, with_texts
from auditlint.lint.workspace import Workspace, gather
from auditlint.records import NamedTuple
from auditlint.report.model import Hidden, Report
from auditlint.rule import REGISTRY
from auditlint.subjects.model import UnreadText
from auditlint.text import source
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from auditlint.finding import Finding
    from auditlint.kubernetes.cluster import Cluster
    from auditlint.lint.baseline import Known
    from auditlint.lint.facts import Asking, Facts
    from auditlint.lint.judging import Judged
    from auditlint.lint.selection import Selection
    from auditlint.lint.workspace import Gathered
    from auditlint.settings import Settings
    from auditlint.subjects.links import Links

__all__ = [
    "Read",
    "Source",
    "Workspace",
    "allowed",
    "check",
    "counts",
    "expand",
    "read",
    "scope",
    "with_contents",
    "with_texts",
]


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
    guard, workspace, asked = Guard(debug=debug), workspace or Workspace(), asking(settings, as_kind)
    gathered, files, links = read(sources, workspace, asked, guard, cluster=settings.cluster, progress=progress)
    judged = [_judged(file, settings.of_file(file.path), links, guard, workspace) for file in files]
    known = _known(settings, judged)
    told = tuple(_told(one, settings, known, guard, workspace) for one in judged)
    report = _report(gathered, told, guard)
    return report._replace(
        min_severity=settings.shown_from,
        hidden=_hidden(told, settings),
        notices=(*report.notices, *_unheeded(files, settings), *_stale(report, told, known)),
    )


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
    asked: Asking,
    guard: Guard,
    *,
    cluster: Cluster,
    progress: Callable[[int], None] | None = None,
) -> Read:
    """Return what sources hold, before any rule looks at it.

    `asked` says what is asked of each file; the other arguments are as for `check`.
    """
    gathered = gather(sources, workspace, asked, guard, progress)
    gathered = gathered._replace(facts=linking.named_as_policies(gathered.facts, workspace, asked, guard))
    return Read(gathered, *linking.linked(gathered.facts, cluster, guard))


class _Judged(NamedTuple):
    """One file with all that is said of it."""

    file: Facts
    terms: Terms
    selection: Selection
    subjects: tuple[Judged, ...] = ()
    told: Told = Told()

    @property
    def found(self) -> tuple[Finding, ...]:
        """What the rules find in it."""
        return tuple(finding for one in self.subjects for finding in one.findings)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is reported of it."""
        return self.told.reported.findings

    def judges(self, rule: str) -> bool:
        """Tell whether a rule could find something: not so where text does not parse, or a policy does not load."""
        if any(isinstance(subject, UnreadText) for subject in self.file.subjects):
            return False
        registry.load()
        known = REGISTRY.get(rule)
        return known is None or (
            self.selection.reports(rule) and known.category not in ignores.idle_categories(self.file.subjects)
        )


def _judged(file: Facts, settings: Settings, links: Links, guard: Guard, workspace: Workspace) -> _Judged:
    own, without = selection.of(settings).of_file(file.path), settings.without and selection.of(settings.without)

    def is_on(rule: str) -> bool:
        # A baseline looks for a renamed file by all that is found in it.
        return settings.baseline is not None or own.is_on(rule) or (without is not None and without.is_on(rule))

    terms = Terms(settings.options, settings.profiles, links, is_on)
    subjects = tuple(judge(subject, terms, guard, workspace.judgements) for subject in file.subjects)
    return _Judged(file, terms, own, subjects)


def _known(settings: Settings, judged: Sequence[_Judged]) -> Known | None:
    """Return what the baseline, if there is one, knows of files."""
    if settings.baseline is None:
        return None
    from auditlint.lint.baseline import Found, Known

    return Known(settings.baseline, [Found(one.file.path, one.found, _lines(one)) for one in judged])


def _lines(judged: _Judged) -> tuple[str, ...]:
    return tuple(source.lines(judged.file.data)) if judged.subjects else ()


def _told(judged: _Judged, settings: Settings, known: Known | None, guard: Guard, workspace: Workspace) -> _Judged:
    file, found = judged.file, judged.found
    without = settings.without and selection.of(settings.without)
    limits = reporting.Limits(judged.selection, without)
    if known is not None:
        limits = limits._replace(known=known.of_file(file.path), lines=_lines(judged))

    def tell() -> Told:
        told = reporting.reported(file, found, limits, judged.terms, guard)
        return Told(told, limits.lines or _lines(judged)) if told.findings else Told(told)

    with guard.over(file.path, "sorting its findings"):
        return judged._replace(told=workspace.told(file.path, (file, found, limits, judged.terms.profiles), tell))
    return judged


def _stale(report: Report, judged: Sequence[_Judged], known: Known | None) -> Iterator[Notice]:
    """Yield what there is to say of the entries of a baseline."""
    if known is None:
        return
    files = {one.file.path: one for one in judged}

    def judges(path: str, rule: str) -> bool:
        return path not in files or files[path].judges(rule)

    yield from known.notices({path: one.told.reported.left for path, one in files.items()}, report.paths, judges)


def _hidden(judged: Sequence[_Judged], settings: Settings) -> tuple[Hidden, ...]:
    """Return how many findings comments, configuration and baseline hide."""
    by = Counter(one.suppressed.by for file in judged for one in file.findings if one.suppressed)
    by_settings = sum(file.told.reported.by_settings for file in judged)
    hidden = Hidden("comments", by["comment"]), Hidden(settings.source, by_settings)
    return hidden if settings.baseline is None else (*hidden, Hidden(settings.baseline.path, by["baseline"]))


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
        failed=(*gathered.unreadable, *guard.exhausted.values(), *(notice for one in facts for notice in one.failed)),
        crashed=tuple(guard.crashed),
        unfolded=tuple(finding for one in judged for finding in one.told.reported.live),
        lines={one.file.path: one.told.lines for one in judged if one.findings},
    )
