"""Fixes of single values in the lists of a policy that do not do what they look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.change import Delete, RenameKey, Repair, SetValue
from auditlint.checks.suggestions import verbs, wildcards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.path import Path
    from auditlint.subjects.model import PolicySubject

_STAR = "*"


def written(path: Path, value: str, listed: Sequence[str]) -> Repair:
    """Return the fix that writes another value into a list, or takes the wrong one out where the right one is there."""
    if value in listed:
        return deleted(path)
    return Repair(f"Write {value}", (SetValue(path, value),), reveals=True)


def deleted(path: Path) -> Repair:
    """Return the fix that takes an item or a key out."""
    return Repair("Delete it", (Delete(path),))


def verb(path: Path, value: str, rule: PolicyRule) -> Repair | None:
    """Return the fix of a verb that no request, or none of the rule's, has; None where nothing is sure."""
    if verbs.means_every(value):
        return deleted(path[:-1])._replace(reveals=True)
    right = verbs.right(value, rule)
    return written(path, right, rule.verbs) if right else None


def wildcard(path: Path, value: str, rule: PolicyRule, field: str) -> Repair | None:
    """Return the fix of a star that is compared letter by letter; None where nothing is sure."""
    if field == "users" and value != _STAR:
        return _to_groups(path, rule)
    if field == "userGroups":
        group = wildcards.group_meant(value)
        return written(path, group, rule.user_groups) if group else None
    if field == "resources":
        return Repair('Write "*"', (SetValue(path, _STAR),), reveals=True) if value == "*/*" else None
    if value != _STAR or (field == "namespaces" and not rule.resources):
        return None  # without namespaces, a rule that has nothing else would match other requests too
    return Repair(f"Delete {field}", (Delete(path[:-1]),), reveals=True)


def _to_groups(path: Path, rule: PolicyRule) -> Repair | None:
    """Return the fix that names groups, where all users of a rule are globs that stand for groups."""
    groups = [wildcards.group_of(user) for user in rule.users]
    if rule.user_groups or not all(groups):
        return None
    holder = path[:-1]
    changes = SetValue(holder, list(dict.fromkeys(groups))), RenameKey(holder, "userGroups")
    return Repair("Write userGroups", changes, reveals=True)


def resource(path: Path, value: str) -> Repair | None:
    """Return the fix of a resource with too many or misplaced slashes."""
    right = wildcards.matchable_text(value)
    return Repair(f'Write "{right}"', (SetValue(path, right),), reveals=True) if right else None


def repeated(policy: PolicySubject, path: Path) -> Repair:
    """Return the fix that takes out what says nothing new."""
    return deleted(policy.at(*path))
