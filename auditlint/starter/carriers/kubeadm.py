"""kubeadm: `apiServer` of a ClusterConfiguration, and the policy beside it.

Sources: kubernetes.io, "Customizing components with the kubeadm API" and "Reconfiguring a kubeadm cluster".
"""

from __future__ import annotations

from auditlint.starter.plan import LOGS, NAME, POLICY, File, Plan, Start, Step, below, lines
from auditlint.subjects.spelling_of_flags import KEYS, PAIRS

TITLE = "kubeadm"
_FILE = "kubeadm-config.yaml"
_PAIRS_FROM = 31
"""The first release whose kubeadm reads v1beta4, where `extraArgs` is a list."""
_V1BETA3_FROM = 22
VOLUMES = f"""\
- name: audit-policy
  hostPath: {POLICY}
  mountPath: {POLICY}
  readOnly: true
  pathType: File
- name: audit-log
  hostPath: {LOGS}
  mountPath: {LOGS}
  pathType: DirectoryOrCreate"""
"""`extraVolumes`: the policy and the folder of the log."""


def write(plan: Plan) -> Start:
    """Return the policy, and the ClusterConfiguration of the release."""
    version = "v1beta4" if plan.minor >= _PAIRS_FROM else "v1beta3" if plan.minor >= _V1BETA3_FROM else "v1beta2"
    spelling = PAIRS if plan.minor >= _PAIRS_FROM else KEYS
    text = f"""\
# Put what stands under apiServer into the ClusterConfiguration of your cluster.
apiVersion: kubeadm.k8s.io/{version}
kind: ClusterConfiguration
apiServer:
  extraArgs:
{lines(spelling.lines(plan.flags()), 4)}
  extraVolumes:
{below(VOLUMES, 4)}
"""
    return Start(
        (plan.policy_file, File(_FILE, text)),
        (
            Step(f"Copy {NAME} to {POLICY} on every control plane node, also on those that join later"),
            Step(
                f"Put apiServer of {_FILE} into your ClusterConfiguration. For a new cluster that is all",
                "kubeadm init --config FILE",
            ),
            Step("In a cluster that runs, put it there too", "kubectl -n kube-system edit configmap kubeadm-config"),
            Step(
                "Then, on one control plane node after the other",
                "kubeadm init phase control-plane apiserver --config FILE",
            ),
        ),
    )
