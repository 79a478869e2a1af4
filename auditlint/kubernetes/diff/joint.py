"""Two policies as one list of rules for the exact engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes.engine.index import lowest
from auditlint.kubernetes.engine.search import Budget
from auditlint.kubernetes.match import decision_of
from auditlint.kubernetes.policy import Policy, PolicyRule
from auditlint.kubernetes.reach import LEAST_STEPS, STEPS_PER_QUESTION, STEPS_PER_RULE, Reach

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditlint.kubernetes.match import Outcome
    from auditlint.kubernetes.requests import Request

STEPS = 1_000_000
"""How far the comparison of two policies may go, besides what each rule adds."""

ANY = -1
"""A number that stands for every rule."""


class Joint:
    """The rules of two policies, the old one's first; each closed by a rule for what none of its rules matches.

    Rules are numbered through: `start` is the first of the new policy.
    """

    def __init__(self, old: Policy, new: Policy, steps: int | None = None) -> None:
        closing = PolicyRule("None")
        rules = (*old.rules, closing, *new.rules, closing)
        self.policies = old, new
        self.start = len(old.rules) + 1
        self.end = len(rules)
        in_all = STEPS + STEPS_PER_RULE * len(rules) if steps is None else steps
        self.budget = Budget(min(STEPS_PER_QUESTION, in_all), in_all, LEAST_STEPS)
        self.reach = Reach(Policy(rules), self.budget)
        self.old_rules = (1 << self.start) - 1
        self.new_rules = self.reach.index.everything & ~self.old_rules
        self.outcomes = (*_outcomes(old), *_outcomes(new))

    def takers(self, request: Request) -> tuple[int, int]:
        """Return the first rule of each policy that matches a request."""
        matching = self.reach.index.matching(request)
        return lowest(matching & self.old_rules), lowest(matching & self.new_rules)

    def index_of(self, number: int) -> int | None:
        """Return the index of a rule in its policy, None of one that closes a policy; ANY stays as it is."""
        if number == ANY:
            return ANY
        policy = self.policies[number >= self.start]
        index = number - self.start if number >= self.start else number
        return index if index < len(policy.rules) else None

    def sides(self, numbers: Iterable[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the indexes of rules in the old policy and in the new."""
        numbers = tuple(numbers)
        return (
            tuple(number for number in numbers if number < self.start),
            tuple(number - self.start for number in numbers if number >= self.start),
        )


def _outcomes(policy: Policy) -> list[Outcome]:
    """Return the outcome of each rule, and that of no rule."""
    return [decision_of(policy, number).outcome for number in (*range(len(policy.rules)), None)]
