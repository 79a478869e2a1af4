"""Where two policies differ: the requests whose outcome is not the same under both."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from auditlint.kubernetes.engine.region import Region, Target, meet
from auditlint.kubernetes.engine.search import BudgetSpentError
from auditlint.kubernetes.match import decision_of
from auditlint.kubernetes.policy import Policy
from auditlint.kubernetes.reach import Answer, Reach
from auditlint.kubernetes.served import without_globs

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from auditlint.kubernetes.match import Outcome

_Ruling = tuple[object, ...]


def changed_outcome(old: Policy, new: Policy, unreal: Collection[tuple[str, str]] = ()) -> Answer:
    """Return a request that a rule of the old policy matches first, one that the new one lacks, and decides otherwise.

    There is none where rules were only rewritten, or match more than before. Requests for an `unreal` resource do not
    count: each is a group with a resource of it, "" for all of the group.
    """
    pair = _Pair(old, new, frozenset(unreal))
    complete = True
    for number in pair.lacking:
        answer = pair.changed(number)
        if answer.request:
            return answer
        complete = complete and answer.complete
    return Answer(None, complete)


class _Pair:
    """Two policies as one list of rules, those of the old one first."""

    def __init__(self, old: Policy, new: Policy, unreal: frozenset[tuple[str, str]]) -> None:
        self._old, self._new = _outcomes(old), _outcomes(new)
        self._unreal = unreal
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
        region = _real(reach.region(number), self._unreal)
        if other < len(self._new) - 1:
            if not reach.index.overlapping(region) >> (count + other) & 1:
                return Answer(None)
            region = meet(region, reach.region(count + other))
        earlier = (1 << number) - 1 | ((1 << other) - 1) << count
        try:
            return reach.escape(reach.spaces_of(region), earlier)
        except BudgetSpentError:
            return Answer(None, complete=False)


def _real(region: Region, unreal: frozenset[tuple[str, str]]) -> Region:
    """Return a region without what is for an unreal resource, for a name with a star or for a path with a query."""
    region = without_globs(region)
    if region.urls is not None:
        region = region._replace(urls=tuple(url for url in region.urls if "?" not in url))
    if region.targets is None:
        return region
    real = (one for one in region.targets if not _is_unreal(one, unreal))
    return region._replace(targets=tuple(one._replace(names=_without_stars(one.names)) for one in real))


def _without_stars(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(name for name in names if "*" not in name)


def _is_unreal(target: Target, unreal: frozenset[tuple[str, str]]) -> bool:
    name = "/".join(part or "*" for part in (target.resource, target.subresource) if part != "")
    return target.group is not None and bool({(target.group, ""), (target.group, name)} & unreal)


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
