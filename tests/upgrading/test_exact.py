"""What is told of resources and tokens is all there is: tried with every request that a cluster serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditlint.kubernetes import kubectl
from auditlint.kubernetes.catalogue import Catalogue, of_release
from auditlint.kubernetes.match import evaluate
from auditlint.kubernetes.releases import NEWEST_KNOWN, OLDEST
from auditlint.upgrading import upgrade_paths
from tests.kubernetes.test_engine_live import as_json
from tests.upgrading.drawn import POLICIES, requests_for

if TYPE_CHECKING:
    from auditlint.kubernetes.policy import Policy

MINORS = st.sampled_from(range(OLDEST, NEWEST_KNOWN + 1))
THOROUGH = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def matched(policy: Policy, catalogue: Catalogue, key: tuple[str, str, str]) -> set[int]:
    """Return the rules with `resources` that are the first to match some request for a resource."""
    resource = catalogue.get(*key)
    assert resource is not None
    takers = {evaluate(policy, request).rule for request in requests_for(resource)}
    return {number for number in takers if number is not None and policy.rules[number].resources}


@THOROUGH
@given(POLICIES, MINORS, MINORS)
def test_resources(policy: Policy, before: int, after: int) -> None:
    texts = {"p.json": as_json(policy)}
    found = upgrade_paths((), f"1.{after}", from_version=f"1.{before}", texts=texts, debug=True)
    if found.of("breaks") or found.of("mends") or found.subjects[0].refused_after:
        return
    told = {
        (change.topic, name, int(change.pointer.split("/")[2])) for change in found.changes for name in change.resources
    }
    old, new = of_release(before), of_release(after)
    served = [{one.key for one in catalogue.served} for catalogue in (old, new)]
    there = {
        (topic, kubectl.dotted(*key), rule)
        for topic, catalogue, keys in (
            ("resource-gone", old, served[0] - served[1]),
            ("resource-new", new, served[1] - served[0]),
        )
        for key in keys
        for rule in matched(policy, catalogue, key)
    }
    assert told == there


@THOROUGH
@given(POLICIES, st.sampled_from([(20, 24), (22, 21)]))
def test_tokens(policy: Policy, way: tuple[int, int]) -> None:
    before, after = way
    texts = {"p.json": as_json(policy)}
    found = upgrade_paths((), f"1.{after}", from_version=f"1.{before}", texts=texts, debug=True)
    if found.subjects[0].refused_after:
        return
    told = {int(change.pointer.split("/")[2]) for change in found.changes if change.topic == "token-bodies"}
    token = of_release(22).get("", "serviceaccounts", "token")
    assert token is not None
    decisions = [evaluate(policy, one) for one in requests_for(token) if one.verb == "create" and one.user is not None]
    assert told == {
        decision.rule
        for decision in decisions
        if decision.level == "RequestResponse" and "ResponseComplete" in decision.stages
    }
