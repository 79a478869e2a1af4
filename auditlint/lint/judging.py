"""Runs the rules on subjects."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from weakref import WeakKeyDictionary

from auditlint import registry
from auditlint.finding import Notice
from auditlint.kubernetes.releases import NEWEST
from auditlint.lint import summaries
from auditlint.records import NamedTuple
from auditlint.rule import REGISTRY, Context
from auditlint.subjects.links import NO_LINKS
from auditlint.subjects.model import ApiServer, PolicySubject, UnreadText
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, TypeVar

    from auditlint.finding import Finding
    from auditlint.lint.guard import Guard
    from auditlint.report.model import SubjectSummary
    from auditlint.rule import Option, Rule
    from auditlint.subjects.links import Links
    from auditlint.subjects.model import Subject

    T = TypeVar("T")

_OF_NEVER_READ = "ignored-document"
"""The only rule for a policy that no server reads: whatever else is wrong with it changes nothing."""


class Terms(NamedTuple):
    """What the rules go by besides their subjects."""

    options: Mapping[str, Mapping[str, Option]] = MappingProxyType({})
    """What the configuration sets for single rules."""
    profiles: tuple[str, ...] = ()
    """The profiles that were chosen, such as `cis`."""
    links: Links = NO_LINKS
    """What belongs together in the run."""
    is_on: Callable[[str], bool] = lambda _name: True
    """Of a rule that is off by default: whether anybody asks for what it finds."""

    def context(self, rule: Rule, subject: Subject, links: Links) -> Context:
        """Return what a rule sees besides its subject."""
        set_here = self.options.get(rule.name)
        options = {**rule.options, **set_here} if set_here else rule.options
        return Context(rule, subject, options=options, profiles=self.profiles, links=links)


class Judged(NamedTuple):
    """What is said of one subject."""

    findings: tuple[Finding, ...]
    """Of all rules, whatever is selected, but for those that are off by default and that nobody asks for."""
    notices: tuple[Notice, ...]
    summary: SubjectSummary | None
    """What the server makes of it, for the report; None of what no server takes for itself."""


class _Asked:
    """Links that remember whether somebody asked for them."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self.asked = False

    def __getattr__(self, name: str) -> Any:
        self.asked = True
        return getattr(self._links, name)


class Judgements:
    """What was found in policies and servers, kept as long as these are the same and looked at by themselves."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Subject, tuple[object, dict[str, Any]]] = WeakKeyDictionary()

    def of(self, subject: Subject, terms: Terms) -> dict[str, Any]:
        """Return what is known of a subject, by what found it; the caller adds to it."""
        if not isinstance(subject, PolicySubject | ApiServer):
            return {}
        asked = (terms.options, terms.profiles)
        known = self._kept.get(subject)
        if known is None or known[0] != asked:
            known = self._kept[subject] = asked, {}
        return known[1]


def judge(subject: Subject, terms: Terms, guard: Guard, kept: Judgements) -> Judged:
    """Return what all rules find in a subject, and what the report says of it."""
    known = kept.of(subject, terms)
    findings = tuple(run_rules(subject, terms, guard, known))
    notices: tuple[Notice, ...] = ()
    said: SubjectSummary | None = None
    with guard.over(subject.path, "summing up"):
        notices = tuple(_too_hard(subject))
        said = _unless_known(known, "", terms.links, lambda links: summaries.of_subject(subject, links))
    return Judged(findings, notices, said)


def run_rules(subject: Subject, terms: Terms, guard: Guard, known: dict[str, Any]) -> Iterator[Finding]:
    """Yield what each rule for this kind of subject finds; a rule that fails is a bug of ours and stops no other.

    What a rule finds without a look at what the subject belongs to is added to `known`, and not looked for again.
    """
    registry.load(type(subject).__name__)
    never_read = isinstance(subject, PolicySubject) and subject.later
    for rule in tuple(REGISTRY.values()):
        if not rule.default and not terms.is_on(rule.name):
            continue
        if rule.name in known:
            yield from known[rule.name]
        elif isinstance(subject, rule.subject) and (not never_read or rule.name == _OF_NEVER_READ):
            with guard.over(subject.path, rule.name):
                yield from _unless_known(known, rule.name, terms.links, partial(_found, rule, subject, terms))


def refusals(subject: Subject, terms: Terms, guard: Guard) -> Iterator[Finding]:
    """Yield the findings that say why kube-apiserver, or the kubelet, refuses a subject, and no others."""
    registry.load(type(subject).__name__)
    for rule in tuple(REGISTRY.values()):
        if rule.refuses and isinstance(subject, rule.subject):
            with guard.over(subject.path, rule.name):
                yield from (found for found in _found(rule, subject, terms, terms.links) if found.refused)


def _unless_known(known: dict[str, Any], name: str, links: Links, work: Callable[[Links], T]) -> T:
    """Return what is known under a name, or else what the work gives, which is kept if it asked for no links."""
    if name in known:
        kept: T = known[name]
        return kept
    watched: Any = _Asked(links)
    result = work(watched)
    if not watched.asked:
        known[name] = result
    return result


def _found(rule: Rule, subject: Subject, terms: Terms, links: Links) -> tuple[Finding, ...]:
    found = rule.check(subject, terms.context(rule, subject, links))
    return tuple(_named(found, subject, terms.profiles) if terms.profiles else found)


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
