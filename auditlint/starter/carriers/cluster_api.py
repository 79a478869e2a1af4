"""The Cluster API: a patch of a KubeadmControlPlane, whose machines get the policy as a file.

Source: cluster-api.sigs.k8s.io, "Kubeadm based control plane"; `extraArgs` is a list from v1beta2 on.
"""

from __future__ import annotations

from auditlint.starter.carriers.kubeadm import VOLUMES
from auditlint.starter.plan import POLICY, File, Plan, Start, Step, below, lines
from auditlint.subjects.spelling_of_flags import PAIRS

TITLE = "the Cluster API"
_FILE = "control-plane-audit.yaml"


def write(plan: Plan) -> Start:
    """Return the part of a KubeadmControlPlane."""
    text = f"""\
# Put this into the KubeadmControlPlane of your cluster; in v1beta1 extraArgs is a mapping from names to values.
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: KubeadmControlPlane
metadata:
  name: NAME
spec:
  kubeadmConfigSpec:
    clusterConfiguration:
      apiServer:
        extraArgs:
{lines(PAIRS.lines(plan.flags()), 10)}
        extraVolumes:
{below(VOLUMES, 10)}
    files:
      - path: {POLICY}
        owner: root:root
        permissions: "0600"
        content: |
{below(plan.policy, 10)}
"""
    return Start(
        (File(_FILE, text),),
        (
            Step(
                f"Put what stands under spec in {_FILE} into your KubeadmControlPlane, and apply it: its machines are "
                "replaced one after the other"
            ),
        ),
    )
