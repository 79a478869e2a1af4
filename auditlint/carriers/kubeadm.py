"""kubeadm's ClusterConfiguration (v1alpha3 to v1beta4) and MasterConfiguration before it (v1alpha1, v1alpha2).

Sources, all in cmd/kubeadm of k8s.io/kubernetes: app/apis/kubeadm of each version (types.go), and for the
block `auditPolicy` app/phases/controlplane/manifests.go and volumes.go of 1.11 (it counts only with the feature gate
Auditing; without a path kubeadm writes a policy of its own; 2 days are kept where nothing is said).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers.carrier import Carrier
from auditlint.carriers.configurations import cluster_configuration, extra_args
from auditlint.carriers.configurations.cluster_configuration import Added, Entry, Kind, Layout
from auditlint.carriers.configurations.extra_args import Reader, as_text
from auditlint.carriers.containers.command import Item
from auditlint.kubernetes.mounts import Part
from auditlint.kubernetes.releases import from_text
from auditlint.subjects.spelling_of_mounts import Place, Spelling
from auditlint.text.values import get, has, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.subjects.model import ApiServer
    from auditlint.text.plain import Plain

KIND = "ClusterConfiguration"
GROUP = "kubeadm.k8s.io/"
_SEALOS = "apps.sealos.io/"
"""The Clusterfile of sealos, which merges its ClusterConfiguration with settings of its own."""
_OLD_KIND = "MasterConfiguration"
_LAST_MINOR = {"v1alpha1": 10, "v1alpha2": 12, "v1alpha3": 13}
"""The last release whose kubeadm reads a version that only old ones do."""
_PAIRS = {"v1alpha1": False, "v1alpha2": False, "v1alpha3": False, "v1beta1": False, "v1beta2": False}
_PAIRS |= {"v1beta3": False, "v1beta4": True}
_OLD_ENTRY = Spelling(
    "apiServerExtraVolumes entry",
    {
        Part.NAME: ("name",),
        Part.MOUNT_PATH: ("mountPath",),
        Part.HOST_PATH: ("hostPath",),
        Part.HOST_PATH_TYPE: ("pathType",),
    },
    writable="writable",
)
_CAPITAL_ENTRY = Spelling(
    "ExtraVolumes entry",
    {
        Part.NAME: ("Name",),
        Part.MOUNT_PATH: ("MountPath",),
        Part.READ_ONLY: ("ReadOnly",),
        Part.HOST_PATH: ("HostPath",),
        Part.HOST_PATH_TYPE: ("PathType",),
    },
)
_OLD = Layout(("apiServerExtraArgs",), ("apiServerExtraVolumes",), (), _OLD_ENTRY, "writable")
_OLDEST = _OLD._replace(writable="")
_CAPITAL = Layout(("APIServer", "ExtraArgs"), ("APIServer", "ExtraVolumes"), ("APIServer", "ExtraEnvs"), _CAPITAL_ENTRY)
_PARTS: tuple[tuple[str, ...], ...] = (
    (),
    ("clusterConfiguration",),
    ("kubeadmConfigSpec", "clusterConfiguration"),
    ("spec", "kubeadmConfigSpec", "clusterConfiguration"),
)
"""Where snippets have it: they leave out what is around it."""
_BLOCK = "auditPolicy"
_POLICY_FILE = "/etc/kubernetes/audit/audit.yaml"
_LOG_FOLDER = "/var/log/kubernetes/audit"
_DAYS = "2"


def find(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver that a configuration describes; of one without apiVersion, a patch, what it says."""
    if not _is_configuration(candidate):
        yield from _parts(candidate)
        return
    value = candidate.value
    version = text(value, "apiVersion").removeprefix(GROUP)
    kind = kind_of(version, value)
    merged = any(other.startswith(_SEALOS) for other in candidate.beside)
    kind = kind._replace(whole=kind.whole and bool(version or candidate.as_kind) and not merged)
    yield cluster_configuration.server(candidate, value, (), kind, _added(candidate, version))


def _parts(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield what a text without kind, such as a snippet, says of auditing in the way of a ClusterConfiguration."""
    value = candidate.value
    for base in _PARTS if not candidate.as_kind and not has(value, "kind") and not has(value, "apiVersion") else ():
        part = get(value, *base)
        args = extra_args.read(get(part, "apiServer", "extraArgs"), ("extraArgs",), kind_of("", part).reader)
        if any(item.text.startswith("--audit-") for item in args.items):
            server = cluster_configuration.server(candidate, part, base, kind_of("", part)._replace(whole=False))
            # Values of a chart may have the same keys: what shape they have to have, nobody knows.
            yield server.replace(slips=())
            return


def kind_of(version: str, value: Plain) -> Kind:
    """Return how a configuration of a version, such as `v1beta4`, is read; "" where it names none."""
    reader = Reader("kubeadm", f"{GROUP}{version}" if version else "kubeadm", _PAIRS.get(version))
    kind = Kind("kubeadm", reader)
    if has(value, "APIServer") and not has(value, "apiServer"):
        # As sealos writes it down, with the names of Go.
        return kind._replace(layout=_CAPITAL, whole=False)
    if version not in _LAST_MINOR:
        return kind
    shown = from_text(text(value, "kubernetesVersion")) or _LAST_MINOR[version]
    layout = _OLDEST if version == "v1alpha1" else _OLD
    return kind._replace(layout=layout, shown=shown, notice=_old(version))


def _old(version: str) -> str:
    return (
        f"is a configuration of {GROUP}{version}, whose auditPolicy counts only with the feature gate Auditing and "
        f"which kubeadm reads up to 1.{_LAST_MINOR[version]}: newer ones have extraArgs and extraVolumes of apiServer"
    )


def _is_configuration(candidate: Candidate) -> bool:
    """Tell whether a document is one of kubeadm's, and no ClusterConfiguration of another tool."""
    value = candidate.value
    kind, version = text(value, "kind"), text(value, "apiVersion")
    if candidate.as_kind:
        return kind in {"", KIND, _OLD_KIND}
    if kind == _OLD_KIND:
        return version.startswith(GROUP)
    return kind == KIND and (version.startswith(GROUP) or not has(value, "apiVersion"))


def _added(candidate: Candidate, version: str) -> Added | None:
    """Return what the block `auditPolicy` makes of itself, where the gate is on that it needs."""
    block = get(candidate.value, _BLOCK)
    if version not in _LAST_MINOR or get(candidate.value, "featureGates", "Auditing") is not True:
        return None
    age = as_text(get(block, "logMaxAge")) or _DAYS
    items = (
        _item("audit-log-maxage", age, "logMaxAge"),
        _item("audit-log-path", f"{_LOG_FOLDER}/audit.log", "logDir"),
        _item("audit-policy-file", _POLICY_FILE, "path"),
    )
    place = Place((_BLOCK,), Spelling(_BLOCK, {Part.HOST_PATH: ("path",)}))
    log_place = Place((_BLOCK,), Spelling(_BLOCK, {Part.HOST_PATH: ("logDir",)}))
    policy, folder = text(block, "path") or _POLICY_FILE, text(block, "logDir") or _LOG_FOLDER
    return Added(
        items,
        (
            Entry("audit", policy, _POLICY_FILE, path_type="File", place=place),
            Entry("audit-log", folder, _LOG_FOLDER, read_only=False, place=log_place),
        ),
    )


def _item(flag: str, value: str, key: str) -> Item:
    return Item(f"--{flag}={value}", (_BLOCK, key), by_key=True, written=key)


CARRIER = Carrier(
    title="ClusterConfigurations of kubeadm",
    checked=(
        "`extraArgs`, `extraVolumes` and `extraEnvs` of `apiServer`, in v1beta1 to v1beta4, as the flags and mounts of "
        "the static Pod that kubeadm makes; the folders of certificates that it mounts by itself are known. "
        "`apiServerExtraArgs`, `apiServerExtraVolumes` and `auditPolicy` of v1alpha1 to v1alpha3, MasterConfigurations "
        "too. Of one without an apiVersion, such as a patch, and of the Clusterfile of sealos, what it says is checked "
        "and nothing is said of what is absent. What `kubeadm-config` holds in the cluster is one as well."
    ),
    words=(b"ClusterConfiguration", b"MasterConfiguration"),
    signs=(b"extraArgs",),
    in_document=find,
)
