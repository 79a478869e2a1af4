"""Talos: machine configurations, patches and documents of their own; what it sets by itself."""

from __future__ import annotations

import json

import pytest

from auditlint import lint, registry
from auditlint.carriers.recognise import link
from auditlint.finding import Severity
from auditlint.lint import Source
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer, PolicySubject, Runs
from tests.carriers.recognition import POLICY, found, only, subjects, texts

registry.load()

HEAD = "machine: {type: controlplane}\ncluster:\n  apiServer:\n    image: registry.k8s.io/kube-apiserver:v1.33.1\n"
DEFAULTS = [
    "--audit-log-maxage=30",
    "--audit-log-maxbackup=10",
    "--audit-log-maxsize=100",
    "--audit-log-path=/var/log/audit/kube/kube-apiserver.log",
    "--audit-policy-file=/system/config/kubernetes/kube-apiserver/auditpolicy.yaml",
]
BROKEN = POLICY.replace("Metadata", "metadata")


def below(text: str, indent: int) -> str:
    return "".join(" " * indent + line + "\n" for line in text.splitlines())


def told(content: str, path: str = "talos.yaml") -> list[tuple[str, str]]:
    """Return the rule and the place of each error and warning."""
    report = lint.check([Source(path, named=True, data=content.encode())], Settings())
    assert not report.crashed
    findings = [one for one in report.findings if one.severity is not Severity.INFO]
    return [(one.rule, f"{one.span.line}:{one.span.column}") for one in findings]


def test_what_talos_sets_by_itself() -> None:
    server = only(ApiServer, HEAD)
    assert (server.carrier, server.minor, server.runs, server.complete) == ("talos", 33, Runs.STATIC_POD, True)
    assert texts(server) == DEFAULTS
    assert told(HEAD) == []


def test_flags_of_ones_own_win() -> None:
    content = f"{HEAD}    extraArgs:\n      audit-log-maxage: '7d'\n      audit-log-path: /var/log/own/a.log\n"
    assert told(content) == [("invalid-flag-value", "6:7"), ("log-not-mounted", "7:7")]
    mounted = content.replace("7d", "7") + "    extraVolumes: [{hostPath: /var/log/own, mountPath: /var/log/own}]\n"
    assert told(mounted) == []
    listed = f"{HEAD}    extraArgs:\n      audit-log-format: [json, legacy]\n"
    assert texts(only(ApiServer, listed))[:2] == ["--audit-log-format=json", "--audit-log-format=legacy"]


def test_the_policy_in_it() -> None:
    content = f"{HEAD}    auditPolicy:\n{below(BROKEN, 6)}"
    server, policy = subjects(content)
    assert isinstance(server, ApiServer)
    assert isinstance(policy, PolicySubject)
    assert link([server, policy]).policy_of[server].minor == 33
    assert told(content) == [("invalid-level", "9:16")]


def test_documents_of_their_own() -> None:
    config = f"apiVersion: v1alpha1\nkind: KubeAuditPolicyConfig\nconfiguration:\n{below(BROKEN, 2)}"
    args = "apiVersion: v1alpha1\nkind: KubeAPIServerConfig\nimage: kube-apiserver:v1.37.0\n"
    args += "extraArgs: {audit-log-maxage: x}\n"
    assert told(config) == [("invalid-level", "7:12")]
    both = f"{args}---\n{config}"
    assert told(both) == [("invalid-flag-value", "4:13"), ("invalid-level", "12:12")]
    server, policy = subjects(both)
    assert isinstance(server, ApiServer)
    assert isinstance(policy, PolicySubject)
    assert link([server, policy]).policy_of[server].path == policy.path


def test_two_policies_are_one_too_many() -> None:
    config = f"apiVersion: v1alpha1\nkind: KubeAuditPolicyConfig\nconfiguration:\n{below(POLICY, 2)}"
    content = f"{HEAD}    auditPolicy:\n{below(POLICY, 6)}---\n{config}"
    assert told(content) == [("conflicting-policies", "13:1")]
    assert told(f"{HEAD}---\n{config}") == []


PATCH = f"cluster:\n  apiServer:\n    auditPolicy:\n{below(BROKEN, 6)}"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (PATCH, "7:16"),
        (f"controlPlane:\n  patches:\n  - |-\n{below(PATCH, 4)}", "10:20"),
        (json.dumps([{"op": "add", "path": "/cluster/apiServer/auditPolicy", "value": {"kind": "Policy",
                      "apiVersion": "audit.k8s.io/v1", "rules": [{"level": "metadata"}]}}]), "1:139"),
    ],
)  # fmt: skip
def test_patches(content: str, place: str) -> None:
    assert told(content) == [("invalid-level", place)]


def test_a_patch_of_flags_says_nothing_of_what_is_absent() -> None:
    assert told("cluster:\n  apiServer:\n    extraArgs:\n      audit-log-path: /var/log/a.log\n") == []
    patch = [{"op": "add", "path": "/cluster/apiServer/extraArgs", "value": {"audit-log-maxage": "x"}}]
    assert told(json.dumps(patch)) == [("invalid-flag-value", "1:66")]


def test_workers_and_others() -> None:
    assert subjects(HEAD.replace("controlplane", "worker")) == ()
    assert subjects("cluster: {apiServer: {}}\n") == ()
    assert found("cluster: {apiServer: http://x}\n", named=False).subjects == ()


@pytest.mark.parametrize("value", ["null", "1", "[1, [a]]", "{a: {b: c}}", "x", "[{mountPath: /a, hostPath: [1]}]"])
@pytest.mark.parametrize("key", ["extraArgs", "extraVolumes", "auditPolicy", "image"])
def test_other_shapes_are_borne(key: str, value: str) -> None:
    told(f"{HEAD}    {key}: {value}\n")
    told(f"apiVersion: v1alpha1\nkind: KubeAPIServerConfig\n{key}: {value}\n")
    told(f"- {{op: add, path: /cluster/apiServer/{key}, value: {value}}}\n")
