"""What kube-apiserver makes of `--feature-gates`.

Source: featuregate/feature_gate.go of k8s.io/component-base. Gates that are not about auditing are not judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes import go
from auditlint.kubernetes.parsed_flags import FlagError, FlagProblem
from auditlint.kubernetes.releases import NEWEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.parsed_flags import FlagUse, ParsedFlags

DYNAMIC_AUDITING_UNTIL = 18
"""The last minor with the feature gate DynamicAuditing (pkg/features/kube_features.go)."""
ADVANCED_AUDITING_UNTIL = 27
"""The last minor with the feature gate AdvancedAuditing; in that release it is locked to true."""
GATES_WITH_COMPONENTS_FROM = 31
"""From this minor `--feature-gates` takes `kube:Gate=true` as well as `Gate=true`."""


def errors(parsed: ParsedFlags) -> Iterator[FlagError]:
    """Yield the audit feature gates that the release does not have, or has locked, and gates without a value."""
    for use in parsed.uses:
        if use.name == "feature-gates":
            for gate, value in _items(use.value, parsed.minor):
                message = _error(gate, value, parsed.minor)
                if message:
                    audit = gate in {"AdvancedAuditing", "DynamicAuditing"}
                    kind = FlagProblem.AUDIT_GATE if audit and value is not None else FlagProblem.INVALID_VALUE
                    yield FlagError(kind, use.position, use.name, gate, _message(use, message, parsed.minor))


def _items(value: str, minor: int) -> Iterator[tuple[str, str | None]]:
    """Yield each gate of a `--feature-gates` value that is kube-apiserver's own, and what it is set to."""
    for item in filter(None, value.split(",")):
        component, colon, rest = item.partition(":") if minor >= GATES_WITH_COMPONENTS_FROM else ("", "", item)
        if colon and component.strip() not in {"", "kube"}:
            continue
        gate, equals, setting = (rest if colon else item).partition("=")
        yield gate.strip(), setting.strip() if equals else None


def _error(gate: str, value: str | None, minor: int) -> str:
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


def _message(use: FlagUse, message: str, minor: int) -> str:
    """Return the message as the server puts it: until 1.30 the gates are judged while the flag is parsed."""
    if minor >= GATES_WITH_COMPONENTS_FROM:
        return message
    return f'invalid argument {go.quote(use.value)} for "--feature-gates" flag: {message}'


def dynamic_auditing(parsed: ParsedFlags) -> bool:
    """Tell whether the gate of dynamic auditing is on; as an alpha feature `AllAlpha` turns it on as well."""
    gates: dict[str, str | None] = {}
    for use in parsed.uses:
        if use.name == "feature-gates":
            gates.update(_items(use.value, parsed.minor))
    setting = gates.get("DynamicAuditing", gates.get("AllAlpha"))
    return setting in {"1", "t", "T", "true", "TRUE", "True"}


def turns_on(parsed: ParsedFlags, gate: str) -> bool:
    """Tell whether `--feature-gates` sets a gate to true, the last time it names it; gates in groups apart."""
    uses = (use for use in parsed.uses if use.name == "feature-gates")
    settings = [item[1] for use in uses for item in _items(use.value, parsed.minor) if item[0] == gate]
    try:
        return bool(settings) and go.parse_bool(settings[-1] or "")
    except ValueError:
        return False
