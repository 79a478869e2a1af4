"""Sets of requests of which something must hold for every one: proved, or refuted with a counterexample.

The requests are those of requests.can_happen, but that a built-in resource without namespaces is in none (a namespace
is in its own). Rules put in front of the policy's take out what is not in the set.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.errors import QuestionError
from auditlint.kubernetes.diff.showing import everyday
from auditlint.kubernetes.engine.region import Region, Target, contains, meet
from auditlint.kubernetes.identities import ANONYMOUS
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.kubernetes.reach import Answer, Reach
from auditlint.kubernetes.well_known import Known
from auditlint.policy.asking import split_resource
from auditlint.policy.requests_in_words import region_in_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from auditlint.kubernetes.catalogue import Catalogue
    from auditlint.kubernetes.requests import Request
    from auditlint.policy import Policy as Held
    from auditlint.testing.expected import Expected

_NAMESPACES = ("", "namespaces")
_OF_RESOURCES = ("resources", "namespaces", "objects")


class Every(NamedTuple):
    """A set of requests, and the policy that decides on them."""

    region: Region
    """What the case says, before it is known which resources have namespaces."""
    logged_in: bool
    policy: Held

    @classmethod
    def of(cls, said: dict[str, Any], policy: Held) -> Every:
        """Return the set that the key `every` describes; QuestionError where no request is in it."""
        by = said.get("by", "anyone")
        every = cls(_region(said, by, policy.cluster.catalogue(policy.subject.minor)), by == "logged-in", policy)
        if _Search(every).find(range(len(policy.held.rules)), or_no_rule=True).impossible:
            raise QuestionError("every: there is no request like this")
        return every

    @property
    def words(self) -> str:
        """The set in words."""
        return region_in_words(self.region) + (" by anybody who is logged in" if self.logged_in else "")

    def counterexample(self, expected: Expected) -> Answer:
        """Return a request of the set for which something does not hold."""
        numbers: list[int | None] = [*range(len(self.policy.held.rules)), None]
        broken = {number for number in numbers if not expected.holds(self.policy.decision(number))}
        if not broken:
            return Answer(None)
        return _Search(self).find((number for number in broken if number is not None), or_no_rule=None in broken)


class _Part(NamedTuple):
    """A part of a set: the requests of a region that the first `front` rules of an engine do not match."""

    region: Region
    reach: Reach
    front: int


class _Search:
    """Looks for requests of a set by the rule that is the first to match them."""

    def __init__(self, every: Every) -> None:
        self._every = every
        policy = every.policy
        self._catalogue = policy.cluster.catalogue(policy.subject.minor)
        self._known = Known(policy.subject.minor, policy.cluster)
        self._front = (PolicyRule("None", users=(ANONYMOUS,)),) if every.logged_in else ()
        self._reach = Reach(Policy((*self._front, *policy.held.rules)))

    def find(self, rules: Iterable[int], *, or_no_rule: bool) -> Answer:
        """Return a request whose first rule is one of these, an everyday one if there is one."""
        numbers = tuple(rules)
        complete = True
        for part in self._parts():
            wanted = {number + part.front for number in numbers}
            answer = part.reach.find(part.region, wanted, or_no_rule=or_no_rule)
            if answer.request:
                accepted = {*wanted, *([None] if or_no_rule else [])}
                return Answer(self._everyday(part, accepted) or answer.request)
            complete = complete and answer.complete
        return Answer(None, complete)

    def _everyday(self, part: _Part, accepted: Collection[int | None]) -> Request | None:
        region, reach = part.region, part.reach
        requests = everyday(region, reach, self._known)
        return next((one for one in requests if contains(region, one) and reach.first(one) in accepted), None)

    @property
    def _targets(self) -> tuple[Target, ...]:
        targets = self._every.region.targets
        return (Target(),) if targets is None else targets

    @cached_property
    def _cluster_scoped(self) -> tuple[tuple[str, str], ...]:
        """The built-in resources that have no namespaces."""
        found = (one for one in self._catalogue.ever_built_in if not one.subresource)
        return tuple(dict.fromkeys((one.group, one.resource) for one in found if self._is_cluster_scoped(one.key)))

    def _is_cluster_scoped(self, key: tuple[str | None, str | None, str | None]) -> bool:
        group, resource, _ = key
        known = None if group is None or resource is None else self._catalogue.ever(group, resource)
        return known is not None and not known.is_custom and not known.namespaced

    def _parts(self) -> Iterator[_Part]:
        """Yield the parts of the set: paths, resources with namespaces, those without, namespaces themselves."""
        region, front = self._every.region, len(self._front)
        if region.targets is None or region.urls is None or region.urls:
            yield _Part(region._replace(targets=()), self._reach, front)
        region = region._replace(urls=())
        scoped = tuple(target for target in self._targets if self._is_cluster_scoped(target.key))
        others = tuple(target for target in self._targets if target not in scoped)
        if others:
            yield self._with_namespaces(region._replace(targets=others))
        scoped += tuple(_met(target, key) for target in others for key in self._cluster_scoped if _meets(target, key))
        for part in self._without_namespaces(region, scoped):
            yield _Part(part, self._reach, front)

    def _with_namespaces(self, region: Region) -> _Part:
        """Return the part of a region that is for resources in namespaces, and those that nobody knows."""
        if all(target.group is not None and target.resource is not None for target in region.targets or ()):
            return _Part(region, self._reach, len(self._front))
        front = (*self._front, PolicyRule("None", resources=tuple(map(_entry, self._cluster_scoped))))
        return _Part(region, Reach(Policy((*front, *self._every.policy.held.rules))), len(front))

    def _without_namespaces(self, region: Region, targets: tuple[Target, ...]) -> Iterator[Region]:
        plain = tuple(target for target in targets if target.key[:2] != _NAMESPACES)
        yield meet(region._replace(targets=plain), Region(namespaces=("",)))
        for target in targets:
            if target.key[:2] == _NAMESPACES:
                for name in self._names(region, target):
                    yield meet(
                        region._replace(targets=(target,)),
                        Region(namespaces=(name,), targets=(Target(names=(name,)),), urls=()),
                    )

    def _names(self, region: Region, target: Target) -> tuple[str, ...]:
        """Return the names that are enough to decide: those that anything speaks of, one more, and none."""
        index = self._reach.index
        named = (*(region.namespaces or ()), *(target.names or ()), *index.namespaces.listed, *index.names)
        fresh = next(name for name in _names_of_namespaces() if name not in named)
        return tuple(dict.fromkeys((fresh, *named, "")))


def _names_of_namespaces() -> Iterator[str]:
    yield "prod"
    number = 1
    while True:
        yield f"team-{number}"
        number += 1


def _entry(key: tuple[str, str]) -> GroupResources:
    group, resource = key
    return GroupResources(group, (f"{resource}/*",))


def _meets(target: Target, key: tuple[str, str]) -> bool:
    group, resource = key
    return target.group in {None, group} and target.resource in {None, resource}


def _met(target: Target, key: tuple[str, str]) -> Target:
    return target._replace(group=key[0], resource=key[1])


def _region(said: dict[str, Any], by: Any, catalogue: Catalogue) -> Region:
    of_resources = any(key in said for key in _OF_RESOURCES)
    objects = None if "objects" not in said else tuple(said["objects"])
    targets: tuple[Target, ...] | None = () if "paths" in said else None
    if of_resources:
        named = tuple(_target(text, catalogue) for text in said["resources"]) if "resources" in said else (Target(),)
        targets = tuple(target._replace(names=objects) for target in named) if "paths" not in said else ()
    return Region(
        users=(by["user"],) if isinstance(by, dict) and "user" in by else None,
        groups=((by["group"],),) if isinstance(by, dict) and "group" in by else (),
        verbs=tuple(said["verbs"]) if "verbs" in said else None,
        namespaces=tuple(said["namespaces"]) if "namespaces" in said else None,
        targets=targets,
        urls=() if of_resources else tuple(said["paths"]) if "paths" in said else None,
    )


def _target(text: str, catalogue: Catalogue) -> Target:
    """Return what an entry of `resources` stands for: `*` anything, else as `eval` reads it, stars as in policies."""
    if text == "*":
        return Target()
    word, group, subresource = split_resource(text)
    wanted = None if subresource == "*" else subresource
    if word == "*":
        return Target(group, None, wanted if subresource else None)
    found, resource = catalogue.meant(word, group)
    return Target(found, resource, wanted)
