"""Matching, reading of URLs and the exact engine, held to the real code of k8s.io/apiserver."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from auditlint.kubernetes.diff import difference
from auditlint.kubernetes.engine.dead_selectors import dead_selectors
from auditlint.kubernetes.match import Decision, Outcome, evaluate
from auditlint.kubernetes.reach import FateKind, Reach
from auditlint.kubernetes.requests import Request, UnreadableRequestError, is_resource_path, resolve
from tests.kubernetes import brute
from tests.kubernetes.test_diff import edited
from tests.referee_client import COMPARED, Referee, available

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.policy import Policy, PolicyRule

LIVE = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", params=COMPARED, ids=lambda minor: f"1.{minor}")
def referee(request: pytest.FixtureRequest) -> Iterator[Referee]:
    if not available(request.param):
        pytest.skip("needs Go, to ask the real k8s.io/apiserver")
    with Referee(request.param) as running:
        yield running


def as_json(policy: Policy) -> bytes:
    head = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy"}
    rules = [rule_as_json(rule) for rule in policy.rules]
    outcome = {"omitStages": policy.omit_stages, "omitManagedFields": policy.omit_managed_fields}
    return json.dumps({**head, **outcome, "rules": rules}).encode()


def rule_as_json(rule: PolicyRule) -> dict[str, Any]:
    return {
        "level": rule.level,
        "users": rule.users,
        "userGroups": rule.user_groups,
        "verbs": rule.verbs,
        "namespaces": rule.namespaces,
        "nonResourceURLs": rule.non_resource_urls,
        "resources": [
            {"group": entry.group, "resources": entry.resources, "resourceNames": entry.resource_names}
            for entry in rule.resources
        ],
        "omitStages": rule.omit_stages,
        "omitManagedFields": rule.omit_managed_fields,
    }


def as_question(request: Request) -> dict[str, Any]:
    who = {"user": request.user, "groups": request.groups, "verb": request.verb}
    if request.path is not None:
        return {**who, "path": request.path}
    what = {"apiGroup": request.api_group, "resource": request.resource, "subresource": request.subresource}
    return {**who, **what, "namespace": request.namespace, "name": request.name}


@LIVE
@given(brute.policies(), st.data())
def test_evaluation_agrees(referee: Referee, policy: Policy, data: st.DataObject) -> None:
    requests = data.draw(st.lists(st.sampled_from(brute.domain(policy)), min_size=20, max_size=40))
    answer = referee.eval(as_json(policy), [as_question(request) for request in requests])
    assume(not answer["error"])
    for request, verdict in zip(requests, answer["verdicts"], strict=True):
        rule, level, stages, managed = evaluate(policy, request)
        assert (rule, level, list(stages), managed) == (
            verdict["rule"],
            verdict["level"],
            verdict["omitStages"],
            verdict["omitManagedFields"],
        )


@LIVE
@given(brute.policies())
def test_reach_agrees(referee: Referee, policy: Policy) -> None:
    answer = referee.reach(as_json(policy))
    assume(not answer["error"])
    engine = Reach(policy)
    numbers = range(len(policy.rules))
    assert [fate.kind.value for fate in engine.fates] == [rule["fate"] for rule in answer["rules"]]
    assert [number for number in numbers if engine.redundant(number)] == answer["redundant"]
    assert engine.missing_catch_all.impossible is (answer["missingCatchAll"] is None)
    dead = {
        f"/rules/{number}/" + "/".join(map(str, found.selector.path))
        for number in numbers
        for found in dead_selectors(engine, number)
    }
    reached = {f"/rules/{number}/" for number in numbers if engine.fates[number].kind is FateKind.REACHED}
    silent = {pointer for pointer, takes in answer["selectors"].items() if not takes}
    silent = {pointer for pointer in silent if any(pointer.startswith(rule) for rule in reached)}
    within = {pointer for pointer in silent if any(pointer.startswith(f"{outer}/") for outer in silent)}
    assert dead == silent - within


@settings(LIVE, max_examples=60)
@given(edited())
def test_the_server_decides_on_witnesses_of_changes_as_they_say(
    referee: Referee, policies: tuple[Policy, Policy]
) -> None:
    changes = difference(*policies).changes
    assume(changes)
    questions = [as_question(change.witness) for change in changes]
    answers = [referee.eval(as_json(policy), questions) for policy in policies]
    assume(not any(answer["error"] for answer in answers))
    for number, change in enumerate(changes):
        old, new = (answer["verdicts"][number] for answer in answers)
        assert (old["rule"], new["rule"]) == (change.old, change.new)
        assert (outcome_of(old), outcome_of(new)) == (change.before, change.after)


def outcome_of(verdict: dict[str, Any]) -> Outcome:
    return Decision(None, verdict["level"], tuple(verdict["omitStages"]), verdict["omitManagedFields"]).outcome


SEGMENTS = st.sampled_from(
    ("api", "apis", "v1", "apps", "namespaces", "watch", "proxy", "pods", "status", "finalize", "web", "log", "..",
     "a%2Fb", "%20", "%zz", "é", "%C3%A9", "%E9", "a+b", "x;y", "%00", "*", "")
)  # fmt: skip
WORDS = st.sampled_from(
    ("metadata.name", "a", "b", "x/y", "in", "notin", "(", ")", "=", "==", "!=", "!", ",", ">", "<", "5", "-z",
     "%20", "%00", "\\", "%2F", ".", "..")
)  # fmt: skip
FLAGS = st.sampled_from(
    ["", "1", "true", "FALSE", "0", "x", "fal%C5%BFe", "+7", "-5", "9223372036854775808", "%zz", "a;b"]
)
QUERY = st.one_of(
    st.tuples(st.sampled_from(["watch", "wat%63h", "limit", "timeoutSeconds", "resourceVersion"]), FLAGS),
    st.tuples(st.sampled_from(["fieldSelector", "labelSelector"]), st.lists(WORDS, max_size=7).map("".join)),
    st.just(("fieldSelector", "metadata.name=web")),
).map("=".join)
STARTS = st.sampled_from(["", "/", "/api/v1", "/apis/apps/v1", "/api/v1/namespaces/n", "/api/v1/watch", "/apis"])


@st.composite
def urls(draw: st.DrawFn) -> str:
    path = draw(STARTS) + "/" + "/".join(draw(st.lists(SEGMENTS, max_size=6)))
    return "?".join([path, "&".join(draw(st.lists(QUERY, max_size=3)))])


@settings(LIVE, max_examples=1000)
@given(st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "FOO"]), urls())
def test_reading_of_urls_agrees(referee: Referee, method: str, url: str) -> None:
    answer = referee.resolve(method, url)
    try:
        request = resolve(method, url)
    except UnreadableRequestError:
        assert answer["error"]
        return
    assert not answer["error"]
    assert request.is_resource is answer["resourceRequest"]
    fields = ("verb", "apiGroup", "resource", "subresource", "namespace", "name")
    attributes = (request.verb, *request.words) if request.path is None else (request.verb, request.path)
    expected = [answer[field] for field in fields] if request.path is None else [answer["verb"], answer["path"]]
    assert [as_go_prints(attribute) for attribute in attributes] == expected
    if request.path is not None:
        assert not is_resource_path(request.path)


def as_go_prints(text: str) -> str:
    """Return text as Go's JSON holds it, with a replacement for each byte that is not UTF-8."""
    return text.encode(errors="surrogateescape").decode(errors="replace")
