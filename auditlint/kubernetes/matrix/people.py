"""Who asks, in a matrix: the users and groups that policies tell apart, everybody else, and those not logged in."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.engine.fresh import USERS, unnamed
from auditlint.kubernetes.identities import (
    ANONYMOUS,
    AUTHENTICATED,
    NODE,
    NODES,
    SERVICE_ACCOUNT,
    SERVICE_ACCOUNTS,
    UNAUTHENTICATED,
    groups_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.engine.index import Index

OTHERS = "others"
USER = "user"
GROUP = "group"
ANYBODY = "anonymous"
NOBODY = "failed login"
_NAMESPACES = ("default", "prod", "dev")


class Identity(NamedTuple):
    """One who asks. `kind`: `others`, `user`, `group` (somebody in it), `anonymous` or `failed login` (no user)."""

    kind: str
    name: str
    """The user or group that is meant, "" of the other kinds."""
    user: str | None
    groups: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    """Of these groups those that the server does not give."""


def distinguished(index: Index) -> tuple[Identity, ...]:
    """Return everybody else who is logged in, nobody logged in, failed logins, then whom the rules name.

    Each has the groups that the server gives, and no more: who is in two groups that rules name is none of these.
    """
    named = [name for name in index.users.listed if name != ANONYMOUS]
    groups = [name for name in index.groups.listed if name not in {AUTHENTICATED, UNAUTHENTICATED}]
    return (
        Identity(OTHERS, "", _somebody(index), (AUTHENTICATED,)),
        user_called(ANONYMOUS),
        Identity(NOBODY, "", None),
        *map(user_called, named),
        *(member_of(group, index) for group in groups),
    )


def user_called(name: str, more_groups: tuple[str, ...] = ()) -> Identity:
    """Return a user, in the groups that the server gives and in some more."""
    kind = ANYBODY if name == ANONYMOUS and not more_groups else USER
    given = groups_of(name)
    added = tuple(group for group in dict.fromkeys(more_groups) if group not in given)
    return Identity(kind, name, name, tuple(dict.fromkeys((*more_groups, *given))), added)


def member_of(group: str, index: Index) -> Identity:
    """Return somebody in a group, whom no rule names, and who is in no other group unless the server sees to it."""
    if group == UNAUTHENTICATED:
        return Identity(GROUP, group, ANONYMOUS, (UNAUTHENTICATED,))
    user = _member(group, index)
    return Identity(GROUP, group, user, tuple(dict.fromkeys((group, *groups_of(user)))))


def _member(group: str, index: Index) -> str:
    users, groups = index.users.listed, index.groups.listed
    if group == NODES:
        return unnamed((f"{NODE}node-1", f"{NODE}node"), users)
    if group == SERVICE_ACCOUNTS:
        namespace = next(name for name in _namespaces() if f"{SERVICE_ACCOUNTS}:{name}" not in groups)
    elif group.startswith(f"{SERVICE_ACCOUNTS}:"):
        namespace = group.removeprefix(f"{SERVICE_ACCOUNTS}:")
    else:
        return _somebody(index)
    return unnamed((f"{SERVICE_ACCOUNT}{namespace}:app",), users)


def _somebody(index: Index) -> str:
    return unnamed(USERS, index.users.listed)


def _namespaces() -> Iterator[str]:
    yield from _NAMESPACES
    yield from (f"team-{number}" for number in count(1))
