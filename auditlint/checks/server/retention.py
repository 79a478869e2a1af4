"""Rules about how long audit events are kept, and whether the disk fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.checks.server.flag_words import and_mount, at_flag, example, meant, names_of
from auditlint.english import counted
from auditlint.finding import Severity
from auditlint.kubernetes import container
from auditlint.kubernetes.container import Files
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer, Runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.kubernetes.parsed_flags import FlagUse
    from auditlint.rule import Context

rule = Category("apiserver-retention", ApiServer)
_NOTHING_LOGGED = ("backend-without-policy",)
_BETTER_TOLD = ("retention-below-profile",)
_AGE, _FILES, _SIZE = "audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize"
_WRITER_SIZE = 100
"""The megabytes at which the log writer rotates where it is not told."""
_QUIET_RATE = 24
"""Megabytes a day: 1 MB an hour, less than any cluster with a workload writes at level Metadata."""


def _log_use(server: ApiServer) -> FlagUse | None:
    """Return the flag that makes the server write a file, if it does."""
    use = server.flags.last("audit-log-path")
    return use if use and container.is_log_file(use.value) else None


def _limit(server: ApiServer, name: str) -> int | None:
    """Return the value in force of a limit; None where it may be set elsewhere, or was meant to be set."""
    if server.flags.last(name) is None and (not server.complete or meant(server, name)):
        return None
    return int(server.flags.number(name))


def _size(server: ApiServer) -> int:
    return int(server.flags.number(_SIZE)) or _WRITER_SIZE


@rule(
    "no-rotation-limits",
    severity=Severity.WARNING,
    summary="a log file without a limit on age and number of its old files",
    gives_way_to=_BETTER_TOLD,
    silenced_by=_NOTHING_LOGGED,
)
def no_rotation_limits(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a log file for which neither maxage nor maxbackup is set."""
    use = _log_use(server)
    absent = [name for name in (_AGE, _FILES, _SIZE) if not server.flags.last(name) and not meant(server, name)]
    if use is None or not server.complete or not {_AGE, _FILES} <= set(absent):
        return
    missing = f"{names_of(server, absent)} are not set"
    if server.minor >= container.ROTATION_CAN_BE_OFF_FROM:
        message = (
            f"{missing}: 1.36 and later keep 366 days and 100 files of {_size(server)} MB, 1.35 and older keep "
            "everything. Set them, so that it does not depend on the release"
        )
        yield at_flag(server, context, use, message, severity=Severity.INFO, about=tuple(absent))
    else:
        kept = f"every file of {_size(server)} MB is kept for ever, until the disk is full"
        message = f"{missing}: {kept}. Add {example(server, _AGE)} and {example(server, _FILES)}"
        yield at_flag(server, context, use, message, about=tuple(absent))


@rule(
    "unlimited-retention",
    severity=Severity.WARNING,
    summary="0 for maxage and maxbackup, which keeps everything, or an age as the only limit",
    gives_way_to=_BETTER_TOLD,
    silenced_by=_NOTHING_LOGGED,
)
def unlimited_retention(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report limits that are set and limit nothing, or leave the size of the disk open."""
    age_use, files_use = server.flags.last(_AGE), server.flags.last(_FILES)
    age, files = _limit(server, _AGE), _limit(server, _FILES)
    if _log_use(server) is None or files != 0 or age is None:
        return
    use = files_use or age_use
    write = f"{'Write' if files_use else 'Add'} {example(server, _FILES)}"
    if age == 0 and use:
        kept = "once files are rotated, every one stays" if _never_rotates(server) else _every_file(server)
        message = f"0 means no limit, not none kept: {kept} until the disk is full. {write}"
        yield at_flag(server, context, use, message, about=(_AGE, _FILES))
    elif age > 0 and use:
        zero = '0 means "any number", and ' if files_use else ""
        once = "once files are rotated, " if _never_rotates(server) else ""
        message = (
            f"{zero}{once}the age is the only limit: whatever is written in {age} days is kept, and a busy day can "
            f"fill the disk. {write}"
        )
        yield at_flag(server, context, use, message, severity=Severity.INFO, about=(_FILES,))


def _never_rotates(server: ApiServer) -> bool:
    return server.minor >= container.ROTATION_CAN_BE_OFF_FROM and _limit(server, _SIZE) == 0


def _every_file(server: ApiServer) -> str:
    return f"every file of {_size(server)} MB stays"


@rule(
    "rotation-off",
    severity=Severity.WARNING,
    summary="a maximum size of 0, which means no rotation from 1.36 on",
    gives_way_to=_BETTER_TOLD,
    silenced_by=_NOTHING_LOGGED,
)
def rotation_off(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report `--audit-log-maxsize=0`."""
    use = server.flags.last(_SIZE)
    path = server.flags.last("audit-log-path")
    if use is None or server.flags.number(_SIZE) != 0 or (path and not container.is_log_file(path.value)):
        return
    if server.minor >= container.ROTATION_CAN_BE_OFF_FROM:
        message = (
            "0 turns rotation off: one file grows until the disk is full, and maxage and maxbackup count for nothing. "
            f"Write {example(server, _SIZE)}"
        )
        yield at_flag(server, context, use, message, about=(_SIZE,))
    else:
        message = (
            f"0 means {_WRITER_SIZE} MB until 1.35 and no rotation at all from 1.36 on. "
            f"Write {example(server, _SIZE)}, which means the same in both"
        )
        yield at_flag(server, context, use, message, severity=Severity.INFO, about=(_SIZE,))


@rule(
    "age-never-reached",
    severity=Severity.INFO,
    summary="a maximum age that the number and size of files cannot hold",
    silenced_by=_NOTHING_LOGGED,
    options={"megabytes-per-day": _QUIET_RATE},
)
def age_never_reached(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a maxage beyond what maxbackup files of maxsize hold at the rate of a quiet cluster."""
    use = server.flags.last(_AGE)
    age, files = _limit(server, _AGE), _limit(server, _FILES)
    if use is None or not age or not files or _limit(server, _SIZE) is None or _log_use(server) is None:
        return
    rate = context.options["megabytes-per-day"]
    size = _size(server)
    room = (files + 1) * size
    if room < age * rate:
        needed = -(-age * rate // size) - 1
        days = room // rate
        whose = ", a very quiet cluster," if rate == _QUIET_RATE else ""
        message = (
            f"the log and {files} old files of {size} MB hold {room} MB: at {rate} MB a day{whose} that is "
            f"{counted(days, 'day')}, not {age}. Write {server.written(_FILES, str(needed))}, or a lower age"
        )
        yield at_flag(server, context, use, message)


@rule(
    "log-to-stdout",
    severity=Severity.WARNING,
    summary="audit events between the lines of the server's own log",
    silenced_by=_NOTHING_LOGGED,
)
def log_to_stdout(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report `--audit-log-path=-`."""
    use = server.flags.last("audit-log-path")
    if use is not None and use.value == "-":
        kept = "" if server.runs is Runs.PROCESS else ": the kubelet keeps 5 files of 10 MB by default"
        message = (
            f"audit events go to standard output, between the lines of the server's own log, and go with it{kept}. "
            f"Write {example(server, 'audit-log-path')}{and_mount(server, 'its folder')}"
        )
        yield at_flag(server, context, use, message)


@rule(
    "log-to-device",
    severity=Severity.WARNING,
    summary="a device such as /dev/stdout as the log file",
    silenced_by=_NOTHING_LOGGED,
)
def log_to_device(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report log paths in /dev and /proc."""
    use = server.flags.last("audit-log-path")
    if use is not None and container.is_device(use.value):
        yield at_flag(server, context, use, f"{_device(server, use.value)}. Write {example(server, 'audit-log-path')}")


def _device(server: ApiServer, path: str) -> str:
    if path == "/dev/null":
        return '"/dev/null" throws every event away'
    if server.minor >= container.ROTATION_CAN_BE_OFF_FROM and server.flags.number(_SIZE) == 0:
        return f'"{path}" mixes audit events with what else is written there'
    memory = "memory" if server.files is Files.HOST else "the container's memory"
    return (
        f'"{path}" is rotated like a file: after {_size(server)} MB the server renames it and goes on in an ordinary '
        f"file in {memory} until that is full, or cannot rename it and drops every event"
    )
