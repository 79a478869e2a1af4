"""Rules about the arguments of kube-apiserver: what its parser and its own checks refuse, and what does nothing."""

from __future__ import annotations

import posixpath
import re

from auditlint import spelling
from auditlint.checks.repairs import servers
from auditlint.checks.server.flag_words import (
    EXAMPLES,
    NUMBERS,
    STOPS,
    also,
    and_mount,
    at_argument,
    at_flag,
    at_value,
    choices,
    example,
    names_of,
    never_had,
    says,
    unsure,
    value_for,
    write,
)
from auditlint.checks.server.told import told_here
from auditlint.checks.suggestions import flag_names
from auditlint.english import listing, quoted, several
from auditlint.finding import Severity
from auditlint.kubernetes import audit_options, known_flags, releases
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.parsed_flags import REPLACEMENTS, FlagProblem, FlagUse
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.change import Repair
    from auditlint.finding import Finding
    from auditlint.kubernetes.container import Fault
    from auditlint.kubernetes.parsed_flags import FlagError, Invalid
    from auditlint.rule import Context

rule = Category("apiserver-flags", ApiServer)
_UNITS = {"audit-log-maxage": "days", "audit-log-maxbackup": "files", "audit-log-maxsize": "megabytes"}
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_QUOTES = frozenset({'"', "'"})
_DYNAMIC = "audit-dynamic-configuration"


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


def _refuse(
    server: ApiServer, context: Context, error: FlagError, message: str, help: str, *, fix: Repair | None = None
) -> Finding:
    """Return a finding at an argument because of which the server does not start."""
    position, words = error.position, says(server, error.message)
    return at_argument(server, context, position, f"{message}{STOPS}", help=help, example=words, refused=True, fix=fix)


def _refuse_value(server: ApiServer, context: Context, error: FlagError, message: str, help: str) -> Finding:
    """Return the same at the value, if it stands apart from the flag's name."""
    position, words = error.position, says(server, error.message)
    return at_value(server, context, position, f"{message}{STOPS}", help=help, example=words, refused=True)


@rule(
    "unknown-flag",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="a flag that this release of kube-apiserver does not have",
    gives_way_to=("leading-dashes",),
)
def unknown_flag(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report flags that never existed, are gone, or are not there yet."""
    for error in _errors(server, FlagProblem.UNKNOWN_FLAG):
        help, fix = _instead(server, error), _renamed(server, error)
        yield _refuse(server, context, error, _unknown(server, error), help, fix=fix)
    for error in server.flags.unsure_of(FlagProblem.UNKNOWN_FLAG):
        renamed = _renamed(server, error)
        details = unsure(_instead(server, error), renamed and renamed._replace(safe=False))
        message = never_had(server, f"a flag {quoted(server.named(error.name))}")
        yield at_argument(server, context, error.position, message, **details)


def _unknown(server: ApiServer, error: FlagError) -> str:
    argument = server.arguments[error.position]
    known, name = known_flags.history(error.name), server.named(error.name)
    if not argument.text.startswith("--"):
        return f"{quoted(argument.written)} has one dash, and each letter is read as a flag"
    if argument.text.startswith("---"):
        return f"{quoted(argument.written)} has too many dashes"
    if known and known.last < server.minor:
        return f"{name} was removed in {releases.name(known.last + 1)}"
    if known and known.first > server.minor:
        return f"{name} came with {releases.name(known.first)}, this is {releases.name(server.minor)}"
    if _behind_colon(error) is not None:
        return f"{quoted(argument.written)} has a colon instead of an equals sign"
    return f"{releases.name(server.minor)} has no flag {quoted(server.named(error.name))}"


def _behind_colon(error: FlagError) -> str | None:
    """Return the value in `audit-log-maxage: 30`, which is the whole name of a flag; None if there is no such colon."""
    _, colon, value = error.name.partition(":")
    return value.strip() if colon else None


def _without_sinks(server: ApiServer) -> str:
    return f"Delete it, {server.named('audit-webhook-config-file')} sends events to a webhook"


def _instead(server: ApiServer, error: FlagError) -> str:
    known = known_flags.history(error.name)
    if error.name == _DYNAMIC:
        return _without_sinks(server)
    if known and known.first > server.minor:
        return f"Delete it until you upgrade to {releases.name(known.first)}"
    meant = flag_names.suggest(error.name, server.minor)
    if known and known.last >= server.minor:
        meant = error.name
    return _corrected(server, error, meant) if meant else "Delete it"


def _renamed(server: ApiServer, error: FlagError) -> Repair | None:
    """Return the fix of a flag that has another name, if the server accepts the value that it was given."""
    known, meant = known_flags.history(error.name), flag_names.suggest(error.name, server.minor)
    if known and known.last >= server.minor:
        meant = error.name if known.first <= server.minor else None
    given = _given(server, error)
    if meant is None or (given is not None and value_for(server, meant, given) != given):
        return None
    return servers.renamed(server, error.position, meant, given)


def _corrected(server: ApiServer, error: FlagError, name: str) -> str:
    """Return the advice to write the flag that was meant, with the value that it was given."""
    flag, given = known_flags.find(name, server.minor), _given(server, error)
    if flag is not None and flag.bare and given is None:
        return f"Write {server.written(name)}"
    return write(server, name, given)


def _given(server: ApiServer, error: FlagError) -> str | None:
    """Return the value that a flag with another name was given, in the same argument or in the next."""
    _, equals, value = server.arguments[error.position].text.partition("=")
    if equals:
        return value
    if (behind := _behind_colon(error)) is not None:
        return behind
    follower = next((one.text for one in server.arguments[error.position + 1 : error.position + 2]), "-")
    return None if follower.startswith("-") else follower


@rule(
    "invalid-flag-value",
    severity=Severity.ERROR,
    refuses=True,
    summary="a value that its flag does not accept",
    gives_way_to=("wrong-args-shape",),
)
def invalid_flag_value(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report values that do not parse or are out of range, and what the server's own checks between flags refuse."""
    for error in _errors(server, FlagProblem.INVALID_VALUE):
        yield _refuse_value(server, context, error, _wanted(server, error), _better(server, error))
    for problem, (reason, advice) in _GATES.items():
        for error in _errors(server, problem):
            wrong = reason.format(flag=server.named(error.name), gate=error.value)
            yield _refuse_value(server, context, error, wrong, advice.format(gate=error.value))
    for error in _errors(server, FlagProblem.EXITS):
        printed = error.message.partition(" ")[2].removesuffix(" and ends")
        message = f"with {server.named(error.name)} it {printed} and ends"
        yield _refuse(server, context, error, message, "Delete the flag")
    for invalid in server.flags.validation:
        yield from _invalid(server, context, invalid)
    for error in server.flags.unsure_of(FlagProblem.INVALID_VALUE):
        message = never_had(server, f"the version {quoted(error.value)} of audit events")
        details = unsure(f"Write {example(server, error.name)}")
        yield at_value(server, context, error.position, message, **details)
    for item in server.not_text:
        if not item.flag:
            message = "this item is not a string, so the kubelet refuses the Pod"
            help = f'Write "{item.text}"' if item.text else "Write one flag an item, as a string"
            yield context.value(item.path, message, help=help, refused=True, fix=servers.quoted_item(server, item))


@rule(
    "audit-flag-as-mapping",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="a flag with a colon, which makes a mapping of it",
)
def audit_flag_as_mapping(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report list items such as `- --audit-log-path: /var/log/audit.log`."""
    for wrong in server.not_text:
        if wrong.flag:
            message = f"{quoted(f'--{wrong.flag}: {wrong.text}')} is a mapping, so the kubelet refuses the Pod"
            help, fix = write(server, wrong.flag, wrong.text), servers.mapping(server, wrong)
            yield context.value(wrong.path, message, help=help, refused=True, fix=fix)


_GATES = {
    FlagProblem.MIXED_GATES: (
        "{flag} names some gates of kube-apiserver with `kube:` and others without",
        "Write all of them without",
    ),
    FlagProblem.LACKING_GATE: (
        "the feature gate {gate} is on, and gates that it needs are off",
        "Turn those on as well, or write {gate}=false",
    ),
}


def _wanted(server: ApiServer, error: FlagError) -> str:
    flag, name = known_flags.find(error.name, server.minor), server.named(error.name)
    kind = flag.type if flag else ""
    unit = _UNITS.get(error.name)
    wanted = {
        **dict.fromkeys(NUMBERS, f"a whole number{' of ' + unit if unit else ''}"),
        "duration": "a number with a unit",
        "bool": "true or false",
    }.get(kind)
    given = quoted(error.value) if error.value else "an empty value"
    return f"{name} needs {wanted}, not {given}" if wanted else f"{name} does not accept {given}"


def _better(server: ApiServer, error: FlagError) -> str:
    if error.name == "feature-gates":
        return "Write each gate as Name=true or Name=false"
    return write(server, error.name, error.value)


def _invalid(server: ApiServer, context: Context, invalid: Invalid) -> Iterator[Finding]:
    use = next((use for name in invalid.flags if (use := server.flags.last(name))), None)
    if use is not None:
        message = f"{_out_of_range(server, invalid, use)}{STOPS}"
        help, words = _valid(server, invalid, use), says(server, invalid.message)
        yield at_value(server, context, use.position, message, help=help, example=words, refused=True)


def _out_of_range(server: ApiServer, invalid: Invalid, use: FlagUse) -> str:
    name, value = invalid.flags[0], server.flags.text(invalid.flags[0])
    if name == _DYNAMIC:
        return f"{server.named(name)} needs the feature gate DynamicAuditing, which is off"
    if use.name != name:
        return f"{server.named(use.name)} needs {server.named(name)}, which is {value or 'empty'} by default"
    return f"{server.named(name)} does not accept {quoted(value) if value else 'an empty value'}"


def _valid(server: ApiServer, invalid: Invalid, use: FlagUse) -> str:
    name, value = invalid.flags[0], server.flags.text(invalid.flags[0])
    if name == _DYNAMIC:
        return _without_sinks(server)
    if name.endswith("-truncate-max-batch-size"):
        return f"Write {server.written(name, server.flags.text(invalid.flags[-1]))} or more"
    if use.name != name:
        return f"Add {example(server, name)}, or delete {server.named(use.name)}"
    known = choices(name, server.minor)
    if known:
        meant = spelling.meant(value, known) if value else None
        return f"Write {listing([server.written(name, one) for one in ([meant] if meant else known)], 'or')}"
    return f"Write {example(server, name)}"


@rule(
    "missing-flag-value",
    severity=Severity.ERROR,
    refuses=True,
    summary="a flag without its value, which takes the next argument for it",
)
def missing_flag_value(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report flags at the end of the arguments without a value, and those that take the next flag for theirs."""
    for error in _errors(server, FlagProblem.MISSING_VALUE):
        name = server.named(error.name)
        message = (
            f"{name} has no value and reads {quoted(error.value)} as one" if error.value else f"{name} has no value"
        )
        yield _refuse(server, context, error, message, write(server, error.name))
    for use in server.flags.uses:
        if known_flags.is_audit(use.name) and use.separate and server.flags.swallowed(use):
            message = f"{server.named(use.name)} has no value and reads {quoted(use.value)} as one{_lost(server, use)}"
            help, refused = write(server, use.name), _file_refused(server, use)
            yield at_flag(server, context, use, message, help=help, refused=refused)


def _lost(server: ApiServer, use: FlagUse) -> str:
    """Return the rest of a sentence about a flag whose value is, or holds, other flags."""
    if _file_refused(server, use):
        return f": there is no such file{STOPS}"
    return ": the log goes to a file of that name" if use.name == "audit-log-path" else ""


def _file_refused(server: ApiServer, use: FlagUse) -> bool:
    """Tell whether the server does not start because of the file that a flag, as written, names."""
    return any(fault.by for fault in server.faults if fault.flag == use.name)


@rule(
    "merged-arguments",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="several flags, or a flag and its value with a space, in one argument",
)
def merged_arguments(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report list items that a shell would take apart and the kubelet does not."""
    for error in _errors(server, FlagProblem.MERGED_ARGUMENTS):
        argument = server.arguments[error.position].text
        message = f"{quoted(argument)} is one argument"
        fix = servers.apart(server, error.position, _parts(argument))
        yield _refuse(server, context, error, message, _apart(server, argument), fix=fix)
    for use in server.flags.uses:
        if known_flags.is_audit(use.name) and not use.separate and server.flags.swallowed(use):
            argument = server.arguments[use.position].text
            message = f'{quoted(argument)} is one argument, all behind the "=" is the value{_lost(server, use)}'
            refused = _file_refused(server, use)
            fix = servers.apart(server, use.position, _parts(argument))
            yield at_flag(server, context, use, message, help=_apart(server, argument), refused=refused, fix=fix)


def _apart(server: ApiServer, argument: str) -> str:
    """Return what to write for an argument that holds several."""
    parts = [_joined(part) for part in re.split(r"\s+(?=--)", argument.strip())]
    if len(parts) > 1 and all(part.startswith("--") for part in parts):
        lines = server.spelling.lines([_flag_and_value(part) for part in parts])
        return "\n".join([f"Write {len(parts)} {server.spelling.entries}:", *lines])
    return f"Write {_as_written(server, parts[0])}"


def _parts(argument: str) -> list[tuple[str, str | None]]:
    """Return the flags with their values in an argument that holds several."""
    return [_flag_and_value(_joined(part)) for part in re.split(r"\s+(?=--)", argument.strip())]


def _joined(argument: str) -> str:
    """Return `--flag value` as `--flag=value`."""
    name, _, value = argument.partition(" ")
    return f"{name}={value.strip()}" if value and "=" not in name else argument


def _flag_and_value(argument: str) -> tuple[str, str | None]:
    """Return the name and the value in `--flag=value`; None for a flag that stands alone."""
    name, given, value = argument[2:].partition("=")
    return name, value if given else None


def _as_written(server: ApiServer, argument: str) -> str:
    """Return an argument as the server's carrier writes it."""
    return server.written(*_flag_and_value(argument)) if argument.startswith("--") else argument


@rule(
    "stray-argument",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="an argument that belongs to no flag, or quotes that became part of a value",
)
def stray_argument(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report arguments without a flag, dashes that are none, comments as items, and quotes kept in a value."""
    for error in _errors(server, FlagProblem.STRAY_ARGUMENT):
        if error.kind is FlagProblem.STRAY_ARGUMENT:
            yield _refuse(server, context, error, _no_flag(error), _stray(server, error), fix=_dashed(server, error))
        else:
            better = write(server, error.name, _unquoted(error.value))
            message, fix = f"the quotes in {error.value} are part of the value", _bare(server, error.name, error)
            yield _refuse(server, context, error, message, better, fix=fix)
    for use in server.flags.uses:
        if known_flags.is_audit(use.name) and use.value[:1] in _QUOTES and not server.flags.swallowed(use):
            yield _quotes(server, context, use)


def _no_flag(error: FlagError) -> str:
    text = error.value.strip()
    if text.startswith("#"):
        return f"{quoted(text)} is an argument, not a comment"
    if text.startswith(tuple(_DASHES)):
        return f"{quoted(text)} begins with a typographic dash and is no flag"
    return f"{quoted(error.value)} belongs to no flag"


def _stray(server: ApiServer, error: FlagError) -> str:
    text = error.value.strip()
    before = server.arguments[error.position - 1].text if error.position else ""
    flag = known_flags.find(before[2:].replace("_", "-"), server.minor) if before.startswith("--") else None
    if server.flags.ended_by is not None and server.flags.ended_by < error.position:
        return 'Delete the "--" before it, behind which nothing is read as a flag'
    if text.startswith("#"):
        return "Delete the item, or the list's dash before the #"
    if text.startswith(tuple(_DASHES)) or (error.value != text and text.startswith("--")):
        return f"Write {_as_written(server, '--' + text.lstrip('-' + _DASHES).strip())}"
    if flag is not None and flag.bare:
        return write(server, flag.name, text)
    name, equals, value = text.partition("=")
    if known_flags.find(name.replace("_", "-"), server.minor):
        return f"Write {server.written(name, value if equals else None)}"
    return "Delete it, or join it to its flag with an equals sign"


def _dashed(server: ApiServer, error: FlagError) -> Repair | None:
    """Return the fix of a flag behind a typographic dash or a blank."""
    text = error.value.strip()
    name, equals, value = text.lstrip("-" + _DASHES).strip().partition("=")
    is_flag = text.startswith(tuple(_DASHES)) or (error.value != text and text.startswith("--"))
    if not is_flag or known_flags.find(name.replace("_", "-"), server.minor) is None:
        return None
    return servers.flag(server, error.position, name, value if equals else None)


def _bare(server: ApiServer, name: str, error: FlagError | FlagUse) -> Repair | None:
    """Return the fix of a value with quotes around it."""
    value = _unquoted(error.value)
    apart = isinstance(error, FlagUse) and error.separate
    if apart or not value or value_for(server, name, value) != value:
        return None
    return servers.flag(server, error.position, name, value)


def _unquoted(value: str) -> str:
    return value.strip("\"'")


def _quotes(server: ApiServer, context: Context, use: FlagUse) -> Finding:
    refused = _file_refused(server, use)
    effect = f": there is no such file{STOPS}" if refused else ""
    if use.name == "audit-log-path":
        effect = ": the log goes to a folder whose name begins with a quote, below the working directory"
    message = f"the quotes in {use.value} are part of the value{effect}"
    help = f"Write {server.written(use.name, _unquoted(use.value))}"
    fix = _bare(server, use.name, use)
    return at_flag(server, context, use, message, help=help, refused=refused, fix=fix)


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
            name = server.named(last.name)
            words = [f"{name} for the first time", *("and here" for _ in earlier[1:])]
            related = tuple(also(server, context, use, text) for use, text in zip(earlier, words, strict=True))
            message = f"{name} is given {len(uses)} times, {_last_wins(server, earlier, last)}"
            yield at_flag(server, context, last, message, help="Keep one of them", related=related)


def _last_wins(server: ApiServer, earlier: Sequence[FlagUse], last: FlagUse) -> str:
    lost = list(dict.fromkeys(use.value for use in earlier))
    if lost == [last.value]:
        return "each time with the same value"
    order = f"{server.tool} sorts them, " if server.sorts_arguments else ""
    return f"{order}only the last counts: {several(lost)} {'is' if len(lost) == 1 else 'are'} ignored"


@rule(
    "invalid-path",
    severity=Severity.ERROR,
    refuses=True,
    summary="a file name that the server takes literally: a URL, a relative path, ~, $HOME",
)
def invalid_path(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report paths of audit files that do not lead where they seem to."""
    for fault in told_here(server, context):
        use = server.flags.last(fault.flag)
        if use is not None:
            severity = Severity.ERROR if fault.case in {"url", "folder"} else Severity.WARNING
            message = f"{_misleading(server, fault)}{STOPS if fault.by else ''}"
            refused, about = bool(fault.by), (use.name,)
            help = _right_path(server, fault)
            yield at_value(
                server, context, use.position, message, help=help, refused=refused, severity=severity, about=about
            )


def _misleading(server: ApiServer, fault: Fault) -> str:
    path = quoted(fault.path)
    whose = "the process" if server.files is Files.HOST else "the container, which the image decides"
    return {
        "url": f"{path} is a URL, and nothing is downloaded",
        "folder": f"{path} ends in a slash, and a folder is no file",
        "blank": f"{path} has a blank at its start or end, which is part of the file's name",
        "unexpanded": f"{path} is read literally, no shell expands it",
        "relative": f"{path} is relative to the working directory of {whose}",
    }[fault.case]


def _right_path(server: ApiServer, fault: Fault) -> str:
    usual, name = EXAMPLES[fault.flag], posixpath.basename(fault.path.strip().rstrip("/"))
    if fault.case == "blank":
        return f"Write {server.written(fault.flag, fault.path.strip())}"
    if fault.case == "folder":
        return f"Write {server.written(fault.flag, fault.path + posixpath.basename(usual))}, or the file's own name"
    if fault.case == "url":
        put = f"Put the file on the host{and_mount(server, 'it')}"
        return f"{put}: {server.written(fault.flag, usual)}"
    return f"Write the path from /, such as {server.written(fault.flag, f'{posixpath.dirname(usual)}/{name}')}"


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
            message = f"{server.named(use.name)} is deprecated"
            yield at_flag(server, context, use, message, help=f"Write {server.written(new, use.value)}")
        elif _old_version(server, use):
            message = f"{quoted(use.value)} is an old version of events, with which kube-apiserver 1.24 does not start"
            help = f"Write {server.written(use.name, 'audit.k8s.io/v1')}"
            yield at_flag(server, context, use, message, help=help)


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
        message = '"legacy" leaves out bodies, annotations and object references, whatever level the policy has'
        yield at_flag(server, context, use, message, help=f"Write {server.written('audit-log-format', 'json')}")


@rule(
    "flag-without-effect",
    severity=Severity.INFO,
    summary="an audit flag that another flag makes meaningless",
)
def flag_without_effect(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report flags that the server accepts and never looks at, one finding per cause."""
    for backend, switch in audit_options.BACKENDS.items():
        for names, reason, advice in _idle(server, backend, switch):
            uses = [use for name in names if (use := server.flags.last(name))]
            if any(_sets(server, use) for use in uses):
                uses.sort(key=lambda use: use.position)
                verb, these = ("has", "it") if len(uses) == 1 else ("have", "them")
                message = f"{names_of(server, [use.name for use in uses])} {verb} no effect: {reason}"
                related = tuple(also(server, context, use, "without effect as well") for use in uses[1:])
                yield at_flag(server, context, uses[0], message, help=f"Delete {these}{advice}", related=related)


def _sets(server: ApiServer, use: FlagUse) -> bool:
    """Tell whether a flag asks for something else than the default."""
    return server.flags.values[use.name] != known_flags.audit_flags(server.minor)[use.name].default


def _idle(server: ApiServer, backend: str, switch: str) -> Iterator[tuple[list[str], str, str]]:
    """Yield groups of flags that have no effect, each with the reason, and with what would make them count."""
    prefix = f"audit-{backend}-"
    own = [name for name in known_flags.audit_flags(server.minor) if name.startswith(prefix) and name != switch]
    if not server.flags.text(switch):
        other = next(flag for flag in audit_options.BACKENDS.values() if flag != switch)
        if server.complete and server.flags.text(other):
            yield own, f"there is no {backend} backend", f", or set {server.named(switch)}"
        return
    if server.flags.text(switch) == "-":
        rotation = [*_UNITS, "audit-log-compress"]
        yield rotation, "only a file is rotated, and the log is standard output", ", or log to a file"
    yield from _idle_batches(server, prefix, [name for name in own if name.startswith(f"{prefix}batch-")])
    if _is_off(server, f"{prefix}truncate-enabled"):
        sizes = [name for name in own if name.startswith(f"{prefix}truncate-max")]
        yield sizes, "truncation is off", f", or add {server.written(f'{prefix}truncate-enabled')}"


def _idle_batches(server: ApiServer, prefix: str, names: list[str]) -> Iterator[tuple[list[str], str, str]]:
    mode = server.flags.text(f"{prefix}mode")
    if not (server.complete or server.flags.last(f"{prefix}mode")):
        return
    if mode in {"blocking", "blocking-strict"}:
        batch = [name for name in names if name not in REPLACEMENTS]
        yield batch, f"the mode is {mode}, without batches", f", or write {server.written(f'{prefix}mode', 'batch')}"
    elif mode == "batch" and _is_off(server, f"{prefix}batch-throttle-enable"):
        switch = f"{prefix}batch-throttle-enable"
        throttle = [name for name in names if name.endswith(("-qps", "-burst"))]
        yield throttle, f"{server.named(switch)} is off", f", or write {server.written(switch, 'true')}"


def _is_off(server: ApiServer, name: str) -> bool:
    """Tell whether a boolean flag is off, and not perhaps turned on where it does not show."""
    return not server.flags.enabled(name) and (server.complete or server.flags.last(name) is not None)
