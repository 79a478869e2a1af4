"""microk8s: a launch configuration. Source: microk8s.io, "Launch configurations"."""

from __future__ import annotations

from auditlint.starter.plan import NAME, File, Plan, Start, Step, lines
from auditlint.subjects.spelling_of_flags import Keys

TITLE = "the snap microk8s"
_FILE = "microk8s-audit.yaml"
_ARGS = "/var/snap/microk8s/current/args"
_POLICY = f"{_ARGS}/{NAME}"
_LOGS = "/var/snap/microk8s/common/audit"


def write(plan: Plan) -> Start:
    """Return the policy, and the launch configuration."""
    flags = plan.flags(_POLICY, f"{_LOGS}/audit.log")
    text = f"""\
version: 0.2.0
extraKubeAPIServerArgs:
{lines(Keys(dashes="--").lines(flags), 2)}
"""
    return Start(
        (plan.policy_file, File(_FILE, text)),
        (
            Step(
                f"On every control plane node, copy {NAME} to {_POLICY}, and make the folder of the log",
                f"mkdir -p -m 700 {_LOGS}",
            ),
            Step("Then", f'snap set microk8s config="$(cat {_FILE})"'),
        ),
    )
