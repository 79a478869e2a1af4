"""Rules about how long audit events are kept, and whether the disk fills."""

from __future__ import annotations

from math import ceil
from weakref import WeakKeyDictionary

from auditlint.checks.repairs import servers
from auditlint.checks.server.flag_words import EXAMPLES, at_flag, example, meant, names_of
from auditlint.checks.suggestions import mount_blocks
from auditlint.english import counted, listing
from auditlint.finding import Related, Severity
from auditlint.kubernetes import container, traffic
from auditlint.kubernetes.container import Files
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer, Runs
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.kubernetes.analysis import Analysis
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
_DAYS_KEPT = 2
"""What is advised where the history is short: twice as much as an idle cluster writes in the day that is asked for."""
_EXAMPLE_FILES = EXAMPLES[_FILES]
_TO_A_WEBHOOK = "Send the events to a webhook, where they have to be kept"
_WEBHOOK_TOO = "Delete it: the webhook gets the same events"


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
    fixable=True,
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
        kept = f"1.36 and later keep 366 days and 100 files of {_size(server)} MB, older releases keep everything"
        severity = Severity.INFO
    else:
        kept = f"every file of {_size(server)} MB is kept until the disk is full"
        severity = Severity.WARNING
    advice = f"Add {listing([example(server, name) for name in absent])}"
    fix = servers.flags(server, [(name, EXAMPLES[name]) for name in absent])
    message = f"{missing}: {kept}"
    yield at_flag(server, context, use, message, help=advice, severity=severity, about=tuple(absent), fix=fix)


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
        message = f"0 means no limit, not none kept: {kept} until the disk is full"
        yield at_flag(server, context, use, message, help=write, about=(_AGE, _FILES))
    elif age > 0 and use:
        zero = '0 means "any number", and ' if files_use else ""
        once = "once files are rotated, " if _never_rotates(server) else ""
        message = f"{zero}{once}the age is the only limit: {counted(age, 'busy day')} can fill the disk"
        yield at_flag(server, context, use, message, help=write, severity=Severity.INFO, about=(_FILES,))


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
        message = "0 turns rotation off: one file grows until the disk is full, maxage and maxbackup have no effect"
        severity = Severity.WARNING
    else:
        message = f"0 means {_WRITER_SIZE} MB until 1.35, and no rotation from 1.36 on"
        severity = Severity.INFO
    advice = f"Write {example(server, _SIZE)}"
    yield at_flag(server, context, use, message, help=advice, severity=severity, about=(_SIZE,))


@rule(
    "age-never-reached",
    severity=Severity.INFO,
    summary="a maximum age that the number and size of files cannot hold",
    silenced_by=_NOTHING_LOGGED,
    options={"megabytes-per-day": _QUIET_RATE},
)
def age_never_reached(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a maxage beyond what maxbackup files of maxsize hold at the rate of the policy, or a stated one."""
    use = server.flags.last(_AGE)
    age, room = _limit(server, _AGE), _room(server)
    if use is None or not age or room is None or _log_use(server) is None:
        return
    rate, whose = _rate(server, context)
    if rate and room < age * rate:
        message = f"{_megabytes(room)} are full after {_lasts(room, rate)} {whose}, long before maxage={age} days"
        yield at_flag(server, context, use, message, help=f"{_larger(server, age * rate)}, or a lower age")


@rule(
    "short-history",
    severity=Severity.WARNING,
    summary="a log that holds less than a day of what an idle cluster writes",
    silenced_by=_NOTHING_LOGGED,
)
def short_history(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report limits on files that even an idle cluster exceeds within a day under the policy of the run."""
    use = server.flags.last(_FILES) or _log_use(server)
    room, rate = _room(server), _idle_rate(server, context)
    if use is None or room is None or rate is None or room >= rate or _log_use(server) is None:
        return
    message = f"the log holds {_megabytes(room)}, which an idle cluster fills in {_lasts(room, rate)} under this policy"
    policy = context.links.policy_of[server]
    related = (
        Related(policy.path, policy.places.key(policy.base), f"logs {_megabytes(rate)} a day of an idle cluster"),
    )
    yield at_flag(server, context, use, message, help=_larger(server, _DAYS_KEPT * rate), related=related)


def _room(server: ApiServer) -> int | None:
    """Return the megabytes that the log and its old files may take; None without a limit, or where it is not known."""
    files = _limit(server, _FILES)
    if not files or _limit(server, _SIZE) is None or _never_rotates(server):
        return None
    return (files + 1) * _size(server)


def _rate(server: ApiServer, context: Context) -> tuple[float, str]:
    """Return megabytes a day, and whose they are: stated, of an idle cluster under the policy, or of a quiet one."""
    stated = int(context.options["megabytes-per-day"])
    if stated != _QUIET_RATE:
        return stated, f"at {stated} MB a day"
    idle = _idle_rate(server, context)
    return (_QUIET_RATE, "on a very quiet cluster") if idle is None else (idle, "on an idle cluster")


_RATES: WeakKeyDictionary[Analysis, dict[int, float]] = WeakKeyDictionary()
"""Megabytes a day by release: an editor asks again after each change of the manifest beside a policy."""


def _idle_rate(server: ApiServer, context: Context) -> float | None:
    """Return the megabytes a day that an idle cluster logs under the policy of the run; None without one."""
    policy = context.links.policy_of.get(server)
    found = policy.analysis if policy else None
    if found is None:
        return None
    known = _RATES.setdefault(found, {})
    if server.minor not in known:
        known[server.minor] = traffic.idle(found.policy, server.minor).megabytes
    return known[server.minor]


def _larger(server: ApiServer, wanted: float) -> str:
    """Return the advice to keep so many megabytes."""
    size = max(_size(server), _WRITER_SIZE)
    files = max(ceil(wanted / size) - 1, int(_EXAMPLE_FILES))
    grown = [] if size == _size(server) else [server.written(_SIZE, str(size))]
    return f"Write {listing([*grown, server.written(_FILES, str(files))])}"


def _megabytes(number: float) -> str:
    return f"{round(number):,} MB"


def _lasts(room: float, rate: float) -> str:
    """Return how long so many megabytes last, in the largest unit of which there is at least one."""
    minutes = room / rate * 24 * 60
    for unit, length in (("day", 24 * 60), ("hour", 60)):
        if minutes >= length:
            return counted(int(minutes / length), unit)
    return counted(max(int(minutes), 1), "minute")


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
        message = f"audit events go to standard output, among the lines of the server's own log{kept}"
        advice = _to_a_file(server)
        if server.no_log_folder:
            advice = _WEBHOOK_TOO if server.flags.text("audit-webhook-config-file") else _TO_A_WEBHOOK
        severity = Severity.INFO if server.no_log_folder else None
        yield at_flag(server, context, use, message, help=advice, severity=severity)


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
        advice = _to_a_file(server)
        yield at_flag(server, context, use, _device(server, use.value), help=advice)


def _to_a_file(server: ApiServer) -> str:
    return f"Write the log to a file:\n{mount_blocks.with_flags(server, 'audit-log-path')}"


def _device(server: ApiServer, path: str) -> str:
    if path == "/dev/null":
        return '"/dev/null" throws every event away'
    if server.minor >= container.ROTATION_CAN_BE_OFF_FROM and server.flags.number(_SIZE) == 0:
        return f'"{path}" mixes audit events with what else is written there'
    memory = "memory" if server.files is Files.HOST else "the container's memory"
    return (
        f'"{path}" is rotated like a file: after {_size(server)} MB the server renames it and fills {memory}, '
        "or cannot rename it and drops every event"
    )
