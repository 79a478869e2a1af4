"""What events say: the request that was sent, as the policy saw it, and which texts are events at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditlint.events.event import NotAnEventError, events_in, request_of
from auditlint.kubernetes.requests import Request
from tests.events.recording import as_line, recorded

GET = Request("get", "alice", ("dev",), None, "", "pods", "", "prod", "web")


def read(event: dict[str, Any]) -> Request:
    ((found, _),) = events_in(as_line(event))
    return request_of(found)


def test_a_resource_request() -> None:
    assert read(recorded(GET, "/api/v1/namespaces/prod/pods/web")) == GET


def test_a_path_is_decoded_and_loses_its_query() -> None:
    event = recorded(Request("get", "alice", path="x"), "/he%61lthz%2F?verbose=%2F?")
    assert read(event) == Request("get", "alice", path="/healthz/")


def test_bytes_that_are_not_utf_8() -> None:
    assert read(recorded(Request("get", "alice", path="x"), "/%ff")) == Request("get", "alice", path="/\udcff")


@pytest.mark.parametrize("reference", [{}, {"apiVersion": "v1"}])
def test_an_empty_object_reference_is_a_resource_request(reference: dict[str, str]) -> None:
    event = recorded(Request("get", "alice", path="x"), "/api", objectRef=reference)
    assert read(event) == Request("get", "alice", path=None)


@pytest.mark.parametrize("verb", ["create", "update", "patch"])
def test_what_the_server_adds_from_the_body_is_left_out(verb: str) -> None:
    sent = Request(verb, "alice", (), None, "apps", "deployments")
    event = recorded(sent, "/apis/apps/v1/deployments?fieldManager=x", body=("prod", "web"))
    assert event["objectRef"]["name"] == "web"
    assert read(event) == sent


@pytest.mark.parametrize("verb", ["get", "delete", "watch", "proxy", ""])
def test_other_verbs_are_taken_at_their_word(verb: str) -> None:
    sent = Request(verb, "alice", (), None, "", "pods", "", "prod", "web")
    assert read(recorded(sent, "/somewhere/else")) == sent


@pytest.mark.parametrize("uri", ["", "/not/a/resource", "/api/v1/namespaces/x%zz/pods", "nonsense"])
def test_a_create_whose_uri_says_nothing(uri: str) -> None:
    sent = Request("create", "alice", (), None, "", "pods", "", "prod", "web")
    assert read(recorded(sent, uri)) == sent


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({}, (None, ())),
        (None, (None, ())),
        ({"username": ""}, (None, ())),
        ({"username": None, "groups": None, "extra": None}, (None, ())),
        ({"username": "", "extra": {}}, (None, ())),
        ({"groups": ["dev"]}, ("", ("dev",))),
        ({"uid": "1"}, ("", ())),
        ({"extra": {"a": ["b"]}}, ("", ())),
        ({"username": "alice", "groups": ["b", "a"]}, ("alice", ("b", "a"))),
    ],
)
def test_who_asked(user: Any, expected: tuple[str | None, tuple[str, ...]]) -> None:
    request = read(recorded(GET, "/", user=user))
    assert (request.user, request.groups) == expected


def test_nobody_named_at_all() -> None:
    event = recorded(GET, "/")
    del event["user"]
    assert read(event).user is None


def test_impersonation_counts_for_nothing() -> None:
    event = recorded(GET, "/", impersonatedUser={"username": "bob", "groups": ["system:masters"]})
    assert read(event) == GET


def test_bodies_are_measured_and_not_read() -> None:
    body = {"deep": [[[{}]]], "name": "ü" * 10}
    line = as_line(recorded(GET, "/", requestObject=body))
    ((event, size),) = events_in(line)
    assert len(event.request_object) == len(as_line(body))
    assert size == len(line) + 1


def test_a_batch() -> None:
    events = [recorded(GET._replace(name=name), "/") for name in ("a", "b")]
    for event in events:
        del event["kind"], event["apiVersion"]
    line = as_line({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "metadata": {}, "items": events})
    assert [request_of(event).name for event, _ in events_in(line)] == ["a", "b"]
    assert [size for _, size in events_in(line)] == [len(as_line(event)) + 1 for event in events]


def test_a_list_of_events() -> None:
    line = as_line([recorded(GET, "/"), recorded(GET, "/")])  # type: ignore[arg-type]
    assert [request_of(event) for event, _ in events_in(line)] == [GET, GET]


@pytest.mark.parametrize("text", ['{"kind":"EventList"}', '{"kind":"EventList","items":[]}', "[]"])
def test_an_empty_batch(text: str) -> None:
    assert list(events_in(text.encode())) == []


@pytest.mark.parametrize("version", ["audit.k8s.io/v1", "audit.k8s.io/v1beta1", "", None])
def test_versions(version: str | None) -> None:
    assert read(recorded(GET, "/", apiVersion=version)) == GET


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "is not JSON: input data was truncated"),
        (b"I0501 12:00:00 starting", "is not JSON: invalid character (byte 0)"),
        (b'{"verb":"get"', "is not JSON: input data was truncated"),
        (b'{"verb":"get"} {}', "is not JSON: trailing characters"),
        (b'{"verb":"\xff"}', "is not UTF-8"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"requestObject":' + b"[" * 100_000, "is nested too deeply"),
        (b"1", 'is no audit event: expected "object", got "int"'),
        (b"{}", "is no audit event: it has neither kind nor verb"),
        (b'{"kind":"Pod","apiVersion":"v1"}', 'is no audit event of audit.k8s.io/v1: its apiVersion is "v1"'),
        (b'{"kind":"Event","apiVersion":"v1"}', 'is no audit event of audit.k8s.io/v1: its apiVersion is "v1"'),
        (b'{"kind":"Policy","apiVersion":"audit.k8s.io/v1"}', 'is no audit event: its kind is "Policy"'),
        (b'{"verb":"get","user":"alice"}', 'is no audit event: expected "object | null", got "str" - at "$.user"'),
        (b'{"kind":"EventList","items":1}', 'is no audit event: expected "array", got "int"'),
        (b'[{"kind":"EventList"}]', "is a list of events inside a list of events"),
        (b'[{"verb":"get"},{}]', "is no audit event: it has neither kind nor verb"),
    ],
)
def test_what_is_no_event(text: bytes, reason: str) -> None:
    with pytest.raises(NotAnEventError) as raised:
        events_in(text)
    assert str(raised.value).startswith(reason)


def test_escapes_in_what_is_decided_on() -> None:
    text = json.dumps(recorded(GET._replace(user="ü"), "/")).replace("/v1", "\\u002fv1")
    ((event, _),) = events_in(text.encode())
    assert request_of(event).user == "ü"
