"""What becomes of the files that audit flags name, in a container with these mounts, and what the kubelet refuses.

Sources: `AuditOptions.ApplyTo`, `getWriter` and `ensureLogFile` in pkg/server/options/audit.go of k8s.io/apiserver (the
order: policy, log, webhook; a webhook file is read only with a policy), rotation in gopkg.in/natefinch/lumberjack.v2,
and the sources of `auditlint.kubernetes.mounts` for what the kubelet does.
"""

from __future__ import annotations

import enum

from auditlint.kubernetes import kubeconfig
from auditlint.kubernetes import mounts as mounting
from auditlint.kubernetes.mounts import Mount, Part, PodErrorKind, Volume, clean, covers, mount_point
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.decoding.problems import Value
    from auditlint.kubernetes.parsed_flags import ParsedFlags

POLICY_FLAG = "audit-policy-file"
WEBHOOK_FLAG = "audit-webhook-config-file"
LOG_FLAG = "audit-log-path"

LOG_OPENED_FROM = 22
"""From this minor the server opens the log when it starts and gives up if it cannot."""
ROTATION_CAN_BE_OFF_FROM = 36
"""From this minor `--audit-log-maxsize=0` means no rotation; before, it means the 100 MB of the log writer."""

SHARED_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 (what manifests say, nothing is written there)
CONFIG_FOLDER = "/etc/kubernetes"
MANIFEST_FOLDERS = (
    "/etc/kubernetes/manifests",
    "/var/lib/rancher/k3s/server/manifests",
    "/var/lib/rancher/rke2/server/manifests",
    "/var/lib/rancher/rke2/agent/pod-manifests",
)
"""Where a kubelet looks for static Pods (kubeadm's default, RKE2's), and where k3s and RKE2 apply what they find."""

_FILES = frozenset({"File", "FileOrCreate"})
_SPECIAL = frozenset({"Socket", "CharDevice", "BlockDevice"})
_READ_ONLY_KINDS = frozenset({"configMap", "downwardAPI", "image", "projected", "secret"})
_FILE_ENDINGS = (".yaml", ".yml", ".json", ".conf", ".log", ".txt")


class Files(enum.Enum):
    """Where the files come from that the flags of a kube-apiserver name."""

    MOUNTS = enum.auto()
    """It runs in a container, and sees what is mounted there, by the file or by a tool."""
    HOST = enum.auto()
    """It runs on the host: every path is one there."""
    UNKNOWN = enum.auto()
    """Nothing tells; mounts that are there are mounts."""


class Container(NamedTuple):
    """Where a kube-apiserver runs, as far as a file tells."""

    flags: ParsedFlags
    mounts: tuple[Mount, ...] = ()
    volumes: tuple[Volume, ...] = ()
    other_mounts: tuple[Mount, ...] = ()
    """The mounts of the Pod's other containers."""
    files: Files = Files.MOUNTS
    whole: bool = True
    """What is absent here is absent in the container."""
    has_volumes: bool = True
    """All volumes of the Pod are here."""
    static: bool = True
    """It is a static Pod: it cannot have objects of the API."""
    read_only_root: bool = False
    run_as_user: int | None = None

    @property
    def lacks_mounts(self) -> bool:
        """Whether a file below no mount is in the image, or absent."""
        return self.whole and self.files is Files.MOUNTS


class FaultKind(enum.Enum):
    """What can be wrong with the files of a kube-apiserver."""

    INVALID = enum.auto()
    """The Pod is not valid for another reason than those below."""
    UNKNOWN_HOST_PATH_TYPE = enum.auto()
    NO_VOLUME = enum.auto()
    """A mount without a volume."""
    UNMOUNTED_VOLUME = enum.auto()
    SAME_MOUNT_PATH = enum.auto()
    RESPELLED_MOUNT_PATH = enum.auto()
    """Two mounts on one folder whose paths are written differently."""
    API_OBJECT = enum.auto()
    """A volume of a static Pod that needs an object of the API."""
    PATH = enum.auto()
    """A path that does not lead where it seems to: a URL, a folder, a relative path."""
    SWALLOWED_ARGUMENT = enum.auto()
    """A path that is the next flag."""
    MERGED_ARGUMENT = enum.auto()
    """A path with another flag in it."""
    QUOTED_PATH = enum.auto()
    NOT_MOUNTED = enum.auto()
    """A file to read is not in the container."""
    HOST_PATH_TYPE = enum.auto()
    """The type of a hostPath does not fit to what is mounted."""
    SUB_PATH_OF_FILE = enum.auto()
    AMONG_MANIFESTS = enum.auto()
    WRITABLE_POLICY = enum.auto()
    WEBHOOK_CONFIG = enum.auto()
    """The webhook's kubeconfig cannot be used."""
    LOG_IS_FOLDER = enum.auto()
    LOG_NOT_MOUNTED = enum.auto()
    LOG_MOUNTED_AS_FILE = enum.auto()
    LOG_READ_ONLY = enum.auto()
    LOG_ON_EMPTY_DIR = enum.auto()
    LOG_EXPOSED = enum.auto()
    """The log lies where others write, or among the cluster's configuration."""


class Fault(NamedTuple):
    """One thing that is wrong with the files of a kube-apiserver."""

    kind: FaultKind
    by: str
    """What refuses because of it: `files` (kube-apiserver), `pod` (the kubelet), or nothing."""
    case: str = ""
    """Which of the cases of its kind it is."""
    flag: str = ""
    """The audit flag that names the file concerned."""
    path: str = ""
    """That file, as the flag names it."""
    mount: Mount | None = None
    """The mount that the file leads through, or that is wrong itself."""
    volume: Volume | None = None
    part: Part = Part.NAME
    """Which part of the mount, or else of the volume, makes the Pod invalid."""
    source: str = ""
    """Which of the volume's sources, where the part is one."""
    words: str = ""
    """The words of the server or the kubelet."""
    near: str = ""
    """Of a file that no mount covers: the path of one that is mounted and was probably meant."""
    place: tuple[str | int, ...] = ()
    """Of a webhook's kubeconfig: the way from its root."""


def faults(container: Container) -> tuple[Fault, ...]:
    """Return all that is wrong with a server's mounts and the files that its audit flags name."""
    return (
        *_pod_faults(container),
        *_policy_faults(container),
        *_webhook_faults(container),
        *_log_faults(container),
    )


def webhook_faults(container: Container, config: Value) -> tuple[Fault, ...]:
    """Return why the webhook's kubeconfig, with this content, cannot be used."""
    path = container.flags.text(WEBHOOK_FLAG)
    read = bool(container.flags.text(POLICY_FLAG))
    if not path or not (read or not container.whole):
        return ()
    return tuple(_kubeconfig_faults(container, config, Fault(FaultKind.WEBHOOK_CONFIG, "files" if read else ""), path))


def is_device(path: str) -> bool:
    """Tell whether a log path is no ordinary file: `/dev/stdout`, `/proc/1/fd/1`."""
    return path.startswith(("/dev/", "/proc/")) and not covers("/dev/shm", clean(path))  # noqa: S108


def is_log_file(path: str) -> bool:
    """Tell whether a log path makes the server write and rotate a file."""
    return path not in {"", "-"} and not is_device(path)


def in_manifest_folder(path: str) -> bool:
    """Tell whether a file on the host, or in a checkout of such a tree, lies where manifests are read."""
    return any(f"{folder}/" in f"/{path}/" for folder in MANIFEST_FOLDERS)


def host_path(container: Container, path: str) -> str | None:
    """Return the file on the host that a path of the server's is; None if it is none or nothing tells."""
    if container.files is Files.HOST:
        return clean(path) if path.startswith("/") else None
    mount = mounting.covering(container.mounts, path)
    volume = mounting.volume_of(mount, container.volumes) if mount else None
    return mounting.host_path(mount, volume, path) if mount and volume else None


_OF_PODS = {
    PodErrorKind.NO_VOLUME: FaultKind.NO_VOLUME,
    PodErrorKind.SAME_MOUNT_PATH: FaultKind.SAME_MOUNT_PATH,
    PodErrorKind.UNKNOWN_HOST_PATH_TYPE: FaultKind.UNKNOWN_HOST_PATH_TYPE,
    PodErrorKind.OTHER: FaultKind.INVALID,
}


def _pod_faults(container: Container) -> Iterator[Fault]:
    for error in mounting.pod_errors(container.mounts, container.volumes):
        if error.kind is not PodErrorKind.NO_VOLUME or container.has_volumes:
            fault = Fault(_OF_PODS[error.kind], "pod", part=error.part, source=error.source, words=error.message)
            yield fault._replace(mount=error.at) if isinstance(error.at, Mount) else fault._replace(volume=error.at)
    for _, later in mounting.respelled(container.mounts):
        yield Fault(FaultKind.RESPELLED_MOUNT_PATH, "", mount=later)
    if container.has_volumes:
        for volume in mounting.unmounted(container.volumes, (*container.mounts, *container.other_mounts)):
            yield Fault(FaultKind.UNMOUNTED_VOLUME, "", volume=volume)
    for volume in container.volumes if container.static else ():
        needed = mounting.needed_object(volume)
        if needed:
            yield Fault(FaultKind.API_OBJECT, "pod", volume=volume, words=needed)


def _policy_faults(container: Container) -> Iterator[Fault]:
    path = container.flags.text(POLICY_FLAG)
    if path:
        yield from _read_faults(container, POLICY_FLAG, path, "files")
        yield from _policy_place(container, path)


def _webhook_faults(container: Container) -> Iterator[Fault]:
    path = container.flags.text(WEBHOOK_FLAG)
    read = bool(container.flags.text(POLICY_FLAG))
    if path and (read or not container.whole):
        yield from _read_faults(container, WEBHOOK_FLAG, path, "files" if read else "")


def _kubeconfig_faults(container: Container, config: Value, base: Fault, path: str) -> Iterator[Fault]:
    for problem in kubeconfig.problems(config):
        by = base.by if problem.refuses else ""
        yield base._replace(by=by, case=problem.case, path=problem.value, place=problem.path, words=problem.words)
    found = kubeconfig.connection(config)
    for key, name, place in kubeconfig.files(found) if found and container.lacks_mounts else ():
        file = kubeconfig.resolve(name, path)
        if file.startswith("/") and mounting.covering(container.mounts, file) is None:
            words = f"{kubeconfig.file_words(key)} {file}"
            yield base._replace(case="file-not-mounted", path=file, place=place, words=words)


def _read_faults(container: Container, flag: str, path: str, by: str) -> Iterator[Fault]:
    """Yield why the server cannot read a file; `by` is empty where it does not try."""
    spelling = _spelling(container, flag, path)
    if spelling is not None:
        yield spelling._replace(by=by if _is_certain(container, spelling) else "")
        return
    mount = mounting.covering(container.mounts, path)
    if mount is None:
        if container.lacks_mounts:
            near = _near_miss(container, flag, path)
            yield Fault(FaultKind.NOT_MOUNTED, by, "no-mount", flag, path, near=near)
        return
    volume = mounting.volume_of(mount, container.volumes)
    if volume is not None:
        yield from _read_through(container, Fault(FaultKind.NOT_MOUNTED, by, "", flag, path, mount, volume))


def _near_miss(container: Container, flag: str, path: str) -> str:
    """Return the path that was meant by one which no mount covers, through a mount that no other audit flag needs."""
    others = [container.flags.text(name) for name in (POLICY_FLAG, WEBHOOK_FLAG, LOG_FLAG) if name != flag]
    taken = [mounting.covering(container.mounts, other) for other in others if other]
    free = [mount for mount in container.mounts if mount not in taken]
    return mounting.near_miss(free, container.volumes, path) or ""


def _is_certain(container: Container, fault: Fault) -> bool:
    """Tell whether no file can be what a path, as written, leads to."""
    if fault.kind is FaultKind.PATH:
        return fault.case in {"url", "folder"}
    return container.whole


def _spelling(container: Container, flag: str, path: str) -> Fault | None:
    """Return what is wrong with a path as written, so that the file meant is not the one it leads to."""
    use = container.flags.last(flag)
    if use is not None and container.flags.swallowed(use):
        kind = FaultKind.SWALLOWED_ARGUMENT if use.separate else FaultKind.MERGED_ARGUMENT
        return Fault(kind, "", "", flag, path)
    if path[0] in "\"'":
        return Fault(FaultKind.QUOTED_PATH, "", "", flag, path)
    if "://" in path:
        return Fault(FaultKind.PATH, "", "url", flag, path)
    if path.endswith("/") and flag != LOG_FLAG:
        return Fault(FaultKind.PATH, "", "folder", flag, path)
    if path != path.strip():
        return Fault(FaultKind.PATH, "", "blank", flag, path)
    if path.startswith(("~", "$")):
        return Fault(FaultKind.PATH, "", "unexpanded", flag, path)
    if not path.startswith("/"):
        return Fault(FaultKind.PATH, "", "relative", flag, path)
    return None


def _read_through(container: Container, base: Fault) -> Iterator[Fault]:
    """Yield why a file cannot be read through a mount and its volume."""
    mount, volume = base.mount, base.volume
    if mount is None or volume is None:
        return
    if _file_with_sub_path(mount, volume):
        yield _sub_path_fault(base, volume)
    elif mount_point(mount) != clean(base.path):
        if volume.host_path_type in _FILES and not mount.sub_path:
            yield base._replace(kind=FaultKind.HOST_PATH_TYPE, case="file-at-folder")
        elif _alone_in_empty_folder(container, volume):
            yield base._replace(case="empty-folder")
    elif mounting.is_folder(mount, volume):
        hosted = volume.kind == "hostPath"
        yield base._replace(
            kind=FaultKind.HOST_PATH_TYPE if hosted else FaultKind.NOT_MOUNTED,
            case="folder-at-file" if hosted else "volume-at-file",
        )
    elif volume.host_path_type in _SPECIAL:
        yield base._replace(kind=FaultKind.HOST_PATH_TYPE, case="special")
    elif volume.kind == "hostPath" and volume.host_path_type in {"", "FileOrCreate"} and not mount.sub_path:
        yield base._replace(kind=FaultKind.HOST_PATH_TYPE, by="", case="unchecked")


def _file_with_sub_path(mount: Mount, volume: Volume) -> bool:
    """Tell whether a mount looks for something below what must be, or by its name is, a file."""
    if not mount.sub_path or volume.kind != "hostPath":
        return False
    named = not volume.host_path_type and volume.host_path.endswith(_FILE_ENDINGS)
    return named or volume.host_path_type in _FILES | _SPECIAL


def _sub_path_fault(base: Fault, volume: Volume) -> Fault:
    if volume.host_path_type:
        return base._replace(kind=FaultKind.SUB_PATH_OF_FILE, by="pod", case="file")
    return base._replace(kind=FaultKind.SUB_PATH_OF_FILE, by="", case="named")


def _alone_in_empty_folder(container: Container, volume: Volume) -> bool:
    """Tell whether a volume starts empty and no other container of the Pod writes or reads there."""
    shared = any(mount.name == volume.name for mount in container.other_mounts)
    return volume.kind == "emptyDir" and container.whole and not shared


def _policy_place(container: Container, path: str) -> Iterator[Fault]:
    """Yield the faults of where a policy lies: among manifests, or mounted so that it can be overwritten."""
    mount = mounting.covering(container.mounts, path)
    host = host_path(container, path) if mount or container.whole else clean(path)
    if host and in_manifest_folder(host):
        yield Fault(FaultKind.AMONG_MANIFESTS, "", "", POLICY_FLAG, host, mount)
    volume = mounting.volume_of(mount, container.volumes) if mount else None
    if mount and volume and volume.kind == "hostPath" and not mount.read_only and not _written(container, mount):
        yield Fault(FaultKind.WRITABLE_POLICY, "", "", POLICY_FLAG, path, mount, volume)


def _written(container: Container, mount: Mount) -> bool:
    """Tell whether the server writes its log or its own certificates through the mount that holds the policy."""
    paths = [container.flags.text(LOG_FLAG), *(use.value for use in container.flags.uses if use.name == "cert-dir")]
    return any(mounting.covering(container.mounts, path) == mount for path in paths)


def _log_faults(container: Container) -> Iterator[Fault]:
    path = container.flags.text(LOG_FLAG)
    if not is_log_file(path):
        return
    by = "files" if container.flags.minor >= LOG_OPENED_FROM else ""
    spelling = _spelling(container, LOG_FLAG, path)
    if spelling is not None:
        yield spelling
        return
    mount = mounting.covering(container.mounts, path)
    volume = mounting.volume_of(mount, container.volumes) if mount else None
    base = Fault(FaultKind.LOG_NOT_MOUNTED, by, "", LOG_FLAG, path, mount, volume)
    if path.endswith("/") or _leads_to_mount(container, path):
        yield base._replace(kind=FaultKind.LOG_IS_FOLDER, case="folder")
    elif container.files is Files.HOST:
        yield from _exposed(base, host_path(container, path))
    elif mount is None:
        yield from _log_in_image(container, base)
    elif volume is not None:
        yield from _log_through(container, base, mount, volume)


def _leads_to_mount(container: Container, path: str) -> bool:
    """Tell whether something is mounted below a path, so that it can be nothing but a folder."""
    points = {mount_point(mount) for mount in container.mounts if mount.mount_path}
    return any(point != clean(path) and covers(clean(path), point) for point in points)


def _log_in_image(container: Container, base: Fault) -> Iterator[Fault]:
    if not container.lacks_mounts:
        return
    base = base._replace(near=_near_miss(container, LOG_FLAG, base.path))
    if container.read_only_root:
        yield base._replace(case="read-only-root")
    elif container.run_as_user and not covers("/tmp", clean(base.path)):  # noqa: S108
        yield base._replace(case="user")
    else:
        yield base._replace(by="", case="lost")


def _log_through(container: Container, base: Fault, mount: Mount, volume: Volume) -> Iterator[Fault]:
    """Yield what is wrong with a log that is written through a mount."""
    if _file_with_sub_path(mount, volume):
        yield _sub_path_fault(base, volume)
        return
    exact = mount_point(mount) == clean(base.path)
    if exact and mounting.is_folder(mount, volume):
        yield base._replace(kind=FaultKind.LOG_IS_FOLDER, case="folder-mounted")
        return
    if not exact and volume.host_path_type in _FILES and not mount.sub_path:
        yield base._replace(kind=FaultKind.HOST_PATH_TYPE, case="file-at-folder")
        return
    if exact and _rotates(container.flags):
        case = "file" if volume.host_path_type else "untyped"
        yield base._replace(kind=FaultKind.LOG_MOUNTED_AS_FILE, by="", case=case)
    if mount.read_only or volume.kind in _READ_ONLY_KINDS:
        yield base._replace(kind=FaultKind.LOG_READ_ONLY, case="mount" if mount.read_only else "volume")
    if _alone_in_empty_folder(container, volume):
        yield base._replace(kind=FaultKind.LOG_ON_EMPTY_DIR, by="")
    yield from _exposed(base, mounting.host_path(mount, volume, base.path))


def _rotates(flags: ParsedFlags) -> bool:
    return flags.minor < ROTATION_CAN_BE_OFF_FROM or flags.number("audit-log-maxsize") != 0


def _exposed(base: Fault, host: str | None) -> Iterator[Fault]:
    if host is None:
        return
    if any(covers(folder, host) for folder in SHARED_FOLDERS):
        yield Fault(FaultKind.LOG_EXPOSED, "", "shared", base.flag, host, base.mount, base.volume)
    elif in_manifest_folder(host):
        yield Fault(FaultKind.LOG_EXPOSED, "", "manifests", base.flag, host, base.mount, base.volume)
    elif covers(CONFIG_FOLDER, host):
        yield Fault(FaultKind.LOG_EXPOSED, "", "config", base.flag, host, base.mount, base.volume)
