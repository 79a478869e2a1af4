"""The search at the heart of every exact answer: pick one value in each dimension so that no blocking rule admits all.

A rule blocks a request only if it admits every one of its values. So the question "does an earlier rule take every
request of this set?" becomes: from each dimension pick one set of rules so that all picks have nothing in common.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_Option = tuple[int, int]
_FEW = 48
"""Up to so many options it pays to compare each with each."""


class Choices(list[int]):
    """The values of one dimension, each as the set of rules that admit it; a search needs at least one."""

    def __init__(self, values: Iterable[int]) -> None:
        super().__init__(values)
        self.union = self.common = self[0] if self else 0
        """The rules that admit some value, and those that admit every value."""
        if len(self) > 1:
            self.union, self.common = reduce(or_, self), reduce(and_, self)


class BudgetSpentError(Exception):
    """The question was too hard for the number of steps allowed."""


class Budget:
    """Steps that may be taken for one question, and for all of them: the same on every machine, unlike seconds.

    When half of those for all questions are used up, only `least` are allowed for each, so that easy ones still get
    their answer; when all are, none.
    """

    __slots__ = ("_allowed", "_in_all", "_least", "_left", "_per_question", "_reserve")

    def __init__(self, per_question: int, in_all: int, least: int) -> None:
        self._per_question = per_question
        self._in_all = in_all
        self._reserve = in_all // 2
        self._least = least
        self._allowed = self._left = 0

    def renewed(self) -> Budget:
        """Return this budget with the steps for a new question."""
        self._in_all -= self._allowed - self._left
        allowed = self._per_question if self._in_all > self._reserve else self._least
        self._allowed = self._left = max(min(allowed, self._in_all), 0)
        return self

    def spend(self, steps: int) -> None:
        """Count steps; raises BudgetSpentError when they are used up."""
        self._left -= steps
        if self._left < 0:
            raise BudgetSpentError


def touching(dimensions: Iterable[Choices], rules: int) -> int:
    """Return those of the rules that admit at least one value of each dimension."""
    for dimension in dimensions:
        rules &= dimension.union
    return rules


def covering(dimensions: Iterable[Choices], rules: int) -> int:
    """Return those of the rules that admit every value of each dimension: each alone takes all of it."""
    for dimension in dimensions:
        rules &= dimension.common
    return rules


def avoid(dimensions: Sequence[Choices], blockers: int, budget: Budget) -> list[int] | None:
    """Return, for each dimension, the position of a value, so that no blocker admits them all; None if impossible.

    Values that come first are preferred where that costs nothing.
    """
    alive = touching(dimensions, blockers)
    picked = [0] * len(dimensions)
    if not alive:
        return picked
    if covering(dimensions, alive):
        return None
    return picked if _Search(dimensions, picked, budget).escape(tuple(range(len(dimensions))), alive) else None


class _Search:
    """Depth-first over the dimensions, the one with fewest different options first."""

    def __init__(self, dimensions: Sequence[Choices], picked: list[int], budget: Budget) -> None:
        self._dimensions = dimensions
        self._picked = picked
        self._budget = budget
        self._failed: set[tuple[tuple[int, ...], int]] = set()

    def escape(self, open_dimensions: tuple[int, ...], alive: int) -> bool:
        """Pick a value in each open dimension so that none of the rules still alive admits all of them."""
        # Where all these rules admit every value, any will do.
        open_dimensions = tuple(number for number in open_dimensions if alive & ~self._dimensions[number].common)
        if not open_dimensions:
            return False
        if len(open_dimensions) == 1:
            return self._escape_in(open_dimensions[0], alive)
        if (open_dimensions, alive) in self._failed:
            return False
        options = {}
        for number in open_dimensions:
            self._budget.spend(len(self._dimensions[number]))
            options[number] = _options(self._dimensions[number], alive)
            if not options[number][0][0]:
                self._picked[number] = options[number][0][1]
                return True
        if not self._hopeless(options, alive) and self._branch(options, alive):
            return True
        self._failed.add((open_dimensions, alive))
        return False

    def _escape_in(self, number: int, alive: int) -> bool:
        self._budget.spend(1 + len(self._dimensions[number]) // _FEW)
        for position, rules in enumerate(self._dimensions[number]):
            if not rules & alive:
                self._picked[number] = position
                return True
        return False

    @staticmethod
    def _hopeless(options: dict[int, list[_Option]], alive: int) -> bool:
        """Return whether one rule alone admits whatever is picked."""
        for dimension in options.values():
            for rules, _ in dimension:
                alive &= rules
        return bool(alive)

    def _branch(self, options: dict[int, list[_Option]], alive: int) -> bool:
        number = min(options, key=lambda number: len(options[number]))
        rest = tuple(other for other in options if other != number)
        for rules, position in options[number]:
            remaining = touching([self._dimensions[other] for other in rest], alive & rules)
            self._picked[number] = position
            if not remaining or self.escape(rest, remaining):
                return True
        return False


def _options(dimension: Choices, alive: int) -> list[_Option]:
    """Return the different ways to be admitted, fewest rules first, without those that only add rules to another."""
    different: dict[int, int] = {}
    for position, rules in enumerate(dimension):
        different.setdefault(rules & alive, position)
    options = sorted(different.items(), key=_size)
    if len(options) == 1 or len(options) > _FEW:
        return options
    kept: list[_Option] = []
    for option in options:
        rules = option[0]
        if not any(other & rules == other for other, _ in kept):
            kept.append(option)
    return kept


def _size(option: _Option) -> int:
    return option[0].bit_count()
