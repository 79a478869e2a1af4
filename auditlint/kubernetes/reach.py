"""Exact answers about a policy: which rules take any request at all, what falls off the end, who takes what.

The requests are those of requests.can_happen. Nothing is estimated: what is said to be reached comes with a request,
what is said to be unreachable with the earlier rules that take every such request, none of which can be left out.
Questions that are too hard for the budget (counted in steps, so the same on every machine) stay open, and say so.
"""

from __future__ import annotations

from enum import Enum
from functools import cached_property

from auditlint.kubernetes.engine.fresh import Fresh
from auditlint.kubernetes.engine.index import Index, lowest, members, rule_set
from auditlint.kubernetes.engine.ordinary import ordinary
from auditlint.kubernetes.engine.region import EVERYTHING, Region, contains, meet, pieces, region_of
from auditlint.kubernetes.engine.search import Budget, BudgetSpentError, avoid, covering
from auditlint.kubernetes.engine.space import Space, Spaces, request_at
from auditlint.kubernetes.match import decision_of
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeVar

    from auditlint.kubernetes.policy import Policy, PolicyRule
    from auditlint.kubernetes.requests import Request

    _Value = TypeVar("_Value")

STEPS_PER_QUESTION = 100_000
STEPS_PER_POLICY = 4_000_000
STEPS_PER_RULE = 2_000
"""What each rule of a policy adds to the steps for all questions."""
LEAST_STEPS = 2_000
"""What a question may take when others of the same policy were hard."""


class FateKind(Enum):
    """What can become of a rule."""

    REACHED = "reached"
    UNREACHABLE = "unreachable"
    """Earlier rules match all its requests."""
    NEVER = "never"
    """It matches nothing even alone."""
    UNKNOWN = "unknown"
    """The question was too hard."""


class Fate(NamedTuple):
    """What becomes of one rule."""

    kind: FateKind
    witness: Request | None = None
    """A request that the rule matches first, if it is reached."""
    taken_by: tuple[int, ...] = ()
    """The earlier rules that together match all its requests, if it is unreachable."""
    causes: tuple[str, ...] = ()
    """The fields that leave it nothing to match, if it never matches."""

    @property
    def may_match(self) -> bool:
        """Whether some request reaches the rule, or may."""
        return self.kind in {FateKind.REACHED, FateKind.UNKNOWN}


class Answer(NamedTuple):
    """A request as asked for, or None; `complete` is False if none was found but the budget was spent."""

    request: Request | None
    complete: bool = True

    @property
    def impossible(self) -> bool:
        """Whether it is proven that there is no such request."""
        return self.request is None and self.complete


class Reach:
    """Answers questions about the rules of one policy; everything is worked out when it is first asked for."""

    def __init__(self, policy: Policy, budget: Budget | None = None) -> None:
        self.rules = policy.rules
        self.index = Index(policy.rules)
        self.fresh = Fresh(self.index)
        self.gave_up: set[int] = set()
        """The rules of which some question stayed open because the budget was spent."""
        self._spaces = Spaces(self.index, self.fresh)
        in_all = STEPS_PER_POLICY + STEPS_PER_RULE * len(policy.rules)
        self._budget = budget or Budget(STEPS_PER_QUESTION, in_all, LEAST_STEPS)
        self._regions: dict[int, Region] = {}
        decisions = [decision_of(policy, number) for number in (*range(len(policy.rules)), None)]
        self._outcomes = [decision.outcome for decision in decisions]
        self._prescribed = [decision.prescribed for decision in decisions]
        self._with_outcome = _alike(self._outcomes[:-1])
        self._prescribing = _alike(self._prescribed[:-1])

    @cached_property
    def fates(self) -> tuple[Fate, ...]:
        """What becomes of each rule."""
        return tuple(self._fate(number) for number in range(len(self.rules)))

    @cached_property
    def missing_catch_all(self) -> Answer:
        """A request that no rule takes, if there is one."""
        return self.find(EVERYTHING, (), or_no_rule=True)

    def redundant(self, number: int) -> bool:
        """Return whether without this rule the policy would say the same of every request; False if that stays open.

        Never so of the only rule, of one that takes nothing anyway, and of a closing rule without selectors.
        """
        region, closing = self.region(number), number == len(self.rules) - 1
        if len(self.rules) == 1 or (closing and region == EVERYTHING):
            return False
        if self.fates[number].kind is not FateKind.REACHED:
            return False
        said = self._prescribed[number]
        later = self.index.everything & ~((1 << (number + 1)) - 1)
        changed = self._find(
            region,
            later & ~self._prescribing[said],
            or_no_rule=self._prescribed[-1] != said,
            without=1 << number,
        )
        if not changed.complete:
            self.gave_up.add(number)
        return changed.impossible

    def heirs(self, number: int, most: int) -> tuple[tuple[int | None, ...], bool]:
        """Return the rules that would match a rule's requests without it (None: no rule), and whether these are all.

        At most `most` are looked for.
        """
        later = self.index.everything & ~((1 << (number + 1)) - 1)
        found: dict[int | None, None] = {}
        while len(found) < most:
            left = later & ~rule_set(heir for heir in found if heir is not None)
            answer = self._find(self.region(number), left, or_no_rule=None not in found, without=1 << number)
            if answer.request is None:
                return tuple(found), answer.complete
            matching = self.index.matching(answer.request) & ~(1 << number)
            found[lowest(matching) if matching else None] = None
        return tuple(found), False

    def indifferent(self, number: int, region: Region) -> bool:
        """Return whether the earlier rules do to the requests that they take of a region what this rule would do.

        False where that stays open.
        """
        earlier = (1 << number) - 1
        different = self._find(region, earlier & ~self._with_outcome[self._outcomes[number]])
        if not different.complete:
            self.gave_up.add(number)
        return different.impossible

    def same_outcome(self, one: int, other: int | None) -> bool:
        """Return whether two rules do the same to their requests (None: no rule)."""
        return self._outcomes[one] == self._outcomes[-1 if other is None else other]

    def region(self, number: int) -> Region:
        """Return the requests that a rule matches."""
        if number not in self._regions:
            self._regions[number] = region_of(self.rules[number])
        return self._regions[number]

    def first(self, request: Request) -> int | None:
        """Return the rule that takes a request, None if none does."""
        matching = self.index.matching(request)
        return lowest(matching) if matching else None

    def find(self, region: Region, rules: Iterable[int], *, or_no_rule: bool = False) -> Answer:
        """Return a request of a region whose first matching rule is among the given ones (or which matches none)."""
        answer = self._find(region, rule_set(rules), or_no_rule=or_no_rule)
        if answer.request is None:
            return answer
        taker = self.first(answer.request)
        return Answer(ordinary(answer.request, lambda one: contains(region, one) and self.first(one) == taker))

    def cover(self, spaces: Sequence[Space], rules: int) -> tuple[int, ...]:
        """Return some of the rules that together match every request of the spaces, none of which can be left out.

        One rule if one suffices. Only for spaces that all the rules together do take.
        """
        if alone := covering_all(spaces, rules):
            return (lowest(alone),)
        chosen = 0
        shown: dict[int, int] = {}  # for each chosen rule those that match the request it was chosen for
        while request := self._escaping(spaces, chosen):
            matching = self.index.matching(request) & rules
            number = _widest(matching, spaces)
            chosen |= 1 << number
            shown[number] = matching
        for number in reversed(shown):
            fewer = chosen & ~(1 << number)
            if shown[number] & fewer and not self._escaping(spaces, fewer):
                chosen = fewer
        return members(chosen)

    def spaces_of(self, region: Region) -> list[Space]:
        """Return a region's spaces; raises BudgetSpentError for a region made of too many pieces."""
        return list(self._spaces.of(region, self._budget.renewed()))

    def pick(self, space: Space, blockers: int) -> list[int] | None:
        """Return the positions of values that no blocking rule admits together; raises BudgetSpentError."""
        return avoid([dimension.rules for dimension in space], blockers, self._budget.renewed())

    def escape(self, spaces: Iterable[Space], blockers: int) -> Answer:
        """Return a request in one of the spaces that none of the blocking rules matches."""
        complete = True
        for space in spaces:
            try:
                picked = self.pick(space, blockers)
            except BudgetSpentError:
                complete = False
                continue
            if picked is not None:
                return Answer(request_at(space, picked))
        return Answer(None, complete)

    def _fate(self, number: int) -> Fate:
        try:
            return self._judge(number)
        except BudgetSpentError:
            self.gave_up.add(number)
            return Fate(FateKind.UNKNOWN)

    def _judge(self, number: int) -> Fate:
        spaces = self.spaces_of(self.region(number))
        if not spaces:
            from auditlint.kubernetes.engine.causes import causes_of_never

            return Fate(FateKind.NEVER, causes=causes_of_never(self.rules[number], self._matches_something))
        earlier = (1 << number) - 1
        witness = self._escaping(spaces, earlier)
        if witness:
            return Fate(FateKind.REACHED, witness)
        return Fate(FateKind.UNREACHABLE, taken_by=self.cover(spaces, earlier))

    def _matches_something(self, rule: PolicyRule) -> bool:
        return any(True for _ in self._spaces.of(region_of(rule), self._budget.renewed()))

    def _find(self, region: Region, accepted: int, *, or_no_rule: bool = False, without: int = 0) -> Answer:
        try:
            others = self.index.everything & ~accepted & ~without
            return self._search(region, accepted, others, or_no_rule=or_no_rule)
        except BudgetSpentError:
            return Answer(None, complete=False)

    def _search(self, region: Region, accepted: int, others: int, *, or_no_rule: bool) -> Answer:
        """Look among the requests that none of the others matches, then at what each accepted rule may take."""
        spaces = self.spaces_of(region)
        answer = self.escape(spaces, others)
        if answer.request and (or_no_rule or self.index.matching(answer.request) & accepted):
            return answer
        complete = answer.complete or not or_no_rule
        for number in members(self._that_may_take(region, spaces, accepted | others) & accepted):
            answer = self.escape(self._shared_spaces(region, number), others & ((1 << number) - 1))
            if answer.request:
                return answer
            complete = complete and answer.complete
        return Answer(None, complete)

    def _shared_spaces(self, region: Region, number: int) -> list[Space]:
        """Return the spaces of what a region shares with a rule; raises BudgetSpentError."""
        taken = self.region(number)
        self._budget.renewed().spend(pieces(region, taken))
        return self.spaces_of(meet(region, taken))

    def _that_may_take(self, region: Region, spaces: Sequence[Space], rules: int) -> int:
        """Return the rules that may be first to match a request of a region: not those behind one that takes all."""
        alone = covering_all(spaces, rules)
        return self.index.overlapping(region) & ((1 << (lowest(alone) + 1)) - 1 if alone else rules)

    def _escaping(self, spaces: Iterable[Space], blockers: int) -> Request | None:
        """Return a request that escapes the blockers; raises BudgetSpentError where that stays open."""
        answer = self.escape(spaces, blockers)
        if not answer.complete:
            raise BudgetSpentError
        return answer.request


def _alike(values: Sequence[_Value]) -> dict[_Value, int]:
    """Return for each value the rules that have it, as bits."""
    found: dict[_Value, int] = {}
    for number, value in enumerate(values):
        found[value] = found.get(value, 0) | 1 << number
    return found


def _widest(rules: int, spaces: Iterable[Space]) -> int:
    """Return one of the rules: one that admits all of a dimension rather than some, so that few rules will do."""
    for space in spaces:
        for dimension in space:
            rules = rules & dimension.rules.common or rules
    return lowest(rules)


def covering_all(spaces: Iterable[Space], rules: int) -> int:
    """Return those of the rules that match every request of the spaces."""
    for space in spaces:
        rules = covering([dimension.rules for dimension in space], rules)
    return rules
