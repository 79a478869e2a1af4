"""Fixes that change which requests a policy logs, or take out what is never used: unsafe, each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.change import Append, Delete, Insert, Repair, SetValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditlint.change import Change, Content
    from auditlint.kubernetes.policy import GroupResources, PolicyRule
    from auditlint.path import Path
    from auditlint.subjects.model import PolicySubject

_RECEIVED = "RequestReceived"


def catch_all(policy: PolicySubject) -> Repair:
    """Return the fix that ends the list of rules with one that matches everything."""
    return Repair("End the list with - level: Metadata", (_ending(policy),), safe=False)


def _ending(policy: PolicySubject) -> Change:
    return Append(policy.at("rules"), (("level", "Metadata"),))


def without_rules(policy: PolicySubject, indexes: Iterable[int]) -> Repair:
    """Return the fix that takes rules out."""
    changes = tuple(Delete(policy.at("rules", index)) for index in indexes)
    return Repair(f"Delete {'this rule' if len(changes) == 1 else 'these rules'}", changes, safe=False)


def above(policy: PolicySubject, index: int, rules: Iterable[PolicyRule]) -> Repair:
    """Return the fix that puts rules above another."""
    changes = tuple(Insert(policy.at("rules", index), content(rule)) for rule in rules)
    return Repair(f"Put {len(changes)} rule{'s' if len(changes) > 1 else ''} above", changes, safe=False)


def cured(
    policy: PolicySubject, index: int, rules: Iterable[PolicyRule], left: PolicyRule, *, closes: bool = False
) -> Repair:
    """Return the fix that puts rules above another, and leaves of that what they do not match.

    `closes`: it ends the list with a rule that matches everything too.
    """
    held = policy.loaded.policy
    added = tuple(Insert(policy.at("rules", index), content(rule)) for rule in rules)
    old = dict(_fields(held.rules[index])) if held else {}
    new = dict(_fields(left))
    changes = [change for key in {**old, **new} for change in _changed(policy.at("rules", index, key), old, new, key)]
    title = "Put these rules above it" if len(added) > 1 else "Put this rule above it" if added else "Mend this rule"
    return Repair(title, (*added, *changes, *((_ending(policy),) if closes else ())), safe=False)


def _changed(path: Path, old: dict[str, Content], new: dict[str, Content], key: str) -> Iterator[Change]:
    """Yield what makes a field of a rule another: items are taken out of a list where that is all."""
    before, after = old.get(key), new.get(key)
    if before == after:
        return
    if after is None or after == []:
        yield Delete(path)
    elif isinstance(before, list) and isinstance(after, list) and all(item in before for item in after):
        yield from (Delete((*path, number)) for number, item in enumerate(before) if item not in after)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _changed_entry((*path, number), one, other)
    else:
        yield SetValue(path, after)


def _changed_entry(path: Path, one: Content, other: Content) -> Iterator[Change]:
    """Yield what makes an item another; of two mappings, key by key."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        old, new = dict(one), dict(other)
        for key in {**old, **new}:
            yield from _changed((*path, key), old, new, key)
    elif one != other:
        yield SetValue(path, other)


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
    return tuple(field for field in _fields(rule) if field[1])


def _fields(rule: PolicyRule) -> tuple[tuple[str, Content], ...]:
    """Return the keys of a rule with their values, [] for a list that is not there."""
    entries: Content = [_entry(entry) for entry in rule.resources]
    return (
        ("level", rule.level),
        ("users", list(rule.users)),
        ("userGroups", list(rule.user_groups)),
        ("verbs", list(rule.verbs)),
        ("resources", entries),
        ("namespaces", list(rule.namespaces)),
        ("nonResourceURLs", list(rule.non_resource_urls)),
        ("omitStages", list(rule.omit_stages)),
    )


def _entry(entry: GroupResources) -> Content:
    lists: tuple[tuple[str, Content], ...] = (
        ("resources", list(entry.resources)),
        ("resourceNames", list(entry.resource_names)),
    )
    return (("group", entry.group), *(field for field in lists if field[1]))
