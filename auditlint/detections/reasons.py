"""Why a detection does not see something, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.detections import events
from auditlint.detections.condition import Comparison, Constant, Every, Not, Some
from auditlint.detections.events import LEVELS
from auditlint.detections.unreadable import UnreadableError
from auditlint.english import listing
from auditlint.kubernetes.match import in_stage_order
from auditlint.kubernetes.requests import RESOURCE_VERBS
from auditlint.kubernetes.well_known import is_well_known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditlint.detections.acts import Act, Player
    from auditlint.detections.condition import Condition
    from auditlint.detections.model import Needs, Part
    from auditlint.kubernetes.match import Decision
    from auditlint.kubernetes.requests import Request

_MOST_PARTS = 30
_TOLD = 4
"""So many values of a list are named."""


def telling(acts: Sequence[Act]) -> Act:
    """Return the act that shows most: for something that everybody knows, by somebody ordinary."""
    return min(acts, key=_strangeness)


def _strangeness(act: Act) -> tuple[bool, ...]:
    request = act.request
    return (
        request.user is None,
        request.path is not None,
        not (request.path is not None or is_well_known(request.api_group, request.resource)),
        bool(request.subresource),
        request.verb not in RESOURCE_VERBS[:4],
        request.user != "alice",
        bool(request.name) and request.verb in {"list", "watch"},
    )


def why_unseen(part: Part, act: Act, decisions: Mapping[int | None, Decision], needs: Needs) -> str:
    """Return why an act is not seen, and of which acts that is so."""
    decision = decisions[act.rule]
    return f"{_about(part, act)} {_fate(act, decision, needs)}"


def _fate(act: Act, decision: Decision, needs: Needs) -> str:
    """Return what happens to the events of an act."""
    if decision.rule is None:
        return "are matched by no rule, so they are not logged"
    if decision.level == "None":
        return "are not logged (level None)"
    missed = [way for way in act.ways if not any(_is_written(event, decision) for event in way)]
    at_level = {event.stage for way in missed for event in way if event.level == decision.level}
    if at_level and all(any(event.level == decision.level for event in way) for way in missed):
        said = listing(in_stage_order(at_level), "or")
        return f"are logged without {said}, which is left out by omitStages"
    read = {event.level for way in missed for event in way}
    lowest = next(level for level in LEVELS if level in read)
    above = LEVELS.index(lowest) > LEVELS.index(decision.level)
    stages = {event.stage for way in missed for event in way if event.level == lowest}
    kept = [stage for stage in stages if stage in decision.stages]
    also = "" if kept else f", and {listing(in_stage_order(stages), 'or')} is left out by omitStages"
    if not above:
        return f"are logged at {decision.level}, and the detection asks for events of level {lowest} alone{also}"
    beyond = [field for field in needs.fields if _level(field) > LEVELS.index(decision.level)]
    if max(map(_level, beyond), default=0) < LEVELS.index(lowest):
        return f"are logged at {decision.level}, and the detection asks for events of level {lowest}{also}"
    fields = listing(beyond[:_TOLD]) if len(beyond) <= _TOLD else f"{', '.join(beyond[:_TOLD])} and more"
    verb = "is" if len(beyond) == 1 else "are"
    return f"are logged at {decision.level}, and {fields} {verb} only in events of level {lowest}{also}"


def _level(field: str) -> int:
    return LEVELS.index(events.level_of(tuple(field.split("."))))


def _is_written(event: events.Written, decision: Decision) -> bool:
    return event.level == decision.level and event.stage in decision.stages


def _about(part: Part, act: Act) -> str:
    """Return the requests that are not seen, told by what is never seen of them."""
    seen = [one.request for one, glimpsed in zip(part.acts, part.glimpsed, strict=True) if glimpsed]
    request = act.request
    if request.path is not None:
        what = f"requests such as {request.verb} {request.path}"
    else:
        name = "/".join(filter(None, (request.resource, request.subresource)))
        group = f" ({request.api_group})" if request.api_group else ""
        what = f"{request.verb} requests for {name}{group}"
    if not seen:
        return what
    return f"{what}{_who(request, seen)}{_where(request, seen)}"


def _who(request: Request, others: Sequence[Request]) -> str:
    if request.user is None:
        return " by failed logins"
    if any(one.user == request.user and one.groups == request.groups for one in others):
        return ""
    groups = [group for group in request.groups if not any(group in one.groups for one in others)]
    member = f", who is in {listing(groups)}" if groups and groups != ["system:authenticated"] else ""
    return f" by {request.user}{member}"


def _where(request: Request, others: Sequence[Request]) -> str:
    said = ""
    if request.namespace and all(one.namespace != request.namespace for one in others):
        said += f" in namespace {request.namespace}"
    if request.name and all(one.name != request.name for one in others if one.name) and any(one.name for one in others):
        said += f" named {request.name}"
    return said


def why_never(condition: Condition, player: Player) -> str:
    """Return the part of a condition that no event can make true, as small as it can be."""
    core = list(condition.parts) if isinstance(condition, Every) else [condition]
    core = next(([part] for part in core if _is_impossible(part, player)), core)
    for part in core if len(core) <= _MOST_PARTS else ():
        fewer = [one for one in core if one is not part]
        if fewer and _is_impossible(Every(tuple(fewer)), player):
            core = fewer
    return f"no event can make this true: {_written(core[0] if len(core) == 1 else Every(tuple(core)))}"


def _is_impossible(condition: Condition, player: Player) -> bool:
    try:
        return not player.acts(condition)
    except UnreadableError:
        return False


def _written(condition: Condition) -> str:
    """Return a condition as its rule writes it, cut where it is long."""
    text = _text(condition)
    return text if len(text) <= 200 else f"{text[:197]}..."  # noqa: PLR2004


def _text(condition: Condition) -> str:
    if isinstance(condition, Comparison):
        return condition.written or events.shown(condition.field)
    if isinstance(condition, Constant):
        return "true" if condition.value else "what no event has"
    if isinstance(condition, Not):
        return f"not ({_text(condition.part)})"
    word = " or " if isinstance(condition, Some) else " and "
    return word.join(f"({_text(part)})" if _is_compound(part) else _text(part) for part in condition.parts)


def _is_compound(part: Condition) -> bool:
    """Tell whether a part needs brackets where it stands beside others."""
    return isinstance(part, Some | Every) or (isinstance(part, Comparison) and " or " in part.written)
