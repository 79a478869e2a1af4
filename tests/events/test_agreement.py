"""What a recorded event gets is what the request got: a URL is read, recorded, replayed, and decided on once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from auditlint.events.decide import Decider
from auditlint.events.event import events_in, request_of
from auditlint.kubernetes.match import evaluate
from auditlint.kubernetes.requests import Request, UnreadableRequestError, resolve
from tests.events.recording import as_line, recorded
from tests.kubernetes import brute
from tests.kubernetes.test_engine_live import as_json, as_question
from tests.referee_client import Referee, available

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.match import Decision
    from auditlint.kubernetes.policy import Policy

PARTS = st.sampled_from(
    ("p", "q", "l", "m", "o", "n", "%70", "status", "namespaces", "watch", "proxy", "x%2Fy", "a", "b", "*", "é", "")
)
STARTS = st.sampled_from(
    ("", "/a", "/api/v1", "/apis/e/v1", "/apis", "/api", "/", "/api/v1/namespaces/n", "/apis/e/v1/namespaces/n",
     "/api/v1/watch", "/api/v1/namespaces/n/p", "/api/v1/namespaces/n/p/m", "/apis/e/v1/q/o",
     "/%61", "/%61/%62", "/%61pi/v1/p")
)  # fmt: skip
QUERIES = st.sampled_from(("", "?watch=1", "?fieldSelector=metadata.name%3Dm", "?limit=500", "?a=%2Fb?c"))
METHODS = st.sampled_from(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "FOO"))
IDENTITIES = st.one_of(
    st.just((None, ())),
    st.tuples(st.sampled_from(("a", "b", "c")), st.lists(st.sampled_from("ghijk"), max_size=4).map(tuple)),
)
BODIES = st.tuples(st.sampled_from(("", "n", "k")), st.sampled_from(("", "m", "o", "z")))
MANY = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def sent(draw: st.DrawFn) -> tuple[str, str, tuple[str | None, tuple[str, ...]], tuple[str, str]]:
    """One HTTP request: method, URL, who sends it, namespace and name of the object in its body."""
    path = draw(STARTS) + "".join("/" + part for part in draw(st.lists(PARTS, max_size=4)))
    return draw(METHODS), (path or "/") + draw(QUERIES), draw(IDENTITIES), draw(BODIES)


def as_recorded(url: str) -> str:
    """Return a URL as the server records it."""
    return url.replace("é", "%C3%A9")


def decisions(policy: Policy, events: list[dict[str, Any]]) -> list[Decision]:
    """Return what a replay decides on events, each of them written and read again."""
    decider = Decider([policy])
    return [decider.cell(event).decisions[0] for line in map(as_line, events) for event, _ in events_in(line)]


@MANY
@given(brute.policies(), st.lists(sent(), min_size=1, max_size=30))
def test_replay_decides_as_the_server_did(policy: Policy, requests: list[Any]) -> None:
    events, expected = [], []
    for method, url, (user, groups), body in requests:
        try:
            request = resolve(method, url, user=user, groups=groups)
        except UnreadableRequestError:
            continue
        events.append(recorded(request, as_recorded(url), body))
        expected.append(evaluate(policy, request))
    assert decisions(policy, events) == expected
    for event, outcome in zip(events, expected, strict=True):
        ((read, _),) = events_in(as_line(event))
        assert evaluate(policy, request_of(read)) == outcome


def url_of(request: Request) -> str:
    """Return a URL of a request; that of a list or watch says nothing of the name."""
    if request.path is not None:
        return quote(request.path)
    start = ["apis", request.api_group, "v1"] if request.api_group else ["api", "v1"]
    namespace = ["namespaces", request.namespace] if request.namespace else []
    what = [part for part in (request.resource, request.name, request.subresource) if part]
    return "".join("/" + quote(part, safe="") for part in (*start, *namespace, *what))


@settings(MANY, max_examples=60)
@given(brute.policies(), st.data())
def test_no_two_requests_are_confused(policy: Policy, data: st.DataObject) -> None:
    domain = brute.domain(policy)
    start = data.draw(st.integers(0, max(0, len(domain) - 600)))
    requests = domain[start : start + 600]  # neighbours differ in little
    written = [request for request in requests if request.user != "" and in_url(request)]
    events = [recorded(request, url_of(request)) for request in written]
    assert decisions(policy, events) == [evaluate(policy, request) for request in written]


def in_url(request: Request) -> bool:
    """Return whether a URL can say where a request goes, if the server reads that from the URL."""
    if request.path is not None or request.verb not in {"create", "update", "patch"}:
        return True
    read = resolve("POST", url_of(request))
    return (read.namespace, read.name) == (request.namespace, request.name)


@pytest.fixture(scope="module")
def referee() -> Iterator[Referee]:
    if not available():
        pytest.skip("needs Go, to ask the real k8s.io/apiserver")
    with Referee() as running:
        yield running


@settings(MANY, max_examples=150)
@given(brute.policies(), st.lists(sent(), min_size=5, max_size=20))
def test_replay_agrees_with_the_referee(referee: Referee, policy: Policy, requests: list[Any]) -> None:
    events, questions = [], []
    for method, url, (user, groups), body in requests:
        answer = referee.resolve(method, url)
        if not answer["error"]:
            request = attributes(answer, user, groups)
            events.append(recorded(request, as_recorded(url), body))
            questions.append(as_question(request))
    verdicts = referee.eval(as_json(policy), questions)
    assume(not verdicts["error"])
    fields = ("rule", "level", "omitStages", "omitManagedFields")
    assert [(rule, level, list(stages), managed) for rule, level, stages, managed in decisions(policy, events)] == [
        tuple(verdict[field] for field in fields) for verdict in verdicts["verdicts"]
    ]


def attributes(answer: dict[str, Any], user: str | None, groups: tuple[str, ...]) -> Request:
    """Return the request that the real resolver has read."""
    if not answer["resourceRequest"]:
        return Request(answer["verb"], user, groups, path=answer["path"])
    fields = ("apiGroup", "resource", "subresource", "namespace", "name")
    return Request(answer["verb"], user, groups, None, *(answer[field] for field in fields))
