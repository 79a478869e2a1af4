"""A set of requests in few words: values that are listed without effect are left out, and rules that match none."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from auditlint.kubernetes.engine.index import members
from auditlint.kubernetes.engine.region import Target, contains, meet
from auditlint.kubernetes.engine.search import BudgetSpentError
from auditlint.kubernetes.match import path_matches
from auditlint.kubernetes.reach import Answer, covering_all
from auditlint.kubernetes.requests import RESOURCE_VERBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from auditlint.kubernetes.engine.region import Region, Values
    from auditlint.kubernetes.engine.space import Space
    from auditlint.kubernetes.reach import Reach
    from auditlint.kubernetes.requests import Request

MOST_JUDGED = 40
"""Of more rules that may match some of the requests it is not worked out which do."""
_Targets = tuple[Target, ...]


class Narrowing:
    """Narrows regions from which the requests of some rules are taken out."""

    def __init__(self, reach: Reach, blockers: int) -> None:
        """`blockers` are those rules, as bits."""
        self._reach = reach
        self._blockers = blockers

    def example(self, region: Region) -> Answer:
        """Return a request of a region that none of the rules matches."""
        try:
            return self._reach.escape(self._reach.spaces_of(region), self._blockers)
        except BudgetSpentError:
            return Answer(None, complete=False)

    def leaves(self, region: Region, request: Request) -> bool:
        """Tell whether a request is in a region, and none of the rules matches it."""
        return contains(region, request) and not self._reach.index.matching(request) & self._blockers

    def narrowed(self, region: Region) -> Region:
        """Return a region without the values that leave nothing behind the rules."""
        region = self._of_one_kind(simple(region))
        for field in ("users", "verbs", "namespaces", "urls"):
            region = self._with(region, **{field: self._few(region, field, getattr(region, field))})
        region = region._replace(targets=self._few(region, "targets", region.targets))
        region = region._replace(targets=region.targets and tuple(self._few_names(region)))
        for at in range(len(region.groups)):
            region = region._replace(groups=self._few_groups(region, at))
        return self._with_verbs(region)

    def kinds(self, region: Region) -> tuple[Region, ...]:
        """Return the resources and the paths of a narrowed region where only some verbs of resources are left, else ().

        Beside paths, which have verbs of their own, these could not be listed.
        """
        if region.verbs is not None or region.targets == () or region.urls == ():
            return ()
        resources = self._with_verbs(region._replace(urls=()))
        if resources.verbs is None:
            return ()
        return self.narrowed(resources), self.narrowed(region._replace(targets=()))

    def exceptions(self, region: Region) -> tuple[int, ...]:
        """Return the rules whose requests are not in what is left, as far as they have some in the region."""
        rules = self._without_repetition(self._reach.index.overlapping(region) & self._blockers)
        if len(rules) > MOST_JUDGED:
            return rules
        try:
            shared = {number: self._shared(region, number) for number in rules}
        except BudgetSpentError:
            return rules
        return _few_that_cover({number: spaces for number, spaces in shared.items() if spaces})

    def _without_repetition(self, rules: int) -> tuple[int, ...]:
        first = {self._reach.region(number): number for number in reversed(members(rules))}
        return tuple(sorted(first.values()))

    def _shared(self, region: Region, number: int) -> list[Space]:
        return self._reach.spaces_of(meet(region, self._reach.region(number)))

    def _possible(self, region: Region) -> bool:
        return not self.example(region).impossible

    def _of_one_kind(self, region: Region) -> Region:
        """Return the region without resources or without paths where of these nothing is left."""
        if region.targets == () or region.urls == ():
            return region
        if not self._possible(region._replace(targets=())):
            return region._replace(urls=())
        return region if self._possible(region._replace(urls=())) else region._replace(targets=())

    def _with_verbs(self, region: Region) -> Region:
        """Return a region of resources with the verbs that are left, where rules match all requests with some."""
        if region.verbs is not None or region.urls != ():
            return region
        left = self._few(region, "verbs", RESOURCE_VERBS)
        taken = (region._replace(verbs=(verb,)) for verb in RESOURCE_VERBS if verb not in left)
        return region._replace(verbs=left) if any(map(self._has_requests, taken)) else region

    def _has_requests(self, region: Region) -> bool:
        """Tell whether a region has requests, whatever rules match them."""
        try:
            return bool(self._reach.spaces_of(region))
        except BudgetSpentError:
            return True

    @staticmethod
    def _with(region: Region, **fields: Any) -> Region:
        return region._replace(**fields)

    def _few(self, region: Region, field: str, values: Any) -> Any:
        """Return those values of a field with which something is left."""
        if values is None or len(values) < 2:  # noqa: PLR2004
            return values
        return tuple(value for value in values if self._possible(self._with(region, **{field: (value,)})))

    def _few_names(self, region: Region) -> Iterable[Target]:
        for target in region.targets or ():
            if target.names is None or len(target.names) < 2:  # noqa: PLR2004
                yield target
                continue
            alone = {name: target._replace(names=(name,)) for name in target.names}
            left = [name for name, one in alone.items() if self._possible(region._replace(targets=(one,)))]
            yield target._replace(names=tuple(left))

    def _few_groups(self, region: Region, at: int) -> tuple[Values, ...]:
        before, choice, behind = region.groups[:at], region.groups[at], region.groups[at + 1 :]
        if len(choice) < 2:  # noqa: PLR2004
            return region.groups
        left = [group for group in choice if self._possible(region._replace(groups=(*before, (group,), *behind)))]
        return (*before, tuple(left), *behind)


def simple(region: Region) -> Region:
    """Return the same region without values that say nothing beside others."""
    choices = tuple(tuple(dict.fromkeys(choice)) for choice in region.groups)
    return region._replace(
        users=region.users and tuple(dict.fromkeys(region.users)),
        groups=_widest(choices, lambda one, other: set(one) >= set(other)),
        verbs=region.verbs and tuple(dict.fromkeys(region.verbs)),
        namespaces=region.namespaces and tuple(dict.fromkeys(region.namespaces)),
        targets=region.targets and _widest_targets([_plain(target) for target in region.targets]),
        urls=region.urls and _widest(region.urls, _url_is_within),
    )


def _widest(values: Sequence[Any], says_no_more: Callable[[Any, Any], bool]) -> Any:
    """Return the values without those that say no more than another; of two that say the same the first stays."""
    kept: list[Any] = []
    for value in values:
        if not any(says_no_more(value, other) for other in kept):
            kept = [*(other for other in kept if not says_no_more(other, value)), value]
    return tuple(kept)


def _widest_targets(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Return the same of targets: each is held only against those whose words are its own, or any."""
    numbers = {target: number for number, target in enumerate(dict.fromkeys(targets))}
    alike: dict[object, list[Target]] = {}
    for target in numbers:
        alike.setdefault(target.key, []).append(target)

    def is_said(one: Target) -> bool:
        keys = product(*((None,) if part is None else (part, None) for part in one.key))
        return any(
            other != one and _is_within(one, other) and not (_is_within(other, one) and numbers[other] > numbers[one])
            for key in keys
            for other in alike.get(key, ())
        )

    return tuple(target for target in numbers if not is_said(target))


def _plain(target: Target) -> Target:
    """Return a target without where it stands in a rule."""
    names = target.names and tuple(dict.fromkeys(target.names))
    return Target(target.group, target.resource, target.subresource, names)


def _is_within(one: Target, other: Target) -> bool:
    parts = zip(one.key, other.key, strict=True)
    if not all(wide is None or wide == narrow for narrow, wide in parts):
        return False
    return other.names is None or (one.names is not None and set(one.names) <= set(other.names))


def _url_is_within(one: str, other: str) -> bool:
    if not one.endswith("*"):
        return path_matches(one, other)
    return other.endswith("*") and one.rstrip("*").startswith(other.rstrip("*"))


def _few_that_cover(shared: dict[int, list[Space]]) -> tuple[int, ...]:
    """Return the rules without those of which another one matches everything."""
    left = sum(1 << number for number in shared)
    for number in reversed(shared):
        others = left & ~(1 << number)
        if covering_all(shared[number], others):
            left = others
    return members(left)
