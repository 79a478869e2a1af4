"""Rules about where kube-apiserver sends its audit events: log and webhook, and how they are tuned."""

from __future__ import annotations

from auditlint.checks.server.flag_words import STOPS, at_flag, lacks, meant
from auditlint.checks.suggestions import mount_blocks
from auditlint.english import speech
from auditlint.finding import Related, Severity
from auditlint.kubernetes import audit_options, kubeconfig, traffic
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer, WebhookConfig
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.kubernetes.parsed_flags import FlagUse
    from auditlint.kubernetes.policy import Policy
    from auditlint.rule import Context
    from auditlint.subjects.model import PolicySubject

from auditlint.kubernetes.container import webhook_faults

rule = Category("apiserver-backends", ApiServer)
_DYNAMIC = "audit-dynamic-configuration"


def no_backend(server: ApiServer) -> bool:
    """Tell whether events have nowhere to go; AuditSinks were a way until 1.18."""
    sinks = server.flags.enabled(_DYNAMIC) or meant(server, _DYNAMIC)
    return not sinks and all(lacks(server, switch) for switch in audit_options.BACKENDS.values())


@rule(
    "auditing-off",
    severity=Severity.WARNING,
    summary="a kube-apiserver that records no audit events",
    silenced_by=("default-policy-logs-nothing", "flag-as-config-key"),
)
def auditing_off(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report an apiserver with neither a policy nor a backend."""
    if no_backend(server) and lacks(server, "audit-policy-file"):
        message = "nothing is audited: there is neither a policy nor a backend"
        lines = mount_blocks.with_flags(server, "audit-policy-file", "audit-log-path")
        yield context.key(server.arguments_place, message, help=f"Add a policy and a log:\n{lines}")


@rule(
    "policy-without-backend",
    severity=Severity.ERROR,
    summary="a policy whose events go nowhere",
)
def policy_without_backend(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a policy file without a log and without a webhook."""
    use = server.flags.last("audit-policy-file")
    if use is not None and use.value and no_backend(server):
        message = "no event is written anywhere, and the server does not say so: there is a policy and no backend"
        help = f"Add a log:\n{mount_blocks.with_flags(server, 'audit-log-path')}"
        yield at_flag(server, context, use, message, help=help, about=("audit-log-path",))


@rule(
    "backend-without-policy",
    severity=Severity.ERROR,
    summary="a log or webhook that gets no events, without a policy",
)
def backend_without_policy(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a log path or a webhook without a policy file."""
    uses = [use for switch in audit_options.BACKENDS.values() if (use := server.flags.last(switch)) and use.value]
    if uses and lacks(server, "audit-policy-file"):
        first = min(uses, key=lambda use: use.position)
        message = f"nothing is logged, and the server does not say so: {server.named(first.name)} has no effect"
        help = f"Add a policy:\n{mount_blocks.with_flags(server, 'audit-policy-file')}"
        yield at_flag(server, context, first, f"{message} without a policy", help=help, about=("audit-policy-file",))


@rule(
    "blocking-backend",
    severity=Severity.WARNING,
    summary="API requests that wait for, or fail with, the audit backend",
)
def blocking_backend(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a webhook in a blocking mode; of a log, that blocking-strict stops the API where the disk is full."""
    for backend, switch in audit_options.BACKENDS.items():
        use = server.flags.last(f"audit-{backend}-mode")
        if use is None or not (server.flags.text(switch) or not server.complete):
            continue
        known = _BLOCKING.get((backend, use.value))
        if known is not None:
            message, better = known
            severity = None if backend == "webhook" else Severity.INFO
            help = f"Write {server.written(use.name, better)}{_UNLESS if use.value.endswith('strict') else ''}"
            yield at_flag(server, context, use, message, help=help, severity=severity)


_BLOCKING = {
    ("webhook", "blocking"): ("every API request waits for the webhook, for a minute while it is down", "batch"),
    ("webhook", "blocking-strict"): ("every API request fails while the webhook is down", "batch"),
    ("log", "blocking-strict"): (
        "every API request fails while its event cannot be written, on a full disk",
        "blocking",
    ),
}
"""What a mode does, and the one to write, by backend and mode."""
_UNLESS = ", unless no request may go unaudited"


@rule(
    "toothless-strict",
    severity=Severity.ERROR,
    summary="blocking-strict with a policy that omits the one stage at which it acts",
)
def toothless_strict(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report blocking-strict where the policy of the run omits the stage RequestReceived."""
    for backend in audit_options.BACKENDS:
        use = server.flags.last(f"audit-{backend}-mode")
        policy = context.links.policy_of.get(server)
        if use is not None and use.value == "blocking-strict" and policy is not None:
            place = _omitting(policy)
            if place is not None:
                message = (
                    '"blocking-strict" fails a request only at RequestReceived, which the policy omits: one whose '
                    "event is lost still succeeds"
                )
                help = "Delete RequestReceived from `omitStages` in the policy"
                yield at_flag(server, context, use, message, help=help, related=(place,))


def _omitting(policy: PolicySubject) -> Related | None:
    """Return where a policy omits RequestReceived for all that it logs; None if it logs some request at that stage."""
    held = policy.loaded.policy
    if held is None:
        return None
    levels = [index for index, rule in enumerate(held.rules) if rule.level != "None"]
    if "RequestReceived" in held.omit_stages:
        path = policy.at("omitStages")
    elif levels and all("RequestReceived" in held.rules[index].omit_stages for index in levels):
        path = policy.at("rules", levels[0], "omitStages")
    else:
        return None
    return Related(policy.path, policy.places.key(path), "RequestReceived is omitted here")


@rule(
    "small-buffer",
    severity=Severity.WARNING,
    summary="a batch buffer that holds less than one batch, or than a minute of events",
)
def small_buffer(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a batch buffer below the batch size, or one that fills while a webhook is down for a minute."""
    for backend in audit_options.BACKENDS:
        size, batch_size = f"audit-{backend}-batch-buffer-size", f"audit-{backend}-batch-max-size"
        use = server.flags.last(size) or server.flags.last(batch_size)
        buffer, batch = int(server.flags.number(size)), int(server.flags.number(batch_size))
        if use is None or server.flags.text(f"audit-{backend}-mode") != "batch" or buffer <= 0:
            continue
        help = f"Write {server.written(size, str(max(_BUFFER, batch)))}"
        if buffer < batch:
            message = f"the buffer holds {buffer} events and a batch {batch}: events are dropped when more come at once"
            yield at_flag(server, context, use, message, help=help, example=_DROPPED)
        elif backend == "webhook" and server.flags.text(audit_options.BACKENDS[backend]):
            yield from _full_in_a_minute(server, context, use, buffer, help)


_BUFFER = 10_000
"""What kube-apiserver's default is."""
_DROPPED = 'kube-apiserver says "audit buffer queue blocked"'


def _full_in_a_minute(server: ApiServer, context: Context, use: FlagUse, buffer: int, help: str) -> Iterator[Finding]:
    policy = context.links.policy_of.get(server)
    found = policy.analysis if policy else None
    events = traffic.idle(found.policy, server.minor).events // _MINUTES if found else 0
    if buffer < events:
        message = (
            f"the buffer holds {buffer} events, and an idle cluster sends {events:,} a minute under this policy: "
            "while the webhook is down the rest is dropped"
        )
        yield at_flag(server, context, use, message, help=help, example=_DROPPED)


_MINUTES = 24 * 60


@rule(
    "untruncated-webhook",
    severity=Severity.INFO,
    summary="bodies sent to a webhook without a limit on their size",
)
def untruncated_webhook(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a webhook without truncation where the policy of the run logs bodies."""
    use = server.flags.last("audit-webhook-config-file")
    if use is None or not use.value or not server.complete or server.flags.enabled("audit-webhook-truncate-enabled"):
        return
    policy = context.links.policy_of.get(server)
    index = _first_with_bodies(policy.loaded.policy) if policy else None
    if policy is not None and index is not None:
        message = "one event with bodies can be 1.5 MB and more, and a webhook that refuses it loses the whole batch"
        place = policy.places.key(policy.at("rules", index))
        help = f"Add {server.written('audit-webhook-truncate-enabled')}"
        yield at_flag(server, context, use, message, help=help, related=(Related(policy.path, place, "logs bodies"),))


def _first_with_bodies(policy: Policy | None) -> int | None:
    rules = policy.rules if policy else ()
    return next((index for index, rule in enumerate(rules) if rule.level in {"Request", "RequestResponse"}), None)


@rule(
    "invalid-webhook-config",
    severity=Severity.ERROR,
    refuses=True,
    summary="a kubeconfig of the audit webhook that kube-apiserver cannot use",
    subject=WebhookConfig,
)
def invalid_webhook_config(config: WebhookConfig, context: Context) -> Iterator[Finding]:
    """Report a kubeconfig without a current context or a server, and names and files in it that are not there."""
    server = next(iter(context.links.servers_of.get(config, ())), None)
    if server is not None:
        for fault in webhook_faults(server.container, config.value):
            message, help = (
                text.format(name=fault.path, mount=server.mount_spelling.entry) for text in _INVALID[fault.case]
            )
            example = f"kube-apiserver says {speech(fault.words)}" if fault.words and fault.by else None
            end = STOPS if fault.by else ""
            yield context.value(fault.place, f"{message}{end}", help=help, example=example, refused=bool(fault.by))


_INVALID = {
    "no-context": ("no context is the current one", "Write `current-context:` and the name of a context"),
    "unknown-context": ('there is no context "{name}"', "Write the name of one under `contexts`"),
    "unknown-cluster": ('there is no cluster "{name}"', "Write the name of one under `clusters`"),
    "unknown-user": (
        'there is no user "{name}", and events are sent without credentials',
        "Write the name of one under `users`",
    ),
    "no-server": ('the cluster "{name}" has no server', "Write `server: https://` and the address of the webhook"),
    "two-authorities": ('the cluster "{name}" has its authority as a file and as data', "Keep one of them"),
    "insecure-with-authority": (
        'the cluster "{name}" names an authority and says not to check it',
        "Delete `insecure-skip-tls-verify`",
    ),
    "file-not-mounted": ("no {mount} covers {name}", "Mount that file, or put its content here as data"),
}


@rule(
    "insecure-webhook",
    severity=Severity.WARNING,
    summary="audit events sent so that others can read or take them, or a token in the open",
    subject=WebhookConfig,
)
def insecure_webhook(config: WebhookConfig, context: Context) -> Iterator[Finding]:
    """Report http, a server that is not checked, and secrets written into the kubeconfig of the audit webhook."""
    found = kubeconfig.connection(config.value) if context.links.servers_of.get(config) else None
    if found is None:
        return
    yield from _unsafe(found.cluster, context)
    for key in ("token", "password") if found.user else ():
        if found.user and found.user.text(key):
            advice = "tokenFile" if key == "token" else "client-certificate and client-key"
            message = f"all who can read this file can read the {key} of the webhook"
            yield context.value(found.user.at(key), message, help=f"Write `{advice}` instead")


def _unsafe(cluster: kubeconfig.Entry, context: Context) -> Iterator[Finding]:
    if kubeconfig.is_loopback(cluster.text("server")):
        return
    if _is_plain(cluster):
        address = cluster.text("server").partition("://")[2] or cluster.text("server")
        message = "audit events go in the clear, with all bodies that the policy logs"
        yield context.value(cluster.at("server"), message, help=f"Write `server: https://{address}`")
    elif cluster.on("insecure-skip-tls-verify"):
        message = "who gets between server and webhook reads all events, for the webhook's certificate is not checked"
        help = "Delete `insecure-skip-tls-verify`, and name the authority with `certificate-authority`"
        yield context.value(cluster.at("insecure-skip-tls-verify"), message, help=help)


def _is_plain(cluster: kubeconfig.Entry) -> bool:
    """Tell whether the server is reached without TLS: client-go takes an address without a scheme for http."""
    return bool(cluster.text("server")) and not cluster.text("server").lower().startswith("https://")


@rule(
    "cluster-dns-webhook",
    severity=Severity.WARNING,
    summary="a webhook named by the cluster's DNS, which a Pod in the node's network does not ask",
    subject=WebhookConfig,
)
def cluster_dns_webhook(config: WebhookConfig, context: Context) -> Iterator[Finding]:
    """Report the name of a Service as the webhook's server, for a kube-apiserver in the network of its node."""
    server = next(iter(context.links.servers_of.get(config, ())), None)
    found = kubeconfig.connection(config.value) if server else None
    if server is None or found is None or not server.host_network or server.dns_policy == "ClusterFirstWithHostNet":
        return
    host = found.cluster.text("server").partition("://")[2].partition("/")[0].partition(":")[0]
    if host.endswith(".svc") or ".svc." in host:
        message = (
            f'"{host}" is a name of the cluster\'s DNS, which a Pod with hostNetwork does not ask: no event arrives'
        )
        help = "Write the Service's `clusterIP` instead of its name"
        yield context.value(found.cluster.at("server"), message, help=help)
