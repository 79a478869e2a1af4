"""A kube-apiserver that no kubelet starts and that sees the files of the host: no advice about Pods and mounts."""

from __future__ import annotations

import re

import pytest

from auditlint import registry
from auditlint.kubernetes.container import FaultKind, Files
from auditlint.rule import REGISTRY, Context
from auditlint.subjects.model import ApiServer, Runs
from auditlint.subjects.spelling_of_flags import SERVER_CONFIG
from tests.carriers.recognition import only, pod

registry.load()

POLICY = "--audit-policy-file=/etc/kubernetes/audit/policy.yaml"
LOG = "--audit-log-path=/var/log/kubernetes/audit/audit.log"


def process(*arguments: str) -> ApiServer:
    """Return a server such as k3s runs in its own process."""
    listed = "".join(f"- {argument}\n" for argument in ("kube-apiserver", *arguments))
    server = only(ApiServer, pod(f"command:\n{listed}"))
    return server.replace(runs=Runs.PROCESS, files=Files.HOST, spelling=SERVER_CONFIG)


def messages(server: ApiServer) -> dict[str, str]:
    found = (
        finding
        for rule in REGISTRY.values()
        if isinstance(server, rule.subject)
        for finding in rule.check(server, Context(rule, server, options=rule.options))
    )
    return {finding.rule: f"{finding.message}. {finding.help}" for finding in found}


@pytest.mark.parametrize(
    ("arguments", "rule", "words"),
    [
        ((), "auditing-off", "kube-apiserver-arg:\n- audit-policy-file="),
        ((LOG,), "backend-without-policy", "audit-log-path has no effect"),
        ((POLICY, "--audit-log-path=-"), "log-to-stdout", "own log. Write the log to a file"),
        ((POLICY, "--audit-log-path=/dev/stdout"), "log-to-device", "fills memory, or"),
        (("--audit-policy-file=https://a/b", LOG), "invalid-path", "is a URL, and nothing is downloaded"),
        (("--audit-policy-file=policy.yaml", LOG), "invalid-path", "the working directory of the process"),
        ((POLICY, "--audit-log-path=/tmp/audit.log"), "exposed-log-folder", "the log is /tmp/audit.log on the host"),
        (("--audit-policy-file=/etc/kubernetes/manifests/p", LOG), "policy-in-manifest-folder", "for manifests"),
    ],
)
def test_no_word_of_pods(arguments: tuple[str, ...], rule: str, words: str) -> None:
    message = messages(process(*arguments))[rule]
    assert words in message
    assert not re.search(r"container|mount|kubelet keeps|--audit", message)


@pytest.mark.parametrize(
    ("more", "help"),
    [
        ((), "Send the events to a webhook, where they have to be kept"),
        (("--audit-webhook-config-file=/etc/hook.yaml",), "Delete it: the webhook gets"),
    ],
)
def test_where_no_folder_can_be_mounted_a_webhook_keeps_the_events(more: tuple[str, ...], help: str) -> None:
    server = process(POLICY, "--audit-log-path=-", *more).replace(no_log_folder=True)
    assert help in messages(server)["log-to-stdout"]


def test_files_on_the_host_need_no_mount() -> None:
    server = process(POLICY, LOG, "--audit-webhook-config-file=/etc/kubernetes/audit/hook.yaml")
    assert server.faults == ()
    assert not server.refused_by


def test_a_folder_of_logs_is_known_by_its_slash() -> None:
    assert [fault.kind for fault in process(POLICY, "--audit-log-path=/var/log/").faults] == [FaultKind.LOG_IS_FOLDER]
