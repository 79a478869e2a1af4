"""One request that shows a change: such as people and programs send to a real cluster, where the change has one."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from auditlint.kubernetes import served
from auditlint.kubernetes.diff.weight import is_of
from auditlint.kubernetes.engine.ordinary import ordinary
from auditlint.kubernetes.engine.region import contains
from auditlint.kubernetes.examples import requests_like
from auditlint.kubernetes.matrix.people import member_of
from auditlint.kubernetes.policy import GroupResources, PolicyRule
from auditlint.kubernetes.requests import can_happen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.diff.joint import Joint
    from auditlint.kubernetes.diff.pairs import Pair
    from auditlint.kubernetes.engine.region import Region, Target
    from auditlint.kubernetes.reach import Reach
    from auditlint.kubernetes.requests import Request
    from auditlint.kubernetes.well_known import Known

_FEW = 3
_Who = tuple["str | None", tuple[str, ...]]


def show(joint: Joint, pair: Pair, weight: int, known: Known) -> Request:
    """Return a request of a pair, of the class that it is weighed by, an everyday one if there is one."""

    def shows(request: Request) -> bool:
        return contains(pair.region, request) and not joint.reach.index.matching(request) & pair.blockers

    def is_everyday(request: Request) -> bool:
        return is_of(request, weight) and shows(request)

    found = filter(is_everyday, everyday(pair.region, joint.reach, known))
    return next(found, None) or ordinary(pair.witness, lambda one: shows(one) and is_of(one, weight))


def everyday(region: Region, reach: Reach, known: Known) -> Iterator[Request]:
    """Yield requests such as a region asks for, which real users send; not all of them need be in it."""
    asked = _as_rule(region)
    for who in _people(reach, region):
        for request in requests_like(asked, who, known):
            if can_happen(request) and _is_real(request):
                yield request


def _is_real(request: Request) -> bool:
    return served.made_real(request) == request


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
    return GroupResources("*" if target.group is None else target.group, (_spelled(target),), names)


def _spelled(target: Target) -> str:
    """Return resource and subresource as policies write them."""
    resource = target.resource or "*"
    if target.subresource == "" or target.resource is None is target.subresource:
        return resource
    return f"{resource}/{target.subresource or '*'}"


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
