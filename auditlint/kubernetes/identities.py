"""Which groups kube-apiserver puts users in by itself.

Source: k8s.io/apiserver, pkg/authentication/user/user.go, pkg/authentication/serviceaccount/util.go,
pkg/authentication/group/authenticated_group_adder.go and pkg/server/config.go (the server's own client).
"""

from __future__ import annotations

AUTHENTICATED = "system:authenticated"
UNAUTHENTICATED = "system:unauthenticated"
SERVICE_ACCOUNTS = "system:serviceaccounts"
NODES = "system:nodes"
ANONYMOUS = "system:anonymous"
MASTERS = "system:masters"
LOOPBACK = "system:apiserver"
"""The user that kube-apiserver is when it asks itself."""
SERVICE_ACCOUNT = "system:serviceaccount:"
"""What the name of a service account's user starts with; its namespace, a colon and its name follow."""
NODE = "system:node:"
"""What the name of a node's user starts with."""

_ACCOUNT_PARTS = 4


def groups_of(user: str) -> tuple[str, ...]:
    """Return the groups that a user is always in."""
    if user == ANONYMOUS:
        return (UNAUTHENTICATED,)
    if user == LOOPBACK:
        return MASTERS, AUTHENTICATED
    namespace = account_namespace(user)
    if namespace:
        return SERVICE_ACCOUNTS, f"{SERVICE_ACCOUNTS}:{namespace}", AUTHENTICATED
    return (NODES, AUTHENTICATED) if user.startswith(NODE) else (AUTHENTICATED,)


def account_namespace(user: str) -> str:
    """Return the namespace of a service account, "" for any other user."""
    parts = user.split(":")
    return parts[2] if user.startswith(SERVICE_ACCOUNT) and len(parts) == _ACCOUNT_PARTS else ""


def has_fixed_groups(user: str) -> bool:
    """Tell whether the server gives a user its groups and nobody can add others."""
    return user == ANONYMOUS or bool(account_namespace(user))
