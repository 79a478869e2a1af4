"""Rules about what the tool behind a file does not understand as it is written."""

from __future__ import annotations

import re

from auditlint.checks.repairs import servers
from auditlint.checks.server.flag_words import value_for
from auditlint.checks.suggestions import flag_names
from auditlint.finding import Severity
from auditlint.kubernetes import known_flags, releases
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer, UnreadText
from auditlint.subjects.slips import SlipKind
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from auditlint.finding import Finding
    from auditlint.rule import Context
    from auditlint.subjects.slips import Slip

rule = Category("carriers", ApiServer)

_SHAPES = {
    SlipKind.NO_LIST: "{written} has to be a list of names and values in {form}",
    SlipKind.NO_MAPPING: "{written} has to be a mapping of names to texts in {form}",
    SlipKind.NO_PAIR: '"{written}" has to be a name and a value in {form}',
    SlipKind.NO_TEXT: "{written} without quotes is no text",
    SlipKind.NO_NUMBER: '"{written}" is no number',
    SlipKind.NO_SWITCH: '"{written}" is neither true nor false',
}


def _slips(server: ApiServer, *kinds: SlipKind) -> Iterator[Slip]:
    return (slip for slip in server.slips if slip.kind in kinds)


def _fault(slip: Slip, pattern: str, release: str = "") -> str:
    return pattern.format(written=slip.written, form=slip.form, reader=slip.reader, release=release)


def _at(context: Context, slip: Slip, message: str, **details: Any) -> Finding:
    """Return a finding at the key of a flag, or at its list item."""
    is_item = isinstance(slip.path[-1], int)
    return (context.value if is_item else context.key)(slip.path, message, **details)


@rule(
    "wrong-args-shape",
    severity=Severity.ERROR,
    fixable=True,
    summary="flags in a shape that the tool which reads them refuses",
    subject=(ApiServer, UnreadText),
    gives_way_to=("leading-dashes",),
)
def wrong_args_shape(server: ApiServer | UnreadText, context: Context) -> Iterator[Finding]:
    """Report lists for mappings and mappings for lists, and values of another type than the tool has."""
    if isinstance(server, UnreadText):
        yield from _bare_dash(server, context)
        return
    for slip in _slips(server, *_SHAPES):
        end = "refuses this file" if slip.refuses else "ignores it"
        message = f"{_fault(slip, _SHAPES[slip.kind])}, so {slip.reader} {end}"
        if slip.kind in {SlipKind.NO_LIST, SlipKind.NO_MAPPING}:
            yield context.key(slip.path, message, help=_all_anew(server, slip))
        elif slip.value_path:
            yield context.value(slip.value_path, message, help=_anew(server, slip), fix=servers.slip(server, slip))
        else:
            yield _at(context, slip, message, help=_anew(server, slip), fix=servers.slip(server, slip))


def _bare_dash(text: UnreadText, context: Context) -> Iterator[Finding]:
    """Report the value `-`, standard output, where YAML takes it for the beginning of a list."""
    line = text.lines[text.span.line - 1] if text.span.line <= len(text.lines) else ""
    if re.fullmatch(_BARE_DASH, line):
        message = "`-` without quotes begins a list, so this text does not parse"
        yield context.value((), message, help='Write `"-"`', refused=text.refused)


_BARE_DASH = r"""[ \t-]*["']?(?:-*audit-[\w-]+|auditLogPath|value)["']?[ \t]*:[ \t]*-[ \t]*(?:#.*)?"""


def _all_anew(server: ApiServer, slip: Slip) -> str:
    """Return all flags in the shape that the tool wants, as lines to paste."""
    spelling = slip.spelling or server.spelling
    texts = [argument.text.removeprefix("--").partition("=") for argument in server.arguments]
    lines = [f"  {spelling.text(name, value if equals else None)}" for name, equals, value in texts if name]
    return "\n".join(["Write it as", f"{slip.written}:", *lines]) if lines else f"Delete {slip.written}"


def _anew(server: ApiServer, slip: Slip) -> str:
    """Return a flag with a value that the server accepts, as the tool wants it."""
    value = value_for(server, slip.flag, slip.value) if slip.value else slip.value
    return f"Write {(slip.spelling or server.spelling).text(slip.flag, value)}"


@rule(
    "leading-dashes",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="dashes before the name of a flag where the tool puts its own",
)
def leading_dashes(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report names of flags that begin with a dash."""
    for slip in _slips(server, SlipKind.DASHES):
        made = f"--{slip.written}" + (f"={slip.value}" if slip.value else "")
        message = f'{slip.reader} puts two dashes in front, so kube-apiserver gets "{made}" and does not start'
        fix = servers.slip(server, slip)
        yield _at(context, slip, message, help=_anew(server, slip), refused=True, fix=fix)


@rule(
    "repeated-config-key",
    severity=Severity.ERROR,
    summary="a key that is there twice, of which the tool keeps one",
)
def repeated_config_key(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report keys that hold flags and are there more than once in one mapping."""
    for slip in _slips(server, SlipKind.REPEATED_KEY):
        message = f'"{slip.written}" is there more than once: {slip.reader} reads the last and ignores the others'
        yield context.key(slip.path, message, help="Keep one, with all that you mean")


@rule(
    "flag-as-config-key",
    severity=Severity.ERROR,
    summary="a flag, or another key about auditing, that the tool does not have as a key",
)
def flag_as_config_key(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report keys about auditing that the tool behind a file does not have."""
    for slip in _slips(server, SlipKind.UNKNOWN_KEY):
        end = "refuses this file" if slip.refuses else "ignores it: kube-apiserver never gets the flag"
        message = f'{slip.reader} has no key "{slip.written}" here and {end}'
        yield context.key(slip.path, message, help=_as_flag(server, slip))


def _as_flag(server: ApiServer, slip: Slip) -> str:
    """Return the flag that is meant, as the tool wants it."""
    flag = flag_names.suggest(slip.flag, server.minor) or slip.flag
    if not known_flags.is_audit(flag):
        return f"Delete {slip.written}"
    value = value_for(server, flag, slip.value) if slip.value else slip.value
    written = server.written(flag, value)
    return f"Put {written} into {slip.form}" if slip.form else f"Write {written}"


@rule(
    "default-policy-logs-nothing",
    severity=Severity.WARNING,
    summary="a tool's own policy, which logs nothing, where nobody wrote one",
)
def default_policy_logs_nothing(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report servers whose tool makes a policy with level None, where no policy of the run is for them."""
    default = server.default_policy
    if default is None or server in context.links.policy_of:
        return
    if default.file:
        message = f"where {default.file} is absent, {server.tool} writes one with level None, which logs nothing"
        help = f"Put a policy there before {server.tool} starts, on every server"
    else:
        message, help = f"{server.tool}'s own policy has level None, so nothing is logged", default.advice
    yield context.value(default.path, message, help=help)


@rule(
    "patch-never-applies",
    severity=Severity.ERROR,
    summary="a patch that matches nothing of what the tool writes",
)
def patch_never_applies(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report patches of another version or kind, for nodes that do not read them, or of what is not there."""
    for slip in _slips(server, *_PATCHES):
        message = _fault(slip, _PATCHES[slip.kind], releases.name(server.minor))
        severity = Severity.WARNING if slip.assumed else None
        yield context.value(slip.path, message, help=_applied(slip), severity=severity)


_PATCHES = {
    SlipKind.OTHER_VERSION: "{reader} writes {form} for {release}, so a patch of {written} is not applied",
    SlipKind.OTHER_KIND: 'nothing that {reader} writes has the kind "{written}", so this patch is never applied',
    SlipKind.OTHER_NODE: (
        "kubeadm reads the ClusterConfiguration on the first control-plane node only, so this patch has no effect"
    ),
    SlipKind.NO_TARGET: "{form} has nothing at {written} that this could change, so {reader} refuses the patch",
}


def _applied(slip: Slip) -> str:
    """Return what to write so that a patch is applied."""
    if slip.kind is SlipKind.OTHER_KIND:
        return "Write `kind: ClusterConfiguration`"
    if slip.kind is SlipKind.OTHER_NODE:
        return "Move it to the patches of the first control-plane node, or of the cluster"
    if slip.kind is SlipKind.NO_TARGET:
        return _target(slip)
    if slip.path[-1] == "apiVersion" and slip.spelling is None:
        return "Delete this line: a patch without apiVersion is for every version"
    version = slip.form.rpartition("/")[2] if slip.path[-1] == "version" else slip.form
    return f"Write `{slip.path[-1]}: {version}`, and what is in it as that version has it"


def _target(slip: Slip) -> str:
    """Return the path and the value of an operation on what is there."""
    holder, _, last = slip.written.rpartition("/")
    if slip.spelling is not None and slip.flag:
        pair = slip.spelling.text(slip.flag, slip.value).removeprefix("- ")
        return f"Write `path: {holder}/-` and `value: {pair}`"
    if last == "-":
        return f"Write `path: {holder}`, with a list as the value"
    return "Write a path that is there, or add what it is in before"
