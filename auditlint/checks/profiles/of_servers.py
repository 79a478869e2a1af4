"""What the profiles ask of the flags of kube-apiserver, beyond what is wrong without a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint import profiles
from auditlint.checks.server.backends import no_backend
from auditlint.checks.server.flag_words import and_mount, at_flag, example, lacks, meant, names_of
from auditlint.english import listing, noun
from auditlint.kubernetes import audit_options, container, feature_gates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.finding import Finding
    from auditlint.rule import Context
    from auditlint.subjects.model import ApiServer

_LOG = audit_options.BACKENDS["log"]
_WEBHOOK = audit_options.BACKENDS["webhook"]
_DYNAMIC = "audit-dynamic-configuration"
_GATE = "DynamicAuditing"
_AGE, _FILES, _SIZE = "audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize"
_UNITS = {_AGE: "days", _FILES: "files", _SIZE: "MB"}


def below_profile(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Yield a webhook that stands alone where a log is asked for, and dynamic auditing where it is forbidden."""
    asked = profiles.controls(context.profiles, server.minor)
    about = {about for control in asked if context.rule.name in control.rules for about in control.about}
    if _LOG in about and lacks(server, _LOG) and not no_backend(server):
        yield _no_log(server, context)
    if "dynamic-auditing" in about and server.minor <= feature_gates.DYNAMIC_AUDITING_UNTIL:
        yield from _dynamic_auditing(server, context)


def _no_log(server: ApiServer, context: Context) -> Finding:
    """Return what to say of a server whose events go elsewhere: to a webhook or, in 1.18, to AuditSinks."""
    use = server.flags.last(_WEBHOOK)
    where = "the webhook" if server.flags.text(_WEBHOOK) else "AuditSinks"
    message = f"events go to {where} alone, and the profile asks for a log file as well"
    advice = f"Add {example(server, _LOG)}{and_mount(server, 'its folder')}"
    if use:
        return at_flag(server, context, use, message, help=advice, about=(_LOG,))
    return context.key(server.arguments_place, message, help=advice, about=(_LOG,))


def _dynamic_auditing(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Yield what turns dynamic auditing on; 1.18 is the last release that has it."""
    gate, switch = server.flags.last("feature-gates"), server.flags.last(_DYNAMIC)
    message, about = "dynamic auditing lets AuditSinks in the cluster send audit events anywhere", ("dynamic-auditing",)
    if gate and feature_gates.turns_on(server.flags, _GATE):
        advice = f"Delete {_GATE} from {server.named('feature-gates')}"
        yield at_flag(server, context, gate, message, help=advice, about=about)
    elif switch and server.flags.enabled(_DYNAMIC):
        yield at_flag(server, context, switch, message, help=f"Delete {server.named(_DYNAMIC)}", about=about)


def retention(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Yield the limits that are not as the profiles ask: those that are absent together, the others one by one."""
    asked = _minima(server, context)
    absent = [name for name in asked if _is_absent(server, name)]
    if absent:
        yield _absent(server, context, absent, asked)
    for name, least in asked.items():
        use = server.flags.last(name)
        value = int(server.flags.number(name)) if use else least
        if use and 0 <= value < least:
            advice = f"Write {server.written(name, str(least))}"
            yield at_flag(server, context, use, _too_low(server, name, value, least), help=advice, about=(name,))


def _minima(server: ApiServer, context: Context) -> dict[str, int]:
    """Return the least value that the chosen profiles ask of each flag."""
    least: dict[str, int] = {}
    for control in profiles.controls(context.profiles, server.minor):
        if control.minimum:
            least[control.key] = max(control.minimum, least.get(control.key, 0))
    return dict(sorted(least.items()))


def _is_absent(server: ApiServer, name: str) -> bool:
    return server.complete and server.flags.last(name) is None and not meant(server, name)


def _absent(server: ApiServer, context: Context, names: Sequence[str], asked: dict[str, int]) -> Finding:
    """Return what to say of limits that are not set, at the log's path or, without a log, at the arguments."""
    use = server.flags.last(_LOG)
    numbers = listing([f"{asked[name]} {_UNITS[name]}" for name in names])
    advice = f"Add {listing([server.written(name, str(asked[name])) for name in names])}"
    be = noun(len(names), "is", "are")
    start = f"{names_of(server, names)} {be} not set"
    if use and container.is_log_file(use.value) and len(names) == 1:
        message = f"{start}: {_in_effect(server, names[0])}, but the profile's check looks for the flag"
    else:
        known = server.minor >= container.ROTATION_CAN_BE_OFF_FROM and bool(use)
        aside = ", and its check looks for the flags, whatever the defaults are" if known else ""
        message = f"{start}, and the profile asks for {numbers}{aside}"
    if use:
        return at_flag(server, context, use, message, help=advice, about=tuple(names))
    return context.key(server.arguments_place, message, help=advice, about=tuple(names))


def _too_low(server: ApiServer, name: str, value: int, least: int) -> str:
    if value:
        return f"the profile asks for {least} {_UNITS[name]}, and {value} is less"
    return f"0 means that {_in_effect(server, name)}, but the profile asks for {least} or more and its check fails 0"


def _in_effect(server: ApiServer, name: str) -> str:
    """Return what a limit in force comes to: the default, or 0."""
    value = int(server.flags.number(name))
    if name == _SIZE:
        endless = server.minor >= container.ROTATION_CAN_BE_OFF_FROM and value == 0
        return "one file grows without end" if endless else f"a file is rotated at {value or 100} MB"
    if value == 0:
        return "files of any age are kept" if name == _AGE else "any number of old files is kept"
    return f"{value} {_UNITS[name]} are kept"
