"""What is said of feature gates, and that what is advised starts the server."""

from __future__ import annotations

import pytest

from tests.checks import servers

RULE = "unknown-feature-gate"
CASES = [
    ("PodSecurity=true", 34, "was removed in 1.28", "Delete --feature-gates=PodSecurity=true"),
    ("PodSecurity=true,AllBeta=false", 34, "was removed in 1.28", "Write --feature-gates=AllBeta=false"),
    ("PodSecurity=true", 21, "came with 1.22, this is 1.21", "Delete --feature-gates=PodSecurity=true"),
    (
        "SidecarContainer=true",
        34,
        ' has no feature gate "SidecarContainer"',
        "Write --feature-gates=SidecarContainers=true",
    ),
    ("Nonsense=true, AllBeta=false", 34, ' has no feature gate "Nonsense"', "Write --feature-gates=AllBeta=false"),
    ("SidecarContainers=false", 34, "is locked to true in 1.34", "Delete --feature-gates=SidecarContainers=false"),
    ("kube:AllBeta=false,wardle:X=true", 34, 'no component "wardle"', "Write --feature-gates=kube:AllBeta=false"),
]


@pytest.mark.parametrize(("value", "minor", "said", "advice"), CASES)
def test_gates(value: str, minor: int, said: str, advice: str) -> None:
    (found,) = [
        one for one in servers.findings(servers.pod(f'"--feature-gates={value}"', minor=minor)) if one.rule == RULE
    ]
    assert (found.severity, found.refused) == ("error", True)
    assert said in found.message
    assert found.help == advice
    word, written = advice.split(" ", 1)
    better = servers.pod(*([f'"{written}"'] if word == "Write" else []), minor=minor)
    assert not [one for one in servers.findings(better) if one.rule == RULE]


def test_one_advice_mends_all_gates_of_a_flag() -> None:
    value = "EphemeralContainers=true,SidecarContainer=true,AdvancedAuditing=true,AllBeta=false"
    found = servers.findings(servers.pod(f"--feature-gates={value}", minor=34))
    advice = {one.help for one in found if one.rule in {RULE, "removed-feature-gate"}}
    assert advice == {"Write --feature-gates=SidecarContainers=true,AllBeta=false"}
    better = servers.findings(servers.pod("--feature-gates=SidecarContainers=true,AllBeta=false", minor=34))
    assert not [one for one in better if one.refused]


def test_in_a_long_list_the_advice_names_the_gate_alone() -> None:
    value = ",".join(["SidecarContainer=true", *(f"Gate{number}=true" for number in range(200))])
    found = servers.findings(servers.pod(f"--feature-gates={value}", minor=34))
    advice = [one.help for one in found if one.rule == RULE]
    assert advice[:2] == [
        'Write `SidecarContainers` instead of "SidecarContainer"',
        'Delete "Gate0" from --feature-gates',
    ]
    assert len(advice) == 201


def test_gates_of_auditing_have_a_rule_of_their_own() -> None:
    rules = {one.rule for one in servers.findings(servers.pod("--feature-gates=AdvancedAuditing=true", minor=34))}
    assert "removed-feature-gate" in rules
    assert RULE not in rules
