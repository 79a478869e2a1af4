"""What kube-apiserver of a given minor release does with its arguments: parsing, then the checks between audit flags.

Sources: github.com/spf13/pflag (flag.go, errors.go and one file per type), cmd/kube-apiserver/app/server.go of
k8s.io/kubernetes (arguments without a flag), cli/flag/flags.go of k8s.io/component-base (`_` stands for `-`),
pkg/server/options/audit.go of k8s.io/apiserver (`AuditOptions.Validate`). The flags themselves are in
`schemas/audit-flags.json` (exact per release) and `schemas/apiserver-flags.json`, made by `tools/generate_flags.py`.

Two things are judged as newer releases do them, whatever the release: arguments without a flag (1.18 ignores them) and
`_` in the name of a flag (the command of 1.22 and before knows only `-`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.kubernetes import go
from auditlint.kubernetes.data import table
from auditlint.kubernetes.releases import NEWEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MODES = ("batch", "blocking", "blocking-strict")
FORMATS = ("legacy", "json")
BACKENDS = {"log": "audit-log-path", "webhook": "audit-webhook-config-file"}
"""The audit backends, and the flag that turns each on when it is not empty."""

REPLACEMENTS = {"audit-webhook-batch-initial-backoff": "audit-webhook-initial-backoff"}
"""Deprecated audit flags and what replaces them; both set the same value, the later one wins."""

OLD_VERSIONS_UNTIL = 23
"""The last minor whose `--audit-log-version` and `--audit-webhook-version` take v1alpha1 and v1beta1."""
DYNAMIC_AUDITING_UNTIL = 18
"""The last minor with the feature gate DynamicAuditing (pkg/features/kube_features.go)."""
ADVANCED_AUDITING_UNTIL = 27
"""The last minor with the feature gate AdvancedAuditing; in that release it is locked to true."""
GATES_WITH_COMPONENTS_FROM = 31
"""From this minor `--feature-gates` takes `kube:Gate=true` as well as `Gate=true`."""

UNSIGNED_VERBOSITY_FROM = 23
"""From this minor `-v` takes no sign: component-base reads it (logs/api/v1/pflags.go), before it was klog (klog.go)."""

_SHORTHANDS = {"v": "v", "h": "help"}
_EXITS = {"help": "its help", "version": "its version"}

_INTENDED = {
    "audit": "audit-policy-file",
    "audit-policy": "audit-policy-file",
    "audit-policy-path": "audit-policy-file",
    "audit-policy-config": "audit-policy-file",
    "audit-config": "audit-policy-file",
    "audit-config-file": "audit-policy-file",
    "audit-log": "audit-log-path",
    "audit-log-file": "audit-log-path",
    "audit-log-dir": "audit-log-path",
    "audit-logs": "audit-log-path",
    "audit-file": "audit-log-path",
    "audit-path": "audit-log-path",
    "audit-log-retention": "audit-log-maxage",
    "audit-log-max-days": "audit-log-maxage",
    "audit-log-max-files": "audit-log-maxbackup",
    "audit-log-maxfiles": "audit-log-maxbackup",
    "audit-webhook": "audit-webhook-config-file",
    "audit-webhook-config": "audit-webhook-config-file",
    "audit-webhook-file": "audit-webhook-config-file",
    "audit-webhook-kubeconfig": "audit-webhook-config-file",
    "audit-log-compression": "audit-log-compress",
    "audit-log-truncate": "audit-log-truncate-enabled",
    "audit-webhook-truncate": "audit-webhook-truncate-enabled",
    "experimental-audit-policy-file": "audit-policy-file",
}
"""Names that people write for a flag and that are too far from it for an edit distance."""


class Flag(NamedTuple):
    """One flag of one release."""

    name: str
    type: str
    """pflag's name of the type: `string`, `int`, `int64`, `float32`, `bool`, `duration`, `stringSlice` …"""
    bare: str
    """The value when the flag stands alone; empty if it needs one."""
    default: str = ""
    deprecated: bool = False


class FlagUse(NamedTuple):
    """One flag as given, with a value that it takes."""

    name: str
    """The name that kube-apiserver knows it by: `_` turned into `-`, shorthands written out."""
    raw_name: str
    value: str
    position: int
    """The argument in which the flag stands, from 0."""
    value_position: int
    """The argument in which its value stands."""
    bare: bool
    """Whether it stands alone and takes the value that the flag has for that."""

    @property
    def separate(self) -> bool:
        """Whether the value is the argument after the flag."""
        return self.value_position != self.position


class FlagError(NamedTuple):
    """One reason in the arguments for kube-apiserver not to start; it stops at the first."""

    kind: str
    """The rule that reports it (`unknown-flag`, `invalid-flag-value`, `missing-flag-value`, `merged-arguments`,
    `stray-argument`, `removed-feature-gate`), or `exits` for `--help` and `--version`.
    """
    position: int
    """The argument in which the flag stands, from 0."""
    name: str
    """The flag, normalised; empty for an argument that is none."""
    value: str
    """The value refused, the stray argument, or the feature gate."""
    message: str
    """The server's own words."""


class Invalid(NamedTuple):
    """One complaint of `AuditOptions.Validate`."""

    message: str
    flags: tuple[str, ...]
    """The flags concerned, the one to change first."""


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
    return _nearest(name, minor)


def _nearest(name: str, minor: int) -> Flag | None:
    releases = _all_flags().get(name)
    if not releases:
        return None
    release = min(releases, key=lambda release: _distance(release, minor))
    return Flag(name, release["type"], release["bare"])


def _distance(release: dict[str, Any], minor: int) -> int:
    return max(_minor(release["from"]) - minor, minor - _minor(release["to"]), 0)


def _exists(name: str, minor: int) -> bool:
    return any(_distance(release, minor) == 0 for release in _all_flags().get(name, ()))


def history(name: str) -> Known | None:
    """Return the first and last minor known to have the flag; None if kube-apiserver never had it."""
    releases = _all_flags().get(name)
    if not releases:
        return None
    return Known(min(_minor(r["from"]) for r in releases), max(_minor(r["to"]) for r in releases))


def suggest(name: str, minor: int) -> str | None:
    """Return the flag that was probably meant by an unknown name, if one is near enough."""
    written = name.strip().strip("-–—").replace("_", "-").lower()
    written = written.split(":")[0].split()[0] if written.split(":")[0].strip() else written
    names = audit_flags(minor) if "audit" in written else [n for n in _all_flags() if _exists(n, minor)]
    intended = _INTENDED.get(written)
    if intended in names:
        return intended
    if written in names:
        return written
    limit = max(2, len(written) // 5)
    alike = [known for known in names if abs(len(known) - len(written)) <= limit]
    near = min(((_edits(written, known), known) for known in alike), default=None)
    if near and near[0] <= limit:
        return near[1]
    longer = [known for known in names if known.startswith(written) or written.endswith("-" + known)]
    return longer[0] if len(longer) == 1 else None


def _edits(left: str, right: str) -> int:
    """Return how many letters must be put in, left out or replaced to turn one word into the other."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


def _read_string(value: str) -> str:
    return value


def _read_bool(value: str) -> str:
    return "true" if go.parse_bool(value) else "false"


def _read_float32(value: str) -> str:
    return go.format_float(go.parse_float(value, 32), 32)


def _read_float64(value: str) -> str:
    return go.format_float(go.parse_float(value))


def _read_duration(value: str) -> str:
    return go.format_duration(go.parse_duration(value))


_READERS: dict[str, Callable[[str], str]] = {
    "bool": _read_bool,
    "duration": _read_duration,
    "float32": _read_float32,
    "float64": _read_float64,
    "int": lambda value: str(go.parse_int(value)),
    "int32": lambda value: str(go.parse_int(value, 32)),
    "int64": lambda value: str(go.parse_int(value)),
    "uint": lambda value: str(go.parse_uint(value)),
}
"""How a value becomes the text that pflag prints for it, by type; types that are not here take any text."""


@dataclass(frozen=True)
class ParsedFlags:
    """What kube-apiserver of one release makes of a list of arguments."""

    minor: int
    arguments: tuple[str, ...]
    uses: tuple[FlagUse, ...]
    """Flags with a value that they take, in order; those behind the first error are read as well as can be."""
    errors: tuple[FlagError, ...]
    positional: tuple[tuple[int, str], ...]
    """Arguments that are no flag and no flag's value: index and text; the empty ones do no harm."""
    validation: tuple[Invalid, ...]

    @property
    def refused(self) -> bool:
        """Whether kube-apiserver does not start with these arguments."""
        return bool(self.errors or self.validation)

    @property
    def message(self) -> str:
        """The server's words when it gives up; empty if it starts."""
        parsing = [error for error in self.errors if error.kind != "stray-argument"]
        if parsing:
            return parsing[0].message
        if self.errors:
            return self.errors[0].message
        words = [invalid.message for invalid in self.validation]
        return words[0] if len(words) == 1 else f"[{', '.join(words)}]" if words else ""

    @cached_property
    def values(self) -> dict[str, str]:
        """The flags that are set, each as pflag prints its value: numbers in decimal, `true`, `1m30s`."""
        last = {REPLACEMENTS.get(use.name, use.name): use for use in self.uses}
        values = {name: _canonical(use.name, use.value, self.minor) for name, use in last.items()}
        return {use.name: values[REPLACEMENTS.get(use.name, use.name)] for use in self.uses}

    def last(self, name: str) -> FlagUse | None:
        """Return the use that sets the flag: the last one, also of a deprecated name for it."""
        names = {name, REPLACEMENTS.get(name, name), *(old for old, new in REPLACEMENTS.items() if new == name)}
        return next((use for use in reversed(self.uses) if use.name in names), None)

    def repeated(self) -> tuple[tuple[FlagUse, ...], ...]:
        """Return the uses of each flag that is given more than once, in order."""
        groups: dict[str, list[FlagUse]] = {}
        for use in self.uses:
            groups.setdefault(use.name, []).append(use)
        return tuple(tuple(group) for group in groups.values() if len(group) > 1)

    def effective(self, name: str) -> str | None:
        """Return the value in force, set or by default; None if this release has no such audit flag."""
        flag = audit_flags(self.minor).get(name)
        if flag is None:
            return None
        use = self.last(name)
        return flag.default if use is None else self.values[use.name]

    def text(self, name: str) -> str:
        """Return the value in force of an audit flag; empty if this release has no such flag."""
        return self.effective(name) or ""

    def number(self, name: str) -> float:
        """Return the value in force of an audit flag that is a number, in seconds if it is a duration."""
        value = self.text(name)
        flag = audit_flags(self.minor)[name]
        if flag.type == "duration":
            return go.parse_duration(value) / 1e9
        return float(value) if flag.type.startswith("float") else int(value)

    def enabled(self, name: str) -> bool:
        """Tell whether a boolean audit flag is on, set or by default."""
        return self.text(name) == "true"

    def turns_on(self, gate: str) -> bool:
        """Tell whether `--feature-gates` sets a gate to true, the last time it names it; gates in groups apart."""
        uses = (use for use in self.uses if use.name == "feature-gates")
        settings = [item[1] for use in uses for item in _gate_items(use.value, self.minor) if item[0] == gate]
        try:
            return bool(settings) and go.parse_bool(settings[-1] or "")
        except ValueError:
            return False

    def swallowed(self, use: FlagUse) -> str | None:
        """Return the flag that a value took in by mistake, from the next argument or behind a space."""
        return next((name for word in use.value.split() if (name := _flag_name(word)) and find(name, self.minor)), None)


def _canonical(name: str, value: str, minor: int) -> str:
    """Return the value of a flag as pflag prints it; ValueError, in Go's words, if the flag refuses it.

    Values are judged only where the type of the flag is known for this very release and decides alone.
    """
    flag = find(name, minor)
    if flag is None or not (is_audit(name) or _exists(name, minor)):
        return value
    if flag.type == "Level":
        return str(go.parse_uint(value, 31, 10) if minor >= UNSIGNED_VERBOSITY_FROM else go.parse_int(value, 32, 10))
    return _READERS.get(flag.type, _read_string)(value)


def _flag_name(argument: str) -> str | None:
    """Return the normalised name in an argument that starts like a long flag."""
    if not argument.startswith("--"):
        return None
    return argument[2:].partition("=")[0].replace("_", "-") or None


def parse(arguments: Sequence[str], minor: int = NEWEST) -> ParsedFlags:
    """Return what kube-apiserver 1.`minor` makes of its arguments (the program's name is not one of them)."""
    reader = _Reader(tuple(arguments), minor)
    reader.read()
    stray = _stray(reader.positional)
    parsed = ParsedFlags(minor, reader.arguments, tuple(reader.uses), (), tuple(reader.positional), ())
    errors = sorted((*reader.errors, *_exits(parsed), *_gates(parsed), *stray), key=lambda error: error.position)
    return ParsedFlags(minor, parsed.arguments, parsed.uses, tuple(errors), parsed.positional, tuple(_validate(parsed)))


class _Reader:
    """Walks over the arguments as pflag does, and goes on after an error where the next flag seems to start."""

    def __init__(self, arguments: tuple[str, ...], minor: int) -> None:
        self.arguments = arguments
        self.minor = minor
        self.uses: list[FlagUse] = []
        self.errors: list[FlagError] = []
        self.positional: list[tuple[int, str]] = []

    def read(self) -> None:
        index = 0
        while index < len(self.arguments):
            argument = self.arguments[index]
            if argument == "--":
                self.positional += list(enumerate(self.arguments))[index + 1 :]
                return
            if argument.startswith("--"):
                index = self._long(index)
            elif argument.startswith("-") and argument != "-":
                index = self._short(index)
            else:
                self.positional.append((index, argument))
                index += 1

    def _long(self, index: int) -> int:
        """Read one `--flag`; return the index of the next argument to read."""
        argument = self.arguments[index]
        raw, equals, value = argument[2:].partition("=")
        if not raw or raw[0] == "-":
            return self._refuse("unknown-flag", index, raw.lstrip("-"), value, f"bad flag syntax: {argument}")
        flag = find(raw.replace("_", "-"), self.minor)
        if flag is None:
            return self._unknown(index, raw, bool(equals))
        if equals:
            return self._set(FlagUse(flag.name, raw, value, index, index, bare=False))
        if flag.bare:
            return self._set(FlagUse(flag.name, raw, flag.bare, index, index, bare=True))
        if index + 1 == len(self.arguments):
            return self._refuse("missing-flag-value", index, flag.name, "", f"flag needs an argument: --{raw}")
        return self._set(FlagUse(flag.name, raw, self.arguments[index + 1], index, index + 1, bare=False))

    def _unknown(self, index: int, raw: str, has_value: bool) -> int:  # noqa: FBT001
        first = next(iter(raw.split()), raw)
        merged = first != raw and find(first.replace("_", "-"), self.minor) is not None
        kind = "merged-arguments" if merged else "unknown-flag"
        known = _nearest(raw.replace("_", "-"), self.minor)
        self._refuse(kind, index, raw.replace("_", "-"), "", f"unknown flag: --{raw}")
        takes_next = not has_value and not merged and not (known and known.bare)
        follower = self.arguments[index + 1] if index + 1 < len(self.arguments) else "-"
        return index + 2 if takes_next and follower and not follower.startswith("-") else index + 1

    def _short(self, index: int) -> int:
        """Read one argument of shorthands such as `-v=4`, `-v4`, `-v 4`, `-h`; return the index of the next one."""
        letters = self.arguments[index][1:]
        while letters and not letters.startswith("test."):
            name = _SHORTHANDS.get(letters[0])
            flag = find(name, self.minor) if name else None
            if flag is None:
                return self._unknown_letter(index, letters)
            letters, rest = letters[1:], letters
            if len(rest) > 2 and rest[1] == "=":  # noqa: PLR2004 (`v=` and a value)
                return self._set(FlagUse(flag.name, rest[0], rest[2:], index, index, bare=False))
            if flag.bare:
                self._set(FlagUse(flag.name, rest[0], flag.bare, index, index, bare=True))
            elif letters:
                return self._set(FlagUse(flag.name, rest[0], letters, index, index, bare=False))
            else:
                return self._separate_short(index, rest, flag)
        return index + 1

    def _separate_short(self, index: int, letters: str, flag: Flag) -> int:
        if index + 1 < len(self.arguments):
            value = self.arguments[index + 1]
            return self._set(FlagUse(flag.name, letters, value, index, index + 1, bare=False))
        message = f"flag needs an argument: {go.quote_byte(ord(letters[0]))} in -{letters}"
        return self._refuse("missing-flag-value", index, flag.name, "", message)

    def _unknown_letter(self, index: int, letters: str) -> int:
        letter = go.quote_byte(letters.encode("utf-8", "surrogatepass")[0])
        name = self.arguments[index][1:].partition("=")[0].replace("_", "-")
        self._refuse("unknown-flag", index, name, "", f"unknown shorthand flag: {letter} in -{letters}")
        meant = find(name, self.minor)
        needs_value = meant is not None and not meant.bare and "=" not in self.arguments[index]
        return index + 2 if needs_value else index + 1

    def _set(self, use: FlagUse) -> int:
        """Take the value for the flag if pflag would; return the index of the next argument to read."""
        try:
            _canonical(use.name, use.value, self.minor)
        except ValueError as error:
            return self._refuse_value(use, str(error))
        self.uses.append(use)
        return use.value_position + 1

    def _refuse_value(self, use: FlagUse, reason: str) -> int:
        shown = next((f"-{letter}, --{name}" for letter, name in _SHORTHANDS.items() if name == use.name), None)
        message = f"invalid argument {go.quote(use.value)} for {go.quote(shown or '--' + use.name)} flag: {reason}"
        eats_flag = use.separate and use.value.startswith("-") and _flag_name(use.value) is not None
        self._refuse(
            "missing-flag-value" if eats_flag else "invalid-flag-value", use.position, use.name, use.value, message
        )
        return use.position + 1 if eats_flag else use.value_position + 1

    def _refuse(self, kind: str, index: int, name: str, value: str, message: str) -> int:
        self.errors.append(FlagError(kind, index, name, value, message))
        return index + 1


def _stray(positional: list[tuple[int, str]]) -> Iterator[FlagError]:
    """Yield an error for each argument without a flag, all with the one message that the server gives."""
    texts = [text for _, text in positional]
    message = f'"kube-apiserver" does not take any arguments, got {go.quote_list(texts)}'
    return (FlagError("stray-argument", index, "", text, message) for index, text in positional if text)


def _exits(parsed: ParsedFlags) -> Iterator[FlagError]:
    """Yield the flags that make the server print something and end at once."""
    for name, what in _EXITS.items():
        use = parsed.last(name)
        if use is not None and use.value in {"true", "raw", "t", "T", "TRUE", "True", "1"}:
            yield FlagError("exits", use.position, name, use.value, f"kube-apiserver prints {what} and ends")


def _gates(parsed: ParsedFlags) -> Iterator[FlagError]:
    """Yield the audit feature gates that the release does not have, or has locked, and gates without a value.

    Source: featuregate/feature_gate.go of k8s.io/component-base. Other gates are not judged.
    """
    for use in parsed.uses:
        if use.name == "feature-gates":
            for gate, value in _gate_items(use.value, parsed.minor):
                message = _gate_error(gate, value, parsed.minor)
                if message:
                    audit = gate in {"AdvancedAuditing", "DynamicAuditing"}
                    kind = "removed-feature-gate" if audit and value is not None else "invalid-flag-value"
                    yield FlagError(kind, use.position, use.name, gate, _gate_message(use, message, parsed.minor))


def _gate_items(value: str, minor: int) -> Iterator[tuple[str, str | None]]:
    """Yield each gate of a `--feature-gates` value that is kube-apiserver's own, and what it is set to."""
    for item in filter(None, value.split(",")):
        component, colon, rest = item.partition(":") if minor >= GATES_WITH_COMPONENTS_FROM else ("", "", item)
        if colon and component.strip() not in {"", "kube"}:
            continue
        gate, equals, setting = (rest if colon else item).partition("=")
        yield gate.strip(), setting.strip() if equals else None


def _gate_error(gate: str, value: str | None, minor: int) -> str:
    if value is None:
        return f"missing bool value for {gate}"
    try:
        on = go.parse_bool(value)
    except ValueError as error:
        return f"invalid value of {gate}={value}, err: {error}"
    last = {"AdvancedAuditing": ADVANCED_AUDITING_UNTIL, "DynamicAuditing": DYNAMIC_AUDITING_UNTIL}.get(gate, NEWEST)
    if minor > last:
        return f"unrecognized feature gate: {gate}"
    if gate == "AdvancedAuditing" and minor == ADVANCED_AUDITING_UNTIL and not on:
        return "cannot set feature gate AdvancedAuditing to false, feature is locked to true"
    return ""


def _gate_message(use: FlagUse, message: str, minor: int) -> str:
    """Return the message as the server puts it: until 1.30 the gates are judged while the flag is parsed."""
    if minor >= GATES_WITH_COMPONENTS_FROM:
        return message
    return f'invalid argument {go.quote(use.value)} for "--feature-gates" flag: {message}'


def _validate(parsed: ParsedFlags) -> Iterator[Invalid]:
    """Yield what `AuditOptions.Validate` finds, in its order; a backend is judged only if it is on."""
    if parsed.text("audit-log-path"):
        yield from _validate_backend(parsed, "log")
        yield from _validate_log(parsed)
    if parsed.text("audit-webhook-config-file"):
        yield from _validate_backend(parsed, "webhook")
    if parsed.enabled("audit-dynamic-configuration") and not _dynamic_auditing(parsed):
        words = "--audit-dynamic-configuration set, but DynamicAuditing feature gate is not enabled"
        yield Invalid(words, ("audit-dynamic-configuration",))


def _validate_backend(parsed: ParsedFlags, backend: str) -> Iterator[Invalid]:
    """Yield at most one complaint each about mode and batch numbers, truncation numbers, and version."""
    for check in (_mode, _truncation, _version):
        yield from list(check(parsed, backend))[:1]


def _mode(parsed: ParsedFlags, backend: str) -> Iterator[Invalid]:
    flag = f"audit-{backend}-mode"
    mode = parsed.text(flag)
    if mode not in MODES:
        yield Invalid(f'invalid audit {backend} mode {mode}, allowed modes are "{",".join(MODES)}"', (flag,))
    if mode != "batch":
        return
    yield from _positive(parsed, backend, flag, (("buffer-size", "buffer size"), ("max-size", "max batch size")))
    if parsed.enabled(f"audit-{backend}-batch-throttle-enable"):
        throttle = (("throttle-qps", "throttle QPS"), ("throttle-burst", "throttle burst"))
        yield from _positive(parsed, backend, f"audit-{backend}-batch-throttle-enable", throttle)


def _positive(parsed: ParsedFlags, backend: str, because: str, flags: tuple[tuple[str, str], ...]) -> Iterator[Invalid]:
    """Yield the batch numbers that are not positive; `because` is the flag that makes them count."""
    for suffix, words in flags:
        name = f"audit-{backend}-batch-{suffix}"
        if parsed.number(name) <= 0:
            value = parsed.text(name)
            message = f"invalid audit batch {backend} {words} {value}, must be a positive number"
            yield Invalid(message, (name, because))


def _truncation(parsed: ParsedFlags, backend: str) -> Iterator[Invalid]:
    event_flag, batch_flag = f"audit-{backend}-truncate-max-event-size", f"audit-{backend}-truncate-max-batch-size"
    event, batch = parsed.text(event_flag), parsed.text(batch_flag)
    where = f"invalid audit truncate {backend}"
    if int(event) <= 0:
        yield Invalid(f"{where} max event size {event}, must be a positive number", (event_flag,))
    if int(batch) < int(event):
        message = f"{where} max batch size {batch}, must be greater than max event size ({event})"
        yield Invalid(message, (batch_flag, event_flag))


def _version(parsed: ParsedFlags, backend: str) -> Iterator[Invalid]:
    flag = f"audit-{backend}-version"
    version = parsed.text(flag)
    allowed = versions(parsed.minor)
    if version.count("/") > 1:
        yield Invalid(f"unexpected GroupVersion string: {version}", (flag,))
    elif version not in allowed:
        yield Invalid(f"invalid group version, allowed versions are {go.quote_list(allowed)}", (flag,))


def versions(minor: int) -> list[str]:
    """Return the versions that `--audit-log-version` and `--audit-webhook-version` take."""
    names = ("v1alpha1", "v1beta1", "v1") if minor <= OLD_VERSIONS_UNTIL else ("v1",)
    return [f"audit.k8s.io/{name}" for name in names]


def _validate_log(parsed: ParsedFlags) -> Iterator[Invalid]:
    log_format = parsed.text("audit-log-format")
    if log_format not in FORMATS:
        message = f'invalid audit log format {log_format}, allowed formats are "{",".join(FORMATS)}"'
        yield Invalid(message, ("audit-log-format",))
    for name in ("audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize"):
        if parsed.number(name) < 0:
            yield Invalid(f"--{name} {parsed.text(name)} can't be a negative number", (name,))


def _dynamic_auditing(parsed: ParsedFlags) -> bool:
    """Tell whether the gate of dynamic auditing is on; as an alpha feature `AllAlpha` turns it on as well."""
    gates: dict[str, str | None] = {}
    for use in parsed.uses:
        if use.name == "feature-gates":
            gates.update(_gate_items(use.value, parsed.minor))
    setting = gates.get("DynamicAuditing", gates.get("AllAlpha"))
    return setting in {"1", "t", "T", "true", "TRUE", "True"}
