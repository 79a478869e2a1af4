"""k0s: `spec.api.extraArgs` of a ClusterConfig. Source: docs.k0sproject.io, "Configuration" and "CIS Benchmark"."""

from __future__ import annotations

from auditlint.starter.plan import LOGS, NAME, File, Plan, Start, Step, lines
from auditlint.subjects.spelling_of_flags import KEYS

TITLE = "k0s"
_FILE = "k0s-audit.yaml"
_POLICY = f"/etc/k0s/{NAME}"


def write(plan: Plan) -> Start:
    """Return the policy, and the ClusterConfig."""
    text = f"""\
apiVersion: k0s.k0sproject.io/v1beta1
kind: ClusterConfig
metadata:
  name: k0s
spec:
  api:
    extraArgs:
{lines(KEYS.lines(plan.flags(_POLICY)), 6)}
"""
    return Start(
        (plan.policy_file, File(_FILE, text)),
        (
            Step(
                f"On every controller, copy {NAME} to {_POLICY}, and make a folder for the log that belongs to the "
                "user whom k0s runs kube-apiserver as",
                f"install -d -m 700 -o kube-apiserver {LOGS}",
            ),
            Step(f"Put extraArgs of {_FILE} into /etc/k0s/k0s.yaml"),
            Step("Restart one controller after the other", "k0s stop && k0s start"),
        ),
    )
