"""What breaks and is mended, held to recorded answers for both releases, and witnesses held to the real code."""

from __future__ import annotations

import json
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditlint.kubernetes import known_flags
from auditlint.upgrading import upgrade_paths
from tests.kubernetes.test_engine_live import as_json
from tests.recorded_answers import MINORS, cases
from tests.referee_client import COMPARED, Referee, available
from tests.upgrading.drawn import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditlint.kubernetes.policy import Policy
    from auditlint.report.upgraded import Change, Upgraded
    from tests.recorded_answers import Case

PAIRS = tuple(permutations(MINORS, 2))


def pairs_of(number: int, accepted: Mapping[int, bool]) -> Iterator[tuple[int, int]]:
    """Yield all pairs of releases that do not agree on a text, and one of the others."""
    yield from (pair for pair in PAIRS if accepted[pair[0]] is not accepted[pair[1]])
    yield PAIRS[number % len(PAIRS)]


def verdicts(found: Upgraded) -> tuple[bool, bool]:
    return bool(found.of("breaks")), bool(found.of("mends"))


def expected(accepted: Mapping[int, bool], before: int, after: int) -> tuple[bool, bool]:
    return accepted[before] and not accepted[after], accepted[after] and not accepted[before]


def policy_upgraded(data: bytes, before: int, after: int) -> Upgraded:
    return upgrade_paths((), f"1.{after}", from_version=f"1.{before}", as_kind="policy", texts={"p.yaml": data})


def loads(case: Case) -> dict[int, bool]:
    return {minor: bool(answer.get("ok")) for minor, answer in case.answers.items()}


def test_policies() -> None:
    disagreeing = 0
    for number, case in enumerate(cases("load")):
        accepted = loads(case)
        for before, after in pairs_of(number, accepted):
            found = verdicts(policy_upgraded(case.data, before, after))
            assert found == expected(accepted, before, after), (case.name, before, after)
            disagreeing += any(found)
    assert disagreeing


def pod_of(arguments: list[str]) -> bytes:
    container = {"name": "kube-apiserver", "image": "kube-apiserver", "command": ["kube-apiserver", *arguments]}
    metadata = {"name": "kube-apiserver", "namespace": "kube-system"}
    document = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}
    return json.dumps(document).encode()


def is_beyond_the_referee(argument: str) -> bool:
    """Tell whether an argument is a flag that is not about auditing, or what a kubelet fills in."""
    name = argument[2:].partition("=")[0]
    return "$(" in argument or (known_flags.history(name) is not None and not known_flags.is_audit(name))


def test_flags() -> None:
    disagreeing = 0
    for number, case in enumerate(cases("flags")):
        arguments = case.ask["args"]
        if case.ask.get("known") or any(map(is_beyond_the_referee, arguments)):
            continue
        accepted = {
            minor: not any(answer.get(key) for key in ("parse", "validate")) and not any(answer.get("positional", ()))
            for minor, answer in case.answers.items()
        }
        for before, after in pairs_of(number, accepted):
            texts = {"kube-apiserver.json": pod_of(arguments)}
            found = upgrade_paths((), f"1.{after}", from_version=f"1.{before}", texts=texts)
            (subject,) = found.subjects
            refused = ("flags" in subject.refused_before, "flags" in subject.refused_after)
            assert refused == (not accepted[before], not accepted[after]), (case.name, before, after)
            if refused[0] is not refused[1]:
                assert any(verdicts(found)), (case.name, before, after)
                disagreeing += 1
    assert disagreeing


@pytest.fixture(scope="module")
def referees() -> Iterator[dict[int, Referee]]:
    minors = [minor for minor in COMPARED if available(minor)]
    if len(minors) < 2:
        pytest.skip("needs Go, to ask the real k8s.io/apiserver")
    running = {minor: Referee(minor) for minor in minors}
    yield running
    for referee in running.values():
        referee.close()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(POLICIES, st.data())
def test_the_server_decides_on_witnesses_as_changes_say(
    referees: dict[int, Referee], policy: Policy, data: st.DataObject
) -> None:
    before, after = data.draw(st.sampled_from(list(permutations(referees, 2))))
    text = as_json(policy)
    found = policy_upgraded(text, before, after)
    accepted = {minor: bool(referees[minor].load(text)["ok"]) for minor in (before, after)}
    assert verdicts(found) == expected(accepted, before, after)
    for change in found.of("differs"):
        verdict = {minor: asked(referees[minor], text, change) for minor in (before, after)}
        confirm(change, verdict, before, after)


def asked(referee: Referee, text: bytes, change: Change) -> dict[str, Any]:
    answer: dict[str, Any] = referee.eval(text, [change.witness or {}])["verdicts"][0]
    return answer


def confirm(change: Change, verdict: Mapping[int, dict[str, Any]], before: int, after: int) -> None:
    """Hold the witness of a change to what both servers decide on it."""
    rule = int(change.pointer.split("/")[2])
    if change.topic in {"resource-new", "resource-gone"}:
        assert verdict[after if change.topic == "resource-new" else before]["rule"] == rule
    elif change.topic == "token-bodies":
        newer = verdict[max(before, after)]
        assert (newer["rule"], newer["level"]) == (rule, "RequestResponse")
    else:
        assert verdict[before] != verdict[after]
