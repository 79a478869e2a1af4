"""Words and places that the rules about kube-apiserver share: flags, arguments, releases."""

from __future__ import annotations

import re

from auditlint.checks.suggestions import flag_names
from auditlint.english import listing, speech
from auditlint.finding import Severity
from auditlint.kubernetes import audit_options, known_flags, releases
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.parsed_flags import canonical
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from auditlint.change import Repair
    from auditlint.finding import Finding, Related
    from auditlint.kubernetes.parsed_flags import FlagUse
    from auditlint.rule import Context
    from auditlint.subjects.model import ApiServer

STOPS = ", so kube-apiserver does not start"
"""The end of a sentence about what keeps the server from starting."""
EXAMPLES = {
    "audit-policy-file": "/etc/kubernetes/audit-policy.yaml",
    "audit-log-path": "/var/log/kubernetes/audit/audit.log",
    "audit-log-maxage": "30",
    "audit-log-maxbackup": "10",
    "audit-log-maxsize": "100",
    "audit-log-format": "json",
    "audit-log-mode": "blocking",
    "audit-log-version": "audit.k8s.io/v1",
    "audit-webhook-config-file": "/etc/kubernetes/audit-webhook.yaml",
    "audit-webhook-mode": "batch",
    "audit-webhook-version": "audit.k8s.io/v1",
    "audit-webhook-initial-backoff": "10s",
}
"""A value for each flag that is often left without one."""
_DEFAULTS = {
    "apiserver-count": "1",
    "authentication-token-webhook-cache-ttl": "2m0s",
    "authorization-webhook-cache-authorized-ttl": "5m0s",
    "authorization-webhook-cache-unauthorized-ttl": "30s",
    "coordinated-leadership-lease-duration": "15s",
    "coordinated-leadership-renew-deadline": "10s",
    "coordinated-leadership-retry-period": "2s",
    "default-not-ready-toleration-seconds": "300",
    "default-unreachable-toleration-seconds": "300",
    "default-watch-cache-size": "100",
    "delete-collection-workers": "1",
    "etcd-compaction-interval": "5m0s",
    "etcd-count-metric-poll-period": "1m0s",
    "etcd-db-metric-poll-interval": "30s",
    "etcd-healthcheck-timeout": "2s",
    "etcd-readycheck-timeout": "2s",
    "event-ttl": "1h0m0s",
    "goaway-chance": "0",
    "http2-max-streams-per-connection": "1000",
    "kubelet-port": "10250",
    "kubelet-read-only-port": "10255",
    "kubelet-timeout": "5s",
    "kubernetes-service-node-port": "0",
    "lease-reuse-duration-seconds": "60",
    "livez-grace-period": "0s",
    "log-flush-frequency": "5s",
    "max-connection-bytes-per-sec": "0",
    "max-mutating-requests-inflight": "200",
    "max-requests-inflight": "400",
    "min-request-timeout": "1800",
    "request-timeout": "1m0s",
    "secure-port": "6443",
    "service-account-max-token-expiration": "0s",
    "shutdown-delay-duration": "0s",
    "shutdown-watch-termination-grace-period": "0s",
    "storage-initialization-timeout": "1m0s",
    "v": "2",
}
"""What kube-apiserver's `--help` gives as the default of flags that are not about auditing and have a typed value."""
_LONGEST_NUMBER = 9
"""Digits of a number that makes sense as the value of a flag, and that every flag of a number accepts."""
_TRUTH = {"yes": "true", "on": "true", "enabled": "true", "no": "false", "off": "false", "disabled": "false"}


def says(server: ApiServer, words: str) -> str | None:
    """Return what the server prints, whole, as the example of a finding, if it stops at what these words are about."""
    printed = server.flags.message
    return f"kube-apiserver says {speech(printed)}" if words in printed else None


def never_had(server: ApiServer, what: str) -> str:
    """Return what to say of something that no known release has, where the server is of a newer one."""
    return f"no release up to {releases.name(server.minor)}, the newest known here, has {what}"


def unsure(advice: str, fix: Repair | None = None) -> dict[str, Any]:
    """Return the rest of a finding about such a thing: it may be new."""
    help = f"{advice}, unless your release has it"
    return {"help": help, "severity": Severity.WARNING, "refused": False, "fix": fix}


def example(server: ApiServer, name: str) -> str:
    """Return a flag with a value that it accepts, as the server's carrier writes it; the flag if none is known."""
    value = example_value(server, name)
    return server.named(name) if value is None else server.written(name, value)


def example_value(server: ApiServer, name: str) -> str | None:
    """Return a value that a flag accepts; None if none is known."""
    flag = known_flags.find(name, server.minor)
    if flag is not None and flag.type == "bool":
        return "true"
    return EXAMPLES.get(name) or _DEFAULTS.get(name) or (flag.default if flag else "") or None


def write(server: ApiServer, name: str, given: str | None = None) -> str:
    """Return the advice to give a flag the value that was meant, or else one that it accepts."""
    value = value_for(server, name, given)
    if value is None:
        return f"Write the value of {server.named(name)} behind it with an equals sign, or delete the flag"
    return f"Write {server.written(name, value)}"


def value_for(server: ApiServer, name: str, given: str | None) -> str | None:
    """Return the value that was probably meant for a flag; if it accepts none like that, one that it does."""
    for value in (given, _repaired(server, name, given or "")):
        if value and _accepts(name, value, server.minor):
            return value
    return example_value(server, name)


def _repaired(server: ApiServer, name: str, given: str) -> str:
    """Return `30` for `30d`, `5s` for `5`, `true` for `yes`, where the flag wants such a value."""
    flag, text = known_flags.find(name, server.minor), given.strip().strip("\"'")
    number = re.match(r"\d+(?!\.\d)", text)
    if flag is None:
        return ""
    if flag.type == "bool":
        return _TRUTH.get(text.lower(), text)
    if flag.type == "duration":
        return f"{text}s" if text.isdecimal() else text
    if flag.type in NUMBERS:
        digits = number[0].lstrip("0") or "0" if number else ""
        return digits if len(digits) <= _LONGEST_NUMBER else ""
    return text


NUMBERS = frozenset({"int", "int32", "int64", "uint", "Level"})
"""The types of flags whose values are whole numbers."""


def _accepts(name: str, value: str, minor: int) -> bool:
    """Tell whether a flag accepts a value that is no flag itself and, of an audit flag with few values, one of them."""
    known = choices(name, minor) if known_flags.is_audit(name) else []
    if value.startswith("-") or (known and value not in known):
        return False
    try:
        canonical(name, value, minor)
    except ValueError:
        return False
    return True


def choices(name: str, minor: int) -> list[str]:
    """Return the only values that an audit flag has; empty where there are many."""
    if name.endswith("-mode"):
        return list(audit_options.MODES)
    if name.endswith("-version"):
        return audit_options.versions(minor)[::-1]
    return ["json"] if name == "audit-log-format" else []


def and_mount(server: ApiServer, what: str) -> str:
    """Return the rest of an advice: what to mount, where the server does not see the files of the host anyway."""
    return "" if server.files is Files.HOST or server.folder else f", and mount {what}"


def names_of(server: ApiServer, flags: Iterable[str]) -> str:
    """Return flags as a sentence lists them."""
    return listing([server.named(flag) for flag in flags])


def at_argument(server: ApiServer, context: Context, position: int, message: str, **details: Any) -> Finding:
    """Return a finding at an argument: its list item, its key, or its words."""
    argument = server.arguments[position]
    return (context.key if argument.by_key else context.value)(argument.path, message, **details)


def at_value(server: ApiServer, context: Context, position: int, message: str, **details: Any) -> Finding:
    """Return a finding about the value in an argument, at the value if it stands apart from the flag's name."""
    path = server.arguments[position].value_path
    if path is None:
        return at_argument(server, context, position, message, **details)
    return context.value(path, message, **details)


def at_flag(server: ApiServer, context: Context, use: FlagUse, message: str, **details: Any) -> Finding:
    """Return a finding at the argument in which a flag stands."""
    return at_argument(server, context, use.position, message, **details)


def also(server: ApiServer, context: Context, use: FlagUse, message: str) -> Related:
    """Return the argument in which a flag stands as a second place."""
    argument = server.arguments[use.position]
    return context.related(argument.path, message, key=argument.by_key)


def meant(server: ApiServer, name: str) -> bool:
    """Tell whether an argument that went wrong was to set a flag: no use in saying that it is absent."""
    if server.flags.last(name) is not None:
        return False
    if any(name in argument.text.replace("_", "-") for argument in server.arguments):
        return True
    return any(flag_names.suggest(error.name, server.minor) == name for error in server.flags.errors if error.name)


def lacks(server: ApiServer, name: str) -> bool:
    """Tell whether a flag is neither set nor meant to be, and nothing that is not shown here could set it."""
    return server.complete and not server.flags.text(name) and not meant(server, name)
