"""What came of a list of arguments: the flags that are set, the values in force, and what is wrong.

Source: github.com/spf13/pflag (one file per type).
"""

from __future__ import annotations

from enum import Enum
from functools import cached_property

from auditlint.kubernetes import go
from auditlint.kubernetes.known_flags import audit_flags, exists, find, is_audit
from auditlint.records import Frozen, NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

REPLACEMENTS = {"audit-webhook-batch-initial-backoff": "audit-webhook-initial-backoff"}
"""Deprecated audit flags and what replaces them; both set the same value, the later one wins."""

UNSIGNED_VERBOSITY_FROM = 23
"""From this minor `-v` takes no sign: component-base reads it (logs/api/v1/pflags.go), before it was klog (klog.go)."""


class FlagProblem(Enum):
    """What can be wrong with an argument."""

    UNKNOWN_FLAG = "unknown flag"
    INVALID_VALUE = "invalid value"
    MISSING_VALUE = "missing value"
    MERGED_ARGUMENTS = "merged arguments"
    STRAY_ARGUMENT = "stray argument"
    UNKNOWN_GATE = "unknown feature gate"
    LOCKED_GATE = "locked feature gate"
    FOREIGN_GATE = "feature gate of another component"
    MIXED_GATES = "feature gates with and without component"
    LACKING_GATE = "feature gate without another that it needs"
    AUDIT_GATE = "feature gate of auditing"
    """One that the release does not have, or has locked."""
    EXITS = "exits"
    """`--help` and `--version`: the server prints something and ends."""


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

    kind: FlagProblem
    position: int
    """The argument in which the flag stands, from 0."""
    name: str
    """The flag, normalised; empty for an argument that is none."""
    value: str
    """The value refused, the stray argument, or the feature gate."""
    message: str
    """The server's own words."""
    turn: int = 0
    """When the server finds it: reading flags (0), then arguments without a flag (1), then feature gates (2)."""


class Invalid(NamedTuple):
    """One complaint of `AuditOptions.Validate`."""

    message: str
    flags: tuple[str, ...]
    """The flags concerned, the one to change first."""


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


class ParsedFlags(Frozen):
    """What kube-apiserver of one release makes of a list of arguments."""

    minor: int
    arguments: tuple[str, ...]
    uses: tuple[FlagUse, ...]
    """Flags with a value that they take, in order; those behind the first error are read as well as can be."""
    errors: tuple[FlagError, ...]
    positional: tuple[tuple[int, str], ...]
    """Arguments that are no flag and no flag's value: index and text; the empty ones do no harm."""
    validation: tuple[Invalid, ...]
    unsure: tuple[FlagError, ...] = ()
    """What the newest known release would refuse and a newer one may know: flags, feature gates, and versions.

    A version is an `INVALID_VALUE` here.
    """

    @property
    def refused(self) -> bool:
        """Whether kube-apiserver does not start with these arguments."""
        return bool(self.errors or self.validation)

    def unsure_of(self, kind: FlagProblem) -> tuple[FlagError, ...]:
        """Return what may be refused for one kind of problem."""
        return tuple(error for error in self.unsure if error.kind is kind)

    @cached_property
    def message(self) -> str:
        """The server's words when it gives up; empty if it starts."""
        if self.errors:
            return min(self.errors, key=lambda error: error.turn).message
        words = [invalid.message for invalid in self.validation]
        return words[0] if len(words) == 1 else f"[{', '.join(words)}]" if words else ""

    @cached_property
    def values(self) -> dict[str, str]:
        """The flags that are set, each as pflag prints its value: numbers in decimal, `true`, `1m30s`."""
        values = {name: canonical(use.name, use.value, self.minor) for name, use in self._last.items()}
        return {use.name: values[REPLACEMENTS.get(use.name, use.name)] for use in self.uses}

    @cached_property
    def ended_by(self) -> int | None:
        """The first argument `--`, behind which nothing is read as a flag, from 0; None if there is none."""
        return self.arguments.index("--") if "--" in self.arguments else None

    @cached_property
    def _last(self) -> dict[str, FlagUse]:
        """The last use of each flag, under the name that replaces a deprecated one."""
        return {REPLACEMENTS.get(use.name, use.name): use for use in self.uses}

    def last(self, name: str) -> FlagUse | None:
        """Return the use that sets the flag: the last one, also of a deprecated name for it."""
        return self._last.get(REPLACEMENTS.get(name, name))

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

    def swallowed(self, use: FlagUse) -> str | None:
        """Return the flag that a value took in by mistake, from the next argument or behind a space."""
        return next((name for word in use.value.split() if (name := flag_name(word)) and find(name, self.minor)), None)


def canonical(name: str, value: str, minor: int) -> str:
    """Return the value of a flag as pflag prints it; ValueError, in Go's words, if the flag refuses it.

    Values are judged only where the type of the flag is known for this very release and decides alone.
    """
    flag = find(name, minor)
    if flag is None or not (is_audit(name) or exists(name, minor)):
        return value
    if flag.type == "Level":
        return str(go.parse_uint(value, 31, 10) if minor >= UNSIGNED_VERBOSITY_FROM else go.parse_int(value, 32, 10))
    return _READERS.get(flag.type, _read_string)(value)


def flag_name(argument: str) -> str | None:
    """Return the normalised name in an argument that starts like a long flag."""
    if not argument.startswith("--"):
        return None
    return argument[2:].partition("=")[0].replace("_", "-") or None
