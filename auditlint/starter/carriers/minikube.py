"""minikube: options of its command line; it mounts no folder for a log, which goes to standard output.

Source: minikube.sigs.k8s.io, "Audit Policy".
"""

from __future__ import annotations

from auditlint.starter.plan import NAME, File, Plan, Start, Step
from auditlint.subjects.spelling_of_flags import MINIKUBE

TITLE = "minikube"
_FILE = "minikube-start.sh"
_POLICY = f"/etc/ssl/certs/{NAME}"


def write(plan: Plan) -> Start:
    """Return the policy, and the script that starts minikube with it."""
    flags = [("audit-policy-file", _POLICY), ("audit-log-path", "-")]
    options = " \\\n".join(f"  {line}" for line in MINIKUBE.lines(flags))
    ignores = f"log-to-stdout{', retention-below-profile' if plan.keeps_files else ''}"
    text = f"""\
#!/bin/sh
# Starts minikube with the audit policy beside this script.
set -eu
cd "$(dirname "$0")"
mkdir -p ~/.minikube/files/etc/ssl/certs
cp {NAME} ~/.minikube/files/etc/ssl/certs/
# auditlint: ignore[{ignores}] minikube mounts no folder in which a log would stay
minikube start "$@" \\
{options}
"""
    return Start(
        (plan.policy_file, File(_FILE, text)),
        (
            Step("Start it", f"sh {_FILE}"),
            Step("Read the log", "kubectl logs -n kube-system kube-apiserver-minikube | grep audit.k8s.io"),
        ),
        limits_log=False,
    )
