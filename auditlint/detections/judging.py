"""Whether a policy lets a detection see what it is about: every act of it, some, or none."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from auditlint.detections import advice, events, reasons
from auditlint.detections.acts import Player, TooManyActsError
from auditlint.detections.condition import tests
from auditlint.detections.events import LEVELS
from auditlint.detections.model import Judgement, Needs, Part, Verdict
from auditlint.detections.notes import notes_on
from auditlint.detections.unreadable import UnreadableError
from auditlint.kubernetes.match import decision_of, in_stage_order
from auditlint.kubernetes.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditlint.detections.acts import Act
    from auditlint.detections.condition import Condition
    from auditlint.detections.events import Written
    from auditlint.detections.model import Detection
    from auditlint.kubernetes.catalogue import Catalogue
    from auditlint.kubernetes.match import Decision


_NOT_ALL = "the policy tells too many people and resources apart to work out what to write"


class Judge:
    """Judges detections for one policy."""

    def __init__(self, policy: Policy, minor: int, catalogue: Catalogue) -> None:
        self.policy = policy
        self._player = Player(policy, minor, catalogue)

    @cached_property
    def _decisions(self) -> dict[int | None, Decision]:
        return {number: decision_of(self.policy, number) for number in (*range(len(self.policy.rules)), None)}

    def judge(self, detection: Detection) -> Judgement:
        """Return what the policy lets a detection see."""
        if detection.unread or not detection.parts:
            return Judgement(Verdict.NOT_JUDGED, reason=f"could not be read: {detection.unread}")
        try:
            parts = [self._part(condition) for condition in detection.parts]
            needs = self._needs(parts)
        except UnreadableError as error:
            return Judgement(Verdict.NOT_JUDGED, reason=f"could not be judged: {error}")
        except RecursionError:
            return Judgement(Verdict.NOT_JUDGED, reason="could not be judged: its condition is nested too deeply")
        verdict = _together([part.verdict for part in parts])
        if verdict is Verdict.NEVER:
            part = next(part for part in parts if part.verdict is Verdict.NEVER)
            return Judgement(verdict, reason=reasons.why_never(part.condition, self._player))
        notes = notes_on(detection, parts, needs, self._player)
        if verdict is Verdict.SEES:
            return Judgement(verdict, needs, notes=notes)
        part = _worst(parts)
        act = reasons.telling(part.unseen)
        reason = reasons.why_unseen(part, act, self._decisions, needs)
        if not all(part.complete for part in parts):
            return Judgement(verdict, needs, act.request, act.rule, reason, None, (*notes, _NOT_ALL))
        helped = advice.advise([one for one in parts if one.unseen], self.policy, needs)
        return Judgement(verdict, needs, act.request, act.rule, reason, helped, notes)

    def _part(self, condition: Condition) -> Part:
        try:
            return self._seen(condition, self._player.acts(condition), complete=True)
        except TooManyActsError as error:
            part = self._seen(condition, error.acts, complete=False)
            if part.verdict is not Verdict.PARTLY:  # which some acts prove: no others can make it sees or blind
                raise
            return part

    def _seen(self, condition: Condition, acts: Sequence[Act], *, complete: bool) -> Part:
        seen = [[self._is_seen(act, way) for way in act.ways] for act in acts]
        return Part(condition, tuple(acts), tuple(map(all, seen)), tuple(map(any, seen)), complete)

    def _needs(self, parts: Sequence[Part]) -> Needs:
        """Return what a detection needs, whatever the policy."""
        if all(part.complete for part in parts):
            return _needs(parts)
        return _needs([self._seen(part.condition, self._plain.acts(part.condition), complete=True) for part in parts])

    @cached_property
    def _plain(self) -> Player:
        """Plays acts through a policy without rules, which tells nothing apart."""
        return Player(Policy(), self._player.minor, self._player.catalogue)

    def _is_seen(self, act: Act, way: Iterable[Written]) -> bool:
        decision = self._decisions[act.rule]
        stages = decision.stages
        return any(event.level == decision.level and event.stage in stages for event in way)


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict on a sequence."""
    for worst in (Verdict.NEVER, Verdict.BLIND):
        if worst in verdicts:
            return worst
    return Verdict.SEES if set(verdicts) == {Verdict.SEES} else Verdict.PARTLY


def _worst(parts: Sequence[Part]) -> Part:
    """Return a part that is not seen, one of which nothing is if there is one."""
    blind = [part for part in parts if part.verdict is Verdict.BLIND]
    return next(iter(blind), None) or next(part for part in parts if part.verdict is Verdict.PARTLY)


def _needs(parts: Sequence[Part]) -> Needs:
    """Return the lowest level at which everything is seen, the stages that matter, and the fields beyond Metadata."""
    ways = [way for part in parts for act in part.acts for way in act.ways]
    level = next((one for one in LEVELS if all(any(event.level == one for event in way) for way in ways)), None)
    stages = {event.stage for way in ways for event in way if level in {None, event.level}}
    read = [test.field for part in parts for test in tests(part.condition)]
    fields = [events.shown(field) for field in read if events.level_of(field) != LEVELS[0]]
    return Needs(level, in_stage_order(stages), tuple(dict.fromkeys(fields)))
