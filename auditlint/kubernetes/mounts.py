"""What the kubelet makes of a Pod's volumes and a container's mounts, as far as files decide it.

Sources, all in k8s.io/kubernetes: pkg/kubelet/kubelet_pods.go (`makeMounts`), pkg/volume/hostpath/host_path.go
(`checkTypeInternal`), pkg/apis/core/validation/validation.go (`ValidateVolumes`, `ValidateVolumeMounts`),
pkg/apis/core/v1/defaults.go (`SetDefaults_Volume`), pkg/kubelet/config/common.go (`tryDecodeSinglePod`: the kubelet
holds static Pods to the same validation), pkg/api/pod/util.go (`HasAPIObjectReference`).
"""

from __future__ import annotations

import enum
import posixpath
import re

from auditlint.kubernetes.go import quote
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

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


class Part(enum.Enum):
    """A part of a mount or a volume, whatever the file that describes it calls it."""

    NAME = enum.auto()
    MOUNT_PATH = enum.auto()
    """Where the mount appears in the container."""
    READ_ONLY = enum.auto()
    SUB_PATH = enum.auto()
    SUB_PATH_EXPR = enum.auto()
    HOST_PATH = enum.auto()
    """The file or folder on the host."""
    HOST_PATH_TYPE = enum.auto()
    """What the kubelet wants to find there."""
    SOURCE = enum.auto()
    """What says where a volume comes from: one of VOLUME_KINDS."""


class Mount(NamedTuple):
    """One mount of a container: an entry of `volumeMounts`, or what a tool makes one of."""

    name: str
    """The volume's name."""
    mount_path: str
    position: int
    """The mount's place among all of the container, from 0."""
    read_only: bool = False
    sub_path: str = ""
    sub_path_expr: str = ""


class Volume(NamedTuple):
    """One volume of a Pod: an entry of `volumes`, or what a tool makes one of."""

    name: str
    kind: str
    """One of VOLUME_KINDS; the first if there are several."""
    position: int
    """The volume's place among all of the Pod, from 0."""
    host_path: str = ""
    host_path_type: str = ""
    more_kinds: tuple[str, ...] = ()
    """Further kinds of the same volume: there may be only one."""
    projected: tuple[str, ...] = ()
    """What a projected volume is made of: `configMap`, `secret`, `serviceAccountToken` …"""
    object_name: str = ""
    """Of a ConfigMap or a Secret: its name."""
    files: tuple[tuple[str, str], ...] = ()
    """Of a ConfigMap or a Secret: the keys that are shown, each with its file; of none, all by their own names."""

    def key_of(self, file: str) -> str:
        """Return the key of a ConfigMap or a Secret that a file of the volume shows; "" if none does."""
        return next((key for key, path in self.files if path == file), "" if self.files else file)


class PodErrorKind(enum.Enum):
    """What a Pod is refused for."""

    NO_VOLUME = enum.auto()
    """A mount names no volume, or one that the Pod does not have."""
    SAME_MOUNT_PATH = enum.auto()
    UNKNOWN_HOST_PATH_TYPE = enum.auto()
    OTHER = enum.auto()


class PodError(NamedTuple):
    """One reason in mounts or volumes for the API, and for the kubelet with a static Pod, to refuse the Pod."""

    kind: PodErrorKind
    at: Mount | Volume
    part: Part
    message: str
    """The server's own words, without the place."""
    source: str = ""
    """Which of a volume's sources, where the part is one."""


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


def near_miss(mounts: Iterable[Mount], volumes: Sequence[Volume], path: str) -> str | None:
    """Return the path in the container that was probably meant by one which no mount covers.

    It differs by case, by `-` for `_`, by `.yml` for `.yaml`, or by one folder on the way.
    """
    wanted = clean(path)
    for mount in mounts:
        volume = volume_of(mount, volumes)
        if not mount.mount_path or volume is None:
            continue
        point, folder = mount_point(mount), is_folder(mount, volume)
        if folder is not True and _is_near(wanted, point):
            return point
        if folder is not False and _is_near(posixpath.dirname(wanted), point) and _is_meant(wanted, point):
            return f"{point}/{posixpath.basename(wanted)}"
    return None


def _is_near(one: str, other: str) -> bool:
    """Tell whether two paths are the same but for their spelling, or for one folder that one of them lacks."""
    fewer, more = sorted((_plain(one), _plain(other)), key=len)
    if len(fewer) == len(more):
        return fewer == more
    shortened = (more[:index] + more[index + 1 :] for index in range(len(more)))
    return len(fewer) > 1 and fewer in shortened


def _is_meant(file: str, folder: str) -> bool:
    """Tell whether a folder is by its name the one for a file, and not merely the one next to that."""
    return len(_plain(folder)) == len(_plain(posixpath.dirname(file))) or "audit" in folder


def _plain(path: str) -> list[str]:
    """Return the names on the way to a file without case, and with one spelling for each blank and ending."""
    return re.sub(r"\.ya?ml$", ".yaml", path.lower().replace("_", "-")).strip("/").split("/")


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
        for kind in volume.more_kinds:
            message = "Forbidden: may not specify more than 1 volume type"
            yield PodError(PodErrorKind.OTHER, volume, Part.SOURCE, message, kind)
        if volume.kind == "hostPath":
            yield from _host_path_errors(volume)
        if not volume.name:
            yield PodError(PodErrorKind.OTHER, volume, Part.NAME, "Required value")
        elif not _LABEL.fullmatch(volume.name) or len(volume.name) > _LONGEST_LABEL:
            yield PodError(PodErrorKind.OTHER, volume, Part.NAME, _invalid(volume.name, _LABEL_RULE))
        if volume.name in names:
            yield PodError(PodErrorKind.OTHER, volume, Part.NAME, f"Duplicate value: {quote(volume.name)}")
        names.add(volume.name)


def _host_path_errors(volume: Volume) -> Iterator[PodError]:
    if not volume.host_path:
        yield PodError(PodErrorKind.OTHER, volume, Part.HOST_PATH, "Required value")
        return
    if ".." in volume.host_path.split("/"):
        message = _invalid(volume.host_path, "must not contain '..'")
        yield PodError(PodErrorKind.OTHER, volume, Part.HOST_PATH, message)
    if volume.host_path_type not in HOST_PATH_TYPES:
        supported = ", ".join(map(quote, HOST_PATH_TYPES))
        message = f"Unsupported value: {quote(volume.host_path_type)}: supported values: {supported}"
        yield PodError(PodErrorKind.UNKNOWN_HOST_PATH_TYPE, volume, Part.HOST_PATH_TYPE, message)


def _mount_errors(mounts: Sequence[Mount], names: set[str]) -> Iterator[PodError]:
    paths: set[str] = set()
    for mount in mounts:
        if not mount.name:
            yield PodError(PodErrorKind.NO_VOLUME, mount, Part.NAME, "Required value")
        elif mount.name not in names:
            yield PodError(PodErrorKind.NO_VOLUME, mount, Part.NAME, f"Not found: {quote(mount.name)}")
        if not mount.mount_path:
            yield PodError(PodErrorKind.OTHER, mount, Part.MOUNT_PATH, "Required value")
        elif mount.mount_path in paths:
            message = _invalid(mount.mount_path, "must be unique")
            yield PodError(PodErrorKind.SAME_MOUNT_PATH, mount, Part.MOUNT_PATH, message)
        paths.add(mount.mount_path)
        yield from _sub_path_errors(mount)


def _sub_path_errors(mount: Mount) -> Iterator[PodError]:
    for part, value in ((Part.SUB_PATH, mount.sub_path), (Part.SUB_PATH_EXPR, mount.sub_path_expr)):
        if value.startswith("/"):
            yield PodError(PodErrorKind.OTHER, mount, part, _invalid(value, "must be a relative path"))
        if ".." in value.split("/"):
            yield PodError(PodErrorKind.OTHER, mount, part, _invalid(value, "must not contain '..'"))
    if mount.sub_path and mount.sub_path_expr:
        message = _invalid(mount.sub_path_expr, "subPathExpr and subPath are mutually exclusive")
        yield PodError(PodErrorKind.OTHER, mount, Part.SUB_PATH_EXPR, message)


def _invalid(value: str, reason: str) -> str:
    return f"Invalid value: {quote(value)}: {reason}"
