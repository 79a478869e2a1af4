"""k3s: a file for `config.yaml.d`. Source: docs.k3s.io, "CIS Hardening Guide" and "Configuration Options"."""

from __future__ import annotations

from auditlint.starter.plan import NAME, File, Plan, Start, Step, lines
from auditlint.subjects.spelling_of_flags import Items

TITLE = "k3s"
_FILE = "k3s-audit.yaml"
_POLICY = f"/var/lib/rancher/k3s/server/{NAME}"
_LOGS = "/var/lib/rancher/k3s/server/logs"
LOG = f"{_LOGS}/audit.log"
"""Where k3s' own guide has the log."""


def write(plan: Plan) -> Start:
    """Return the policy, and the arguments."""
    text = f"""\
# The plus adds these to the arguments of other files, which this list would replace without it.
kube-apiserver-arg+:
{lines(Items("").lines(plan.flags(_POLICY, LOG)), 2)}
"""
    return Start(
        (plan.policy_file, File(_FILE, text)),
        (
            Step(
                f"On every server, copy {NAME} to {_POLICY}, and make the folder of the log", f"mkdir -p -m 700 {_LOGS}"
            ),
            Step(f"Copy {_FILE} to /etc/rancher/k3s/config.yaml.d/audit.yaml"),
            Step("Restart one server after the other", "systemctl restart k3s"),
        ),
    )
