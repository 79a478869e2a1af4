"""Fixes of names of API groups and resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.change import Append, Delete, Repair, SetValue

if TYPE_CHECKING:
    from auditlint.change import Content
    from auditlint.checks.suggestions.names.resource_names import Names, Wrong
    from auditlint.kubernetes.policy import GroupResources, PolicyRule
    from auditlint.path import Path


def name(entry: Path, rule: PolicyRule, wrong: Wrong, known: Names, *, taken: bool) -> Repair | None:
    """Return the fix of a wrong name in an entry of a rule's `resources`; None where nothing is sure.

    `entry` is the way to the entry; `taken`: the rule matches what is meant already.
    """
    here = _entry(entry, rule)
    if wrong.group is not None:
        return _in_group(entry, here, wrong.group, known)
    if wrong.meant is None or not known.is_known(*wrong.meant):
        return None
    if taken:
        return _without(entry, rule, here, (*entry, *wrong.path))
    group, resource = wrong.meant
    old = ((here.group, here.resources[_number(wrong.path)]),)
    if here.group in {"*", group}:
        changes = (SetValue((*entry, *wrong.path), resource),)
        return Repair(f'Write "{resource}"', changes, reveals=True, unreal=old)
    return _elsewhere(entry, here, wrong, resource, group)._replace(reveals=True, unreal=old)


def _in_group(entry: Path, here: GroupResources, group: str, known: Names) -> Repair:
    """Return the fix that writes another group into an entry, and the right names of its resources there."""
    wrong = known.judge(here._replace(group=group))
    meant = {
        one.path: one.meant[1] for one in wrong if one.meant and one.meant[0] == group and known.is_known(*one.meant)
    }
    names = [SetValue((*entry, *path), name) for path, name in meant.items() if name not in here.resources]
    title = f'Write group: "{group}"'
    return Repair(title, (SetValue((*entry, "group"), group), *names), reveals=True, unreal=((here.group, ""),))


def _number(path: Path) -> int:
    return path[-1] if isinstance(path[-1], int) else 0


def _entry(entry: Path, rule: PolicyRule) -> GroupResources:
    return rule.resources[_number(entry)]


def _without(entry: Path, rule: PolicyRule, here: GroupResources, path: Path) -> Repair | None:
    """Return the fix that takes a name out, with its entry if it stands alone there."""
    if len(here.resources) > 1:
        return Repair("Delete it", (Delete(path),), unreal=((here.group, here.resources[_number(path)]),))
    if len(rule.resources) == 1:
        return None
    return Repair("Delete this entry", (Delete(entry),), unreal=((here.group, here.resources[0]),))


def _elsewhere(entry: Path, here: GroupResources, wrong: Wrong, resource: str, group: str) -> Repair:
    """Return the fix that names a resource in its own group: that of the entry, or of one more."""
    title = f'Write group: "{group}" with resources: ["{resource}"]'
    path = (*entry, *wrong.path)
    if len(here.resources) == 1:
        renamed = () if here.resources == (resource,) else (SetValue(path, resource),)
        return Repair(title, (SetValue((*entry, "group"), group), *renamed))
    names: tuple[tuple[str, Content], ...] = (
        (("resourceNames", list(here.resource_names)),) if here.resource_names else ()
    )
    added = Append(entry[:-1], (("group", group), ("resources", [resource]), *names))
    return Repair(title, (Delete(path), added))
