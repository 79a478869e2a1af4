"""Stars in lists of a policy: which of them kube-apiserver knows, and what people mean by the others."""

from __future__ import annotations

from auditlint.checks.suggestions import pasteable
from auditlint.kubernetes.identities import NODES, SERVICE_ACCOUNTS
from auditlint.kubernetes.well_known import home_of, is_well_known
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.kubernetes.policy import PolicyRule

ALL_LOGGED_IN = "system:authenticated"
NOUNS = {
    "users": "user",
    "userGroups": "group",
    "verbs": "verb",
    "namespaces": "namespace",
    "resources": "resource",
    "resourceNames": "name",
}
"""What one value is, by its field."""


def is_known(field: str, text: str) -> bool:
    """Tell whether a star stands where kube-apiserver knows it: `*`, `*/scale` and `pods/*` under resources."""
    if field != "resources":
        return False
    resource, slash, subresource = text.partition("/")
    if not slash:
        return text == "*"
    if is_unmatchable(text):
        return True  # another rule's
    return (resource == "*") != (subresource == "*") and "*" not in resource.strip("*") + subresource.strip("*")


def is_unmatchable(text: str) -> bool:
    """Tell whether a text is neither a resource nor a resource and its subresource."""
    parts = text.split("/")
    return "" in parts or len(parts) > 2  # noqa: PLR2004  (resource and subresource)


def matchable(text: str) -> str:
    """Return what to write for a text that is unmatchable."""
    right = matchable_text(text)
    return f'Write `"{right}"`' if right else "Delete it"


def matchable_text(text: str) -> str:
    """Return what a text that is unmatchable was to be, "" if it is nothing."""
    first, *others = [part for part in text.split("/") if part] or [""]
    if others:
        return f"{first}/{others[0]}"
    below_any = text.startswith("/") and first and not is_well_known(home_of(first), first)
    return f"*/{first}" if below_any else first


def advice(rule: PolicyRule, field: str, value: str) -> str:
    """Return what to write instead of a value with a star that is compared letter by letter."""
    if field == "users":
        return _of_users(rule, value)
    if field == "userGroups":
        return _of_groups(value)
    if field == "resources":
        return 'Write `"*"`, which matches subresources too' if value == "*/*" else "List the resources one by one"
    noun = NOUNS[field]
    return f"Delete `{field}` to match every {noun}" if value == "*" else f"List the {noun}s one by one"


def _of_users(rule: PolicyRule, value: str) -> str:
    """Return the advice for a user: a list of groups where all users are such, for both lists must match."""
    if value == "*":
        return "Delete `users` to match every user"
    group = group_of(value)
    if not group or rule.user_groups:
        return "List the users one by one"
    groups = [group_of(user) for user in rule.users]
    if all(groups):
        return f"Write `userGroups: {pasteable.inline(dict.fromkeys(groups))}` instead of `users`"
    return (
        f"Move it to a second rule of the same level with `userGroups: {pasteable.inline([group])}`; "
        "in this rule both lists would have to match"
    )


def group_of(user: str) -> str:
    """Return the group that holds the users who are meant by a glob, "" if there is none."""
    parts = user.split(":")
    if "*" not in user:
        return ""
    if user.startswith("system:serviceaccount"):
        named = len(parts) == 4 and "*" not in parts[2] and parts[3] == "*"  # noqa: PLR2004
        return f"{SERVICE_ACCOUNTS}:{parts[2]}" if named else SERVICE_ACCOUNTS
    return NODES if user.startswith("system:node") else ""


def _of_groups(value: str) -> str:
    group = group_meant(value)
    if not group:
        return "List the groups one by one"
    who = "all who are logged in" if group == ALL_LOGGED_IN else "all service accounts"
    return f'Write `"{group}"`, the group of {who}'


def group_meant(value: str) -> str:
    """Return the group that a group with a star stands for, "" if there is none."""
    if value == "*":
        return ALL_LOGGED_IN
    return SERVICE_ACCOUNTS if value.startswith("system:serviceaccount") else ""
