"""Which rule of the old policy and which of the new are the first to match one request, and decide differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.diff.joint import ANY
from auditlint.kubernetes.engine.index import lowest, members
from auditlint.kubernetes.engine.region import meet, pieces
from auditlint.kubernetes.engine.search import BudgetSpentError
from auditlint.kubernetes.reach import covering_all

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from auditlint.kubernetes.diff.joint import Joint
    from auditlint.kubernetes.engine.region import Region
    from auditlint.kubernetes.match import Outcome
    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.kubernetes.requests import Request

_STEPS_PER_PAIR = 40
"""What it takes to look at two rules that share nothing."""


class Pair(NamedTuple):
    """Two rules, numbered through, that decide differently on the requests that they are the first to match."""

    old: int
    new: int
    region: Region
    """What both rules match."""
    blockers: int
    """The rules before either, as bits."""
    witness: Request


class Pairs(NamedTuple):
    """The pairs, and those of which it is not known whether they are; the second number may be ANY."""

    pairs: tuple[Pair, ...]
    open_pairs: tuple[tuple[int, int], ...]


class Answered(NamedTuple):
    """What is known of two rules: the pair that they are; not `complete` where that stays open."""

    numbers: tuple[int, int]
    """The second may be ANY."""
    pair: Pair | None = None
    complete: bool = True


def pairs_that_differ(joint: Joint) -> Pairs:
    """Return all pairs, in the order of the old rules, then of the new."""
    found = list(answers(joint))
    open_pairs = tuple(answer.numbers for answer in found if not answer.complete)
    return Pairs(tuple(answer.pair for answer in found if answer.pair), open_pairs)


def _whole(region: Region) -> Region:
    return region


def answers(
    joint: Joint, numbers: Container[int] | None = None, part: Callable[[Region], Region] = _whole
) -> Iterator[Answered]:
    """Yield what is known of each two rules that may be a pair, in the order of the old rules, then of the new.

    `numbers`: only of these old rules. `part`: only of that part of the requests that an old rule matches.
    """
    for number, candidates in _candidates(joint):
        if numbers is not None and number not in numbers:
            continue
        reachable = _reachable(joint, number, candidates)
        if reachable is None:
            yield Answered((number, ANY), complete=False)
        for other in members(reachable or 0):
            yield _pair(joint, number, other, part)


def _candidates(joint: Joint) -> Iterator[tuple[int, int]]:
    """Yield old rules with the new rules that may decide differently on some request of theirs.

    A rule that the other policy has too stops what comes behind it there. So where most rules are the same, only pairs
    with one that is not are left, and nothing has to be searched for the others.
    """
    index, rules = joint.reach.index, joint.reach.rules
    twins = _Twins(joint)
    same = _by_outcome(joint)
    behind = 0
    for number in range(joint.start):
        stop = twins.new.get(_selectors(rules[number]))
        candidates = joint.new_rules & ~same.get(joint.outcomes[number], 0) & ~behind
        if stop is not None:
            candidates &= (1 << (stop + 1)) - 1
        candidates = candidates and candidates & index.overlapping(joint.reach.region(number))
        behind |= twins.of_old.get(number, 0)
        if candidates:
            yield number, candidates


class _Twins:
    """Rules that match the same requests because they are written the same."""

    def __init__(self, joint: Joint) -> None:
        rules = joint.reach.rules
        self.new: dict[PolicyRule, int] = {}
        """By what a rule asks for: the first rule of the new policy that asks for just this."""
        self.of_old: dict[int, int] = {}
        """By the first old rule of its kind: the new rules that ask for the same, as bits."""
        first: dict[PolicyRule, int] = {}
        for number in range(joint.start):
            first.setdefault(_selectors(rules[number]), number)
        for number in range(joint.start, joint.end):
            asked = _selectors(rules[number])
            self.new.setdefault(asked, number)
            if asked in first:
                self.of_old[first[asked]] = self.of_old.get(first[asked], 0) | 1 << number


def _selectors(rule: PolicyRule) -> PolicyRule:
    return rule._replace(level="", omit_stages=(), omit_managed_fields=None)


def _by_outcome(joint: Joint) -> dict[Outcome, int]:
    """Return for each outcome the new rules that have it, as bits."""
    found: dict[Outcome, int] = {}
    for number in range(joint.start, joint.end):
        outcome = joint.outcomes[number]
        found[outcome] = found.get(outcome, 0) | 1 << number
    return found


def _reachable(joint: Joint, number: int, candidates: int) -> int | None:
    """Return those of the new rules that are not behind one that matches all requests of an old rule.

    0 where no request reaches the old rule, None where that stays open.
    """
    reach = joint.reach
    try:
        spaces = reach.spaces_of(reach.region(number))
    except BudgetSpentError:
        return None
    if not spaces:
        return 0
    wall = covering_all(spaces, joint.new_rules)
    candidates &= (1 << (lowest(wall) + 1)) - 1
    if not candidates:
        return 0
    return 0 if reach.escape(spaces, (1 << number) - 1).impossible else candidates


def _pair(joint: Joint, number: int, other: int, part: Callable[[Region], Region]) -> Answered:
    reach = joint.reach
    one, two = part(reach.region(number)), reach.region(other)
    blockers = ((1 << number) - 1) | (joint.new_rules & ((1 << other) - 1))
    try:
        joint.budget.renewed().spend(_STEPS_PER_PAIR + pieces(one, two))
        region = meet(one, two)
        answer = reach.escape(reach.spaces_of(region), blockers)
    except BudgetSpentError:
        return Answered((number, other), complete=False)
    pair = Pair(number, other, region, blockers, answer.request) if answer.request else None
    return Answered((number, other), pair, complete=answer.complete or pair is not None)
