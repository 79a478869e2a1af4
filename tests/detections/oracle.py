"""Whether a detection is about an act, and whether a policy lets it see it: one act at a time, by the book.

Written from the tables of docs/detect.md alone, and knowing nothing of how auditlint/detections goes about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.detections.condition import Comparison, Constant, Every, Not, Some
from auditlint.kubernetes.match import evaluate

if TYPE_CHECKING:
    from auditlint.detections.condition import Condition, Field, Values
    from auditlint.kubernetes.policy import Policy
    from auditlint.kubernetes.requests import Request

LEVELS = ("Metadata", "Request", "RequestResponse")


class Act(NamedTuple):
    """A request with what a policy cannot know: the values of fields that it has; the others are absent."""

    request: Request
    hidden: dict[Field, Values]


def is_about(condition: Condition, act: Act) -> bool:
    """Tell whether some event that some policy writes makes the condition true."""
    return any(_is_true(condition, act, stage, level) for stage in stages_of(act.request) for level in LEVELS)


def is_seen(condition: Condition, act: Act, policy: Policy) -> bool:
    """Tell whether an event that this policy writes makes the condition true."""
    decision = evaluate(policy, act.request)
    if decision.level == "None":
        return False
    written = [stage for stage in stages_of(act.request) if stage not in decision.omit_stages]
    return any(_is_true(condition, act, stage, decision.level) for stage in written)


def stages_of(request: Request) -> tuple[str, ...]:
    if request.user is None:
        return ("ResponseStarted",)
    if request.verb == "watch" or request.subresource in {"attach", "exec", "proxy", "log", "portforward"}:
        return "RequestReceived", "ResponseStarted", "ResponseComplete"
    return "RequestReceived", "ResponseComplete"


def _is_true(condition: Condition, act: Act, stage: str, level: str) -> bool:
    return _value(condition, act, stage, level) is True


def _value(condition: Condition, act: Act, stage: str, level: str) -> bool | None:
    if isinstance(condition, Constant):
        return condition.value
    if isinstance(condition, Comparison):
        known, values = _read(condition.field, act, stage, level)
        return condition.holds(values) if known else None
    if isinstance(condition, Not):
        inner = _value(condition.part, act, stage, level)
        return None if inner is None else not inner
    said = [_value(part, act, stage, level) for part in condition.parts]
    if isinstance(condition, Every):
        return False if False in said else None if None in said else True
    assert isinstance(condition, Some)
    return True if True in said else None if None in said else False


def _read(field: Field, act: Act, stage: str, level: str) -> tuple[bool, Values | None]:  # noqa: C901
    """Return whether the event tells of a field, and what stands there."""
    request = act.request
    fixed = {
        ("verb",): request.verb,
        ("user", "username"): request.user,
        ("objectRef", "resource"): request.resource,
        ("objectRef", "subresource"): request.subresource,
        ("objectRef", "apiGroup"): request.api_group,
        ("objectRef", "namespace"): request.namespace,
        ("stage",): stage,
        ("level",): level,
    }
    if field in fixed:
        return True, frozenset((fixed[field] or "",)) if fixed[field] else None
    if field == ("user", "groups"):
        return True, frozenset(request.groups) or None
    if field == ("objectRef", "name") and (request.name or request.verb != "create"):
        return True, frozenset((request.name,)) if request.name else None
    if request.path is not None and field[0] == "objectRef":
        return True, None
    values = act.hidden.get(field)
    early = stage == "RequestReceived"
    match field[0]:
        case "requestObject":
            has = request.path is None and request.verb in {"create", "update", "patch"} and request.user is not None
            if not has or request.subresource in {"attach", "exec", "proxy", "portforward"}:
                return True, None
            return (not early and level != "Metadata"), values
        case "responseObject":
            has = request.path is None and request.user is not None and request.verb not in {"watch", "proxy"}
            if not has or request.subresource in {"attach", "exec", "proxy", "portforward", "log"}:
                return True, None
            return (stage == "ResponseComplete" and level == "RequestResponse"), values
        case "annotations" if request.user is None:
            return True, None
        case "responseStatus" | "annotations" | "objectRef":
            return not early, values
    return True, values
