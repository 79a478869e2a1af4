"""Policies that are values of ConfigMaps and Secrets: the key that the flag's file has to have."""

from __future__ import annotations

import pytest

from auditlint import lint
from auditlint.lint import Source
from auditlint.settings import Settings

HOSTED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: kube-apiserver}}
spec:
  template:
    spec:
      containers:
      - name: kube-apiserver
        image: registry.k8s.io/kube-apiserver:v1.34.1
        command: [kube-apiserver]
        args:
        - --audit-policy-file={flag}
        - --audit-log-path=-
        volumeMounts:
        - {{name: audit, mountPath: {mount}}}
      volumes:
      - name: audit
        {source}
---
apiVersion: v1
kind: {kind}
metadata: {{name: audit}}
{data}:
  other.yaml: a
  policy.yaml: |
    apiVersion: audit.k8s.io/v1
    kind: Policy
    rules:
    - level: Metadata
"""


def told(
    flag: str, mount: str = "/etc/audit", source: str = "configMap: {name: audit}", kind: str = "ConfigMap"
) -> list[str]:
    data = "data" if kind == "ConfigMap" else "stringData"
    content = HOSTED.format(flag=flag, mount=mount, source=source, kind=kind, data=data)
    report = lint.check([Source("hosted.yaml", named=True, data=content.encode())], Settings())
    assert not report.crashed
    return [f"{one.span.line}: {one.help}" for one in report.findings if one.rule == "policy-file-not-provided"]


@pytest.mark.parametrize(
    ("flag", "mount", "source", "kind", "expected"),
    [
        ("/etc/audit/policy.yaml", "/etc/audit", "configMap: {name: audit}", "ConfigMap", []),
        (
            "/etc/audit/audit-policy.yaml",
            "/etc/audit",
            "configMap: {name: audit}",
            "ConfigMap",
            ["12: Write --audit-policy-file=/etc/audit/policy.yaml"],
        ),
        ("/etc/audit/other.yaml", "/etc/audit", "configMap: {name: audit}", "ConfigMap", []),
        ("/etc/audit/audit-policy.yaml", "/etc/audit", "configMap: {name: another}", "ConfigMap", []),
        (
            "/etc/audit/p.yaml",
            "/etc/audit",
            "secret: {secretName: audit}",
            "Secret",
            ["12: Write --audit-policy-file=/etc/audit/policy.yaml"],
        ),
        (
            "/etc/audit/p.yaml",
            "/etc/audit",
            "configMap: {name: audit, items: [{key: policy.yaml, path: p.yaml}]}",
            "ConfigMap",
            [],
        ),
        (
            "/etc/audit/p.yaml",
            "/etc/audit",
            "configMap: {name: audit, items: [{key: policy.yml, path: p.yaml}]}",
            "ConfigMap",
            ["12: Write policy.yaml for its key"],
        ),
        (
            "/etc/p.yaml",
            "/etc/p.yaml, subPath: policy.yaml",
            "configMap: {name: audit}",
            "ConfigMap",
            [],
        ),
        (
            "/etc/p.yaml",
            "/etc/p.yaml, subPath: policy.yml",
            "configMap: {name: audit}",
            "ConfigMap",
            ["12: Write policy.yaml for its key"],
        ),
    ],
)
def test_the_key_of_a_value(flag: str, mount: str, source: str, kind: str, expected: list[str]) -> None:
    assert told(flag, mount, source, kind) == expected
