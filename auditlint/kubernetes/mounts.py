"""What the kubelet makes of a Pod's volumes and a container's mounts, as far as files decide it.

Sources, all in k8s.io/kubernetes: pkg/kubelet/kubelet_pods.go (`makeMounts`), pkg/volume/hostpath/host_path.go
(`checkTypeInternal`), pkg/apis/core/validation/validation.go (`ValidateVolumes`, `ValidateVolumeMounts`),
pkg/apis/core/v1/defaults.go (`SetDefaults_Volume`), pkg/kubelet/config/common.go (`tryDecodeSinglePod`: the kubelet
holds static Pods to the same validation), pkg/api/pod/util.go (`HasAPIObjectReference`).
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.go import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HOST_PATH_TYPES = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)
"""What `hostPath.type` may say. The kubelet looks at the host before it starts the container:

- empty: it checks and makes nothing; the container runtime makes a folder where nothing is.
- `Directory`, `File`, `Socket`, `CharDevice`, `BlockDevice`: that must be there, else the Pod does not start.
- `DirectoryOrCreate`: an absent folder is made, with its parents, mode 0755; anything but a folder stops the Pod.
- `FileOrCreate`: an absent file is made, empty, mode 0644, in a folder that must be there; anything but a file stops
  the Pod.
"""

VOLUME_KINDS = frozenset({
    "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "configMap", "csi", "downwardAPI", "emptyDir",
    "ephemeral", "fc", "flexVolume", "flocker", "gcePersistentDisk", "gitRepo", "glusterfs", "hostPath", "image",
    "iscsi", "nfs", "persistentVolumeClaim", "photonPersistentDisk", "portworxVolume", "projected", "quobyte", "rbd",
    "scaleIO", "secret", "storageos", "vsphereVolume",
})  # fmt: skip
"""The keys of a volume that say where it comes from; a volume with none of them is an emptyDir."""

STATIC_PODS_CHECKED_FROM = 34
"""From this minor the kubelet refuses a static Pod that needs objects of the API (PreventStaticPodAPIReferences).

Before, the Pod waits for an object that it cannot get: the node has no right to it, and an apiserver is not up yet.
"""

_NEEDED_OBJECTS = {
    "azureFile": "secrets (via azureFile volumes)",
    "configMap": "configmaps (via configmap volumes)",
    "csi": "csidrivers (via CSI volumes)",
    "ephemeral": "persistentvolumeclaims (via ephemeral volumes)",
    "glusterfs": "endpoints (via glusterFS volumes)",
    "persistentVolumeClaim": "persistentvolumeclaims",
    "secret": "secrets (via secret volumes)",
}
_NEEDED_BY_PROJECTION = {
    "clusterTrustBundle": "clustertrustbundles",
    "configMap": "configmaps (via projected volumes)",
    "podCertificate": "podcertificates",
    "secret": "secrets (via projected volumes)",
    "serviceAccountToken": "serviceaccounts (via projected volumes)",
}

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?", re.ASCII)
_LONGEST_LABEL = 63
_LABEL_RULE = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'"


class Mount(NamedTuple):
    """One entry of a container's `volumeMounts`."""

    name: str
    """The volume's name."""
    mount_path: str
    position: int
    """The entry's place in the list, from 0."""
    read_only: bool = False
    sub_path: str = ""
    sub_path_expr: str = ""


class Volume(NamedTuple):
    """One entry of a Pod's `volumes`."""

    name: str
    kind: str
    """One of VOLUME_KINDS; the first if there are several."""
    position: int
    """The entry's place in the list, from 0."""
    host_path: str = ""
    host_path_type: str = ""
    more_kinds: tuple[str, ...] = ()
    """Further kinds of the same volume: there may be only one."""
    projected: tuple[str, ...] = ()
    """What a projected volume is made of: `configMap`, `secret`, `serviceAccountToken` …"""


class PodError(NamedTuple):
    """One reason in mounts or volumes for the API, and for the kubelet with a static Pod, to refuse the Pod."""

    kind: str
    """The rule that reports it (`mount-without-volume`, `overlapping-mounts`, `wrong-host-path-type`), or `invalid`."""
    place: tuple[str | int, ...]
    """The way to the value: from the container (`volumeMounts`, …) or from the Pod's spec (`volumes`, …)."""
    message: str
    """The server's own words, without the place."""


def clean(path: str) -> str:
    """Return the shortest spelling of a path, as Go's path.Clean: no `.`, no `//`, no `x/..`, no slash at the end."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def covers(folder: str, path: str) -> bool:
    """Tell whether a cleaned absolute path is the folder or lies below it: `/a` covers `/a/b` but not `/ab`."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def mount_point(mount: Mount) -> str:
    """Return the cleaned path in the container; a relative one counts from the root."""
    return clean("/" + mount.mount_path)


def covering(mounts: Iterable[Mount], path: str) -> Mount | None:
    """Return the mount that a path in the container leads through, the deepest one; None if it is in the image.

    Of two mounts on the same folder the later hides the earlier. A relative path is never covered: where it leads
    depends on the image's working directory.
    """
    if not path.startswith("/"):
        return None
    target = clean(path)
    found = [mount for mount in mounts if mount.mount_path and covers(mount_point(mount), target)]
    return max(found, key=lambda mount: (len(mount_point(mount)), mount.position), default=None)


def host_path(mount: Mount, volume: Volume, path: str) -> str | None:
    """Return the file on the host that a path in the container is; None if it is none or only run time knows."""
    if volume.kind != "hostPath" or not volume.host_path or mount.sub_path_expr:
        return None
    below = clean(path)[len(mount_point(mount).rstrip("/")) :]
    return clean(f"{volume.host_path}/{mount.sub_path}/{below}")


def is_folder(mount: Mount, volume: Volume) -> bool | None:
    """Tell whether a mount shows a folder (True) or a single file (False); None where no type states it."""
    if mount.sub_path or mount.sub_path_expr:
        return False if volume.kind in {"configMap", "secret", "projected", "downwardAPI"} else None
    if volume.kind != "hostPath":
        return True
    if volume.host_path_type:
        return volume.host_path_type in {"Directory", "DirectoryOrCreate"}
    return True if volume.host_path.endswith("/") else None


def volume_of(mount: Mount, volumes: Iterable[Volume]) -> Volume | None:
    """Return the volume that a mount names."""
    return next((volume for volume in volumes if volume.name == mount.name), None)


def unmounted(volumes: Iterable[Volume], mounts: Iterable[Mount]) -> tuple[Volume, ...]:
    """Return the volumes that none of the mounts names; give it the mounts of all containers of the Pod."""
    names = {mount.name for mount in mounts}
    return tuple(volume for volume in volumes if volume.name not in names)


def respelled(mounts: Sequence[Mount]) -> Iterator[tuple[Mount, Mount]]:
    """Yield pairs of mounts on one folder that is written differently: not refused, the later hides the earlier."""
    first: dict[str, Mount] = {}
    for mount in mounts:
        earlier = first.setdefault(mount_point(mount), mount)
        if earlier.mount_path != mount.mount_path and mount.mount_path and earlier.mount_path:
            yield earlier, mount


def needed_object(volume: Volume) -> str | None:
    """Return the kind of API object that a volume needs, in the kubelet's words; a static Pod cannot have one."""
    if volume.kind == "projected":
        return next((_NEEDED_BY_PROJECTION[s] for s in volume.projected if s in _NEEDED_BY_PROJECTION), None)
    return _NEEDED_OBJECTS.get(volume.kind)


def pod_errors(mounts: Sequence[Mount], volumes: Sequence[Volume]) -> tuple[PodError, ...]:
    """Return what the validation of Pods refuses in one container's mounts and the Pod's volumes, in its order."""
    return (*_volume_errors(volumes), *_mount_errors(mounts, {volume.name for volume in volumes}))


def _volume_errors(volumes: Sequence[Volume]) -> Iterator[PodError]:
    names: set[str] = set()
    for volume in volumes:
        place = ("volumes", volume.position)
        for kind in volume.more_kinds:
            yield PodError("invalid", (*place, kind), "Forbidden: may not specify more than 1 volume type")
        if volume.kind == "hostPath":
            yield from _host_path_errors(volume, (*place, "hostPath"))
        if not volume.name:
            yield PodError("invalid", (*place, "name"), "Required value")
        elif not _LABEL.fullmatch(volume.name) or len(volume.name) > _LONGEST_LABEL:
            yield PodError("invalid", (*place, "name"), _invalid(volume.name, _LABEL_RULE))
        if volume.name in names:
            yield PodError("invalid", (*place, "name"), f"Duplicate value: {quote(volume.name)}")
        names.add(volume.name)


def _host_path_errors(volume: Volume, place: tuple[str | int, ...]) -> Iterator[PodError]:
    if not volume.host_path:
        yield PodError("invalid", (*place, "path"), "Required value")
        return
    if ".." in volume.host_path.split("/"):
        yield PodError("invalid", (*place, "path"), _invalid(volume.host_path, "must not contain '..'"))
    if volume.host_path_type not in HOST_PATH_TYPES:
        supported = ", ".join(map(quote, HOST_PATH_TYPES))
        message = f"Unsupported value: {quote(volume.host_path_type)}: supported values: {supported}"
        yield PodError("wrong-host-path-type", (*place, "type"), message)


def _mount_errors(mounts: Sequence[Mount], names: set[str]) -> Iterator[PodError]:
    paths: set[str] = set()
    for mount in mounts:
        place = ("volumeMounts", mount.position)
        if not mount.name:
            yield PodError("mount-without-volume", (*place, "name"), "Required value")
        elif mount.name not in names:
            yield PodError("mount-without-volume", (*place, "name"), f"Not found: {quote(mount.name)}")
        if not mount.mount_path:
            yield PodError("invalid", (*place, "mountPath"), "Required value")
        elif mount.mount_path in paths:
            yield PodError("overlapping-mounts", (*place, "mountPath"), _invalid(mount.mount_path, "must be unique"))
        paths.add(mount.mount_path)
        yield from _sub_path_errors(mount, place)


def _sub_path_errors(mount: Mount, place: tuple[str | int, ...]) -> Iterator[PodError]:
    for key, value in (("subPath", mount.sub_path), ("subPathExpr", mount.sub_path_expr)):
        if value.startswith("/"):
            yield PodError("invalid", (*place, key), _invalid(value, "must be a relative path"))
        if ".." in value.split("/"):
            yield PodError("invalid", (*place, key), _invalid(value, "must not contain '..'"))
    if mount.sub_path and mount.sub_path_expr:
        message = _invalid(mount.sub_path_expr, "subPathExpr and subPath are mutually exclusive")
        yield PodError("invalid", (*place, "subPathExpr"), message)


def _invalid(value: str, reason: str) -> str:
    return f"Invalid value: {quote(value)}: {reason}"
