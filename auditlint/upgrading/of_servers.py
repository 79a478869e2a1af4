"""What another release makes of the flags of a kube-apiserver that both take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.checks.server.flag_words import example, meant
from auditlint.english import listing
from auditlint.kubernetes.container import ROTATION_CAN_BE_OFF_FROM
from auditlint.kubernetes.feature_gates import gates
from auditlint.kubernetes.known_flags import audit_flags
from auditlint.kubernetes.upgrade.servers import LIMITS, log_file, other_defaults, other_gates, rotation_off
from auditlint.kubernetes.upgrade.steps import since
from auditlint.upgrading.changes import differs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.kubernetes.parsed_flags import FlagUse
    from auditlint.kubernetes.upgrade.servers import OtherDefault
    from auditlint.report.upgraded import Change
    from auditlint.subjects.model import ApiServer
    from auditlint.upgrading.changes import Way

_ZERO = {"audit-log-maxage": "any age", "audit-log-maxbackup": "any number", "audit-log-maxsize": "100 MB"}
"""What 0 means for each limit, where it does not turn rotation off."""


def of_server(before: ApiServer, after: ApiServer, way: Way) -> Iterator[Change]:
    """Yield what is otherwise with the same flags; nothing of flags that may be given elsewhere."""
    use = rotation_off(after.flags, way.before, way.after)
    writes = log_file(after.flags)
    may_write = writes is not None or (not after.complete and after.flags.last("audit-log-path") is None)
    if use is not None and may_write:
        yield _rotation_off(after, use, way)
    if not after.complete:
        return
    old, new = audit_flags(way.before), audit_flags(way.after)
    others = [one for one in other_defaults(after.flags, old, new) if not meant(after, one.name)]
    limits = sorted((one for one in others if one.name in LIMITS), key=lambda one: LIMITS.index(one.name))
    if limits and writes is not None:
        yield _other_limits(after, writes, limits, way, off=use is not None)
    yield from (_other_default(after, one, "flag-default", way) for one in others if one.name not in LIMITS)
    for one in other_gates(before.flags, gates(way.before), gates(way.after)):
        yield _other_default(after, one, "gate-default", way)


def _rotation_off(server: ApiServer, use: FlagUse, way: Way) -> Change:
    name = server.written("audit-log-maxsize", "0")
    if way.up:
        message = (
            f"{name} turns rotation off from 1.{ROTATION_CAN_BE_OFF_FROM} on: one file grows until the disk is full, "
            f"where {way.old} rotates it at 100 MB"
        )
    else:
        message = f"{name} means 100 MB in {way.new}, where {way.old} never rotates the file"
    return _at_rotation(server, use, "rotation-off", message, f"Write {example(server, LIMITS[-1])}")


def _other_limits(server: ApiServer, use: FlagUse, limits: Sequence[OtherDefault], way: Way, *, off: bool) -> Change:
    """Return the change of the limits that are not given, as one: they are set in one place."""
    names = [one.name for one in limits]
    listed = listing([f"{server.named(one.name)} {_default(one)}" for one in limits])
    same = names == [LIMITS[-1]]
    effect = f"so old files may be {'deleted that were kept' if way.up else 'kept that were deleted'} until now"
    if off:
        older, newer = (way.old, way.new) if way.up else (way.new, way.old)
        effect = f"which counts in {older}, and in {newer} once files are rotated again"
    elif same:
        effect = "which is the same size"
    message = f"{way.new} has other defaults for limits that are not given: {listed}, {effect}"
    advice = "Nothing changes: to say so, write" if same and not off else "Give the limits that you want, such as"
    return _at_rotation(server, use, "rotation-default", message, f"{advice} {_examples(server, names)}")


def _default(one: OtherDefault) -> str:
    was, becomes = (f"0 ({_ZERO[one.name]})" if value == "0" else value for value in (one.before, one.after))
    return f"{becomes} instead of {was}"


def _other_default(server: ApiServer, one: OtherDefault, topic: str, way: Way) -> Change:
    """Return the change of one default that no other function knows."""
    named = server.named(one.name) if topic == "flag-default" else f"the feature gate {one.name}"
    message = f"{named} is not given, and its default is {one.after} in {way.new} instead of {one.before}"

    def is_so(minor: int) -> bool:
        if topic == "flag-default":
            flag = audit_flags(minor).get(one.name)
            return flag is not None and flag.default == one.after
        gate = gates(minor).get(one.name)
        return gate is not None and str(gate.default).lower() == one.after

    return differs(server, server.arguments_place or server.base, topic, since(*way, is_so), message)


def _at_rotation(server: ApiServer, use: FlagUse, topic: str, message: str, help: str) -> Change:
    """Return a change that came with 1.36 at a flag."""
    argument = server.arguments[use.position]
    since_minor = ROTATION_CAN_BE_OFF_FROM
    return differs(server, argument.path, topic, since_minor, message, key=argument.by_key, help=help)


def _examples(server: ApiServer, names: Sequence[str]) -> str:
    return listing([example(server, name) for name in names])
