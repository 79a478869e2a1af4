"""Which containers run kube-apiserver, and with which arguments."""

from __future__ import annotations

import pytest

from auditlint.subjects.model import ApiServer
from tests.carriers.recognition import only, pod, subjects, texts


@pytest.mark.parametrize(
    "container",
    [
        "command: [kube-apiserver, --audit-log-path=/a]",
        "command: [/usr/local/bin/kube-apiserver, --audit-log-path=/a]",
        "command: [/hyperkube, kube-apiserver, --audit-log-path=/a]",
        "command: [/hyperkube, apiserver, --audit-log-path=/a]",
        "command: [kube-apiserver]\nargs: [--audit-log-path=/a]",
        "args: [--audit-log-path=/a]",
        "args: [kube-apiserver, --audit-log-path=/a]",
        "command: [/go-runner, --log-file=/x, /usr/local/bin/kube-apiserver, --audit-log-path=/a]",
        "command: [/sbin/tini, --, kube-apiserver, --audit-log-path=/a]",
        "command: [/bin/sh, -c, exec kube-apiserver --audit-log-path=/a]",
        "command: [/bin/sh, -c]\nargs: ['kube-apiserver --audit-log-path=/a 2>&1 | tee /x']",
        "command: [/bin/bash, -ec, 'set -x; if true; then A=1 exec /bin/kube-apiserver --audit-log-path=/a; fi']",
        "command: [bash, -o, pipefail, -c, 'kube-apiserver --audit-log-path=/a']",
        "command: [sh, -c]\nargs:\n- |\n  # kube-apiserver --v=2\n  kube-apiserver \\\n    --audit-log-path=/a\n",
        "command: [sh, -c, 'kube-apiserver \"$@\"', --, --audit-log-path=/a]",
        'command: ["/usr/bin/env", "X=1", "kube-apiserver", "--audit-log-path=/a"]',
    ],
)
def test_ways_to_run_it(container: str) -> None:
    server = only(ApiServer, pod(container))
    assert texts(server) == ["--audit-log-path=/a"]
    assert (server.carrier, server.minor, server.opaque) == ("static-pod", 29, False)


@pytest.mark.parametrize(
    "container",
    [
        "command: [kube-controller-manager, --audit-log-path=/a]",
        "command: [pgrep, kube-apiserver]",
        "command: [sh, -c, 'echo kube-apiserver --audit-log-path=/a']",
        "command: [sh, /kube-apiserver.sh]",
        "command: [/watcher]\nargs: [--audit-log-path=/a]",
        "command: [/hyperkube, kubelet]",
        "command: {kube-apiserver: true}",
        "command: 3",
    ],
)
def test_other_programs(container: str) -> None:
    assert subjects(pod(container)) == ()


def test_arguments_after_flags_keep_their_paths() -> None:
    container = "command: [kube-apiserver, --audit-log-path]\nargs: [/a, --v=2]"
    server = only(ApiServer, pod(container))
    base = ("spec", "containers", 0)
    assert [argument.path for argument in server.arguments] == [
        (*base, "command", 1),
        (*base, "args", 0),
        (*base, "args", 1),
    ]
    assert server.arguments_path == (*base, "args")


def test_all_of_a_script_is_at_its_item() -> None:
    server = only(ApiServer, pod("command:\n- sh\n- -c\n- kube-apiserver --v=2 --audit-log-path=/a"))
    assert {argument.path for argument in server.arguments} == {("spec", "containers", 0, "command", 2)}
    assert server.places.value(server.arguments[0].path).line == 11


def test_the_kubelet_expands_known_variables() -> None:
    environment = "env: [{name: ROOT, value: /var}, {name: DIR, value: $(ROOT)/log}]"
    server = only(
        ApiServer, pod(f"command: [kube-apiserver, --audit-log-path=$(DIR)/a, --x=$$(DIR), --y=$(NO)]\n{environment}")
    )
    assert texts(server) == ["--audit-log-path=/var/log/a", "--x=$(DIR)", "--y=$(NO)"]
    assert not server.opaque


@pytest.mark.parametrize(
    "container",
    [
        "command: [kube-apiserver, --v=2, --audit-log-path=$(DIR)]\nenv: [{name: DIR, valueFrom: {}}]",
        "command: [kube-apiserver, --v=2, --audit-log-path, $(DIR)]\nenv: [{name: DIR, valueFrom: {}}]",
        "command: [kube-apiserver, --v=2, $(MORE)]\nenvFrom: [{configMapRef: {name: x}}]",
        "command: [kube-apiserver, --v=2, '--audit-log-path=$(A_SERVICE_HOST)']",
        "command: [kube-apiserver, --v=2, '--audit-log-path={{ .Values.path }}']",
        "command: [kube-apiserver, --v=2, '{{ .Values.more }}']",
        "command: [kube-apiserver, --v=2, '--audit-log-path=<path>']",
        "command: [sh, -c, 'kube-apiserver --v=2 --audit-log-path=$DIR']",
        "command: [sh, -c, 'kube-apiserver --v=2 $MORE']",
        "command: [sh, -c, 'kube-apiserver --v=2 {{ join \" \" .Values.more }}']",
        "command: [kube-apiserver, --v=2, 3]",
        "command: [kube-apiserver, --v=2, {--audit-log-path: /a}]",
    ],
)
def test_what_only_run_time_knows_is_left_out(container: str) -> None:
    server = only(ApiServer, pod(container))
    assert texts(server) == ["--v=2"]
    assert server.opaque
    assert not server.complete


def test_an_unknown_value_of_another_flag_hides_nothing() -> None:
    container = (
        "command: [kube-apiserver, --advertise-address=$(IP), --etcd-servers, $(IP)]\nenv: [{name: IP, valueFrom: {}}]"
    )
    server = only(ApiServer, pod(container))
    assert texts(server) == []
    assert server.complete


def test_items_that_are_no_strings() -> None:
    server = only(ApiServer, pod("command: [kube-apiserver, --v=2, 3, ~, {a: b}]\nargs: x"))
    assert [one.path[3:] for one in server.not_text] == [("command", 2), ("command", 4), ("args",)]
