"""Runs the rules on subjects."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from auditlint import registry
from auditlint.finding import Notice
from auditlint.kubernetes.releases import NEWEST
from auditlint.lint import summaries
from auditlint.rule import REGISTRY, Context
from auditlint.subjects.links import NO_LINKS
from auditlint.subjects.model import PolicySubject, UnreadText

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditlint.finding import Finding
    from auditlint.lint.guard import Guard
    from auditlint.report.model import SubjectSummary
    from auditlint.rule import Option, Rule, Subject
    from auditlint.subjects.links import Links


class Terms(NamedTuple):
    """What the rules go by besides their subjects."""

    options: Mapping[str, Mapping[str, Option]] = MappingProxyType({})
    """What the configuration sets for single rules."""
    profiles: tuple[str, ...] = ()
    """The profiles that were chosen, such as `cis`."""
    links: Links = NO_LINKS
    """What belongs together in the run."""

    def context(self, rule: Rule, subject: Subject) -> Context:
        """Return what a rule sees besides its subject."""
        set_here = self.options.get(rule.name)
        options = {**rule.options, **set_here} if set_here else rule.options
        return Context(rule, subject, options=options, profiles=self.profiles, links=self.links)


class Judged(NamedTuple):
    """What is said of one subject."""

    findings: tuple[Finding, ...]
    """Of all rules, whatever is selected."""
    notices: tuple[Notice, ...]
    summary: SubjectSummary | None
    """What the server makes of it, for the report; None of what no server takes for itself."""


def judge(subject: Subject, terms: Terms, guard: Guard) -> Judged:
    """Return what all rules find in a subject, and what the report says of it."""
    findings = tuple(run_rules(subject, terms, guard))
    notices: tuple[Notice, ...] = ()
    said: SubjectSummary | None = None
    with guard.over(subject.path, "summing up"):
        notices = tuple(_too_hard(subject))
        said = summaries.of_subject(subject, terms.links)
    return Judged(findings, notices, said)


def run_rules(subject: Subject, terms: Terms, guard: Guard) -> Iterator[Finding]:
    """Yield what each rule for this kind of subject finds; a rule that fails is a bug of ours and stops no other."""
    registry.load(type(subject).__name__)
    for rule in tuple(REGISTRY.values()):
        if isinstance(subject, rule.subject):
            with guard.over(subject.path, rule.name):
                found = rule.check(subject, terms.context(rule, subject))
                yield from _named(found, subject, terms.profiles) if terms.profiles else found


def _named(findings: Iterable[Finding], subject: Subject, chosen: tuple[str, ...]) -> Iterator[Finding]:
    """Yield findings with the controls of the chosen profiles that are not met because of them."""
    from auditlint import profiles

    minor = getattr(subject, "minor", NEWEST)
    no_policy = isinstance(subject, UnreadText) and subject.meant != "policy"

    def concerns(finding: Finding, resources: tuple[str, ...]) -> bool:
        from auditlint.checks.profiles import of_policies

        return not isinstance(subject, PolicySubject) or of_policies.silences(subject, finding, resources)

    for finding in findings:
        yield finding if no_policy else profiles.named(finding, chosen, minor, concerns)


def _too_hard(subject: Subject) -> Iterator[Notice]:
    """Yield one notice for a policy that has rules which the exact engine gave up on."""
    if not isinstance(subject, PolicySubject):
        return
    open_questions = subject.analysis.gave_up if subject.analysis else ()
    if open_questions:
        lines = [subject.places.key(subject.at("rules", index)).line for index in open_questions]
        named = ", ".join(map(str, lines[:5])) + (" and more" if len(lines) > 5 else "")  # noqa: PLR2004
        which = f"{len(lines)} rules (line {named})"
        yield Notice(subject.path, f"analysis-budget: {which} too hard to decide in full, so not all is said of them")
