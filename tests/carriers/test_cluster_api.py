"""The Cluster API: which shape each version has, and the files that its objects write to nodes."""

from __future__ import annotations

import pytest

from auditlint import lint
from auditlint.finding import Severity
from auditlint.lint import Source
from auditlint.settings import Settings
from tests.carriers.forms import FORMS, GOOD, POLICY
from tests.carriers.recognition import subjects


def findings(content: str) -> list[tuple[str, int, bool]]:
    report = lint.check([Source("north.yaml", named=True, data=content.encode())], Settings())
    assert not report.crashed
    return [(one.rule, one.span.line, one.refused) for one in report.findings if one.severity > Severity.INFO]


def control_plane(version: str = "v1beta1", flags: dict[str, str] = GOOD) -> str:
    return FORMS[f"control-plane-{version}"].write(flags)


FILE = (
    "    - path: {path}\n      {more}\n      content: |\n"
    "        apiVersion: audit.k8s.io/v1\n        kind: Policy\n        rules:\n        - level: Metadata\n"
)


def with_file(content: str, path: str, more: str = 'owner: "root:root"', commands: str = "") -> str:
    return f"{content}    files:\n{FILE.format(path=path, more=more)}{commands}"


@pytest.mark.parametrize(
    ("version", "other"),
    [("v1beta1", "v1beta2"), ("v1beta2", "v1beta1")],
)
def test_the_shape_of_each_version(version: str, other: str) -> None:
    content = control_plane(version).replace(version, other)
    assert findings(content) == [("wrong-args-shape", 9, False)]


def test_workers_have_no_server() -> None:
    content = (
        "apiVersion: bootstrap.cluster.x-k8s.io/v1beta1\nkind: KubeadmConfigTemplate\n"
        "spec: {template: {spec: {joinConfiguration: {nodeRegistration: {name: audit}}}}}\n"
    )
    assert subjects(content) == ()


@pytest.mark.parametrize(
    ("path", "commands", "expected"),
    [
        (POLICY, "", []),
        ("/etc/kubernetes/policy.yaml", "", [("policy-file-not-provided", 10, False)]),
        ("/etc/kubernetes/policy.yaml", "    preKubeadmCommands: [mv /etc/kubernetes/policy.yaml /audit]\n", []),
    ],
)
def test_the_policy_among_the_files(path: str, commands: str, expected: list[tuple[str, int, bool]]) -> None:
    assert findings(with_file(control_plane(), path, commands=commands)) == expected


def test_content_from_a_secret_is_a_file_too() -> None:
    secret = f"    - path: {POLICY}\n      contentFrom: {{secret: {{name: a, key: b}}}}\n"
    content = with_file(control_plane(), "/opt/policy.yaml")
    assert findings(content) == [("policy-file-not-provided", 10, False)]
    assert findings(content + secret) == []


@pytest.mark.parametrize(
    ("more", "rootless", "expected"),
    [
        ('permissions: "0600"', False, []),
        ('permissions: "0600"', True, [("policy-unreadable", 21, True)]),
        ('permissions: "0644"', True, []),
        ('owner: "root:root"', True, []),
    ],
)
def test_who_may_read_it(more: str, expected: list[tuple[str, int, bool]], *, rootless: bool) -> None:
    content = with_file(control_plane(), POLICY, more)
    if rootless:
        content = content.replace("apiServer:", "featureGates: {RootlessControlPlane: true}\n      apiServer:")
    found = [one for one in findings(content) if one[0].startswith("policy-")]
    assert found == expected
    report = lint.check([Source("north.yaml", named=True, data=content.encode())], Settings())
    assert [one.refused_by for one in report.subjects if one.kind == "apiserver"] == [("files",) if expected else ()]


CLASS = """\
apiVersion: cluster.x-k8s.io/v1beta1
kind: ClusterClass
metadata: {name: a}
spec:
  patches:
  - name: audit
    definitions:
    - selector: {apiVersion: controlplane.cluster.x-k8s.io/VERSION, kind: KubeadmControlPlaneTemplate}
      jsonPatches:
"""
ON = "/spec/template/spec/kubeadmConfigSpec/clusterConfiguration/apiServer"


@pytest.mark.parametrize(
    ("version", "operations", "expected"),
    [
        ("v1beta1", f"- {{op: add, path: {ON}/extraArgs/audit-log-maxage, value: '7'}}", []),
        (
            "v1beta1",
            f"- op: add\n  path: {ON}/extraArgs/audit-log-maxage\n  value: 7d",
            [("invalid-flag-value", 12, True)],
        ),
        (
            "v1beta1",
            f"- op: add\n  path: {ON}/extraArgs\n  value:\n    audit-log-maxag: '7'",
            [("unknown-flag", 13, True)],
        ),
        (
            "v1beta2",
            f"- op: add\n  path: {ON}/extraArgs/-\n  value: {{name: audit-log-maxage, value: 7d}}",
            [("invalid-flag-value", 12, True)],
        ),
        ("v1beta1", f"- {{op: add, path: {ON}/extraArgs/audit-log-maxage, valueFrom: {{variable: age}}}}", []),
        ("v1beta1", f"- {{op: add, path: {ON}/extraArgs/v, value: x}}", []),
    ],
)
def test_patches_of_a_class(version: str, operations: str, expected: list[tuple[str, int, bool]]) -> None:
    lines = "".join(f"      {line}\n" for line in operations.splitlines())
    assert findings(CLASS.replace("VERSION", version) + lines) == expected


def test_a_patch_of_a_control_plane_is_a_part() -> None:
    content = control_plane().replace("  version: v1.34.1\n", "")
    assert findings(content.replace('          audit-log-maxage: "30"\n', "").replace('"10"', '"10x"')) == [
        ("invalid-flag-value", 11, True)
    ]
