"""Words and places that the rules about kube-apiserver share: flags, arguments, releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlint.checks.suggestions import flag_names
from auditlint.english import listing
from auditlint.kubernetes import known_flags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditlint.finding import Finding, Path, Related
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


def example(name: str, minor: int) -> str:
    """Return a flag with a value that it takes."""
    flag = known_flags.find(name, minor)
    value = EXAMPLES.get(name) or (flag.default if flag else "") or "VALUE"
    return f"--{name}={value}"


def dashed(names: Iterable[str]) -> str:
    """Return the names of flags as a sentence lists them."""
    return listing([f"--{name}" for name in names])


def argument_path(server: ApiServer, position: int) -> Path:
    """Return the way to the list item that holds an argument."""
    return server.arguments[position].path


def at_flag(server: ApiServer, context: Context, use: FlagUse, message: str, **details: Any) -> Finding:
    """Return a finding at the list item in which a flag stands."""
    return context.value(argument_path(server, use.position), message, **details)


def also(server: ApiServer, context: Context, use: FlagUse, message: str) -> Related:
    """Return the list item in which a flag stands as a second place."""
    return context.related(argument_path(server, use.position), message, key=False)


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
