"""Elastic's languages, KQL and EQL: what queries mean, and what of them is not read."""

from __future__ import annotations

from typing import Any

import pytest

from auditlint.detections.condition import Every
from auditlint.detections.languages import elastic, eql, kql
from auditlint.detections.unreadable import UnreadableError
from tests.detections.asking import Event, says

GET: Event = {
    "verb": "get",
    "objectRef.resource": "pods",
    "user.username": "system:node:a",
    "user.groups": ["dev", "system:nodes"],
    "annotations.authorization.k8s.io/decision": "allow",
    "responseStatus.code": "403",
    "sourceIPs": "10.0.0.7",
    "userAgent": "curl/8 linux",
}
KQL: dict[str, bool] = {
    "kubernetes.audit.verb:get": True,
    'kubernetes.audit.verb:"get"': True,
    'event.action : "list"': False,
    "kubernetes.audit.verb:(get or list)": True,
    "kubernetes.audit.verb:(list OR watch)": False,
    "kubernetes.audit.user.groups:(dev and system\\:nodes)": True,
    "kubernetes.audit.user.groups:(dev and admins)": False,
    "user.name:system\\:node\\:*": True,
    'user.name:"system:node:*"': False,
    "user.name:(* and not system\\:node\\:*)": False,
    "not user.name:(a or system\\:*)": False,
    "kubernetes.audit.objectRef.subresource:*": False,
    "not kubernetes.audit.objectRef.subresource:*": True,
    "not kubernetes.audit.objectRef.subresource:exec": True,
    "user_agent.original:*": True,
    "user_agent.original:*linux*": True,
    "user_agent.original:curl/8 linux": True,
    "user_agent.original:Curl*": False,
    "kubernetes.audit.annotations.authorization_k8s_io/decision:allow": True,
    "kubernetes.audit.responseStatus.code >= 400 and kubernetes.audit.responseStatus.code < 404": True,
    "kubernetes.audit.responseStatus.code > 403": False,
    "data_stream.dataset:kubernetes.audit_logs and event.action:get": True,
    'data_stream.dataset:"aws.cloudtrail" or event.action:get': True,
    'data_stream.dataset:"aws.cloudtrail" and event.action:get': False,
    "event.action:get and event.action:list or event.action:get": True,
    "event.action:list and (event.action:get or event.action:get)": False,
    "not (event.action:list and event.action:get)": True,
}


@pytest.mark.parametrize("text", KQL)
def test_kql(text: str) -> None:
    assert says(kql.read(text), GET) is KQL[text]


EQL: dict[str, bool | None] = {
    'any where kubernetes.audit.verb == "get"': True,
    'any where kubernetes.audit.verb != "get"': False,
    'any where kubernetes.audit.verb == "GET"': False,
    'any where kubernetes.audit.verb : "GET"': True,
    'any where kubernetes.audit.verb in ("list", "get")': True,
    'any where kubernetes.audit.verb in~ ("LIST", "GET")': True,
    'any where kubernetes.audit.verb not in ("list", "get")': False,
    'any where kubernetes.audit.verb like "g*"': True,
    'any where kubernetes.audit.verb like "G*"': False,
    'any where kubernetes.audit.verb like~ "G?T"': True,
    'any where kubernetes.audit.verb like ("x", "*t")': True,
    'any where kubernetes.audit.verb regex "g.+"': True,
    'any where kubernetes.audit.user.groups == "dev"': True,
    'any where not kubernetes.audit.user.groups == "system:masters"': True,
    'any where kubernetes.audit.objectRef.subresource == "exec"': None,
    'any where not kubernetes.audit.objectRef.subresource == "exec"': None,
    'any where kubernetes.audit.objectRef.subresource != "exec"': None,
    "any where kubernetes.audit.objectRef.subresource == null": True,
    "any where kubernetes.audit.objectRef.subresource != null": False,
    "any where ?kubernetes.audit.verb != null": True,
    "any where true": True,
    'any where data_stream.dataset == "kubernetes.audit_logs" and event.action == "get"': True,
    'any where `kubernetes.audit.annotations.authorization_k8s_io/decision` == "allow"': True,
    'any where kubernetes.audit.responseStatus.code >= 400 and kubernetes.audit.verb == "get"': True,
    'any where wildcard(user_agent.original, "wget*", "curl*")': True,
    'any where startsWith~(user_agent.original, "CURL")': True,
    'any where endsWith(user_agent.original, "curl")': False,
    'any where stringContains(user_agent.original, "8 l")': True,
    'any where cidrMatch(source.ip, "10.0.0.0/8", "192.168.0.0/16")': True,
    'any where cidrMatch(source.ip, "10.0.1.0/24")': False,
    'any where kubernetes.audit.verb == """get""" // the end': True,
    'any where /* a or b */ kubernetes.audit.verb == "get" | head 5': True,
    'any where not (kubernetes.audit.verb == "list" or kubernetes.audit.verb == "watch")': True,
}


@pytest.mark.parametrize("text", EQL)
def test_eql(text: str) -> None:
    (condition,), notes = eql.read(text)
    assert says(condition, GET) is EQL[text]
    assert notes == ()


def test_a_sequence_has_a_part_for_each_event() -> None:
    text = (
        'sequence by user.name with maxspan=5m [any where event.action == "get"] by source.ip'
        ' [any where event.action == "list"] by source.ip until [any where event.action == "delete"]'
    )
    parts, notes = eql.read(text)
    assert [says(part, GET) for part in parts] == [True, False]
    assert len(notes) == 1


UNREAD = {
    "kuery": (
        "xmrig",
        "kubernetes.audit.*:x",
        "event.action:{ a: b }",
        "event.action:",
        "event.action:(get",
        "process.name:sh",
        'event.action:"get',
    ),
    "eql": (
        'process where event.action == "get"',
        "any where event.action",
        'any where event.action == "get" | filter true',
        'any where length(event.action) == "get"',
        "any where event.action == user.name",
        'any where process.name == "sh"',
        'sequence [any where true] ![any where event.action == "get"]',
        "sequence by user.name",
        'any where event.action regex "(a+)+"',
        "",
    ),
}


@pytest.mark.parametrize(("language", "text"), [(one, text) for one, texts in UNREAD.items() for text in texts])
def test_what_is_not_read_is_told(language: str, text: str) -> None:
    with pytest.raises(UnreadableError):
        kql.read(text) if language == "kuery" else eql.read(text)


def rule(**said: Any) -> dict[str, Any]:
    known = {"name": "R", "type": "query", "language": "kuery", "query": "event.action:get", "severity": "High"}
    return {"rule": {**known, "index": ["logs-kubernetes.audit_logs-*"], **said}}


def test_what_is_told_of_a_rule() -> None:
    threats = [{"tactic": {"name": "Credential Access"}}, {"tactic": {"name": "Credential Access"}}, {}, "x"]
    text = '[metadata]\nname = "other"\n\n[rule]\nauthor = []\nname = "R"\n'
    found = elastic.read(rule(threat=threats, rule_id="1"), text, "r.toml")
    assert (found.line, found.id, found.severity, found.tactics) == (6, "1", "high", ("credential access",))
    assert len(found.parts) == 1


@pytest.mark.parametrize("said", [{"type": "esql", "query": "from x"}, {"type": "machine_learning"}, {"filters": [{}]}])
def test_other_types_are_not_judged(said: dict[str, Any]) -> None:
    assert elastic.read(rule(**said), "", "r.toml").unread


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, True),
        ({"index": ["logs-endpoint.*"]}, False),
        ({"index": None, "query": "from logs-kubernetes.audit_logs-*"}, True),
        ({"index": "logs-kubernetes.audit_logs-*"}, True),
        ({"index": [7], "query": 7}, False),
    ],
)
def test_which_rules_read_audit_events(said: dict[str, Any], expected: bool) -> None:  # noqa: FBT001
    assert elastic.is_about_audit_events(rule(**said)) is expected


def test_long_alternatives_are_one_test() -> None:
    values = " or ".join(f"v{number}*" for number in range(100))
    condition = kql.read(f"event.action:get and user_agent.original:({values})")
    assert isinstance(condition, Every)
    assert len(condition.parts) == 2
