"""Mounts and volumes as each carrier writes them."""

from __future__ import annotations

import pytest

from auditlint.change import Append
from auditlint.kubernetes.mounts import Mount, Part, Volume
from auditlint.subjects.model import ApiServer
from auditlint.subjects.spelling_of_mounts import POD_MOUNT, POD_VOLUME, Place, Spelling
from tests.carriers.recognition import only, pod

MOUNT = Mount("log", "/var/log/audit", 0)
VOLUME = Volume("log", "hostPath", 0, "/srv/log", "DirectoryOrCreate")
TOGETHER = Spelling("entry", {Part.NAME: ("name",), Part.HOST_PATH: ("from", "path"), Part.MOUNT_PATH: ("to",)})


@pytest.mark.parametrize(
    ("spelling", "part", "source", "path"),
    [
        (POD_MOUNT, Part.READ_ONLY, "", ("volumeMounts", 2, "readOnly")),
        (POD_VOLUME, Part.HOST_PATH_TYPE, "", ("volumeMounts", 2, "hostPath", "type")),
        (POD_VOLUME, Part.SOURCE, "emptyDir", ("volumeMounts", 2, "emptyDir")),
        (TOGETHER, Part.SUB_PATH, "", ("volumeMounts", 2)),
        (TOGETHER, Part.SOURCE, "emptyDir", ("volumeMounts", 2)),
    ],
)
def test_where_a_part_stands(spelling: Spelling, part: Part, source: str, path: tuple[str | int, ...]) -> None:
    assert Place(("volumeMounts", 2), spelling).at(part, source) == path


def test_words() -> None:
    assert (POD_VOLUME.words(Part.HOST_PATH_TYPE), POD_VOLUME.key(Part.HOST_PATH_TYPE)) == ("hostPath type", "type")
    assert (TOGETHER.words(Part.SUB_PATH), TOGETHER.key(Part.SUB_PATH)) == ("", "")


def test_entries() -> None:
    assert POD_MOUNT.entry_of(MOUNT._replace(read_only=True), VOLUME) == (
        ("name", "log"),
        ("mountPath", "/var/log/audit"),
        ("readOnly", True),
    )
    assert POD_VOLUME.entry_of(MOUNT, VOLUME) == (
        ("name", "log"),
        ("hostPath", (("path", "/srv/log"), ("type", "DirectoryOrCreate"))),
    )
    assert TOGETHER.entry_of(MOUNT, VOLUME) == (
        ("name", "log"),
        ("from", (("path", "/srv/log"),)),
        ("to", "/var/log/audit"),
    )


def test_a_pod_gets_a_mount_and_a_volume() -> None:
    server = only(ApiServer, pod("command: [kube-apiserver]"))
    mount, volume = server.with_mount(MOUNT, VOLUME)
    assert mount == Append(("spec", "containers", 0, "volumeMounts"), POD_MOUNT.entry_of(MOUNT, VOLUME))
    assert volume == Append(("spec", "volumes"), POD_VOLUME.entry_of(MOUNT, VOLUME))


def test_one_list_gets_one_entry() -> None:
    server = only(ApiServer, pod("command: [kube-apiserver]"))
    alike = server.replace(mounts_path=("mounts",), volumes_path=("mounts",), mount_spelling=TOGETHER)
    assert alike.with_mount(MOUNT, VOLUME) == (Append(("mounts",), TOGETHER.entry_of(MOUNT, VOLUME)),)
