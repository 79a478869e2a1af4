"""kubespray: variables of an inventory, with the rules of the policy in one of them.

Source: kubespray, docs/operations/kubernetes-reliability.md and roles/kubernetes/control-plane/defaults/main/main.yml.
"""

from __future__ import annotations

from auditlint.starter.plan import File, Plan, Start, Step, below
from auditlint.starter.policy import rules

TITLE = "kubespray"
_FILE = "audit.yml"


def write(plan: Plan) -> Start:
    """Return the variables."""
    text = f"""\
kubernetes_audit: true
audit_log_maxage: {plan.limits.days}
audit_log_maxbackups: {plan.limits.files}
audit_log_maxsize: {plan.limits.size}
audit_policy_custom_rules: |
{below(rules(plan.draft), 2)}
"""
    return Start(
        (File(_FILE, text),),
        (
            Step(f"Copy {_FILE} to group_vars/k8s_cluster/ of your inventory"),
            Step("Then", "ansible-playbook -b -i INVENTORY cluster.yml --tags=control-plane"),
        ),
    )
