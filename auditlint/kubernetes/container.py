"""What becomes of the files that audit flags name, in a container with these mounts, and what the kubelet refuses.

Sources: `AuditOptions.ApplyTo`, `getWriter` and `ensureLogFile` in pkg/server/options/audit.go of k8s.io/apiserver (the
order: policy, log, webhook; a webhook file is read only with a policy), rotation in gopkg.in/natefinch/lumberjack.v2,
and the sources of `auditlint.kubernetes.mounts` for what the kubelet does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes import kubeconfig
from auditlint.kubernetes import mounts as mounting
from auditlint.kubernetes.mounts import clean, covers, mount_point

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.decoding.problems import Value
    from auditlint.kubernetes.mounts import Mount, Volume
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


class Container(NamedTuple):
    """A kube-apiserver's container, as far as a manifest tells."""

    flags: ParsedFlags
    mounts: tuple[Mount, ...] = ()
    volumes: tuple[Volume, ...] = ()
    other_mounts: tuple[Mount, ...] = ()
    """The mounts of the Pod's other containers."""
    whole: bool = True
    """What is absent here is absent in the container."""
    has_volumes: bool = True
    """All volumes of the Pod are here."""
    static: bool = True
    """It is a static Pod: it cannot have objects of the API."""
    read_only_root: bool = False
    run_as_user: int | None = None
    webhook: Value = None
    """The content of the webhook's kubeconfig, if the run has it."""


class Fault(NamedTuple):
    """One thing that is wrong with the files of a container."""

    kind: str
    """The rule that reports it."""
    by: str
    """What refuses because of it: `files` (kube-apiserver), `pod` (the kubelet), or nothing."""
    case: str
    """Which of the rule's cases it is."""
    flag: str = ""
    """The audit flag that names the file concerned."""
    path: str = ""
    """That file, as the flag names it."""
    mount: Mount | None = None
    """The mount that the file leads through, or that is wrong itself."""
    volume: Volume | None = None
    place: tuple[str | int, ...] = ()
    """Where the Pod is invalid: from the container (`volumeMounts`, …) or from the Pod's spec (`volumes`, …).

    Of a webhook's kubeconfig: the way from its root.
    """
    words: str = ""
    """The words of the server or the kubelet."""


def faults(container: Container) -> tuple[Fault, ...]:
    """Return all that is wrong with a container's mounts and the files that its audit flags name."""
    return (
        *_pod_faults(container),
        *_policy_faults(container),
        *_webhook_faults(container),
        *_log_faults(container),
    )


def is_device(path: str) -> bool:
    """Tell whether a log path is no ordinary file: `/dev/stdout`, `/proc/1/fd/1`."""
    return path.startswith(("/dev/", "/proc/")) and not covers("/dev/shm", clean(path))  # noqa: S108


def is_log_file(path: str) -> bool:
    """Tell whether a log path makes the server write and rotate a file."""
    return path not in {"", "-"} and not is_device(path)


def in_manifest_folder(path: str) -> bool:
    """Tell whether a file on the host lies where manifests are read."""
    return any(covers(folder, path) for folder in MANIFEST_FOLDERS)


def log_host_path(container: Container) -> str | None:
    """Return the file on the host that the log is written to; None if it is none or nothing tells."""
    return _host(container, container.flags.text(LOG_FLAG))


def _host(container: Container, path: str) -> str | None:
    mount = mounting.covering(container.mounts, path)
    volume = mounting.volume_of(mount, container.volumes) if mount else None
    return mounting.host_path(mount, volume, path) if mount and volume else None


def _pod_faults(container: Container) -> Iterator[Fault]:
    for error in mounting.pod_errors(container.mounts, container.volumes):
        kind = "invalid-mount" if error.kind == "invalid" else error.kind
        if kind != "mount-without-volume" or container.has_volumes:
            yield Fault(kind, "pod", "invalid", place=error.place, words=error.message)
    for _, later in mounting.respelled(container.mounts):
        yield Fault("overlapping-mounts", "", "respelled", mount=later)
    if container.has_volumes:
        for volume in mounting.unmounted(container.volumes, (*container.mounts, *container.other_mounts)):
            yield Fault("mount-without-volume", "", "unmounted", volume=volume)
    for volume in container.volumes if container.static else ():
        needed = mounting.needed_object(volume)
        if needed:
            yield Fault("unsupported-volume", "pod", "object", volume=volume, words=needed)


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
        yield from _kubeconfig_faults(container, Fault("invalid-webhook-config", "files" if read else "", ""), path)


def _kubeconfig_faults(container: Container, base: Fault, path: str) -> Iterator[Fault]:
    """Yield why the webhook's kubeconfig, if it is known, cannot be used."""
    for problem in kubeconfig.problems(container.webhook) if container.webhook is not None else ():
        by = base.by if problem.refuses else ""
        yield base._replace(by=by, case=problem.case, path=problem.value, place=problem.path, words=problem.words)
    found = kubeconfig.connection(container.webhook)
    for key, name, place in kubeconfig.files(found) if found and container.whole else ():
        file = kubeconfig.resolve(name, path)
        if file.startswith("/") and mounting.covering(container.mounts, file) is None:
            words = f"{kubeconfig.file_words(key)} {file}"
            yield base._replace(case="file-not-mounted", path=file, place=place, words=words)


def _read_faults(container: Container, flag: str, path: str, by: str) -> Iterator[Fault]:
    """Yield why the server cannot read a file; `by` is empty where it does not try."""
    spelling = _spelling(container, flag, path)
    if spelling is not None:
        certain = {"url", "folder", "quoted", "merged"} if container.whole else {"url", "folder"}
        yield spelling._replace(by=by if spelling.case in certain else "")
        return
    mount = mounting.covering(container.mounts, path)
    if mount is None:
        if container.whole:
            yield Fault("policy-not-mounted", by, "no-mount", flag, path)
        return
    volume = mounting.volume_of(mount, container.volumes)
    if volume is not None:
        yield from _read_through(container, Fault("", by, "", flag, path, mount, volume), mount, volume)


def _spelling(container: Container, flag: str, path: str) -> Fault | None:
    """Return what is wrong with a path as written, so that the file meant is not the one it leads to."""
    use = container.flags.last(flag)
    if use is not None and container.flags.swallowed(use):
        return Fault("missing-flag-value" if use.separate else "merged-arguments", "", "merged", flag, path)
    if path[0] in "\"'":
        return Fault("stray-argument", "", "quoted", flag, path)
    if "://" in path:
        return Fault("invalid-path", "", "url", flag, path)
    if path.endswith("/") and flag != LOG_FLAG:
        return Fault("invalid-path", "", "folder", flag, path)
    if path != path.strip():
        return Fault("invalid-path", "", "blank", flag, path)
    if path.startswith(("~", "$")):
        return Fault("invalid-path", "", "unexpanded", flag, path)
    if not path.startswith("/"):
        return Fault("invalid-path", "", "relative", flag, path)
    return None


def _read_through(container: Container, base: Fault, mount: Mount, volume: Volume) -> Iterator[Fault]:
    """Yield why a file cannot be read through a mount and its volume."""
    if _file_with_sub_path(mount, volume):
        yield _sub_path_fault(base, volume)
    elif mount_point(mount) != clean(base.path):
        if volume.host_path_type in _FILES and not mount.sub_path:
            yield base._replace(kind="wrong-host-path-type", case="file-at-folder")
        elif _alone_in_empty_folder(container, volume):
            yield base._replace(kind="policy-not-mounted", case="empty-folder")
    elif mounting.is_folder(mount, volume):
        hosted = volume.kind == "hostPath"
        yield base._replace(
            kind="wrong-host-path-type" if hosted else "policy-not-mounted",
            case="folder-at-file" if hosted else "volume-at-file",
        )
    elif volume.host_path_type in _SPECIAL:
        yield base._replace(kind="wrong-host-path-type", case="special")
    elif volume.kind == "hostPath" and volume.host_path_type in {"", "FileOrCreate"} and not mount.sub_path:
        yield base._replace(kind="wrong-host-path-type", by="", case="unchecked")


def _file_with_sub_path(mount: Mount, volume: Volume) -> bool:
    """Tell whether a mount looks for something below what must be, or by its name is, a file."""
    if not mount.sub_path or volume.kind != "hostPath":
        return False
    named = not volume.host_path_type and volume.host_path.endswith(_FILE_ENDINGS)
    return named or volume.host_path_type in _FILES | _SPECIAL


def _sub_path_fault(base: Fault, volume: Volume) -> Fault:
    if volume.host_path_type:
        return base._replace(kind="sub-path-of-file", by="pod", case="file")
    return base._replace(kind="sub-path-of-file", by="", case="named")


def _alone_in_empty_folder(container: Container, volume: Volume) -> bool:
    """Tell whether a volume starts empty and no other container of the Pod writes or reads there."""
    shared = any(mount.name == volume.name for mount in container.other_mounts)
    return volume.kind == "emptyDir" and container.whole and not shared


def _policy_place(container: Container, path: str) -> Iterator[Fault]:
    """Yield the faults of where a policy lies: among manifests, or mounted so that it can be overwritten."""
    mount = mounting.covering(container.mounts, path)
    host = _host(container, path) if mount or container.whole else clean(path)
    if host and in_manifest_folder(host):
        yield Fault("policy-in-manifest-folder", "", "", POLICY_FLAG, host, mount)
    volume = mounting.volume_of(mount, container.volumes) if mount else None
    if mount and volume and volume.kind == "hostPath" and not mount.read_only and not _written(container, mount):
        yield Fault("writable-policy-mount", "", "", POLICY_FLAG, path, mount, volume)


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
    base = Fault("", by, "", LOG_FLAG, path, mount, volume)
    if path.endswith("/") or _leads_to_mount(container, path):
        yield base._replace(kind="log-path-is-folder", case="folder")
    elif mount is None:
        yield from _log_in_image(container, base)
    elif volume is not None:
        yield from _log_through(container, base, mount, volume)


def _leads_to_mount(container: Container, path: str) -> bool:
    """Tell whether something is mounted below a path, so that it can be nothing but a folder."""
    points = {mount_point(mount) for mount in container.mounts if mount.mount_path}
    return any(point != clean(path) and covers(clean(path), point) for point in points)


def _log_in_image(container: Container, base: Fault) -> Iterator[Fault]:
    if not container.whole:
        return
    if container.read_only_root:
        yield base._replace(kind="log-not-mounted", case="read-only-root")
    elif container.run_as_user and not covers("/tmp", clean(base.path)):  # noqa: S108
        yield base._replace(kind="log-not-mounted", case="user")
    else:
        yield base._replace(kind="log-not-mounted", by="", case="lost")


def _log_through(container: Container, base: Fault, mount: Mount, volume: Volume) -> Iterator[Fault]:
    """Yield what is wrong with a log that is written through a mount."""
    if _file_with_sub_path(mount, volume):
        yield _sub_path_fault(base, volume)
        return
    exact = mount_point(mount) == clean(base.path)
    if exact and mounting.is_folder(mount, volume):
        yield base._replace(kind="log-path-is-folder", case="folder-mounted")
        return
    if not exact and volume.host_path_type in _FILES and not mount.sub_path:
        yield base._replace(kind="wrong-host-path-type", case="file-at-folder")
        return
    if exact and _rotates(container.flags):
        yield base._replace(kind="log-mounted-as-file", by="", case="file" if volume.host_path_type else "untyped")
    if mount.read_only or volume.kind in _READ_ONLY_KINDS:
        yield base._replace(kind="log-mount-read-only", case="mount" if mount.read_only else "volume")
    if _alone_in_empty_folder(container, volume):
        yield base._replace(kind="log-on-empty-dir", by="")
    yield from _exposed(base, mounting.host_path(mount, volume, base.path))


def _rotates(flags: ParsedFlags) -> bool:
    return flags.minor < ROTATION_CAN_BE_OFF_FROM or flags.number("audit-log-maxsize") != 0


def _exposed(base: Fault, host: str | None) -> Iterator[Fault]:
    if host is None:
        return
    if any(covers(folder, host) for folder in SHARED_FOLDERS):
        yield Fault("exposed-log-folder", "", "shared", base.flag, host, base.mount, base.volume)
    elif in_manifest_folder(host):
        yield Fault("exposed-log-folder", "", "manifests", base.flag, host, base.mount, base.volume)
    elif covers(CONFIG_FOLDER, host):
        yield Fault("exposed-log-folder", "", "config", base.flag, host, base.mount, base.volume)
