"""KubeOne: `features.staticAuditLog`, which brings the policy to the nodes and mounts its folder and the log's."""

from __future__ import annotations

from auditlint.starter.plan import LOG, NAME, File, Plan, Start, Step

TITLE = "KubeOne"
_FILE = "kubeone-audit.yaml"


def write(plan: Plan) -> Start:
    """Return the policy, and the feature."""
    text = f"""\
apiVersion: kubeone.k8c.io/v1beta2
kind: KubeOneCluster
features:
  staticAuditLog:
    enable: true
    config:
      policyFilePath: {NAME}
      logPath: {LOG}
      logMaxAge: {plan.limits.days}
      logMaxBackup: {plan.limits.files}
      logMaxSize: {plan.limits.size}
"""
    return Start(
        (plan.policy_file, File(_FILE, text)),
        (
            Step(f"Put features of {_FILE} into the manifest of your cluster, with {NAME} beside it"),
            Step("Then", "kubeone apply --manifest FILE"),
        ),
    )
