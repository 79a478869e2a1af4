"""Who sends requests: for each way in which a policy and a detection tell people apart, somebody real."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.detections.unreadable import UnreadableError
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
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from auditlint.kubernetes.engine.index import Index

    Told = Callable[[str | None, tuple[str, ...]], object]
    """Returns what a detection says of a user, None for a failed login, in some groups."""

_WELL_KNOWN = ("kubernetes-admin", "system:kube-controller-manager", "system:kube-scheduler", LOOPBACK)
_MOST_SETS = 500
_NAMESPACES = ("kube-system", "default")


class Person(NamedTuple):
    """Somebody who sends requests, and the rules of the policy that admit them; user None: a failed login."""

    user: str | None
    groups: tuple[str, ...]
    rules: int


def people(index: Index, users: Sequence[str], groups: Sequence[str], told: Told) -> list[Person]:
    """Return somebody for each way in which people differ, ordinary ones first.

    `users` and `groups` are those that the detection speaks of; `told` returns what it says of somebody.
    """
    found: dict[tuple[int, bool, object], Person] = {}
    for user, member_of in _everybody(index, users, groups, told):
        if user is None:
            rules = index.users.unlimited & index.groups.unlimited
        else:
            rules = index.users.admitting(user) & index.groups.admitting_any(member_of)
        found.setdefault((rules, user is None, told(user, member_of)), Person(user, member_of, rules))
    return list(found.values())


def _everybody(
    index: Index, users: Sequence[str], groups: Sequence[str], told: Told
) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    named = [user for user in (*index.users.listed, *users) if _is_real(user)]
    accounts = _accounts(index, named, groups)
    others = [user for user in (*named, *_WELL_KNOWN) if not _is_of_the_system(user)]
    nodes = [user for user in named if user.startswith(NODE)]
    fresh = unnamed("alice", named)
    free = list(dict.fromkeys(group for group in (*groups, MASTERS) if _is_free(group)))
    yield fresh, (AUTHENTICATED,)
    for user in (unnamed(f"{NODE}node-1", named), *nodes, *accounts):
        yield user, groups_of(user)
    yield ANONYMOUS, groups_of(ANONYMOUS)
    for user in dict.fromkeys((fresh, *others)):
        for member_of in _memberships(index, user, free, told):
            yield user, member_of
    yield None, ()


def _memberships(index: Index, user: str, groups: Sequence[str], told: Told) -> Iterator[tuple[str, ...]]:
    """Yield sets of groups that a user may be in, one for each way in which they matter.

    A rule that lists groups asks for one of them, and every other group can only bring the user under earlier rules: so
    one group of the policy at a time is enough, beside those that the detection speaks of.
    """
    for member_of in _told_apart(index, user, groups, told):
        yield member_of
        yield from ((group, *member_of) for group in index.groups.listed if _is_free(group) and group not in member_of)


def _told_apart(index: Index, user: str, groups: Sequence[str], told: Told) -> list[tuple[str, ...]]:
    """Return sets of groups that a detection speaks of, none with a group more than what the detection says takes."""
    found = [groups_of(user)]
    seen = {_key(index, user, found[0], told)}
    for member_of in found:
        for group in groups:
            more = (group, *member_of)
            key = _key(index, user, more, told)
            if key not in seen and told(user, more) != told(user, member_of):
                seen.add(key)
                found.append(more)
        if len(found) > _MOST_SETS:
            raise UnreadableError("too many sets of groups to look at")
    return found


def _key(index: Index, user: str, groups: tuple[str, ...], told: Told) -> tuple[int, object]:
    return index.groups.admitting_any(groups), told(user, groups)


def _accounts(index: Index, named: Sequence[str], groups: Sequence[str]) -> list[str]:
    """Return service accounts: those that are named, and one more in each namespace that is."""
    own = [user for user in named if account_namespace(user)]
    prefix = f"{SERVICE_ACCOUNTS}:"
    of_groups = [group.removeprefix(prefix) for group in (*index.groups.listed, *groups) if group.startswith(prefix)]
    namespaces = [*map(account_namespace, own), *(name for name in of_groups if name and ":" not in name)]
    spaces = dict.fromkeys((unnamed("prod", namespaces), *_NAMESPACES, *namespaces))
    return [*(unnamed(f"{SERVICE_ACCOUNT}{space}:build", named) for space in spaces), *own]


def unnamed(name: str, taken: Iterable[str]) -> str:
    """Return a name that is none of those, this one if it can be."""
    listed = set(taken)
    number = 1
    found = name
    while found in listed:
        number += 1
        found = f"{name}-{number}"
    return found


def _is_real(user: str) -> bool:
    """Tell whether a server may know a user of that name."""
    if not user or "*" in user:
        return False
    return bool(account_namespace(user)) or not user.startswith(SERVICE_ACCOUNT)


def _is_of_the_system(user: str) -> bool:
    return bool(account_namespace(user)) or user.startswith(NODE) or user == ANONYMOUS


def _is_free(group: str) -> bool:
    """Tell whether anybody may be in a group: it is not kept for those whom the server knows by their name."""
    reserved = {AUTHENTICATED, UNAUTHENTICATED, SERVICE_ACCOUNTS, NODES}
    return bool(group) and group not in reserved and not group.startswith(f"{SERVICE_ACCOUNTS}:") and "*" not in group
