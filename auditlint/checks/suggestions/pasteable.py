"""Writes values as they stand in the YAML of a policy, to be pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes.well_known import home_of

if TYPE_CHECKING:
    from collections.abc import Iterable


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
