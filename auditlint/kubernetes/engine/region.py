"""Sets of requests: what a policy rule matches, what a question asks about, and what two such sets share."""

from __future__ import annotations

from auditlint.kubernetes.match import path_matches
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditlint.kubernetes.policy import GroupResources, PolicyRule
    from auditlint.kubernetes.requests import Request

Values = tuple[str, ...]


class Target(NamedTuple):
    """What a resource request is for; None means anything. `subresource` "" means none, `names` "" means no name.

    `entry`, `resource_at` and `name_at` say where in the rule's `resources` this stands.
    """

    group: str | None = None
    resource: str | None = None
    subresource: str | None = None
    names: Values | None = None
    entry: int = 0
    resource_at: int = 0

    @property
    def key(self) -> tuple[str | None, str | None, str | None]:
        """Group, resource and subresource."""
        return self.group, self.resource, self.subresource


class Region(NamedTuple):
    """A set of requests, given field by field; None and the empty `groups` mean anything.

    `groups`: the user is in at least one group of each tuple. `exact_groups`: the user's groups are these and no
    others. `nobody`: a failed login. `targets` () leaves out resource requests, `urls` () leaves out the others;
    `urls` are written as in nonResourceURLs.
    """

    users: Values | None = None
    groups: tuple[Values, ...] = ()
    exact_groups: Values | None = None
    nobody: bool = False
    verbs: Values | None = None
    namespaces: Values | None = None
    targets: tuple[Target, ...] | None = None
    urls: Values | None = None


EVERYTHING = Region()


def region_of(rule: PolicyRule) -> Region:
    """Return the requests that a rule matches, as the server reads it (namespaces and resources win over URLs)."""
    of_resources = bool(rule.namespaces or rule.resources)
    return Region(
        users=rule.users or None,
        groups=(rule.user_groups,) if rule.user_groups else (),
        verbs=rule.verbs or None,
        namespaces=rule.namespaces or None,
        targets=targets_of(rule.resources) if of_resources else () if rule.non_resource_urls else None,
        urls=() if of_resources else rule.non_resource_urls or None,
    )


def targets_of(entries: tuple[GroupResources, ...]) -> tuple[Target, ...] | None:
    """Return what a list of `resources` takes; None if there is no list, and so no limit."""
    if not entries:
        return None
    return tuple(target for number, entry in enumerate(entries) for target in _targets_of_entry(entry, number))


def _targets_of_entry(entry: GroupResources, number: int) -> Iterable[Target]:
    group = None if entry.group == "*" else entry.group
    if not entry.resources:
        yield Target(group, entry=number)
    for position, spelling in enumerate(entry.resources):
        for resource, subresource in _resources_of(spelling):
            yield Target(group, resource, subresource, entry.resource_names or None, number, position)


def _resources_of(spelling: str) -> tuple[tuple[str | None, str | None], ...]:
    """Return resource and subresource that a string under `resources` takes; () if there can be no such request."""
    if spelling == "*":
        return ((None, None),)
    if spelling == "*/*":  # any resource with a subresource called "*", and a resource called "*"
        return (None, "*"), ("*", None)
    resource, slash, subresource = spelling.partition("/")
    if not resource or (slash and not subresource) or "/" in subresource:
        return ()
    return ((None if slash and resource == "*" else resource, None if subresource == "*" else subresource),)


def meet(one: Region, other: Region) -> Region:
    """Return the requests that are in both regions, of which only one may have `exact_groups`.

    Positions in targets are those of `one`.
    """
    return Region(
        users=_common(one.users, other.users),
        groups=one.groups + other.groups,
        exact_groups=other.exact_groups if one.exact_groups is None else one.exact_groups,
        nobody=one.nobody or other.nobody,
        verbs=_common(one.verbs, other.verbs),
        namespaces=_common(one.namespaces, other.namespaces),
        targets=_common_targets(one.targets, other.targets),
        urls=_common_urls(one.urls, other.urls),
    )


def contains(region: Region, request: Request) -> bool:
    """Return whether a request is in a region."""
    if region.users is not None and request.user not in region.users:
        return False
    if any(not set(wanted).intersection(request.groups) for wanted in region.groups):
        return False
    if region.exact_groups is not None and set(region.exact_groups) != set(request.groups):
        return False
    if (region.nobody and request.user is not None) or (region.verbs is not None and request.verb not in region.verbs):
        return False
    if request.path is not None:
        return region.urls is None or any(path_matches(request.path, url) for url in region.urls)
    if region.namespaces is not None and request.namespace not in region.namespaces:
        return False
    return region.targets is None or any(_target_contains(target, request) for target in region.targets)


def _target_contains(target: Target, request: Request) -> bool:
    pairs = zip(target.key, (request.api_group, request.resource, request.subresource), strict=True)
    return all(wanted in {None, had} for wanted, had in pairs) and (
        target.names is None or request.name in target.names
    )


def pieces(one: Region, other: Region) -> int:
    """Return how many pairs of targets and of URLs have to be looked at to see what two regions share."""
    targets = len(one.targets or ()) * len(other.targets or ())
    return targets + len(one.urls or ()) * len(other.urls or ())


def _common(one: Values | None, other: Values | None) -> Values | None:
    if one is None or other is None:
        return other if one is None else one
    listed = frozenset(other)
    return tuple(value for value in one if value in listed)


def _common_targets(one: tuple[Target, ...] | None, other: tuple[Target, ...] | None) -> tuple[Target, ...] | None:
    if one is None or other is None:
        return other if one is None else one
    shared = (_common_target(mine, theirs) for mine in one for theirs in other)
    return tuple(target for target in shared if target)


def _common_target(one: Target, other: Target) -> Target | None:
    parts = []
    for mine, theirs in zip(one.key, other.key, strict=True):
        if mine is not None and theirs is not None and mine != theirs:
            return None
        parts.append(theirs if mine is None else mine)
    return Target(parts[0], parts[1], parts[2], _common(one.names, other.names), one.entry, one.resource_at)


def _common_urls(one: Values | None, other: Values | None) -> Values | None:
    if one is None or other is None:
        return other if one is None else one
    shared = (_common_url(mine, theirs) for mine in one for theirs in other)
    return tuple(url for url in shared if url)


def _common_url(one: str, other: str) -> str:
    """Return the narrower of two nested URL specifications; "" if they share no path."""
    if not one.endswith("*"):
        return one if path_matches(one, other) else ""
    if not other.endswith("*"):
        return other if path_matches(other, one) else ""
    one, other = one.rstrip("*"), other.rstrip("*")
    if one.startswith(other) or other.startswith(one):
        return max(one, other, key=len) + "*"
    return ""
