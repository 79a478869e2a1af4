"""What belongs where a policy holds a value of another type, and what to write there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.checks.suggestions import fields
from auditlint.checks.suggestions.levels import level_meant
from auditlint.checks.suggestions.pasteable import entries, inline
from auditlint.english import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.kubernetes.decoding.problems import Problem, Value
    from auditlint.path import Path

_BARE_WORDS = "a bare yes, no, on, off, true or false is a boolean in YAML"
_ABOVE = "Put `apiVersion: audit.k8s.io/v1`, `kind: Policy` and `rules:` above the list"
_HEAD = "Write a policy: `apiVersion: audit.k8s.io/v1`, `kind: Policy` and `rules:`"
_YES = frozenset({"true", "yes", "on", "1"})


def mismatch(problem: Problem) -> str:
    """Return in words what a value is and what belongs there."""
    found, wanted = problem.detail.removesuffix(" belongs").split(" where ", 1)
    words = _found(problem.value, found)
    names = _names(problem.path)
    if not names:
        return f"the file holds {words}, not an audit policy"
    glued = _glued(problem)
    if glued:
        return f"the space after the colon makes this a mapping, not the string {quoted(glued)}"
    if isinstance(problem.path[-1], int):
        return f"{quoted(names[-1])} holds {words}, not {_wanted_item(names)}"
    return f"{quoted(names[-1])} is {words}, not {'a list of rules' if names == ['rules'] else wanted}"


def right(group: Sequence[Problem]) -> str:
    """Return what to write instead of values of the wrong type, items of one list that are wrong in the same way."""
    path, value = group[0].path, group[0].value
    names = _names(path)
    if not names:
        return _ABOVE if isinstance(value, list) else _HEAD
    field = names[-1]
    if names == ["rules", "resources"]:
        return as_entries([item.value for item in group])
    if isinstance(path[-1], int):
        glued = _glued(group[0])
        return f"Write `{glued}`, without the space" if glued else _right_item(field, value)
    if field == "rules":
        return "Begin each rule with `- level:`"
    return _right_list(field, value) if field in fields.LISTS else _right_scalar(field, value)


def as_entries(values: Sequence[Value]) -> str:
    """Return the entry that plain resource names should have been."""
    names = [value for value in values if isinstance(value, str)]
    if not names:
        return 'Write a list of entries, such as `resources: [{group: "", resources: ["pods"]}]`'
    return f"Write `{entries(names)}`"


def _names(path: Path) -> list[str]:
    return [step for step in path if isinstance(step, str)]


def _wanted_item(names: list[str]) -> str:
    if names == ["rules", "resources"]:
        return "entries with `group` and `resources`"
    return "rules with a `level`" if names == ["rules"] else "strings"


def _found(value: Value, words: str) -> str:
    if isinstance(value, str):
        return f"the string {quoted(value)}"
    if isinstance(value, bool):
        return "a boolean"
    return f"the number {value}" if isinstance(value, (int, float)) else words


def _glued(problem: Problem) -> str:
    """Return the string that a mapping such as `system: nodes` in a list of strings was to be, "" if it is none."""
    value = problem.value
    names = _names(problem.path)
    if not names or names[-1] not in {"users", "userGroups"} or not isinstance(value, tuple) or len(value) != 1:
        return ""
    key, rest = value[0]
    return key if rest is None else f"{key}:{rest}" if isinstance(rest, (str, int)) else ""


def _right_list(field: str, value: Value) -> str:
    if field == "resources" and isinstance(value, tuple):
        return as_entries(())
    if isinstance(value, str) and field == "resources":
        return as_entries([part.strip() for part in value.split(",")])
    if isinstance(value, str):
        return f"Write `{field}: {inline([part.strip() for part in value.split(',')])}`"
    if isinstance(value, tuple) and all(inner is None for _, inner in value):
        return f"Write `{field}: {inline([key for key, _ in value])}`"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f'Write `{field}: ["{value}"]`'
    return f"Write a list of strings in quotes: {_BARE_WORDS}" if isinstance(value, bool) else "Write a list of strings"


def _right_item(field: str, value: Value) -> str:
    if field == "rules":
        word = re.match(r"(\w+)\s*:?\s*(.*)", value, re.DOTALL) if isinstance(value, str) else None
        known = word and word[1] in fields.FIELDS[fields.RULE]
        return f"Write `- {word[1]}: {word[2]}`" if word and known else "Begin each rule with `- level:`"
    if isinstance(value, bool):
        return f"Put it in quotes: {_BARE_WORDS}"
    if isinstance(value, (int, float)):
        return f'Write `"{value}"`'
    return "Write one list, not a list in a list" if isinstance(value, list) else "Write a string"


def _right_scalar(field: str, value: Value) -> str:
    first = value[0] if isinstance(value, list) and value else value
    if field == "level":
        return f"Write `level: {level_meant(str(first)) or 'Metadata'}`"
    if field == "group":
        if isinstance(value, list) and len(value) > 1:
            return f'Write an entry for each group, the first with `group: "{first}"`'
        return f'Write `group: "{first if isinstance(first, str) else "apps"}"`'
    if field == "omitManagedFields":
        return f"Write `omitManagedFields: {'true' if str(value).lower() in _YES else 'false'}`"
    return f'Write `{field}: "{value}"`' if isinstance(value, (int, float)) else f"Write a string behind `{field}:`"
