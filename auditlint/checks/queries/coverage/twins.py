"""Two requests that differ in one respect, such as an update and the patch that does the same: what becomes of each.

Both must be judged together: it is of no use that some patch is lost and that some other update is logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes import served
from auditlint.kubernetes.engine.index import members
from auditlint.kubernetes.engine.ordinary import ordinary
from auditlint.kubernetes.engine.region import Region, contains, meet
from auditlint.kubernetes.engine.search import BudgetSpentError, Choices
from auditlint.kubernetes.reach import Answer
from auditlint.kubernetes.requests import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.engine.space import Dimension, Space

    Change = Callable[[Request], Request]


_MOST_QUESTIONS = 20_000
"""So many questions are asked about one policy: a policy made to be hard has as many as pairs of rules."""


class Takers(NamedTuple):
    """Who shall take the one request: one of these rules (as a set), or no rule at all."""

    rules: int
    or_no_rule: bool = False

    def include(self, rule: int | None) -> bool:
        """Tell whether a rule, or none, is among them."""
        return self.or_no_rule if rule is None else bool(self.rules >> rule & 1)


class Twins:
    """Asks about pairs of requests in one policy: of each pair one of the takers gets the one request."""

    def __init__(self, analysis: Analysis, takers: Takers) -> None:
        self._found = analysis
        self._takers = takers
        self._left = _MOST_QUESTIONS

    def find(self, regions: Iterable[Region], index: int, change: Change, rules: int = -1) -> Request | None:
        """Return a request of a region that a taker (one of `rules`) gets, while the rule at index gets its twin.

        The twin is what `change` makes of it. The request is one that a cluster serves, of the first region that has
        one. `change` may look at users, groups, verbs, namespaces and targets one at a time only, and must turn every
        request of the region into one that the rule matches.
        """
        takers = self._takers._replace(rules=self._takers.rules & rules)
        for region in regions:
            request = self._first(region, takers, index, change)
            if request:
                return _ordinary(self._found, request, region, index, change)
        return None

    def _first(self, region: Region, takers: Takers, index: int, change: Change) -> Request | None:
        above = ((1 << index) - 1) << len(self._found.policy.rules)
        complete = True
        for part, blockers in _questions(self._found, region, takers):
            self._left -= 1
            answer = (
                _ask(self._found, part, blockers | above, change) if self._left > 0 else Answer(None, complete=False)
            )
            if answer.request and takers.include(self._found.reach.first(answer.request)):
                return answer.request
            complete = complete and answer.complete
            if self._left <= 0:
                break
        if not complete:
            self._found.reach.gave_up.add(index)
        return None


def _questions(analysis: Analysis, region: Region, takers: Takers) -> Iterator[tuple[Region, int]]:
    """Yield parts of a region, as a cluster serves them, with the rules that must not match a request in them."""
    everything = analysis.reach.index.everything
    # What no other rule matches comes to a taker or to no rule: the quickest way to a request.
    for blockers in (everything & ~takers.rules, everything)[: 1 + takers.or_no_rule]:
        for part in served.served(region, analysis.named_users):
            yield part, blockers
    for taker in members(analysis.reach.index.overlapping(region) & takers.rules):
        shared = meet(region, analysis.reach.region(taker))
        for part in served.served(shared, analysis.named_users):
            yield part, (1 << taker) - 1


def _ordinary(analysis: Analysis, request: Request, region: Region, index: int, change: Change) -> Request:
    """Return a request that shows the same and is as ordinary as can be."""
    first = analysis.reach.first
    taker = first(request)

    def fits(other: Request) -> bool:
        return contains(region, other) and first(other) == taker and first(change(other)) == index

    plain = ordinary(request, fits)
    better = (analysis.examples.tidy(plain, ()), plain._replace(namespace="prod") if plain.namespace else plain)
    return next((one for one in better if first(one) == taker and first(change(one)) == index), plain)


def _ask(analysis: Analysis, region: Region, blockers: int, change: Change) -> Answer:
    """Return a request of a region that, with what becomes of it by `change`, escapes the blockers of both."""
    try:
        spaces = [_doubled(space, analysis, change) for space in analysis.reach.spaces_of(region)]
        return analysis.reach.escape(spaces, blockers)
    except BudgetSpentError:
        return Answer(None, complete=False)


def _doubled(space: Space, analysis: Analysis, change: Change) -> Space:
    """Return a space that knows of each value the rules that admit it and, shifted, those that admit it changed."""
    return tuple(_doubled_dimension(dimension, analysis, change) for dimension in space)


def _doubled_dimension(dimension: Dimension, analysis: Analysis, change: Change) -> Dimension:
    index, count, fields = analysis.reach.index, len(analysis.policy.rules), dimension.fields
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
