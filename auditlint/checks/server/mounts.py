"""Rules about the files that audit flags name: what a container's mounts and a Pod's volumes make of them."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from auditlint import spelling
from auditlint.checks.server.flag_words import NOT_STARTING, at_flag
from auditlint.english import speech
from auditlint.finding import Severity
from auditlint.kubernetes import container, mounts
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer, ManifestFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding, Path, Related
    from auditlint.kubernetes.container import Fault
    from auditlint.kubernetes.mounts import Mount, Volume
    from auditlint.rule import Context

rule = Category("apiserver-mounts", ApiServer)
_WHAT = {
    "audit-policy-file": "the policy",
    "audit-webhook-config-file": "the webhook's kubeconfig",
    "audit-log-path": "the log",
}


def _faults(server: ApiServer, kind: str) -> Iterator[Fault]:
    return (fault for fault in server.faults if fault.kind == kind)


def _mount_path(server: ApiServer, mount: Mount, *steps: str) -> Path:
    return server.at("volumeMounts", mount.position, *steps)


def _volume_path(server: ApiServer, volume: Volume, *steps: str) -> Path:
    return (*server.spec_path, "volumes", volume.position, *steps)


def _sentence(fault: Fault, message: str) -> str:
    return f"{NOT_STARTING}: {message}" if fault.by else message


def _at_flag(server: ApiServer, context: Context, fault: Fault, message: str, **details: Any) -> Iterator[Finding]:
    use = server.flags.last(fault.flag)
    if use is not None:
        refused = bool(fault.by)
        yield at_flag(server, context, use, _sentence(fault, message), refused=refused, about=(fault.flag,), **details)


def _mounted_here(server: ApiServer, context: Context, fault: Fault) -> tuple[Related, ...]:
    """Return the mount that a fault speaks of as a second place."""
    if fault.mount is None:
        return ()
    return (context.related(_mount_path(server, fault.mount, "mountPath"), "mounted here", key=False),)


def _mount_folder(path: str) -> str:
    """Return the advice to mount a log's folder, or a folder of its own where the log lies in one that others use."""
    folder = posixpath.dirname(path)
    if folder in {"/", "/etc", "/tmp", "/var", "/var/log"}:  # noqa: S108 (nothing is written there)
        return f"Write it to a folder of its own, such as /var/log/kubernetes/audit, and mount that, {_FOLDER_TYPE}"
    return f"Mount a host folder on {folder}, {_FOLDER_TYPE}"


_FOLDER_TYPE = "hostPath type DirectoryOrCreate"


@rule(
    "policy-not-mounted",
    severity=Severity.ERROR,
    refuses=True,
    summary="a policy or webhook file that is not in the container",
)
def policy_not_mounted(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a policy file, or a webhook's kubeconfig, that no mount brings into the container."""
    for fault in _faults(server, "policy-not-mounted"):
        message = f"{_absent(fault)} ({_no_file(fault)}). {_mounting(fault)}"
        yield from _at_flag(server, context, fault, message, related=_mounted_here(server, context, fault))


def _absent(fault: Fault) -> str:
    if fault.case == "no-mount" or fault.volume is None:
        return f"no volumeMount covers {fault.path}"
    if fault.case == "empty-folder":
        return (
            f'{fault.path} lies in the emptyDir "{fault.volume.name}", which starts empty and no other container fills'
        )
    return f'the {fault.volume.kind} "{fault.volume.name}" is mounted on {fault.path} as a folder'


def _no_file(fault: Fault) -> str:
    if fault.case == "volume-at-file":
        return f'"read {fault.path}: is a directory"'
    return '"no such file or directory"' if fault.flag == container.WEBHOOK_FLAG else '"failed to read file path"'


def _mounting(fault: Fault) -> str:
    if fault.case == "volume-at-file":
        return f"Add subPath: {posixpath.basename(fault.path)}, or name a file in that folder"
    return "Mount that file read-only, hostPath type File"


@rule(
    "log-not-mounted",
    severity=Severity.WARNING,
    summary="a log that is written into the container and lost with it",
)
def log_not_mounted(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a log path outside every mount."""
    for fault in _faults(server, "log-not-mounted"):
        severity = Severity.ERROR if fault.by else None
        yield from _at_flag(
            server, context, fault, f"{_unmounted(fault)}. {_mount_folder(fault.path)}", severity=severity
        )


def _unmounted(fault: Fault) -> str:
    if not fault.by and fault.case == "lost":
        return f"no volumeMount covers {fault.path}: the log is inside the container and lost when it restarts"
    reason = 'its root file system is read-only ("read-only file system")'
    if fault.case == "user":
        reason = 'it does not run as root ("permission denied")'
    effect = "" if fault.by else ": no event can be written"
    return f"no volumeMount covers {fault.path} in the container, and {reason}{effect}"


@rule(
    "log-mounted-as-file",
    severity=Severity.ERROR,
    summary="a log file that is mounted itself and so cannot be rotated",
)
def log_mounted_as_file(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a mount of the log file itself: it cannot be renamed."""
    for fault in _faults(server, "log-mounted-as-file"):
        if fault.mount is not None:
            size = int(server.flags.number("audit-log-maxsize")) or 100
            unchecked = " (or the path is a folder, and the server does not start)" if fault.case == "untyped" else ""
            message = (
                f"{fault.path} is mounted as a file, and rotation cannot rename a mount{unchecked}: after {size} MB "
                f'every event is lost ("device or resource busy") while the server runs on. {_mount_folder(fault.path)}'
            )
            yield context.value(_mount_path(server, fault.mount, "mountPath"), message)


@rule(
    "log-mount-read-only",
    severity=Severity.ERROR,
    refuses=True,
    summary="a log in a folder that is mounted read-only",
)
def log_mount_read_only(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a read-only mount over the log path."""
    for fault in _faults(server, "log-mount-read-only"):
        if fault.mount is not None and fault.volume is not None:
            advice = "Delete readOnly" if fault.case == "mount" else "Write to a hostPath folder"
            because = "" if fault.case == "mount" else f", as every {fault.volume.kind} is"
            message = f"{fault.path} is in a folder that is mounted read-only{because}"
            effect = '"read-only file system"' if fault.by else "no event can be written"
            key = "readOnly" if fault.case == "mount" else "name"
            yield context.value(
                _mount_path(server, fault.mount, key),
                _sentence(fault, f"{message} ({effect}). {advice}"),
                refused=bool(fault.by),
                severity=None if fault.by else Severity.WARNING,
            )


@rule(
    "wrong-host-path-type",
    severity=Severity.ERROR,
    refuses=True,
    summary="a hostPath type that does not fit to what is mounted",
)
def wrong_host_path_type(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report File where a folder is mounted, a folder where a file is, types that check nothing, unknown types."""
    told: set[int] = set()
    for fault in _faults(server, "wrong-host-path-type"):
        if fault.case == "invalid":
            path = (*server.spec_path, *fault.place)
            message = f"this hostPath type does not exist ({speech(fault.words)}). Write {_near_type(server, fault)}"
            yield context.value(path, _sentence(fault, message), refused=True)
        elif fault.volume is not None and fault.volume.position not in told:
            told.add(fault.volume.position)
            yield context.value(
                _volume_path(server, fault.volume, "hostPath", "type"),
                _sentence(fault, _misfit(fault, fault.volume)),
                refused=bool(fault.by),
                severity=Severity.WARNING if fault.case == "unchecked" else None,
            )


def _near_type(server: ApiServer, fault: Fault) -> str:
    volume = next(volume for volume in server.volumes if volume.position in fault.place)
    return spelling.meant(volume.host_path_type, mounts.HOST_PATH_TYPES) or "File or DirectoryOrCreate"


def _misfit(fault: Fault, volume: Volume) -> str:
    what = _WHAT[fault.flag]
    kind = f"type {volume.host_path_type}" if volume.host_path_type else "a hostPath with a slash at its end"
    if fault.case == "file-at-folder":
        folder = fault.mount.mount_path if fault.mount else ""
        end = "" if fault.by else ": no event can be written"
        return (
            f"{what} {fault.path} is in the folder {folder}, and {kind} takes only a file{end}. Write DirectoryOrCreate"
        )
    if fault.case == "folder-at-file":
        return f"{what} is mounted on {fault.path} itself, and {kind} takes only a folder. Write File"
    if fault.case == "special":
        return f"{fault.path} must be an ordinary file, and {kind} takes none. Write File"
    if volume.host_path_type == "FileOrCreate":
        return (
            f"where {volume.host_path} is absent, FileOrCreate makes an empty file, which kube-apiserver refuses with "
            "a message that does not say so. Write File: then the kubelet says what is missing"
        )
    return (
        f"where {volume.host_path} is absent, a hostPath without a type becomes a folder, which kube-apiserver refuses "
        "and which stays there. Write type: File, and the kubelet says what is missing"
    )


@rule(
    "sub-path-of-file",
    severity=Severity.ERROR,
    refuses=True,
    summary="a subPath below a hostPath that is a file",
)
def sub_path_of_file(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a subPath where the volume is a file already."""
    for fault in _faults(server, "sub-path-of-file"):
        if fault.mount is not None and fault.volume is not None:
            path, sub_path = fault.volume.host_path, fault.mount.sub_path
            kind = f"(type {fault.volume.host_path_type})" if fault.by else "by its name"
            end = f" (\"failed to prepare subPath for volumeMount '{fault.mount.name}'\")" if fault.by else ""
            message = f'{path} is a file {kind}, and there is no "{sub_path}" below it{end}. Delete subPath'
            place = _mount_path(server, fault.mount, "subPath")
            yield context.value(place, _sentence(fault, message), refused=bool(fault.by))


@rule(
    "mount-without-volume",
    severity=Severity.ERROR,
    refuses=True,
    summary="a mount whose volume does not exist, or a volume that nobody mounts",
)
def mount_without_volume(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report mounts of volumes that the Pod does not have, and volumes that no container mounts."""
    for fault in _faults(server, "mount-without-volume"):
        if fault.case == "invalid":
            message = f"this mount names a volume that the Pod does not have ({speech(fault.words)}). {_ADD_VOLUME}"
            yield context.value(server.at(*fault.place), _sentence(fault, message), refused=True)
        elif fault.volume is not None:
            message = f'no container mounts the volume "{fault.volume.name}". Mount it, or delete it'
            path = _volume_path(server, fault.volume, "name")
            yield context.value(path, message, severity=Severity.INFO)


_ADD_VOLUME = "Add it under volumes, or correct the name"


@rule(
    "overlapping-mounts",
    severity=Severity.ERROR,
    refuses=True,
    summary="two mounts on one folder",
)
def overlapping_mounts(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report two mounts on the same path, written alike or not."""
    for fault in _faults(server, "overlapping-mounts"):
        if fault.case == "invalid":
            message = f"two mounts have this mountPath ({speech(fault.words)}). Delete one"
            yield context.value(server.at(*fault.place), _sentence(fault, message), refused=True)
        elif fault.mount is not None:
            point = mounts.mount_point(fault.mount)
            first = next(mount for mount in server.mounts if mounts.mount_point(mount) == point)
            message = (
                f'"{fault.mount.mount_path}" and "{first.mount_path}" are the same folder: the runtime mounts one over '
                "the other, and what is in the lower one is hidden. Delete one"
            )
            related = (context.related(_mount_path(server, first, "mountPath"), "the other mount", key=False),)
            yield context.value(_mount_path(server, fault.mount, "mountPath"), message, related=related)


@rule(
    "invalid-mount",
    severity=Severity.ERROR,
    refuses=True,
    summary="a mount or a volume that the kubelet refuses as written",
)
def invalid_mount(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report what else the validation of Pods refuses in mounts and volumes."""
    for fault in _faults(server, "invalid-mount"):
        base = server.base if fault.place[0] == "volumeMounts" else server.spec_path
        message = f"the Pod is invalid here ({speech(fault.words)}). Correct it: nothing of the Pod runs until then"
        yield context.value((*base, *fault.place), _sentence(fault, message), refused=True)


@rule(
    "log-path-is-folder",
    severity=Severity.ERROR,
    refuses=True,
    summary="a folder where the log file belongs",
)
def log_path_is_folder(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a log path that is, or by its mount must be, a folder."""
    for fault in _faults(server, "log-path-is-folder"):
        reason = "ends in a slash" if fault.path.endswith("/") else "is a folder, something is mounted below it"
        if fault.case == "folder-mounted":
            reason = "is a folder, it is mounted as one"
        effect = '"is a directory"' if fault.by else f"1.{server.minor} starts, and no event can be written"
        message = (
            f"{fault.path} {reason} ({effect}). Write --{container.LOG_FLAG}={posixpath.join(fault.path, 'audit.log')}"
        )
        severity = None if fault.by else Severity.WARNING
        related = _mounted_here(server, context, fault)
        yield from _at_flag(server, context, fault, message, severity=severity, related=related)


@rule(
    "writable-policy-mount",
    severity=Severity.INFO,
    summary="a policy that the container may overwrite",
    gives_way_to=("sub-path-of-file",),
)
def writable_policy_mount(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a policy that is mounted read-write where nothing is written through the same mount."""
    for fault in _faults(server, "writable-policy-mount"):
        if fault.mount is not None:
            message = (
                f"{fault.path} is mounted read-write, and kube-apiserver only reads it: whoever gets into the "
                "container can turn auditing off at the next restart. Add readOnly: true"
            )
            yield context.value(_mount_path(server, fault.mount, "readOnly"), message)


@rule(
    "exposed-log-folder",
    severity=Severity.WARNING,
    summary="a log in a place that others share, or among the cluster's configuration",
)
def exposed_log_folder(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a log that lands in a shared folder of the host, or under /etc/kubernetes."""
    for fault in _faults(server, "exposed-log-folder"):
        if fault.volume is not None:
            message = f"the log is {fault.path} on the host: {_EXPOSED[fault.case]}. {_OWN_FOLDER}"
            yield context.value(_volume_path(server, fault.volume, "hostPath", "path"), message)


_EXPOSED = {
    "shared": "every user of the node can put files and links into that folder, and it may be emptied at boot",
    "config": "it grows among the keys and manifests of the control plane, and is copied with every backup of them",
    "manifests": "the kubelet tries to read every file there as a Pod, again at each change",
}
_OWN_FOLDER = "Write it to a folder of its own, such as /var/log/kubernetes/audit"


@rule(
    "log-on-empty-dir",
    severity=Severity.WARNING,
    summary="a log that is deleted with the Pod",
)
def log_on_empty_dir(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a log in an emptyDir that no other container of the Pod mounts."""
    for fault in _faults(server, "log-on-empty-dir"):
        if fault.volume is not None:
            message = (
                f'the log is in the emptyDir "{fault.volume.name}": it is deleted with the Pod, at every change of the '
                "manifest. Write it to a hostPath folder, or ship it from another container of the Pod"
            )
            yield context.value(_volume_path(server, fault.volume, "emptyDir"), message)


@rule(
    "unsupported-volume",
    severity=Severity.ERROR,
    refuses=True,
    summary="a volume that needs the API, in the Pod that is to serve it",
)
def unsupported_volume(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report volumes from objects of the API in a static Pod."""
    for fault in _faults(server, "unsupported-volume"):
        if fault.volume is not None:
            path = _volume_path(server, fault.volume, fault.volume.kind)
            yield context.key(path, _sentence(fault, f"{_no_object(server, fault)}. {_ON_HOST}"), refused=True)


_ON_HOST = "Put the file on the host and mount it as hostPath"


def _no_object(server: ApiServer, fault: Fault) -> str:
    if server.minor >= mounts.STATIC_PODS_CHECKED_FROM:
        return f'the kubelet refuses the Pod ("static pods may not reference {fault.words}")'
    kind = fault.volume.kind if fault.volume else ""
    return f"a static Pod waits for ever for its {kind} volume, which has to come from an API server that is not up yet"


@rule(
    "extra-manifest-document",
    severity=Severity.WARNING,
    summary="documents of a static Pod's file that the kubelet does not read",
    subject=ManifestFile,
)
def extra_manifest_document(manifest: ManifestFile, context: Context) -> Iterator[Finding]:
    """Report later documents in the file of a static Pod, and a List around the Pod."""
    if manifest.is_list:
        message = "the kubelet takes one Pod a file, and no List: a static Pod in it does not run. Keep the Pod alone"
        yield context.key(("kind",), message)
    for index, span in manifest.ignored:
        message = (
            "the kubelet reads only the first document of a file in its manifest folder. Move this one to its own file"
        )
        yield context.at(span, "", message)._replace(document=index)
