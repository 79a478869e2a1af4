"""Rules about the files that audit flags name: what a container's mounts and a Pod's volumes make of them."""

from __future__ import annotations

import posixpath
import re

from auditlint import spelling
from auditlint.checks.repairs import servers
from auditlint.checks.server.flag_words import STOPS, at_flag
from auditlint.checks.server.told import explains, told_here
from auditlint.checks.suggestions import mount_blocks
from auditlint.english import listing, quoted, speech
from auditlint.finding import Related, Severity
from auditlint.kubernetes import container, mounts, releases
from auditlint.kubernetes.container import FaultKind
from auditlint.kubernetes.mounts import Mount, Part, Volume
from auditlint.rule import Category
from auditlint.subjects.model import ApiServer, ManifestFile
from auditlint.subjects.slips import MOUNTS, READ_ONLY, SlipKind
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from auditlint.change import Repair
    from auditlint.finding import Finding
    from auditlint.kubernetes.container import Fault
    from auditlint.path import Path
    from auditlint.rule import Context
    from auditlint.subjects.slips import Slip

rule = Category("apiserver-mounts", ApiServer)
_WHAT = {
    "audit-policy-file": "the policy",
    "audit-webhook-config-file": "the webhook's kubeconfig",
    "audit-log-path": "the log",
}
_ENDS = {"files": STOPS, "pod": ", so the kubelet refuses the Pod", "": ""}
"""The end of a sentence, by what refuses because of it."""


def _at_flag(server: ApiServer, context: Context, fault: Fault, message: str, **details: Any) -> Iterator[Finding]:
    use = server.flags.last(fault.flag)
    if use is not None:
        refused, about = bool(fault.by), (fault.flag,)
        yield at_flag(server, context, use, f"{message}{_ENDS[fault.by]}", refused=refused, about=about, **details)


def _at(
    server: ApiServer, context: Context, fault: Fault, path: Path | None, message: str, **details: Any
) -> Iterator[Finding]:
    """Yield a finding at a part of a mount or a volume; at the flag where the carrier's tool makes that by itself."""
    if path is None:
        yield from _at_flag(server, context, fault, message, **details)
    else:
        yield context.value(path, f"{message}{_ENDS[fault.by]}", refused=bool(fault.by), **details)


def _related(server: ApiServer, context: Context, mount: Mount | None, message: str) -> tuple[Related, ...]:
    """Return a mount as a second place, if it stands anywhere."""
    path = server.mount_path(mount, Part.MOUNT_PATH) if mount else None
    return (context.related(path, message, key=False),) if path else ()


def _type(server: ApiServer, kind: str) -> str:
    """Return what to write for a kind of host path: `type: File`."""
    return f"`{server.volume_spelling.key(Part.HOST_PATH_TYPE)}: {kind}`"


@rule(
    "policy-not-mounted",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="a policy or webhook file that is not in the container",
)
def policy_not_mounted(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a policy file, or a webhook's kubeconfig, that no mount brings into the container."""
    for fault in told_here(server, context):
        message, help = _absent(server, fault), _mounting(server, fault)
        related, fix = _related(server, context, fault.mount, "mounted here"), _mount_of_file(server, fault)
        yield from _at_flag(
            server, context, fault, message, help=help, example=_no_file(fault), related=related, fix=fix
        )


def _absent(server: ApiServer, fault: Fault) -> str:
    if fault.case == "volume-at-file" and fault.volume is not None:
        return f'the {fault.volume.kind} "{fault.volume.name}" is mounted on {fault.path} as a folder'
    if fault.case == "empty-folder" and fault.volume is not None:
        return f'{fault.path} lies in the emptyDir "{fault.volume.name}", which no other container fills'
    if fault.near:
        return f"{fault.path} is not mounted, {fault.near} is"
    return f"no {server.mount_spelling.entry} covers {fault.path}"


def _no_file(fault: Fault) -> str | None:
    """Return what the server prints; nothing where it starts."""
    if not fault.by:
        return None
    reason = f"read {fault.path}: is a directory" if fault.case == "volume-at-file" else ""
    reason = reason or f"open {fault.path}: no such file or directory"
    if fault.flag == container.WEBHOOK_FLAG:
        words = f"initializing audit webhook: {reason.replace('open', 'stat')}"
    else:
        words = f'loading audit policy file: failed to read file path "{fault.path}": {reason}'
    return f"kube-apiserver says {speech(words)}"


def _mount_of_file(server: ApiServer, fault: Fault) -> Repair | None:
    """Return the fix that mounts a file, where nothing at all is there."""
    if server.folder or fault.near or fault.case in {"volume-at-file", "empty-folder"}:
        return None
    return servers.mounted(server, *mount_blocks.file_mount(server, fault.flag, fault.path))


def _folder_of_files(server: ApiServer) -> str:
    """Return the folder for files of one's own, where the tool mounts folders: that of the policy, if it is one."""
    policy = server.flags.text("audit-policy-file")
    mounted = policy and mounts.covering(server.mounts, policy) is not None
    return posixpath.dirname(mounts.clean(policy)) if mounted else server.folder


def _mounting(server: ApiServer, fault: Fault) -> str:
    if server.folder:
        folder = _folder_of_files(server)
        moved = posixpath.join(folder, posixpath.basename(fault.path))
        return f"Put that file into {folder}, and write {server.written(fault.flag, moved)}"
    if fault.case == "volume-at-file":
        key = server.mount_spelling.key(Part.SUB_PATH)
        return f"Add `{key}: {posixpath.basename(fault.path)}`, or name a file in that folder"
    if fault.near:
        return f"Write {server.written(fault.flag, fault.near)}"
    if fault.case == "empty-folder":
        return "Write a hostPath volume that holds the file, instead of the emptyDir"
    return f"Mount the file read-only:\n{mount_blocks.file(server, fault.flag, fault.path)}"


@rule(
    "log-not-mounted",
    severity=Severity.WARNING,
    fixable=True,
    summary="a log that is written into the container and lost with it",
)
def log_not_mounted(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a log path outside every mount."""
    for fault in told_here(server, context):
        severity = Severity.ERROR if fault.by else None
        help, fix = _log_mount(server, fault), _mount_of_log(server, fault)
        yield from _at_flag(server, context, fault, _unmounted(fault), help=help, severity=severity, fix=fix)


def _unmounted(fault: Fault) -> str:
    what = f"{fault.path} is on no mount{f', {fault.near} is' if fault.near else ''}"
    if not fault.by and fault.case == "lost":
        return f"{what}: the log is inside the container and lost when it restarts"
    reason = "whose root file system is read-only" if fault.case != "user" else "and the server does not run as root"
    effect = "" if fault.by else ": no event can be written"
    return f"{what} of the container, {reason}{effect}"


def _mount_of_log(server: ApiServer, fault: Fault) -> Repair | None:
    """Return the fix that mounts the folder of a log, where nothing else uses it."""
    if server.folder or server.no_log_folder or fault.near:
        return None
    both = mount_blocks.log_mount(server, fault.path)
    return servers.mounted(server, *both) if both else None


def _log_mount(server: ApiServer, fault: Fault) -> str:
    if fault.near:
        return f"Write {server.written(fault.flag, fault.near)}"
    if server.no_log_folder:
        return f"Write {server.written(fault.flag, '-')}: {server.tool} cannot mount a folder for it"
    return f"Mount a folder of the host for the log:\n{mount_blocks.log_folder(server, fault.path)}"


@rule(
    "log-mounted-as-file",
    severity=Severity.ERROR,
    summary="a log file that is mounted itself and so cannot be rotated",
)
def log_mounted_as_file(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a mount of the log file itself: it cannot be renamed."""
    for fault in told_here(server, context):
        if fault.mount is not None:
            size = int(server.flags.number("audit-log-maxsize")) or 100
            if_file = ", if it is a file" if fault.case == "untyped" else ""
            message = (
                f'{fault.path} is mounted itself, and rotation cannot rename it{if_file} ("device or resource busy"): '
                f"after {size} MB every event is lost"
            )
            help = f"Mount a folder instead:\n{mount_blocks.log_folder(server, fault.path, fault.mount)}"
            yield from _at(server, context, fault, server.mount_path(fault.mount, Part.MOUNT_PATH), message, help=help)


@rule(
    "log-mount-read-only",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="a log in a folder that is mounted read-only",
    gives_way_to=("overlapping-mounts",),
)
def log_mount_read_only(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a read-only mount over the log path."""
    for fault in told_here(server, context):
        if fault.mount is not None and fault.volume is not None:
            path = server.mount_path(fault.mount, Part.READ_ONLY if fault.case == "mount" else Part.NAME)
            mounted = "is mounted read-only" if path else f"{server.tool} mounts read-only"
            because = f"is in a folder that {mounted}" if fault.case == "mount" else f"is in a {fault.volume.kind}"
            always = "" if fault.case == "mount" else ", which is always read-only"
            effect = "" if fault.by else ": no event can be written"
            message = f"{fault.path} {because}{always}{effect}"
            severity = None if fault.by else Severity.WARNING
            help = _writable(server, fault, fault.mount, path)
            fix = servers.without(path) if path and fault.case == "mount" else None
            yield from _at(server, context, fault, path, message, help=help, severity=severity, fix=fix)


def _writable(server: ApiServer, fault: Fault, mount: Mount, path: Path | None) -> str:
    if path is not None and fault.case == "mount":
        return f"Delete `{server.mount_spelling.key(Part.READ_ONLY)}: true`"
    return f"Write the log to a folder of its own:\n{mount_blocks.own_log_folder(server, mount)}"


@rule(
    "wrong-host-path-type",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="a hostPath type that does not fit what is mounted",
)
def wrong_host_path_type(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report File where a folder is mounted, a folder where a file is, types that check nothing, unknown types."""
    told: set[int] = set()
    for fault in told_here(server, context):
        path = server.volume_path(fault.volume, Part.HOST_PATH_TYPE) if fault.volume else None
        if fault.volume is None or path is None:
            continue
        if fault.kind is FaultKind.UNKNOWN_HOST_PATH_TYPE:
            what = server.volume_spelling.words(Part.HOST_PATH_TYPE)
            message = f"{what} {quoted(fault.volume.host_path_type)} does not exist"
            near = spelling.meant(fault.volume.host_path_type, [kind for kind in mounts.HOST_PATH_TYPES if kind])
            fix = servers.part(path, near) if near else None
            yield from _at(server, context, fault, path, message, help=_near_type(server, fault.volume), fix=fix)
        elif fault.volume.position not in told:
            told.add(fault.volume.position)
            severity = Severity.WARNING if fault.case == "unchecked" else None
            message, help = _misfit(server, fault, fault.volume), _fitting(server, fault, fault.volume)
            fix = _fitted(fault, fault.volume, path)
            yield from _at(server, context, fault, path, message, help=help, severity=severity, fix=fix)


def _near_type(server: ApiServer, volume: Volume) -> str:
    near = spelling.meant(volume.host_path_type, [kind for kind in mounts.HOST_PATH_TYPES if kind])
    return f"Write {_type(server, near) if near else listing([_type(server, kind) for kind in _USUAL], 'or')}"


_USUAL = ("File", "DirectoryOrCreate")


def _misfit(server: ApiServer, fault: Fault, volume: Volume) -> str:
    key = server.volume_spelling.key(Part.HOST_PATH_TYPE)
    kind = f"{key} {volume.host_path_type}" if volume.host_path_type else "a hostPath that ends in a slash"
    if fault.case == "file-at-folder":
        folder = fault.mount.mount_path if fault.mount else ""
        end = "" if fault.by else ": no event can be written"
        return f"{_WHAT[fault.flag]} is in the folder {folder}, and {kind} is no folder{end}"
    if fault.case == "folder-at-file":
        return f"{fault.path} is a file, and {kind} is a folder"
    if fault.case == "special":
        return f"{fault.path} must be an ordinary file, and {kind} is none"
    if volume.host_path_type == "FileOrCreate":
        return f"if {volume.host_path} does not exist, FileOrCreate creates it empty{STOPS}"
    return f"if {volume.host_path} does not exist, it is created as a folder{STOPS}"


def _fitted(fault: Fault, volume: Volume, path: Path) -> Repair | None:
    """Return the fix of a type that does not fit."""
    if fault.case == "unchecked" or not volume.host_path_type:
        return None
    return servers.part(path, "DirectoryOrCreate" if fault.case == "file-at-folder" else "File")


def _fitting(server: ApiServer, fault: Fault, volume: Volume) -> str:
    kind = "DirectoryOrCreate" if fault.case == "file-at-folder" else "File"
    if fault.case == "folder-at-file" and not volume.host_path_type:
        key = server.volume_spelling.key(Part.HOST_PATH)
        return f"Write `{key}: {volume.host_path.rstrip('/')}` and {_type(server, kind)}"
    return f"{'Write' if volume.host_path_type else 'Add'} {_type(server, kind)}"


@rule(
    "sub-path-of-file",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="a subPath below a hostPath that is a file",
)
def sub_path_of_file(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a subPath where the volume is a file already."""
    for fault in told_here(server, context):
        if fault.mount is not None and fault.volume is not None:
            path, sub_path = fault.volume.host_path, fault.mount.sub_path
            kind = "" if fault.by else " by its name"
            message = f'{path} is a file{kind}, so there is no "{sub_path}" below it'
            end = ", and the kubelet does not start the container" if fault.by else ""
            words = f"the kubelet says \"failed to prepare subPath for volumeMount '{fault.mount.name}'\""
            place = server.mount_path(fault.mount, Part.SUB_PATH)
            help = f"Delete `{server.mount_spelling.key(Part.SUB_PATH)}: {sub_path}`"
            yield context.value(
                place or server.mounts_path,
                f"{message}{end}",
                help=help,
                fix=servers.without(place),
                example=words if fault.by else None,
                refused=bool(fault.by),
            )


@rule(
    "mount-without-volume",
    severity=Severity.ERROR,
    refuses=True,
    summary="a mount whose volume does not exist, or a volume that nobody mounts",
    gives_way_to=("invalid-mount",),
)
def mount_without_volume(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report mounts of volumes that the Pod does not have, and volumes that no container mounts."""
    for fault in told_here(server, context):
        if fault.mount is not None:
            name, path = fault.mount.name, server.mount_path(fault.mount, Part.NAME)
            message = f"the Pod has no volume {quoted(name)}" if name else "this mount names no volume"
            yield from _at(server, context, fault, path, message, help=_volume_of(server, name))
        elif fault.volume is not None:
            message = f'no container mounts the volume "{fault.volume.name}"'
            path = server.volume_path(fault.volume, Part.NAME)
            yield from _at(server, context, fault, path, message, help="Mount it, or delete it", severity=Severity.INFO)


def _volume_of(server: ApiServer, name: str) -> str:
    near = spelling.nearest(name, [volume.name for volume in server.volumes]) if name else None
    key = server.mount_spelling.key(Part.NAME)
    return f"Write `{key}: {near}`" if near else "Add a volume of that name, or correct the name"


@rule(
    "overlapping-mounts",
    severity=Severity.ERROR,
    refuses=True,
    summary="two mounts on one folder",
)
def overlapping_mounts(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report two mounts on the same path, written alike or not."""
    for fault in told_here(server, context):
        if fault.mount is not None:
            point = mounts.mount_point(fault.mount)
            first = next(mount for mount in server.mounts if mounts.mount_point(mount) == point)
            path = server.mount_path(fault.mount, Part.MOUNT_PATH)
            if path is None:
                yield from _mounted_twice(server, context, fault, point)
            elif fault.kind is FaultKind.SAME_MOUNT_PATH:
                message, help = _same_path(server, fault.mount, first)
                yield from _at(server, context, fault, path, message, help=help)
            else:
                related = _related(server, context, first, "the other mount")
                message = _same_folder(fault.mount, first)
                yield from _at(server, context, fault, path, message, help="Delete one of the two", related=related)


def _mounted_twice(server: ApiServer, context: Context, fault: Fault, point: str) -> Iterator[Finding]:
    """Yield a finding at the file whose folder the carrier's tool mounts though it is mounted already."""
    inside = [flag for flag in _WHAT if mounts.covers(point, mounts.clean(server.flags.text(flag)))]
    if fault.by and inside:
        message = f"{server.tool} mounts {point} twice, which the kubelet refuses ({speech(fault.words)})"
        what = _WHAT[inside[-1]]
        yield from _at_flag(
            server, context, fault._replace(flag=inside[-1]), message, help=f"Write {what} to a folder of its own"
        )


def _same_path(server: ApiServer, mount: Mount, first: Mount) -> tuple[str, str]:
    if server.mount_path(first, Part.MOUNT_PATH) is None:
        return f"{mount.mount_path} is mounted twice, {server.tool} mounts it by itself", "Delete this one"
    return f"{mount.mount_path} is mounted twice", "Delete one of the two mounts"


def _same_folder(mount: Mount, first: Mount) -> str:
    return f'"{mount.mount_path}" and "{first.mount_path}" are the same folder: one mount hides what is in the other'


@rule(
    "invalid-mount",
    severity=Severity.ERROR,
    refuses=True,
    summary="a mount or a volume that the kubelet refuses as written",
)
def invalid_mount(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report what else the validation of Pods refuses in mounts and volumes."""
    for fault in told_here(server, context):
        entry = fault.mount or fault.volume
        if entry is not None:
            message, help = f"{_invalid_part(server, fault)} ({speech(fault.words)})", _valid(server, fault, entry)
            if isinstance(entry, Mount):
                path = server.mount_path(entry, fault.part)
            else:
                path = server.volume_path(entry, fault.part, fault.source)
            yield from _at(server, context, fault, path, message, help=help)


def _invalid_part(server: ApiServer, fault: Fault) -> str:
    spelled = server.mount_spelling if fault.mount else server.volume_spelling
    whose = f" that {server.tool} makes" if server.tool else ""
    return f"{spelled.key(fault.part) or 'this volume'} is invalid in the Pod{whose}"


def _valid(server: ApiServer, fault: Fault, entry: Mount | Volume) -> str:
    """Return what to write for a part that the validation of Pods refuses."""
    spelled = server.mount_spelling if fault.mount else server.volume_spelling
    key = spelled.key(fault.part)
    if fault.part is Part.SOURCE:
        return "Keep one source of the volume"
    if "mutually exclusive" in fault.words:
        return f"Keep one of `{spelled.key(Part.SUB_PATH)}` and `{key}`"
    if fault.words.startswith("Required"):
        return f"Write `{key}:` with a value"
    if fault.words.startswith("Duplicate"):
        return "Give each volume a name of its own"
    return f"Write `{key}: {_mended(fault.part, entry)}`"


def _mended(part: Part, entry: Mount | Volume) -> str:
    """Return the name or the path that is nearest to one that is refused."""
    if part is Part.NAME:
        return re.sub(r"[^a-z0-9-]+", "-", entry.name.lower()).strip("-")[:63]
    if isinstance(entry, Volume):
        return mounts.clean(entry.host_path)
    return mounts.clean(f"/{entry.sub_path_expr if part is Part.SUB_PATH_EXPR else entry.sub_path}")[1:]


@rule(
    "log-path-is-folder",
    severity=Severity.ERROR,
    refuses=True,
    summary="a folder where the log file belongs",
)
def log_path_is_folder(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a log path that is, or by its mount must be, a folder."""
    for fault in told_here(server, context):
        reason = "ends in a slash" if fault.path.endswith("/") else "is a folder, something is mounted below it"
        if fault.case == "folder-mounted":
            reason = "is mounted as a folder"
        effect = "" if fault.by else f": {releases.name(server.minor)} starts, and no event can be written"
        help = f"Write {server.written(fault.flag, posixpath.join(fault.path, 'audit.log'))}"
        severity = None if fault.by else Severity.WARNING
        related = _related(server, context, fault.mount, "mounted here")
        message = f"{fault.path} {reason}{effect}"
        yield from _at_flag(server, context, fault, message, help=help, severity=severity, related=related)


@rule(
    "writable-policy-mount",
    severity=Severity.INFO,
    summary="a policy that the container may overwrite",
    gives_way_to=("sub-path-of-file",),
)
def writable_policy_mount(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a policy that is mounted read-write where nothing is written through the same mount."""
    for fault in told_here(server, context):
        path = server.mount_path(fault.mount, Part.READ_ONLY) if fault.mount else None
        if path is not None:
            message = f"{fault.path} is mounted read-write: who breaks into the container can turn auditing off"
            verb = "Write" if server.places.written(path) else "Add"
            yield context.value(path, message, help=f"{verb} `{server.mount_spelling.key(Part.READ_ONLY)}: true`")


@rule(
    "exposed-log-folder",
    severity=Severity.WARNING,
    summary="a log in a place that others share, or among the cluster's configuration",
)
def exposed_log_folder(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a log that lands in a shared folder of the host, or under /etc/kubernetes."""
    for fault in told_here(server, context):
        path = server.volume_path(fault.volume, Part.HOST_PATH) if fault.volume else None
        message = f"the log is {fault.path} on the host, {_EXPOSED[fault.case]}"
        yield from _at(server, context, fault, path, message, help=_own_folder(server, fault))


_EXPOSED = {
    "shared": "where every user can put files, and which may be emptied at boot",
    "config": "among the keys and manifests of the control plane",
    "manifests": "where the kubelet reads each file as a Pod",
}


def _own_folder(server: ApiServer, fault: Fault) -> str:
    if fault.mount is None:
        return f"Write {server.written('audit-log-path', mount_blocks.OWN_LOG)}"
    return f"Write the log to a folder of its own:\n{mount_blocks.own_log_folder(server, fault.mount)}"


@rule(
    "log-on-empty-dir",
    severity=Severity.WARNING,
    summary="a log that is deleted with the Pod",
)
def log_on_empty_dir(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a log in an emptyDir that no other container of the Pod mounts."""
    for fault in told_here(server, context):
        if fault.volume is not None:
            message = f'the log is in the emptyDir "{fault.volume.name}", which is deleted with the Pod'
            path = server.volume_path(fault.volume, Part.SOURCE, fault.volume.kind)
            yield from _at(server, context, fault, path, message, help=_own_folder(server, fault))


@rule(
    "unsupported-volume",
    severity=Severity.ERROR,
    refuses=True,
    summary="a volume that needs the API, in the Pod that is to serve it",
)
def unsupported_volume(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report volumes from objects of the API in a static Pod."""
    for fault in told_here(server, context):
        path = server.volume_path(fault.volume, Part.SOURCE, fault.volume.kind) if fault.volume else None
        if path is not None:
            message, help = _no_object(server, fault), "Put the file on the host, and write a hostPath volume"
            words = f'the kubelet says "static pods may not reference {fault.words}"'
            example = words if server.minor >= mounts.STATIC_PODS_CHECKED_FROM else None
            yield context.key(path, message, help=help, example=example, refused=True)


def _no_object(server: ApiServer, fault: Fault) -> str:
    kind = fault.volume.kind if fault.volume else ""
    if server.minor >= mounts.STATIC_PODS_CHECKED_FROM:
        return f"a static Pod may not have a {kind} volume{_ENDS['pod']}"
    return f"a static Pod waits for ever for its {kind} volume, which needs an API server that is not up yet"


@rule(
    "unknown-pod-field",
    severity=Severity.ERROR,
    fixable=True,
    refuses=True,
    summary="a key that the kubelet ignores where mounts or the command were meant",
)
def unknown_pod_field(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report keys of the container, its mounts and volumes that do not exist, and what follows from them."""
    for slip in server.slips:
        if slip.kind is SlipKind.UNKNOWN_FIELD:
            by = {fault.by for fault in server.faults if explains(server, slip, fault)} - {""}
            effect = _ENDS["pod" if "pod" in by else "files"] if by else _without(slip)
            message = f"{quoted(slip.written)} is not a field of a {slip.form} and is ignored{effect}"
            fix = servers.slip(server, slip)
            yield context.key(slip.path, message, help=_right_field(slip), refused=bool(by), fix=fix)


def _without(slip: Slip) -> str:
    return "" if _says_writable(slip) else _WITHOUT.get(slip.flag, "")


def _says_writable(slip: Slip) -> bool:
    """Tell whether a key says what holds for a mount anyway."""
    return slip.flag == READ_ONLY and slip.written.lower() != "readonly" and slip.value == "true"


_WITHOUT = {
    "args": ": kube-apiserver gets none of these arguments",
    "command": ": the image's own command runs",
    READ_ONLY: ": the mount is writable",
    MOUNTS: ": nothing is mounted",
}
"""What follows without a field, where nothing refuses because of it."""


def _right_field(slip: Slip) -> str:
    if _says_writable(slip):
        return "Delete it, a mount is writable"
    if slip.flag == READ_ONLY:
        return "Write `readOnly: true` instead"
    return f"Write `{slip.flag}` instead" if slip.flag else "Delete it"


@rule(
    "duplicate-static-pod",
    severity=Severity.WARNING,
    summary="two files of one folder that define the same static Pod",
)
def duplicate_static_pod(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a static Pod that another file of its folder defines too."""
    first = context.links.twin_of.get(server)
    if first is not None:
        other = posixpath.basename(first.path)
        message = (
            f"{other} defines the static Pod {server.pod} too, and the kubelet reads both: it runs one or the other"
        )
        related = (Related(first.path, first.places.value(first.pod_name_path), "the same static Pod"),)
        help = "Move one of them out of this folder, where the kubelet reads every file, whatever its ending"
        yield context.value(server.pod_name_path, message, help=help, related=related)


@rule(
    "extra-manifest-document",
    severity=Severity.WARNING,
    summary="documents of a static Pod's file that the kubelet does not read",
    subject=ManifestFile,
)
def extra_manifest_document(manifest: ManifestFile, context: Context) -> Iterator[Finding]:
    """Report later documents in the file of a static Pod, and a List around the Pod."""
    if manifest.is_list:
        message = "the kubelet reads one Pod a file and no List, so this static Pod does not run"
        yield context.key(("kind",), message, help="Keep the Pod alone")
    for index, span in manifest.ignored:
        message = "the kubelet reads only the first document of a static Pod's file"
        found = context.at(span, "", message, help="Move this document to a file of its own")
        yield found._replace(document=index)
