"""Sigma rules as pySigma reads them: what they mean, and what of them is not judged."""

from __future__ import annotations

from typing import Any

import pytest

from auditlint.detections.languages import sigma
from tests.detections.asking import Event, says

GET: Event = {
    "verb": "get",
    "objectRef.resource": "pods",
    "user.username": "system:node:a",
    "userAgent": "curl/8 (Linux)",
    "responseStatus.code": "403",
    "sourceIPs": "10.0.0.7",
    "requestObject.spec.hostPID": "true",
    "annotations.authorization.k8s.io/decision": "allow",
}
Said = dict[str, Any]


def rule(detection: Said, **said: Any) -> Said:
    source = {"product": "kubernetes", "service": "audit"}
    return {"title": "R", "logsource": source, "detection": {"condition": "s", **detection}, **said}


SAYS: dict[str, tuple[Said, bool]] = {
    "and": ({"s": {"verb": "get", "objectRef.resource": "pods"}}, True),
    "and not all": ({"s": {"verb": "get", "objectRef.resource": "secrets"}}, False),
    "values are or": ({"s": {"verb": ["list", "get"]}}, True),
    "maps in a list are or": ({"s": [{"verb": "list"}, {"objectRef.resource": "pods"}]}, True),
    "case does not matter": ({"s": {"verb": "GET"}}, True),
    "cased": ({"s": {"verb|cased": "GET"}}, False),
    "contains": ({"s": {"userAgent|contains": "linux"}}, True),
    "all": ({"s": {"userAgent|contains|all": ["curl", "linux"]}}, True),
    "not all": ({"s": {"userAgent|contains|all": ["curl", "darwin"]}}, False),
    "startswith": ({"s": {"user.username|startswith": "system:"}}, True),
    "endswith": ({"s": {"user.username|endswith": ["x", ":a"]}}, True),
    "wildcards": ({"s": {"user.username": "system:*:?"}}, True),
    "an escaped wildcard": ({"s": {"user.username": "system:\\*:a"}}, False),
    "any value": ({"s": {"userAgent": "*"}}, True),
    "null": ({"s": {"objectRef.subresource": None}}, True),
    "not null": ({"s": {"verb": None}}, False),
    "exists": ({"s": {"userAgent|exists": True}}, True),
    "does not exist": ({"s": {"objectRef.subresource|exists": False}}, True),
    "a number": ({"s": {"responseStatus.code": 403}}, True),
    "less": ({"s": {"responseStatus.code|gte": 400}}, True),
    "a boolean": ({"s": {"requestObject.spec.hostPID": True}}, True),
    "cidr": ({"s": {"sourceIPs|cidr": "10.0.0.0/8"}}, True),
    "re": ({"s": {"userAgent|re": "curl/[0-9]"}}, True),
    "re and case": ({"s": {"userAgent|re": "CURL"}}, False),
    "re without case": ({"s": {"userAgent|re|i": "CURL"}}, True),
    "an annotation": ({"s": {"annotations.authorization.k8s.io/decision": "allow"}}, True),
    "and not": ({"s": {"verb": "get"}, "f": {"userAgent|contains": "curl"}, "condition": "s and not f"}, False),
    "one of": ({"s_a": {"verb": "list"}, "s_b": {"verb": "get"}, "condition": "1 of s_*"}, True),
    "all of": ({"s_a": {"verb": "list"}, "s_b": {"verb": "get"}, "condition": "all of s_*"}, False),
    "them": ({"a": {"verb": "list"}, "b": {"verb": "get"}, "condition": "1 of them"}, True),
    "an absent field": ({"s": {"objectRef.subresource": "exec"}}, False),
    "not an absent field": ({"s": {"objectRef.subresource": "exec"}, "condition": "not s"}, True),
}


@pytest.mark.parametrize("name", SAYS)
def test_what_rules_mean(name: str) -> None:
    detection, expected = SAYS[name]
    found = sigma.read(rule(detection), "r.yml", 1)
    assert found.unread == ""
    assert says(found.parts[0], GET) is expected


DEEP: Any = {"verb": "get"}
for _ in range(100):
    DEEP = [DEEP]
UNREAD: dict[str, Said] = {
    "keywords": rule({"s": ["xmrig"]}),
    "a correlation": {**rule({}), "correlation": {"type": "event_count"}},
    "an action": rule({"s": {"verb": "get"}}, action="global"),
    "a placeholder": rule({"s": {"user.username|expand": "%admins%"}}),
    "another field": rule({"s": {"user.username|fieldref": "objectRef.name"}}),
    "no condition": {**rule({}), "detection": {"s": {"verb": "get"}}},
    "no detection": {**rule({}), "detection": None},
    "a selection that is none": rule({"condition": "nothing"}),
    "a bad condition": rule({"s": {"verb": "get"}, "condition": "s and"}),
    "an unknown modifier": rule({"s": {"verb|resembles": "get"}}),
    "a bad expression": rule({"s": {"verb|re": "("}}),
    "an expression that takes long": rule({"s": {"verb|re": "(a+)+$"}}),
    "nested deeply": rule({"s": DEEP}),
    "many values": rule({"s": {"verb": [f"v{number}" for number in range(30_000)]}}),
    "a long value": rule({"s": {"verb": "x" * 30_000}}),
    "a deep condition": rule({"s": {"verb": "get"}, "condition": "(" * 9_000 + "s" + ")" * 9_000}),
    "many nots": rule({"s": {"verb": "get"}, "condition": "not " * 500 + "s"}),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_is_not_read_is_told(name: str) -> None:
    found = sigma.read(UNREAD[name], "r.yml", 1)
    assert found.parts == ()
    assert found.unread
    assert len(found.unread) < 300


def test_what_is_told_of_a_rule() -> None:
    tags = ["attack.privilege-escalation", "attack.t1078", "attack.execution", "cve.2020-1", 7]
    found = sigma.read(rule({"s": {"verb": "get"}}, level="High", id="x", tags=tags), "r.yml", 3)
    assert (found.severity, found.id, found.line) == ("high", "x", 3)
    assert found.tactics == ("privilege escalation", "execution")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"product": "kubernetes", "service": "audit"}, True),
        ({"category": "application", "product": "kubernetes", "service": "audit"}, True),
        ({"product": "kubernetes"}, False),
        ({"product": "azure", "service": "audit"}, False),
        ("kubernetes", False),
    ],
)
def test_which_rules_are_about_audit_events(source: Any, expected: bool) -> None:  # noqa: FBT001
    assert sigma.is_about_audit_events({"logsource": source}) is expected
