"""A region of requests as product spaces: for each dimension the few values that are enough to decide a question.

The selectors of policy rules only ever list what they take. So where a region leaves a dimension open, a *fresh* value,
one that no rule of the policy speaks of, is admitted by no more rules than any other value: it alone is tried. A user
is in as few groups as the region asks for. What cannot stand together in a request (requests.fits) splits a region
into several spaces, so that within each one any value goes with any other.
"""

from __future__ import annotations

from itertools import product
from math import prod

from auditlint.kubernetes.engine.region import Target
from auditlint.kubernetes.engine.search import Choices
from auditlint.kubernetes.requests import (
    BARE_VERB,
    NAMED_VERBS,
    NAMELESS_VERB,
    NAMESPACE_SUBRESOURCES,
    RESOURCE_VERBS,
    URL_VERBS,
    Request,
    is_resource_path,
)
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator
    from typing import Any

    from auditlint.kubernetes.engine.fresh import Fresh
    from auditlint.kubernetes.engine.index import Index
    from auditlint.kubernetes.engine.region import Region, Values
    from auditlint.kubernetes.engine.search import Budget

Value = tuple["Any", ...]
"""One value for each field of a dimension."""
Origin = tuple[int, ...]
"""Where a rule lists a value: its position; of a target the entry and the positions of resource and name in it.

() where the rule leaves the dimension open.
"""
_Choice = tuple[Value, Origin]

_CHEAP = 4
"""So many values of a list are laid out in the time of one step of the search."""
_MOST_KNOWN = 1024
"""So many dimensions are kept."""

_ANY_TARGET = (Target(),)
_TARGET_FIELDS = ("api_group", "resource", "subresource", "name")
_CONDITIONAL_VERBS = {*NAMED_VERBS, NAMELESS_VERB, BARE_VERB}
_FREE_VERBS = tuple(verb for verb in RESOURCE_VERBS if verb not in _CONDITIONAL_VERBS)


class Dimension(NamedTuple):
    """Values for some fields of a request, and what is known of each."""

    fields: tuple[str, ...]
    values: list[Value]
    rules: Choices
    """The rules that admit the value."""
    origins: list[Origin]

    def at(self, positions: list[int]) -> Dimension:
        """Return the dimension with only the values at these positions."""
        values, rules, origins = self.values, self.rules, self.origins
        return Dimension(
            self.fields,
            [values[position] for position in positions],
            Choices([rules[position] for position in positions]),
            [origins[position] for position in positions],
        )


Space = tuple[Dimension, ...]
"""The requests that take any one value from each dimension."""


def request_at(space: Space, picked: list[int]) -> Request:
    """Return the request that takes from each dimension the value at this position."""
    fields: dict[str, Any] = {}
    for dimension, position in zip(space, picked, strict=True):
        fields.update(zip(dimension.fields, dimension.values[position], strict=True))
    return Request(**fields)


class Spaces:
    """Turns regions into spaces for the rules of one policy."""

    def __init__(self, index: Index, fresh: Fresh) -> None:
        self._index = index
        self._fresh = fresh
        self._known: dict[Hashable, Dimension] = {}
        """Dimensions by what a region says of them: those of one rule are asked for again for each kind of request."""

    def of(self, region: Region, budget: Budget) -> Iterator[Space]:
        """Yield the spaces of a region, none of them empty; together they decide every question about it."""
        identity = self.identity(region, budget)
        if all(dimension.values for dimension in identity):
            yield from self._resource_spaces(region, identity, budget)
            yield from self._path_spaces(region, identity, budget)

    def identity(self, region: Region, budget: Budget) -> Space:
        """Return the dimensions of users and groups; either may be empty."""
        budget.spend(_picks(region))
        users = self._once(("user", region.users, region.nobody), lambda: self._users(region), budget)
        of_groups = ("groups", region.groups, region.exact_groups, region.nobody)
        return users, self._once(of_groups, lambda: self._groups(region), budget)

    def _users(self, region: Region) -> Dimension:
        users: list[_Choice] = _listed(region.users, (self._fresh.user,))
        if region.nobody:
            users = [((None,), ())] if region.users is None else []
        return _dimension(("user",), users, self._index.user_admitting)

    def _groups(self, region: Region) -> Dimension:
        groups: list[_Choice] = [((choice,), (at,)) for at, choice in enumerate(_group_choices(region))]
        return _dimension(("groups",), groups, self._index.groups.admitting_any)

    def _path_spaces(self, region: Region, identity: Space, budget: Budget) -> Iterator[Space]:
        if region.urls == ():
            return
        verbs = self._verbs(region, URL_VERBS, budget)
        paths = [((path,), origin) for (url,), origin in _listed(region.urls, ("*",)) for path in self._paths(url)]
        if verbs.values and paths:
            budget.spend(len(paths) // _CHEAP)
            yield (*identity, verbs, _dimension(("path",), paths, self._index.path_admitting))

    def _paths(self, url: str) -> tuple[str, ...]:
        """Return the paths that are enough to stand for one entry of nonResourceURLs."""
        if url.endswith("*"):
            prefix = url.rstrip("*") or "/"
            return self._fresh.paths(prefix) if prefix.startswith("/") else ()
        return (url,) if url.startswith("/") and not is_resource_path(url) else ()

    def _verbs(self, region: Region, possible: tuple[str, ...], budget: Budget) -> Dimension:
        def made() -> Dimension:
            verbs = [choice for choice in _listed(region.verbs, possible) if choice[0][0] in possible]
            return _dimension(("verb",), verbs, self._index.verbs.admitting)

        return self._once(("verb", region.verbs, possible), made, budget)

    def _namespaces(self, region: Region, budget: Budget) -> Dimension:
        def made() -> Dimension:
            names = [one for one in _listed(region.namespaces, (self._fresh.namespace,)) if "/" not in one[0][0]]
            return _dimension(("namespace",), names, self._index.namespaces.admitting)

        return self._once(("namespace", region.namespaces), made, budget)

    def _no_namespace(self, region: Region, budget: Budget) -> Dimension:
        def made() -> Dimension:
            names = [one for one in _listed(region.namespaces, ("",)) if one[0][0] == ""]
            return _dimension(("namespace",), names, self._index.namespaces.admitting)

        return self._once(("no namespace", region.namespaces), made, budget)

    def _once(self, key: Hashable, made: Callable[[], Dimension], budget: Budget) -> Dimension:
        """Return the dimension that is known by a key, or else make it; it takes as many steps either way."""
        found = self._known.get(key)
        if found is None:
            if len(self._known) == _MOST_KNOWN:
                self._known.clear()
            found = self._known[key] = made()
        budget.spend(len(found.values) // _CHEAP)
        return found

    def _resource_spaces(self, region: Region, identity: Space, budget: Budget) -> Iterator[Space]:
        targets = _ANY_TARGET if region.targets is None else region.targets
        places = ((self._namespaces(region, budget), False), (self._no_namespace(region, budget), True))
        for kinds_of_verb in self._verbs_that_go_together(region, targets):
            verbs = self._verbs(region, kinds_of_verb, budget)
            if not verbs.values:
                continue
            choices = list(self._target_choices(targets, kinds_of_verb[0], budget))
            for namespaces, is_cluster_wide in places:
                part = [choice for choice in choices if (choice[0][1] in NAMESPACE_SUBRESOURCES) is is_cluster_wide]
                if namespaces.values and part:
                    budget.spend(len(part) // _CHEAP)
                    yield (
                        *identity,
                        verbs,
                        namespaces,
                        _dimension(_TARGET_FIELDS, part, self._index.target_admitting),
                    )

    def _verbs_that_go_together(self, region: Region, targets: tuple[Target, ...]) -> Iterator[tuple[str, ...]]:
        """Yield the verbs of resources in classes within which the same targets can stand."""
        if any(target.names is not None and "" in target.names for target in targets):
            yield _FREE_VERBS
            yield NAMED_VERBS
        else:
            yield NAMED_VERBS + _FREE_VERBS
        if region.verbs is not None or "" in self._index.verbs.listed:
            # Otherwise the empty verb is as fresh as can be, and takes any name and subresource besides.
            yield (NAMELESS_VERB,)
            yield (BARE_VERB,)

    def _target_choices(self, targets: tuple[Target, ...], verb: str, budget: Budget) -> Iterator[_Choice]:
        """Yield what a request with such a verb can be for."""
        for target in targets:
            group, resource = self._fresh.target(target.group, target.resource)
            if not resource or "/" in group + resource or (verb == BARE_VERB and target.subresource):
                continue
            subresource = target.subresource
            if subresource is None:
                open_resource = verb == BARE_VERB or target.resource is None
                subresource = "" if open_resource else self._fresh.subresource(resource)
            names = _names(target.names, verb, self._fresh.name)
            budget.spend(len(names))
            for name, name_at in names:
                yield (group, resource, subresource, name), (target.entry, target.resource_at, name_at)


def _listed(values: Values | None, open_values: Iterable[str]) -> list[_Choice]:
    """Return the values of a list with their positions, or those that stand for an open one."""
    if values is None:
        return [((value,), ()) for value in open_values]
    return [((value,), (at,)) for at, value in enumerate(values)]


def _dimension(fields: tuple[str, ...], choices: list[_Choice], admitting: Callable[..., int]) -> Dimension:
    values = [value for value, _ in choices]
    rules = Choices([admitting(*value) for value in values])
    return Dimension(fields, values, rules, [origin for _, origin in choices])


def _names(names: Values | None, verb: str, fresh: str) -> list[tuple[str, int]]:
    """Return the names that a request with such a verb can have, with their positions."""
    if names is None:
        return [("" if verb == NAMELESS_VERB else fresh, 0)]
    if verb == NAMELESS_VERB:
        return [(name, at) for at, name in enumerate(names) if not name]
    return [(name, at) for at, name in enumerate(names) if "/" not in name and (name or verb not in NAMED_VERBS)]


def _picks(region: Region) -> int:
    """Return how many sets of groups there are to look at, where that is not plain."""
    if region.exact_groups is not None or region.nobody or len(region.groups) == 1:
        return 0
    return prod(map(len, region.groups))


def _group_choices(region: Region) -> list[Values]:
    """Return the smallest sets of groups with one of each of the region's tuples."""
    if region.exact_groups is not None:
        fits = all(any(group in wanted for group in region.exact_groups) for wanted in region.groups)
        return [region.exact_groups] if fits else []
    if region.nobody:
        return [] if region.groups else [()]
    if len(region.groups) == 1:
        return [(group,) for group in region.groups[0]]
    return list(dict.fromkeys(tuple(dict.fromkeys(picks)) for picks in product(*region.groups)))
