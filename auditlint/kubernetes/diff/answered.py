"""The part of a set of requests that some cluster serves: by users in their groups, for what its release has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes import served
from auditlint.kubernetes.engine.region import Region, Target, meet

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from auditlint.kubernetes.requests import Request
    from auditlint.kubernetes.well_known import Known


def answered(region: Region, named: Container[str], known: Known) -> Iterator[Region]:
    """Yield regions that hold every request of a region that clusters serve; `named` as in served.served.

    Of groups that are not Kubernetes' own every resource is believed to be served.
    """
    for part in _of_served_things(region, known):
        yield from served.served(part, named)


def is_answered(request: Request, known: Known) -> bool:
    """Tell whether clusters serve a request, by a user in just the groups that the server gives."""
    if served.made_real(request) != request:
        return False
    group, resource, subresource = request.words[:3]
    verbs = None if request.path is not None else _verbs(group, resource, subresource, known)
    return verbs is None or request.verb in verbs


def _of_served_things(region: Region, known: Known) -> Iterator[Region]:
    if region.targets is None:
        yield region
        return
    if region.urls != ():
        yield region._replace(targets=())
    for target in region.targets:
        for one in _members(target, known):
            yield from _with_verbs(region._replace(targets=(one,), urls=()), one, known)


def _members(target: Target, known: Known) -> Iterator[Target]:
    """Yield a target, or where it is several resources of a known group, these."""
    members = known.members(target.group) if target.group is not None and None in target.key else ()
    if not members:
        yield target
    for resource, subresource in members:
        if target.resource in {None, resource} and target.subresource in {None, subresource}:
            yield target._replace(resource=resource, subresource=subresource)


def _with_verbs(region: Region, target: Target, known: Known) -> Iterator[Region]:
    group, resource, subresource = target.key
    if group is None or resource is None or subresource is None:
        yield region
        return
    verbs = _verbs(group, resource, subresource, known)
    yield region if verbs is None else meet(region, Region(verbs=verbs))


def _verbs(group: str, resource: str, subresource: str, known: Known) -> tuple[str, ...] | None:
    """Return the verbs that clusters serve for a resource, None where that is their own matter."""
    members = known.members(group)
    if not members:
        return None
    return known.verbs(group, resource, subresource) if (resource, subresource) in members else ()
