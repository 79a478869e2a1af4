"""kubeadm's ClusterConfiguration: the rules find what they find in a Pod, where it stands and in kubeadm's spelling."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from auditlint import lint, registry
from auditlint.carriers.candidate import Candidate
from auditlint.carriers.configurations.cluster_configuration import server
from auditlint.carriers.kubeadm import kind_of
from auditlint.kubernetes.mounts import Part
from auditlint.lint import Source
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer, Runs
from auditlint.text import reader
from auditlint.text.places import NodePlaces
from auditlint.text.plain import plain
from auditlint.text.values import get
from tests.carriers.recognition import only, subjects, texts

registry.load()

POLICY = "/etc/kubernetes/audit/policy.yaml"
LOG = "/var/log/kubernetes/audit/audit.log"
GOOD = {
    "audit-policy-file": POLICY,
    "audit-log-path": LOG,
    "audit-log-maxage": "30",
    "audit-log-maxbackup": "10",
    "audit-log-maxsize": "100",
}


class Mounted(NamedTuple):
    """A mount with its hostPath volume."""

    name: str
    path: str
    type: str = "DirectoryOrCreate"
    read_only: bool = False
    mount_path: str = ""


MOUNTS = (
    Mounted("conf", "/etc/kubernetes/audit", "Directory", read_only=True),
    Mounted("log", "/var/log/kubernetes/audit"),
)


def pod(flags: dict[str, str], mounts: tuple[Mounted, ...], minor: int = 33) -> str:
    lines = [
        *("apiVersion: v1", "kind: Pod", "metadata: {name: kube-apiserver}", "spec:", "  hostNetwork: true"),
        *("  containers:", "  - name: kube-apiserver", f"    image: kube-apiserver:v1.{minor}.0"),
        *(
            "    command:",
            "    - kube-apiserver",
            *(f"    - --{name}={value}" for name, value in sorted(flags.items())),
        ),
        "    volumeMounts:",
    ]
    for one in mounts:
        lines += [f"    - name: {one.name}", f"      mountPath: {one.mount_path or one.path}"]
        lines += ["      readOnly: true"] if one.read_only else []
    lines += ["  volumes:"]
    for one in mounts:
        lines += [f"  - name: {one.name}", "    hostPath:", f"      path: {one.path}"]
        lines += [f"      type: {one.type}"] if one.type else []
    return "\n".join(lines) + "\n"


def kubeadm(flags: dict[str, str], mounts: tuple[Mounted, ...], version: str, minor: int = 33) -> str:
    lines = [f"apiVersion: kubeadm.k8s.io/{version}", "kind: ClusterConfiguration"]
    lines += [f"kubernetesVersion: v1.{minor}.0", "apiServer:", "  extraArgs:"]
    for name, value in flags.items():
        pair = (f"  - name: {name}", f'    value: "{value}"')
        lines += pair if version == "v1beta4" else (f'    {name}: "{value}"',)
    lines += ["  extraVolumes:"]
    for one in mounts:
        lines += [f"  - name: {one.name}", f"    hostPath: {one.path}", f"    mountPath: {one.mount_path or one.path}"]
        lines += ["    readOnly: true"] if one.read_only else []
        lines += [f"    pathType: {one.type}"] if one.type else []
    return "\n".join(lines) + "\n"


class Found(NamedTuple):
    """One finding, and the text that its span covers."""

    rule: str
    severity: str
    refused: bool
    text: str
    pointer: str
    message: str


def findings(content: str, path: str = "file.yaml") -> list[Found]:
    report = lint.check([Source(path, named=True, data=content.encode())], Settings())
    assert not report.crashed
    lines = content.splitlines()
    found = []
    for one in report.findings:
        line = lines[one.span.line - 1]
        end = one.span.end_column - 1 if one.span.end_line == one.span.line else len(line)
        text = line[one.span.column - 1 : end]
        found.append(Found(one.rule, one.severity.word, one.refused, text, one.pointer, f"{one.message}. {one.help}"))
    return found


def brief(content: str) -> list[tuple[str, str, bool]]:
    return sorted(found[:3] for found in findings(content))


FLAGS = [
    GOOD | {"audit-log-maxage": "30d"},
    GOOD | {"audit-log-maxagee": "30"},
    GOOD | {"audit-log-mode": "blocked"},
    GOOD | {"audit-log-maxsize": "0", "audit-log-maxbackup": "0"},
    GOOD | {"audit-log-path": "-"},
    GOOD | {"audit-log-path": "/dev/null"},
    GOOD | {"audit-log-path": "/tmp/audit.log"},
    GOOD | {"audit-policy-file": "policy.yaml"},
    GOOD | {"audit-policy-file": "https://example.com/policy.yaml"},
    GOOD | {"audit-policy-file": "/etc/kubernetes/policy.yaml"},
    GOOD | {"audit-log-format": "legacy", "audit-log-batch-max-size": "5"},
    GOOD | {"audit-webhook-config-file": "/etc/kubernetes/audit/hook", "audit-webhook-mode": "blocking-strict"},
    {name: value for name, value in GOOD.items() if name != "audit-policy-file"},
    {name: value for name, value in GOOD.items() if name in {"audit-policy-file", "audit-log-path"}},
    {"audit-policy-file": POLICY},
    {"v": "2"},
]
SOME_MOUNTS = [
    (MOUNTS[0], Mounted("log", LOG, "FileOrCreate")),
    (MOUNTS[0], Mounted("log", "/var/log/kubernetes/audit", read_only=True)),
    (MOUNTS[0], Mounted("log", "/var/log/kubernetes/audit", "File")),
    (MOUNTS[0]._replace(read_only=False), MOUNTS[1]),
    (MOUNTS[0]._replace(type="folder"), MOUNTS[1]),
    (Mounted("conf", POLICY, "Directory", read_only=True), MOUNTS[1]),
    (Mounted("conf", POLICY, "", read_only=True), MOUNTS[1]),
    (*MOUNTS, Mounted("again", "/srv", mount_path="/etc/kubernetes/audit")),
    (*MOUNTS, Mounted("again", "/srv", mount_path="/etc/kubernetes/audit/")),
    (MOUNTS[0], MOUNTS[1]._replace(path="/tmp/audit", mount_path="/var/log/kubernetes/audit")),
    (MOUNTS[0], MOUNTS[1]._replace(name="Log")),
    MOUNTS[1:],
    MOUNTS[:1],
]


@pytest.mark.parametrize("version", ["v1beta3", "v1beta4"])
@pytest.mark.parametrize("flags", FLAGS)
def test_flags_as_in_a_pod(flags: dict[str, str], version: str) -> None:
    of_pod = brief(pod(flags, MOUNTS))
    assert of_pod
    assert brief(kubeadm(flags, MOUNTS, version)) == of_pod


@pytest.mark.parametrize("version", ["v1beta3", "v1beta4"])
@pytest.mark.parametrize("mounts", SOME_MOUNTS)
def test_mounts_as_in_a_pod(mounts: tuple[Mounted, ...], version: str) -> None:
    of_pod = brief(pod(GOOD, mounts))
    assert of_pod
    assert brief(kubeadm(GOOD, mounts, version)) == of_pod


@pytest.mark.parametrize("version", ["v1beta1", "v1beta2", "v1beta3", "v1beta4"])
def test_what_is_in_order(version: str) -> None:
    assert findings(kubeadm(GOOD, MOUNTS, version)) == []


def only_finding(content: str) -> Found:
    (found,) = findings(content)
    return found


@pytest.mark.parametrize(
    ("flags", "version", "text", "pointer", "words"),
    [
        (
            {"audit-log-maxage": "30d"},
            "v1beta3",
            "audit-log-maxage",
            "/apiServer/extraArgs/audit-log-maxage",
            'Write audit-log-maxage: "30"',
        ),
        (
            {"audit-log-maxage": "30d"},
            "v1beta4",
            '"30d"',
            "/apiServer/extraArgs/2/value",
            'Write - {name: audit-log-maxage, value: "30"}',
        ),
        (
            {"audit-log-maxagee": "30"},
            "v1beta3",
            "audit-log-maxagee",
            "/apiServer/extraArgs/audit-log-maxagee",
            '1.33 has no flag "audit-log-maxagee"',
        ),
        (
            {"audit-log-maxagee": "30"},
            "v1beta4",
            "name: audit-log-maxagee",
            "/apiServer/extraArgs/5",
            'Write - {name: audit-log-maxage, value: "30"}',
        ),
        (
            {"audit-policy-file": "/etc/policy.yaml"},
            "v1beta3",
            "audit-policy-file",
            "/apiServer/extraArgs/audit-policy-file",
            "no extraVolumes entry covers /etc/policy.yaml",
        ),
        (
            {"audit-policy-file": "/etc/policy.yaml"},
            "v1beta4",
            "name: audit-policy-file",
            "/apiServer/extraArgs/0",
            "pathType: File, ",
        ),
    ],
)
def test_where_flags_stand(flags: dict[str, str], version: str, text: str, pointer: str, words: str) -> None:
    found = only_finding(kubeadm(GOOD | flags, MOUNTS, version))
    assert (found.text, found.pointer) == (text, pointer)
    assert words in found.message


@pytest.mark.parametrize(
    ("mounts", "text", "pointer", "words"),
    [
        ((MOUNTS[0], Mounted("log", LOG, "FileOrCreate")), LOG, "/1/mountPath", "pathType: DirectoryOrCreate, "),
        ((MOUNTS[0], MOUNTS[1]._replace(read_only=True)), "true", "/1/readOnly", "Delete `readOnly: true`"),
        ((MOUNTS[0], MOUNTS[1]._replace(type="dir")), "dir", "/1/pathType", 'pathType "dir" does not exist'),
        ((MOUNTS[0]._replace(read_only=False), MOUNTS[1]), "name", "/0/readOnly", "Add `readOnly: true`"),
        ((Mounted("conf", POLICY, "", read_only=True), MOUNTS[1]), "name", "/0/pathType", "Add `pathType: File`"),
        (
            (MOUNTS[0], MOUNTS[1]._replace(path="/tmp/a", mount_path="/var/log/kubernetes/audit")),
            "/tmp/a",
            "/1/hostPath",
            "the log is /tmp/a/audit.log on the host",
        ),
        ((*MOUNTS, Mounted("", "/srv")), "name", "/2/name", "name is invalid in the Pod that kubeadm makes"),
    ],
)
@pytest.mark.parametrize("version", ["v1beta3", "v1beta4"])
def test_where_mounts_stand(mounts: tuple[Mounted, ...], text: str, pointer: str, words: str, version: str) -> None:
    found = only_finding(kubeadm(GOOD, mounts, version))
    assert (found.text, found.pointer) == (text, f"/apiServer/extraVolumes{pointer}")
    assert words in found.message


@pytest.mark.parametrize(
    ("content", "text", "pointer"),
    [
        ("apiServer:\n  extraArgs:\n    v: '2'\n", "extraArgs", "/apiServer/extraArgs"),
        ("apiServer:\n  certSANs: [audit]\n", "apiServer", "/apiServer"),
        ("clusterName: audit\n", "apiVersion", ""),
    ],
)
def test_missing_flags_are_reported_at_what_lacks_them(content: str, text: str, pointer: str) -> None:
    head = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\n"
    found = only_finding(head + content)
    assert (found.rule, found.text, found.pointer) == ("auditing-off", text, pointer)
    assert 'audit-policy-file: "/etc/kubernetes/audit-policy.yaml"' in found.message


@pytest.mark.parametrize("version", ["v1beta3", "v1beta4"])
@pytest.mark.parametrize(
    "policy",
    [
        "/etc/kubernetes/pki/policy.yaml",
        "/etc/ssl/certs/policy.yaml",
        "/usr/share/ca-certificates/policy.yaml",
        "/etc/pki/tls/certs/policy.yaml",
    ],
)
def test_what_kubeadm_mounts_by_itself(policy: str, version: str) -> None:
    assert findings(kubeadm(GOOD | {"audit-policy-file": policy}, MOUNTS[1:], version)) == []


@pytest.mark.parametrize(("minor", "rules"), [(30, []), (31, ["policy-not-mounted"])])
def test_the_rest_of_etc_pki(minor: int, rules: list[str]) -> None:
    content = kubeadm(GOOD | {"audit-policy-file": "/etc/pki/audit/policy.yaml"}, MOUNTS[1:], "v1beta3", minor)
    assert [found.rule for found in findings(content)] == rules


def test_a_log_in_a_folder_that_kubeadm_mounts() -> None:
    content = kubeadm(GOOD | {"audit-log-path": "/etc/ssl/certs/audit.log"}, MOUNTS[:1], "v1beta3")
    found = only_finding(content)
    assert (found.rule, found.refused, found.text) == ("log-mount-read-only", True, "audit-log-path")
    assert "is in a folder that kubeadm mounts read-only" in found.message


def test_a_mount_on_one_of_kubeadms() -> None:
    found = only_finding(
        kubeadm(GOOD, (*MOUNTS, Mounted("mine", "/srv/pki", mount_path="/etc/kubernetes/pki")), "v1beta4")
    )
    assert (found.rule, found.refused, found.pointer) == (
        "overlapping-mounts",
        True,
        "/apiServer/extraVolumes/2/mountPath",
    )
    assert "kubeadm mounts it by itself" in found.message


def test_a_mount_in_place_of_one_of_kubeadms() -> None:
    mine = Mounted("k8s-certs", "/srv/pki", mount_path="/etc/kubernetes/pki", read_only=True)
    server = only(ApiServer, kubeadm(GOOD, (*MOUNTS, mine), "v1beta4"))
    assert [v.host_path for v in server.volumes if v.name == "k8s-certs"] == ["/srv/pki"]
    assert not server.refused_by


def test_certificates_elsewhere() -> None:
    content = kubeadm(GOOD | {"audit-policy-file": "/opt/pki/policy.yaml"}, MOUNTS[1:], "v1beta3")
    assert [found.rule for found in findings(content)] == ["policy-not-mounted"]
    assert findings(f"{content}certificatesDir: /opt/pki\n") == []
    etcd = "etcd: {external: {endpoints: [a], caFile: /opt/pki/ca.crt, certFile: /opt/pki/etcd/a.crt}}\n"
    assert findings(content + etcd) == []


@pytest.mark.parametrize(
    "content",
    [
        "kind: ClusterConfiguration\napiServer:\n  extraArgs:\n    audit-log-path: /a/b\n",
        "kind: ClusterConfiguration\napiServer: {extraArgs: [{name: audit-policy-file, value: /a}]}\n",
    ],
)
def test_of_a_patch_nothing_is_missed(content: str) -> None:
    server = only(ApiServer, content)
    assert not server.complete
    assert findings(content) == []


def test_a_patch_is_judged_for_what_it_says() -> None:
    content = "kind: ClusterConfiguration\napiServer:\n  extraArgs:\n    audit-log-maxage: x\n"
    assert [found.rule for found in findings(content)] == ["invalid-flag-value"]


def test_arguments_come_sorted() -> None:
    content = kubeadm({"v": "2", "audit-log-path": "/b", "audit-log-maxage": "7"}, (), "v1beta3")
    server = only(ApiServer, content)
    assert texts(server) == ["--audit-log-maxage=7", "--audit-log-path=/b", "--v=2"]
    assert (server.runs, server.minor, server.carrier) == (Runs.STATIC_POD, 33, "kubeadm")


def test_of_one_name_the_greatest_value_wins() -> None:
    pairs = "".join(f'  - {{name: audit-log-maxage, value: "{value}"}}\n' for value in ("7", "30"))
    content = kubeadm(GOOD, MOUNTS, "v1beta4").replace("  extraVolumes", f"{pairs}  extraVolumes")
    server = only(ApiServer, content)
    assert server.flags.text("audit-log-maxage") == "7"
    found = only_finding(content)
    assert (found.rule, found.pointer) == ("repeated-flag", "/apiServer/extraArgs/5")
    assert 'kubeadm sorts them, only the last counts: "30" is ignored' in found.message


@pytest.mark.parametrize(
    "arguments",
    [
        "extraArgs:\n    audit-log-maxage: '{{ age }}'\n    audit-log-path: /a/audit.log",
        "extraArgs: <arguments>",
        "extraArgs:\n    audit-log-path: /a/audit.log\n  extraVolumes: <volumes>",
        "extraArgs:\n    audit-log-path: /a/audit.log\n  extraVolumes: [{name: a, hostPath: <log>, mountPath: /a}]",
    ],
)
def test_of_a_template_nothing_is_missed(arguments: str) -> None:
    content = f"apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\n# audit\napiServer:\n  {arguments}\n"
    assert not only(ApiServer, content).complete
    assert {found.rule for found in findings(content)} <= {"unrendered-template"}


@pytest.mark.parametrize(
    "content",
    [
        "apiVersion: installer.kubesphere.io/v1alpha1\nkind: ClusterConfiguration\nspec: {auditing: {enabled: true}}\n",
        "apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\nnodeRegistration: {name: audit}\n",
    ],
)
def test_other_kinds(content: str) -> None:
    assert subjects(content) == ()


def test_numbers_are_taken_for_what_is_meant() -> None:
    content = kubeadm(GOOD, MOUNTS, "v1beta3").replace('maxage: "30"', "maxage: 30").replace('backup: "10"', "backup:")
    assert only(ApiServer, content).flags.text("audit-log-maxage") == "30"


def test_other_documents_of_the_file() -> None:
    init = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\n---\n"
    server = only(ApiServer, init + kubeadm(GOOD, MOUNTS, "v1beta3"))
    assert server.document == 1


def test_a_policy_of_the_run() -> None:
    policy = "apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules:\n- level: Metadata\n"
    files = {"kubeadm.yaml": kubeadm(GOOD, MOUNTS, "v1beta4"), "audit/policy.yaml": policy}
    report = lint.check([Source(path, named=True, data=text.encode()) for path, text in files.items()], Settings())
    assert [(entry.path, entry.kubernetes, entry.refused_by) for entry in report.subjects] == [
        ("kubeadm.yaml", "1.33", ("policy",)),
        ("audit/policy.yaml", "1.33", ("policy",)),
    ]


def test_as_kubeadm() -> None:
    content = "apiServer: {extraArgs: {v: '2'}}\n"
    assert only(ApiServer, content, as_kind="kubeadm").complete
    assert subjects(content) == ()


def test_arguments_as_text_where_pairs_belong() -> None:
    content = kubeadm({}, MOUNTS, "v1beta4").replace(
        "extraArgs:", "extraArgs: ['--audit-log-path=/a/b.log', {x: y}, 3]"
    )
    assert texts(only(ApiServer, content)) == ["--audit-log-path=/a/b.log"]


def test_a_configuration_inside_another_object() -> None:
    inner = kubeadm(GOOD | {"audit-log-maxage": "x"}, (MOUNTS[0], MOUNTS[1]._replace(read_only=True)), "v1beta3")
    content = "spec:\n" + "".join(f"  {line}\n" for line in inner.splitlines())
    stream = reader.read(content.encode())
    document = stream.documents[0]
    places = NodePlaces(document.root, document.first)
    candidate = Candidate("kcp.yaml", 0, plain(document.root), places, None, "default")
    value = get(candidate.value, "spec")
    found = server(candidate, value, ("spec",), kind_of("v1beta3", value))
    assert (found.base, found.arguments_place) == (("spec", "apiServer"), ("spec", "apiServer", "extraArgs"))
    assert found.mount_path(found.mounts[-1], Part.READ_ONLY) == ("spec", "apiServer", "extraVolumes", 1, "readOnly")
    assert ("spec", "apiServer", "extraArgs", "audit-log-maxage") in [one.path for one in found.arguments]


def test_a_list_where_a_mapping_belongs() -> None:
    content = kubeadm(GOOD, MOUNTS, "v1beta4").replace("v1beta4", "v1beta3")
    found = only_finding(content)
    assert (found.rule, found.text, found.pointer) == ("wrong-args-shape", "extraArgs", "/apiServer/extraArgs")
    assert "extraArgs has to be a mapping of names to texts in kubeadm.k8s.io/v1beta3" in found.message


def test_a_mapping_where_a_list_belongs() -> None:
    content = kubeadm(GOOD, MOUNTS, "v1beta3").replace("v1beta3", "v1beta4")
    report = lint.check([Source("a.yaml", named=True, data=content.encode())], Settings())
    (found,) = report.findings
    assert (found.rule, found.refused) == ("wrong-args-shape", False)
    lines = found.help.split("\n")
    assert lines[:2] == ["Write it as", "extraArgs:"]
    pasted = content.split("  extraArgs:\n")[0] + "".join(f"  {line}\n" for line in lines[1:])
    assert findings(pasted + "  extraVolumes:\n" + content.split("  extraVolumes:\n")[1]) == []


@pytest.mark.parametrize(
    ("version", "old", "new", "text", "pointer"),
    [
        ("v1beta3", '"30"', "30", "audit-log-maxage", "/audit-log-maxage"),
        ("v1beta4", '"30"', "30", "30", "/2/value"),
        (
            "v1beta4",
            '- name: audit-log-maxage\n    value: "30"',
            "- --audit-log-maxage=30",
            "--audit-log-maxage=30",
            "/2",
        ),
    ],
)
def test_values_without_quotes(version: str, old: str, new: str, text: str, pointer: str) -> None:
    found = only_finding(kubeadm(GOOD, MOUNTS, version).replace(old, new))
    assert (found.rule, found.refused, found.text) == ("wrong-args-shape", False, text)
    assert found.pointer == f"/apiServer/extraArgs{pointer}"


@pytest.mark.parametrize(
    ("version", "text", "pointer"),
    [
        ("v1beta3", "--audit-log-maxage", "/apiServer/extraArgs/--audit-log-maxage"),
        ("v1beta4", "name: --audit-log-maxage", "/apiServer/extraArgs/2"),
    ],
)
def test_dashes(version: str, text: str, pointer: str) -> None:
    flags = {("--" + name if name == "audit-log-maxage" else name): value for name, value in GOOD.items()}
    found = only_finding(kubeadm(flags, MOUNTS, version))
    assert (found.rule, found.refused, found.text, found.pointer) == ("leading-dashes", True, text, pointer)
    assert 'gets "----audit-log-maxage=30" and does not start' in found.message


def test_a_name_that_is_there_twice() -> None:
    content = kubeadm(GOOD, MOUNTS, "v1beta3").replace("  extraVolumes", '    audit-log-maxage: "40"\n  extraVolumes')
    found = only_finding(content)
    assert (found.rule, found.text) == ("repeated-config-key", "audit-log-maxage")
    assert only(ApiServer, content).flags.text("audit-log-maxage") == "40"


def test_variables_of_the_container() -> None:
    content = kubeadm(GOOD | {"audit-log-path": "$(LOGS)/audit.log"}, MOUNTS, "v1beta4")
    variable = "  extraEnvs:\n  - name: LOGS\n    value: /var/log/kubernetes/audit\n"
    assert [found.rule for found in findings(content)] == ["invalid-path"]
    assert findings(content + variable) == []


def alpha(version: str, kind: str, body: str) -> str:
    return f"apiVersion: kubeadm.k8s.io/{version}\nkind: {kind}\nkubernetesVersion: v1.11.3\n{body}"


@pytest.mark.parametrize(
    ("version", "kind", "writable"),
    [("v1alpha1", "MasterConfiguration", False), ("v1alpha2", "MasterConfiguration", True)],
)
def test_configurations_before_beta(version: str, kind: str, *, writable: bool) -> None:
    body = (
        "apiServerExtraArgs:\n  audit-policy-file: /etc/kubernetes/audit/policy.yaml\n"
        "  audit-log-path: /var/log/audit/audit.log\n  audit-log-maxage: '30'\n"
        "apiServerExtraVolumes:\n- name: p\n  hostPath: /etc/kubernetes/audit\n  mountPath: /etc/kubernetes/audit\n"
        "- name: l\n  hostPath: /var/log/audit\n  mountPath: /var/log/audit\n  writable: true\n"
    )
    server = only(ApiServer, alpha(version, kind, body))
    assert "kubeadm reads up to 1.1" in server.version_notice
    read_only = [found.rule for found in findings(alpha(version, kind, body)) if "read-only" in found.rule]
    assert read_only == ([] if writable else ["log-mount-read-only"])


def test_the_block_for_auditing_counts_with_its_gate() -> None:
    block = "auditPolicy:\n  path: /etc/policy.yaml\n  logDir: /var/log/k8s\n  logMaxAge: 7\n"
    off = alpha("v1alpha2", "MasterConfiguration", block)
    assert [found.rule for found in findings(off)] == ["auditing-off"]
    server = only(ApiServer, f"{off}featureGates: {{Auditing: true}}\n")
    assert texts(server) == [
        "--audit-log-maxage=7",
        "--audit-log-path=/var/log/kubernetes/audit/audit.log",
        "--audit-policy-file=/etc/kubernetes/audit/audit.yaml",
    ]
    assert server.places.key(server.arguments[0].path).line == 7
    assert not server.refused_by


def test_the_clusterfile_of_sealos_is_a_part() -> None:
    content = (
        "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\nAPIServer:\n  ExtraArgs:\n"
        "    audit-log-maxage: 7d\n  ExtraVolumes:\n  - {HostPath: /a, MountPath: /a, Name: audit, ReadOnly: true}\n"
    )
    found = only_finding(content)
    assert (found.rule, found.pointer) == ("invalid-flag-value", "/APIServer/ExtraArgs/audit-log-maxage")
    assert not only(ApiServer, content).complete


def test_beside_a_cluster_of_sealos_it_is_a_part() -> None:
    content = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\nnetworking: {podSubnet: 10.0.0.0/8}\n"
    assert [found.rule for found in findings(content)] == ["auditing-off"]
    assert findings(f"apiVersion: apps.sealos.io/v1beta1\nkind: Cluster\n---\n{content}") == []


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ("apiServer:\n  extraArgs:\n  - name: audit-log-maxage\n    value: 7d\n", "/apiServer/extraArgs/0/value"),
        (
            "clusterConfiguration:\n  apiServer:\n    extraArgs:\n      audit-log-maxage: 7d\n",
            "/clusterConfiguration/apiServer/extraArgs/audit-log-maxage",
        ),
    ],
)
def test_snippets(content: str, pointer: str) -> None:
    found = only_finding(content)
    assert (found.rule, found.pointer) == ("invalid-flag-value", pointer)
    assert not only(ApiServer, content).complete


@pytest.mark.parametrize(
    "name",
    ["kube-apiserver+strategic.yaml", "kube-apiserver0+merge.yaml", "patches/kube-apiserver1+merge.json"],
)
def test_patches_of_the_pod_are_parts(name: str) -> None:
    content = pod({"audit-log-maxage": "7d"}, ())
    assert [found.rule for found in findings(content, name)] == ["invalid-flag-value"]
    assert "no-rotation-limits" not in {found.rule for found in findings(pod({"audit-log-path": "/a/b"}, ()), name)}
    assert [found.rule for found in findings(content, "kube-apiserver.yaml")] != ["invalid-flag-value"]


def test_of_a_snippet_the_shape_is_not_known() -> None:
    assert findings("apiServer:\n  extraArgs:\n  - --audit-log-maxage=30\n  - --v=2\n") == []
    assert findings("apiServer:\n  extraArgs:\n    audit-log-maxage: 30\n") == []
