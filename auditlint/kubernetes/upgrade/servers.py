"""What another release makes of flags that both take: defaults of flags and gates that are not given, and rotation.

Source: pkg/server/options/audit.go of k8s.io/apiserver (`--audit-log-max*`: kubernetes/kubernetes#136478, 1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.container import ROTATION_CAN_BE_OFF_FROM, is_log_file
from auditlint.kubernetes.feature_gates import AUDIT_GATES, settings
from auditlint.kubernetes.upgrade.steps import crosses

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditlint.kubernetes.feature_gates import Gate
    from auditlint.kubernetes.known_flags import Flag
    from auditlint.kubernetes.parsed_flags import FlagUse, ParsedFlags

LIMITS = ("audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize")
"""The flags that say how long the files of the log are kept: days, number, megabytes."""
_SIZE = LIMITS[-1]


class OtherDefault(NamedTuple):
    """A flag or feature gate that is not given and whose default is another one."""

    name: str
    before: str
    after: str


def log_file(flags: ParsedFlags) -> FlagUse | None:
    """Return the flag that makes a server write a file, if it does."""
    use = flags.last("audit-log-path")
    return use if use is not None and is_log_file(use.value) else None


def other_defaults(given: ParsedFlags, before: Mapping[str, Flag], after: Mapping[str, Flag]) -> Iterator[OtherDefault]:
    """Yield the audit flags of two releases that are not given and have another default."""
    for name in before.keys() & after.keys():
        was, becomes = before[name].default, after[name].default
        if was != becomes and given.last(name) is None:
            yield OtherDefault(name, was, becomes)


def other_gates(given: ParsedFlags, before: Mapping[str, Gate], after: Mapping[str, Gate]) -> Iterator[OtherDefault]:
    """Yield the feature gates of auditing in two releases that are not given and have another default."""
    named = {setting.gate for setting in settings(given)}
    for name in (AUDIT_GATES & before.keys() & after.keys()) - named:
        was, becomes = before[name].default, after[name].default
        if was != becomes:
            yield OtherDefault(name, str(was).lower(), str(becomes).lower())


def rotation_off(flags: ParsedFlags, before: int, after: int) -> FlagUse | None:
    """Return `--audit-log-maxsize=0`, where it means 100 MB in one of two releases and no rotation in the other."""
    use = flags.last(_SIZE)
    if use is None or flags.number(_SIZE) != 0 or not crosses(before, after, ROTATION_CAN_BE_OFF_FROM):
        return None
    return use
