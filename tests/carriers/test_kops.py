"""kops: its types and keys, the folders that it mounts in each release, and the files that it writes to nodes."""

from __future__ import annotations

import pytest

from auditlint import lint
from auditlint.finding import Severity
from auditlint.lint import Source
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer, PolicySubject
from tests.carriers.recognition import only, subjects, texts

POLICY = "/srv/kubernetes/kube-apiserver/policy.yaml"
LOG = "/var/log/kubernetes/audit/audit.log"


def cluster(lines: str, minor: int = 34, policy: str = POLICY, log: str = LOG, more: str = "") -> str:
    return (
        "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nmetadata: {name: a}\nspec:\n"
        f"  kubernetesVersion: 1.{minor}.1\n  kubeAPIServer:\n    auditPolicyFile: {policy}\n    auditLogPath: {log}\n"
        f"    auditLogMaxAge: 30\n    auditLogMaxBackups: 10\n    auditLogMaxSize: 100\n{lines}{more}"
    )


def findings(content: str) -> list[tuple[str, int, bool]]:
    report = lint.check([Source("cluster.yaml", named=True, data=content.encode())], Settings())
    assert not report.crashed
    return [(one.rule, one.span.line, one.refused) for one in report.findings if one.severity > Severity.INFO]


def helps(content: str) -> list[str]:
    report = lint.check([Source("cluster.yaml", named=True, data=content.encode())], Settings())
    return [one.help or one.message for one in report.findings]


def test_flags_are_sorted_and_empty_ones_left_out() -> None:
    server = only(ApiServer, cluster("    auditWebhookMode: ''\n    featureGates: {B: 'true', A: 'false'}\n"))
    assert texts(server) == [
        "--audit-log-maxage=30",
        "--audit-log-maxbackup=10",
        "--audit-log-maxsize=100",
        f"--audit-log-path={LOG}",
        f"--audit-policy-file={POLICY}",
        "--feature-gates=A=false,B=true",
    ]


@pytest.mark.parametrize(
    ("minor", "policy", "mounted"),
    [
        (21, "/srv/kubernetes/audit.yaml", True),
        (21, "/etc/kubernetes/audit.yaml", False),
        (23, "/srv/kubernetes/audit.yaml", False),
        (23, POLICY, True),
        (25, "/etc/kubernetes/audit/policy.yaml", True),
    ],
)
def test_which_folders_it_mounts(minor: int, policy: str, *, mounted: bool) -> None:
    content = cluster("", minor, policy)
    assert findings(content) == ([] if mounted else [("policy-not-mounted", 7, True)])
    if not mounted:
        moved = "/srv/kubernetes/kube-apiserver/audit.yaml"
        assert f'into /srv/kubernetes/kube-apiserver, and write auditPolicyFile: "{moved}"' in helps(content)[0]


def test_policy_and_log_in_one_folder_are_mounted_twice() -> None:
    content = cluster("", policy="/var/lib/audit/policy.yaml", log="/var/lib/audit/audit.log")
    assert findings(content) == [("overlapping-mounts", 8, True)]


@pytest.mark.parametrize(
    ("line", "rule", "words"),
    [
        ("auditWebhookBatchMaxSize: '400'", "wrong-args-shape", "Write auditWebhookBatchMaxSize: 400"),
        ("auditWebhookBatchThrottleEnable: 'yes'", "wrong-args-shape", "Write auditWebhookBatchThrottleEnable: true"),
        ("audit-log-format: json", "flag-as-config-key", 'Write auditLogFormat: "json"'),
        ("auditLogFormatt: json", "flag-as-config-key", 'Write auditLogFormat: "json"'),
        ("auditEverything: true", "flag-as-config-key", "Delete auditEverything"),
        ("auditLogMaxAge: 30", "repeated-config-key", "Keep one"),
    ],
)
def test_keys_and_types(line: str, rule: str, words: str) -> None:
    content = cluster(f"    {line}\n")
    assert [found for found in findings(content) if found[0] == rule] == [(rule, 12, False)]
    assert any(words in help for help in helps(content))


ASSET = (
    "  fileAssets:\n  - name: audit\n    path: {path}\n    roles: [{role}]\n    content: |\n"
    "      apiVersion: audit.k8s.io/v1\n      kind: Policy\n      rules:\n      - level: Metadata\n"
)


@pytest.mark.parametrize(
    ("path", "role", "expected"),
    [
        (POLICY, "Master", []),
        (POLICY, "ControlPlane", []),
        (POLICY, "Node", [("policy-file-not-provided", 15, False)]),
        ("/srv/kubernetes/policy.yaml", "Master", [("policy-file-not-provided", 7, False)]),
    ],
)
def test_the_policy_among_the_files(path: str, role: str, expected: list[tuple[str, int, bool]]) -> None:
    content = cluster("", more=ASSET.format(path=path, role=role))
    assert findings(content) == expected


def test_a_part_of_a_cluster() -> None:
    content = "spec:\n  kubeAPIServer:\n    auditLogMaxAge: 7d\n"
    assert not only(ApiServer, content).complete
    assert findings(content) == [("wrong-args-shape", 3, False)]
    assert subjects("spec:\n  kubeAPIServer:\n    anonymousAuth: false\n# audit\n") == ()


def test_its_old_group_and_another_cluster() -> None:
    content = cluster("").replace("kops.k8s.io/", "kops/")
    assert only(ApiServer, content).carrier == "kops"
    assert subjects(content.replace("kops/v1alpha2", "cluster.x-k8s.io/v1beta1").replace("audit", "x")) == ()


def test_a_policy_takes_the_release() -> None:
    asset = ASSET.format(path=POLICY, role="Master").replace("audit.k8s.io/v1\n", "audit.k8s.io/v1beta1\n")
    content = cluster("", 24, more=asset)
    assert [one for one in subjects(content) if isinstance(one, PolicySubject)]
    assert findings(content) == [("wrong-api-version", 17, True)]


def test_the_kubeconfig_of_a_webhook_lies_beside_the_policy() -> None:
    line = "    auditWebhookConfigFile: /srv/hook.yaml\n"
    content = cluster(line, policy="/etc/kubernetes/audit/policy.yaml")
    assert findings(content) == [("policy-not-mounted", 12, True)]
    assert 'write auditWebhookConfigFile: "/etc/kubernetes/audit/hook.yaml"' in helps(content)[0]
    assert findings(content.replace("/srv/hook", "/etc/kubernetes/audit/hook")) == []
