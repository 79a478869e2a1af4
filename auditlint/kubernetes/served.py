"""Who sends requests to a real cluster, and which groups go with which users.

The exact findings assume nothing of users and groups; what is said here narrows them to what a server does.
"""

from __future__ import annotations

from functools import lru_cache

from auditlint.kubernetes.engine.region import Region, meet
from auditlint.kubernetes.identities import (
    ANONYMOUS,
    AUTHENTICATED,
    LOOPBACK,
    MASTERS,
    NODE,
    NODES,
    SERVICE_ACCOUNT,
    SERVICE_ACCOUNTS,
    UNAUTHENTICATED,
    account_namespace,
    groups_of,
    has_fixed_groups,
)
from auditlint.kubernetes.requests import RESOURCE_VERBS, URL_VERBS
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from auditlint.kubernetes.engine.region import Values
    from auditlint.kubernetes.requests import Request

__all__ = [
    "ANONYMOUS",
    "AUTHENTICATED",
    "LOOPBACK",
    "MASTERS",
    "NODE",
    "NODES",
    "SERVED_VERBS",
    "SERVICE_ACCOUNT",
    "SERVICE_ACCOUNTS",
    "UNAUTHENTICATED",
    "UNSERVED_VERBS",
    "account_namespace",
    "groups_of",
    "has_fixed_groups",
    "made_real",
    "served",
    "served_with_login",
    "without_globs",
]

UNSECURED = "system:unsecured"
"""Who came through the insecure port."""
LAST_UNSECURED = 19
"""The minor of the last release whose insecure port can be open (cmd/kube-apiserver/app/server.go, from 1.20 on)."""
UNSERVED_VERBS = frozenset({"proxy", ""})
"""The verbs of a path prefix that no server answers any more, and of HTTP methods that none answers."""
SERVED_VERBS = tuple(dict.fromkeys(verb for verb in (*RESOURCE_VERBS, *URL_VERBS) if verb not in UNSERVED_VERBS))
_LISTS = 256
"""What is known of so many lists is kept: of a rule's it is asked for each kind of request."""

_NOBODY = Region(nobody=True)
_ANYBODY_ANONYMOUS = Region(users=(ANONYMOUS,), exact_groups=(UNAUTHENTICATED,))


def made_real(request: Request) -> Request | None:
    """Return a request with the groups that a server gives its user, None if no cluster serves such a request."""
    if request.verb in UNSERVED_VERBS or "*" in request.namespace or "*" in (request.user or ""):
        return None
    if not request.user:
        return request if request.user is None else None
    always = groups_of(request.user)
    others = () if has_fixed_groups(request.user) else (group for group in request.groups if not _is_reserved(group))
    return request._replace(groups=tuple(dict.fromkeys((*others, *always))))


def served(region: Region, named: Container[str]) -> Iterator[Region]:
    """Yield parts of a region that hold every request of it that a cluster can see, as far as reaching a rule goes.

    `named` are the users that the policy names: a service account made up here is none of them.
    """
    region = without_globs(meet(region, Region(verbs=SERVED_VERBS)))
    if region.users is None:
        yield from _ordinary(region)
        yield from _some_accounts(region, named)
        yield meet(region, _ANYBODY_ANONYMOUS)
        yield meet(region, _NOBODY)
    else:
        yield from _of_users(region, region.users)


def served_with_login(region: Region, named: Container[str]) -> Iterator[Region]:
    """Yield the parts of a region that hold its requests by users who are logged in."""
    for part in served(region, named):
        if not part.nobody and part.exact_groups != (UNAUTHENTICATED,):
            yield part


def _ordinary(region: Region) -> Iterator[Region]:
    """Yield the requests of users who can be in any group but those that the server keeps for others."""
    groups = tuple(tuple(group for group in choice if not _is_reserved(group)) for choice in region.groups)
    if all(groups):
        yield region._replace(groups=(*groups, (AUTHENTICATED,)))


def _some_accounts(region: Region, named: Container[str]) -> Iterator[Region]:
    listed = {group for choice in region.groups for group in choice}
    namespaces = [group.split(":")[2] for group in listed if group.startswith(f"{SERVICE_ACCOUNTS}:")]
    if SERVICE_ACCOUNTS in listed:
        namespaces.append("default")
    for namespace in sorted(set(namespaces)):
        user = next(user for user in _accounts_in(namespace) if user not in named)
        yield meet(region, Region(users=(user,), exact_groups=groups_of(user)))


def _accounts_in(namespace: str) -> Iterator[str]:
    number = 0
    while True:
        yield f"{SERVICE_ACCOUNT}{namespace}:app{f'-{number}' if number else ''}"
        number += 1


def _of_users(region: Region, users: Values) -> Iterator[Region]:
    for fixed, groups, members in _by_groups(users):
        if fixed:
            yield meet(region, Region(users=members, exact_groups=groups))
        else:
            always = Region(users=members, groups=tuple((group,) for group in groups))
            yield from _ordinary(meet(region, always))


@lru_cache(maxsize=_LISTS)
def _by_groups(users: Values) -> tuple[tuple[bool, Values, Values], ...]:
    """Return users by the groups that a server gives them: whether these are all, the groups, and the users."""
    kinds: dict[tuple[bool, Values], list[str]] = {}
    for user in users:
        if user:
            kinds.setdefault((has_fixed_groups(user), groups_of(user)), []).append(user)
    return tuple((fixed, groups, tuple(members)) for (fixed, groups), members in kinds.items())


def without_globs(region: Region) -> Region:
    """Return the region without users, groups and namespaces whose names hold a star: nothing is called that."""
    users = None if region.users is None else _without_stars(region.users)
    namespaces = None if region.namespaces is None else _without_stars(region.namespaces)
    return region._replace(users=users, groups=tuple(map(_without_stars, region.groups)), namespaces=namespaces)


@lru_cache(maxsize=_LISTS)
def _without_stars(names: Values) -> Values:
    return tuple(name for name in names if "*" not in name)


def _is_reserved(group: str) -> bool:
    return group in {UNAUTHENTICATED, SERVICE_ACCOUNTS} or group.startswith(f"{SERVICE_ACCOUNTS}:")
