"""The rules about AuditSinks, and about policies and manifests that do not find each other."""

from __future__ import annotations

import pytest

from tests.checks.servers import LIMITS, LOG, POLICY, check, pod, shorts

SINK = "apiVersion: auditregistration.k8s.io/v1alpha1\nkind: AuditSink\nmetadata:\n  name: x\n"
METADATA = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"
MANIFEST = pod(POLICY, LOG, *LIMITS)


@pytest.mark.parametrize(("minor", "severity"), [(18, "info"), (19, "error"), (None, "error")])
def test_audit_sinks_are_gone(minor: int | None, severity: str) -> None:
    assert shorts(SINK, minor=minor) == [f"audit-sink {severity} @ kind: AuditSink"]


@pytest.mark.parametrize(
    ("policies", "reported"),
    [
        (("audit-policy.yaml",), False),
        (("policy.yaml",), True),
        (("audit/policy.yaml",), True),
        (("audit-policy.yaml", "policy.yaml"), False),
        (("one.yaml", "two.yaml"), False),
        (("far/away/policy.yaml",), False),
    ],
)
def test_a_policy_under_another_name(policies: tuple[str, ...], reported: bool) -> None:  # noqa: FBT001
    found = check({"kube-apiserver.yaml": MANIFEST, **dict.fromkeys(policies, METADATA)})["kube-apiserver.yaml"]
    expected = [f"policy-not-found info @ - {POLICY}"] if reported else []
    assert [finding.short for finding in found if finding.rule == "policy-not-found"] == expected
