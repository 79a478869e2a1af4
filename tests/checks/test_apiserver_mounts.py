"""The rules about the files that flags name: every kind of mount for every kind of file, and what the server does."""

from __future__ import annotations

import re

import pytest

from auditlint import check_text
from auditlint.kubernetes.releases import NEWEST
from tests.checks.servers import LIMITS, LOG, MOUNTS, POLICY, VOLUMES, WEBHOOK, check, findings, pod, refused_by, shorts

GOOD = (POLICY, LOG, *LIMITS)
POLICY_MOUNT, _, LOG_MOUNT = MOUNTS.splitlines()
POLICY_VOLUME, _, LOG_VOLUME = VOLUMES.splitlines()


def mounted(
    *arguments: str,
    policy: str = POLICY_MOUNT,
    policy_volume: str = POLICY_VOLUME,
    log: str = LOG_MOUNT,
    log_volume: str = LOG_VOLUME,
    **more: object,
) -> str:
    """Return a static Pod with a mount and a volume each for policy and log; empty ones are left out."""
    mounts = "\n".join(filter(None, (policy, log)))
    volumes = "\n".join(filter(None, (policy_volume, log_volume)))
    return pod(*(arguments or GOOD), mounts=mounts, volumes=volumes, **more)  # type: ignore[arg-type]


def host(name: str, path: str, kind: str) -> str:
    return f"- {{name: {name}, hostPath: {{path: {path}, type: {kind}}}}}"


def test_a_good_manifest_is_silent() -> None:
    assert shorts(mounted()) == []
    assert refused_by(mounted()) == []


@pytest.mark.parametrize("minor", [18, NEWEST])
def test_a_policy_that_is_not_mounted_is_refused(minor: int) -> None:
    text = mounted(policy="", policy_volume="", minor=minor)
    assert shorts(text)[0] == f"policy-not-mounted error refused @ - {POLICY}"
    assert refused_by(text) == ["files"]


def test_a_webhook_file_is_read_only_with_a_policy() -> None:
    with_policy = mounted(*GOOD, WEBHOOK)
    assert shorts(with_policy) == [f"policy-not-mounted error refused @ - {WEBHOOK}"]
    assert refused_by(mounted(LOG, WEBHOOK, *LIMITS, policy="", policy_volume="")) == []


def test_a_part_of_a_pod_is_not_judged_for_what_is_absent() -> None:
    part = f"spec:\n  containers:\n  - command:\n    - kube-apiserver\n    - {POLICY}\n    - {LOG}\n"
    assert shorts(part) == []
    assert refused_by(part) == []


@pytest.mark.parametrize(
    ("kind", "expected", "refused"),
    [
        ("File", [], []),
        ("FileOrCreate", ["wrong-host-path-type warning"], []),
        ('""', ["wrong-host-path-type warning"], []),
        ("Directory", ["wrong-host-path-type error refused"], ["files"]),
        ("DirectoryOrCreate", ["wrong-host-path-type error refused"], ["files"]),
        ("Socket", ["wrong-host-path-type error refused"], ["files"]),
        ("file", ["wrong-host-path-type error refused"], ["pod"]),
    ],
)
def test_types_of_a_policy_mounted_itself(kind: str, expected: list[str], refused: list[str]) -> None:
    volume = host("policy", "/etc/kubernetes/audit-policy.yaml", kind)
    text = mounted(policy_volume=volume)
    assert shorts(text) == [f"{finding} @ {volume}" for finding in expected]
    assert refused_by(text) == refused


def test_a_type_left_out_is_reported_at_the_host_path() -> None:
    volume = "- name: policy\n  hostPath:\n    path: /etc/kubernetes/audit-policy.yaml"
    (found,) = findings(mounted(policy_volume=volume))
    assert (found.rule, found.severity, found.line) == ("wrong-host-path-type", "warning", "hostPath:")


@pytest.mark.parametrize(
    ("kind", "minor", "expected", "refused"),
    [
        ("Directory", 34, [], []),
        ("DirectoryOrCreate", 34, [], []),
        ('""', 34, [], []),
        ("File", 34, ["wrong-host-path-type error refused"], ["files"]),
        ("FileOrCreate", 22, ["wrong-host-path-type error refused"], ["files"]),
        ("File", 21, ["wrong-host-path-type error"], []),
    ],
)
def test_types_of_the_log_folder(kind: str, minor: int, expected: list[str], refused: list[str]) -> None:
    volume = host("log", "/var/log/kubernetes/audit", kind)
    text = mounted(log_volume=volume, minor=minor)
    assert shorts(text) == [f"{finding} @ {volume}" for finding in expected]
    assert refused_by(text) == refused


@pytest.mark.parametrize(
    ("kind", "minor", "expected", "refused"),
    [
        ("File", 34, "log-mounted-as-file error", []),
        ("FileOrCreate", 18, "log-mounted-as-file error", []),
        ('""', 34, "log-mounted-as-file error", []),
        ("Directory", 22, "log-path-is-folder error refused", ["files"]),
        ("DirectoryOrCreate", 21, "log-path-is-folder warning", []),
    ],
)
def test_types_of_a_log_mounted_itself(kind: str, minor: int, expected: str, refused: list[str]) -> None:
    mount = "- {name: log, mountPath: /var/log/kubernetes/audit/audit.log}"
    volume = host("log", "/var/log/kubernetes/audit/audit.log", kind)
    text = mounted(log=mount, log_volume=volume, minor=minor)
    place = mount if "file" in expected else f"- {LOG}"
    assert shorts(text) == [f"{expected} @ {place}"]
    assert refused_by(text) == refused


def test_a_log_that_is_never_rotated_may_be_mounted_as_a_file() -> None:
    mount = "- {name: log, mountPath: /var/log/kubernetes/audit/audit.log}"
    volume = host("log", "/var/log/kubernetes/audit/audit.log", "File")
    text = mounted(POLICY, LOG, "--audit-log-maxsize=0", log=mount, log_volume=volume, minor=36)
    assert "log-mounted-as-file" not in {found.rule for found in findings(text)}


@pytest.mark.parametrize(
    ("container", "minor", "expected", "refused"),
    [
        ("", 34, "warning", []),
        ("securityContext: {readOnlyRootFilesystem: true}", 34, "error refused", ["files"]),
        ("securityContext: {readOnlyRootFilesystem: true}", 21, "warning", []),
        ("securityContext: {runAsUser: 65532}", 34, "error refused", ["files"]),
        ("securityContext: {runAsUser: 0}", 34, "warning", []),
    ],
)
def test_a_log_in_the_container(container: str, minor: int, expected: str, refused: list[str]) -> None:
    text = mounted(log="", log_volume="", container=container, minor=minor)
    assert shorts(text) == [f"log-not-mounted {expected} @ - {LOG}"]
    assert refused_by(text) == refused


@pytest.mark.parametrize(("minor", "expected", "refused"), [(21, "warning", []), (22, "error refused", ["files"])])
def test_a_log_mounted_read_only(minor: int, expected: str, refused: list[str]) -> None:
    mount = LOG_MOUNT.replace("}", ", readOnly: true}")
    text = mounted(log=mount, minor=minor)
    assert shorts(text) == [f"log-mount-read-only {expected} @ {mount}"]
    assert refused_by(text) == refused


def test_the_deepest_mount_counts() -> None:
    above = "- {name: etc, mountPath: /var/log, readOnly: true}"
    volume = host("etc", "/var/log", "Directory")
    assert shorts(mounted(log=f"{above}\n{LOG_MOUNT}", log_volume=f"{volume}\n{LOG_VOLUME}")) == []


def test_a_log_path_above_a_mount_is_a_folder() -> None:
    text = mounted(POLICY, "--audit-log-path=/var/log/kubernetes", *LIMITS)
    assert shorts(text) == ["log-path-is-folder error refused @ - --audit-log-path=/var/log/kubernetes"]


def test_a_sub_path_needs_a_folder() -> None:
    mount = POLICY_MOUNT.replace("}", ", subPath: audit-policy.yaml}")
    text = mounted(policy=mount)
    assert shorts(text) == [f"sub-path-of-file error refused @ {mount}"]
    assert refused_by(text) == ["pod"]
    untyped = "- {name: policy, hostPath: {path: /etc/kubernetes/audit-policy.yaml}}"
    assert shorts(mounted(policy=mount, policy_volume=untyped)) == [f"sub-path-of-file error @ {mount}"]
    folder = host("policy", "/etc/kubernetes", "Directory")
    assert shorts(mounted(policy=mount, policy_volume=folder)) == []


def test_mounts_and_volumes_that_do_not_meet() -> None:
    mount = POLICY_MOUNT.replace("name: policy", "name: audit")
    text = mounted(policy=mount)
    assert shorts(text) == [
        f"mount-without-volume error refused @ {mount}",
        f"mount-without-volume info @ {POLICY_VOLUME}",
    ]
    assert refused_by(text) == ["pod"]


def test_a_volume_of_another_container_is_mounted() -> None:
    text = mounted(policy="", policy_volume=POLICY_VOLUME).replace(
        "  volumes:", "  - {name: other, image: x, volumeMounts: [{name: policy, mountPath: /p}]}\n  volumes:"
    )
    assert [found.rule for found in findings(text)] == ["policy-not-mounted"]


@pytest.mark.parametrize(
    ("again", "expected", "refused"),
    [
        ("/var/log/kubernetes/audit", "overlapping-mounts error refused", ["pod"]),
        ("/var/log/kubernetes/audit/", "overlapping-mounts error", []),
        ("//var/log/kubernetes/./audit", "overlapping-mounts error", []),
    ],
)
def test_two_mounts_on_one_folder(again: str, expected: str, refused: list[str]) -> None:
    second = f"- {{name: log, mountPath: {again}}}"
    text = mounted(log=f"{LOG_MOUNT}\n{second}")
    assert shorts(text) == [f"{expected} @ {second}"]
    assert refused_by(text) == refused


def test_what_else_the_kubelet_refuses() -> None:
    volume = host("log", "/var/log/../log/kubernetes", "DirectoryOrCreate")
    text = mounted(log_volume=volume)
    assert shorts(text) == [f"invalid-mount error refused @ {volume}"]
    assert refused_by(text) == ["pod"]


def test_a_policy_that_can_be_overwritten() -> None:
    mount = "- {name: policy, mountPath: /etc/kubernetes/audit-policy.yaml}"
    assert shorts(mounted(policy=mount)) == [f"writable-policy-mount info @ {mount}"]


def test_a_policy_beside_its_log_has_to_be_writable() -> None:
    text = mounted(
        "--audit-policy-file=/srv/audit/policy.yaml",
        "--audit-log-path=/srv/audit/audit.log",
        *LIMITS,
        policy="- {name: policy, mountPath: /srv/audit}",
        policy_volume=host("policy", "/srv/audit", "Directory"),
        log="",
        log_volume="",
    )
    assert shorts(text) == []


@pytest.mark.parametrize(
    ("folder", "exposed"),
    [
        ("/tmp", True),
        ("/tmp/audit", True),
        ("/var/tmp", True),
        ("/etc/kubernetes/audit", True),
        ("/etc/kubernetes/manifests", True),
        ("/tmpfs", False),
        ("/var/log", False),
        ("/etc/kubernetes-audit", False),
    ],
)
def test_places_of_the_host_for_a_log(folder: str, exposed: bool) -> None:  # noqa: FBT001
    volume = host("log", folder, "DirectoryOrCreate")
    expected = [f"exposed-log-folder warning @ {volume}"] if exposed else []
    assert shorts(mounted(log_volume=volume)) == expected


def test_a_log_in_an_empty_dir() -> None:
    volume = "- {name: log, emptyDir: {}}"
    text = mounted(log_volume=volume)
    assert shorts(text) == [f"log-on-empty-dir warning @ {volume}"]
    shipper = "  - {name: ship, image: x, volumeMounts: [{name: log, mountPath: /log}]}\n  volumes:"
    assert shorts(text.replace("  volumes:", shipper)) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "refused", "help"),
    [
        ("hostPath: {path: /var/log", "hostpath: {path: /var/log", "- {name: log", False, "Write `hostPath` instead"),
        ("type: DirectoryOrCreate", "pathType: DirectoryOrCreate", "- {name: log", False, "Write `type` instead"),
        ("mountPath: /etc", "mountpath: /etc", "- {name: policy", True, "Write `mountPath` instead"),
        ("mountPath: /var", "path: /var", "- {name: log", True, "Write `mountPath` instead"),
        ("readOnly: true", "readonly: true", "- {name: policy", False, "Write `readOnly: true` instead"),
        ("readOnly: true", "writable: false", "- {name: policy", False, "Write `readOnly: true` instead"),
        ("audit}", "audit, Writable: true}", "- {name: log", False, "Delete it, a mount is writable"),
        ("volumeMounts:", "volumeMount:", "volumeMount:", True, "Write `volumeMounts` instead"),
        ("  volumes:", "  volume:", "volume:", True, "Write `volumes` instead"),
    ],
)
def test_keys_that_the_kubelet_drops(old: str, new: str, line: str, refused: bool, help: str) -> None:  # noqa: FBT001
    (found,) = findings(mounted().replace(old, new, 1))
    assert (found.rule, found.severity, found.refused) == ("unknown-pod-field", "error", refused)
    assert found.line.startswith(line)
    assert found.help == help


@pytest.mark.parametrize(
    ("key", "reported"),
    [("commands: [x]", True), ("cmd: [x]", True), ("image_pull_policy: x", False), ("ports: []", False)],
)
def test_keys_of_the_container(key: str, reported: bool) -> None:  # noqa: FBT001
    found = [one.rule for one in findings(mounted(container=key))]
    assert found == (["unknown-pod-field"] if reported else [])


def test_a_policy_in_an_empty_dir_that_nobody_fills() -> None:
    folder = "- {name: policy, mountPath: /etc/kubernetes, readOnly: true}"
    text = mounted(policy=folder, policy_volume="- {name: policy, emptyDir: {}}")
    assert shorts(text) == [f"policy-not-mounted error refused @ - {POLICY}"]
    init = "  initContainers: [{name: init, image: x, volumeMounts: [{name: policy, mountPath: /p}]}]\n  volumes:"
    assert refused_by(text.replace("  volumes:", init)) == []


CONFIG_MAP = "- {name: policy, configMap: {name: audit-policy}}"
IN_FOLDER = "--audit-policy-file=/etc/kubernetes/audit/policy.yaml"
FOLDER = "- {name: policy, mountPath: /etc/kubernetes/audit, readOnly: true}"


@pytest.mark.parametrize(("minor", "words"), [(33, "waits for ever"), (34, "may not have a configMap volume")])
def test_a_static_pod_cannot_have_objects(minor: int, words: str) -> None:
    text = mounted(IN_FOLDER, LOG, *LIMITS, policy=FOLDER, policy_volume=CONFIG_MAP, minor=minor)
    (found,) = findings(text)
    assert found.short == f"unsupported-volume error refused @ {CONFIG_MAP}"
    assert words in found.message
    assert refused_by(text) == ["pod"]


def test_a_hosted_control_plane_may_have_objects() -> None:
    text = mounted(IN_FOLDER, LOG, *LIMITS, policy=FOLDER, policy_volume=CONFIG_MAP, spec="")
    assert shorts(text) == []


def test_a_config_map_on_the_path_of_the_file_is_a_folder() -> None:
    text = mounted(policy_volume=CONFIG_MAP, spec="")
    assert shorts(text) == [f"policy-not-mounted error refused @ - {POLICY}"]
    one = POLICY_MOUNT.replace("}", ", subPath: audit-policy.yaml}")
    assert shorts(mounted(policy=one, policy_volume=CONFIG_MAP, spec="")) == []


def test_documents_behind_a_static_pod() -> None:
    text = mounted() + "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n"
    assert shorts(text) == ["extra-manifest-document warning @ apiVersion: v1"]


@pytest.mark.parametrize(
    "printed",
    [
        "status: {phase: Running}",
        "metadata:\n  uid: 0b8e",
        "metadata:\n  annotations: {kubernetes.io/config.mirror: 7f3e}",
    ],
)
def test_what_a_cluster_printed_is_no_manifest(printed: str) -> None:
    one = mounted().replace("metadata:\n  name: kube-apiserver\n", f"{printed}\n")
    listed = "kind: List\napiVersion: v1\nitems:\n- " + one.replace("\n", "\n  ")
    for text in (f"{one}---\n{one}", f"{listed}\n"):
        assert not [found for found in shorts(text) if found.startswith("extra")]


def test_a_stream_is_no_file_of_a_manifest_folder() -> None:
    assert check({"<stdin>": f"{mounted()}---\n{mounted()}"})["<stdin>"] == []


def test_two_files_of_a_folder_that_define_one_static_pod() -> None:
    found = check({"m/kube-apiserver.yaml": mounted(), "m/kube-apiserver.yaml.bak": mounted(), "n/a.yaml": mounted()})
    assert found["m/kube-apiserver.yaml"] == []
    assert found["n/a.yaml"] == []
    (twin,) = found["m/kube-apiserver.yaml.bak"]
    assert twin.short == "duplicate-static-pod warning @ name: kube-apiserver"
    assert twin.message.startswith("kube-apiserver.yaml defines the static Pod default/kube-apiserver too")
    other = mounted().replace("name: kube-apiserver\nspec", "name: canary\nspec")
    assert check({"m/a.yaml": mounted(), "m/b.yaml": other})["m/b.yaml"] == []


def test_a_policy_among_manifests() -> None:
    volume = host("policy", "/etc/kubernetes/manifests/audit-policy.yaml", "File")
    assert shorts(mounted(policy_volume=volume)) == [f"policy-in-manifest-folder error @ - {POLICY}"]
    policy = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"
    path = "/etc/kubernetes/manifests/audit-policy.yaml"
    assert [found.rule for found in check({path: policy})[path] if found.severity != "info"] == [
        "policy-in-manifest-folder"
    ]
    both = check({path: policy, "kube-apiserver.yaml": mounted(policy_volume=volume)})
    assert [found.rule for found in both[path] if found.severity != "info"] == []


def test_templates_among_the_mounts_silence_what_depends_on_them() -> None:
    text = mounted(policy="- {name: policy, mountPath: '{{ policy_path }}', readOnly: true}")
    assert shorts(text) == []
    assert refused_by(text) == []


@pytest.mark.parametrize(
    ("flag", "mounted_as", "kind", "meant"),
    [
        ("/etc/kubernetes/audit_policy.yaml", "/etc/kubernetes/audit-policy.yaml", "File", None),
        ("/etc/kubernetes/Audit-Policy.yaml", "/etc/kubernetes/audit-policy.yaml", "File", None),
        ("/etc/kubernetes/audit-policy.yml", "/etc/kubernetes/audit-policy.yaml", "File", None),
        ("/etc/kubernetes/policy.yaml", "/etc/kubernetes/audit/policy.yaml", "File", None),
        ("/etc/kubernetes/audit/policy.yaml", "/etc/kubernetes/policy.yaml", "File", None),
        ("/etc/kubernetes/policy.yaml", "/etc/kubernetes/audit", "Directory", "/etc/kubernetes/audit/policy.yaml"),
        ("/etc/kubernetes/audit_files/p.yaml", "/etc/kubernetes/audit-files", "Directory", None),
        ("/etc/kubernetes/policy.yaml", "/etc/kubernetes/pki", "Directory", ""),
        ("/etc/kubernetes/policy.yaml", "/srv/policy.yaml", "File", ""),
    ],
)
def test_a_mount_that_misses_by_a_little_is_named(flag: str, mounted_as: str, kind: str, meant: str | None) -> None:
    text = mounted(
        f"--audit-policy-file={flag}",
        LOG,
        *LIMITS,
        policy=f"- {{name: policy, mountPath: {mounted_as}, readOnly: true}}",
        policy_volume=host("policy", mounted_as, kind),
    )
    if meant is None:
        meant = mounted_as if kind == "File" else f"{mounted_as}/p.yaml"
    (found,) = (one for one in findings(text) if one.rule == "policy-not-mounted")
    if meant:
        assert found.message == f"{flag} is not mounted, {meant} is, so kube-apiserver does not start"
        assert found.help == f"Write --audit-policy-file={meant}"
    else:
        assert found.help.startswith("Mount the file read-only:\nvolumeMounts:")


def test_the_folder_of_the_log_is_not_the_one_that_a_policy_misses() -> None:
    text = mounted("--audit-policy-file=/var/log/kubernetes/policy.yaml", LOG, *LIMITS, policy="", policy_volume="")
    (found,) = (one for one in findings(text) if one.rule == "policy-not-mounted")
    assert "Mount the file read-only" in found.help


@pytest.mark.parametrize(
    "folder",
    [
        "/opt",
        "/etc/kubernetes",
        "/etc/kubernetes/audit",
        "/var/lib",
        "/run",
        "/run/audit",
        "/root",
        "/home/ops",
        "/tmp/x",
    ],
)
@pytest.mark.parametrize("as_file", [True, False])
def test_no_folder_is_mounted_that_holds_more(folder: str, as_file: bool) -> None:  # noqa: FBT001
    path = f"{folder}/audit.log"
    text = mounted(
        POLICY,
        f"--audit-log-path={path}",
        *LIMITS,
        log=f"- {{name: log, mountPath: {path}}}" if as_file else "",
        log_volume=host("log", path, "FileOrCreate") if as_file else "",
    )
    for found in findings(text):
        paths = re.findall(r"(?:mountPath|path): ([^,}]+)", found.help)
        assert all(path == "/var/log/kubernetes/audit" for path in paths), found.help


def test_a_folder_of_the_log_alone_is_mounted_under_the_name_of_the_file() -> None:
    path = "/var/log/kube-audit/audit.log"
    text = mounted(
        POLICY,
        f"--audit-log-path={path}",
        *LIMITS,
        log=f"- {{name: log, mountPath: {path}}}",
        log_volume=host("log", path, "FileOrCreate"),
    )
    (found,) = findings(text)
    assert found.help.splitlines()[1:] == [
        "volumeMounts:",
        "- {name: log, mountPath: /var/log/kube-audit}",
        "volumes:",
        "- {name: log, hostPath: {path: /var/log/kube-audit, type: DirectoryOrCreate}}",
    ]


def test_what_servers_of_one_pod_share_is_told_once() -> None:
    server = "  - image: kube-apiserver:v1.34.0\n    command: [kube-apiserver]\n"
    volumes = "  volumes:\n  - hostPath: {path: /h}\n  - {name: v, hostPath: {path: /i/../g}}\n"
    report = check_text(f"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n{server * 3}{volumes}")
    assert len(report.subjects) == 3
    assert [one.message.partition(" is")[0] for one in report.findings if one.rule == "invalid-mount"] == [
        "name",
        "path",
    ]
