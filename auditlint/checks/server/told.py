"""Which rule tells of which fault in the files of a kube-apiserver."""

from __future__ import annotations

from auditlint.kubernetes.container import FaultKind
from auditlint.kubernetes.mounts import Part
from auditlint.subjects.slips import MOUNT_PATH, MOUNTS, VOLUMES, SlipKind
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.container import Fault
    from auditlint.rule import Context
    from auditlint.subjects.model import ApiServer
    from auditlint.subjects.slips import Slip

RULE_OF = {
    FaultKind.INVALID: "invalid-mount",
    FaultKind.UNKNOWN_HOST_PATH_TYPE: "wrong-host-path-type",
    FaultKind.NO_VOLUME: "mount-without-volume",
    FaultKind.UNMOUNTED_VOLUME: "mount-without-volume",
    FaultKind.SAME_MOUNT_PATH: "overlapping-mounts",
    FaultKind.RESPELLED_MOUNT_PATH: "overlapping-mounts",
    FaultKind.API_OBJECT: "unsupported-volume",
    FaultKind.PATH: "invalid-path",
    FaultKind.SWALLOWED_ARGUMENT: "missing-flag-value",
    FaultKind.MERGED_ARGUMENT: "merged-arguments",
    FaultKind.QUOTED_PATH: "stray-argument",
    FaultKind.NOT_MOUNTED: "policy-not-mounted",
    FaultKind.HOST_PATH_TYPE: "wrong-host-path-type",
    FaultKind.SUB_PATH_OF_FILE: "sub-path-of-file",
    FaultKind.AMONG_MANIFESTS: "policy-in-manifest-folder",
    FaultKind.WRITABLE_POLICY: "writable-policy-mount",
    FaultKind.WEBHOOK_CONFIG: "invalid-webhook-config",
    FaultKind.LOG_IS_FOLDER: "log-path-is-folder",
    FaultKind.LOG_NOT_MOUNTED: "log-not-mounted",
    FaultKind.LOG_MOUNTED_AS_FILE: "log-mounted-as-file",
    FaultKind.LOG_READ_ONLY: "log-mount-read-only",
    FaultKind.LOG_ON_EMPTY_DIR: "log-on-empty-dir",
    FaultKind.LOG_EXPOSED: "exposed-log-folder",
}


def told_here(server: ApiServer, context: Context) -> Iterator[Fault]:
    """Yield the faults of a server that the rule which is running tells of.

    What follows from a key that the kubelet drops is told at that key.
    """
    for fault in server.faults:
        if RULE_OF[fault.kind] == context.rule.name and not any(explains(server, slip, fault) for slip in server.slips):
            yield fault


def explains(server: ApiServer, slip: Slip, fault: Fault) -> bool:
    """Tell whether a fault is there because the kubelet drops a key."""
    if slip.kind is not SlipKind.UNKNOWN_FIELD:
        return False
    if slip.flag in {MOUNTS, VOLUMES}:
        return fault.kind in _WITHOUT_MOUNTS
    entries = (
        server.mount_path(fault.mount, Part.NAME) if fault.mount else None,
        server.volume_path(fault.volume, Part.NAME) if fault.volume else None,
    )
    if slip.flag == MOUNT_PATH and fault.kind in {FaultKind.NOT_MOUNTED, FaultKind.LOG_NOT_MOUNTED}:
        return True
    return slip.flag != "" and any(path is not None and path[:-1] == slip.path[: len(path) - 1] for path in entries)


_WITHOUT_MOUNTS = frozenset(
    {FaultKind.NOT_MOUNTED, FaultKind.LOG_NOT_MOUNTED, FaultKind.NO_VOLUME, FaultKind.UNMOUNTED_VOLUME}
)
