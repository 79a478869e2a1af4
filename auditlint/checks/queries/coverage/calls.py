"""Everything that the requests of one rule can be for, by the catalogue of resources: what a server serves, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.checks.queries.coverage.kinds import WRITES, Calls, is_chatter, served_calls, takes_only_chatter
from auditlint.kubernetes.catalogue import Resource
from auditlint.kubernetes.engine.region import Region, Target, meet

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.engine.index import Index
    from auditlint.subjects.model import PolicySubject

_READ_ONLY_GROUPS = frozenset({"metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"})
"""Well-known groups of other servers, which serve nothing but reads."""
_TELLING = (
    ("", "configmaps"),
    ("", "services"),
    ("", "serviceaccounts"),
    ("networking.k8s.io", "networkpolicies"),
    ("networking.k8s.io", "ingresses"),
    ("", "persistentvolumeclaims"),
    ("apps", "deployments"),
    ("", "pods"),
)
"""What people know best comes first in a search, but what other rules speak of comes last."""
_EVERY_VERB = ("get", "list", "watch", *WRITES)
_VERBS_BELOW = {"status": ("get", "update", "patch"), "scale": ("get", "update", "patch")}
_NAMESPACES = ("", "namespaces")


def writes(policy: PolicySubject, analysis: Analysis, region: Region, *, by_name: bool) -> Iterator[Calls]:
    """Yield the writes in the region of a rule, as a server serves them, the most telling first.

    Those of what changes all the time are left out; so are entries with resourceNames unless `by_name`.
    """
    targets = (Target(),) if region.targets is None else region.targets
    targets = tuple(one for one in targets if (by_name or one.names is None) and not takes_only_chatter(one))
    verbs = tuple(verb for verb in WRITES if region.verbs is None or verb in region.verbs)
    if targets and verbs:
        yield from within(policy, analysis, region._replace(targets=targets), verbs, _beyond_chatter)


def within(
    policy: PolicySubject, analysis: Analysis, region: Region, verbs: tuple[str, ...], keep: Callable[[Resource], bool]
) -> Iterator[Calls]:
    """Yield the requests of a region with some verbs for the resources to keep, as a server serves them."""
    targets = (Target(),) if region.targets is None else region.targets
    rest = region._replace(verbs=None, targets=None, urls=None)
    for resources in (_telling_resources(policy, targets), _other_resources(policy, analysis, targets)):
        book: dict[tuple[bool, tuple[str, ...]], dict[Target, None]] = {}
        of_namespaces: list[tuple[tuple[str, ...], Target]] = []
        for resource, target in resources:
            shared = tuple(verb for verb in verbs if verb in resource.verbs)
            if shared and keep(resource):
                if (resource.group, resource.resource) == _NAMESPACES:
                    of_namespaces.append((shared, target))
                else:
                    book.setdefault((resource.namespaced, shared), {})[target] = None
        for (namespaced, shared), some in book.items():
            for one in served_calls(some, shared, namespaced=namespaced):
                yield one._replace(region=meet(one.region, rest))
        for shared, target in of_namespaces:
            for one in _calls_for_namespaces(analysis, rest, shared, target):
                yield one._replace(region=meet(one.region, rest))


def access(policy: PolicySubject, analysis: Analysis, group: str, resource: str, subresource: str) -> tuple[Calls, ...]:
    """Return every request for a resource."""
    region = Region(targets=(Target(group, resource, subresource),), urls=())
    return tuple(within(policy, analysis, region, _EVERY_VERB, _any))


def _calls_for_namespaces(analysis: Analysis, rest: Region, verbs: tuple[str, ...], target: Target) -> Iterator[Calls]:
    """Yield the calls for Namespace objects: one that has a name is in the namespace of that name."""
    for one in served_calls((target,), verbs, namespaced=False):
        if not one.named:
            yield one
            continue
        listed = target.names if rest.namespaces is None else rest.namespaces
        for name in (_new_namespace(analysis.reach.index),) if listed is None else listed:
            if name and (target.names is None or name in target.names):
                region = one.region._replace(namespaces=(name,), targets=(target._replace(names=(name,)),))
                yield one._replace(region=region)


def _new_namespace(index: Index) -> str:
    """Return a namespace that no rule speaks of, neither as a place nor as an object."""
    return _unnamed("prod", {*index.namespaces.listed, *index.names})


def _telling_resources(policy: PolicySubject, targets: Iterable[Target]) -> Iterator[tuple[Resource, Target]]:
    """Yield what everybody knows of some targets, each with the target narrowed to it."""
    catalogue = policy.cluster.catalogue(policy.minor)
    wanted = tuple(targets)
    for group, resource in _TELLING:
        for target in wanted:
            if target.group in {None, group} and target.resource in {None, resource} and not target.subresource:
                known = catalogue.get(group, resource)
                if known:
                    yield known, Target(group, resource, "", target.names)


def _other_resources(
    policy: PolicySubject, analysis: Analysis, targets: Iterable[Target]
) -> Iterator[tuple[Resource, Target]]:
    """Yield what else a release serves of some targets, then what a cluster may serve besides."""
    catalogue = policy.cluster.catalogue(policy.minor)
    index = analysis.reach.index
    for target in targets:
        (group, resource, subresource), names = target.key, target.names
        known = catalogue.served if group is None else catalogue.in_group(group)
        fits = [one for one in known if resource in {None, one.resource} and subresource in {None, one.subresource}]
        if group not in catalogue.built_in_groups and (resource is None or not fits):
            fits += _custom(target, index.target_groups, index.resource_words)
        for one in fits:
            if one.subresource or (one.group, one.resource) not in _TELLING:
                for variant in (one,) if one.verbs else _whatever(one):
                    yield variant, Target(one.group, one.resource, one.subresource, names)


def _whatever(resource: Resource) -> Iterator[Resource]:
    """Yield what a resource may be of which nobody knows the verbs and the scope."""
    verbs = _VERBS_BELOW.get(resource.subresource, _EVERY_VERB)
    for namespaced in (True, False):
        yield resource._replace(verbs=verbs, namespaced=namespaced)


def _custom(target: Target, groups: Container[str], words: Container[str]) -> Iterator[Resource]:
    """Yield a resource that nobody knows and a target takes, if there can be one."""
    group = _unnamed("example.com", groups) if target.group is None else target.group
    resource = _unnamed("widgets", words) if target.resource is None else target.resource
    if "." not in group or group in _READ_ONLY_GROUPS or "*" in group + resource + (target.subresource or ""):
        return
    if target.resource is None and target.subresource not in {None, "", *_VERBS_BELOW}:
        return
    yield Resource(group, resource, target.subresource or "")


def _unnamed(word: str, named: Container[str]) -> str:
    """Return a word that is not named, with a number where need be."""
    number = 0
    while (new := f"{word}{number or ''}") in named:
        number += 1
    return new


def _beyond_chatter(resource: Resource) -> bool:
    return not is_chatter(*resource.key)


def _any(_: Resource) -> bool:
    return True
