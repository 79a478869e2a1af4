"""Which rule tells of which fault in the files of a kube-apiserver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes.container import FaultKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditlint.kubernetes.container import Fault
    from auditlint.rule import Context

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


def told_here(faults: Iterable[Fault], context: Context) -> Iterator[Fault]:
    """Yield the faults that the rule which is running tells of."""
    return (fault for fault in faults if RULE_OF[fault.kind] == context.rule.name)
