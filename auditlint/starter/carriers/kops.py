"""kops: `kubeAPIServer` of a Cluster, with the policy as a file for the control plane.

Source: kops.sigs.k8s.io, "Cluster Spec": "Audit Logging" and "fileAssets".
"""

from __future__ import annotations

from auditlint.starter.plan import LOG, NAME, File, Plan, Start, Step, below

TITLE = "kops"
_FILE = "kops-audit.yaml"
_POLICY = f"/srv/kubernetes/kube-apiserver/{NAME}"


def write(plan: Plan) -> Start:
    """Return the part of a Cluster."""
    text = f"""\
# Put this into the Cluster of kops: kops edit cluster
spec:
  fileAssets:
    - name: {NAME}
      path: {_POLICY}
      roles: [ControlPlane]
      content: |
{below(plan.policy, 8)}
  kubeAPIServer:
    auditPolicyFile: {_POLICY}
    auditLogPath: {LOG}
    auditLogMaxAge: {plan.limits.days}
    auditLogMaxBackups: {plan.limits.files}
    auditLogMaxSize: {plan.limits.size}
"""
    return Start(
        (File(_FILE, text),),
        (
            Step(f"Put what stands under spec in {_FILE} into your cluster", "kops edit cluster NAME"),
            Step("Then", "kops update cluster NAME --yes"),
            Step(
                "And, which replaces one node after the other",
                "kops rolling-update cluster NAME --instance-group-roles=control-plane --yes",
            ),
        ),
    )
