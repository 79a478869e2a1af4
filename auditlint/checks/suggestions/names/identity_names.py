"""Tells names of users from those of groups, and which of Kubernetes' own names nobody has any more.

Source: k8s.io/apiserver, pkg/authentication/user/user.go and pkg/authentication/serviceaccount/util.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint import spelling
from auditlint.checks.suggestions.pasteable import inline
from auditlint.english import quoted
from auditlint.kubernetes.served import LAST_UNSECURED, NODE, SERVICE_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from auditlint.kubernetes.policy import PolicyRule

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
_TOKEN = "system:bootstrap:"  # noqa: S105  (the users whom bootstrap tokens stand for)
_ACCOUNT_PARTS = 2
"""Namespace and name."""
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LONGEST_NAMESPACE = 63
_WELL_KNOWN = tuple(sorted({*_USERS, *_GROUPS, *_CERTIFIED}))


_DELETE = "Delete it, with the rule if nobody is left in the list"
_OTHER = {"users": "userGroups", "userGroups": "users"}
_ONE_OF = {"users": "user", "userGroups": "group"}


class Dead(NamedTuple):
    """Why a name takes nobody; `gone` if it used to be somebody's."""

    message: str
    gone: bool = False
    meant: tuple[str, str] | None = None
    """The field and the name that were meant, where that is certain: the message lacks what to do."""
    behind: str = ""
    """What to say behind that."""

    def stays_in(self, field: str) -> bool:
        """Tell whether something is left in the list of a field, however the name is mended."""
        return self.meant[0] == field if self.meant else not self.gone


class Identities:
    """Judges the names of users and groups in the rules of one policy; `line` tells in which line a rule begins."""

    def __init__(self, rules: tuple[PolicyRule, ...], minor: int, line: Callable[[int], int]) -> None:
        self._rules = rules
        self._minor = minor
        self._line = line
        self._alike: dict[Hashable, int] | None = None
        self._lists: dict[tuple[str, tuple[str, ...]], tuple[bool, list[str]]] = {}

    def dead(self, index: int, field: str, name: str) -> Dead | None:
        """Return why a name in a rule takes nobody, and what to do; None where it may be somebody's."""
        found = dead(field, name, self._minor)
        if found is None or found.meant is None:
            return found
        if found.meant[0] == field:
            advice = f"write {quoted(found.meant[1])}"
        else:
            advice = self._moved(index, field, found.meant[1])
        return found._replace(message=f"{found.message} {advice}{found.behind}")

    def _moved(self, index: int, field: str, meant: str) -> str:
        """Return what to do with a name that belongs into the other field: the server asks for both fields at once."""
        rule, other = self._rules[index], _OTHER[field]
        listed = field, _names(rule, field)
        stay, move = self._lists[listed] = self._lists.get(listed) or self._sorted(*listed)
        place = f"`{other}: {inline([meant] if stay else move)}`"
        twin = self._twin(index, field, meant)
        if twin is not None:
            alone = not stay and len(move) == 1
            what = "delete this rule, that" if alone else "delete it here, the rule"
            return f"{what} in line {self._line(twin)} does the same for that {_ONE_OF[other]}"
        if stay:
            return f"delete it here and give that {_ONE_OF[other]} a rule of its own, with {place}"
        there = _names(rule, other)
        if not there:
            return f"write {place} in place of `{field}:`"
        if meant in there:
            return f"delete `{field}:`, for {quoted(meant)} is in `{other}:` already"
        return f"delete `{field}:` and add {quoted(meant)} to `{other}:`"

    def _sorted(self, field: str, names: tuple[str, ...]) -> tuple[bool, list[str]]:
        """Return whether some name of a list stays there, and what is meant by those that belong into the other."""
        judged = [dead(field, name, self._minor) for name in names]
        moved = [one.meant[1] for one in judged if one and one.meant and one.meant[0] != field]
        return any(one is None or one.stays_in(field) for one in judged), list(dict.fromkeys(moved))

    def _twin(self, index: int, field: str, meant: str) -> int | None:
        """Return a rule that does the same with the same requests of whom was meant."""
        if self._alike is None:
            self._alike = {}
            for number, rule in enumerate(self._rules):
                for own, other in _OTHER.items():
                    for name in _names(rule, other) if not _names(rule, own) else ():
                        self._alike.setdefault((other, name, _rest(rule)), number)
        return self._alike.get((_OTHER[field], meant, _rest(self._rules[index])))


def _names(rule: PolicyRule, field: str) -> tuple[str, ...]:
    return rule.users if field == "users" else rule.user_groups


def _rest(rule: PolicyRule) -> Hashable:
    """Return what a rule says besides whom it is for."""
    entries = [(one.group, frozenset(one.resources), frozenset(one.resource_names)) for one in rule.resources]
    lists = (rule.verbs, rule.namespaces, entries, rule.non_resource_urls, rule.omit_stages)
    return rule.level, rule.omit_managed_fields, *map(frozenset, lists)


def dead(field: str, name: str, minor: int) -> Dead | None:
    """Return why a name in `users` or `userGroups` takes nobody, None where it may be somebody's."""
    return (
        _gone(field, name, minor)
        or _account(field, name)
        or (_as_user(name) if field == "users" else _as_group(name))
        or _misspelt(field, name)
    )


def _gone(field: str, name: str, minor: int) -> Dead | None:
    if name == "system:unsecured" and minor > LAST_UNSECURED:
        message = (
            'nobody is "system:unsecured" any more: so were called all who came through the insecure port, which '
            f"ended with 1.{LAST_UNSECURED}. {_DELETE}"
        )
        return Dead(message, gone=True)
    if (field, name) == ("users", "kubelet"):
        message = (
            'no kubelet is called "kubelet" any more, they are "system:node:NAME" in the group "system:nodes" '
            "(unless your own certificates say otherwise):"
        )
        return Dead(message, gone=True, meant=("userGroups", "system:nodes"))
    return None


def _account(field: str, name: str) -> Dead | None:
    """Return what is wrong with the name of a service account or of a group of them."""
    kind, colon, rest = name.removeprefix("system:").partition(":")
    if kind not in {"serviceaccount", "serviceaccounts"} or (not colon and not name.startswith("system:")):
        return None
    parts = rest.split(":") if colon else []
    if not _can_be(parts):
        return Dead(f'no service account can be called {quoted(name)}: write "{SERVICE_ACCOUNT}NAMESPACE:NAME"')
    if len(parts) == _ACCOUNT_PARTS:
        user = "users", SERVICE_ACCOUNT + rest
        return None if (field, name) == user else Dead(f"{_nobody(field, name)}:", meant=user)
    group = "userGroups", ":".join(["system:serviceaccounts", *parts])
    if (field, name) == group or (parts and not name.startswith("system:")):
        return None
    behind = f" for all service accounts{' there' if parts else ''}"
    return Dead(f"{_nobody(field, name)}:", meant=group, behind=behind if name != group[1] else "")


def _as_user(name: str) -> Dead | None:
    if name in _GROUPS or name.startswith(_BOOTSTRAPPERS):
        return Dead(f"{quoted(name)} is a group, nobody is called so:", meant=("userGroups", name))
    if name == NODE:
        return Dead(
            f'{quoted(name)} is the name of no user: write "{NODE}NAME" for one kubelet, or the group "system:nodes"'
        )
    return None


def _as_group(name: str) -> Dead | None:
    if name in _USERS or (name.startswith((NODE, _TOKEN)) and name not in {NODE, _TOKEN}):
        return Dead(f"{quoted(name)} is a user, nobody is in a group of that name:", meant=("users", name))
    if name in _CERTIFIED:
        words = f"{quoted(name)} is a user, nobody is in a group of that name unless your own logins say so:"
        return Dead(words, meant=("users", name))
    return None


def _misspelt(field: str, name: str) -> Dead | None:
    """Return the words for what is one slip of the pen away from a name that Kubernetes gives."""
    if not name.lower().startswith("system:") or name in _WELL_KNOWN:
        return None
    near = next((known for known in _WELL_KNOWN if spelling.distance(name.lower(), known, 1) <= 1), "")
    if not near:
        return None
    home = "userGroups" if near in _GROUPS else "users"
    words = f"Kubernetes calls nobody {quoted(name)}: did you mean the {_ONE_OF[home]} {quoted(near)}?"
    return Dead(words) if home == field else Dead(f"{words} Then", meant=(home, near))


def _nobody(field: str, name: str) -> str:
    return f"{quoted(name)} is the name of no {_ONE_OF[field]}"


def _can_be(parts: list[str]) -> bool:
    """Tell whether parts can be the namespace, or the namespace and the name, of a service account."""
    if not parts:
        return True
    labels = [parts[0], *(label for name in parts[1:] for label in name.split("."))]
    return len(parts) <= _ACCOUNT_PARTS and len(parts[0]) <= _LONGEST_NAMESPACE and all(map(_LABEL.fullmatch, labels))
