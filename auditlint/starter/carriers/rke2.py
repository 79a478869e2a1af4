"""RKE2: a file for `config.yaml.d`. Source: docs.rke2.io, "CIS Hardening Guide" and "Configuration File"."""

from __future__ import annotations

from auditlint.starter.plan import NAME, File, Plan, Start, Step, lines
from auditlint.subjects.spelling_of_flags import Items

TITLE = "RKE2"
_FILE = "rke2-audit.yaml"
_POLICY = f"/etc/rancher/rke2/{NAME}"
_LOG = "/var/lib/rancher/rke2/server/logs/audit.log"
_OWN_KEY = "audit-policy-file"


def write(plan: Plan) -> Start:
    """Return the policy, and its key with the arguments."""
    flags = [(name, value) for name, value in plan.flags(_POLICY, _LOG) if name != _OWN_KEY]
    text = f"""\
{_OWN_KEY}: {_POLICY}
# The plus adds these to the arguments of other files, which this list would replace without it.
kube-apiserver-arg+:
{lines(Items("").lines(flags), 2)}
"""
    return Start(
        (plan.policy_file, File(_FILE, text)),
        (
            Step(
                f"On every server, copy {NAME} to {_POLICY} first: "
                "where there is no file, RKE2 writes one that logs nothing"
            ),
            Step(f"Copy {_FILE} to /etc/rancher/rke2/config.yaml.d/audit.yaml"),
            Step("Restart one server after the other", "systemctl restart rke2-server"),
        ),
    )
