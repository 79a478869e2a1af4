"""What can be wrong with an audit policy, as decoding and validation report it."""

from __future__ import annotations

from enum import Enum

from auditlint.records import NamedTuple

Value = None | bool | int | float | str | list["Value"] | tuple[tuple[str, "Value"], ...]
"""A document as builtins.

A mapping is a tuple of (key, value) pairs in the order the server applies them, duplicates kept; a sequence is a list.
A subtree that several aliases share is one object.
"""

Path = tuple[str | int, ...]
"""Mapping keys and list indexes (from 0), from the root of the policy."""


class ProblemKind(Enum):
    """What can be wrong with an audit policy; `Problem.detail` says more, as written here."""

    WRONG_TYPE = "wrong type"
    """The phrase `<found> where <wanted> belongs`, such as `a string where a list of strings belongs`."""
    UNKNOWN_FIELD = "unknown field"
    """What the mapping is that holds the key: `policy`, `rule`, `group entry`, `metadata`, `owner reference`,
    `managed field`, `labels`, `annotations`, `fieldsV1`.
    """
    UNSUPPORTED_FIELD = "unsupported field"
    """The same; only later minor versions know the field."""
    DUPLICATE_KEY = "duplicate key"
    """The same; the value is the later one."""
    INVALID_LEVEL = "invalid level"
    """`missing` (absent, null or empty) or `unknown`."""
    INVALID_STAGE = "invalid stage"
    """`policy` or `rule`, the place of the list."""
    INVALID_GROUP = "invalid group"
    """The server's reasons."""
    INVALID_URL = "invalid URL"
    """`slash` (does not begin with one) or `star` (one before the end)."""
    MIXED_RULE = "mixed rule"
    """What stands beside the URLs: `resources`, `namespaces` or `resources and namespaces`."""
    NAMES_WITHOUT_RESOURCES = "names without resources"
    EMPTY_POLICY = "empty policy"
    """`document` (nothing at all), `absent`, `null`, `empty` or `spec` (the rules are under `spec`)."""
    WRONG_API_VERSION = "wrong apiVersion"
    """`missing` (absent, null or empty), `removed`, `deprecated` (does not refuse) or `unknown`."""
    WRONG_KIND = "wrong kind"
    """`missing` (does not refuse) or `other`."""
    MISPLACED_METADATA = "misplaced metadata"
    UNRENDERED = "unrendered"
    """A template's mark, in place of what the server would say of it: its value is not known yet."""


class Problem(NamedTuple):
    """One thing that the server does not accept, or does not use, or drops."""

    kind: ProblemKind
    path: Path
    """For what is missing, the way to the mapping that it is missing from."""
    on_key: bool
    """Whether the place is the key that path ends in, not its value."""
    occurrence: int | None
    """Which of several equal keys, from 0; None for the last or only one."""
    value: Value
    detail: str
    """More, depending on the kind."""
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
    return Problem(ProblemKind.WRONG_TYPE, path, False, occurrence, value, detail, True)  # noqa: FBT003
