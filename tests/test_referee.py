"""The referee against its recorded answers, and its brute force against requests made of URLs."""

from __future__ import annotations

import itertools
import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from auditlint.kubernetes.releases import NEWEST
from tests.recorded_answers import MINORS, OPERATIONS, Case, cases, without_empty
from tests.referee_client import MODULES, SOURCE, Referee, RefereeError, available, built

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Request = dict[str, Any]

HTTP_VERBS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
REACHES = [case for case in cases("reach") if "error" not in case.answers[NEWEST]]


@pytest.fixture(scope="module", params=MINORS, ids=lambda minor: f"1.{minor}")
def referee(request: pytest.FixtureRequest) -> Iterator[Referee]:
    minor = request.param
    if minor == NEWEST and not available():
        pytest.skip(f"the referee for 1.{minor} is not built and Go is missing")
    if minor != NEWEST and not built(minor):
        pytest.skip(f"the referee for 1.{minor} is not built: tests/referee/build {minor}")
    with Referee(minor) as running:
        yield running


@pytest.fixture(scope="module")
def newest() -> Iterator[Referee]:
    if not available():
        pytest.skip(f"the referee for 1.{NEWEST} is not built and Go is missing")
    with Referee() as running:
        yield running


@pytest.mark.parametrize("operation", OPERATIONS)
def test_recorded_answers_are_those_of_the_referee(referee: Referee, operation: str) -> None:
    for case in cases(operation):
        assert without_empty(referee.ask(case.question)) == case.answers[referee.minor], case.name


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_recorded_case_is_answered_for_every_minor_and_has_a_name_of_its_own(operation: str) -> None:
    recorded = list(cases(operation))
    assert all(tuple(case.answers) == MINORS for case in recorded)
    assert len({case.name for case in recorded}) == len(recorded)


def test_the_module_is_pinned_to_the_newest_release() -> None:
    """Run `go get` in tests/referee/ with the versions of the table when a release is out."""
    assert f"\tk8s.io/apiserver {MODULES[NEWEST]}\n" in (SOURCE / "go.mod").read_text()


def test_the_compiled_in_server_is_the_pinned_one(referee: Referee) -> None:
    assert referee.version()["apiserver"] == MODULES[referee.minor]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"op": "lod"}, 'unknown op "lod"'),
        ({"op": "load", "data": "?"}, "illegal base64"),
        ({"op": 1}, "cannot unmarshal"),
    ],
)
def test_a_question_without_sense_is_a_failure_and_the_next_is_answered(
    newest: Referee, question: Mapping[str, Any], words: str
) -> None:
    with pytest.raises(RefereeError, match=words):
        newest.ask(question)
    assert newest.resolve("GET", "/healthz")["verb"] == "get"


def test_a_domain_above_the_limit_is_refused(newest: Referee) -> None:
    users = [f"u{number}" for number in range(50)]
    answer = newest.reach(_policy([{"level": "None", "users": users, "userGroups": users}]), limit=10_000)
    assert answer["error"] == "the domain has more than 10000 requests"
    assert answer["size"] > 10_000


@pytest.mark.parametrize("case", REACHES, ids=[case.name for case in REACHES])
def test_witnesses_reach_their_rule(newest: Referee, case: Case) -> None:
    answer = case.answers[NEWEST]
    witnesses: dict[int | None, Request] = {}
    witnesses |= {index: rule["witness"] for index, rule in enumerate(answer["rules"]) if rule["fate"] == "reached"}
    if "missingCatchAll" in answer:
        witnesses[None] = answer["missingCatchAll"]
    verdicts = newest.eval(case.data, list(witnesses.values()))["verdicts"]
    assert [verdict["rule"] for verdict in verdicts] == list(witnesses)


@pytest.fixture(scope="module")
def possible(newest: Referee) -> Sequence[Request]:
    return tuple(itertools.chain(_resource_requests(newest), _path_requests(newest)))


@pytest.mark.parametrize("case", REACHES, ids=[case.name for case in REACHES])
def test_no_request_on_the_wire_contradicts_the_brute_force(
    newest: Referee, possible: Sequence[Request], case: Case
) -> None:
    answer = case.answers[NEWEST]
    requests = [_by_somebody(request, case) for request in random.Random(case.name).choices(possible, k=400)]
    verdicts = newest.eval(case.data, requests)["verdicts"]
    taken = {verdict["rule"] for verdict in verdicts}
    reached = {index for index, rule in enumerate(answer["rules"]) if rule["fate"] == "reached"}
    assert taken - {None} <= reached
    assert None not in taken or "missingCatchAll" in answer
    for index in answer.get("redundant", []):
        without = newest.eval(_without_rule(case.data, index), requests)["verdicts"]
        assert [_outcome(verdict) for verdict in without] == [_outcome(verdict) for verdict in verdicts]


@pytest.mark.parametrize("case", REACHES, ids=[case.name for case in REACHES])
def test_rules_that_never_match_match_nothing_alone(newest: Referee, possible: Sequence[Request], case: Case) -> None:
    requests = [_by_somebody(request, case) for request in random.Random(case.name).choices(possible, k=300)]
    for index, rule in enumerate(case.answers[NEWEST]["rules"]):
        if rule["fate"] == "never":
            verdicts = newest.eval(_only_rule(case.data, index), requests)["verdicts"]
            assert {verdict["rule"] for verdict in verdicts} == {None}


def _resource_requests(referee: Referee) -> Iterator[Request]:
    """Yield what the real resolver makes of URLs of many forms, if it is a request that counts as possible."""
    groups = ("/api/v1", "/apis/apps/v1", "/apis/fresh/v1", "/apis/other.example/v1")
    prefixes = ("", "/watch", "/proxy")
    namespaces = ("", "/namespaces/a", "/namespaces/n", "/namespaces/b", "/namespaces/fresh", "/namespaces/")
    resources = ("x", "pods", "secrets", "status", "nodes", "namespaces", "fresh", "c", "deployments")
    rests = (
        "",
        "/a",
        "/b",
        "/m",
        "/fresh",
        "/a/log",
        "//s",
        "/m/s",
        "/q/status",
        "/a/proxy",
        "?fieldSelector=metadata.name=a",
    )
    for parts in itertools.product(groups, prefixes, namespaces, resources, rests):
        group, prefix, namespace, resource, rest = parts
        for method in ("GET", "DELETE") if rest.startswith("?") else ("GET", "POST", "PATCH", "DELETE", "OPTIONS"):
            answer = referee.resolve(method, f"{group}{prefix}{namespace}/{resource}{rest}")
            if not answer["error"] and answer["resourceRequest"] and answer["resource"]:
                yield {key: answer[key] for key in ("verb", "apiGroup", "resource", "subresource", "namespace", "name")}


def _path_requests(referee: Referee) -> Iterator[Request]:
    specs = {url for case in REACHES for rule in _rules(case.data) for url in rule.get("nonResourceURLs", ())}
    stems = sorted({spec.rstrip("*") for spec in specs} | {"/"})
    for stem, ending, verb in itertools.product(stems, ("", "/", "//", "x", "/x", "z/y", "//z"), HTTP_VERBS):
        answer = referee.resolve(verb.upper(), stem + ending)
        if not answer["error"] and not answer["resourceRequest"]:
            yield {"verb": answer["verb"], "path": answer["path"]}


def _by_somebody(request: Request, case: Case) -> Request:
    """Give a request to a user the policy knows, to another, or to a failed login, with up to four groups."""
    chance = random.Random(json.dumps(request) + case.name)
    users: list[str | None] = ["somebody", None]
    groups = ["some group"]
    for rule in _rules(case.data):
        users += rule.get("users", ())
        groups += rule.get("userGroups", ())
    return {**request, "user": chance.choice(users), "groups": chance.choices(groups, k=chance.randrange(5))}


def _outcome(verdict: Mapping[str, Any]) -> tuple[Any, ...]:
    stages = () if verdict["level"] == "None" else tuple(verdict["omitStages"])
    return verdict["level"], stages, verdict["omitManagedFields"]


def _policy(rules: Sequence[Mapping[str, Any]]) -> bytes:
    return json.dumps({"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": rules}).encode()


def _rules(data: bytes) -> list[dict[str, Any]]:
    """Read the rules of a recorded policy about reach: each is a line of JSON behind a dash."""
    return [json.loads(line[2:]) for line in data.decode().splitlines() if line.startswith("- ")]


def _without_rule(data: bytes, index: int) -> bytes:
    lines = data.splitlines(keepends=True)
    rule = [number for number, line in enumerate(lines) if line.startswith(b"- ")][index]
    return b"".join(lines[:rule] + lines[rule + 1 :])


def _only_rule(data: bytes, index: int) -> bytes:
    head = [line for line in data.splitlines(keepends=True) if not line.startswith(b"- ")]
    rules = [line for line in data.splitlines(keepends=True) if line.startswith(b"- ")]
    return b"".join([*head, rules[index]])
