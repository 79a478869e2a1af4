"""Two requests that differ in one respect, such as an update and the patch that does the same: what becomes of each.

Both must be judged together: it is of no use that some patch is lost and that some other update is logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.checks import identities
from auditlint.kubernetes.index import members
from auditlint.kubernetes.ordinary import ordinary
from auditlint.kubernetes.reach import Answer
from auditlint.kubernetes.region import Region, contains, meet
from auditlint.kubernetes.requests import Request
from auditlint.kubernetes.search import BudgetSpentError, Choices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from auditlint.checks.analysis import Analysis
    from auditlint.kubernetes.space import Dimension, Space

    Change = Callable[[Request], Request]

_MOST_TAKERS = 64
"""So many rules are looked at that may take the one request."""


class Takers(NamedTuple):
    """Who shall take the one request: one of these rules (as a set), or no rule at all."""

    rules: int
    or_no_rule: bool = False

    def include(self, rule: int | None) -> bool:
        """Tell whether a rule, or none, is among them."""
        return self.or_no_rule if rule is None else bool(self.rules >> rule & 1)


def find(found: Analysis, region: Region, takers: Takers, index: int, change: Change) -> Request | None:
    """Return a request of a region that one of the takers gets, while the rule at index gets what `change` makes of it.

    `change` may look at users, groups, verbs, namespaces and targets one at a time only, and must turn every request of
    the region into one that the rule matches.
    """

    def fits(request: Request) -> bool:
        first = found.reach.first
        return contains(region, request) and takers.include(first(request)) and first(change(request)) == index

    alone = _one_alone(found, region, takers)
    if alone.request is None or fits(alone.request):
        request = alone.request
    else:
        request = _both(found, region, takers, index, change)
    if not alone.complete:
        found.reach.gave_up.add(index)
    if request is None:
        return None
    request = ordinary(request, fits)
    tidy = found.tidy(request, ())
    return tidy if takers.include(found.reach.first(tidy)) and found.reach.first(change(tidy)) == index else request


def _one_alone(found: Analysis, region: Region, takers: Takers) -> Answer:
    """Return a request that a taker gets, whatever becomes of the other."""
    return found.reach.find(region, members(takers.rules), or_no_rule=takers.or_no_rule)


def _both(found: Analysis, region: Region, takers: Takers, index: int, change: Change) -> Request | None:
    count = len(found.policy.rules)
    above = ((1 << index) - 1) << count
    possible = members(found.reach.index.overlapping(region) & takers.rules)
    complete = len(possible) <= _MOST_TAKERS
    asked = [(region, (1 << count) - 1)] if takers.or_no_rule else []
    asked += [(meet(region, found.reach.region(taker)), (1 << taker) - 1) for taker in possible[:_MOST_TAKERS]]
    for part, blockers in asked:
        try:
            spaces = [_doubled(space, found, change) for space in found.reach.spaces_of(part)]
            answer = found.reach.escape(spaces, blockers | above)
        except BudgetSpentError:
            answer = Answer(None, complete=False)
        if answer.request:
            return answer.request
        complete = complete and answer.complete
    if not complete:
        found.reach.gave_up.add(index)
    return None


def _doubled(space: Space, found: Analysis, change: Change) -> Space:
    """Return a space that knows of each value the rules that admit it and, shifted, those that admit it changed."""
    return tuple(_doubled_dimension(dimension, found, change) for dimension in space)


def _doubled_dimension(dimension: Dimension, found: Analysis, change: Change) -> Dimension:
    index, count, fields = found.reach.index, len(found.policy.rules), dimension.fields
    admitting: dict[str, Callable[..., int]] = {
        "user": index.user_admitting,
        "groups": index.groups.admitting_any,
        "verb": index.verbs.admitting,
        "namespace": index.namespaces.admitting,
        "api_group": index.target_admitting,
    }
    admits = admitting[fields[0]]
    rules = []
    for value, here in zip(dimension.values, dimension.rules, strict=True):
        changed = change(Request(**{"verb": "", **dict(zip(fields, value, strict=True))}))
        rules.append(here | admits(*(getattr(changed, field) for field in fields)) << count)
    return dimension._replace(rules=Choices(rules))


def first_of_parts(
    found: Analysis, regions: Iterable[Region], takers: Takers, index: int, change: Change
) -> Request | None:
    """Return what `find` returns for the first of the regions, as a cluster serves them, that has such a request."""
    for region in regions:
        for part in identities.served(region, found.named_users):
            request = find(found, part, takers, index, change)
            if request:
                return request
    return None
