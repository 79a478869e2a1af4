"""Why a policy decides so on a request, and what is odd about the request: what `eval` tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes.match import why_not
from auditlint.kubernetes.policy import STAGES
from auditlint.kubernetes.requests import RESOURCE_VERBS, URL_VERBS, is_resource_path
from auditlint.report.explained import Decided, Explained, PassedOver

if TYPE_CHECKING:
    from auditlint.events.event import Event
    from auditlint.kubernetes.requests import Request
    from auditlint.policy import Evaluation, Policy

SHOWN = 10
"""So many of the rules that were passed over are shown: those that come nearest."""


def explained(policy: Policy, found: Evaluation, event: Event | None = None, *, all_rules: bool = False) -> Explained:
    """Return a decision with its reasons; `event`: the one that records the request."""
    passed_over, hidden = _passed_over(policy, found, len(policy.held.rules) if all_rules else SHOWN)
    return Explained(
        event=event.audit_id if event else None,
        decided=_decided(policy, found),
        request=_what(found.request),
        identity=_who(found.request),
        stages=tuple(stage for stage in STAGES if stage not in found.decision.omit_stages),
        rule=_decider(policy, found),
        without_managed_fields=found.decision.outcome.without_managed_fields,
        passed_over=passed_over,
        hidden=hidden,
        recorded=f"at level {event.level or '(none)'}, stage {event.stage or '(none)'}" if event else "",
    )


def _decided(policy: Policy, found: Evaluation) -> Decided:
    return Decided(
        rule=found.rule,
        pointer=found.place and found.place.pointer,
        path=found.place.path if found.place else policy.path,
        line=found.line,
        level=found.level,
        omit_stages=found.decision.omit_stages,
        omit_managed_fields=found.decision.omit_managed_fields,
    )


def _passed_over(policy: Policy, found: Evaluation, shown: int) -> tuple[tuple[PassedOver, ...], int]:
    """Return the earlier rules that come nearest, in their order, and how many others there are."""
    rules = policy.held.rules[: found.rule]
    reasons = [why_not(rule, found.request) for rule in rules]
    nearest = sorted(range(len(rules)), key=lambda number: len(reasons[number]))[:shown]
    passed_over = tuple(
        PassedOver(_where(policy, number), "; ".join(f"{field}: {reason}" for field, reason in reasons[number]))
        for number in sorted(nearest)
    )
    return passed_over, len(rules) - len(nearest)


def _where(policy: Policy, rule: int) -> str:
    place = policy.place(rule)
    return f"{place.path}:{place.line}: rules[{rule}] ({policy.held.rules[rule].level})"


def _decider(policy: Policy, found: Evaluation) -> str:
    if found.place is None:
        number = len(policy.held.rules)
        matching = "the only rule does not match" if number == 1 else f"none of the {number} rules matches"
        return f"{matching}, so the default holds: level None"
    return f"{found.place.path}:{found.place.line}: rules[{found.rule}]"


def _what(request: Request) -> str:
    """Return what is asked for as people write it."""
    if request.path is not None:
        return f"{request.verb} {request.path}"
    group = f".{request.api_group}" if request.api_group else ""
    subresource = f"/{request.subresource}" if request.subresource else ""
    name = f' "{request.name}"' if request.name else ""
    place = f' in namespace "{request.namespace}"' if request.namespace else ", no namespace"
    return f"{request.verb or '(another HTTP method)'} {request.resource}{group}{subresource}{name}{place}"


def _who(request: Request) -> str:
    if request.user is None:
        return "none, the login failed"
    groups = f"groups {', '.join(request.groups)}" if request.groups else "in no group"
    return f"{request.user or '(no name)'}, {groups}"


def oddities(policy: Policy, request: Request, *, recorded: bool = False) -> list[str]:
    """Return why no server of the policy's release sees such a request, or serves it; a recorded one was served."""
    found = _oddity(request) or ("" if recorded else _unserved(request, policy))
    return [found] if found else []


def _unserved(request: Request, policy: Policy) -> str:
    """Return that the release does not serve a resource in a group of its own, and what it serves."""
    if request.path is not None:
        return ""
    known = policy.cluster.catalogue(policy.subject.minor)
    group, resource, subresource = request.api_group, request.resource, request.subresource
    if group not in known.built_in_groups or known.get(group, resource, subresource):
        return ""
    name = f"{resource}/{subresource}" if subresource else resource
    where = f'the API group "{group}"' if group else "the core API group"
    homes = dict.fromkeys(".".join(filter(None, (one.resource, one.group))) for one in known.named(resource))
    meant = f": did you mean {', '.join(homes)}?" if homes and not known.get(group, resource) else ""
    return f'1.{policy.subject.minor} serves no "{name}" in {where}, so no such request gets an answer{meant}'


def _oddity(request: Request) -> str:
    """Return why the server never sees such a request, if that is so."""
    verbs = URL_VERBS if request.path is not None else RESOURCE_VERBS
    if request.verb not in verbs:
        of = "a path" if request.path is not None else "a resource"
        return f'no request for {of} has the verb "{request.verb}": it is one of {", ".join(filter(None, verbs))}'
    if request.path is not None and is_resource_path(request.path):
        return f"kube-apiserver reads {request.path} as that of a resource: ask for the URL, or for the resource"
    return ""
