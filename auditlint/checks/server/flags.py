"""Rules about the arguments of kube-apiserver: what its parser and its own checks refuse, and what does nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint import spelling
from auditlint.checks.server.flag_words import (
    NOT_STARTING,
    also,
    at_argument,
    at_flag,
    at_value,
    example,
    names_of,
)
from auditlint.checks.server.told import told_here
from auditlint.checks.suggestions import flag_names
from auditlint.english import listing, speech
from auditlint.finding import Severity
from auditlint.kubernetes import audit_options, known_flags, releases
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.parsed_flags import REPLACEMENTS, FlagProblem
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.kubernetes.parsed_flags import FlagError, FlagUse, Invalid
    from auditlint.rule import Context

rule = Category("apiserver-flags", ApiServer)
_WHOLE_NUMBERS = frozenset({"int", "int32", "int64", "uint"})
_UNITS = {"audit-log-maxage": "days", "audit-log-maxbackup": "files", "audit-log-maxsize": "megabytes"}
_LONGEST_NUMBER = 9
"""Digits of a number that makes sense as the value of a flag, and that every flag of a number takes."""
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_TRUTH = {"yes": "true", "on": "true", "enabled": "true", "no": "false", "off": "false", "disabled": "false"}


def _problem(server: ApiServer, error: FlagError) -> FlagProblem:
    """Return what went wrong in the author's eyes: a value may hold quotes or another flag."""
    if error.kind is not FlagProblem.INVALID_VALUE:
        return error.kind
    if error.value[:1] in {'"', "'"}:
        return FlagProblem.STRAY_ARGUMENT
    merged = any(_is_flag(word, server.minor) for word in error.value.split()[1:])
    return FlagProblem.MERGED_ARGUMENTS if merged else error.kind


def _is_flag(word: str, minor: int) -> bool:
    name = word.partition("=")[0]
    return name.startswith("--") and known_flags.find(name[2:].replace("_", "-"), minor) is not None


def _errors(server: ApiServer, problem: FlagProblem) -> Iterator[FlagError]:
    return (error for error in server.flags.errors if _problem(server, error) is problem)


def _refuse(server: ApiServer, context: Context, error: FlagError, message: str) -> Finding:
    return at_argument(server, context, error.position, f"{NOT_STARTING}: {message}", refused=True)


def _refuse_value(server: ApiServer, context: Context, error: FlagError, message: str) -> Finding:
    return at_value(server, context, error.position, f"{NOT_STARTING}: {message}", refused=True)


@rule(
    "unknown-flag",
    severity=Severity.ERROR,
    refuses=True,
    summary="a flag that this release of kube-apiserver does not have",
)
def unknown_flag(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report flags that never existed, are gone, or are not there yet."""
    for error in _errors(server, FlagProblem.UNKNOWN_FLAG):
        yield _refuse(
            server, context, error, f"{_unknown(server, error)} ({speech(error.message)}). {_instead(server, error)}"
        )


def _unknown(server: ApiServer, error: FlagError) -> str:
    argument = server.arguments[error.position].text
    known, name = known_flags.history(error.name), server.named(error.name)
    written = server.arguments[error.position].written
    if not argument.startswith("--"):
        return f'"{written}" has one dash, so each of its letters is read as a flag of its own'
    if argument.startswith("---"):
        return f'"{written}" has too many dashes'
    if known and known.last < server.minor:
        return f"{name} was removed in {releases.name(known.last + 1)}"
    if known and known.first > server.minor:
        return f"{name} came with {releases.name(known.first)}, this is {releases.name(server.minor)}"
    return f'it has no flag "{name}"'


def _instead(server: ApiServer, error: FlagError) -> str:
    if error.name == "audit-dynamic-configuration":
        webhook = server.named("audit-webhook-config-file")
        return f"Delete it: dynamic auditing, AuditSink objects included, is gone; {webhook} sends events to a webhook"
    meant = flag_names.suggest(error.name, server.minor)
    known = known_flags.history(error.name)
    if known and known.last >= server.minor >= known.first:
        return f"Write {server.named(error.name)}"
    if known and known.first > server.minor:
        return "Delete it until you upgrade"
    return f"Did you mean {server.named(meant)}?" if meant else "Delete it"


@rule(
    "invalid-flag-value",
    severity=Severity.ERROR,
    refuses=True,
    summary="a value that its flag does not take",
)
def invalid_flag_value(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report values that do not parse or are out of range, and what the server's own checks between flags refuse."""
    for error in _errors(server, FlagProblem.INVALID_VALUE):
        yield _refuse_value(
            server, context, error, f"{_wanted(server, error)} ({speech(error.message)}). {_better(server, error)}"
        )
    for problem, (reason, advice) in _GATES.items():
        for error in _errors(server, problem):
            wrong = reason.format(flag=server.named(error.name), gate=error.value)
            advised = advice.format(gate=error.value)
            yield _refuse_value(server, context, error, f"{wrong} ({speech(error.message)}). {advised}")
    for error in _errors(server, FlagProblem.EXITS):
        yield _refuse(
            server,
            context,
            error,
            f"with {server.named(error.name)} {error.message.partition(' ')[2]}. Delete the flag",
        )
    for invalid in server.flags.validation:
        yield from _invalid(server, context, invalid)
    for path in server.not_text:
        message = f"{NOT_STARTING}: this item is not a string, and the kubelet refuses the whole Pod. Put it in quotes"
        yield context.value(path, message, refused=True)


_GATES = {
    FlagProblem.MIXED_GATES: (
        "{flag} names some gates of kube-apiserver with `kube:` and others without",
        "Write all of them without",
    ),
    FlagProblem.LACKING_GATE: (
        "the feature gate {gate} is on, and gates that it needs are off",
        "Turn those on as well, or set {gate}=false",
    ),
}


def _wanted(server: ApiServer, error: FlagError) -> str:
    flag, name = known_flags.find(error.name, server.minor), server.named(error.name)
    kind = flag.type if flag else ""
    if kind in _WHOLE_NUMBERS:
        unit = _UNITS.get(error.name)
        return f'{name} takes a whole number{" of " + unit if unit else ""}, not "{error.value}"'
    if kind == "duration":
        return f'{name} takes a number with a unit, not "{error.value}"'
    if kind == "bool":
        return f'{name} takes true or false, not "{error.value}"'
    return f'{name} does not take "{error.value}"'


def _better(server: ApiServer, error: FlagError) -> str:
    flag = known_flags.find(error.name, server.minor)
    kind = flag.type if flag else ""
    number = re.match(r"\s*(\d+)", error.value)
    if error.name == "feature-gates":
        return "Write each gate as Name=true or Name=false"
    if kind in _WHOLE_NUMBERS and number and not error.value.strip()[number.end() :].startswith("."):
        digits = number[1].lstrip("0") or "0"
        if len(digits) <= _LONGEST_NUMBER:
            return f"Write {server.written(error.name, digits)}"
    if kind == "duration" and number and error.value.strip().isdecimal():
        return f"Write {server.written(error.name, number[1] + 's')}"
    if kind == "bool":
        return f"Write {server.written(error.name, _TRUTH.get(error.value.strip().lower(), 'true'))}"
    return f"Write a value such as {example(server, error.name)}"


def _invalid(server: ApiServer, context: Context, invalid: Invalid) -> Iterator[Finding]:
    use = next((use for name in invalid.flags if (use := server.flags.last(name))), None)
    if use is not None:
        message = f"{NOT_STARTING}: {speech(invalid.message)}. {_valid(server, invalid, use)}"
        yield at_value(server, context, use.position, message, refused=True)


def _valid(server: ApiServer, invalid: Invalid, use: FlagUse) -> str:
    name, value = invalid.flags[0], server.flags.text(invalid.flags[0])
    if use.name != name:
        because = f"{server.named(use.name)} needs {server.named(name)}, which is {value or 'empty'} by default"
        return f"{because}: set it to a positive number, or delete {server.named(use.name)}"
    choices = _choices(server, name)
    if choices:
        meant = spelling.meant(value, choices)
        return f"Write {listing([server.written(name, one) for one in ([meant] if meant else choices)], 'or')}"
    return f"Write {example(server, name)}"


def _choices(server: ApiServer, name: str) -> list[str]:
    if name.endswith("-mode"):
        return list(audit_options.MODES)
    if name.endswith("-version"):
        return audit_options.versions(server.minor)[::-1]
    return ["json"] if name == "audit-log-format" else []


@rule(
    "missing-flag-value",
    severity=Severity.ERROR,
    refuses=True,
    summary="a flag without its value, which takes the next argument for it",
)
def missing_flag_value(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report flags at the end of the arguments without a value, and those that take the next flag for theirs."""
    for error in _errors(server, FlagProblem.MISSING_VALUE):
        takes = f' and takes the next argument, "{error.value}", for it' if error.value else ""
        hint = f"Write {example(server, error.name)}"
        message = f"{server.named(error.name)} has no value{takes} ({speech(error.message)}). {hint}"
        yield _refuse(server, context, error, message)
    for use in server.flags.uses:
        if known_flags.is_audit(use.name) and use.separate and server.flags.swallowed(use):
            message = f"{server.named(use.name)} has no value and takes the next argument for it: {_lost(use)}"
            yield _swallowing(server, context, use, message)


def _lost(use: FlagUse) -> str:
    ends = {
        "audit-log-path": "the log goes to a file of that name",
        "audit-policy-file": "there is no file of that name",
    }
    return f'"{use.value}" is no longer a flag, and {ends.get(use.name, "the value is nonsense")}'


def _swallowing(server: ApiServer, context: Context, use: FlagUse, message: str) -> Finding:
    refused = _file_refused(server, use)
    start = f"{NOT_STARTING}: " if refused else ""
    return at_flag(server, context, use, f"{start}{message}. Write {example(server, use.name)}", refused=refused)


def _file_refused(server: ApiServer, use: FlagUse) -> bool:
    """Tell whether the server does not start because of the file that a flag, as written, names."""
    return any(fault.by for fault in server.faults if fault.flag == use.name)


@rule(
    "merged-arguments",
    severity=Severity.ERROR,
    refuses=True,
    summary="several flags, or a flag and its value with a space, in one argument",
)
def merged_arguments(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report list items that a shell would take apart and the kubelet does not."""
    for error in _errors(server, FlagProblem.MERGED_ARGUMENTS):
        argument = server.arguments[error.position].text
        message = f'"{argument}" is one argument ({speech(error.message)}). {_apart(server, argument)}'
        yield _refuse(server, context, error, message)
    for use in server.flags.uses:
        if known_flags.is_audit(use.name) and not use.separate and server.flags.swallowed(use):
            argument = server.arguments[use.position].text
            refused = _file_refused(server, use)
            start = f"{NOT_STARTING}: " if refused else ""
            lost = f'all behind the "=" is the value of {server.named(use.name)}'
            message = f'{start}"{argument}" is one argument, and {lost}'
            yield at_flag(server, context, use, f"{message}. {_apart(server, argument)}", refused=refused)


def _apart(server: ApiServer, argument: str) -> str:
    """Return what to write for an argument that holds several."""
    parts = re.split(r"\s+(?=--)", argument.strip())
    if len(parts) > 1:
        return f"Write {len(parts)} {server.spelling.entries}: {', '.join(_written(server, part) for part in parts)}"
    name, _, value = argument.strip().partition(" ")
    return f"Write {_written(server, f'{name}={value.strip()}')}"


def _written(server: ApiServer, argument: str) -> str:
    """Return an argument as the server's carrier writes it."""
    name, given, value = argument.partition("=")
    if not name.startswith("--"):
        return argument
    return server.written(name[2:], value if given else None)


@rule(
    "stray-argument",
    severity=Severity.ERROR,
    refuses=True,
    summary="an argument that belongs to no flag, or quotes that became part of a value",
)
def stray_argument(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report arguments without a flag, dashes that are none, comments as items, and quotes kept in a value."""
    for error in _errors(server, FlagProblem.STRAY_ARGUMENT):
        if error.kind is FlagProblem.STRAY_ARGUMENT:
            message = f'"{error.value}" belongs to no flag ({speech(error.message)}). {_stray(server, error)}'
        else:
            bare = error.value.strip("\"'")
            kept = f"the quotes in {error.value} are part of the value"
            message = f"{kept} ({speech(error.message)}). Write {server.written(error.name, bare)}"
        yield _refuse(server, context, error, message)
    for use in server.flags.uses:
        if known_flags.is_audit(use.name) and use.value[:1] in {'"', "'"} and not server.flags.swallowed(use):
            yield _quotes(server, context, use)


def _stray(server: ApiServer, error: FlagError) -> str:
    text = error.value.strip()
    before = server.arguments[error.position - 1].text if error.position else ""
    flag = known_flags.find(before[2:].replace("_", "-"), server.minor) if before.startswith("--") else None
    if before == "--" or any(argument.text == "--" for argument in server.arguments[: error.position]):
        return 'Delete the "--" before it: what follows is not read as flags'
    if text.startswith("#"):
        return "A comment needs a line of its own without the list's dash: delete the item"
    if text.startswith(tuple(_DASHES)):
        return f"It starts with a typographic dash: write --{text.lstrip('-' + _DASHES)}"
    if error.value.startswith((" ", "\t")) and text.startswith("--"):
        return f"Delete the blank in front: {text}"
    if flag is not None and flag.bare:
        return f"A boolean flag takes its value behind an equals sign: {before}={text}"
    name = text.partition("=")[0].replace("_", "-")
    return (
        f"Write --{text}" if known_flags.find(name, server.minor) else "Delete it, or join it to its flag: --FLAG=VALUE"
    )


def _quotes(server: ApiServer, context: Context, use: FlagUse) -> Finding:
    refused = _file_refused(server, use)
    bare = use.value.strip("\"'")
    effects = {
        "audit-policy-file": "there is no such file",
        "audit-webhook-config-file": "there is no such file",
        "audit-log-path": "the log goes to a path relative to the working directory, in a folder whose name is a quote",
    }
    effect = effects.get(use.name, "the value is another one than you mean")
    start = f"{NOT_STARTING}: " if refused else ""
    message = (
        f"{start}the quotes in {use.value} are part of the value, and {effect}. Write {server.written(use.name, bare)}"
    )
    return at_flag(server, context, use, message, refused=refused)


@rule(
    "repeated-flag",
    severity=Severity.WARNING,
    summary="an audit flag that is given twice",
)
def repeated_flag(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report audit flags that are given more than once: the last one wins."""
    for uses in server.flags.repeated():
        *earlier, last = uses
        if known_flags.is_audit(last.name):
            lost = ", ".join(dict.fromkeys(f'"{use.value}"' for use in earlier))
            order = f"{server.tool} sorts them, and " if server.sorts_arguments else ""
            same = lost == f'"{last.value}"'
            effect = (
                "each time with the same value"
                if same
                else f'{order}the last one wins, so {lost} is ignored and "{last.value}" counts'
            )
            related = tuple(
                also(
                    server,
                    context,
                    use,
                    f"{server.named(use.name)} for the first time" if use is uses[0] else "and here",
                )
                for use in earlier
            )
            message = f"{server.named(last.name)} is given {len(uses)} times: {effect}. Keep one"
            yield at_flag(server, context, last, message, related=related)


@rule(
    "invalid-path",
    severity=Severity.ERROR,
    refuses=True,
    summary="a file name that the server takes literally: a URL, a relative path, ~, $HOME",
)
def invalid_path(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report paths of audit files that do not lead where they seem to."""
    for fault in told_here(server.faults, context):
        use = server.flags.last(fault.flag)
        if use is not None:
            certain = fault.case in {"url", "folder"}
            severity = Severity.ERROR if certain else Severity.WARNING
            bare = server.written(use.name, fault.path.strip())
            around = _ON_HOST if server.files is Files.HOST else _IN_CONTAINER
            name = server.named(use.name)
            message = _MISLEADING[fault.case].format(path=fault.path, flag=name, bare=bare, **around)
            start = f"{NOT_STARTING}: " if fault.by else ""
            refused = bool(fault.by)
            details = {"refused": refused, "severity": severity, "about": (use.name,)}
            yield at_value(server, context, use.position, start + message, **details)


_MISLEADING = {
    "url": '"{path}" is a URL, and {flag} takes the path of a file{where}; nothing is downloaded. '
    "Put the file on the host{mounted}",
    "folder": '"{path}" ends in a slash, and {flag} takes a file, not a folder. Name the file in it',
    "blank": '"{path}" has a blank at its start or end, and that is part of the file\'s name. Write {bare}',
    "unexpanded": '"{path}" is taken literally: no shell stands between, so the file is looked for in a folder of that '
    "name below the working directory. Write the path out, from /",
    "relative": '"{path}" is relative to the working directory of {whose}. Write the path from /',
}
_IN_CONTAINER = {
    "where": " in the container",
    "mounted": " and mount it",
    "whose": "the container, which the image decides",
}
_ON_HOST = {"where": "", "mounted": "", "whose": "the process"}


@rule(
    "deprecated-flag",
    severity=Severity.WARNING,
    summary="an audit flag or value that still works and will be removed",
)
def deprecated_flag(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report deprecated audit flags, and the old versions of events where they are deprecated."""
    for use in server.flags.uses:
        known = known_flags.audit_flags(server.minor).get(use.name)
        if known and known.deprecated:
            new = REPLACEMENTS.get(use.name, "")
            yield at_flag(
                server, context, use, f"{server.named(use.name)} is deprecated. Write {server.written(new, use.value)}"
            )
        elif _old_version(server, use):
            message = f'"{use.value}" is an old version of events, and kube-apiserver 1.24 does not start with it'
            yield at_flag(server, context, use, f"{message}. Write {server.written(use.name, 'audit.k8s.io/v1')}")


def _old_version(server: ApiServer, use: FlagUse) -> bool:
    named = use.name in {"audit-log-version", "audit-webhook-version"}
    return (
        named
        and use.value in {"audit.k8s.io/v1alpha1", "audit.k8s.io/v1beta1"}
        and use.value in audit_options.versions(server.minor)
    )


@rule(
    "legacy-log-format",
    severity=Severity.WARNING,
    summary="a log format that leaves out most of each event",
)
def legacy_log_format(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report `--audit-log-format=legacy`."""
    use = server.flags.last("audit-log-format")
    if use is not None and use.value == "legacy":
        better = server.written("audit-log-format", "json")
        message = (
            '"legacy" writes one line of text per event, without bodies, annotations and object references whatever '
            f"level the policy asks for, and log collectors do not parse it. Write {better}"
        )
        yield at_flag(server, context, use, message)


@rule(
    "flag-without-effect",
    severity=Severity.INFO,
    summary="an audit flag that another flag makes meaningless",
)
def flag_without_effect(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report flags that the server accepts and never looks at, one finding per cause."""
    for backend, switch in audit_options.BACKENDS.items():
        for names, reason in _idle(server, backend, switch):
            uses = [use for name in names if (use := server.flags.last(name))]
            if any(_sets(server, use) for use in uses):
                uses.sort(key=lambda use: use.position)
                verb, these = ("has", "it") if len(uses) == 1 else ("have", "them")
                message = (
                    f"{names_of(server, [use.name for use in uses])} {verb} no effect: {reason}, or delete {these}"
                )
                related = tuple(also(server, context, use, "without effect as well") for use in uses[1:])
                yield at_flag(server, context, uses[0], message, related=related)


def _sets(server: ApiServer, use: FlagUse) -> bool:
    """Tell whether a flag asks for something else than the default."""
    return server.flags.values[use.name] != known_flags.audit_flags(server.minor)[use.name].default


def _idle(server: ApiServer, backend: str, switch: str) -> Iterator[tuple[list[str], str]]:
    """Yield groups of flags that count for nothing, each with the reason and what would make them count."""
    prefix = f"audit-{backend}-"
    own = [name for name in known_flags.audit_flags(server.minor) if name.startswith(prefix) and name != switch]
    if not server.flags.text(switch):
        other = next(flag for flag in audit_options.BACKENDS.values() if flag != switch)
        if server.complete and server.flags.text(other):
            yield own, f"without {server.named(switch)} there is no {backend} backend. Set it"
        return
    if server.flags.text(switch) == "-":
        rotation = [*_UNITS, "audit-log-compress"]
        yield rotation, f"only a file is rotated, and {server.written(switch, '-')} is standard output. Log to a file"
    yield from _idle_batches(server, prefix, [name for name in own if name.startswith(f"{prefix}batch-")])
    if _is_off(server, f"{prefix}truncate-enabled"):
        sizes = [name for name in own if name.startswith(f"{prefix}truncate-max")]
        yield sizes, f"truncation is off. Add {server.written(f'{prefix}truncate-enabled')}"


def _idle_batches(server: ApiServer, prefix: str, names: list[str]) -> Iterator[tuple[list[str], str]]:
    mode = server.flags.text(f"{prefix}mode")
    if not (server.complete or server.flags.last(f"{prefix}mode")):
        return
    if mode in {"blocking", "blocking-strict"}:
        batch = [name for name in names if name not in REPLACEMENTS]
        wanted = server.written(f"{prefix}mode", "batch")
        yield batch, f"batches are made only with {wanted}, and the mode is {mode}. Set the mode"
    elif mode == "batch" and _is_off(server, f"{prefix}batch-throttle-enable"):
        throttle = [name for name in names if name.endswith(("-qps", "-burst"))]
        yield throttle, f"{server.named(f'{prefix}batch-throttle-enable')} is off. Turn it on"


def _is_off(server: ApiServer, name: str) -> bool:
    """Tell whether a boolean flag is off, and not perhaps turned on where it does not show."""
    return not server.flags.enabled(name) and (server.complete or server.flags.last(name) is not None)
