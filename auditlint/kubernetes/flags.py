"""How kube-apiserver of a given minor release reads its arguments: parsing, then the checks between audit flags.

Sources: github.com/spf13/pflag (flag.go, errors.go), cmd/kube-apiserver/app/server.go of k8s.io/kubernetes (arguments
without a flag), cli/flag/flags.go of k8s.io/component-base (`_` stands for `-`).

Two things are judged as newer releases do them, whatever the release: arguments without a flag (1.18 ignores them) and
`_` in the name of a flag (the command of 1.22 and before knows only `-`).
"""

from __future__ import annotations

import re

from auditlint.kubernetes import audit_options, feature_gates, go
from auditlint.kubernetes.decoding.head import version_may_be_new
from auditlint.kubernetes.known_flags import find, history, nearest
from auditlint.kubernetes.parsed_flags import FlagError, FlagProblem, FlagUse, ParsedFlags, canonical, flag_name
from auditlint.kubernetes.releases import NEWEST
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.kubernetes.known_flags import Flag
    from auditlint.kubernetes.parsed_flags import Invalid

_SHORTHANDS = {"v": "v", "h": "help"}
_FLAG, _GATE = r"[a-z][a-z0-9-]*", r"[A-Z][A-Za-z0-9]*"
_VERSIONS = ("audit-log-version", "audit-webhook-version")
_EXITS = {"help": "its help", "version": "its version"}


def parse(arguments: Sequence[str], minor: int = NEWEST, *, newer: bool = False) -> ParsedFlags:
    """Return what kube-apiserver 1.`minor` makes of its arguments (the program's name is not one of them).

    `newer`: the release is newer than that, the newest known: what no release has is not refused.
    """
    reader = _Reader(tuple(arguments), minor)
    reader.read()
    stray = _stray(reader.positional)
    parsed = ParsedFlags(
        minor=minor,
        arguments=reader.arguments,
        uses=tuple(reader.uses),
        errors=(),
        positional=tuple(reader.positional),
        validation=(),
    )
    errors = sorted(
        (*reader.errors, *_exits(parsed), *feature_gates.errors(parsed), *stray), key=lambda error: error.position
    )
    invalid = tuple(audit_options.validate(parsed))
    if not newer:
        return parsed.replace(errors=tuple(errors), validation=invalid)
    versions = {one: new for one in invalid if (new := _new_version(parsed, one))}
    unsure = dict.fromkeys((*filter(_may_be_new, errors), *versions.values()))
    return parsed.replace(
        errors=tuple(error for error in errors if error not in unsure),
        validation=tuple(one for one in invalid if one not in versions),
        unsure=tuple(sorted(unsure, key=lambda error: error.position)),
    )


def _may_be_new(error: FlagError) -> bool:
    """Tell whether an error is about a flag or a gate that no known release has, under a name that one could have."""
    if error.kind is FlagProblem.UNKNOWN_GATE:
        return feature_gates.history(error.value) is None and re.fullmatch(_GATE, error.value) is not None
    named = error.kind is FlagProblem.UNKNOWN_FLAG and error.message.startswith("unknown flag: ")
    return named and history(error.name) is None and re.fullmatch(_FLAG, error.name) is not None


def _new_version(parsed: ParsedFlags, invalid: Invalid) -> FlagError | None:
    """Return what is wrong with a version of audit events that no known release writes, under a name of its kind."""
    (name, *_) = invalid.flags
    use = parsed.last(name) if name in _VERSIONS else None
    if use is None or not version_may_be_new(use.value):
        return None
    return FlagError(FlagProblem.INVALID_VALUE, use.position, name, use.value, invalid.message)


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
            return self._refuse(FlagProblem.UNKNOWN_FLAG, index, raw.lstrip("-"), value, f"bad flag syntax: {argument}")
        flag = find(raw.replace("_", "-"), self.minor)
        if flag is None:
            return self._unknown(index, raw, bool(equals))
        if equals:
            return self._set(FlagUse(flag.name, raw, value, index, index, bare=False))
        if flag.bare:
            return self._set(FlagUse(flag.name, raw, flag.bare, index, index, bare=True))
        if index + 1 == len(self.arguments):
            return self._refuse(FlagProblem.MISSING_VALUE, index, flag.name, "", f"flag needs an argument: --{raw}")
        return self._set(FlagUse(flag.name, raw, self.arguments[index + 1], index, index + 1, bare=False))

    def _unknown(self, index: int, raw: str, has_value: bool) -> int:  # noqa: FBT001
        first = next(iter(raw.split()), raw)
        merged = first != raw and find(first.replace("_", "-"), self.minor) is not None
        kind = FlagProblem.MERGED_ARGUMENTS if merged else FlagProblem.UNKNOWN_FLAG
        known = nearest(raw.replace("_", "-"), self.minor)
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
        return self._refuse(FlagProblem.MISSING_VALUE, index, flag.name, "", message)

    def _unknown_letter(self, index: int, letters: str) -> int:
        letter = go.quote_byte(letters.encode("utf-8", "surrogatepass")[0])
        name = self.arguments[index][1:].partition("=")[0].replace("_", "-")
        self._refuse(FlagProblem.UNKNOWN_FLAG, index, name, "", f"unknown shorthand flag: {letter} in -{letters}")
        meant = find(name, self.minor)
        needs_value = meant is not None and not meant.bare and "=" not in self.arguments[index]
        return index + 2 if needs_value else index + 1

    def _set(self, use: FlagUse) -> int:
        """Take the value for the flag if pflag would; return the index of the next argument to read."""
        try:
            canonical(use.name, use.value, self.minor)
        except ValueError as error:
            return self._refuse_value(use, str(error))
        self.uses.append(use)
        return use.value_position + 1

    def _refuse_value(self, use: FlagUse, reason: str) -> int:
        shown = next((f"-{letter}, --{name}" for letter, name in _SHORTHANDS.items() if name == use.name), None)
        message = f"invalid argument {go.quote(use.value)} for {go.quote(shown or '--' + use.name)} flag: {reason}"
        eats_flag = use.separate and use.value.startswith("-") and flag_name(use.value) is not None
        self._refuse(
            FlagProblem.MISSING_VALUE if eats_flag else FlagProblem.INVALID_VALUE,
            use.position,
            use.name,
            use.value,
            message,
        )
        return use.position + 1 if eats_flag else use.value_position + 1

    def _refuse(self, kind: FlagProblem, index: int, name: str, value: str, message: str) -> int:
        self.errors.append(FlagError(kind, index, name, value, message))
        return index + 1


def _stray(positional: list[tuple[int, str]]) -> Iterator[FlagError]:
    """Yield an error for each argument without a flag, all with the one message that the server gives."""
    texts = [text for _, text in positional]
    message = f'"kube-apiserver" does not take any arguments, got {go.quote_list(texts)}'
    return (FlagError(FlagProblem.STRAY_ARGUMENT, index, "", text, message, 1) for index, text in positional if text)


def _exits(parsed: ParsedFlags) -> Iterator[FlagError]:
    """Yield the flags that make the server print something and end at once."""
    for name, what in _EXITS.items():
        use = parsed.last(name)
        if use is not None and use.value in {"true", "raw", "t", "T", "TRUE", "True", "1"}:
            yield FlagError(FlagProblem.EXITS, use.position, name, use.value, f"kube-apiserver prints {what} and ends")
