"""Rules about the files that bring policies and settings to a server, and about how the files of a run fit together."""

from __future__ import annotations

from os.path import abspath, basename, dirname
from typing import TYPE_CHECKING

from auditlint.checks.server.flag_words import EXAMPLES, at_flag
from auditlint.checks.server.told import told_here
from auditlint.finding import Related, Severity
from auditlint.kubernetes import container, feature_gates
from auditlint.kubernetes.container import POLICY_FLAG, WEBHOOK_FLAG
from auditlint.kubernetes.mounts import Part, clean, covering, mount_point, volume_of
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer, AuditSink, EventsFile, PolicySubject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding, Path
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
    newest = max((one.minor for one in context.links.subjects if isinstance(one, ApiServer)), default=sink.minor)
    gone = newest > feature_gates.DYNAMIC_AUDITING_UNTIL
    message = "the API has had no AuditSink since 1.19, so this is refused and sends nothing"
    if not gone:
        message = "AuditSink is an alpha API that is off by default, and gone in 1.19"
    help = f"Describe the webhook in a kubeconfig, and write --{WEBHOOK_FLAG}={EXAMPLES[WEBHOOK_FLAG]}"
    path, severity = (*sink.base, "kind"), None if gone else Severity.INFO
    yield context.value(path, message, help=help, severity=severity)


@rule(
    "events-file",
    severity=Severity.INFO,
    summary="recorded audit events, which are no policy",
    subject=EventsFile,
)
def events_file(events: EventsFile, context: Context) -> Iterator[Finding]:
    """Report files of recorded audit events."""
    message = "these are recorded audit events, not a policy"
    yield context.key((), message, help=f"Write `auditlint replay POLICY {events.path}`")


@rule(
    "policy-mismatch",
    severity=Severity.WARNING,
    summary="control planes of one cluster that log by different policies",
    subject=ApiServer,
)
def policy_mismatch(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a control plane whose policy is another one than that of the first of its cluster."""
    first, policy = context.links.first_peer_of.get(server), context.links.policy_of.get(server)
    other = context.links.policy_of.get(first) if first else None
    use = server.flags.last("audit-policy-file")
    if first is None or policy is None or other is None or use is None:
        return
    if policy.loaded.policy != other.loaded.policy:
        message = f"this control plane logs by another policy than {first.path}: which requests are logged is chance"
        related = (
            Related(policy.path, policy.places.key(policy.base), "its policy"),
            Related(other.path, other.places.key(other.base), f"the policy of {first.path}"),
        )
        yield at_flag(server, context, use, message, help="Give all control planes the same policy", related=related)


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
    """Report a policy flag that fits no policy of the run, where the one policy beside it fits no flag."""
    use = server.flags.last(POLICY_FLAG)
    near = [policy for policy in context.links.near.get(server, ()) if _beside(server.path, policy.path)]
    if use is None or not use.value or len(near) != 1:
        return
    found, host = near[0], server.on_node(POLICY_FLAG)
    base = found.base if isinstance(found, PolicySubject) else ()
    related = (Related(found.path, found.places.key(base), "no flag names this policy"),)
    name, on_host, there = basename(use.value), basename(host), basename(found.path)
    place = _host_path_of(server, use.value)
    if place is not None and name == there != on_host:
        message = f"the container's {name} is {on_host} on the host, and the run has {there}"
        help = f"Write `{server.volume_spelling.key(Part.HOST_PATH)}: {dirname(host)}/{there}`"
        yield context.value(place, message, help=f"{help}, or rename the file", related=related)
    else:
        message, help = _judged_apart(server, found.path)
        yield at_flag(server, context, use, message, help=help, related=related)


def _judged_apart(server: ApiServer, path: str) -> tuple[str, str]:
    """Return message and help for a policy that the flags near it do not surely name."""
    host = server.on_node(POLICY_FLAG)
    if basename(server.on_disk(POLICY_FLAG)) == basename(path):
        message = f'more than one file of this run may be "{host}", so these flags and {path} are judged apart'
        return message, f"Check them in a run of their own: `auditlint check {server.path} {path}`"
    message = f'no file of this run is "{host}", and no flag names {path}: they are judged apart'
    return message, f"Rename {path} to {basename(host)}, if that is the policy"


def _host_path_of(server: ApiServer, path: str) -> Path | None:
    """Return where the host path of the mount stands that shows a file in the container."""
    mount = covering(server.mounts, path)
    volume = volume_of(mount, server.volumes) if mount else None
    if mount is None or volume is None or mount_point(mount) != clean(path):
        return None
    return server.volume_path(volume, Part.HOST_PATH)


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
                message, help = _among_manifests(fault.path)
                yield at_flag(subject, context, use, message, help=help, refused=bool(fault.by))
    elif not context.links.servers_of.get(subject):
        path = abspath(subject.path)
        if "manifests" in path and container.in_manifest_folder(path):
            message, help = _among_manifests(path)
            yield context.key(subject.base, message, help=help)


def _among_manifests(path: str) -> tuple[str, str]:
    reader = "k3s applies each file, and the API has no such kind" if "rancher" in path else _KUBELET_READS
    return f"{path} is in a folder for manifests: {reader}", f"Move it, for instance to {EXAMPLES[POLICY_FLAG]}"


_KUBELET_READS = 'the kubelet reads each file as a Pod and logs "couldn\'t parse as pod" for this one'


@rule(
    "conflicting-policies",
    severity=Severity.ERROR,
    summary="two policies for a server whose tool allows one alone",
)
def conflicting_policies(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report the second of two policies that the documents of one configuration set."""
    others = [
        other
        for other in context.links.subjects
        if isinstance(other, PolicySubject) and (other.path, other.tool) == (policy.path, policy.tool)
    ]
    if policy.tool and others and others[0].places.key(others[0].base) != policy.places.key(policy.base):
        message = f"{policy.tool} refuses this configuration: it sets the audit policy twice"
        related = (Related(policy.path, others[0].places.key(others[0].base), "the first policy"),)
        yield context.key(policy.base, message, help="Keep one, and delete the other", related=related)
