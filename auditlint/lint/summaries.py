"""What the report says of subjects and rules besides findings: what the server makes of each, and which are named."""

from __future__ import annotations

from functools import partial

from auditlint import registry
from auditlint.kubernetes.releases import name
from auditlint.report.model import PolicyFacts, Reached, RuleFate, RuleSummary, SubjectSummary
from auditlint.rule import REGISTRY
from auditlint.subjects.links import NO_LINKS, Links
from auditlint.subjects.model import ApiServer, PolicySubject, UnreadText
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditlint.finding import Finding
    from auditlint.kubernetes.reach import Answer
    from auditlint.path import Path
    from auditlint.subjects.model import Subject


def of_subject(subject: Subject, links: Links = NO_LINKS) -> SubjectSummary | None:
    """Return what the server makes of a subject; None for one that no server takes for itself."""
    entry = outline(subject, links)
    if entry is None or entry.policy is None or not isinstance(subject, PolicySubject):
        return entry
    return entry._replace(policy=entry.policy._replace(reached=_reached(subject)))


def outline(subject: Subject, links: Links = NO_LINKS) -> SubjectSummary | None:
    """Return the same, without what requests make of a policy."""
    if isinstance(subject, PolicySubject) and not subject.later:
        refused_by = ("policy",) if subject.loaded.refused else ()
        return _entry(subject, "policy", subject.base, refused_by, PolicyFacts(lenient=subject.loaded.lenient))
    if isinstance(subject, ApiServer):
        return _entry(subject, subject.carrier, subject.base, links.refused_by(subject))
    if isinstance(subject, UnreadText) and subject.refused:
        if subject.meant == "policy":
            return _entry(subject, "policy", (), ("policy",), PolicyFacts(lenient=False))
        return _entry(subject, "static-pod", (), ("pod",))
    return None


def of_rules(findings: Iterable[Finding]) -> Iterator[RuleSummary]:
    """Yield the rules that findings and their related places name, by name."""
    named = {name for finding in findings for name in (finding.rule, *(note.rule for note in finding.related)) if name}
    for rule in map(REGISTRY.__getitem__, sorted(named)):
        yield RuleSummary(rule.name, rule.category, rule.severity, rule.summary, partial(registry.page, rule.name))


def _entry(
    subject: PolicySubject | ApiServer | UnreadText,
    carrier: str,
    base: Path,
    refused_by: tuple[str, ...],
    policy: PolicyFacts | None = None,
) -> SubjectSummary:
    return SubjectSummary(
        path=subject.path,
        carrier=carrier,
        document=subject.document,
        pointer=subject.places.pointer(base),
        line=subject.places.key(base).line,
        kubernetes=name(subject.minor),
        kubernetes_from=subject.kubernetes_from,
        refused_by=refused_by,
        policy=policy,
    )


def _reached(subject: PolicySubject) -> Reached | None:
    """Return what is known of a policy's rules; None if it is refused for more than its head."""
    found = subject.analysis
    if found is None:
        return None
    paths = [subject.at("rules", index) for index in range(len(found.policy.rules))]
    rules = tuple(
        RuleFate(subject.places.pointer(path), subject.places.key(path).line, rule.level, fate.kind.value)
        for path, rule, fate in zip(paths, found.policy.rules, found.reach.fates, strict=True)
    )
    return Reached(_catch_all(found.reach.missing_catch_all), rules)


def _catch_all(missing: Answer) -> bool | None:
    """Return whether every request reaches a rule; None where that was too hard to tell."""
    return None if missing.request is None and not missing.complete else missing.impossible
