"""kubeadm's ClusterConfiguration (v1beta1 to v1beta4): the kube-apiserver that kubeadm makes a static Pod of.

Sources, all in cmd/kubeadm of k8s.io/kubernetes: app/apis/kubeadm/v1beta3 and v1beta4 (types.go: `APIServer`,
`ControlPlaneComponent`, `HostPathMount`), app/util/arguments.go (arguments are sorted by name and value),
app/phases/controlplane/volumes.go (what is mounted anyway; a mount with the name of another takes its place).
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers import apiserver
from auditlint.carriers.carrier import Carrier
from auditlint.carriers.containers import mounting
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.carriers.containers.mounting import Mounting
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.mounts import Mount, Part, Volume, covers
from auditlint.kubernetes.releases import choose, from_text
from auditlint.subjects.model import Runs
from auditlint.subjects.spelling_of_flags import KEYS, PAIRS
from auditlint.subjects.spelling_of_mounts import Place, Spelling
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, has, items, pairs, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.finding import Path
    from auditlint.subjects.model import ApiServer
    from auditlint.text.plain import Plain

_KIND = "ClusterConfiguration"
_GROUP = "kubeadm.k8s.io/"
_WITH_PAIRS = "v1beta4"
_ARGUMENTS: tuple[str, ...] = ("apiServer", "extraArgs")
_VOLUMES: tuple[str, ...] = ("apiServer", "extraVolumes")
_ENTRY = Spelling(
    "extraVolumes entry",
    {
        Part.NAME: ("name",),
        Part.MOUNT_PATH: ("mountPath",),
        Part.READ_ONLY: ("readOnly",),
        Part.HOST_PATH: ("hostPath",),
        Part.HOST_PATH_TYPE: ("pathType",),
    },
)
_CERTIFICATES = "/etc/kubernetes/pki"
_AUTHORITIES = "/etc/ssl/certs"
_MORE_AUTHORITIES = ("/etc/ca-certificates", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates")
"""These, and what follows, are mounted where the host has them."""
_PKI = ("/etc/pki",)
_PARTS_OF_PKI = ("/etc/pki/ca-trust", "/etc/pki/tls/certs")
_PARTS_OF_PKI_FROM = 31
"""From this minor only parts of /etc/pki are mounted (kubernetes/kubernetes#124361)."""


class _Entry(NamedTuple):
    """A mount with its volume; where it stands, if not kubeadm adds it."""

    name: str
    host_path: str
    mount_path: str
    read_only: bool = True
    path_type: str = "DirectoryOrCreate"
    place: Place | None = None


def find(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver that a ClusterConfiguration describes; of one without apiVersion, a patch, what it says."""
    version = text(candidate.value, "apiVersion")
    if _is_configuration(candidate, version):
        whole = bool(version or candidate.as_kind)
        yield server(candidate, candidate.value, (), version.removeprefix(_GROUP), whole=whole)


def server(candidate: Candidate, value: Plain, base: Path, version: str, *, whole: bool) -> ApiServer:
    """Return the apiserver that kubeadm makes of the ClusterConfiguration that stands at base; version: `v1beta4`."""
    arguments, holder = get(value, *_ARGUMENTS), (*base, *_ARGUMENTS)
    as_pairs = isinstance(arguments, list) or (arguments is None and version == _WITH_PAIRS)
    shown = from_text(text(value, "kubernetesVersion"))
    settings = apiserver.Settings(
        carrier="kubeadm",
        runs=Runs.STATIC_POD,
        files=Files.MOUNTS,
        whole=whole,
        shown=shown,
        spelling=PAIRS if as_pairs else KEYS,
        tool="kubeadm",
        sorts_arguments=True,
        mounting=_mounting(value, base, choose(candidate.minor, candidate.origin, shown).minor),
        host_network=True,
    )
    line = CommandLine(tuple(_arguments(arguments, holder)), holder, (*base, *_there(value, _ARGUMENTS)))
    return apiserver.build(candidate, (*base, *_there(value, _ARGUMENTS[:1])), line, settings)


def _is_configuration(candidate: Candidate, version: str) -> bool:
    """Tell whether a document is one of kubeadm's, and no ClusterConfiguration of another tool."""
    kind = text(candidate.value, "kind")
    if candidate.as_kind:
        return kind in {"", _KIND}
    return kind == _KIND and (version.startswith(_GROUP) or not has(candidate.value, "apiVersion"))


def _there(value: Plain, path: tuple[str, ...]) -> Path:
    """Return as much of a path as leads somewhere."""
    for depth, key in enumerate(path):
        if not has(get(value, *path[:depth]), key):
            return path[:depth]
    return path


def _arguments(value: Plain, holder: Path) -> list[Item]:
    """Return the arguments in the order that kubeadm gives them."""
    if isinstance(value, str):
        return [Item(value, holder, opaque=True)]
    found = list(_pairs(value, holder) if isinstance(value, list) else _keys(value, holder))
    return [item for _, _, item in sorted(found, key=lambda argument: argument[:2])]


def _keys(value: Plain, holder: Path) -> Iterator[tuple[str, str, Item]]:
    for name, given in dict(pairs(value)).items():
        yield _argument(name, given, Item("", (*holder, name), by_key=True, written=name))


def _pairs(value: Plain, holder: Path) -> Iterator[tuple[str, str, Item]]:
    """Yield pairs, and arguments as text where pairs belong: kubeadm refuses those, and what is meant is plain."""
    for index, entry in enumerate(items(value)):
        path, name = (*holder, index), text(entry, "name")
        if isinstance(entry, str):
            yield entry, "", Item(entry, path, opaque=is_template(entry))
        elif name:
            yield _argument(name, get(entry, "value"), Item("", path, value_path=(*path, "value"), written=name))


def _argument(name: str, value: Plain, item: Item) -> tuple[str, str, Item]:
    """Return what kubeadm sorts an argument by, and the argument."""
    written = _as_text(value)
    argument = f"--{name}={written}"
    return name, written, item._replace(text=argument, opaque=is_template(argument))


def _as_text(value: Plain) -> str:
    """Return a value as a string; where it is none kubeadm refuses it, and what is meant is plain."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else "" if value is None else str(value)


def _mounting(value: Plain, base: Path, minor: int) -> Mounting:
    holder = (*base, *_VOLUMES)
    own = list(_own(value, holder))
    entries = {entry.name: entry for entry in (*_added(value, minor, own), *own)}.values()
    mounts = tuple(
        Mount(entry.name, entry.mount_path, position, entry.read_only) for position, entry in enumerate(entries)
    )
    volumes = tuple(
        Volume(entry.name, "hostPath", position, entry.host_path, entry.path_type)
        for position, entry in enumerate(entries)
    )
    places = tuple(entry.place for entry in entries)
    unknown = mounting.unknown(mounts, volumes) or isinstance(get(value, *_VOLUMES), str)
    return Mounting(mounts, volumes, places, places, holder, holder, _ENTRY, _ENTRY, unknown=unknown)


def _own(value: Plain, holder: Path) -> Iterator[_Entry]:
    for index, entry in enumerate(items(get(value, *_VOLUMES))):
        if isinstance(entry, tuple):
            yield _Entry(
                name=text(entry, "name"),
                host_path=text(entry, "hostPath"),
                mount_path=text(entry, "mountPath"),
                read_only=get(entry, "readOnly") is True,
                path_type=text(entry, "pathType"),
                place=Place((*holder, index), _ENTRY),
            )


def _added(value: Plain, minor: int, own: Iterable[_Entry]) -> Iterator[_Entry]:
    """Yield what kubeadm mounts by itself; of what it mounts only where the host has it, nothing that is listed too."""
    certificates = text(value, "certificatesDir") or _CERTIFICATES
    yield _folder("k8s-certs", certificates)
    yield _folder("ca-certs", _AUTHORITIES)
    listed = {posixpath.normpath(entry.mount_path) for entry in own}
    for folder in (*_MORE_AUTHORITIES, *(_PARTS_OF_PKI if minor >= _PARTS_OF_PKI_FROM else _PKI)):
        if folder not in listed:
            yield _folder(folder.replace("/", "-")[1:], folder)
    for number, folder in enumerate(_of_etcd(value, (_AUTHORITIES, certificates))):
        yield _folder(f"etcd-certs-{number}", folder)


def _of_etcd(value: Plain, mounted: tuple[str, ...]) -> list[str]:
    """Return the folders of the certificates for an external etcd that lie in no folder which is mounted anyway."""
    files = [text(value, "etcd", "external", key) for key in ("caFile", "certFile", "keyFile")]
    folders = sorted({posixpath.dirname(file) for file in files} - {""})
    return [
        folder
        for folder in folders
        if not any(covers(other, folder) for other in (*mounted, *folders) if other != folder) and folder not in mounted
    ]


def _folder(name: str, path: str) -> _Entry:
    return _Entry(name, path, path)


CARRIER = Carrier(
    title="ClusterConfigurations of kubeadm",
    checked=(
        "`extraArgs` and `extraVolumes` of `apiServer`, in v1beta1 to v1beta4, as the flags and mounts of the static "
        "Pod that kubeadm makes; the folders of certificates that it mounts by itself are known. Of one without an "
        "apiVersion, such as a patch, what it says is checked and nothing is said of what is absent."
    ),
    words=(b"ClusterConfiguration",),
    in_document=find,
)
