"""No document can make a recogniser fail, and what holds no word about auditing is not parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.carriers.first_look import may_hold_subject
from auditlint.carriers.recognise import Found, link, recognise
from auditlint.lint.summaries import of_subject
from auditlint.subjects.model import ApiServer
from tests.carriers.recognition import POLICY, found, only, pod, subjects

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

KEYS = (
    *("apiVersion", "kind", "rules", "level", "items", "spec", "template", "jobTemplate", "containers", "command"),
    *("initContainers", "args", "env", "name", "value", "valueFrom", "image", "volumeMounts", "mountPath", "subPath"),
    *("volumes", "hostPath", "path", "type", "projected", "sources", "securityContext", "runAsUser", "op", "users"),
    *(
        "apiServer",
        "extraArgs",
        "extraVolumes",
        "readOnly",
        "pathType",
        "certificatesDir",
        "etcd",
        "external",
        "caFile",
    ),
)
WORDS = (
    *(
        "audit.k8s.io/v1",
        "kubeadm.k8s.io/v1beta4",
        "ClusterConfiguration",
        "Policy",
        "Pod",
        "List",
        "Deployment",
        "AuditSink",
        "kube-apiserver",
        "sh",
        "-c",
        "None",
        "x",
    ),
    *("--audit-log-path=/a", "--audit-policy-file", "$(X)", "{{ .x }}", "/spec/containers/0/command/-", "add", "audit"),
)


def documents() -> SearchStrategy[object]:
    leaf = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS)
    return st.recursive(
        leaf,
        lambda below: st.lists(below, max_size=4) | st.dictionaries(st.sampled_from(KEYS), below, max_size=6),
        max_leaves=30,
    )


@given(st.lists(documents(), min_size=1, max_size=3), st.sampled_from((None, "policy", "pod", "kubeadm", "flags")))
@settings(max_examples=300, deadline=None)
def test_any_shape_is_taken(values: list[object], as_kind: str | None) -> None:
    text = yaml.dump_all(values)
    linked = link(recognise("x.yaml", text.encode(), as_kind=as_kind, named=True, minor=None).subjects)
    for subject in linked.subjects:
        entry = of_subject(subject, linked)
        assert entry is None or entry.path == "x.yaml"


@given(st.binary(max_size=60), st.sampled_from((None, "policy", "pod", "kubeadm", "flags")))
@settings(deadline=None)
def test_any_bytes_are_taken(data: bytes, as_kind: str | None) -> None:
    result = recognise("x.yaml", data, as_kind=as_kind, named=True, minor=None)
    if as_kind in {"policy", "flags"}:
        assert len(result.subjects) == 1


@pytest.mark.parametrize("piece", ["$(", "${", "{{", "<a", "`", "'", "\\\\", "$$", "a ", "$(a) "])
def test_long_arguments_take_linear_time(piece: str) -> None:
    text = pod(f'command: [sh, -c, "kube-apiserver {piece * 20_000}"]')
    (server,) = subjects(text)
    assert isinstance(server, ApiServer)


@pytest.mark.parametrize(
    "data",
    [
        POLICY.encode("utf-16"),
        ("\ufeff" + POLICY).encode("utf-16-be"),
        POLICY.replace("audit", "Audit").encode(),
        POLICY.replace("audit", "AUDIT").encode(),
        b"rules:\n- level: None",
        b'[{"level" : "None"}]',
        b"- 'level': None",
        pod("command: [/hyperkube, apiserver]").encode(),
        b"kind: Config\ncurrent-context: hook",
    ],
)
def test_words_that_make_a_file_worth_reading(data: bytes) -> None:
    assert may_hold_subject(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: [{args: [--log-level=info]}]}}}",
        b"loglevel: 3\nlevels: []",
        "kind: Service".encode("utf-16"),
    ],
)
def test_files_that_are_not_parsed(data: bytes) -> None:
    assert not may_hold_subject(data)
    assert found(data, named=False) == Found()


def test_variables_that_double_are_bounded() -> None:
    lines = "".join(f"- {{name: V{one}, value: $(V{one - 1})$(V{one - 1})}}\n" for one in range(1, 60))
    container = f"command: [kube-apiserver, --audit-log-path=/$(V59), --v=2]\nenv:\n- {{name: V0, value: xx}}\n{lines}"
    server = only(ApiServer, pod(container))
    assert server.opaque
    assert [argument.text for argument in server.arguments] == ["--v=2"]
