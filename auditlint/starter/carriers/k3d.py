"""k3d: a cluster whose servers get the policy, and whose k3s is told to use it. Source: k3d.io, "Config File"."""

from __future__ import annotations

from auditlint.starter.carriers.k3s import LOG
from auditlint.starter.plan import NAME, File, Plan, Start, Step, lines
from auditlint.subjects.spelling_of_flags import K3D

TITLE = "k3d"
_FILE = "k3d-cluster.yaml"
_POLICY = f"/etc/rancher/k3s/{NAME}"


def write(plan: Plan) -> Start:
    """Return the policy, and the cluster."""
    arguments = [line for item in K3D.lines(plan.flags(_POLICY, LOG)) for line in (item, '  nodeFilters: ["server:*"]')]
    text = f"""\
apiVersion: k3d.io/v1alpha5
kind: Simple
metadata:
  name: audited
servers: 1
volumes:
  - volume: ./{NAME}:{_POLICY}
    nodeFilters: ["server:*"]
options:
  k3s:
    extraArgs:
{lines(arguments, 6)}
"""
    return Start(
        (plan.policy_file, File(_FILE, text)),
        (
            Step("In this folder", f"k3d cluster create --config {_FILE}"),
            Step("Read the log", f"docker exec k3d-audited-server-0 tail {LOG}"),
        ),
    )
