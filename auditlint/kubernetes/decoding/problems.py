"""What can be wrong with an audit policy, as decoding and validation report it."""

from __future__ import annotations

from typing import NamedTuple

Value = None | bool | int | float | str | list["Value"] | tuple[tuple[str, "Value"], ...]
"""A document as builtins.

A mapping is a tuple of (key, value) pairs in the order the server applies them, duplicates kept; a sequence is a list.
A subtree that several aliases share is one object.
"""

Path = tuple[str | int, ...]
"""Mapping keys and list indexes (from 0), from the root of the policy."""


class Problem(NamedTuple):
    """One thing that the server does not accept, or does not use, or drops.

    `kind` is the name of a rule of auditlint; `detail` says more, depending on it:

    - wrong-type: the phrase `<found> where <wanted> belongs`, such as `a string where a list of strings belongs`
    - unknown-field, unsupported-field, duplicate-key: what the mapping is that holds the key: `policy`, `rule`,
      `group entry`, `metadata`, `owner reference`, `managed field`, `labels`, `annotations`, `fieldsV1`.
      A field is unsupported if only later minor versions know it. The value of a duplicate is the later one
    - invalid-level: `missing` (absent, null or empty) or `unknown`
    - invalid-stage: `policy` or `rule`, the place of the list
    - invalid-group: the server's reasons
    - invalid-url: `slash` (does not begin with one) or `star` (one before the end)
    - mixed-rule: what stands beside the URLs: `resources`, `namespaces` or `resources and namespaces`
    - names-without-resources: nothing
    - empty-policy: `document` (nothing at all), `absent`, `null`, `empty` or `spec` (the rules are under `spec`)
    - wrong-api-version: `missing` (absent, null or empty), `removed`, `deprecated` (does not refuse) or `unknown`
    - wrong-kind: `missing` (does not refuse) or `other`
    - misplaced-metadata: nothing
    """

    kind: str
    path: Path
    """For what is missing, the way to the mapping that it is missing from."""
    on_key: bool
    """Whether the place is the key that path ends in, not its value."""
    occurrence: int | None
    """Which of several equal keys, from 0; None for the last or only one."""
    value: Value
    detail: str
    refuses: bool
    """Whether the server would refuse the policy for this alone."""


def describe(value: Value) -> str:
    """Return what kind of value this is, such as `a string`."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, (int, float)):
        return "a number"
    return "a list" if isinstance(value, list) else "a mapping"


def wrong_type(path: Path, value: Value, wanted: str, occurrence: int | None = None) -> Problem:
    """Return the problem of a value that is not of the type that belongs there; it always refuses."""
    detail = f"{describe(value)} where {wanted} belongs"
    return Problem("wrong-type", path, False, occurrence, value, detail, True)  # noqa: FBT003
