"""What else there is to say of a detection, whatever the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.detections import events
from auditlint.detections.condition import Comparison, Constant, Every, How, Not, Some
from auditlint.detections.events import LEVELS
from auditlint.english import listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.detections.acts import Player
    from auditlint.detections.condition import Condition, Pattern
    from auditlint.detections.model import Detection, Needs, Part

_STREAMS = {"exec": "kubectl exec", "attach": "kubectl attach", "portforward": "kubectl port-forward"}
_VERBS = frozenset({"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"})
_METHODS = frozenset({"head", "post", "put", "options", "trace"})


def notes_on(detection: Detection, parts: Sequence[Part], needs: Needs, player: Player) -> tuple[str, ...]:
    """Return the notes of the reader, and those on what the detection asks for."""
    found = [*detection.notes]
    for part in parts:
        found += _streams(part)
        found += _idle(part, player)
    found += _prints(detection, needs)
    return tuple(dict.fromkeys(found))


def _streams(part: Part) -> Iterator[str]:
    """Yield what is missed by who asks only for creates of connections."""
    whats = [what for act in part.acts for what in act.alike]
    subresources = {what.subresource for what in whats}
    verbs = {what.verb for what in whats if what.subresource in _STREAMS}
    wanted = sorted(subresources & _STREAMS.keys())
    if wanted and verbs == {"create"} and subresources <= _STREAMS.keys():
        commands = listing([_STREAMS[name] for name in wanted])
        send = "send" if len(wanted) > 1 else "sends"
        yield (
            f"{commands} of Kubernetes 1.31 and later {send} a GET first, whose audit verb is get: this detection asks"
            " only for create, so ask for get too"
        )


def _idle(part: Part, player: Player) -> Iterator[str]:
    """Yield what can fire under no policy beside alternatives that can."""
    for test in _asked(part.condition):
        dead = [pattern for pattern in test.patterns if _is_dead(test, pattern, player)]
        if dead and len(dead) < len(test.patterns):
            words = listing([f'"{pattern.text}"' for pattern in dead], "or")
            yield f"no event has {events.shown(test.field)} {words}, so this part never fires"


def _asked(condition: Condition) -> Iterator[Comparison]:
    """Yield the tests that are asked for, not those that are ruled out."""
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, Every | Some):
        for part in condition.parts:
            yield from _asked(part)
    else:
        assert isinstance(condition, Constant | Not)


def _is_dead(test: Comparison, pattern: Pattern, player: Player) -> bool:
    """Tell whether a value is none that an event can have."""
    if pattern.how is not How.IS:
        return False
    text = pattern.text.lower() if test.folded else pattern.text
    match test.field:
        case ("verb",):
            return text not in _VERBS | _METHODS
        case ("stage",):
            return text not in {events.RECEIVED, events.STARTED, events.COMPLETE, "Panic"} and not test.folded
        case ("level",):
            return text not in LEVELS and not test.folded
        case ("objectRef", "apiGroup"):
            return "." not in text and text not in player.catalogue.groups
    return test.field == events.DECISION and text not in {"allow", "forbid"}


def _prints(detection: Detection, needs: Needs) -> Iterator[str]:
    """Yield what the output shows and the needed level does not let it read."""
    enough = LEVELS.index(needs.level) if needs.level else 0
    beyond = [field for field in detection.prints if LEVELS.index(events.level_of(field)) > enough]
    if beyond:
        level = max((events.level_of(field) for field in beyond), key=LEVELS.index)
        names = list(dict.fromkeys(events.shown(field) for field in beyond))
        yield f"its output also shows {listing(names)}, which {'needs' if len(names) == 1 else 'need'} {level}"
