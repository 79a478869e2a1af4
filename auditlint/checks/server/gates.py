"""Rules about the feature gates of kube-apiserver."""

from __future__ import annotations

from functools import cached_property

from auditlint.checks.server.flag_words import STOPS, at_argument, never_had, says, unsure
from auditlint.english import quoted
from auditlint.finding import Severity
from auditlint.kubernetes import feature_gates, releases
from auditlint.kubernetes.parsed_flags import FlagProblem
from auditlint.rule import Category
from auditlint.spelling import nearest
from auditlint.subjects.model import ApiServer
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from auditlint.finding import Finding
    from auditlint.kubernetes.parsed_flags import FlagError, FlagUse
    from auditlint.rule import Context

rule = Category("apiserver-flags", ApiServer)


@rule(
    "unknown-feature-gate",
    severity=Severity.ERROR,
    refuses=True,
    summary="a feature gate that this release does not have, or has locked to another value",
)
def unknown_feature_gate(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report feature gates that never existed, are gone, are not there yet, belong to others, or are locked."""
    better = Better(server)
    for error in _errors(server, FlagProblem.UNKNOWN_GATE):
        yield _refuse(
            server, context, error, _unknown(server, error.value), help=better.instead_of(error), about=(error.value,)
        )
    told = Better(server, (*server.flags.errors, *server.flags.unsure))
    for error in server.flags.unsure_of(FlagProblem.UNKNOWN_GATE):
        message = never_had(server, f"a feature gate {quoted(error.value)}")
        yield at_argument(server, context, error.position, message, **unsure(told.instead_of(error)))
    for error in _errors(server, FlagProblem.LOCKED_GATE):
        to = str(feature_gates.gates(server.minor)[error.value].default).lower()
        reason = f"the feature gate {error.value} is locked to {to} in {releases.name(server.minor)}"
        yield _refuse(server, context, error, reason, help=better.instead_of(error), about=(error.value,))
    for error in _errors(server, FlagProblem.FOREIGN_GATE):
        reason = f'kube-apiserver has no component "{error.message.partition(": ")[2]}" of feature gates'
        yield _refuse(server, context, error, reason, help=better.instead_of(error), about=(error.value,))


def _errors(server: ApiServer, problem: FlagProblem) -> Iterator[FlagError]:
    return (error for error in server.flags.errors if error.kind is problem)


def _refuse(server: ApiServer, context: Context, error: FlagError, reason: str, **details: Any) -> Finding:
    words = says(server, error.message)
    return at_argument(server, context, error.position, f"{reason}{STOPS}", example=words, refused=True, **details)


def _unknown(server: ApiServer, gate: str) -> str:
    known = feature_gates.history(gate)
    if known is None:
        return f'{releases.name(server.minor)} has no feature gate "{gate}"'
    if known.last < server.minor:
        return f"the feature gate {gate} was removed in {releases.name(known.last + 1)}"
    return f"the feature gate {gate} came with {releases.name(known.first)}, this is {releases.name(server.minor)}"


class Better:
    """What to write instead of the values of `--feature-gates` that are refused, each worked out once."""

    def __init__(self, server: ApiServer, errors: Sequence[FlagError] | None = None) -> None:
        self._server = server
        self._errors = server.flags.errors if errors is None else errors
        self._advice: dict[int, str | None] = {}

    def instead_of(self, error: FlagError) -> str:
        """Return the flag with the gates that were meant and without others that are refused, or say that none is left.

        In a long list only the gate itself is named: the whole list with each gate in it would be no advice.
        """
        if error.position not in self._advice:
            self._advice[error.position] = self._whole(error)
        whole = self._advice[error.position]
        if whole is not None:
            return whole
        near = _meant(self._server, error)
        if near:
            return f"Write `{near}` instead of {quoted(error.value)}"
        return f"Delete {quoted(error.value)} from {self._server.named(error.name)}"

    def _whole(self, error: FlagError) -> str | None:
        server = self._server
        use, wrong = self._uses[error.position], self._wrong[error.position]
        if len(use.value) > _LONGEST_VALUE:
            return None
        meant = {one.value: _meant(server, one) for one in wrong}
        rest = feature_gates.without(use, [gate for gate, near in meant.items() if near is None], server.minor)
        for gate, near in meant.items():
            rest = rest.replace(gate, near or gate)
        action = "Write" if rest else "Delete"
        return f"{action} {server.written(error.name, rest or use.value)}"

    @cached_property
    def _uses(self) -> dict[int, FlagUse]:
        return {use.position: use for use in reversed(self._server.flags.uses) if use.name == feature_gates.FLAG}

    @cached_property
    def _wrong(self) -> dict[int, list[FlagError]]:
        wrong: dict[int, list[FlagError]] = {}
        for error in self._errors:
            if error.kind in _REFUSED:
                wrong.setdefault(error.position, []).append(error)
        return wrong


def _meant(server: ApiServer, error: FlagError) -> str | None:
    """Return the gate that was probably meant by one that never was; None if there is none like it."""
    if error.kind is not FlagProblem.UNKNOWN_GATE or feature_gates.history(error.value):
        return None
    return nearest(error.value, feature_gates.gates(server.minor))


_LONGEST_VALUE = 2000
"""Characters of a list of feature gates that is written out as advice: some 60 gates."""
_REFUSED = (FlagProblem.UNKNOWN_GATE, FlagProblem.LOCKED_GATE, FlagProblem.FOREIGN_GATE, FlagProblem.AUDIT_GATE)
"""What may be wrong with one gate, whatever the others are."""


@rule(
    "removed-feature-gate",
    severity=Severity.ERROR,
    refuses=True,
    summary="a feature gate of auditing that this release no longer has",
)
def removed_feature_gate(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report AdvancedAuditing and DynamicAuditing where the release does not know them."""
    better = Better(server)
    for error in _errors(server, FlagProblem.AUDIT_GATE):
        if error.value == "DynamicAuditing":
            removed = releases.name(feature_gates.DYNAMIC_AUDITING_UNTIL + 1)
            reason = f"the feature gate DynamicAuditing was removed in {removed}, with dynamic auditing itself"
        elif server.minor > feature_gates.ADVANCED_AUDITING_UNTIL:
            removed = releases.name(feature_gates.ADVANCED_AUDITING_UNTIL + 1)
            reason = f"the feature gate AdvancedAuditing was removed in {removed}, auditing is always on"
        else:
            reason = "the feature gate AdvancedAuditing is locked to true in 1.27"
        on = error.value == "DynamicAuditing" and feature_gates.turns_on(server.flags, error.value)
        about = ("dynamic-auditing",) if on else (error.value,)
        yield _refuse(server, context, error, reason, help=better.instead_of(error), about=about)
