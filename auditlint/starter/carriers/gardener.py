"""Gardener: a ConfigMap with the policy, which a Shoot names. Source: gardener.cloud, "Audit a Kubernetes Cluster"."""

from __future__ import annotations

from auditlint.starter.plan import File, Plan, Start, Step, below

TITLE = "Gardener"
_FILE = "audit-policy-configmap.yaml"
_NAME = "auditpolicy"


def write(plan: Plan) -> Start:
    """Return the ConfigMap; what writes and keeps the log is Gardener's own."""
    text = f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {_NAME}
data:
  policy: |
{below(plan.policy, 4)}
"""
    return Start(
        (File(_FILE, text),),
        (
            Step("In the namespace of your project in the garden cluster", f"kubectl apply -f {_FILE}"),
            Step(
                "Name it in the Shoot",
                f"spec.kubernetes.kubeAPIServer.auditConfig.auditPolicy.configMapRef.name: {_NAME}",
            ),
        ),
        limits_log=False,
    )
