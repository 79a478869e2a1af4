"""Rules about where kube-apiserver sends its audit events: log and webhook, and how they are tuned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.checks.server.flag_words import NOT_STARTING, and_mount, at_flag, example, lacks, meant
from auditlint.english import speech
from auditlint.finding import Related, Severity
from auditlint.kubernetes import audit_options, kubeconfig
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer, WebhookConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
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
)
def auditing_off(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report an apiserver with neither a policy nor a backend."""
    if no_backend(server) and lacks(server, "audit-policy-file"):
        added = f"{example(server, 'audit-policy-file')} and {example(server, 'audit-log-path')}"
        message = f"nothing is audited: there is neither a policy nor a backend. Add {added}{and_mount(server, 'both')}"
        yield context.key(server.arguments_place, message)


@rule(
    "policy-without-backend",
    severity=Severity.ERROR,
    summary="a policy whose events go nowhere",
)
def policy_without_backend(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a policy file without a log and without a webhook."""
    use = server.flags.last("audit-policy-file")
    if use is not None and use.value and no_backend(server):
        message = (
            "no event is written anywhere, and the server does not say so: a policy is set, but neither "
            f"{server.named('audit-log-path')} nor {server.named('audit-webhook-config-file')}. "
            f"Add {example(server, 'audit-log-path')}"
        )
        yield at_flag(server, context, use, message, about=("audit-log-path",))


@rule(
    "backend-without-policy",
    severity=Severity.ERROR,
    summary="a log or webhook that gets no events for want of a policy",
)
def backend_without_policy(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a log path or a webhook without a policy file."""
    uses = [use for switch in audit_options.BACKENDS.values() if (use := server.flags.last(switch)) and use.value]
    if uses and lacks(server, "audit-policy-file"):
        first = min(uses, key=lambda use: use.position)
        message = (
            f"nothing is logged, and the server does not say so: {server.named(first.name)} counts for nothing without "
            f"a policy. Add {example(server, 'audit-policy-file')}{and_mount(server, 'that file')}"
        )
        yield at_flag(server, context, first, message, about=("audit-policy-file",))


@rule(
    "blocking-backend",
    severity=Severity.WARNING,
    summary="API requests that wait for, or fail with, the audit backend",
)
def blocking_backend(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a webhook in a blocking mode, and any backend in mode blocking-strict."""
    for backend, switch in audit_options.BACKENDS.items():
        use = server.flags.last(f"audit-{backend}-mode")
        if use is None or not (server.flags.text(switch) or not server.complete):
            continue
        if use.value == "blocking-strict":
            message, better = _STRICT[backend]
            advice = f"Write {server.written(use.name, better)}, unless no request may go unaudited"
            yield at_flag(server, context, use, f"{message}. {advice}")
        elif use.value == "blocking" and backend == "webhook":
            yield at_flag(server, context, use, f"{_BLOCKING}. Write {server.written(use.name, 'batch')}")


_BLOCKING = (
    "every API request waits for the webhook to take its event, and while the webhook is down for five tries, 10 s "
    "and more apart: clients time out"
)
_STRICT = {
    "webhook": (
        "every API request fails while the webhook does not take its event: when it is down, so is the API",
        "batch",
    ),
    "log": ("every API request fails while its event cannot be written: a full disk stops the API", "blocking"),
}


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
                    '"blocking-strict" fails requests only at the stage RequestReceived, and the policy omits that '
                    "stage: a request whose event is lost still succeeds. Keep RequestReceived in the policy"
                )
                yield at_flag(server, context, use, message, related=(place,))


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
    summary="a batch buffer that holds less than one batch",
)
def small_buffer(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a batch buffer below the batch size."""
    for backend in audit_options.BACKENDS:
        names = (f"audit-{backend}-batch-buffer-size", f"audit-{backend}-batch-max-size")
        use = next((use for name in names if (use := server.flags.last(name))), None)
        buffer, batch = (int(server.flags.number(name)) for name in names)
        if use and server.flags.text(f"audit-{backend}-mode") == "batch" and 0 < buffer < batch:
            message = (
                f"the buffer holds {buffer} events and a batch {batch}: when more than {buffer} arrive at once the "
                f'rest is dropped ("audit buffer queue blocked"). Write {server.written(names[0], "10000")} or more'
            )
            yield at_flag(server, context, use, message)


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
        message = (
            "the policy logs bodies, and one event may be as large as its object, 1.5 MB and more: a webhook that "
            f"refuses such a request loses the whole batch. Add {server.written('audit-webhook-truncate-enabled')}"
        )
        place = policy.places.key(policy.at("rules", index))
        yield at_flag(server, context, use, message, related=(Related(policy.path, place, "logs bodies"),))


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
            message = _INVALID[fault.case].format(name=fault.path, mount=server.mount_spelling.entry)
            if fault.words:
                message = message.replace(". ", f" ({speech(fault.words)}). ", 1)
            start = f"{NOT_STARTING}: " if fault.by else ""
            yield context.value(fault.place, start + message, refused=bool(fault.by))


_INVALID = {
    "no-context": "no context is the current one, so the webhook has no address. Write current-context: and its name",
    "unknown-context": 'there is no context "{name}". Name one that is under contexts',
    "unknown-cluster": 'there is no cluster "{name}". Name one that is under clusters',
    "unknown-user": 'there is no user "{name}", so events are sent without credentials. Name one that is under users',
    "no-server": 'the cluster "{name}" has no server. Write server: https:// and the address of the webhook',
    "two-authorities": 'the cluster "{name}" has its authority as a file and as data. Keep one of them',
    "insecure-with-authority": 'the cluster "{name}" names an authority and is not to check it. Delete this line',
    "file-not-mounted": "no {mount} covers {name}. Mount that file, or put its content here as data",
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
    if _is_plain(found.cluster):
        message = "audit events, bodies included where the policy asks for them, go in the clear. Write https://"
        yield context.value(found.cluster.at("server"), message)
    elif found.cluster.on("insecure-skip-tls-verify"):
        message = (
            "whoever gets between can take the webhook's place and read all events. Delete this line, and name the "
            "authority with certificate-authority"
        )
        yield context.value(found.cluster.at("insecure-skip-tls-verify"), message)
    for key in ("token", "password") if found.user else ():
        if found.user and found.user.text(key):
            advice = "tokenFile" if key == "token" else "client-certificate and client-key"
            message = f"the {key} of the webhook stands here for all who can read this file. Write {advice}"
            yield context.value(found.user.at(key), message)


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
            f'"{host}" is a name of the cluster\'s DNS, and a Pod with hostNetwork asks the DNS of its node, which '
            "does not know it: no event arrives. Write the Service's clusterIP"
        )
        yield context.value(found.cluster.at("server"), message)
