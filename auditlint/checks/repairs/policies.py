"""Fixes that change which requests a policy logs, or take out what is never used: unsafe, each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.change import Append, Delete, Insert, Repair

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditlint.change import Content
    from auditlint.kubernetes.policy import GroupResources, PolicyRule
    from auditlint.subjects.model import PolicySubject

_RECEIVED = "RequestReceived"


def catch_all(policy: PolicySubject) -> Repair:
    """Return the fix that ends the list of rules with one that matches everything."""
    return Repair(
        "End the list with - level: Metadata", (Append(policy.at("rules"), (("level", "Metadata"),)),), safe=False
    )


def without_rules(policy: PolicySubject, indexes: Iterable[int]) -> Repair:
    """Return the fix that takes rules out."""
    changes = tuple(Delete(policy.at("rules", index)) for index in indexes)
    return Repair(f"Delete {'this rule' if len(changes) == 1 else 'these rules'}", changes, safe=False)


def above(policy: PolicySubject, index: int, rules: Iterable[PolicyRule]) -> Repair:
    """Return the fix that puts rules above another."""
    changes = tuple(Insert(policy.at("rules", index), content(rule)) for rule in rules)
    return Repair(f"Put {len(changes)} rule{'s' if len(changes) > 1 else ''} above", changes, safe=False)


def omitting_received(policy: PolicySubject, rules: Iterable[int]) -> Repair:
    """Return the fix that leaves the stage RequestReceived out of the log, in some rules or in the whole policy."""
    changes = tuple(Append(policy.at("rules", index, "omitStages"), _RECEIVED) for index in rules)
    held = policy.loaded.policy
    if not changes and held and held.omit_stages:
        changes = (Append(policy.at("omitStages"), _RECEIVED),)
    written = changes or (Insert(policy.at("rules"), (("omitStages", [_RECEIVED]),)),)
    return Repair(f'Add omitStages: ["{_RECEIVED}"]', written, safe=False)


def content(rule: PolicyRule) -> Content:
    """Return a rule as it is written, its keys in the order of the Kubernetes documentation."""
    entries: Content = [_entry(entry) for entry in rule.resources]
    fields: tuple[tuple[str, Content], ...] = (
        ("users", list(rule.users)),
        ("userGroups", list(rule.user_groups)),
        ("verbs", list(rule.verbs)),
        ("resources", entries),
        ("namespaces", list(rule.namespaces)),
        ("nonResourceURLs", list(rule.non_resource_urls)),
        ("omitStages", list(rule.omit_stages)),
    )
    return (("level", rule.level), *(field for field in fields if field[1]))


def _entry(entry: GroupResources) -> Content:
    lists: tuple[tuple[str, Content], ...] = (
        ("resources", list(entry.resources)),
        ("resourceNames", list(entry.resource_names)),
    )
    return (("group", entry.group), *(field for field in lists if field[1]))
