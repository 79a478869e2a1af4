"""The search for a request that no blocking rule takes, held to trying every one."""

from __future__ import annotations

from functools import reduce
from itertools import product
from operator import and_

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.kubernetes.engine.search import Budget, BudgetSpentError, Choices, avoid, covering, touching

PLENTY = 10**9
RULES = 8
ALL = (1 << RULES) - 1
SETS = st.integers(0, ALL)
DIMENSIONS = st.lists(st.lists(SETS, min_size=1, max_size=5).map(Choices), min_size=1, max_size=4)


def budget(steps: int) -> Budget:
    return Budget(steps, 2 * steps, 0).renewed()


@settings(max_examples=500, deadline=None)
@given(DIMENSIONS, SETS)
def test_finds_a_way_past_the_blockers_if_there_is_one(dimensions: list[Choices], blockers: int) -> None:
    possible = any(not reduce(and_, values, blockers) for values in product(*dimensions))
    picked = avoid(dimensions, blockers, budget(PLENTY))
    assert (picked is not None) is possible
    if picked is not None:
        values = [dimension[at] for dimension, at in zip(dimensions, picked, strict=True)]
        assert not reduce(and_, values, blockers)


@settings(deadline=None)
@given(DIMENSIONS)
def test_rules_that_touch_and_cover(dimensions: list[Choices]) -> None:
    taken = [reduce(and_, values) for values in product(*dimensions)]
    assert covering(dimensions, ALL) == reduce(and_, taken)
    assert touching(dimensions, ALL) == sum(1 << rule for rule in range(RULES) if any(one >> rule & 1 for one in taken))


def pigeons(holes: int) -> tuple[list[Choices], int]:
    """Return a question that needs much work: one more pigeon than holes, and a rule against each two in one hole."""
    dimensions = [[0] * holes for _ in range(holes + 1)]
    rules = [(one, other, hole) for one in range(holes + 1) for other in range(one) for hole in range(holes)]
    for number, (one, other, hole) in enumerate(rules):
        for pigeon, dimension in enumerate(dimensions):
            for at in range(holes):
                if pigeon not in {one, other} or at == hole:
                    dimension[at] |= 1 << number
    return [*map(Choices, dimensions)], (1 << len(rules)) - 1


def test_no_step_is_taken_where_any_value_will_do() -> None:
    dimensions = [*(Choices([ALL] * 1000) for _ in range(9)), Choices([ALL, 1, 0])]
    assert avoid(dimensions, ALL, budget(1)) == [0] * 9 + [2]


def test_a_hard_question_spends_its_budget() -> None:
    dimensions, blockers = pigeons(9)
    with pytest.raises(BudgetSpentError):
        avoid(dimensions, blockers, budget(2000))
    assert avoid(*pigeons(3), budget(2000)) is None


def test_half_of_a_budget_is_kept_for_easy_questions() -> None:
    budget = Budget(per_question=10, in_all=20, least=3)
    for steps in (10, 3, 3, 3, 1):
        budget.renewed().spend(steps)
    with pytest.raises(BudgetSpentError):
        budget.spend(1)
