"""What rules ask about a policy: what becomes of a request, and what a rule matches beyond what it was meant to."""

from __future__ import annotations

from auditlint.kubernetes import kubectl
from auditlint.kubernetes.engine.region import region_of
from auditlint.kubernetes.match import matches
from auditlint.kubernetes.policy import Policy
from auditlint.kubernetes.reach import Reach
from auditlint.kubernetes.well_known import Known
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.finding import Witness
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.kubernetes.requests import Request
    from auditlint.subjects.model import PolicySubject

_FEW_RULES = 300
"""Up to so many rules a policy is analysed a second time to show what one unknown key did."""


def covered(subject: PolicySubject) -> Analysis | None:
    """Return the analysis of a policy for the rules about coverage, None where they have nothing to say.

    An aggregated API server serves other resources than those that they know.
    """
    return None if subject.cluster.aggregated else subject.analysis


def is_reached(subject: PolicySubject, index: int) -> bool:
    """Tell whether a rule takes some request, or may."""
    analysis = subject.analysis
    return analysis is not None and analysis.reach.fates[index].may_match


def command(subject: PolicySubject, request: Request) -> str:
    """Return a request as the words of a message; a made-up user is left out."""
    analysis = subject.analysis
    if analysis is None:
        return kubectl.command(request, known=Known(subject.minor, subject.cluster))
    return analysis.command(request)


def witness(request: Request) -> Witness:
    """Return a request as the JSON report prints it."""
    who: Witness = {"user": request.user, "groups": list(request.groups), "verb": request.verb}
    if request.path is not None:
        return {**who, "path": request.path}
    return {
        **who,
        "apiGroup": request.api_group,
        "resource": request.resource,
        "subresource": request.subresource,
        "namespace": request.namespace,
        "name": request.name,
    }


def taken_beyond(subject: PolicySubject, index: int, narrower: PolicyRule) -> Request | None:
    """Return a request that a rule takes and would not take if it were as narrow as it was meant to be.

    If one of the obvious ones would get another level then, it is that one.
    """
    analysis = subject.analysis
    if analysis is None:
        return None

    def beyond(request: Request) -> bool:
        return not matches(narrower, request)

    def changed(request: Request) -> bool:
        now, otherwise = levels(subject, index, request)
        return now != otherwise and beyond(request)

    rules = analysis.policy.rules
    widened = tuple(entry for entry in rules[index].resources if entry not in narrower.resources)
    asked = rules[index]._replace(resources=widened or rules[index].resources)
    found = analysis.examples.shown(index, changed, asked) or analysis.examples.shown(index, beyond, asked)
    if found or len(rules) > _FEW_RULES:
        return found
    doubled = Reach(Policy((*rules[:index], narrower, *rules[index:])))
    return doubled.find(region_of(rules[index]), (index + 1,)).request


def levels(subject: PolicySubject, index: int, request: Request) -> tuple[str, str]:
    """Return the levels of a request that a rule takes: as the rule says, and if the rule did not take it."""
    analysis = subject.analysis
    if analysis is None:
        return "None", "None"
    rules = analysis.policy.rules
    other = analysis.without_rule(request, index)
    return rules[index].level, "None" if other is None else rules[other].level
