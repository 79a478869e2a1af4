"""Tells names of users from those of groups, and which of Kubernetes' own names nobody has any more.

Source: k8s.io/apiserver, pkg/authentication/user/user.go and pkg/authentication/serviceaccount/util.go.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from auditlint.checks import fields
from auditlint.checks.wording import quoted

_GROUPS = frozenset(
    {
        "system:masters",
        "system:nodes",
        "system:authenticated",
        "system:unauthenticated",
        "system:serviceaccounts",
        "system:monitoring",
        "system:bootstrappers",
        "kubeadm:cluster-admins",
        "system:authenticated:oauth",
        "system:cluster-admins",
        "system:cluster-readers",
    }
)
"""Groups that kube-apiserver, kubeadm and OpenShift know by name."""
_USERS = frozenset({"system:anonymous", "system:apiserver", "system:unsecured"})
"""Users whom kube-apiserver itself makes: nobody is in a group of such a name."""
_CERTIFIED = frozenset(
    {
        "system:kube-controller-manager",
        "system:kube-proxy",
        "system:kube-scheduler",
        "kubernetes-admin",
        "kubernetes-super-admin",
    }
)
"""Users by the certificates that kubeadm and others issue: a certificate of one's own could name such a group."""
_BOOTSTRAPPERS = "system:bootstrappers:"
_ACCOUNT = "system:serviceaccount:"
_NODE = "system:node:"
_TOKEN = "system:bootstrap:"  # noqa: S105  (the users whom bootstrap tokens stand for)
_INSECURE_PORT_UNTIL = 19
"""The last minor with a port that needs no login (cmd/kube-apiserver/app/server.go refuses one from 1.20 on)."""
_ACCOUNT_PARTS = 2
"""Namespace and name."""
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LONGEST_NAMESPACE = 63
_WELL_KNOWN = tuple(sorted({*_USERS, *_GROUPS, *_CERTIFIED}))


_DELETE = "Delete it, with the rule if nobody is left in the list"


class Dead(NamedTuple):
    """Why a name takes nobody; `gone` if it used to be somebody's."""

    message: str
    gone: bool = False


def dead(field: str, name: str, minor: int) -> Dead | None:
    """Return why a name in `users` or `userGroups` takes nobody, None where it may be somebody's."""
    if field == "users":
        gone = _gone(name, minor)
        if gone:
            return Dead(gone, gone=True)
    words = _account(field, name) or (_as_user(name) if field == "users" else _as_group(name)) or _misspelt(name)
    return Dead(words) if words else None


def _gone(name: str, minor: int) -> str:
    if name == "system:unsecured" and minor > _INSECURE_PORT_UNTIL:
        return (
            'nobody is "system:unsecured" any more: so were called all who came through the insecure port, which '
            f"ended with 1.{_INSECURE_PORT_UNTIL}. {_DELETE}"
        )
    if name == "kubelet":
        return (
            'no kubelet is called "kubelet" any more, they are "system:node:NAME" in the group "system:nodes" '
            "(unless your own certificates say otherwise). Write `userGroups:` with that group"
        )
    return ""


def _account(field: str, name: str) -> str:
    """Return what is wrong with the name of a service account or of a group of them."""
    kind, colon, rest = name.removeprefix("system:").partition(":")
    if kind not in {"serviceaccount", "serviceaccounts"} or (not colon and not name.startswith("system:")):
        return ""
    parts = rest.split(":") if colon else []
    if not _can_be(parts):
        return f'no service account can be called {quoted(name)}: write "{_ACCOUNT}NAMESPACE:NAME"'
    if len(parts) == _ACCOUNT_PARTS:
        user = _ACCOUNT + rest
        return "" if (field, name) == ("users", user) else f'{_nobody(field, name)}: write `users: ["{user}"]`'
    group = ":".join(["system:serviceaccounts", *parts])
    if (field, name) == ("userGroups", group) or (parts and not name.startswith("system:")):
        return ""
    return (
        f'{_nobody(field, name)}: write `userGroups: ["{group}"]` for all service accounts{" there" if parts else ""}'
    )


def _as_user(name: str) -> str:
    if name in _GROUPS or name.startswith(_BOOTSTRAPPERS):
        return f'{quoted(name)} is a group, nobody is called so: write `userGroups: ["{name}"]` in place of `users:`'
    if name == _NODE:
        return (
            f'{quoted(name)} is the name of no user: write "{_NODE}NAME" for one kubelet, or the group "system:nodes"'
        )
    return ""


def _as_group(name: str) -> str:
    if name in _USERS or (name.startswith((_NODE, _TOKEN)) and name not in {_NODE, _TOKEN}):
        return f'{quoted(name)} is a user, nobody is in a group of that name: write `users: ["{name}"]`'
    if name in _CERTIFIED:
        return (
            f"{quoted(name)} is a user, nobody is in a group of that name unless your own logins say so: "
            f'write `users: ["{name}"]`'
        )
    return ""


def _misspelt(name: str) -> str:
    """Return the words for what is one slip of the pen away from a name that Kubernetes gives."""
    if not name.lower().startswith("system:") or name in _WELL_KNOWN:
        return ""
    near = next((known for known in _WELL_KNOWN if fields.distance(name.lower(), known) <= 1), "")
    if not near:
        return ""
    kind = "group" if near in _GROUPS else "user"
    return f"Kubernetes calls nobody {quoted(name)}: did you mean the {kind} {quoted(near)}?"


def _nobody(field: str, name: str) -> str:
    return f"{quoted(name)} is the name of no {'user' if field == 'users' else 'group'}"


def _can_be(parts: list[str]) -> bool:
    """Tell whether parts can be the namespace, or the namespace and the name, of a service account."""
    if not parts:
        return True
    labels = [parts[0], *(label for name in parts[1:] for label in name.split("."))]
    return len(parts) <= _ACCOUNT_PARTS and len(parts[0]) <= _LONGEST_NAMESPACE and all(map(_LABEL.fullmatch, labels))
