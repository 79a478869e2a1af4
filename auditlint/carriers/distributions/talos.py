"""Talos: machine configurations, patches of them, and the documents KubeAPIServerConfig and KubeAuditPolicyConfig.

Talos (read at 1.14) makes a static Pod with an audit policy and a log always: a policy of level Metadata where none is
set, 30 days, 10 files, 100 MB, in /var/log/audit/kube, which it mounts. `extraArgs` win over that, a list gives a flag
several times. From 1.14 the policy may be a document of its own; Talos refuses both at once, and mounts then nothing
of the user's. (1.12.2 was reported to drop audit flags in `extraArgs`: siderolabs/talos#13328, not confirmed.)
Sources: talos, internal/app/machined/pkg/controllers/k8s/control_plane_static_pod.go (`manageAPIServer`),
pkg/machinery/config/types/k8s/apiserver.go and audit_policy.go, pkg/machinery/constants/constants.go.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from auditlint.carriers import apiserver, policy
from auditlint.carriers.carrier import Carrier, Inner
from auditlint.carriers.configurations.extra_args import as_text
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.carriers.containers.mounting import Mounting
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.mounts import Mount, Part, Volume
from auditlint.kubernetes.releases import from_image
from auditlint.subjects.model import Runs
from auditlint.subjects.spelling_of_flags import KEYS
from auditlint.subjects.spelling_of_mounts import Place, Spelling
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, has, items, pairs, text, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer, PolicySubject
    from auditlint.text.plain import Plain

_TOOL = "Talos"
_SERVER = ("cluster", "apiServer")
_KEYS = frozenset({
    *("admissionControl", "auditPolicy", "certSANs", "disablePodSecurityPolicy", "env", "extraArgs", "extraVolumes"),
    *("image", "resources"),
})  # fmt: skip
_CONFIG = "/system/config/kubernetes/kube-apiserver"
_POLICY = f"{_CONFIG}/auditpolicy.yaml"
_LOGS = "/var/log/audit/kube"
_DEFAULTS = {
    "audit-policy-file": _POLICY,
    "audit-log-path": f"{_LOGS}/kube-apiserver.log",
    "audit-log-maxage": "30",
    "audit-log-maxbackup": "10",
    "audit-log-maxsize": "100",
}
_ENTRY = Spelling(
    "extraVolumes entry",
    {Part.MOUNT_PATH: ("mountPath",), Part.HOST_PATH: ("hostPath",), Part.READ_ONLY: ("readonly",)},
)
_PATCH = "/cluster/apiServer/"


def find(candidate: Candidate) -> Iterator[ApiServer | PolicySubject | Inner]:
    """Yield the apiserver that a document configures, the policy in it, and patches that are strings in it."""
    value = candidate.value
    if isinstance(value, list):
        yield from _of_operations(candidate)
    elif text(value, "apiVersion") == "v1alpha1" and text(value, "kind") == "KubeAuditPolicyConfig":
        yield from policy.inside(candidate, get(value, "configuration"), ("configuration",), _POLICY, _TOOL)
    elif text(value, "apiVersion") == "v1alpha1" and text(value, "kind") == "KubeAPIServerConfig":
        yield _server(candidate, value, (), whole=True)
    elif _is_machine(candidate):
        path = (*_SERVER, "auditPolicy")
        yield _server(candidate, get(value, *_SERVER), _SERVER, whole=has(value, "machine"))
        yield from policy.inside(candidate, get(value, *path), path, _POLICY, _TOOL)
    else:
        yield from _patches(candidate)


def _is_machine(candidate: Candidate) -> bool:
    """Tell whether a document is the configuration of a control plane, or a part of one."""
    value = candidate.value
    if has(value, "kind") or has(value, "apiVersion") or text(value, "machine", "type") in {"worker", "join"}:
        return False
    return any(key in _KEYS for key, _ in pairs(get(value, *_SERVER)))


def _server(candidate: Candidate, value: Plain, base: Path, *, whole: bool) -> ApiServer:
    holder = (*base, "extraArgs")
    given = list(_items(get(value, "extraArgs"), holder))
    named = {item.text.partition("=")[0][2:] for item in given}
    added = [
        Item(f"--{flag}={default}", base or ("kind",), by_key=True, written=flag)
        for flag, default in _DEFAULTS.items()
        if whole and flag not in named
    ]
    settings = apiserver.Settings(
        carrier="talos",
        runs=Runs.STATIC_POD,
        files=Files.MOUNTS,
        whole=whole,
        shown=from_image(text(value, "image")),
        spelling=KEYS,
        tool=_TOOL,
        sorts_arguments=True,
        mounting=_mounting(get(value, "extraVolumes"), (*base, "extraVolumes")),
        host_network=True,
    )
    line = sorted((*added, *given), key=lambda item: item.text.partition("=")[0])
    there = holder if has(value, "extraArgs") else base
    return apiserver.build(candidate, base, CommandLine(tuple(line), holder, there), settings)


def _items(value: Plain, holder: Path) -> Iterator[Item]:
    """Yield the flags; a list gives one several times."""
    for name, given in dict(pairs(value)).items():
        for one in given if isinstance(given, list) else [given]:
            argument = f"--{name}={as_text(one)}"
            yield Item(argument, (*holder, name), is_template(argument), by_key=True, written=name)


def _mounting(value: Plain, holder: Path) -> Mounting:
    """Return what Talos mounts, and what the user adds; nobody says there what a path of the host is."""
    found: list[tuple[str, str, bool, Place | None]] = [(_CONFIG, _CONFIG, True, None), (_LOGS, _LOGS, False, None)]
    for index, entry in enumerate(items(value)):
        if text(entry, "mountPath"):
            place = Place((*holder, index), _ENTRY)
            found.append((text(entry, "hostPath"), text(entry, "mountPath"), get(entry, "readonly") is True, place))
    names = [f"volume-{index}" for index in range(len(found))]
    mounts = tuple(Mount(names[i], inside, i, read_only) for i, (_, inside, read_only, _) in enumerate(found))
    volumes = tuple(Volume(names[i], "hostPath", i, host, _kind(host)) for i, (host, *_) in enumerate(found))
    places = tuple(place for *_, place in found)
    unknown = any(is_template(host + inside) for host, inside, *_ in found)
    return Mounting(mounts, volumes, places, places, holder, holder, _ENTRY, _ENTRY, unknown=unknown)


def _kind(host: str) -> str:
    """Return what a path of the host is, by its name."""
    return "File" if posixpath.splitext(host)[1] in {".yaml", ".yml", ".json", ".log"} else "DirectoryOrCreate"


def _of_operations(candidate: Candidate) -> Iterator[ApiServer | PolicySubject]:
    """Yield what a JSON patch writes below `cluster.apiServer`."""
    for index, operation in enumerate(items(candidate.value)):
        target, path = text(operation, "path"), (index, "value")
        value = get(operation, "value")
        if target == f"{_PATCH}auditPolicy":
            yield from policy.inside(candidate, value, path, _POLICY, _TOOL)
        elif target == f"{_PATCH}extraArgs" and any(name.startswith("audit-") for name, _ in pairs(value)):
            line = CommandLine(tuple(_items(value, path)), path)
            yield apiserver.build(candidate, path, line, apiserver.Settings("talos", spelling=KEYS, tool=_TOOL))


def _patches(candidate: Candidate) -> Iterator[Inner]:
    """Yield the strings of a document that are patches, such as those of talhelper and Omni."""
    for value, path in walk(candidate.value):
        if isinstance(value, str) and value.lstrip().startswith("cluster:") and "apiServer:" in value:
            piece = candidate.piece(path)
            if piece is not None:
                yield Inner(piece, ".yaml")


CARRIER = Carrier(
    title="Configurations of Talos",
    checked=(
        "`cluster.apiServer` of machine configurations, and of patches of them as mappings, strings or JSON patches; "
        "KubeAPIServerConfig and KubeAuditPolicyConfig: the flags and mounts of the static Pod that Talos makes, with "
        "its defaults, and the policy. Of a patch what it says is checked and nothing is said of what is absent."
    ),
    words=(b"apiServer", b"KubeAuditPolicyConfig", b"KubeAPIServerConfig"),
    in_document=find,
)
