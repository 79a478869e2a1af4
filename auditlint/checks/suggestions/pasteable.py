"""Writes values as they stand in the YAML of a policy, to be pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes.well_known import home_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditlint.kubernetes.policy import GroupResources, PolicyRule

_WIDTH = 100
"""Columns of a line to paste: a rule that needs more is written on several."""


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
    """Return rules of a policy as lines of YAML, to be pasted under `rules`: short ones on one line each."""
    return "\n".join(line for rule in rules for line in _lines(rule))


def on_one_line(rule: PolicyRule) -> str:
    """Return a rule of a policy as an item on one line, however long."""
    return f"- {{{', '.join(_fields(rule))}}}"


def _lines(rule: PolicyRule) -> Iterator[str]:
    """Yield a rule as it is written where it is too long for one line: key by key, its entries one by one."""
    short = on_one_line(rule)
    if len(short) <= _WIDTH:
        yield short
        return
    yield f"- level: {rule.level}"
    for key, values in _lists(rule):
        if key != "resources":
            yield from _filled(f"  {key}: ", values)
            continue
        yield "  resources:"
        for entry in rule.resources:
            if len(line := f"  - {inline_entry(entry)}") <= _WIDTH:
                yield line
                continue
            yield f'  - group: "{entry.group}"'
            yield from _filled("    resources: ", entry.resources)
            yield from _filled("    resourceNames: ", entry.resource_names)


def _filled(head: str, values: Sequence[str]) -> Iterator[str]:
    """Yield a list on as few lines as hold it, the further ones below its first value; nothing for an empty one."""
    line, indent = f"{head}[", " " * (len(head) + 1)
    for number, value in enumerate(values):
        item = f'"{value}"' + ("]" if number == len(values) - 1 else ",")
        if number and len(line) + len(item) + 1 > _WIDTH:
            yield line
            line = indent
        line += item if line in {f"{head}[", indent} else f" {item}"
    if values:
        yield line


def _lists(rule: PolicyRule) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the keys of a rule that hold lists, with their values, in the order of the Kubernetes documentation.

    Of `resources`, whose items are no strings, the groups.
    """
    named = (
        *(("users", rule.users), ("userGroups", rule.user_groups), ("verbs", rule.verbs)),
        ("resources", tuple(entry.group for entry in rule.resources)),
        *(("namespaces", rule.namespaces), ("nonResourceURLs", rule.non_resource_urls)),
        ("omitStages", rule.omit_stages),
    )
    return ((key, values) for key, values in named if values)


def _fields(rule: PolicyRule) -> Iterator[str]:
    """Yield the keys of a rule with their values."""
    yield f"level: {rule.level}"
    for key, values in _lists(rule):
        if key == "resources":
            yield f"resources: [{', '.join(map(inline_entry, rule.resources))}]"
        else:
            yield f"{key}: {inline(values)}"


def inline_entry(entry: GroupResources) -> str:
    """Return an entry of `resources` as YAML on one line."""
    parts = [f'group: "{entry.group}"']
    if entry.resources:
        parts.append(f"resources: {inline(entry.resources)}")
    if entry.resource_names:
        parts.append(f"resourceNames: {inline(entry.resource_names)}")
    return f"{{{', '.join(parts)}}}"
