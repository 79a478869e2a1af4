"""systemd: a file of variables for a unit that starts kube-apiserver."""

from __future__ import annotations

from auditlint.starter.plan import LOGS, NAME, POLICY, File, Plan, Start, Step
from auditlint.subjects.spelling_of_flags import WORDS

TITLE = "a unit of systemd"
_FILE = "kube-apiserver-audit.env"
_VARIABLE = "KUBE_AUDIT_ARGS"


def write(plan: Plan) -> Start:
    """Return the policy, and the variable."""
    text = f'{_VARIABLE}="{" ".join(WORDS.lines(plan.flags()))}"\n'
    return Start(
        (plan.policy_file, File(_FILE, text)),
        (
            Step(
                f"On every control plane node, copy {NAME} to {POLICY}, and make the folder of the log",
                f"mkdir -p -m 700 {LOGS}",
            ),
            Step(
                f"Copy {_FILE} to /etc/kubernetes/, write EnvironmentFile=/etc/kubernetes/{_FILE} into the unit, "
                f"and ${_VARIABLE} at the end of its ExecStart"
            ),
            Step("Restart one server after the other", "systemctl daemon-reload && systemctl restart kube-apiserver"),
        ),
    )
