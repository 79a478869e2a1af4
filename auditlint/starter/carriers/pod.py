"""A static Pod: the arguments, mounts and volumes to add to its manifest, and the policy beside it."""

from __future__ import annotations

from auditlint.starter.plan import LOGS, NAME, POLICY, File, Plan, Start, Step, lines
from auditlint.subjects.spelling_of_flags import ARGUMENTS

TITLE = "the static Pod of kube-apiserver"
_FILE = "kube-apiserver-audit.yaml"
_MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml"


def write(plan: Plan) -> Start:
    """Return the policy, and the parts of a Pod."""
    text = f"""\
# Add these entries to those of {_MANIFEST}.
# This file does not belong in that folder: the kubelet takes every file there for a Pod.
spec:
  containers:
    - name: kube-apiserver
      command:
{lines(ARGUMENTS.lines(plan.flags()), 8)}
      volumeMounts:
        - name: audit-policy
          mountPath: {POLICY}
          readOnly: true
        - name: audit-log
          mountPath: {LOGS}
  volumes:
    - name: audit-policy
      hostPath:
        path: {POLICY}
        type: File
    - name: audit-log
      hostPath:
        path: {LOGS}
        type: DirectoryOrCreate
"""
    return Start(
        (plan.policy_file, File(_FILE, text)),
        (
            Step(f"Copy {NAME} to {POLICY} on every control plane node"),
            Step(
                f"Add the entries of {_FILE} to {_MANIFEST}, one node after the other: "
                "the kubelet restarts kube-apiserver"
            ),
            Step(
                "Before you do, look at the result in a copy of the manifest",
                f"auditlint check --min-severity=info COPY {NAME}",
            ),
        ),
    )
