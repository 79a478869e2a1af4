"""Words and places that the rules about kube-apiserver share: flags, arguments, releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlint.checks.suggestions import flag_names
from auditlint.english import listing
from auditlint.kubernetes import known_flags
from auditlint.kubernetes.container import Files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditlint.finding import Finding, Related
    from auditlint.kubernetes.parsed_flags import FlagUse
    from auditlint.rule import Context
    from auditlint.subjects.model import ApiServer

NOT_STARTING = "kube-apiserver will not start"
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


def example(server: ApiServer, name: str) -> str:
    """Return a flag with a value that it accepts, as the server's carrier writes it."""
    flag = known_flags.find(name, server.minor)
    return server.written(name, EXAMPLES.get(name) or (flag.default if flag else "") or "VALUE")


def and_mount(server: ApiServer, what: str) -> str:
    """Return the rest of an advice: what to mount, where the server does not see the files of the host anyway."""
    return "" if server.files is Files.HOST else f", and mount {what}"


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
