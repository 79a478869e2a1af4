"""What the registry of feature gates refuses, and which release has which gate."""

from __future__ import annotations

import pytest

from auditlint.kubernetes import feature_gates
from auditlint.kubernetes.data import table
from auditlint.kubernetes.flags import parse
from auditlint.kubernetes.known_flags import Known
from auditlint.kubernetes.parsed_flags import FlagProblem, FlagUse
from auditlint.kubernetes.releases import NEWEST, NEWEST_KNOWN, OLDEST

REFUSED = [
    ("Nonsense=true", NEWEST, "unrecognized feature gate: Nonsense"),
    ("Nonsense=true", 30, 'invalid argument "Nonsense=true" for "--feature-gates" flag: unrecognized feature gate'),
    ("=true", NEWEST, "unrecognized feature gate: "),
    ("allalpha=true", NEWEST, "unrecognized feature gate: allalpha"),
    ("PodSecurity=true", 22, ""),
    ("PodSecurity=true", 21, "unrecognized feature gate: PodSecurity"),
    ("PodSecurity=true", 27, ""),
    ("PodSecurity=false", 27, "cannot set feature gate PodSecurity to false, feature is locked to true"),
    ("PodSecurity=true", 28, "unrecognized feature gate: PodSecurity"),
    ("csiMigrationRBD=true", 23, ""),
    ("csiMigrationRBD=true", 24, "unrecognized feature gate: csiMigrationRBD"),
    ("SidecarContainers=0", 34, "cannot set feature gate SidecarContainers to false, feature is locked to true"),
    ("SidecarContainers=false,SidecarContainers=true", 34, ""),
    ("SidecarContainers=false,SidecarContainers=true", 33, ""),
    ("AllAlpha", NEWEST, "missing bool value for AllAlpha"),
    ("AllAlpha=yes", NEWEST, "invalid value of AllAlpha=yes, err: strconv.ParseBool"),
    (" AllAlpha = false ,,", NEWEST, ""),
    (" ", 30, "missing bool value for "),
    (" ", 31, ""),
    ("kube:AllAlpha=false", 31, ""),
    ("kube:AllAlpha=false", 30, "unrecognized feature gate: kube:AllAlpha"),
    (" kube : AllAlpha=false", NEWEST, ""),
    ("kube:", NEWEST, ""),
    ("Kube:AllAlpha=false", NEWEST, "component not registered: Kube"),
    ("wardle:BanFlunder=true", NEWEST, "component not registered: wardle"),
    ("wardle:", NEWEST, "component not registered: wardle"),
    ("kube:AllAlpha=false,AllBeta=false", NEWEST, "do not mix use"),
    (":AllAlpha=false,AllBeta=false", NEWEST, ""),
    ("kube:kube:AllAlpha=true", NEWEST, "unrecognized feature gate: kube:AllAlpha"),
    ("CompositePodGroup=true", NEWEST, "CompositePodGroup is enabled, but depends on features that are disabled: ["),
    ("CompositePodGroup=false", NEWEST, ""),
    ("AtomicFIFO=false", NEWEST, "depends on features that are disabled: [AtomicFIFO]"),
]


@pytest.mark.parametrize(("value", "minor", "words"), REFUSED)
def test_values(value: str, minor: int, words: str) -> None:
    parsed = parse([f"--feature-gates={value}"], minor)
    assert words in parsed.message
    assert parsed.refused == bool(words)


def test_values_of_several_flags_count_together_only_from_1_31() -> None:
    """Until 1.30 each value is judged when it is read."""
    both = ["--feature-gates=SidecarContainers=false", "--feature-gates=SidecarContainers=true"]
    assert not parse(both, 34).refused
    twice = ["--feature-gates=PodSecurity=false", "--feature-gates=PodSecurity=true"]
    assert parse(twice, 27).refused


def test_prefixes_must_agree_over_all_flags() -> None:
    mixed = parse(["--feature-gates=AllAlpha=false", "--feature-gates=kube:AllBeta=false"], 34)
    assert [(error.kind, error.position) for error in mixed.errors] == [(FlagProblem.MIXED_GATES, 1)]


def test_a_gate_is_judged_after_stray_arguments_and_other_flags() -> None:
    arguments = ["--feature-gates=Nonsense=true", "stray"]
    assert "take any arguments" in parse(arguments, 31).message
    assert "Nonsense" in parse(arguments, 30).message


def test_a_whole_stage_brings_its_gates_what_they_need() -> None:
    needing = {name: gate for name, gate in feature_gates.gates(NEWEST).items() if gate.needs}
    off = next(need for gate in needing.values() if gate.default for need in gate.needs)
    assert "depends on features that are disabled" in parse([f"--feature-gates={off}=false"]).message


@pytest.mark.parametrize("flag", ["--emulated-version=1.33", "--min-compatibility-version=1.33"])
def test_another_release_may_not_have_the_lock(flag: str) -> None:
    assert parse(["--feature-gates=SidecarContainers=false"], 34).refused
    assert not parse(["--feature-gates=SidecarContainers=false", flag], 34).refused
    assert parse(["--feature-gates=Nonsense=false", flag], 34).refused


@pytest.mark.parametrize(
    ("gate", "first", "last"),
    [("AdvancedAuditing", OLDEST, 27), ("DynamicAuditing", OLDEST, 18), ("AllAlpha", OLDEST, NEWEST_KNOWN)],
)
def test_history(gate: str, first: int, last: int) -> None:
    assert feature_gates.history(gate) == Known(first, last)


@pytest.mark.parametrize(
    ("setting", "minor", "kind"),
    [
        ("AdvancedAuditing=false", 27, FlagProblem.AUDIT_GATE),
        ("AdvancedAuditing=true", 28, FlagProblem.AUDIT_GATE),
        ("PodSecurity=false", 27, FlagProblem.LOCKED_GATE),
        ("PodSecurity=true", 28, FlagProblem.UNKNOWN_GATE),
    ],
)
def test_gates_of_auditing_are_told_apart(setting: str, minor: int, kind: FlagProblem) -> None:
    assert [error.kind for error in parse([f"--feature-gates={setting}"], minor).errors] == [kind]


def test_what_gates_need_is_judged_where_nothing_else_is_wrong() -> None:
    lacking = ["--feature-gates=CompositePodGroup=true"]
    kinds = [error.kind for error in parse([*lacking, "--feature-gates=Nonsense=true"]).errors]
    assert kinds == [FlagProblem.UNKNOWN_GATE]
    assert {error.kind for error in parse(lacking).errors} == {FlagProblem.LACKING_GATE}
    assert not parse([*lacking, "--emulated-version=1.33"]).refused


@pytest.mark.parametrize(
    ("value", "gates", "minor", "left"),
    [
        ("A=true,B=false,C=true", ["B"], NEWEST, "A=true,C=true"),
        (" A = true , B=false,", ["B"], NEWEST, "A = true"),
        ("A=true", ["A"], NEWEST, ""),
        ("kube:A=true,A=false", ["A"], 31, ""),
        ("kube:A=true,A=false", ["A"], 30, "kube:A=true"),
    ],
)
def test_values_without_some_gates(value: str, gates: list[str], minor: int, left: str) -> None:
    (use,) = parse(["--v=1", f"--feature-gates={value}"], minor).uses[1:]
    assert feature_gates.without(use, gates, minor) == left


@pytest.mark.parametrize(
    ("value", "on"),
    [
        ("DynamicAuditing=true", True),
        ("DynamicAuditing=false,DynamicAuditing=1", True),
        ("DynamicAuditing=true,DynamicAuditing=false", False),
        ("AllAlpha=true", True),
        ("AllAlpha=true,DynamicAuditing=false", False),
        ("AllBeta=true", False),
        ("DynamicAuditing=perhaps", False),
        ("DynamicAuditing", False),
    ],
)
def test_dynamic_auditing(value: str, on: bool) -> None:  # noqa: FBT001
    parsed = parse([f"--feature-gates={value}"], 18)
    read = parsed.replace(uses=(FlagUse("feature-gates", "feature-gates", value, 0, 0, bare=False),))
    assert feature_gates.dynamic_auditing(read) is on
    assert feature_gates.turns_on(read, "DynamicAuditing") is (on and "Dyn" in value)
    assert not feature_gates.turns_on(read, "AllBetas")


def test_history_of_a_gate_that_never_was() -> None:
    assert feature_gates.history("Nonsense") is None


def test_gates_of_auditing_are_as_their_rule_says() -> None:
    assert feature_gates.ADVANCED_AUDITING_UNTIL == 27
    assert feature_gates.gates(27)["AdvancedAuditing"].locked
    assert not feature_gates.gates(26)["AdvancedAuditing"].locked
    assert feature_gates.DYNAMIC_AUDITING_UNTIL == 18


def test_the_table_reaches_the_newest_release() -> None:
    """A new release needs `python tools/generate_feature_gates.py MINOR`."""
    assert table("feature-gates")["oldest"] == f"1.{OLDEST}"
    assert table("feature-gates")["newest"] == f"1.{NEWEST_KNOWN}"


def test_gates_need_gates_of_the_same_release() -> None:
    for minor in range(OLDEST, NEWEST_KNOWN + 1):
        known = feature_gates.gates(minor)
        assert not {need for gate in known.values() for need in gate.needs} - set(known)
