"""RKE 1: `services.kube-api.audit_log` of `cluster.yml`, with the policy in it. Source: rke.docs.rancher.com."""

from __future__ import annotations

from auditlint.starter.plan import File, Plan, Start, Step, below
from auditlint.starter.policy import entry

TITLE = "RKE 1"
_FILE = "rke-audit.yml"


def write(plan: Plan) -> Start:
    """Return the part of a cluster; RKE wants all keys of the configuration."""
    text = f"""\
services:
  kube-api:
    audit_log:
      enabled: true
      configuration:
        max_age: {plan.limits.days}
        max_backup: {plan.limits.files}
        max_size: {plan.limits.size}
        path: /var/log/kube-audit/audit-log.json
        format: json
{below(entry(plan.draft, "policy"), 8)}
"""
    return Start(
        (File(_FILE, text),),
        (
            Step(f"Put audit_log of {_FILE} into your cluster.yml"),
            Step("Then", "rke up"),
        ),
    )
