"""The flags that kube-apiserver has, release by release.

The data is in `schemas/audit-flags.json` (exact per release) and `schemas/apiserver-flags.json`, made by
`tools/generate_flags.py`.
"""

from __future__ import annotations

from functools import cache

from auditlint.kubernetes.data import table
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


class Flag(NamedTuple):
    """One flag of one release."""

    name: str
    type: str
    """pflag's name of the type: `string`, `int`, `int64`, `float32`, `bool`, `duration`, `stringSlice` …"""
    bare: str
    """The value when the flag stands alone; empty if it needs one."""
    default: str = ""
    deprecated: bool = False


class Known(NamedTuple):
    """The minors that have a flag, as far back as the data goes."""

    first: int
    last: int


@cache
def audit_flags(minor: int) -> dict[str, Flag]:
    """Return the audit flags of one release, by name."""
    return {
        entry["name"]: Flag(
            entry["name"], release["type"], release["bare"], release["default"], bool(release["deprecated"])
        )
        for entry in table("audit-flags")["flags"]
        for release in entry["releases"]
        if _minor(release["from"]) <= minor <= _minor(release["to"])
    }


@cache
def _all_flags() -> dict[str, list[dict[str, Any]]]:
    """Return the releases of every flag that kube-apiserver is known to have had, by name."""
    return {entry["name"]: entry["releases"] for entry in table("apiserver-flags")["flags"]}


def _minor(release: str) -> int:
    return int(release.partition(".")[2])


def is_audit(name: str) -> bool:
    """Tell whether a flag is about auditing, going by its name: such flags are judged for the exact release."""
    return name.startswith("audit-")


def find(name: str, minor: int) -> Flag | None:
    """Return the flag of that name; one that is not about auditing is taken from the nearest release that has it."""
    if is_audit(name):
        return audit_flags(minor).get(name)
    return nearest(name, minor)


def nearest(name: str, minor: int) -> Flag | None:
    """Return the flag of that name as the nearest release has it that has one."""
    releases = _all_flags().get(name)
    if not releases:
        return None
    release = min(releases, key=lambda release: _distance(release, minor))
    return Flag(name, release["type"], release["bare"])


def _distance(release: dict[str, Any], minor: int) -> int:
    return max(_minor(release["from"]) - minor, minor - _minor(release["to"]), 0)


def exists(name: str, minor: int) -> bool:
    """Tell whether kube-apiserver of a release has a flag."""
    return any(_distance(release, minor) == 0 for release in _all_flags().get(name, ()))


def history(name: str) -> Known | None:
    """Return the first and last minor known to have the flag; None if kube-apiserver never had it."""
    releases = _all_flags().get(name)
    if not releases:
        return None
    return Known(min(_minor(r["from"]) for r in releases), max(_minor(r["to"]) for r in releases))


def names(minor: int) -> list[str]:
    """Return the names of the flags that a release has."""
    return [name for name in _all_flags() if exists(name, minor)]
