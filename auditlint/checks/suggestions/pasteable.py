"""Writes values as they stand in the YAML of a policy, to be pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes.well_known import home_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditlint.kubernetes.policy import GroupResources, PolicyRule


def inline(values: Iterable[object]) -> str:
    """Return values as a YAML list on one line: `["get", "list"]`."""
    return "[" + ", ".join([f'"{value}"' for value in values]) + "]"


def entries(names: Iterable[str]) -> str:
    """Return the field `resources` of a rule for these resources, each in the group that everybody knows it in."""
    homes: dict[str, list[str]] = {}
    for name in names:
        homes.setdefault(home_of(name.partition("/")[0]), []).append(name)
    listed = [f'{{group: "{group}", resources: {inline(of_it)}}}' for group, of_it in homes.items()]
    return f"resources: [{', '.join(listed)}]"


def block(rules: Iterable[PolicyRule]) -> str:
    """Return rules of a policy as lines of YAML, one a rule, to be pasted under `rules`."""
    return "\n".join(f"- {{{', '.join(_fields(rule))}}}" for rule in rules)


def _fields(rule: PolicyRule) -> Iterable[str]:
    """Yield the keys of a rule with their values, in the order of the Kubernetes documentation."""
    yield f"level: {rule.level}"
    for key, values in (("users", rule.users), ("userGroups", rule.user_groups), ("verbs", rule.verbs)):
        if values:
            yield f"{key}: {inline(values)}"
    if rule.resources:
        yield f"resources: [{', '.join(map(inline_entry, rule.resources))}]"
    for key, values in (("namespaces", rule.namespaces), ("nonResourceURLs", rule.non_resource_urls)):
        if values:
            yield f"{key}: {inline(values)}"
    if rule.omit_stages:
        yield f"omitStages: {inline(rule.omit_stages)}"


def inline_entry(entry: GroupResources) -> str:
    """Return an entry of `resources` as YAML on one line."""
    parts = [f'group: "{entry.group}"']
    if entry.resources:
        parts.append(f"resources: {inline(entry.resources)}")
    if entry.resource_names:
        parts.append(f"resourceNames: {inline(entry.resource_names)}")
    return f"{{{', '.join(parts)}}}"
