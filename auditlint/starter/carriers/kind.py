"""kind: a cluster whose node gets the policy, and whose kubeadm is told to use it.

Source: kind.sigs.k8s.io, "Auditing". The patch names no version of kubeadm: kind converts it for the node image.
"""

from __future__ import annotations

from auditlint.starter.carriers.kubeadm import VOLUMES
from auditlint.starter.plan import LOG, NAME, POLICY, File, Plan, Start, Step, below, lines
from auditlint.subjects.spelling_of_flags import KEYS

TITLE = "kind"
_FILE = "kind-cluster.yaml"


def write(plan: Plan) -> Start:
    """Return the policy, and the cluster."""
    text = f"""\
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
    extraMounts:
      - hostPath: ./{NAME}
        containerPath: {POLICY}
        readOnly: true
    kubeadmConfigPatches:
      - |
        kind: ClusterConfiguration
        apiServer:
          extraArgs:
{lines(KEYS.lines(plan.flags()), 12)}
          extraVolumes:
{below(VOLUMES, 12)}
"""
    return Start(
        (plan.policy_file, File(_FILE, text)),
        (
            Step("In this folder", f"kind create cluster --config {_FILE}"),
            Step("Read the log", f"docker exec kind-control-plane tail {LOG}"),
        ),
    )
