"""Changes that say the same made one: what a rule of one policy matches, where several of the other decide alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes.diff.narrowing import Narrowing
from auditlint.kubernetes.engine.index import lowest, members, rule_set
from auditlint.kubernetes.engine.region import meet
from auditlint.kubernetes.engine.search import BudgetSpentError
from auditlint.kubernetes.reach import Answer, covering_all

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditlint.kubernetes.diff.joint import Joint
    from auditlint.kubernetes.diff.pairs import Pair
    from auditlint.kubernetes.engine.region import Region

_STEPS_PER_RULE = 40


def merged(joint: Joint, pairs: Iterable[Pair]) -> list[Pair]:
    """Return the pairs, those with a rule in common as one where what they hold together is simple to say.

    That is what is in a region and what no earlier rule of one policy matches, without a look at the other.
    """
    alone, found = _with_common_rule(joint, pairs, side=joint.new_rules)
    alone, more = _with_common_rule(joint, alone, side=joint.old_rules)
    return [*found, *more, *alone]


def _with_common_rule(joint: Joint, pairs: Iterable[Pair], side: int) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs left alone, and those that are several; the rules of `side` are those that are not common."""
    groups: dict[object, list[Pair]] = {}
    for pair in pairs:
        common, other = (pair.old, pair.new) if side == joint.new_rules else (pair.new, pair.old)
        groups.setdefault((common, joint.outcomes[other]), []).append(pair)
    alone: list[Pair] = []
    found: list[Pair] = []
    for group in groups.values():
        one = _as_one(joint, group, side) if len(group) > 1 else None
        if one is None:
            alone += group
        else:
            found.append(one)
    return alone, found


def _as_one(joint: Joint, group: list[Pair], side: int) -> Pair | None:
    """Return what some pairs with a common rule hold together, None where a region does not say it."""
    first = group[0]
    reach = joint.reach
    common = first.old if side == joint.new_rules else first.new
    blockers = first.blockers & ~side
    deciding = rule_set(pair.new if side == joint.new_rules else pair.old for pair in group)
    region = _Decided(joint, blockers, deciding, side).narrowed(reach.region(common))
    others = reach.index.overlapping(region) & side & ~deciding
    if not _Decided(joint, blockers, others, side).example(region).impossible:
        return None
    return first._replace(region=region, blockers=blockers)


class _Decided(Narrowing):
    """Narrows regions to the requests that some rules of one policy are the first to match."""

    def __init__(self, joint: Joint, blockers: int, deciding: int, side: int) -> None:
        super().__init__(joint.reach, blockers)
        self._joint = joint
        self._deciding = deciding
        self._others = side & ~deciding

    def example(self, region: Region) -> Answer:
        """Return a request of a region that one of the rules decides."""
        try:
            return self._example(region)
        except BudgetSpentError:
            return Answer(None, complete=False)

    def _example(self, region: Region) -> Answer:
        reach = self._joint.reach
        spaces = reach.spaces_of(region)
        answer = reach.escape(spaces, self._blockers | self._others)
        if answer.request:
            return answer
        wall = covering_all(spaces, self._others)
        deciding = reach.index.overlapping(region) & self._deciding
        deciding &= (1 << lowest(wall)) - 1 if wall else deciding
        complete = True
        for number in members(deciding):
            self._joint.budget.renewed().spend(_STEPS_PER_RULE)
            blockers = self._blockers | (self._others & ((1 << number) - 1))
            answer = reach.escape(reach.spaces_of(meet(region, reach.region(number))), blockers)
            if answer.request:
                return answer
            complete = complete and answer.complete
        return Answer(None, complete)
