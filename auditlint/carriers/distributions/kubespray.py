"""kubespray: the variables of its inventory about auditing.

kubespray (read at 2.28) makes a kubeadm configuration: flags only where `kubernetes_audit` or
`kubernetes_audit_webhook` is true, with defaults for what no variable says; the folder of the log is mounted from
`audit_log_hostpath`, and the policy from /etc/kubernetes/audit-policy. Variables may stand in several files.
Sources: kubespray, roles/kubernetes/control-plane/defaults/main/main.yml and kubeadm-config.v1beta4.yaml.j2.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from auditlint.carriers import apiserver
from auditlint.carriers.carrier import Carrier, Inner
from auditlint.carriers.configurations.cluster_configuration import Entry, mounted_anyway
from auditlint.carriers.configurations.extra_args import as_text
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.releases import choose, from_text
from auditlint.subjects.model import Runs
from auditlint.subjects.spelling_of_flags import Fields
from auditlint.subjects.spelling_of_mounts import Spelling
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, has, pairs, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.subjects.model import ApiServer
    from auditlint.text.plain import Plain

_ON, _WEBHOOK_ON = "kubernetes_audit", "kubernetes_audit_webhook"
_RULES = "audit_policy_custom_rules"
_LOG = {
    "audit_log_path": "audit-log-path",
    "audit_log_maxage": "audit-log-maxage",
    "audit_log_maxbackups": "audit-log-maxbackup",
    "audit_log_maxsize": "audit-log-maxsize",
    "audit_policy_file": "audit-policy-file",
}
_WEBHOOK = {
    "audit_webhook_config_file": "audit-webhook-config-file",
    "audit_webhook_mode": "audit-webhook-mode",
    "audit_webhook_batch_max_size": "audit-webhook-batch-max-size",
    "audit_webhook_batch_max_wait": "audit-webhook-batch-max-wait",
}
_CONFIG = "/etc/kubernetes"
_POLICIES = f"{_CONFIG}/audit-policy"
_WEBHOOKS = f"{_CONFIG}/audit-webhook-config.yaml"
_DEFAULTS = {
    "audit_log_path": "/var/log/audit/kube-apiserver-audit.log",
    "audit_log_maxage": "30",
    "audit_log_maxbackups": "10",
    "audit_log_maxsize": "100",
    "audit_policy_file": f"{_POLICIES}/apiserver-audit-policy.yaml",
    "audit_webhook_config_file": _WEBHOOKS,
}
_LOGS_ON_HOST = "/var/log/kubernetes/audit"
_SPELLING = Fields({flag: key for key, flag in (_LOG | _WEBHOOK).items()})
_MOUNT = Spelling("mount of kubespray", {})
_CERTIFICATES = "/etc/kubernetes/ssl"


def find(candidate: Candidate) -> Iterator[ApiServer | Inner]:
    """Yield the apiserver that variables configure, and the rules of a policy that they hold."""
    value = candidate.value
    if has(value, "apiVersion") or has(value, "kind"):
        return
    if candidate.as_kind or any(isinstance(get(value, key), bool) for key in (_ON, _WEBHOOK_ON)):
        yield _server(candidate)
    rules = candidate.piece((_RULES,)) if text(value, _RULES) else None
    if rules is not None:
        yield Inner(rules, ".yaml")


def _server(candidate: Candidate) -> ApiServer:
    value = candidate.value
    shown = from_text(as_text(get(value, "kube_version")))
    minor = choose(candidate.minor, candidate.origin, shown).minor
    found = tuple(_items(value))
    log = next((item.text.partition("=")[2] for item in found if item.text.startswith("--audit-log-path=")), "")
    mounting = mounted_anyway(_CERTIFICATES, minor, tuple(_folders(value, log)))
    settings = apiserver.Settings(
        carrier="kubespray",
        runs=Runs.STATIC_POD,
        files=Files.MOUNTS,
        whole=any(get(value, key) is True for key in (_ON, _WEBHOOK_ON)),
        shown=shown,
        spelling=_SPELLING,
        tool="kubespray",
        sorts_arguments=True,
        mounting=mounting._replace(path=(), volumes_path=(), mount_spelling=_MOUNT),
        folder=_POLICIES,
        host_network=True,
    )
    return apiserver.build(candidate, (), CommandLine(found, ()), settings)


def _items(value: Plain) -> Iterator[Item]:
    """Yield the flags of what is on, each at its variable, or at the one that turns it on."""
    for switch, flags in ((_ON, _LOG), (_WEBHOOK_ON, _WEBHOOK)):
        for key, flag in flags.items() if get(value, switch) is True else ():
            written = as_text(get(value, key)) or _DEFAULTS.get(key, "")
            argument = f"--{flag}={written}"
            if written:
                path = (key if has(value, key) else switch,)
                yield Item(argument, path, is_template(argument), by_key=True, written=key)
    for key in ("kube_kubeadm_apiserver_extra_args",):
        for name, given in pairs(get(value, key)):
            argument = f"--{name}={as_text(given)}"
            yield Item(argument, (key, name), is_template(argument), by_key=True, written=name)


def _folders(value: Plain, log: str) -> Iterator[Entry]:
    policy = text(value, "audit_policy_file") or _DEFAULTS["audit_policy_file"]
    yield Entry("audit-policy", posixpath.dirname(policy), posixpath.dirname(policy))
    if log.startswith("/"):
        on_host = text(value, "audit_log_hostpath") or _LOGS_ON_HOST
        yield Entry("audit-logs", on_host, posixpath.dirname(log), read_only=False)
    webhook = text(value, "audit_webhook_config_file") or _WEBHOOKS
    yield Entry("audit-webhook", webhook, webhook, path_type="File")


CARRIER = Carrier(
    title="Variables of kubespray",
    checked=(
        "`kubernetes_audit`, `audit_log_…`, `audit_policy_file` and `audit_webhook_…` in the variables of an "
        "inventory, with the defaults and the folders that kubespray mounts; the rules in `audit_policy_custom_rules`."
    ),
    words=(b"kubernetes_audit", b"audit_policy_custom_rules"),
    in_document=find,
)
