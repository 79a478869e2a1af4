"""Talos: a patch of the machine configuration. Source: talos.dev, "Audit Policy" in the guide to Kubernetes.

Talos writes the policy to a file, mounts it and the folder of the log, and sets limits of its own, which `extraArgs`
replaces.
"""

from __future__ import annotations

from auditlint.starter.limits import DEFAULT_FLAGS
from auditlint.starter.plan import File, Plan, Start, Step, below, lines
from auditlint.starter.policy import entry
from auditlint.subjects.spelling_of_flags import KEYS

TITLE = "Talos"
_FILE = "talos-audit.yaml"


def write(plan: Plan) -> Start:
    """Return the patch; limits only where they are others than those of Talos."""
    own = "" if plan.limits.flags == DEFAULT_FLAGS else f"    extraArgs:\n{lines(KEYS.lines(plan.limits.flags), 6)}\n"
    text = f"""\
cluster:
  apiServer:
{own}{below(entry(plan.draft, "auditPolicy"), 4)}
"""
    return Start(
        (File(_FILE, text),),
        (
            Step("On one control plane node after the other", f"talosctl -n NODE patch machineconfig --patch @{_FILE}"),
            Step("Read the log", "talosctl -n NODE read /var/log/audit/kube/kube-apiserver.log"),
        ),
    )
