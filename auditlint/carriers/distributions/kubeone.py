"""KubeOne: `features.staticAuditLog`, and `controlPlaneComponents.apiServer.flags`.

KubeOne (read at 1.10) copies the policy from beside its manifest to /etc/kubernetes/audit on each node, mounts that
folder and the folder of the log, and sets what `config` leaves out: 30 days, 3 files, 100 MB.
Sources: kubeone, pkg/apis/kubeone/v1beta2/types.go (`StaticAuditLogConfig`) and defaults.go, pkg/templates/kubeadm
and pkg/features/auditlog.go.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from auditlint.carriers import apiserver
from auditlint.carriers.carrier import Carrier
from auditlint.carriers.configurations.cluster_configuration import Entry, mounted_anyway
from auditlint.carriers.configurations.extra_args import as_text
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.releases import choose, from_text
from auditlint.subjects.model import Runs
from auditlint.subjects.slips import Slip, SlipKind
from auditlint.subjects.spelling_of_flags import KEYS, Fields
from auditlint.subjects.spelling_of_mounts import Spelling
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, has, pairs, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer
    from auditlint.text.plain import Plain

_FEATURE = ("features", "staticAuditLog")
_CONFIG: tuple[str, ...] = (*_FEATURE, "config")
_FLAGS: tuple[str, ...] = ("controlPlaneComponents", "apiServer", "flags")
_FOLDER = "/etc/kubernetes/audit"
_CERTIFICATES = "/etc/kubernetes/pki"
_NUMBERS = {"logMaxAge": "audit-log-maxage", "logMaxBackup": "audit-log-maxbackup", "logMaxSize": "audit-log-maxsize"}
_KEYS = {"policyFilePath": "audit-policy-file", "logPath": "audit-log-path"} | _NUMBERS
_DEFAULTS = {"logPath": "/var/log/kubernetes/audit.log", "logMaxAge": "30", "logMaxBackup": "3", "logMaxSize": "100"}
_SPELLING = Fields({flag: key for key, flag in _KEYS.items()})
_MOUNT = Spelling("mount of KubeOne", {})


def find(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver of a cluster."""
    value = candidate.value
    if candidate.as_kind or (
        text(value, "kind") == "KubeOneCluster" and text(value, "apiVersion").startswith("kubeone.")
    ):
        yield _server(candidate)


def _server(candidate: Candidate) -> ApiServer:
    value = candidate.value
    shown = from_text(as_text(get(value, "versions", "kubernetes")))
    switch = get(value, *_FEATURE, "enable")
    is_known = switch is None or isinstance(switch, bool)
    enabled = switch is True or not is_known
    feature = tuple(_of_feature(value)) if enabled else ()
    given = {item.text.partition("=")[0]: item for item in (*feature, *_of_flags(value))}
    log = given["--audit-log-path"].text.partition("=")[2] if "--audit-log-path" in given else ""
    folders = (_folder("audit-conf", _FOLDER, read_only=True), _folder("log", posixpath.dirname(log), read_only=False))
    minor = choose(candidate.minor, candidate.origin, shown).minor
    mounting = mounted_anyway(_CERTIFICATES, minor, folders if enabled else ())
    settings = apiserver.Settings(
        carrier="kubeone",
        runs=Runs.STATIC_POD,
        files=Files.MOUNTS if enabled else Files.UNKNOWN,
        whole=is_known,
        shown=shown,
        spelling=_SPELLING if enabled or not given else KEYS,
        tool="KubeOne",
        sorts_arguments=True,
        slips=tuple(_slips(get(value, *_CONFIG))) if enabled else (),
        mounting=mounting._replace(path=(), volumes_path=(), mount_spelling=_MOUNT),
        folder=_FOLDER,
        host_network=True,
    )
    holder = _CONFIG if enabled else _FLAGS
    there = next(holder[:end] for end in range(len(holder), -1, -1) if not end or get(value, *holder[:end]) is not None)
    line = sorted(given.values(), key=lambda item: item.text)
    return apiserver.build(candidate, there, CommandLine(tuple(line), holder, there), settings)


def _folder(name: str, path: str, *, read_only: bool) -> Entry:
    return Entry(name, path, path, read_only)


def _of_feature(value: Plain) -> Iterator[Item]:
    """Yield the flags that KubeOne makes of the feature; a default stands at the block."""
    config = get(value, *_CONFIG)
    block: Path = _CONFIG if config is not None else _FEATURE
    for key, flag in _KEYS.items():
        written = as_text(get(config, key)) or _DEFAULTS.get(key, "")
        value_of_flag = posixpath.join(_FOLDER, posixpath.basename(written)) if flag == "audit-policy-file" else written
        argument = f"--{flag}={value_of_flag}"
        path = (*_CONFIG, key) if has(config, key) else block
        if written:
            yield Item(argument, path, is_template(argument), by_key=True, written=key)


def _of_flags(value: Plain) -> Iterator[Item]:
    for name, given in dict(pairs(get(value, *_FLAGS))).items():
        argument = f"--{name}={as_text(given)}"
        yield Item(argument, (*_FLAGS, name), is_template(argument), by_key=True, written=name)


def _slips(config: Plain) -> Iterator[Slip]:
    for key, value in pairs(config):
        said = Slip(SlipKind.NO_NUMBER, (*_CONFIG, key), "KubeOne", _KEYS.get(key, ""), as_text(value), as_text(value))
        if key in _NUMBERS and isinstance(value, str) and not is_template(value):
            yield said._replace(spelling=_SPELLING)
        elif key not in _KEYS:
            near = {name.lower(): name for name in _KEYS}.get(key.lower().replace("audit", ""), "")
            yield said._replace(
                kind=SlipKind.UNKNOWN_KEY, flag=_KEYS.get(near, ""), written=key, spelling=_SPELLING, refuses=True
            )


CARRIER = Carrier(
    title="Clusters of KubeOne",
    checked=(
        "`features.staticAuditLog` of a KubeOneCluster, with the defaults and the folders that KubeOne mounts, and "
        "`controlPlaneComponents.apiServer.flags`. `policyFilePath` names a file beside the manifest."
    ),
    words=(b"KubeOneCluster",),
    in_document=find,
)
