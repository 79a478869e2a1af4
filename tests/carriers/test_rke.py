"""RKE 1's cluster.yml: what it makes of `audit_log`, where its own findings stand, and the policy in it."""

from __future__ import annotations

import pytest

from auditlint import lint, registry
from auditlint.carriers.recognise import link
from auditlint.finding import Severity
from auditlint.kubernetes.container import Files
from auditlint.lint import Source
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer, PolicySubject, Runs
from tests.carriers.recognition import POLICY, only, subjects, texts

registry.load()

HEAD = """\
nodes: [{address: 10.0.0.1, role: [controlplane]}]
kubernetes_version: v1.26.8-rancher1-1
services:
  kube-api:
"""
LOG = """\
    audit_log:
      enabled: true
      configuration:
        max_age: 30
        max_backup: 10
        max_size: 100
        path: /var/log/kube-audit/audit-log.json
        format: json
"""
DEFAULTS = [
    "--audit-log-path=/var/log/kube-audit/audit-log.json",
    "--audit-log-format=json",
    "--audit-log-maxage=30",
    "--audit-log-maxbackup=10",
    "--audit-log-maxsize=100",
    "--audit-policy-file=/etc/kubernetes/audit-policy.yaml",
]


def told(content: str) -> list[tuple[str, str, str]]:
    """Return the rule, the place and the help of each error and warning."""
    report = lint.check([Source("cluster.yml", named=True, data=content.encode())], Settings())
    assert not report.crashed
    findings = [one for one in report.findings if one.severity is not Severity.INFO]
    return [(one.rule, f"{one.span.line}:{one.span.column}", one.help) for one in findings]


@pytest.mark.parametrize("block", [LOG, "    audit_log: {enabled: true}\n", "    extra_args: {}\n"])
def test_the_flags_that_rke_makes(block: str) -> None:
    server = only(ApiServer, HEAD + block)
    assert (server.carrier, server.minor, server.runs, server.files) == ("rke", 26, Runs.PROCESS, Files.MOUNTS)
    assert texts(server) == DEFAULTS
    assert told(HEAD + block) == []


def test_auditing_is_off_where_it_is_turned_off() -> None:
    assert [rule for rule, *_ in told(f"{HEAD}    audit_log: {{enabled: false}}\n")] == ["auditing-off"]


def test_an_absent_key_is_nothing_or_0() -> None:
    content = (
        f"{HEAD}    audit_log:\n      enabled: true\n      configuration:\n        path: /var/log/kube-audit/a.log\n"
    )
    assert [one for one in told(content) if one[0] != "policy-without-backend"] == [
        ("invalid-flag-value", "7:7", 'Write format: "json"'),
        ("unlimited-retention", "7:7", "Write max_backup: 10"),
    ]


def test_values_and_keys_that_rke_does_not_take() -> None:
    content = HEAD + LOG.replace("max_age: 30", "max_age: 30d").replace("max_size", "maxsize")
    found = {rule: (place, help) for rule, place, help in told(content)}
    assert found["wrong-args-shape"] == ("8:9", "Write max_age: 30")
    assert found["flag-as-config-key"] == ("10:9", "Write max_size: 100")


def test_the_policy_in_it() -> None:
    rules = POLICY.replace("Metadata", "metadata").splitlines()
    content = HEAD + LOG + "        policy:\n" + "".join(f"          {line}\n" for line in rules)
    server, policy = subjects(content)
    assert isinstance(server, ApiServer)
    assert isinstance(policy, PolicySubject)
    assert link([server, policy]).policy_of[server].base == policy.base
    assert [one for one in told(content) if one[0] == "invalid-level"] == [
        ("invalid-level", "17:20", "Write `level: Metadata`")
    ]


def test_flags_of_ones_own_and_binds() -> None:
    content = (
        f"{HEAD}    audit_log: {{enabled: false}}\n    extra_args:\n"
        "      audit-policy-file: /opt/policy.yaml\n      audit-log-path: /opt/logs/a.log\n"
        "      audit-log-maxage: 30d\n"
    )
    assert [(rule, place) for rule, place, _ in told(content)] == [
        ("policy-not-mounted", "7:7"),
        ("log-not-mounted", "8:7"),
        ("invalid-flag-value", "9:7"),
    ]
    bound = content.replace("30d", "30") + "    extra_binds: ['/opt:/opt:ro', '/opt/logs:/opt/logs']\n"
    assert [(rule, place) for rule, place, _ in told(bound)] == []


def test_below_the_key_of_rancher() -> None:
    content = "rancher_kubernetes_engine_config:\n" + "".join(f"  {line}\n" for line in (HEAD + LOG).splitlines())
    assert only(ApiServer, content).base == ("rancher_kubernetes_engine_config", "services", "kube-api")


@pytest.mark.parametrize("value", ["null", "1", "[1]", "{a: b}", "x", "{enabled: x, configuration: [1]}"])
@pytest.mark.parametrize("key", ["audit_log", "extra_args", "extra_binds"])
def test_other_shapes_are_borne(key: str, value: str) -> None:
    told(f"{HEAD}    {key}: {value}\n")
    told(f"{HEAD}    audit_log: {{enabled: true, configuration: {{policy: {value}, max_age: {value}}}}}\n")


def test_services_of_others() -> None:
    assert subjects("services:\n  kube-api:\n    image: x\n    command: audit\n") == ()
