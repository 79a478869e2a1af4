"""Rules about files that are no policy or not where a policy can be, and about policies that exclude each other."""

from __future__ import annotations

from os.path import abspath

from auditlint.finding import Related, Severity
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer, AuditSink, EventsFile, PolicySubject
from auditlint.typed import TYPE_CHECKING

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
    from auditlint.checks.server.flag_words import EXAMPLES
    from auditlint.kubernetes import feature_gates
    from auditlint.kubernetes.container import WEBHOOK_FLAG

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


@mounts(
    "policy-in-manifest-folder",
    severity=Severity.ERROR,
    summary="a policy where the kubelet or k3s reads manifests",
)
def policy_in_manifest_folder(subject: ApiServer | PolicySubject, context: Context) -> Iterator[Finding]:
    """Report a policy file in a folder whose files are taken for Pods or for objects to apply."""
    if isinstance(subject, ApiServer):
        yield from _named_among_manifests(subject, context)
    elif "manifests" in (path := abspath(subject.path)) and not context.links.servers_of.get(subject):
        from auditlint.kubernetes import container

        if container.in_manifest_folder(path):
            message, help = _among_manifests(path)
            yield context.key(subject.base, message, help=help)


def _named_among_manifests(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Yield a finding at each flag of a server that names a file among manifests."""
    from auditlint.checks.server.flag_words import at_flag
    from auditlint.checks.server.told import told_here

    for fault in told_here(server, context):
        use = server.flags.last(fault.flag)
        if use is not None:
            message, help = _among_manifests(fault.path)
            yield at_flag(server, context, use, message, help=help, refused=bool(fault.by))


def _among_manifests(path: str) -> tuple[str, str]:
    from auditlint.checks.server.flag_words import EXAMPLES
    from auditlint.kubernetes.container import POLICY_FLAG

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
    if not policy.tool:
        return
    others = (
        other
        for other in context.links.subjects
        if isinstance(other, PolicySubject) and (other.path, other.tool) == (policy.path, policy.tool)
    )
    first = next(others, policy)
    if first.places.key(first.base) != policy.places.key(policy.base):
        message = f"{policy.tool} refuses this configuration: it sets the audit policy twice"
        related = (Related(policy.path, first.places.key(first.base), "the first policy"),)
        yield context.key(policy.base, message, help="Keep one, and delete the other", related=related)
