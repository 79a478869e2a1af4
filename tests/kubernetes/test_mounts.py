"""Paths through mounts and volumes, and what the validation of Pods refuses in them."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditlint.kubernetes import mounts
from auditlint.kubernetes.mounts import Mount, Part, PodErrorKind, Volume, pod_errors

HOST = Volume("audit", "hostPath", 0, "/etc/kubernetes/audit", "DirectoryOrCreate")


@pytest.mark.parametrize(
    ("path", "cleaned"),
    [
        ("/a//b/", "/a/b"),
        ("//a", "/a"),
        ("/a/./b/../c", "/a/c"),
        ("/..", "/"),
        ("/", "/"),
        ("", "."),
        ("a/..", "."),
    ],
)
def test_clean(path: str, cleaned: str) -> None:
    assert mounts.clean(path) == cleaned


@given(st.text("/.ab", max_size=12))
def test_clean_is_stable(path: str) -> None:
    cleaned = mounts.clean(path)
    assert mounts.clean(cleaned) == cleaned
    assert posixpath.normpath(path).lstrip("/") == cleaned.lstrip("/")


@pytest.mark.parametrize(
    ("folder", "path", "covered"),
    [
        ("/a", "/a", True),
        ("/a", "/a/b", True),
        ("/a", "/ab", False),
        ("/a/b", "/a", False),
        ("/", "/a", True),
    ],
)
def test_covers(folder: str, path: str, covered: bool) -> None:  # noqa: FBT001
    assert mounts.covers(folder, path) is covered


@pytest.mark.parametrize(
    ("paths", "path", "position"),
    [
        (["/etc", "/etc/kubernetes"], "/etc/kubernetes/policy.yaml", 1),
        (["/etc/kubernetes", "/etc"], "/etc/kubernetes/policy.yaml", 0),
        (["/etc/kubernetes"], "/etc/kubernetes-audit/policy.yaml", None),
        (["/etc/kubernetes/"], "/etc//kubernetes/./policy.yaml", 0),
        (["/etc/policy.yaml"], "/etc/policy.yaml", 0),
        (["etc/kubernetes"], "/etc/kubernetes/policy.yaml", 0),
        (["/a", "/a/"], "/a/b", 1),
        (["/", ""], "/a", 0),
        (["/"], "policy.yaml", None),
        ([], "/a", None),
    ],
)
def test_the_deepest_mount_covers(paths: list[str], path: str, position: int | None) -> None:
    found = mounts.covering([Mount("v", mount, i) for i, mount in enumerate(paths)], path)
    assert (found.position if found else None) == position


@pytest.mark.parametrize(
    ("mount", "volume", "path", "host"),
    [
        (Mount("audit", "/audit", 0), HOST, "/audit/policy.yaml", "/etc/kubernetes/audit/policy.yaml"),
        (Mount("audit", "/audit/", 0), HOST, "/audit//a/b", "/etc/kubernetes/audit/a/b"),
        (Mount("audit", "/audit", 0), HOST, "/audit", "/etc/kubernetes/audit"),
        (Mount("audit", "/", 0), HOST, "/policy.yaml", "/etc/kubernetes/audit/policy.yaml"),
        (Mount("audit", "/p.yaml", 0, sub_path="x.yaml"), HOST, "/p.yaml", "/etc/kubernetes/audit/x.yaml"),
        (Mount("audit", "/audit", 0, sub_path_expr="$(POD)"), HOST, "/audit/x", None),
        (Mount("audit", "/audit", 0), Volume("audit", "emptyDir", 0), "/audit/x", None),
        (Mount("audit", "/audit", 0), Volume("audit", "hostPath", 0), "/audit/x", None),
    ],
)
def test_host_paths(mount: Mount, volume: Volume, path: str, host: str | None) -> None:
    assert mounts.host_path(mount, volume, path) == host


@pytest.mark.parametrize(
    ("volume", "sub_path", "folder"),
    [
        (HOST, "", True),
        (HOST._replace(host_path_type="Directory"), "", True),
        (HOST._replace(host_path_type="File"), "", False),
        (HOST._replace(host_path_type="FileOrCreate"), "", False),
        (HOST._replace(host_path_type="CharDevice"), "", False),
        (HOST._replace(host_path_type=""), "", None),
        (HOST._replace(host_path_type="", host_path="/x/"), "", True),
        (HOST, "policy.yaml", None),
        (Volume("c", "configMap", 0), "", True),
        (Volume("c", "configMap", 0), "policy.yaml", False),
        (Volume("c", "emptyDir", 0), "", True),
    ],
)
def test_folder_or_file(volume: Volume, sub_path: str, folder: bool | None) -> None:  # noqa: FBT001
    assert mounts.is_folder(Mount("m", "/m", 0, sub_path=sub_path), volume) is folder


def test_volumes_by_name() -> None:
    other = Volume("other", "emptyDir", 1)
    mount = Mount("audit", "/a", 0)
    assert mounts.volume_of(mount, [other, HOST]) == HOST
    assert mounts.volume_of(mount, [other]) is None
    assert mounts.unmounted([HOST, other], [mount]) == (other,)


def test_one_folder_written_differently() -> None:
    listed = [Mount("a", "/a", 0), Mount("b", "/a/", 1), Mount("c", "/b", 2), Mount("d", "/a", 3)]
    assert [(x.name, y.name) for x, y in mounts.respelled(listed)] == [("a", "b")]


@pytest.mark.parametrize(
    ("volume", "words"),
    [
        (Volume("v", "configMap", 0), "configmaps (via configmap volumes)"),
        (Volume("v", "secret", 0), "secrets (via secret volumes)"),
        (Volume("v", "persistentVolumeClaim", 0), "persistentvolumeclaims"),
        (Volume("v", "projected", 0, projected=("downwardAPI", "serviceAccountToken")), "serviceaccounts"),
        (Volume("v", "projected", 0, projected=("downwardAPI",)), None),
        (Volume("v", "emptyDir", 0), None),
        (HOST, None),
    ],
)
def test_objects_that_static_pods_cannot_have(volume: Volume, words: str | None) -> None:
    found = mounts.needed_object(volume)
    assert found == words or (words and found and found.startswith(words))


SUPPORTED_TYPES = '"", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"'
GOOD_MOUNT = Mount("audit", "/audit", 0)


@pytest.mark.parametrize(
    ("listed", "volumes", "expected"),
    [
        ([GOOD_MOUNT], [HOST], []),
        ([GOOD_MOUNT], [], [(PodErrorKind.NO_VOLUME, 0, Part.NAME, 'Not found: "audit"')]),
        (
            [GOOD_MOUNT, GOOD_MOUNT._replace(position=1)],
            [HOST],
            [(PodErrorKind.SAME_MOUNT_PATH, 1, Part.MOUNT_PATH, 'Invalid value: "/audit": must be unique')],
        ),
        ([GOOD_MOUNT, GOOD_MOUNT._replace(position=1, mount_path="/audit/")], [HOST], []),
        (
            [GOOD_MOUNT._replace(mount_path="", sub_path="/x")],
            [HOST],
            [
                (PodErrorKind.OTHER, 0, Part.MOUNT_PATH, "Required value"),
                (PodErrorKind.OTHER, 0, Part.SUB_PATH, 'Invalid value: "/x": must be a relative path'),
            ],
        ),
        (
            [GOOD_MOUNT._replace(sub_path="a/../b", sub_path_expr="$(X)")],
            [HOST],
            [
                (PodErrorKind.OTHER, 0, Part.SUB_PATH, "Invalid value: \"a/../b\": must not contain '..'"),
                (
                    PodErrorKind.OTHER,
                    0,
                    Part.SUB_PATH_EXPR,
                    'Invalid value: "$(X)": subPathExpr and subPath are mutually exclusive',
                ),
            ],
        ),
        (
            [],
            [HOST._replace(host_path_type="folder")],
            [
                (
                    PodErrorKind.UNKNOWN_HOST_PATH_TYPE,
                    0,
                    Part.HOST_PATH_TYPE,
                    f'Unsupported value: "folder": supported values: {SUPPORTED_TYPES}',
                )
            ],
        ),
        (
            [],
            [HOST, HOST._replace(position=1, host_path="", more_kinds=("secret",))],
            [
                (PodErrorKind.OTHER, 1, Part.SOURCE, "Forbidden: may not specify more than 1 volume type"),
                (PodErrorKind.OTHER, 1, Part.HOST_PATH, "Required value"),
                (PodErrorKind.OTHER, 1, Part.NAME, 'Duplicate value: "audit"'),
            ],
        ),
        ([], [HOST._replace(name="")], [(PodErrorKind.OTHER, 0, Part.NAME, "Required value")]),
    ],
)
def test_pod_errors(
    listed: list[Mount], volumes: list[Volume], expected: list[tuple[PodErrorKind, int, Part, str]]
) -> None:
    errors = pod_errors(listed, volumes)
    assert [(error.kind, error.at.position, error.part, error.message) for error in errors] == expected


@pytest.mark.parametrize("name", ["Audit", "-a", "a-", "a.b", "a_b", "a" * 64])
def test_volume_names(name: str) -> None:
    (error,) = pod_errors([], [HOST._replace(name=name)])
    assert (error.at.name, error.part) == (name, Part.NAME)


def test_the_longest_name_of_a_volume() -> None:
    assert pod_errors([], [HOST._replace(name="a" * 63)]) == ()


@pytest.mark.parametrize(
    ("mount", "kind", "wanted", "meant"),
    [
        ("/etc/k/audit-policy.yaml", "File", "/etc/k/audit_policy.yml", "/etc/k/audit-policy.yaml"),
        ("/etc/k/audit-policy.yaml", "File", "/etc/k/x/audit-policy.yaml", "/etc/k/audit-policy.yaml"),
        ("/etc/k/x/audit-policy.yaml", "File", "/etc/k/audit-policy.yaml", "/etc/k/x/audit-policy.yaml"),
        ("/etc/k/audit-policy.yaml", "File", "/etc/k/x/y/audit-policy.yaml", None),
        ("/etc/k/audit-policy.yaml", "File", "/etc/k/policy.yaml", None),
        ("/etc/k/audit", "Directory", "/etc/k/Audit/p.yaml", "/etc/k/audit/p.yaml"),
        ("/etc/k/audit", "Directory", "/etc/k/p.yaml", "/etc/k/audit/p.yaml"),
        ("/etc/k/audit", "", "/etc/K/p.yaml", "/etc/k/audit/p.yaml"),
        ("/etc/k/audit", "Directory", "/etc/k/audit.yaml", "/etc/k/audit/audit.yaml"),
        ("/etc/k/audit", "File", "/etc/k/x/p.yaml", None),
        ("/etc/k/x/audit", "File", "/etc/k/audit/p.yaml", None),
        ("/etc/k/pki", "Directory", "/etc/k/p.yaml", None),
        ("/etc/k/pki", "Directory", "/etc/k/PKI/p.yaml", "/etc/k/pki/p.yaml"),
        ("/b/audit", "Directory", "/audit/p.yaml", None),
        ("/b", "Directory", "/p.yaml", None),
        ("", "Directory", "/p.yaml", None),
    ],
)
def test_a_mount_that_misses_by_a_little(mount: str, kind: str, wanted: str, meant: str | None) -> None:
    volume = HOST._replace(host_path_type=kind)
    assert mounts.near_miss([Mount("audit", mount, 0)], [volume], wanted) == meant
    assert mounts.near_miss([Mount("other", mount, 0)], [volume], wanted) is None
    behind = [Mount("other", mount, 0), Mount("audit", "", 1), Mount("audit", mount, 2)]
    assert mounts.near_miss(behind, [volume], wanted) == meant


def test_keys_of_a_config_map_and_their_files() -> None:
    whole = Volume("a", "configMap", 0)
    assert whole.key_of("policy.yaml") == "policy.yaml"
    some = whole._replace(files=(("p", "policy.yaml"), ("q", "other.yaml")))
    assert [some.key_of(file) for file in ("policy.yaml", "other.yaml", "p")] == ["p", "q", ""]
