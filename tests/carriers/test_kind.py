"""kind: how its patches are merged, which never apply, and what has to be mounted into its nodes."""

from __future__ import annotations

import pytest

from auditlint import lint
from auditlint.finding import Severity
from auditlint.lint import Source
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer
from tests.carriers.forms import FOLDER, FORMS, GOOD, POLICY, _section
from tests.carriers.recognition import only, subjects, texts


def check(content: str) -> list[tuple[str, int, bool]]:
    report = lint.check([Source("kind.yaml", named=True, data=content.encode())], Settings())
    assert not report.crashed
    live = [one for one in report.findings if one.severity > Severity.INFO and one.suppressed is None]
    return [(one.rule, one.span.line, one.refused) for one in live]


def cluster(*nodes: str, patches: tuple[str, ...] = (), minor: int | None = 34) -> str:
    image = f"  image: kindest/node:v1.{minor}.0\n" if minor else ""
    written = "".join(f"- role: control-plane\n{image}{node}" for node in nodes)
    return f"kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n{written}kubeadmConfigPatches:\n" + "".join(
        patches
    )


def patch(body: str, version: str = "", kind: str = "ClusterConfiguration", indent: str = "") -> str:
    head = [f"apiVersion: kubeadm.k8s.io/{version}"] if version else []
    lines = [*head, f"kind: {kind}", *body.splitlines()]
    return f"{indent}- |\n" + "".join(f"{indent}  {line}\n" for line in lines)


def args(**flags: str) -> str:
    lines = "".join(f"    {name.replace('_', '-')}: '{value}'\n" for name, value in flags.items())
    return f"apiServer:\n  extraArgs:\n{lines}"


@pytest.mark.parametrize("minor", [34, 37])
def test_later_patches_win_and_those_of_the_node_come_last(minor: int) -> None:
    node = "  kubeadmConfigPatches:\n" + patch(args(audit_log_maxage="3"), indent="  ")
    first = patch(args(audit_log_maxage="1", audit_log_path="/a/1.log"))
    second = patch(args(audit_log_maxage="2", audit_log_maxbackup="2"))
    server = only(ApiServer, cluster(node, patches=(first, second), minor=minor))
    assert [text for text in texts(server) if "audit" in text] == [
        "--audit-log-maxage=3",
        "--audit-log-maxbackup=2",
        "--audit-log-path=/a/1.log",
    ]
    assert [server.places.key(argument.path).line for argument in server.arguments] == [11, 24, 18]
    assert (server.minor, server.carrier, server.complete) == (minor, "kind", True)


def test_null_takes_away() -> None:
    gone = patch("apiServer:\n  extraArgs:\n    audit-log-maxage: null\n")
    server = only(ApiServer, cluster("", patches=(patch(args(audit_log_maxage="1", v="2")), gone)))
    assert texts(server) == ["--v=2"]


@pytest.mark.parametrize(
    ("minor", "version", "pairs", "expected"),
    [
        (34, "", False, []),
        (34, "v1beta3", False, []),
        (34, "v1beta2", False, ["patch-never-applies"]),
        (34, "v1beta4", True, ["patch-never-applies"]),
        (34, "", True, ["wrong-args-shape"]),
        (36, "", False, []),
        (36, "", True, []),
        (36, "v1beta4", True, []),
        (36, "v1beta4", False, ["wrong-args-shape"]),
        (36, "v1beta3", False, ["patch-never-applies"]),
        (22, "v1beta2", False, []),
    ],
)
def test_versions_and_shapes(minor: int, version: str, expected: list[str], *, pairs: bool) -> None:
    mounts = f"  extraMounts: [{{hostPath: ., containerPath: {FOLDER}}}]\n"
    content = cluster(mounts, patches=(patch(_section(GOOD, pairs=pairs), version),), minor=minor)
    assert [found[0] for found in check(content)] == expected


def test_of_an_assumed_release_the_version_is_only_a_warning() -> None:
    content = cluster(patches=(patch(args(audit_log_maxage="x"), "v1beta3"),), minor=None)
    rules = {found[0] for found in check(content)}
    assert rules == {"patch-never-applies", "invalid-flag-value", "auditing-off"}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (cluster("", patches=(patch(args(audit_log_maxage="7"), kind="ClusterConfig"),)), 8),
        (cluster("", "  kubeadmConfigPatches:\n" + patch(args(audit_log_maxage="7"), indent="  ")), 10),
    ],
)
def test_patches_of_other_kinds_and_nodes(content: str, line: int) -> None:
    assert check(content) == [("patch-never-applies", line, False)]


def with_chain(*mounts: str) -> str:
    nodes = [f"  extraMounts:\n  - hostPath: ./audit\n    containerPath: {path}\n" if path else "" for path in mounts]
    return cluster(*nodes, patches=(patch(_section(GOOD)),))


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        ((FOLDER,), []),
        (("/etc/kubernetes",), []),
        ((POLICY,), []),
        (("/etc/kubernetes/audits",), [("broken-mount-chain", 20, True)]),
        (("",), [("broken-mount-chain", 17, True)]),
        ((FOLDER, FOLDER), []),
        ((FOLDER, ""), [("broken-mount-chain", 9, True)]),
        (("", FOLDER), [("broken-mount-chain", 4, True)]),
    ],
)
def test_both_steps_on_every_node(mounts: tuple[str, ...], expected: list[tuple[str, int, bool]]) -> None:
    content = with_chain(*mounts)
    assert check(content) == expected
    assert ("files" in only(ApiServer, content).refused_by) == bool(expected)


def test_an_image_of_ones_own_may_hold_the_file() -> None:
    assert check(with_chain("").replace("kindest/node:v1.34.0", "registry.example.com/mine:v1.34.0")) == []


def test_the_policy_is_the_file_that_is_mounted() -> None:
    policy = "apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules:\n- level: Metadata\n"
    files = {"kind.yaml": with_chain(POLICY).replace("./audit\n", "./my-policy.yaml\n"), "my-policy.yaml": policy}
    report = lint.check([Source(path, named=True, data=text.encode()) for path, text in files.items()], Settings())
    assert [(one.path, one.kubernetes, one.refused_by) for one in report.subjects] == [
        ("kind.yaml", "1.34", ("policy",)),
        ("my-policy.yaml", "1.34", ("policy",)),
    ]


@pytest.mark.parametrize(
    ("minor", "version", "path", "value", "expected"),
    [
        (34, "v1beta3", "/apiServer/extraArgs/audit-log-maxage", "'7'", []),
        (36, "v1beta4", "/apiServer/extraArgs/-", "{name: audit-log-maxage, value: '7'}", []),
        (36, "v1beta4", "/apiServer/extraArgs/audit-log-maxage", "'7'", [("patch-never-applies", 13, False)]),
        (34, "v1beta3", "/apiServer/extraVolumes/-", "{name: a}", [("patch-never-applies", 13, False)]),
        (34, "v1beta4", "/apiServer/extraArgs/-", "{name: v, value: '7'}", [("patch-never-applies", 9, False)]),
    ],
)
def test_json_patches(minor: int, version: str, path: str, value: str, expected: list[tuple[str, int, bool]]) -> None:
    head = cluster("", minor=minor).removesuffix("kubeadmConfigPatches:\n")
    entry = f"- kind: ClusterConfiguration\n  group: kubeadm.k8s.io\n  version: {version}\n  patch: |\n"
    operation = f"    - op: add\n      value: {value}\n      path: {path}\n"
    content = f"{head}kubeadmConfigPatchesJSON6902:\n{entry}{operation}"
    found = [one for one in check(content) if one[0] != "auditing-off"]
    assert found == expected
    if not expected:
        assert texts(only(ApiServer, content)) == ["--audit-log-maxage=7"]


def test_ignores_work_in_patches() -> None:
    content = (
        FORMS["kind"]
        .write(GOOD | {"audit-log-maxage": "30d"})
        .replace('maxage: "30d"', 'maxage: "30d" # auditlint: ignore[invalid-flag-value] later')
    )
    assert check(content) == []


@pytest.mark.parametrize(
    "content",
    [
        cluster(""),
        cluster("", patches=(patch("nodeRegistration: {name: audit}\n", kind="InitConfiguration"),)),
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nkubeadmConfigPatches: audit\nnodes: [1, {role: [x]}]\n",
    ],
)
def test_nothing_about_auditing(content: str) -> None:
    assert subjects(content) == ()


def test_what_is_made_to_take_long_ends() -> None:
    many = "".join(f"    a{number}: b\n" for number in range(3_000))
    aliases = patch(f"apiServer:\n  extraArgs:\n{many}").replace("- |", "- &a |") + "- *a\n" * 2_000
    operation = "    - {op: add, path: /apiServer/extraArgs/b, value: c}\n"
    head = "kubeadmConfigPatchesJSON6902:\n- kind: ClusterConfiguration\n  group: kubeadm.k8s.io\n  version: v1beta3\n"
    content = cluster("", patches=(aliases,)) + f"{head}  patch: |\n{operation * 3_000}"
    for minor in (34, 36):
        assert any(isinstance(one, ApiServer) for one in subjects(content.replace("v1.34", f"v1.{minor}")))
