"""The configuration of k3s and of RKE2: flags as items without dashes, what RKE2 adds, and keys that nobody reads."""

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

GOOD = """\
write-kubeconfig-mode: "0600"
kube-apiserver-arg:
- audit-policy-file=/etc/rancher/k3s/audit.yaml
- audit-log-path=/var/log/kubernetes/audit/audit.log
- audit-log-maxage=30
- audit-log-maxbackup=10
- audit-log-maxsize=100
"""


def told(files: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return the rule, the place and the help of each error and warning."""
    sources = [Source(name, named=True, data=content.encode()) for name, content in files.items()]
    report = lint.check(sources, Settings())
    assert not report.crashed
    findings = [one for one in report.findings if one.severity is not Severity.INFO]
    return [(one.rule, f"{one.path}:{one.span.line}:{one.span.column}", one.help) for one in findings]


def test_a_server_of_k3s_runs_on_the_host() -> None:
    server = only(ApiServer, GOOD)
    assert (server.carrier, server.runs, server.files, server.whole) == ("k3s", Runs.PROCESS, Files.HOST, True)
    assert texts(server) == [
        "--audit-log-maxage=30",
        "--audit-log-maxbackup=10",
        "--audit-log-maxsize=100",
        "--audit-log-path=/var/log/kubernetes/audit/audit.log",
        "--audit-policy-file=/etc/rancher/k3s/audit.yaml",
    ]
    assert told({"config.yaml": GOOD}) == []


@pytest.mark.parametrize(
    ("changed", "rule", "place", "help"),
    [
        (("maxage=30", "maxage=30d"), "invalid-flag-value", "5:3", "Write audit-log-maxage=30"),
        (("maxage=30", "maxagee=30"), "unknown-flag", "5:3", "Write audit-log-maxage=30"),
        (("/var/log/kubernetes/audit/audit.log", "-"), "log-to-stdout", "4:3", "Write the log to a file:"),
        (("- audit-policy-file=/etc/rancher/k3s/audit.yaml\n", ""), "backend-without-policy", "3:3", ""),
        (("/etc/rancher/k3s/", "/etc/rancher/k3s/../k3s/"), "", "", ""),
    ],
)
def test_rules_work_at_the_item(changed: tuple[str, str], rule: str, place: str, help: str) -> None:
    found = told({"config.yaml": GOOD.replace(*changed)})
    assert [(name, where) for name, where, _ in found] == ([(rule, f"config.yaml:{place}")] if rule else [])
    assert not help or found[0][2].startswith(help)


@pytest.mark.parametrize(
    ("item", "argument"),
    [
        ("--audit-log-path=/a/b", "--audit-log-path=/a/b"),
        ("audit-log-compress", "--audit-log-compress=true"),
        ("audit-log-path+=/a/b", "--audit-log-path=/a/b"),
        ("audit-log-path-=/a/b", "--audit-log-path=/a/b"),
    ],
)
def test_what_k3s_makes_of_an_item(item: str, argument: str) -> None:
    assert texts(only(ApiServer, f"kube-apiserver-arg: [{item}]\n")) == [argument]
    assert texts(only(ApiServer, f"kube-apiserver-arg: {item}\n")) == [argument]


def test_the_last_of_two_lists_counts_and_a_plus_adds() -> None:
    lists = "kube-apiserver-arg: [audit-log-maxage=1]\n{}: [audit-log-maxsize=2]\n"
    assert texts(only(ApiServer, lists.format("kube-apiserver-arg"))) == ["--audit-log-maxsize=2"]
    assert texts(only(ApiServer, lists.format("kube-apiserver-arg+"))) == [
        "--audit-log-maxage=1",
        "--audit-log-maxsize=2",
    ]
    rules = [(rule, place) for rule, place, _ in told({"config.yaml": lists.format("kube-apiserver-arg")})]
    assert ("repeated-config-key", "config.yaml:2:1") in rules


def test_keys_that_no_server_reads() -> None:
    content = 'tls-san: [a]\naudit-log-file: /var/log/a.log\naudit-log-maxage: 30\nkube-apiserver-arg: ["v=2"]\n'
    assert told({"config.yaml": content}) == [
        ("flag-as-config-key", "config.yaml:2:1", "Put audit-log-path=/var/log/a.log into kube-apiserver-arg"),
        ("flag-as-config-key", "config.yaml:3:1", "Put audit-log-maxage=30 into kube-apiserver-arg"),
    ]
    assert subjects("audit-log-maxage: 30\naudit-policy-file: /a\n") == ()
    assert only(ApiServer, "audit-log-maxage: 30\n", "etc/rancher/k3s/config.yaml").carrier == "k3s"


RKE2 = "cni: canal\naudit-policy-file: /etc/rancher/rke2/audit.yaml\n"


def test_rke2_adds_the_flags_of_the_log() -> None:
    server = only(ApiServer, RKE2)
    assert (server.carrier, server.runs, server.files) == ("rke2", Runs.STATIC_POD, Files.HOST)
    assert texts(server) == [
        "--audit-log-maxage=30",
        "--audit-log-maxbackup=10",
        "--audit-log-maxsize=100",
        "--audit-log-path=/var/lib/rancher/rke2/server/logs/audit.log",
        "--audit-policy-file=/etc/rancher/rke2/audit.yaml",
    ]
    own = texts(only(ApiServer, RKE2 + "kube-apiserver-arg: [audit-log-maxage=7, audit-policy-file=/b]\n"))
    assert (own[0], own[-1]) == ("--audit-log-maxage=7", "--audit-policy-file=/b")
    assert told({"config.yaml": RKE2}) == []


def test_the_profile_makes_a_policy_that_logs_nothing() -> None:
    content = "profile: cis-1.23\nwrite-kubeconfig-mode: '0600'\n"
    found = told({"config.yaml": content})
    assert [(rule, place) for rule, place, _ in found] == [("default-policy-logs-nothing", "config.yaml:1:10")]
    assert told({"config.yaml": content, "audit-policy.yaml": POLICY}) == []
    assert told({"config.yaml": content + "audit-policy-file: /etc/a.yaml\n"}) == []


def test_a_cluster_of_rancher_holds_the_policy_itself() -> None:
    indented = "".join(f"        {line}\n" for line in POLICY.replace("Metadata", "metadata").splitlines())
    content = (
        "apiVersion: provisioning.cattle.io/v1\nkind: Cluster\nspec:\n  kubernetesVersion: v1.31.4+rke2r1\n"
        f"  rkeConfig:\n    machineGlobalConfig:\n      audit-policy-file: |\n{indented}"
        "      kube-apiserver-arg:\n      - audit-log-maxage=0\n"
    )
    server, policy = subjects(content)
    assert isinstance(server, ApiServer)
    assert isinstance(policy, PolicySubject)
    assert (server.carrier, server.minor, server.whole) == ("rke2", 31, True)
    assert link((server, policy)).policy_of[server].path == policy.path
    assert ("invalid-level", "c.yaml:11:18", "Write `level: Metadata`") in told({"c.yaml": content})


def test_of_a_part_nothing_is_said_that_is_absent() -> None:
    log = "kube-apiserver-arg: [audit-log-path=/var/log/kubernetes/audit/audit.log]\n"
    assert told({"etc/rancher/k3s/config.yaml.d/audit.yaml": log}) == []
    assert told({"vars.yml": f"k3s_server:\n  {log}"}) == []


@pytest.mark.parametrize("value", ["null", "1", "{a: b}", "[[a], {b: c}, null, 1]", "'{{ args }}'", "[]", "''"])
@pytest.mark.parametrize(
    "key", ["kube-apiserver-arg", "audit-policy-file", "profile", "data-dir", "kube-apiserver-arg+"]
)
def test_other_shapes_are_borne(key: str, value: str) -> None:
    for kind in (None, "k3s", "rke2"):
        content = f"profile: cis\n{key}: {value}\naudit-log-maxage: {value}\n"
        for subject in subjects(content, "etc/rancher/rke2/config.yaml", as_kind=kind):
            assert isinstance(subject, ApiServer)
            assert subject.refused_by is not None
