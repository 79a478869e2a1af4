"""Where two policies differ: the requests whose outcome is not the same under both."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from auditlint.kubernetes.engine.region import EVERYTHING, meet
from auditlint.kubernetes.engine.search import BudgetSpentError
from auditlint.kubernetes.match import decision_of
from auditlint.kubernetes.policy import Policy
from auditlint.kubernetes.reach import Answer, Reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.kubernetes.match import Outcome

_Ruling = tuple[object, ...]


def changed_outcome(old: Policy, new: Policy) -> Answer:
    """Return a request that a rule of the old policy matches first, one that the new one lacks, and decides otherwise.

    There is none where rules were only rewritten, or match more than before.
    """
    pair = _Pair(old, new)
    complete = True
    for number in pair.lacking:
        answer = pair.changed(number)
        if answer.request:
            return answer
        complete = complete and answer.complete
    return Answer(None, complete)


class _Pair:
    """Two policies as one list of rules, those of the old one first."""

    def __init__(self, old: Policy, new: Policy) -> None:
        self._old, self._new = _outcomes(old), _outcomes(new)
        self._reach = Reach(Policy((*old.rules, *new.rules)))
        self.lacking = _lacking(_rulings(old, self._old), _rulings(new, self._new))
        """The numbers of the old rules that the new policy does not have."""

    def changed(self, number: int) -> Answer:
        """Return a request that an old rule matches first and that the new policy decides otherwise."""
        complete = True
        for other, outcome in enumerate(self._new):
            if outcome != self._old[number]:
                answer = self._shared(number, other)
                if answer.request:
                    return answer
                complete = complete and answer.complete
        return Answer(None, complete)

    def _shared(self, number: int, other: int) -> Answer:
        """Return a request that one rule of each policy matches first; the number behind the last rule is no rule."""
        count, reach = len(self._old) - 1, self._reach
        region = reach.region(number)
        if other < len(self._new) - 1:
            if not reach.index.overlapping(region) >> (count + other) & 1:
                return Answer(None)
            region = meet(region, reach.region(count + other))
        earlier = (1 << number) - 1 | ((1 << other) - 1) << count
        try:
            return reach.escape(reach.spaces_of(meet(EVERYTHING, region)), earlier)
        except BudgetSpentError:
            return Answer(None, complete=False)


def _outcomes(policy: Policy) -> list[Outcome]:
    """Return the outcome of each rule, and that of no rule."""
    return [decision_of(policy, number).outcome for number in (*range(len(policy.rules)), None)]


def _rulings(policy: Policy, outcomes: Sequence[Outcome]) -> list[_Ruling]:
    """Return what makes two rules the same: what they match, and its outcome."""
    bare = [rule._replace(level="", omit_stages=(), omit_managed_fields=None) for rule in policy.rules]
    return list(zip(bare, outcomes, strict=False))


def _lacking(old: Sequence[_Ruling], new: Sequence[_Ruling]) -> list[int]:
    """Return the numbers of those that have no counterpart, in the order of both."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    kept = {number for block in blocks for number in range(block.a, block.a + block.size)}
    return [number for number in range(len(old)) if number not in kept]
