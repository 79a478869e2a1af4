"""What kube-apiserver makes of `--feature-gates`: which gates a release has, and what its registry of them refuses.

Sources: featuregate/feature_gate.go and compatibility/registry.go of k8s.io/component-base (in 1.31
pkg/util/version/registry.go of k8s.io/apiserver). The gates are in `schemas/feature-gates.json`, made by
`tools/generate_feature_gates.py`.
"""

from __future__ import annotations

from functools import cache

from auditlint.kubernetes import go
from auditlint.kubernetes.data import table
from auditlint.kubernetes.known_flags import Known
from auditlint.kubernetes.parsed_flags import FlagError, FlagProblem
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from typing import Any

    from auditlint.kubernetes.parsed_flags import FlagUse, ParsedFlags

FLAG = "feature-gates"
AUDIT_GATES = frozenset({"AdvancedAuditing", "DynamicAuditing"})
DYNAMIC_AUDITING_UNTIL = 18
"""The last minor with the feature gate DynamicAuditing (pkg/features/kube_features.go)."""
ADVANCED_AUDITING_UNTIL = 27
"""The last minor with the feature gate AdvancedAuditing; in that release it is locked to true."""
COMPONENTS_FROM = 31
"""From this minor `--feature-gates` takes `kube:Gate=true` as well as `Gate=true`, and is judged after all flags."""

_COMPONENT = "kube"
"""The one component that kube-apiserver registers."""
_OTHER_VERSIONS = ("emulated-version", "min-compatibility-version")
"""Flags by which gates count as another release has them."""
_SPECIAL = {"AllAlpha": "alpha", "AllBeta": "beta"}
"""Gates that set all others of a stage which are not set by name."""
_MIXED = "set kube feature gates with default empty prefix or kube: prefix consistently, do not mix use"


class Gate(NamedTuple):
    """One feature gate of one release."""

    stage: str
    """`alpha`, `beta`, `ga` or `deprecated`."""
    default: bool
    locked: bool
    """Whether it can only be set to its default."""
    needs: tuple[str, ...]
    """The gates without which it cannot be on."""


class Setting(NamedTuple):
    """One item of a `--feature-gates` value."""

    use: FlagUse
    component: str
    """What stands before its colon; empty without one."""
    gate: str
    value: str | None
    """What it is set to; None without an equals sign."""

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing, which the server passes over where there are components."""
        return not self.gate and self.value is None

    @property
    def is_ours(self) -> bool:
        """Whether it sets a gate of kube-apiserver itself."""
        return self.component in {"", _COMPONENT}


@cache
def gates(minor: int) -> dict[str, Gate]:
    """Return the feature gates of one release, by name."""
    return {
        gate["name"]: Gate(span["stage"], span["default"], span["locked"], tuple(span["needs"]))
        for gate in table("feature-gates")["gates"]
        for span in gate["releases"]
        if _minor(span["from"]) <= minor <= _minor(span["to"])
    }


def history(name: str) -> Known | None:
    """Return the first and last minor known to have a gate; None if none has."""
    spans = _spans().get(name)
    return None if spans is None else Known(_minor(spans[0]["from"]), _minor(spans[-1]["to"]))


@cache
def _spans() -> dict[str, list[dict[str, Any]]]:
    """Return the releases of every feature gate that kube-apiserver is known to have had, by name."""
    return {gate["name"]: gate["releases"] for gate in table("feature-gates")["gates"]}


def _minor(release: str) -> int:
    return int(release.partition(".")[2])


def errors(parsed: ParsedFlags) -> Iterator[FlagError]:
    """Yield what the registry of feature gates refuses."""
    given = settings(parsed)
    if not given:
        return
    if parsed.minor >= COMPONENTS_FROM:
        ours = [setting for setting in given if setting.is_ours and not setting.is_empty]
        late = (*_of_components(given), *_refused(parsed, ours))
        yield from (error._replace(turn=2) for error in late)
        return
    by_use: dict[int, list[Setting]] = {}
    for setting in given:
        by_use.setdefault(setting.use.position, []).append(setting)
    for of_use in by_use.values():
        use = of_use[0].use
        for number, error in enumerate(_refused(parsed, of_use)):
            # Until 1.30 each value is judged while the flags are parsed; of the first fault all of it is quoted.
            words = f'invalid argument {go.quote(use.value)} for "--feature-gates" flag: ' if not number else ""
            yield error._replace(message=f"{words}{error.message}")


def settings(parsed: ParsedFlags) -> list[Setting]:
    """Return what the flags set feature gates to, in order."""
    return [
        _setting(use, item, with_component=parsed.minor >= COMPONENTS_FROM)
        for use in parsed.uses
        if use.name == FLAG
        for item in use.value.split(",")
        if item
    ]


def without(use: FlagUse, gates: Collection[str], minor: int) -> str:
    """Return the value of a flag without what it sets some gates to; empty if nothing is left."""
    with_component = minor >= COMPONENTS_FROM
    items = [item for item in use.value.split(",") if item.strip()]
    kept = (item for item in items if _setting(use, item, with_component=with_component).gate not in gates)
    return ",".join(item.strip() for item in kept)


def _setting(use: FlagUse, item: str, *, with_component: bool) -> Setting:
    component, colon, rest = item.partition(":") if with_component else ("", "", item)
    gate, equals, text = (rest if colon else item).partition("=")
    value = go.trim_space(text) if equals else None
    return Setting(use, go.trim_space(component) if colon else "", go.trim_space(gate), value)


def _of_components(given: Sequence[Setting]) -> Iterator[FlagError]:
    """Yield settings for components that kube-apiserver does not have, and prefixes that do not go together."""
    for setting in given:
        if not setting.is_ours:
            yield _error(FlagProblem.FOREIGN_GATE, setting, f"component not registered: {setting.component}")
    ours = [setting for setting in given if setting.is_ours]
    mixed = next((setting for setting in ours if setting.component != ours[0].component), None)
    if mixed:
        yield _error(FlagProblem.MIXED_GATES, mixed, _MIXED)


def _refused(parsed: ParsedFlags, given: Sequence[Setting]) -> Iterator[FlagError]:
    """Yield what is wrong with settings that are judged together."""
    values = [_value(setting) for setting in given]
    yield from (value for value in values if isinstance(value, FlagError))
    # As in a map, the last setting of a gate counts.
    read = {setting.gate: (setting, on) for setting, on in zip(given, values, strict=True) if isinstance(on, bool)}
    known = gates(parsed.minor)
    found = [error for setting, on in read.values() if (error := _refusal(parsed, known, setting, on=on))]
    yield from found
    if not found and not _as_another_release(parsed):
        yield from _lacking(known, read)


def _value(setting: Setting) -> bool | FlagError:
    """Return what a setting sets its gate to, or what the server says where it is no boolean."""
    if setting.value is None:
        return _error(FlagProblem.INVALID_VALUE, setting, f"missing bool value for {setting.gate}")
    try:
        return go.parse_bool(setting.value)
    except ValueError as error:
        words = f"invalid value of {setting.gate}={setting.value}, err: {error}"
        return _error(FlagProblem.INVALID_VALUE, setting, words)


def _refusal(parsed: ParsedFlags, known: Mapping[str, Gate], setting: Setting, *, on: bool) -> FlagError | None:
    gate = known.get(setting.gate)
    audit = setting.gate in AUDIT_GATES
    if gate is None:
        problem = FlagProblem.AUDIT_GATE if audit else FlagProblem.UNKNOWN_GATE
        return _error(problem, setting, f"unrecognized feature gate: {setting.gate}")
    if gate.locked and gate.default is not on and not _as_another_release(parsed):
        problem = FlagProblem.AUDIT_GATE if audit else FlagProblem.LOCKED_GATE
        want, default = str(on).lower(), str(gate.default).lower()
        words = f"cannot set feature gate {setting.gate} to {want}, feature is locked to {default}"
        return _error(problem, setting, words)
    return None


def _lacking(known: Mapping[str, Gate], read: Mapping[str, tuple[Setting, bool]]) -> Iterator[FlagError]:
    """Yield gates that are on without others that they need, where a setting brings that about."""
    on = _states(known, {name: value for name, (_, value) in read.items()})
    for name, gate in known.items():
        lacking = [need for need in gate.needs if not on[need]] if on[name] else []
        if lacking:
            setting = next(read[one][0] for one in (name, *lacking, *_SPECIAL) if one in read)
            words = f"{name} is enabled, but depends on features that are disabled: [{' '.join(lacking)}]"
            yield _error(FlagProblem.LACKING_GATE, setting, words)._replace(value=name)


def _states(known: Mapping[str, Gate], asked: Mapping[str, bool]) -> dict[str, bool]:
    """Return whether each gate is on: as asked by name, as asked for its whole stage, or by default."""
    stages = {stage: asked[name] for name, stage in _SPECIAL.items() if name in asked}
    return {name: asked.get(name, stages.get(gate.stage, gate.default)) for name, gate in known.items()}


def _as_another_release(parsed: ParsedFlags) -> bool:
    """Tell whether the server plays another release, whose locks and defaults count."""
    return any(parsed.last(name) for name in _OTHER_VERSIONS)


def _error(problem: FlagProblem, setting: Setting, message: str) -> FlagError:
    return FlagError(problem, setting.use.position, FLAG, setting.gate, message)


def turns_on(parsed: ParsedFlags, gate: str) -> bool:
    """Tell whether `--feature-gates` sets a gate to true by name, the last time it names it."""
    return _asked(parsed, gate) is True


def dynamic_auditing(parsed: ParsedFlags) -> bool:
    """Tell whether the gate of dynamic auditing is on; as an alpha feature `AllAlpha` turns it on as well."""
    asked = _asked(parsed, "DynamicAuditing")
    return bool(_asked(parsed, "AllAlpha") if asked is None else asked)


def _asked(parsed: ParsedFlags, gate: str) -> bool | None:
    values = [setting.value for setting in settings(parsed) if setting.is_ours and setting.gate == gate]
    try:
        return go.parse_bool(values[-1] or "") if values else None
    except ValueError:
        return None
