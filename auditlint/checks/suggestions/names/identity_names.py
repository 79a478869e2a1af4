"""Tells names of users from those of groups, and which of Kubernetes' own names nobody has any more.

Source: k8s.io/apiserver, pkg/authentication/user/user.go and pkg/authentication/serviceaccount/util.go.
"""

from __future__ import annotations

import re

from auditlint import spelling
from auditlint.checks.suggestions import pasteable
from auditlint.english import quoted
from auditlint.kubernetes.policy import LEVELS
from auditlint.kubernetes.served import LAST_UNSECURED, NODE, SERVICE_ACCOUNT
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

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
_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_LONGEST_NAMESPACE = 63
_WELL_KNOWN = tuple(sorted({*_USERS, *_GROUPS, *_CERTIFIED}))


_OTHER = {"users": "userGroups", "userGroups": "users"}
_ONE_OF = {"users": "user", "userGroups": "group"}
_TOO_MANY = {
    "system:anonymous": "everybody who is not logged in",
    "system:unauthenticated": "everybody who is not logged in",
    "system:authenticated": "everybody who is logged in",
    "system:authenticated:oauth": "everybody who is logged in",
    "system:masters": "every administrator",
    "system:cluster-admins": "every administrator",
    "kubeadm:cluster-admins": "every administrator",
}
"""Who would be silenced by a rule None for such a name: nobody is advised to write one."""


class Dead(NamedTuple):
    """Why a name matches nobody; `gone` if it used to be somebody's."""

    message: str
    gone: bool = False
    meant: tuple[str, str] | None = None
    """The field and the name that were meant, if that is known."""
    help: str = ""

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
        """Return why a name in a rule matches nobody, and what to do; None where it may be somebody's."""
        found = dead(field, name, self._minor)
        if found is None or found.help:
            return found
        if found.meant is None:
            return found._replace(help=self._delete(index, field))
        home, meant = found.meant
        if home != field:
            return found._replace(help=self._elsewhere(index, field, meant))
        if self._rules[index].level == LEVELS[0] and meant in _TOO_MANY:
            return found._replace(
                help=f"{self._delete(index, field)}: {quoted(meant)} would silence {_TOO_MANY[meant]}"
            )
        return found._replace(help=f"Write `{quoted(meant)}`")

    def _delete(self, index: int, field: str) -> str:
        """Return how to delete a name, which must not leave a list empty: that would match everybody."""
        return "Delete it" if len(_names(self._rules[index], field)) > 1 else "Delete the rule"

    def _elsewhere(self, index: int, field: str, meant: str) -> str:
        """Return what to do with a name that belongs in the other field."""
        rule, other = self._rules[index], _OTHER[field]
        twin = self._twin(index, field, meant)
        if twin is not None:
            does = f"the rule in line {self._line(twin)} does the same for {_ONE_OF[other]} {quoted(meant)}"
            return f"{self._delete(index, field)}: {does}"
        if rule.level != LEVELS[0]:
            return self._moved(index, field, meant)
        if meant in _TOO_MANY:
            return f"{self._delete(index, field)}: among `{other}` it would silence {_TOO_MANY[meant]}"
        moved = self._moved(index, field, meant).partition(";")[0]
        return f"{self._delete(index, field)}, or {moved[0].lower()}{moved[1:]} to silence that {_ONE_OF[other]}"

    def _moved(self, index: int, field: str, meant: str) -> str:
        """Return where to write a name of the other field: the server asks for both fields of a rule at once."""
        rule, other = self._rules[index], _OTHER[field]
        listed = field, _names(rule, field)
        stay, move = self._lists[listed] = self._lists.get(listed) or self._sorted(*listed)
        if stay:
            place = f"`{other}: {pasteable.inline([meant])}`"
            return (
                f"Move it to a second rule of the same level with {place}; in this rule both lists would have to match"
            )
        there = _names(rule, other)
        if meant in there:
            return f"Delete `{field}`: `{other}` has {quoted(meant)} already"
        return f"Write `{other}: {pasteable.inline(dict.fromkeys((*there, *move)))}` instead of `{field}`"

    def _sorted(self, field: str, names: tuple[str, ...]) -> tuple[bool, list[str]]:
        """Return whether some name of a list stays there, and what is meant by those that belong in the other."""
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
    """Return why a name in `users` or `userGroups` matches nobody, None where it may be somebody's."""
    return (
        _gone(field, name, minor)
        or _account(field, name)
        or (_as_user(name) if field == "users" else _as_group(name))
        or _misspelt(field, name)
    )


def _gone(field: str, name: str, minor: int) -> Dead | None:
    if name == "system:unsecured" and minor > LAST_UNSECURED:
        was = f"it was the insecure port, gone since 1.{LAST_UNSECURED + 1}"
        return Dead(f"user {quoted(name)} no longer exists: {was}", gone=True)
    if (field, name) == ("users", "kubelet"):
        message = 'user "kubelet" no longer exists: kubelets are in group "system:nodes"'
        return Dead(message, gone=True, meant=("userGroups", "system:nodes"))
    return None


def _account(field: str, name: str) -> Dead | None:
    """Return what is wrong with the name of a service account or of a group of them."""
    kind, colon, rest = name.removeprefix("system:").partition(":")
    if kind not in {"serviceaccount", "serviceaccounts"} or (not colon and not name.startswith("system:")):
        return None
    parts = rest.split(":") if colon else []
    if not _can_be(parts):
        message = f"no service account can have the name {quoted(name)}"
        return Dead(message, help=f'Write `"{SERVICE_ACCOUNT}NAMESPACE:NAME"`')
    if len(parts) == _ACCOUNT_PARTS:
        user = "users", SERVICE_ACCOUNT + rest
        return None if (field, name) == user else Dead(_nobody(field, name), meant=user)
    group = "userGroups", ":".join(["system:serviceaccounts", *parts])
    if (field, name) == group or (parts and not name.startswith("system:")):
        return None
    return Dead(_nobody(field, name), meant=group)


def _as_user(name: str) -> Dead | None:
    if name in _GROUPS or name.startswith(_BOOTSTRAPPERS):
        return Dead(f"{quoted(name)} is a group, so no user has that name", meant=("userGroups", name))
    return Dead(_nobody("users", name), meant=("userGroups", "system:nodes")) if name == NODE else None


def _as_group(name: str) -> Dead | None:
    if name in _USERS or (name.startswith((NODE, _TOKEN)) and name not in {NODE, _TOKEN}):
        return Dead(f"{quoted(name)} is a user, so no group has that name", meant=("users", name))
    if name in _CERTIFIED:
        words = f"{quoted(name)} is a user, so no group has that name unless your own certificates give it"
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
    message = f"Kubernetes has no {_ONE_OF[field]} {quoted(name)}, only the {_ONE_OF[home]} {quoted(near)}"
    return Dead(message, meant=(home, near))


def _nobody(field: str, name: str) -> str:
    return f"no {_ONE_OF[field]} has the name {quoted(name)}"


def _can_be(parts: list[str]) -> bool:
    """Tell whether parts can be the namespace, or the namespace and the name, of a service account."""
    if not parts:
        return True
    labels = [parts[0], *(label for name in parts[1:] for label in name.split("."))]
    are_labels = all(re.fullmatch(_LABEL, label) for label in labels)
    return len(parts) <= _ACCOUNT_PARTS and len(parts[0]) <= _LONGEST_NAMESPACE and are_labels
