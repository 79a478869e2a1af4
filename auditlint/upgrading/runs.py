"""The same files judged for one release after another: what they hold, and why a server refuses it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from auditlint import lint
from auditlint.kubernetes import releases
from auditlint.lint import precedence, reporting, summaries
from auditlint.lint.facts import asking
from auditlint.lint.judging import Terms, refusals
from auditlint.subjects.model import ApiServer, PolicySubject, UnreadText, WebhookConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from auditlint.finding import Finding
    from auditlint.lint import Read, Source, Workspace
    from auditlint.lint.guard import Guard
    from auditlint.report.model import SubjectSummary
    from auditlint.settings import Settings
    from auditlint.subjects.links import Links
    from auditlint.subjects.model import Subject

Key = tuple[str, str, int, str, int]
"""What tells one subject from another in any run: kind, path, document, pointer, and which of several there it is."""
Place = tuple[str, int, str, tuple[str, ...]]
"""Where a finding stands, whatever it says: path, document, pointer, and what it is about of several things there."""


class Thing(NamedTuple):
    """A policy or kube-apiserver, and what one release makes of it."""

    subject: PolicySubject | ApiServer | UnreadText
    summary: SubjectSummary
    reasons: frozenset[str]
    """What is refused, some of `policy`, `flags`, `files`, `pod`; the policy of a server is another thing."""
    refusals: tuple[Finding, ...]
    """The findings that say why."""
    paths: tuple[str, ...]
    """The files that it is judged with."""


class Run(NamedTuple):
    """All files judged for one release."""

    read: Read
    things: dict[Key, tuple[Thing, ...]]
    """Each as the run has it; a policy as each of the servers has it that name it."""


class Runs:
    """Judges the same sources for any release, each only once."""

    def __init__(
        self,
        sources: tuple[Source, ...],
        settings: Settings,
        as_kind: str | None,
        guard: Guard,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Hold what is judged; `settings` are those of today."""
        self._sources = sources
        self._settings = settings
        self._as_kind = as_kind
        self._guard = guard
        self._progress = progress
        self._workspace: Workspace = lint.Workspace()
        self._refused: dict[tuple[int, tuple[str, ...]], frozenset[Place]] = {}

    def today(self) -> Run:
        """Return the sources as the release of today has them, which each file shows if the settings do not say it."""
        return self._judged(self._sources, self._settings)

    def judged(self, minor: int, paths: tuple[str, ...] | None = None) -> Run:
        """Return the sources, or those of some paths, as a release has them."""
        sources = (one for one in self._sources if paths is None or one.path in paths)
        return self._judged(sources, self._settings._replace(minor=minor, minor_from=releases.OPTION, overrides=()))

    def _judged(self, sources: Iterable[Source], settings: Settings) -> Run:
        asked, cluster = asking(settings, self._as_kind), settings.cluster
        read = lint.read(sources, self._workspace, asked, self._guard, cluster=cluster, progress=self._progress)
        things: dict[Key, tuple[Thing, ...]] = {}
        seen: Counter[tuple[str, str, int, str]] = Counter()
        marks = {file.path: file.marks for file in read.files}

        def why(subject: Subject) -> tuple[Finding, ...]:
            found = tuple(refusals(subject, Terms(links=read.links), self._guard))
            return tuple(precedence.fold(reporting.beyond_marks(found, marks.get(subject.path, ())), _as_it_is))

        for subject in (one for file in read.files for one in file.subjects):
            summary = summaries.outline(subject, read.links)
            if summary is None or not isinstance(subject, PolicySubject | ApiServer | UnreadText):
                continue
            known = (summary.kind, summary.path, summary.document, summary.pointer)
            seen[known] += 1
            key = (*known, seen[known])
            things[key] = tuple(_variants(subject, read.links, summary, why))
        return Run(read, things)

    def refused(self, minor: int, paths: tuple[str, ...]) -> frozenset[Place]:
        """Return the places in some files for which a release refuses what stands there."""
        known = self._refused.get((minor, paths))
        if known is None:
            things = self.judged(minor, paths).things.values()
            found = (finding for variants in things for thing in variants for finding in thing.refusals)
            known = self._refused[minor, paths] = frozenset(map(place, found))
        return known


def place(finding: Finding) -> Place:
    """Return where a finding stands."""
    return finding.path, finding.document, finding.pointer, finding.about


def _variants(
    subject: PolicySubject | ApiServer | UnreadText,
    links: Links,
    summary: SubjectSummary,
    why: Callable[[Subject], tuple[Finding, ...]],
) -> Iterator[Thing]:
    """Yield a subject as the run has it, then a policy as further servers have it that name it."""
    if isinstance(subject, ApiServer):
        yield _server(subject, links, summary, why)
        return
    yield Thing(subject, summary, frozenset(summary.refused_by), why(subject), (subject.path,))
    if isinstance(subject, PolicySubject):
        others = {links.policy_of[server] for server in links.servers_of.get(subject, ()) if server in links.policy_of}
        for other in sorted(others - {subject}, key=lambda one: one.minor):
            reasons = frozenset({"policy"} if other.loaded.refused else ())
            yield Thing(other, summary, reasons, why(other), (subject.path,))


def _server(
    server: ApiServer, links: Links, summary: SubjectSummary, why: Callable[[Subject], tuple[Finding, ...]]
) -> Thing:
    webhook: WebhookConfig | None = links.webhook_of.get(server)
    found = (*why(server), *(why(webhook) if webhook else ()))
    paths = dict.fromkeys((server.path, *([webhook.path] if webhook else ())))
    return Thing(server, summary, frozenset(summary.refused_by) - {"policy"}, found, tuple(paths))


def _as_it_is(finding: Finding) -> Finding:
    return finding
