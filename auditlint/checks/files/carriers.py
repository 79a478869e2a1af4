"""Rules about the files that bring policies and settings to a server, and about how the files of a run fit together."""

from __future__ import annotations

from os.path import abspath, dirname
from typing import TYPE_CHECKING

from auditlint.checks.server.flag_words import at_flag
from auditlint.checks.server.told import told_here
from auditlint.finding import Related, Severity
from auditlint.kubernetes import container, feature_gates
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer, AuditSink, PolicySubject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.rule import Context

rule = Category("carriers", PolicySubject)
mounts = Category("apiserver-mounts", (ApiServer, PolicySubject))


@rule(
    "audit-sink",
    severity=Severity.ERROR,
    summary="an AuditSink, which the API has not had since 1.19",
    subject=AuditSink,
)
def audit_sink(sink: AuditSink, context: Context) -> Iterator[Finding]:
    """Report AuditSink objects."""
    gone = sink.minor > feature_gates.DYNAMIC_AUDITING_UNTIL
    effect = "the API has had no AuditSink since 1.19, so this is refused and sends nothing"
    if not gone:
        effect = "AuditSink was an alpha API, is off by default and gone in 1.19"
    message = (
        f"{effect}. Describe the webhook in a kubeconfig, name it with --audit-webhook-config-file, and put the level "
        "into the file of --audit-policy-file"
    )
    yield context.value((*sink.base, "kind"), message, severity=None if gone else Severity.INFO)


@rule(
    "policy-not-found",
    severity=Severity.INFO,
    summary="a flag that names a policy which the run has under another name",
    subject=ApiServer,
    gives_way_to=(
        "invalid-path",
        "merged-arguments",
        "missing-flag-value",
        "policy-file-not-provided",
        "stray-argument",
    ),
)
def policy_not_found(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a policy flag that fits to no policy of the run, where the one policy beside it fits to no flag."""
    use = server.flags.last("audit-policy-file")
    near = [policy for policy in context.links.near.get(server, ()) if _beside(server.path, policy.path)]
    if use is not None and use.value and len(near) == 1:
        message = (
            f'no file of this run is "{use.value}", and no flag names {near[0].path}: if that is the policy, both '
            "must go by one name; until then the policy and these flags are judged apart"
        )
        related = (Related(near[0].path, near[0].places.key(near[0].base), "no flag names this policy"),)
        yield at_flag(server, context, use, message, related=related)


def _beside(path: str, other: str) -> bool:
    """Tell whether two files lie in one folder, or one of them in a folder next to the other."""
    folder, other_folder = dirname(abspath(path)), dirname(abspath(other))
    return folder in {other_folder, dirname(other_folder)} or dirname(folder) == other_folder


@mounts(
    "policy-in-manifest-folder",
    severity=Severity.ERROR,
    summary="a policy where the kubelet or k3s reads manifests",
)
def policy_in_manifest_folder(subject: ApiServer | PolicySubject, context: Context) -> Iterator[Finding]:
    """Report a policy file in a folder whose files are taken for Pods or for objects to apply."""
    if isinstance(subject, ApiServer):
        for fault in told_here(subject, context):
            use = subject.flags.last(fault.flag)
            if use is not None:
                yield at_flag(subject, context, use, _among_manifests(fault.path), refused=bool(fault.by))
    elif not context.links.servers_of.get(subject):
        path = abspath(subject.path)
        if "manifests" in path and container.in_manifest_folder(path):
            yield context.key(subject.base, _among_manifests(path))


def _among_manifests(path: str) -> str:
    reader = "k3s applies every file there, and the API has no such kind" if "rancher" in path else _KUBELET_READS
    return f"{path} is in a folder for manifests: {reader}. Move it, for instance to /etc/kubernetes/audit-policy.yaml"


_KUBELET_READS = (
    "the kubelet reads every file there as a Pod, and logs an error for this one again and again "
    '("couldn\'t parse as pod")'
)
