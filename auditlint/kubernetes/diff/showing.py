"""One request that shows a change, and how much the change matters by it.

It is such as people and programs send to a real cluster, of what people watch for, where the change has one.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes import served
from auditlint.kubernetes.diff.answered import answered, is_answered
from auditlint.kubernetes.diff.weight import CLASSES, LEAST
from auditlint.kubernetes.engine.ordinary import ordinary
from auditlint.kubernetes.engine.region import meet
from auditlint.kubernetes.examples import requests_like
from auditlint.kubernetes.matrix.people import member_of
from auditlint.kubernetes.policy import GroupResources, PolicyRule
from auditlint.kubernetes.requests import can_happen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.diff.joint import Joint
    from auditlint.kubernetes.diff.narrowing import Narrowing
    from auditlint.kubernetes.engine.region import Region, Target
    from auditlint.kubernetes.reach import Reach
    from auditlint.kubernetes.requests import Request
    from auditlint.kubernetes.well_known import Known

_FEW = 3
_Who = tuple["str | None", tuple[str, ...]]


class Shown(NamedTuple):
    """A request of a change, and how much the change matters: the class in weight.CLASSES, or LEAST."""

    witness: Request
    weight: int


class Showing:
    """Finds requests that show a change: those of a region that the rules of a narrowing do not match."""

    def __init__(self, joint: Joint, narrowing: Narrowing, known: Known) -> None:
        self._joint = joint
        self._narrowing = narrowing
        self._known = known

    def show(self, region: Region, witness: Request) -> Shown:
        """Return a request of the first class of which clusters answer some; of none, an ordinary one.

        `witness`: some request of the region, where the others are too hard to find.
        """
        for weight, wanted in enumerate(CLASSES):
            part = meet(region, wanted)
            if self._example(part) and (found := self._everyday(part) or self._served(part)):
                return Shown(found, weight)
        return Shown(self._ordinary(region, self._example(region) or witness), LEAST)

    def _example(self, part: Region) -> Request | None:
        return self._narrowing.example(part).request

    def _everyday(self, part: Region) -> Request | None:
        found = everyday(part, self._joint.reach, self._known)
        return next((request for request in found if self._narrowing.leaves(part, request)), None)

    def _served(self, part: Region) -> Request | None:
        """Return any request that clusters answer."""
        parts = answered(part, self._joint.reach.index.users.listed, self._known)
        for one in parts:
            if found := self._example(one):
                return self._ordinary(one, found)
        return None

    def _ordinary(self, region: Region, request: Request) -> Request:
        return ordinary(request, lambda one: self._narrowing.leaves(region, one))


def everyday(region: Region, reach: Reach, known: Known) -> Iterator[Request]:
    """Yield requests such as a region asks for, which clusters answer; not all of them need be in it."""
    asked = _as_rule(region)
    for who in _people(reach, region):
        for request in requests_like(asked, who, known):
            if can_happen(request) and is_answered(request, known) and _is_usual(request, known):
                yield request


def _is_usual(request: Request, known: Known) -> bool:
    return request.path is not None or request.verb in known.verbs(*request.words[:3])


def _as_rule(region: Region) -> PolicyRule:
    """Return a rule that asks for what a region holds, as far as a rule can say so."""
    return PolicyRule(
        "",
        users=region.users or (),
        verbs=region.verbs or (),
        resources=tuple(map(_as_entry, region.targets or ())),
        namespaces=region.namespaces or (),
        non_resource_urls=region.urls or (),
    )


def _as_entry(target: Target) -> GroupResources:
    names = tuple(name for name in target.names or () if name)
    return GroupResources("*" if target.group is None else target.group, _spelled(target), names)


def _spelled(target: Target) -> tuple[str, ...]:
    """Return resource and subresource as policies write them; with all subresources, the resource itself first."""
    resource = target.resource or "*"
    if target.subresource == "" or target.resource is None is target.subresource:
        return (resource,)
    written = f"{resource}/{target.subresource or '*'}"
    return (written,) if target.subresource else (resource, written)


def _people(reach: Reach, region: Region) -> Iterator[_Who]:
    """Yield users with their groups who may be in a region."""
    if region.users is not None:
        choices = [choice[:1] for choice in region.groups]
        for user in region.users[:_FEW]:
            extra = () if served.has_fixed_groups(user) else tuple(group for choice in choices for group in choice)
            yield user, tuple(dict.fromkeys((*extra, *served.groups_of(user))))
    elif region.groups:
        for groups in product(*(choice[:_FEW] for choice in region.groups)):
            member = member_of(groups[0], reach.index)
            yield member.user, tuple(dict.fromkeys((*groups, *member.groups)))
    else:
        somebody = reach.fresh.user
        yield somebody, served.groups_of(somebody)
        yield served.ANONYMOUS, served.groups_of(served.ANONYMOUS)
        yield None, ()
