"""What to write so that a rule of level None no longer silences something: the least that helps and breaks nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint import english
from auditlint.checks.queries.coverage import silenced
from auditlint.checks.queries.coverage.kinds import ANY_WRITES, PRIVILEGED, WRITES
from auditlint.kubernetes import served
from auditlint.kubernetes.engine.region import Region, meet

if TYPE_CHECKING:
    from auditlint.checks.queries.coverage.kinds import Kind
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.kubernetes.requests import Request
    from auditlint.subjects.model import PolicySubject

_LOG_HERE = "Write `level: Metadata` here"
_ANONYMOUS = ({served.ANONYMOUS}, {served.UNAUTHENTICATED})


def remedy(policy: PolicySubject, found: Analysis, index: int, kind: Kind, request: Request) -> str:
    """Return what to do about a rule that silences requests of a kind, such as this one, as a sentence."""
    rule = found.policy.rules[index]
    if silenced.by_loopback(rule.users):
        return "Nobody but kube-apiserver itself has this name: limit the rule to reads if its changes shall be logged"
    if kind in {ANY_WRITES, PRIVILEGED}:
        return _about_writes(rule, found, index, request) if rule.verbs else kind.advice
    if kind.who.nobody:
        return kind.advice if _serves_people(found, index) else _without(found, index, request)
    if kind.who.users and ({*rule.users} == _ANONYMOUS[0] or {*rule.user_groups} == _ANONYMOUS[1]):
        return _LOG_HERE
    if kind.who.users:
        return kind.advice
    named = {(entry.group, resource) for entry in rule.resources for resource in entry.resources or ("",)}
    of_kind = {(row.group, name) for row in kind.rows for name in row.resources.split()}
    if named and named <= of_kind:
        return _without(found, index, request)
    later = _meant(found, index, request)
    if later is not None:
        line = policy.places.key(policy.at("rules", later)).line
        return f"Move the rule of line {line}, which would log it, above this one"
    mine = sorted(named & of_kind)
    spelled = {(request.api_group, name) for name in _spellings(request)}
    if mine and spelled & named:
        return f"Move {english.listing([name for _, name in mine])} from here to a rule `level: Metadata` above"
    return kind.advice


def _about_writes(rule: PolicyRule, found: Analysis, index: int, request: Request) -> str:
    reads = [verb for verb in rule.verbs if verb not in WRITES]
    return f"Leave only {english.listing(reads)} in its verbs" if reads else _without(found, index, request)


def _without(found: Analysis, index: int, request: Request) -> str:
    """Return what to do with a rule that silences nothing else: what takes its requests then may log too much."""
    heir = found.without_rule(request, index)
    level = None if heir is None else found.policy.rules[heir].level
    return "Delete this rule" if level == "Metadata" else _LOG_HERE


def _serves_people(found: Analysis, index: int) -> bool:
    """Tell whether a rule takes something of people whose login did not fail, or may."""
    region = meet(found.reach.region(index), Region(groups=((served.AUTHENTICATED,),)))
    return not found.find_served(region, (index,)).impossible


def _meant(found: Analysis, index: int, request: Request) -> int | None:
    """Return a later rule that names what a request is for and would log it, if it would come next."""
    heir = found.without_rule(request, index)
    if heir is None or heir < index or found.policy.rules[heir].level == "None":
        return None
    names = _spellings(request)
    entries = (entry for entry in found.policy.rules[heir].resources if entry.group == request.api_group)
    return heir if any(name in entry.resources for entry in entries for name in names) else None


def _spellings(request: Request) -> tuple[str, ...]:
    """Return how a rule names what a request is for, without stars for the resource."""
    if not request.subresource:
        return (request.resource,)
    return f"{request.resource}/{request.subresource}", f"{request.resource}/*", f"*/{request.subresource}"
