"""kube-apiserver started by systemd or a snap: units, files of variables, files of arguments."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint import lint, registry
from auditlint.carriers.recognise import link
from auditlint.finding import Severity
from auditlint.kubernetes.container import Files
from auditlint.lint import Source
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer, PolicySubject, Runs
from tests.carriers.recognition import POLICY, only, subjects, texts

registry.load()

UNIT = """\
[Unit]
Description=Kubernetes API Server

[Service]
ExecStart=/usr/local/bin/kube-apiserver \\
  --audit-policy-file=/etc/kubernetes/policy.yaml \\
# the log
  --audit-log-path=/var/log/kubernetes/audit/audit.log \\
  '--audit-log-maxage=30' \\
  --audit-log-maxbackup 10 \\
  --audit-log-maxsize="100" \\
  --v=2
Restart=on-failure
ExecStartPost=/bin/echo --audit-log-maxage=x
"""
ARGUMENTS = [
    "--audit-policy-file=/etc/kubernetes/policy.yaml",
    "--audit-log-path=/var/log/kubernetes/audit/audit.log",
    "--audit-log-maxage=30",
    "--audit-log-maxbackup",
    "10",
    "--audit-log-maxsize=100",
]


def told(content: str, path: str) -> list[tuple[str, str, str]]:
    """Return the rule, the place and the help of each error and warning."""
    report = lint.check([Source(path, named=True, data=content.encode())], Settings())
    assert not report.crashed
    findings = [one for one in report.findings if one.severity is not Severity.INFO]
    return [(one.rule, f"{one.span.line}:{one.span.column}", one.help) for one in findings]


def test_a_unit_is_the_whole_command_line_on_the_host() -> None:
    server = only(ApiServer, UNIT, "kube-apiserver.service")
    assert (server.carrier, server.runs, server.files, server.complete) == ("systemd", Runs.PROCESS, Files.HOST, True)
    assert texts(server) == [*ARGUMENTS, "--v=2"]
    assert told(UNIT, "kube-apiserver.service") == []


@pytest.mark.parametrize(
    ("changed", "rule", "place", "help"),
    [
        (("maxage=30", "maxage=30d"), "invalid-flag-value", "9:3", "Write --audit-log-maxage=30"),
        (('="100"', '=" 100"'), "invalid-flag-value", "11:3", "Write --audit-log-maxsize=100"),
        (("  --audit-policy-file=/etc/kubernetes/policy.yaml \\\n", ""), "backend-without-policy", "7:3", "Add a pol"),
        (("/kubernetes/audit/audit.log", "/"), "log-path-is-folder", "8:3", ""),
    ],
)
def test_rules_work_at_the_words(changed: tuple[str, str], rule: str, place: str, help: str) -> None:
    ((name, where, advice),) = told(UNIT.replace(*changed), "kube-apiserver.service")
    assert (name, where) == (rule, place)
    assert advice.startswith(help)


@pytest.mark.parametrize(
    "line",
    [
        "ExecStart=-/bin/sh -c 'exec kube-apiserver {}'",
        "ExecStart = @/opt/kube-apiserver {}",
        "ExecStart={{{{ bin_dir }}}}/kube-apiserver {}",
        "ExecStart=/usr/bin/hyperkube apiserver {}",
    ],
)
def test_ways_to_start_it(line: str) -> None:
    server = only(ApiServer, f"[Service]\n{line.format(' '.join(ARGUMENTS))}\n", "a.service")
    assert texts(server) == ARGUMENTS
    assert server.complete


@pytest.mark.parametrize("more", ["$ARGS", "${ARGS}", "--feature-gates=${GATES}"])
def test_of_variables_nothing_is_said(more: str) -> None:
    content = UNIT.replace("  --audit-policy-file=/etc/kubernetes/policy.yaml", f"  {more}")
    assert told(content, "a.service") == []


def test_a_template_with_conditions_is_not_all_there_is() -> None:
    content = UNIT.replace("# the log\n", "{% if audit %}\n").replace("  --v=2", "{% endif %}\n  --v=2")
    assert texts(only(ApiServer, content, "kube-apiserver.service.j2")) == [*ARGUMENTS, "--v=2"]
    without = content.replace("  --audit-policy-file=/etc/kubernetes/policy.yaml \\\n", "")
    assert told(without, "kube-apiserver.service.j2") == []


BUTANE = """\
systemd:
  units:
  - name: a.service
    contents: |
      [Service]
      ExecStart=/bin/kube-apiserver \\
        --audit-log-maxage=30d
"""


@pytest.mark.parametrize(
    ("path", "content", "place"),
    [
        ("etc/default/kube-apiserver", 'KUBE_API_ARGS="--v=2 --audit-log-maxage=30d"\n', "1:22"),
        ("kube-apiserver.conf", 'OPTS="--v=2 \\\n  --secure-port=6443 \\\n--audit-log-maxage=30d \\\n--v=3"\n', "3:1"),
        ("a.env", "export ARGS='--audit-log-maxage=30d'\n", "1:14"),
        ("a.service", '[Service]\nEnvironment="ARGS=--v=2 --audit-log-maxage=30d"\nExecStart=/x $ARGS\n', "2:25"),
        ("butane.yaml", BUTANE, "7:9"),
        ("var/snap/microk8s/current/args/kube-apiserver", "--v=2\n--audit-log-maxage=30d\n", "2:1"),
    ],
)
def test_the_same_bad_flag_everywhere(path: str, content: str, place: str) -> None:
    assert ("invalid-flag-value", place, "Write --audit-log-maxage=30") in told(content, path)


def test_what_no_variable_says_is_not_absent() -> None:
    assert told('ARGS="--audit-log-path=/var/log/kubernetes/audit/audit.log"\n', "etc/sysconfig/kube-apiserver") == []


def test_a_file_without_an_ending_is_found_in_a_search() -> None:
    assert only(ApiServer, "--audit-log-path=/a\n", "args/kube-apiserver").carrier == "snap"


def test_a_snap_knows_its_folders() -> None:
    path = "var/snap/microk8s/current/args/"
    server = only(
        ApiServer,
        "# comment\n--audit-policy-file=${SNAP_DATA}/args/audit-policy.yaml\n--audit-log-path=$SNAP_COMMON/audit.log\n"
        '--v="2"\n',
        f"{path}kube-apiserver",
    )
    assert texts(server) == [
        "--audit-policy-file=/var/snap/microk8s/current/args/audit-policy.yaml",
        "--audit-log-path=/var/snap/microk8s/common/audit.log",
        "--v=2",
    ]
    assert (server.runs, server.files, server.complete) == (Runs.PROCESS, Files.HOST, True)
    (policy,) = subjects(POLICY, f"{path}audit-policy.yaml")
    assert isinstance(policy, PolicySubject)
    assert link([server, policy]).policy_of[server].path == policy.path


@given(st.text(st.sampled_from("-'\"\\=\n $#;{%}aE "), max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_borne(text: str) -> None:
    content = text.replace("E", "\nExecStart=/bin/kube-apiserver ").replace("a", "A=--audit-log-path")
    for path in ("a.service", "args/kube-apiserver", "a.env"):
        told(content, path)


LAUNCH = """\
version: 0.1.0
extraKubeAPIServerArgs:
  --audit-policy-file: "\\$SNAP_DATA/args/audit-policy.yaml"
  --audit-log-maxage: "30d"
"""


def test_what_a_launch_configuration_of_microk8s_adds() -> None:
    content = LAUNCH.replace("\\\\", "\\").replace('"\\$', "'\\$").replace('yaml"', "yaml'")
    server = only(ApiServer, content, "launch.yaml")
    assert texts(server)[0] == "--audit-policy-file=/var/snap/microk8s/current/args/audit-policy.yaml"
    assert told(content, "launch.yaml") == [("invalid-flag-value", "4:3", 'Write --audit-log-maxage: "30"')]


IGNORED = "# auditlint: ignore[backend-without-policy] x\n"
FLAG = "--audit-log-path=/var/log/a/b.log\n"
COMMENTED = f"[Service]\n{IGNORED}ExecStart=/bin/kube-apiserver \\\n  {FLAG}"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.service", COMMENTED),
        ("args/kube-apiserver", f"--v=2\n{IGNORED}{FLAG}"),
        ("args/kube-apiserver", f"--v=2\n{FLAG.strip()} {IGNORED}"),
        ("a.sh", f"{IGNORED}k3s server \\\n  --kube-apiserver-arg={FLAG[2:]}"),
        ("a.sh", f"k3s server --kube-apiserver-arg={FLAG[2:].strip()} {IGNORED}"),
        ("a.sh", f"cat <<'EOF' >k3s.service\n{COMMENTED}EOF\n"),
    ],
)
def test_comments_hide_what_they_name(path: str, content: str) -> None:
    report = lint.check([Source(path, named=True, data=content.encode())], Settings())
    live = [(one.rule, one.suppressed is not None) for one in report.findings if one.severity is not Severity.INFO]
    assert live == [("backend-without-policy", True)]
