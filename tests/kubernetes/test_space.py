"""Spaces are the same whatever was asked before: dimensions that are kept belong to one field and one list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from auditlint.kubernetes.engine.fresh import Fresh
from auditlint.kubernetes.engine.index import Index
from auditlint.kubernetes.engine.region import EVERYTHING, Region, Target, meet, region_of
from auditlint.kubernetes.engine.search import Budget
from auditlint.kubernetes.engine.space import Space, Spaces
from auditlint.kubernetes.policy import GroupResources, PolicyRule

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from auditlint.kubernetes.engine.space import Dimension

WORDS = ("", "get", "deletecollection", "proxy", "status", "b/c")
LISTS = st.lists(st.sampled_from(WORDS), max_size=2, unique=True).map(tuple)
TARGETS = st.builds(GroupResources, st.sampled_from(("", "a")), LISTS)
RULES = st.builds(
    PolicyRule,
    level=st.just("Metadata"),
    users=LISTS,
    user_groups=LISTS,
    verbs=LISTS,
    namespaces=LISTS,
    resources=st.lists(TARGETS, max_size=2).map(tuple),
)
REGIONS = st.builds(
    Region,
    users=st.none() | LISTS,
    groups=st.lists(LISTS, max_size=2).map(tuple),
    exact_groups=st.none() | LISTS,
    nobody=st.booleans(),
    verbs=st.none() | LISTS,
    namespaces=st.none() | LISTS,
    targets=st.none() | st.just((Target("", "a", ""), Target("", "status", ""))),
)
BARE = PolicyRule("Metadata", verbs=("",))


def laid_out(spaces: Spaces, region: Region) -> tuple[list[Space], int]:
    """Return the spaces of a region, and how many steps they took."""
    spent = Spent()
    return list(spaces.of(region, spent)), spent.steps


class Forgetful(Spaces):
    """The same without keeping anything."""

    def _once(self, key: Hashable, made: Callable[[], Dimension], budget: Budget) -> Dimension:
        self._known.clear()
        return super()._once(key, made, budget)


class Spent(Budget):
    """A budget without an end that counts."""

    __slots__ = ("steps",)

    def __init__(self) -> None:
        super().__init__(0, 0, 0)
        self.steps = 0

    def spend(self, steps: int) -> None:
        """Count steps."""
        self.steps += steps


@given(st.lists(RULES, min_size=1, max_size=4), st.lists(REGIONS, max_size=5))
@example([BARE], [EVERYTHING])
def test_what_was_asked_before_changes_nothing(rules: list[PolicyRule], regions: list[Region]) -> None:
    index = Index(tuple(rules))
    own = [region_of(rule) for rule in rules]
    asked = [EVERYTHING, *own, *regions, *(meet(one, Region(targets=(Target("", "a", ""),))) for one in own)]
    again = Spaces(index, Fresh(index))
    for region in asked * 2:
        assert laid_out(again, region) == laid_out(Forgetful(index, Fresh(index)), region)
