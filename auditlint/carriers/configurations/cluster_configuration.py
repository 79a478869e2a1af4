"""kubeadm's ClusterConfiguration: the kube-apiserver that kubeadm makes a static Pod of, wherever it stands.

Sources, all in cmd/kubeadm of k8s.io/kubernetes: app/apis/kubeadm/v1beta3 and v1beta4 (types.go: `APIServer`,
`ControlPlaneComponent`, `HostPathMount`), app/phases/controlplane/volumes.go (what is mounted anyway; a mount with the
name of another takes its place), app/util/users (what does not run as root).
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers import apiserver
from auditlint.carriers.configurations import extra_args
from auditlint.carriers.containers import mounting
from auditlint.carriers.containers.command import CommandLine
from auditlint.carriers.containers.mounting import Mounting
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.mounts import Mount, Part, Volume, covers
from auditlint.kubernetes.releases import choose, from_text
from auditlint.subjects.model import Runs
from auditlint.subjects.spelling_of_mounts import Place, Spelling
from auditlint.text.values import get, has, items, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.carriers.configurations.extra_args import Reader
    from auditlint.carriers.containers.command import Item
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer
    from auditlint.subjects.nodes import Node, NodeSpelling
    from auditlint.subjects.provided import ProvidedFile
    from auditlint.subjects.slips import Slip
    from auditlint.text.plain import Plain

ENTRY = Spelling(
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
_ROOTLESS = "RootlessControlPlane"
_SOME_USER = 100
"""kubeadm chooses a free id of the system's range for a server that does not run as root."""


class Layout(NamedTuple):
    """Where a configuration says what of the kube-apiserver."""

    arguments: tuple[str, ...] = ("apiServer", "extraArgs")
    volumes: tuple[str, ...] = ("apiServer", "extraVolumes")
    environment: tuple[str, ...] = ("apiServer", "extraEnvs")
    entry: Spelling = ENTRY
    writable: str | None = None
    """The key of an entry that makes a mount writable, which is read-only otherwise; empty if there is no such key."""


LAYOUT = Layout()


class Kind(NamedTuple):
    """One kind of configuration, in one version."""

    carrier: str
    reader: Reader
    layout: Layout = LAYOUT
    tool: str = "kubeadm"
    """What makes the static Pod."""
    whole: bool = True
    """What it does not say is not set."""
    shown: int | None = None
    """The release that stands outside of it."""
    notice: str = ""
    """What to tell the user of such configurations."""
    provided: tuple[ProvidedFile, ...] = ()
    """The files that the document around it writes to the nodes."""
    nodes: tuple[Node, ...] = ()
    """The nodes, where the document around it describes them."""
    node_spelling: NodeSpelling | None = None
    slips: tuple[Slip, ...] = ()
    """What is wrong with the document around it."""


def server(candidate: Candidate, value: Plain, base: Path, kind: Kind, added: Added | None = None) -> ApiServer:
    """Return the apiserver that kubeadm makes of the ClusterConfiguration that stands at base."""
    layout = kind.layout
    holder = (*base, *layout.arguments)
    args = extra_args.read(get(value, *layout.arguments), holder, kind.reader, get(value, *layout.environment))
    shown = from_text(text(value, "kubernetesVersion")) if kind.shown is None else kind.shown
    settings = apiserver.Settings(
        carrier=kind.carrier,
        runs=Runs.STATIC_POD,
        files=Files.MOUNTS,
        whole=kind.whole,
        shown=shown,
        spelling=args.spelling,
        tool=kind.tool,
        sorts_arguments=True,
        slips=(*kind.slips, *args.slips),
        mounting=_mounting(value, base, layout, choose(candidate.minor, candidate.origin, shown).minor, added),
        run_as_user=_SOME_USER if get(value, "featureGates", _ROOTLESS) is True else None,
        host_network=True,
        notice=kind.notice,
        provided=kind.provided,
        nodes=kind.nodes,
        node_spelling=kind.node_spelling,
    )
    given = (*(added.items if added else ()), *args.items)
    line = CommandLine(given, holder, (*base, *there(value, layout.arguments)))
    return apiserver.build(candidate, (*base, *there(value, layout.arguments[:-1])), line, settings)


def mounted_anyway(certificates: str, minor: int, entries: tuple[Entry, ...] = ()) -> Mounting:
    """Return what kubeadm mounts by itself, where its certificates are in a folder, and what another tool adds."""
    return _mounting((("certificatesDir", certificates),), (), LAYOUT, minor, Added((), entries))


def there(value: Plain, path: tuple[str, ...]) -> Path:
    """Return as much of a path as leads somewhere."""
    for depth, key in enumerate(path):
        if not has(get(value, *path[:depth]), key):
            return path[:depth]
    return path


class Entry(NamedTuple):
    """A mount with its volume; where it stands, if not kubeadm adds it."""

    name: str
    host_path: str
    mount_path: str
    read_only: bool = True
    path_type: str = "DirectoryOrCreate"
    place: Place | None = None


class Added(NamedTuple):
    """What kubeadm adds for a setting of its own, beside flags and mounts."""

    items: tuple[Item, ...]
    entries: tuple[Entry, ...]


def _mounting(value: Plain, base: Path, layout: Layout, minor: int, added: Added | None) -> Mounting:
    holder = (*base, *layout.volumes)
    own = list(_own(value, holder, layout))
    all_added = (*_added(value, minor, own), *(added.entries if added else ()))
    entries = {entry.name: entry for entry in (*all_added, *own)}.values()
    mounts = tuple(
        Mount(entry.name, entry.mount_path, position, entry.read_only) for position, entry in enumerate(entries)
    )
    volumes = tuple(
        Volume(entry.name, "hostPath", position, entry.host_path, entry.path_type)
        for position, entry in enumerate(entries)
    )
    places = tuple(entry.place for entry in entries)
    unknown = mounting.unknown(mounts, volumes) or isinstance(get(value, *layout.volumes), str)
    return Mounting(mounts, volumes, places, places, holder, holder, layout.entry, layout.entry, unknown=unknown)


def _own(value: Plain, holder: Path, layout: Layout) -> Iterator[Entry]:
    keys = layout.entry.keys
    for index, entry in enumerate(items(get(value, *layout.volumes))):
        if isinstance(entry, tuple):
            yield Entry(
                name=text(entry, *keys[Part.NAME]),
                host_path=text(entry, *keys[Part.HOST_PATH]),
                mount_path=text(entry, *keys[Part.MOUNT_PATH]),
                read_only=_is_read_only(entry, layout),
                path_type=text(entry, *keys.get(Part.HOST_PATH_TYPE, ("",))),
                place=Place((*holder, index), layout.entry),
            )


def _is_read_only(entry: Plain, layout: Layout) -> bool:
    if layout.writable is not None:
        return get(entry, layout.writable) is not True
    return get(entry, *layout.entry.keys[Part.READ_ONLY]) is True


def _added(value: Plain, minor: int, own: Iterable[Entry]) -> Iterator[Entry]:
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


def _folder(name: str, path: str) -> Entry:
    return Entry(name, path, path)
