"""Values in a rule's lists that take no request although the rule does."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property, lru_cache

from auditlint.kubernetes.engine.region import region_of
from auditlint.kubernetes.engine.search import BudgetSpentError, touching
from auditlint.kubernetes.engine.space import request_at
from auditlint.kubernetes.reach import FateKind
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from auditlint.kubernetes.engine.space import Dimension, Origin, Space
    from auditlint.kubernetes.policy import GroupResources, PolicyRule
    from auditlint.kubernetes.reach import Reach

_ATTRIBUTES = {
    "users": "users",
    "userGroups": "user_groups",
    "verbs": "verbs",
    "namespaces": "namespaces",
    "nonResourceURLs": "non_resource_urls",
}
_INNER_ATTRIBUTES = {"resources": "resources", "resourceNames": "resource_names"}
_DIMENSIONS = {
    "user": "users",
    "groups": "userGroups",
    "verb": "verbs",
    "namespace": "namespaces",
    "path": "nonResourceURLs",
    "api_group": "resources",
}
"""For the first field of a dimension the field of a policy's text that its values come from."""
_PLAIN_FIELDS = {"users", "userGroups", "verbs", "namespaces"}
"""Fields whose entries are one value each, not a pattern."""

_MANY = 64
"""In longer lists no time is spent on looking for more than was asked for."""

_PATIENCE = 3
"""After so many values that were too hard to judge the other values of a rule are left alone."""

_Places = dict[tuple[int, int], list[int]]
"""By the numbers of a space and of a dimension in it: positions of values."""
_Blockers = tuple[tuple[int, int, frozenset[int]], ...]


class Selector(NamedTuple):
    """Where a value stands in a rule: entry `at` of `field`, or within that entry number `inner_at` of `inner`."""

    field: str
    at: int
    inner: str = ""
    inner_at: int = 0

    @property
    def path(self) -> tuple[str | int, ...]:
        """The way to the value from the rule."""
        return (self.field, self.at, self.inner, self.inner_at) if self.inner else (self.field, self.at)

    def value(self, rule: PolicyRule) -> str:
        """Return the value; of a whole entry of `resources` its group."""
        if self.field in _ATTRIBUTES:
            values: tuple[str, ...] = getattr(rule, _ATTRIBUTES[self.field])
            return values[self.at]
        entry = rule.resources[self.at]
        return self._inner_values(entry)[self.inner_at] if self.inner else entry.group

    def _inner_values(self, entry: GroupResources) -> tuple[str, ...]:
        return entry.resources if self.inner == "resources" else entry.resource_names

    def narrow(self, rule: PolicyRule) -> PolicyRule:
        """Return the rule with nothing but the value in its list, and within `resources` nothing but its entry."""
        if self.field in _ATTRIBUTES:
            return rule._replace(**_fields(_ATTRIBUTES[self.field], (self.value(rule),)))
        entry = rule.resources[self.at]
        if self.inner:
            entry = entry._replace(**_fields(_INNER_ATTRIBUTES[self.inner], (self.value(rule),)))
        return rule._replace(resources=(entry,))


class DeadSelector(NamedTuple):
    """A value in a list of a reached rule that takes no request: narrowed to it, the rule would not be reached.

    `possible` is False if no request at all has this value and the rule's other ones; else `taken_by` are the earlier
    rules that together take all of them, none of which can be left out, and `same_outcome` says whether these do to
    each request what this rule would do.
    """

    rule: int
    selector: Selector
    value: str
    possible: bool
    taken_by: tuple[int, ...] = ()
    same_outcome: bool = False


def dead_selectors(reach: Reach, number: int) -> tuple[DeadSelector, ...]:
    """Return the dead selectors of one rule, in the order of its fields; none if the rule itself is not reached.

    Values within an entry of `resources` are tested within that entry, and passed over where the entry is dead.
    """
    if reach.fates[number].kind is not FateKind.REACHED:
        return ()
    try:
        trial = _Trial(reach, number)
    except BudgetSpentError:
        reach.gave_up.add(number)
        return ()
    return tuple(trial.dead())


class _Trial:
    """Looks for a witness for each selector of one rule; one witness often serves several."""

    def __init__(self, reach: Reach, number: int) -> None:
        self._reach = reach
        self._number = number
        self._rule = reach.rules[number]
        self._earlier = (1 << number) - 1
        self._spaces = reach.spaces_of(reach.region(number))
        self._alive: set[Selector] = set()
        self._covers: dict[_Blockers, tuple[int, ...]] = {}
        self._same_outcomes: dict[_Blockers, bool] = {}

    def dead(self) -> Iterator[DeadSelector]:
        """Yield the dead selectors in the order of the rule's fields."""
        for space in self._spaces:
            with suppress(BudgetSpentError):
                self._try(space)
        dead_entries: set[Selector] = set()
        patience = _PATIENCE
        for selector in _selectors(self._rule):
            if selector in self._alive or Selector(selector.field, selector.at) in dead_entries:
                continue
            try:
                found = self._judge(selector)
            except BudgetSpentError:
                self._reach.gave_up.add(self._number)
                patience -= 1
                if patience:
                    continue
                return
            if found:
                dead_entries.add(selector)
                yield found

    def _try(self, space: Space) -> bool:
        """Look for a request in the space that the rule takes, and note selectors that it shows to be alive."""
        if not touching([dimension.rules for dimension in space], self._earlier):
            for dimension in space:
                self._note(dimension, dimension.origins)
            return True
        picked = self._reach.pick(space, self._earlier)
        if picked is None:
            return False
        for number, dimension in enumerate(space):
            self._note(dimension, self._replaceable(space, picked, number))
        return True

    def _note(self, dimension: Dimension, origins: Iterable[Origin]) -> None:
        for origin in origins:
            self._alive.update(_listing(dimension.fields[0], origin))

    def _replaceable(self, space: Space, picked: list[int], number: int) -> list[Origin]:
        """Return the origins of the values that can stand in one dimension while the others stay as picked."""
        dimension = space[number]
        if len(dimension.rules) > _MANY:
            return [dimension.origins[picked[number]]]
        blockers = self._earlier
        for other, at in enumerate(picked):
            if other != number:
                blockers &= space[other].rules[at]
        pairs = zip(dimension.rules, dimension.origins, strict=True)
        return [origin for rules, origin in pairs if not rules & blockers]

    def _judge(self, selector: Selector) -> DeadSelector | None:
        dead = DeadSelector(self._number, selector, selector.value(self._rule), possible=False)
        places = self._places.get(selector)
        if not places:
            return dead
        blockers = self._blockers(places)
        spaces = [_narrowed(self._spaces[number], at, positions) for (number, at), positions in places.items()]
        if blockers not in self._covers:
            if any(self._try(space) for space in spaces):
                return None
            self._covers[blockers] = self._reach.cover(spaces, self._earlier)
        same_outcome = self._same_outcome(selector, spaces[0], blockers)
        return dead._replace(possible=True, taken_by=self._covers[blockers], same_outcome=same_outcome)

    @cached_property
    def _places(self) -> dict[Selector, _Places]:
        """Where in the rule's spaces the value of each selector stands."""
        found: dict[Selector, _Places] = {}
        for number, space in enumerate(self._spaces):
            for at, dimension in enumerate(space):
                for position, origin in enumerate(dimension.origins):
                    for selector in _listing(dimension.fields[0], origin):
                        found.setdefault(selector, {}).setdefault((number, at), []).append(position)
        return found

    def _blockers(self, places: _Places) -> _Blockers:
        """Return the sets of earlier rules that admit values: where these are alike, so is who takes the requests."""
        found = []
        for (number, at), positions in places.items():
            rules = self._spaces[number][at].rules
            found.append((number, at, frozenset(rules[position] & self._earlier for position in positions)))
        return tuple(found)

    def _same_outcome(self, selector: Selector, space: Space, blockers: _Blockers) -> bool:
        """Return whether whoever takes the requests of a dead selector does to them what the rule would do."""
        example = request_at(space, [0] * len(space))
        if not self._reach.same_outcome(self._number, self._reach.first(example)):
            return False
        if selector.field not in _PLAIN_FIELDS:
            return self._reach.indifferent(self._number, region_of(selector.narrow(self._rule)))
        if blockers not in self._same_outcomes:
            region = region_of(selector.narrow(self._rule))
            self._same_outcomes[blockers] = self._reach.indifferent(self._number, region)
        return self._same_outcomes[blockers]


def _fields(attribute: str, values: tuple[str, ...]) -> dict[str, Any]:
    return {attribute: values}


@lru_cache(maxsize=4096)
def _listing(dimension: str, origin: Origin) -> tuple[Selector, ...]:
    """Return the selectors that a value of a dimension comes from."""
    field = _DIMENSIONS[dimension]
    if not origin:
        return ()
    at = origin[0]
    if field != "resources":
        return (Selector(field, at),)
    _, resource, name = origin
    return Selector(field, at), Selector(field, at, "resources", resource), Selector(field, at, "resourceNames", name)


def _narrowed(space: Space, at: int, positions: list[int]) -> Space:
    """Return the space with nothing but the values at these positions in one dimension."""
    return (*space[:at], space[at].at(positions), *space[at + 1 :])


def _selectors(rule: PolicyRule) -> Iterator[Selector]:
    """Yield the places of all values in a rule's lists."""
    for field, attribute in _ATTRIBUTES.items():
        for at in range(len(getattr(rule, attribute))):
            yield Selector(field, at)
    for number, entry in enumerate(rule.resources):
        yield Selector("resources", number)
        for at in range(len(entry.resources)):
            yield Selector("resources", number, "resources", at)
        for at in range(len(entry.resource_names)):
            yield Selector("resources", number, "resourceNames", at)
