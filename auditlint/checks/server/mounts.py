"""Rules about the files that audit flags name: what a container's mounts and a Pod's volumes make of them."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from auditlint import spelling
from auditlint.checks.server.flag_words import NOT_STARTING, at_flag
from auditlint.checks.server.told import told_here
from auditlint.english import speech
from auditlint.finding import Severity
from auditlint.kubernetes import container, mounts
from auditlint.kubernetes.container import FaultKind
from auditlint.kubernetes.mounts import Part
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


def _sentence(fault: Fault, message: str) -> str:
    return f"{NOT_STARTING}: {message}" if fault.by else message


def _at_flag(server: ApiServer, context: Context, fault: Fault, message: str, **details: Any) -> Iterator[Finding]:
    use = server.flags.last(fault.flag)
    if use is not None:
        refused = bool(fault.by)
        yield at_flag(server, context, use, _sentence(fault, message), refused=refused, about=(fault.flag,), **details)


def _at(
    server: ApiServer, context: Context, fault: Fault, path: Path | None, message: str, **details: Any
) -> Iterator[Finding]:
    """Yield a finding at a part of a mount or a volume; at the flag where the carrier's tool makes that by itself."""
    if path is None:
        yield from _at_flag(server, context, fault, message, **details)
    else:
        yield context.value(path, _sentence(fault, message), refused=bool(fault.by), **details)


def _related(server: ApiServer, context: Context, mount: Mount | None, message: str) -> tuple[Related, ...]:
    """Return a mount as a second place, if it stands anywhere."""
    path = server.mount_path(mount, Part.MOUNT_PATH) if mount else None
    return (context.related(path, message, key=False),) if path else ()


def _type(server: ApiServer, kind: str) -> str:
    """Return what to write for a kind of host path: `hostPath type File`."""
    return f"{server.volume_spelling.words(Part.HOST_PATH_TYPE)} {kind}"


def _mount_folder(server: ApiServer, path: str) -> str:
    """Return the advice to mount a log's folder, or a folder of its own where the log lies in one that others use."""
    folder, folder_type = posixpath.dirname(path), _type(server, "DirectoryOrCreate")
    if folder in {"/", "/etc", "/tmp", "/var", "/var/log"}:  # noqa: S108 (nothing is written there)
        return f"Write it to a folder of its own, such as /var/log/kubernetes/audit, and mount that, {folder_type}"
    return f"Mount a host folder on {folder}, {folder_type}"


@rule(
    "policy-not-mounted",
    severity=Severity.ERROR,
    refuses=True,
    summary="a policy or webhook file that is not in the container",
)
def policy_not_mounted(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a policy file, or a webhook's kubeconfig, that no mount brings into the container."""
    for fault in told_here(server.faults, context):
        message = f"{_absent(server, fault)} ({_no_file(fault)}). {_mounting(server, fault)}"
        related = _related(server, context, fault.mount, "mounted here")
        yield from _at_flag(server, context, fault, message, related=related)


def _absent(server: ApiServer, fault: Fault) -> str:
    if fault.case == "no-mount" or fault.volume is None:
        return f"no {server.mount_spelling.entry} covers {fault.path}"
    if fault.case == "empty-folder":
        return (
            f'{fault.path} lies in the emptyDir "{fault.volume.name}", which starts empty and no other container fills'
        )
    return f'the {fault.volume.kind} "{fault.volume.name}" is mounted on {fault.path} as a folder'


def _no_file(fault: Fault) -> str:
    if fault.case == "volume-at-file":
        return f'"read {fault.path}: is a directory"'
    return '"no such file or directory"' if fault.flag == container.WEBHOOK_FLAG else '"failed to read file path"'


def _mounting(server: ApiServer, fault: Fault) -> str:
    if fault.case == "volume-at-file":
        key = server.mount_spelling.key(Part.SUB_PATH)
        return f"Add {key}: {posixpath.basename(fault.path)}, or name a file in that folder"
    return f"Mount that file read-only, {_type(server, 'File')}"


@rule(
    "log-not-mounted",
    severity=Severity.WARNING,
    summary="a log that is written into the container and lost with it",
)
def log_not_mounted(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a log path outside every mount."""
    for fault in told_here(server.faults, context):
        severity = Severity.ERROR if fault.by else None
        message = f"{_unmounted(server, fault)}. {_mount_folder(server, fault.path)}"
        yield from _at_flag(server, context, fault, message, severity=severity)


def _unmounted(server: ApiServer, fault: Fault) -> str:
    entry = server.mount_spelling.entry
    if not fault.by and fault.case == "lost":
        return f"no {entry} covers {fault.path}: the log is inside the container and lost when it restarts"
    reason = 'its root file system is read-only ("read-only file system")'
    if fault.case == "user":
        reason = 'it does not run as root ("permission denied")'
    effect = "" if fault.by else ": no event can be written"
    return f"no {entry} covers {fault.path} in the container, and {reason}{effect}"


@rule(
    "log-mounted-as-file",
    severity=Severity.ERROR,
    summary="a log file that is mounted itself and so cannot be rotated",
)
def log_mounted_as_file(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a mount of the log file itself: it cannot be renamed."""
    for fault in told_here(server.faults, context):
        if fault.mount is not None:
            size = int(server.flags.number("audit-log-maxsize")) or 100
            unchecked = " (or the path is a folder, and the server does not start)" if fault.case == "untyped" else ""
            message = (
                f"{fault.path} is mounted as a file, and rotation cannot rename a mount{unchecked}: after {size} MB "
                'every event is lost ("device or resource busy") while the server runs on. '
                f"{_mount_folder(server, fault.path)}"
            )
            yield from _at(server, context, fault, server.mount_path(fault.mount, Part.MOUNT_PATH), message)


@rule(
    "log-mount-read-only",
    severity=Severity.ERROR,
    refuses=True,
    summary="a log in a folder that is mounted read-only",
)
def log_mount_read_only(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a read-only mount over the log path."""
    for fault in told_here(server.faults, context):
        if fault.mount is not None and fault.volume is not None:
            path = server.mount_path(fault.mount, Part.READ_ONLY if fault.case == "mount" else Part.NAME)
            because = "" if fault.case == "mount" else f", as every {fault.volume.kind} is"
            mounted = "is mounted read-only" if path else f"{server.tool} mounts read-only"
            message = f"{fault.path} is in a folder that {mounted}{because}"
            effect = '"read-only file system"' if fault.by else "no event can be written"
            severity = None if fault.by else Severity.WARNING
            message = f"{message} ({effect}). {_writable(server, fault, path)}"
            yield from _at(server, context, fault, path, message, severity=severity)


def _writable(server: ApiServer, fault: Fault, path: Path | None) -> str:
    if path is None:
        return _OWN_FOLDER
    return (
        f"Delete {server.mount_spelling.key(Part.READ_ONLY)}" if fault.case == "mount" else "Write to a hostPath folder"
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
    for fault in told_here(server.faults, context):
        path = server.volume_path(fault.volume, Part.HOST_PATH_TYPE) if fault.volume else None
        if fault.volume is None or path is None:
            continue
        if fault.kind is FaultKind.UNKNOWN_HOST_PATH_TYPE:
            what = server.volume_spelling.words(Part.HOST_PATH_TYPE)
            message = f"this {what} does not exist ({speech(fault.words)}). Write {_near_type(fault.volume)}"
            yield from _at(server, context, fault, path, message)
        elif fault.volume.position not in told:
            told.add(fault.volume.position)
            severity = Severity.WARNING if fault.case == "unchecked" else None
            yield from _at(server, context, fault, path, _misfit(server, fault, fault.volume), severity=severity)


def _near_type(volume: Volume) -> str:
    return spelling.meant(volume.host_path_type, mounts.HOST_PATH_TYPES) or "File or DirectoryOrCreate"


def _misfit(server: ApiServer, fault: Fault, volume: Volume) -> str:
    what, key = _WHAT[fault.flag], server.volume_spelling.key(Part.HOST_PATH_TYPE)
    kind = f"{key} {volume.host_path_type}" if volume.host_path_type else "a hostPath with a slash at its end"
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
        f"and which stays there. Write {key}: File, and the kubelet says what is missing"
    )


@rule(
    "sub-path-of-file",
    severity=Severity.ERROR,
    refuses=True,
    summary="a subPath below a hostPath that is a file",
)
def sub_path_of_file(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a subPath where the volume is a file already."""
    for fault in told_here(server.faults, context):
        if fault.mount is not None and fault.volume is not None:
            path, sub_path = fault.volume.host_path, fault.mount.sub_path
            key = server.mount_spelling.key(Part.SUB_PATH)
            kind = f"(type {fault.volume.host_path_type})" if fault.by else "by its name"
            end = f" (\"failed to prepare subPath for volumeMount '{fault.mount.name}'\")" if fault.by else ""
            message = f'{path} is a file {kind}, and there is no "{sub_path}" below it{end}. Delete {key}'
            yield from _at(server, context, fault, server.mount_path(fault.mount, Part.SUB_PATH), message)


@rule(
    "mount-without-volume",
    severity=Severity.ERROR,
    refuses=True,
    summary="a mount whose volume does not exist, or a volume that nobody mounts",
    gives_way_to=("invalid-mount",),
)
def mount_without_volume(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report mounts of volumes that the Pod does not have, and volumes that no container mounts."""
    for fault in told_here(server.faults, context):
        if fault.mount is not None:
            message = f"this mount names a volume that the Pod does not have ({speech(fault.words)}). {_ADD_VOLUME}"
            yield from _at(server, context, fault, server.mount_path(fault.mount, Part.NAME), message)
        elif fault.volume is not None:
            message = f'no container mounts the volume "{fault.volume.name}". Mount it, or delete it'
            path = server.volume_path(fault.volume, Part.NAME)
            yield from _at(server, context, fault, path, message, severity=Severity.INFO)


_ADD_VOLUME = "Add it under volumes, or correct the name"


@rule(
    "overlapping-mounts",
    severity=Severity.ERROR,
    refuses=True,
    summary="two mounts on one folder",
)
def overlapping_mounts(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report two mounts on the same path, written alike or not."""
    for fault in told_here(server.faults, context):
        if fault.mount is not None:
            point = mounts.mount_point(fault.mount)
            first = next(mount for mount in server.mounts if mounts.mount_point(mount) == point)
            path = server.mount_path(fault.mount, Part.MOUNT_PATH)
            if fault.kind is FaultKind.SAME_MOUNT_PATH:
                yield from _at(server, context, fault, path, _same_path(server, fault, first))
            else:
                related = _related(server, context, first, "the other mount")
                yield from _at(server, context, fault, path, _same_folder(fault.mount, first), related=related)


def _same_path(server: ApiServer, fault: Fault, first: Mount) -> str:
    two, one = f"two mounts have this {server.mount_spelling.key(Part.MOUNT_PATH)}", "one"
    if server.mount_path(first, Part.MOUNT_PATH) is None:
        two, one = f"{two}, and {server.tool} makes one of them by itself", "this one"
    return f"{two} ({speech(fault.words)}). Delete {one}"


def _same_folder(mount: Mount, first: Mount) -> str:
    return (
        f'"{mount.mount_path}" and "{first.mount_path}" are the same folder: the runtime mounts one over '
        "the other, and what is in the lower one is hidden. Delete one"
    )


@rule(
    "invalid-mount",
    severity=Severity.ERROR,
    refuses=True,
    summary="a mount or a volume that the kubelet refuses as written",
)
def invalid_mount(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report what else the validation of Pods refuses in mounts and volumes."""
    for fault in told_here(server.faults, context):
        pod = f"the Pod that {server.tool} makes" if server.tool else "the Pod"
        message = f"{pod} is invalid here ({speech(fault.words)}). Correct it: nothing of the Pod runs until then"
        if fault.mount is not None:
            yield from _at(server, context, fault, server.mount_path(fault.mount, fault.part), message)
        elif fault.volume is not None:
            path = server.volume_path(fault.volume, fault.part, fault.source)
            yield from _at(server, context, fault, path, message)


@rule(
    "log-path-is-folder",
    severity=Severity.ERROR,
    refuses=True,
    summary="a folder where the log file belongs",
)
def log_path_is_folder(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a log path that is, or by its mount must be, a folder."""
    for fault in told_here(server.faults, context):
        reason = "ends in a slash" if fault.path.endswith("/") else "is a folder, something is mounted below it"
        if fault.case == "folder-mounted":
            reason = "is a folder, it is mounted as one"
        effect = '"is a directory"' if fault.by else f"1.{server.minor} starts, and no event can be written"
        better = server.written(fault.flag, posixpath.join(fault.path, "audit.log"))
        message = f"{fault.path} {reason} ({effect}). Write {better}"
        severity = None if fault.by else Severity.WARNING
        related = _related(server, context, fault.mount, "mounted here")
        yield from _at_flag(server, context, fault, message, severity=severity, related=related)


@rule(
    "writable-policy-mount",
    severity=Severity.INFO,
    summary="a policy that the container may overwrite",
    gives_way_to=("sub-path-of-file",),
)
def writable_policy_mount(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a policy that is mounted read-write where nothing is written through the same mount."""
    for fault in told_here(server.faults, context):
        path = server.mount_path(fault.mount, Part.READ_ONLY) if fault.mount else None
        if path is not None:
            key = server.mount_spelling.key(Part.READ_ONLY)
            message = (
                f"{fault.path} is mounted read-write, and kube-apiserver only reads it: whoever gets into the "
                f"container can turn auditing off at the next restart. Add {key}: true"
            )
            yield context.value(path, message)


@rule(
    "exposed-log-folder",
    severity=Severity.WARNING,
    summary="a log in a place that others share, or among the cluster's configuration",
)
def exposed_log_folder(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a log that lands in a shared folder of the host, or under /etc/kubernetes."""
    for fault in told_here(server.faults, context):
        path = server.volume_path(fault.volume, Part.HOST_PATH) if fault.volume else None
        message = f"the log is {fault.path} on the host: {_EXPOSED[fault.case]}. {_OWN_FOLDER}"
        yield from _at(server, context, fault, path, message)


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
    for fault in told_here(server.faults, context):
        if fault.volume is not None:
            message = (
                f'the log is in the emptyDir "{fault.volume.name}": it is deleted with the Pod, at every change of the '
                "manifest. Write it to a hostPath folder, or ship it from another container of the Pod"
            )
            path = server.volume_path(fault.volume, Part.SOURCE, fault.volume.kind)
            yield from _at(server, context, fault, path, message)


@rule(
    "unsupported-volume",
    severity=Severity.ERROR,
    refuses=True,
    summary="a volume that needs the API, in the Pod that is to serve it",
)
def unsupported_volume(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report volumes from objects of the API in a static Pod."""
    for fault in told_here(server.faults, context):
        path = server.volume_path(fault.volume, Part.SOURCE, fault.volume.kind) if fault.volume else None
        if path is not None:
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
