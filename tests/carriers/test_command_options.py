"""Options of k3s, RKE2 and minikube that hold flags of kube-apiserver: in scripts, units, fences and lists."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint import lint, registry
from auditlint.carriers.containers.options import commands
from auditlint.finding import Severity
from auditlint.kubernetes.container import Files
from auditlint.lint import Source
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer, PolicySubject, Runs
from tests.carriers.recognition import POLICY, only, subjects, texts

registry.load()

OPTION = "--kube-apiserver-arg"
LOG = "audit-log-path=/var/log/a.log"
AGE = "audit-log-maxage=30d"


@pytest.mark.parametrize(
    "text",
    [
        f"k3s server {OPTION}={LOG} {OPTION}={AGE}",
        f"k3s server {OPTION} {LOG} {OPTION} {AGE}",
        f"k3s server '{OPTION}={LOG}' \\\n  '{OPTION}={AGE}'",
        f"k3s server \\\n\t'{OPTION}' \\\n\t'{LOG}' \\\n\t'--v' \\\n\t'2' \\\n\t'{OPTION}' \\\n\t'{AGE}' \\\n",
        f'export INSTALL_K3S_EXEC="server {OPTION}={LOG} {OPTION}={AGE}"\ncurl -sfL https://get.k3s.io | sh -',
        f'INSTALL_K3S_EXEC="server\n  {OPTION}={LOG}\n  {OPTION}={AGE}" sh -s - "x"',
        f"curl -sfL https://get.k3s.io | sh -s - server {OPTION}={LOG} {OPTION}={AGE} && echo done",
        f'INSTALL_K3S_EXEC="{OPTION}={LOG} {OPTION}={AGE}" sh -',
        f'["k3s", "server", "{OPTION}={LOG}", "{OPTION}={AGE}"]',
        f'["k3s", "server", "{OPTION}", "{LOG}",\n "{OPTION}", "{AGE}"]',
        f"args:\n- server\n- {OPTION}={LOG}\n- {OPTION}={AGE}\n",
        f'echo "k3s server {OPTION}=\\"{LOG}\\" {OPTION}={AGE}"',
        f"k3s.exe server `\n  {OPTION}={LOG} `\n  {OPTION}={AGE}",
        f'k3s server {OPTION}=audit-log-path="/var/log/a.log" {OPTION}={AGE}',
    ],
)
def test_one_command(text: str) -> None:
    (command,) = commands(text, "kube-apiserver-arg")
    assert [option.value for option in command] == [LOG, AGE]
    for option in command:
        assert text[option.start :].startswith(OPTION)
        assert text[option.start : option.end].replace('"', "").endswith(option.value)


@pytest.mark.parametrize(
    "between", ["\nk3s server ", " && k3s server ", "\n\n", "; ", "\n# k3s server --kube-apiserver-arg=v=2\n", "\nx "]
)
def test_two_commands(between: str) -> None:
    found = commands(f"k3s server {OPTION}={LOG}{between}{OPTION}={AGE}", "kube-apiserver-arg")
    assert [[option.value for option in command] for command in found] == [[LOG], [AGE]]


@given(st.text(st.sampled_from("-'\"\\=\n `$(){}<>,#ab"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_borne(text: str) -> None:
    for command in commands(text.replace("a", OPTION), "kube-apiserver-arg"):
        assert all(option.start < option.end for option in command)


def told(content: str, path: str) -> list[tuple[str, str, str]]:
    """Return the rule, the place and the help of each error and warning."""
    report = lint.check([Source(path, named=True, data=content.encode())], Settings())
    assert not report.crashed
    findings = [one for one in report.findings if one.severity is not Severity.INFO]
    return [(one.rule, f"{one.span.line}:{one.span.column}", one.help) for one in findings]


UNIT = f"""\
[Service]
ExecStart=/usr/local/bin/k3s \\
    server \\
        '{OPTION}=audit-policy-file=/etc/rancher/k3s/audit.yaml' \\
        '{OPTION}={LOG}' \\
        '{OPTION}={AGE}'
"""


POLICY_OPTION = f"{OPTION}=audit-policy-file=/p"
FENCE = f"""\
Run

> ```sh
> k3s server \\
>   {POLICY_OPTION} \\
>   {OPTION}={AGE} \\
>   {OPTION}={LOG}
> ```
"""
COMPOSE = f"""\
services:
  server:
    command:
    - server
    - {POLICY_OPTION}
    - {OPTION}={LOG}
    - {OPTION}={AGE}
"""
TASK = f"""\
- name: x
  shell: |
    k3s server {POLICY_OPTION} \\
      {OPTION}={LOG} {OPTION}={AGE}
"""


@pytest.mark.parametrize(
    ("path", "content", "place"),
    [
        ("k3s.service", UNIT, "6:10"),
        ("install.sh", f"k3s server {POLICY_OPTION} {OPTION}={LOG} {OPTION}={AGE}\n", "1:105"),
        ("README.md", FENCE, "6:5"),
        ("compose.yaml", COMPOSE, "7:7"),
        ("task.yml", TASK, "4:58"),
    ],
)
def test_the_same_bad_flag_everywhere(path: str, content: str, place: str) -> None:
    assert ("invalid-flag-value", place, f"Write {OPTION}=audit-log-maxage=30") in told(content, path)
    servers = [one for one in subjects(content, path) if isinstance(one, ApiServer)]
    assert [(one.carrier, one.runs, one.files, one.refused_by) for one in servers[-1:]] == [
        ("k3s", Runs.PROCESS, Files.HOST, frozenset({"flags"}))
    ]


def test_a_command_in_a_fence_is_one() -> None:
    content = f"> ```sh\n> k3s server \\\n>   {OPTION}={LOG} \\\n>   {OPTION}=audit-log-maxage=3\n> ```\n"
    assert texts(only(ApiServer, content, "README.md")) == ["--audit-log-maxage=3", f"--{LOG}"]


def test_what_a_script_starts_and_what_it_writes() -> None:
    content = f"cat <<EOF >/etc/a.yaml\n{POLICY}EOF\nk3s server {OPTION}=audit-policy-file=/etc/a.yaml\n"
    policy, server = subjects(content, "setup.sh")
    assert isinstance(policy, PolicySubject)
    assert isinstance(server, ApiServer)


def test_the_release_and_the_tool_of_an_install_line() -> None:
    content = f'INSTALL_RKE2_VERSION=v1.30.4+rke2r1 INSTALL_RKE2_EXEC="server {OPTION}={LOG}" sh -\n'
    server = only(ApiServer, content, "install.sh")
    assert (server.carrier, server.minor, server.runs) == ("rke2", 30, Runs.STATIC_POD)


MINIKUBE = "--extra-config=apiserver."


def test_minikube_makes_a_static_pod_without_mounts_of_the_user() -> None:
    content = (
        f"minikube start --kubernetes-version=v1.33.1 {MINIKUBE}audit-policy-file=/etc/kubernetes/p.yaml"
        f" {MINIKUBE}audit-log-path=/var/log/a.log --extra-config=kubelet.v=2\n"
    )
    server = only(ApiServer, content, "start.sh")
    assert (server.carrier, server.minor, server.runs, server.files) == ("minikube", 33, Runs.STATIC_POD, Files.MOUNTS)
    assert texts(server) == ["--audit-log-path=/var/log/a.log", "--audit-policy-file=/etc/kubernetes/p.yaml"]
    found = {rule: help for rule, _, help in told(content, "start.sh")}
    assert found["policy-not-mounted"] == (
        f"Put that file into /etc/ssl/certs, and write {MINIKUBE}audit-policy-file=/etc/ssl/certs/p.yaml"
    )
    assert found["log-not-mounted"].startswith(f"Write {MINIKUBE}audit-log-path=-")
    good = content.replace("/etc/kubernetes/p", "/etc/ssl/certs/p").replace("/var/log/a.log", "-")
    assert told(good, "start.sh") == []


def test_names_of_minikube_before_1_12() -> None:
    content = f"minikube start {MINIKUBE}Audit.LogOptions.Path=/a {MINIKUBE}Audit.PolicyFile=/b\n"
    assert [one for one in told(content, "start.sh") if one[0] == "unknown-flag"] == [
        ("unknown-flag", "1:16", f"Write {MINIKUBE}audit-log-path=/a"),
        ("unknown-flag", "1:66", f"Write {MINIKUBE}audit-policy-file=/b"),
    ]


def test_a_profile_that_minikube_keeps() -> None:
    content = (
        '{"Name": "minikube", "KubernetesConfig": {"KubernetesVersion": "v1.31.0", "ExtraOptions": ['
        '{"Component": "kubelet", "Key": "v", "Value": "2"},\n'
        '{"Component": "apiserver", "Key": "audit-policy-file", "Value": "/etc/ssl/certs/p.yaml"},\n'
        '{"Component": "apiserver", "Key": "audit-log-maxage", "Value": "x"},\n'
        '{"Component": "apiserver", "Key": "audit-log-path", "Value": "-"}]}}'
    )
    assert only(ApiServer, content, "config.json").minor == 31
    assert [(rule, place) for rule, place, _ in told(content, "config.json")] == [("invalid-flag-value", "3:64")]


@pytest.mark.parametrize("value", ["$AGE", "${AGE}", "$(cat age)", "{{ age }}", "<age>"])
def test_of_what_only_a_shell_knows_nothing_is_said(value: str) -> None:
    content = f'k3s server "{OPTION}={LOG}" "{OPTION}=audit-policy-file=/p" "{OPTION}=audit-log-maxage={value}"\n'
    assert told(content, "start.sh") == []
