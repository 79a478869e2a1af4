"""kind's Cluster: the ClusterConfiguration that kind writes for kubeadm, and the patches to it.

kind (read at 0.32) makes one configuration a node, in a version of its choice: v1beta2 before 1.23, v1beta3 up to 1.35,
v1beta4 from 1.36 on. A patch without apiVersion is for any version, another one for its own version alone; of patches
that match nothing nobody hears. In v1beta4 the lists of extraArgs are merged by name, before they are replaced.
kubeadm reads the ClusterConfiguration on the first control-plane node; the others get it from the cluster.

Sources in kubernetes-sigs/kind: pkg/cluster/internal/kubeadm/config.go, pkg/internal/patch (kubeyaml.go, resource.go,
kubeadm_merge.go), pkg/cluster/internal/create/actions/config/config.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers.carrier import Carrier, Inner
from auditlint.carriers.configurations import cluster_configuration
from auditlint.carriers.configurations.cluster_configuration import Kind
from auditlint.carriers.configurations.extra_args import Reader, as_text
from auditlint.carriers.configurations.patched import (
    MOST_OPERATIONS,
    Branch,
    Origin,
    PatchedPlaces,
    as_written,
    merged,
    operated,
)
from auditlint.kubernetes.releases import DEFAULT, choose, from_image
from auditlint.subjects.nodes import Node, NodeMount, NodeSpelling
from auditlint.subjects.slips import Slip, SlipKind
from auditlint.subjects.spelling_of_flags import KEYS, PAIRS
from auditlint.text.values import get, has, items, pairs, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate, ReadText
    from auditlint.carriers.carrier import Part
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer
    from auditlint.text.plain import Plain

_GROUPS = ("kind.x-k8s.io/", "kind.sigs.k8s.io/")
_TARGET = "ClusterConfiguration"
_GROUP = "kubeadm.k8s.io/"
_MERGE, _JSON = "kubeadmConfigPatches", "kubeadmConfigPatchesJSON6902"
_CONTROL_PLANE = "control-plane"
_ARGUMENTS = ("apiServer", "extraArgs")
_IMAGE = "kindest/node"
_V1BETA3_FROM = 23
_V1BETA4_FROM = 36
_WITH_PAIRS = "v1beta4"
_EXTRA_MOUNTS = NodeSpelling(
    "extraMounts",
    "extraMounts:\n- hostPath: {file}\n  containerPath: {path}\n  readOnly: true",
    "containerPath: {path}",
)
_MOST_PATCHES = 200
_MOST_BYTES = 1 << 18
"""How much is merged; the rest is read as if each patch stood alone."""
_VERSIONS = frozenset({"v1beta2", "v1beta3", _WITH_PAIRS})
_OUTSIDE = "\0"
"""Before the way to what stands in kind's own document, beside the ways in the document that its patches make."""


class _Patch(NamedTuple):
    """One patch to the ClusterConfiguration."""

    candidate: Candidate
    """The document that it is; of a JSON patch, that of its operations."""
    entry: Path
    """The way to it in kind's document."""
    node: int | None
    """The node that it is for, if not for all."""
    kind: str
    version: str
    """The apiVersion that it is for; empty if for any."""
    is_json: bool = False


def find(candidate: Candidate) -> Iterator[Part]:
    """Yield the apiserver of a Cluster whose patches say something about it."""
    if not _is_cluster(candidate):
        return
    patches, read, unread = _patches(candidate)
    if any(_concerns_server(patch) for patch in patches):
        yield _server(candidate, patches)
        yield from read
    yield from unread


def _is_cluster(candidate: Candidate) -> bool:
    kind, version = text(candidate.value, "kind"), text(candidate.value, "apiVersion")
    return candidate.as_kind is not None or (kind in {"Cluster", "Config"} and version.startswith(_GROUPS))


def _patches(candidate: Candidate) -> tuple[list[_Patch], list[ReadText], list[Inner]]:
    """Return the patches in the order in which they are applied, the texts they are in, and those that do not parse."""
    patches: list[_Patch] = []
    read: list[ReadText] = []
    unread: list[Inner] = []
    left, seen = _MOST_BYTES, set[str]()
    for path, entry, node in _entries(candidate.value):
        written = text(entry, "patch") if path[-2] == _JSON else entry
        if not isinstance(written, str) or (left <= 0 and written in seen):
            continue
        seen.add(written)
        left -= len(written)
        place = (*path, "patch") if path[-2] == _JSON else path
        inside = candidate.inside(place) if left > 0 and len(patches) < _MOST_PATCHES else None
        if inside is not None:
            read.append(inside[1])
            patches += [_patch(document, path, node, entry if path[-2] == _JSON else None) for document in inside[0]]
        elif (piece := candidate.piece(place)) is not None:
            unread.append(Inner(piece, "patch.yaml"))
    return patches, read, unread


def _entries(value: Plain) -> Iterator[tuple[Path, Plain, int | None]]:
    """Yield the patches of a Cluster: the way to each, what stands there, and the node that it is for."""
    holders: list[tuple[Path, Plain, int | None]] = [((), value, None)]
    holders += [(("nodes", number), node, number) for number, node in enumerate(items(get(value, "nodes")))]
    for base, holder, number in holders:
        for key in (_MERGE, _JSON):
            for index, entry in enumerate(items(get(holder, key))):
                yield (*base, key, index), entry, number


def _patch(document: Candidate, path: Path, node: int | None, entry: Plain) -> _Patch:
    if entry is None:
        return _Patch(document, path, node, text(document.value, "kind"), text(document.value, "apiVersion"))
    group, version = text(entry, "group"), text(entry, "version")
    return _Patch(document, path, node, text(entry, "kind"), f"{group}/{version}" if group else version, is_json=True)


def _concerns_server(patch: _Patch) -> bool:
    """Tell whether a patch would change what the ClusterConfiguration says of the apiserver."""
    value = patch.candidate.value
    if patch.is_json:
        return any(text(operation, "path").startswith("/apiServer") for operation in items(value))
    return has(value, "apiServer")


class _Made(NamedTuple):
    """The ClusterConfiguration as far as it is made."""

    root: Branch
    slips: tuple[Slip, ...] = ()

    def with_slip(self, slip: Slip) -> _Made:
        """Return the same with a fault in a patch."""
        return self._replace(slips=(*self.slips, slip))


def _server(candidate: Candidate, patches: list[_Patch]) -> ApiServer:
    nodes = _control_planes(candidate.value)
    shown = from_image(text(nodes[0][1], "image"))
    release = choose(candidate.minor, candidate.origin, shown)
    version, assumed = _version(release.minor), release.origin == DEFAULT
    if assumed:
        version = _named(patches) or version
    made = _made(candidate, patches, version, nodes[0][0])
    made = made._replace(slips=(*made.slips, *(_elsewhere(patches, version, release.minor) if assumed else ())))
    places = PatchedPlaces(made.root)
    value = tuple(pair for pair in pairs(made.root.value) if not pair[0].startswith(_OUTSIDE))
    kind = Kind(
        "kind",
        Reader("kubeadm", f"{_GROUP}{version}", version == _WITH_PAIRS),
        whole=all(slip.assumed for slip in made.slips),
        shown=shown,
        nodes=tuple(_node(node, index) for index, node in nodes),
        node_spelling=_EXTRA_MOUNTS,
        slips=made.slips,
    )
    server = cluster_configuration.server(candidate._replace(value=value, places=places), value, (), kind)
    return as_written(server, made.root)


def _version(minor: int) -> str:
    return "v1beta2" if minor < _V1BETA3_FROM else "v1beta3" if minor < _V1BETA4_FROM else _WITH_PAIRS


def _named(patches: list[_Patch]) -> str:
    """Return the version that patches are for, where all that name one name the same."""
    named = {patch.version.removeprefix(_GROUP) for patch in patches if patch.version and _concerns_server(patch)}
    return named.pop() if len(named) == 1 and named <= _VERSIONS else ""


def _elsewhere(patches: list[_Patch], version: str, minor: int) -> Iterator[Slip]:
    """Yield the patches of a version that kind does not write for a release."""
    for number, patch in enumerate(patches):
        if patch.version == f"{_GROUP}{version}" and _version(minor) != version and _concerns_server(patch):
            yield _other_version(patch, f"{_OUTSIDE}{number}", _version(minor))._replace(assumed=True)


def _made(candidate: Candidate, patches: list[_Patch], version: str, first: int | None) -> _Made:
    """Return what patches make of the ClusterConfiguration that kind writes."""
    outside = Branch(candidate.value, Origin(candidate.places, ()))
    rendered = Origin(candidate.places, (), made=True)
    arguments: Plain = [] if version == _WITH_PAIRS else ()
    api_server: Plain = (("certSANs", []), ("extraArgs", arguments))
    below: dict[str | int, Branch] = {_OUTSIDE: outside}
    below["apiServer"] = Branch(api_server, rendered, {"extraArgs": Branch(arguments, rendered)})
    below |= {
        f"{_OUTSIDE}{number}": Branch(patch.candidate.value, Origin(patch.candidate.places, ()))
        for number, patch in enumerate(patches)
    }
    made = _Made(Branch((("apiServer", api_server),), rendered, below))
    for number, patch in enumerate(patches):
        if _concerns_server(patch):
            made = _with_patch(made, patch, f"{_OUTSIDE}{number}", version, first)
    return made


def _with_patch(made: _Made, patch: _Patch, name: str, version: str, first: int | None) -> _Made:
    """Return the configuration after a patch, or with what keeps the patch from being applied."""
    fault = _fault(patch, name, version, first)
    if fault is not None:
        return made.with_slip(fault)
    if patch.is_json:
        return _with_operations(made, patch, name, version)
    value, origin = patch.candidate.value, Origin(patch.candidate.places, ())
    if version != _WITH_PAIRS:
        return made._replace(root=merged(made.root, value, origin))
    if patch.version and isinstance(get(value, *_ARGUMENTS), tuple):
        slip = Slip(SlipKind.NO_LIST, (name, *_ARGUMENTS), "kind", written="extraArgs", form=f"{_GROUP}{version}")
        made = made.with_slip(slip._replace(spelling=PAIRS, refuses=False))
    return made._replace(root=_merged_by_name(made.root, value, origin, versioned=bool(patch.version)))


def _fault(patch: _Patch, name: str, version: str, first: int | None) -> Slip | None:
    """Return what keeps a patch from the ClusterConfiguration that counts, if anything does."""
    said = Slip(SlipKind.OTHER_KIND, _at(patch, name, "kind"), "kind", written=patch.kind, form=f"{_GROUP}{version}")
    if patch.kind != _TARGET:
        return said
    if patch.version and patch.version != f"{_GROUP}{version}":
        return _other_version(patch, name, version)
    if patch.node is not None and patch.node != first:
        return said._replace(kind=SlipKind.OTHER_NODE)
    return None


def _other_version(patch: _Patch, name: str, version: str) -> Slip:
    place = _at(patch, name, "version" if patch.is_json else "apiVersion")
    said = Slip(SlipKind.OTHER_VERSION, place, "kind", written=patch.version, form=f"{_GROUP}{version}")
    is_list = isinstance(get(patch.candidate.value, *_ARGUMENTS), list)
    return said._replace(spelling=KEYS) if is_list and version != _WITH_PAIRS else said


def _at(patch: _Patch, name: str, key: str) -> Path:
    """Return the way to a key of a patch's head, among the places of the whole."""
    return (_OUTSIDE, *patch.entry, key) if patch.is_json else (name, key)


def _with_operations(made: _Made, patch: _Patch, name: str, version: str) -> _Made:
    places = patch.candidate.places
    for index, operation in enumerate(items(patch.candidate.value)[:MOST_OPERATIONS]):
        root = operated(made.root, operation, Origin(places, (index,)))
        if root is None:
            made = made.with_slip(_no_target(operation, (name, index, "path"), version))
        else:
            made = made._replace(root=root)
    return made


def _no_target(operation: Plain, place: Path, version: str) -> Slip:
    """Return an operation on what is not there; one on a flag by its name may be meant for a list of pairs."""
    path = text(operation, "path")
    slip = Slip(SlipKind.NO_TARGET, place, "kind", written=path, form=f"{_GROUP}{version}")
    name = path.removeprefix("/apiServer/extraArgs/")
    if version != _WITH_PAIRS or "/" in name or name.isdecimal():
        return slip
    return slip._replace(flag=name, value=as_text(get(operation, "value")), spelling=PAIRS)


def _merged_by_name(root: Branch, patch: Plain, origin: Origin, *, versioned: bool) -> Branch:
    """Return the configuration with a patch, of whose arguments each replaces the one with its name."""
    given = get(patch, *_ARGUMENTS)
    rest = tuple((key, _without_arguments(value) if key == "apiServer" else value) for key, value in pairs(patch))
    root = merged(root, rest, origin)
    listed = root.child("apiServer").child("extraArgs")
    parts = [listed.child(index) for index in range(len(items(listed.value)))]
    named = {text(part.value, "name"): part for part in parts}
    here = Origin(origin.places, _ARGUMENTS)
    named.update(_pairs(given, here) if isinstance(given, list) or not versioned else ())
    parts = [part for part in named.values() if get(part.value, "value") is not None]
    where = here if given is not None else listed.origin
    arguments = Branch([part.value for part in parts], where, dict(enumerate(parts)))
    return root.with_child("apiServer", root.child("apiServer").with_child("extraArgs", arguments))


def _without_arguments(value: Plain) -> Plain:
    return tuple(pair for pair in value if pair[0] != "extraArgs") if isinstance(value, tuple) else value


def _pairs(given: Plain, origin: Origin) -> Iterator[tuple[str, Branch]]:
    """Yield the names of arguments, each with the pair that it is, or that kind makes of it."""
    for index, entry in enumerate(items(given)):
        if text(entry, "name"):
            yield text(entry, "name"), Branch(entry, origin.at(index))
    for name, value in dict(pairs(given)).items():
        at = origin.at(name)
        pair: Plain = (("name", name), ("value", value))
        yield name, Branch(pair, at._replace(by_key=True), {"name": Branch(name, at), "value": Branch(value, at)})


def _control_planes(value: Plain) -> list[tuple[int | None, Plain]]:
    """Return the nodes that run a kube-apiserver, each with its index; the one that kind makes where none is listed."""
    nodes = [
        (index, node)
        for index, node in enumerate(items(get(value, "nodes")))
        if text(node, "role") in {"", _CONTROL_PLANE}
    ]
    return [*nodes] or [(None, None)]


def _node(node: Plain, index: int | None) -> Node:
    place = (_OUTSIDE,) if index is None else (_OUTSIDE, "nodes", index)
    image = text(node, "image").partition("@")[0]
    mounts = tuple(
        NodeMount(text(mount, "hostPath"), text(mount, "containerPath"), (*place, "extraMounts", number))
        for number, mount in enumerate(items(get(node, "extraMounts")))
        if text(mount, "containerPath")
    )
    return Node(place, mounts, known=not image or _IMAGE in image)


CARRIER = Carrier(
    title="Clusters of kind",
    checked=(
        "`kubeadmConfigPatches` and `kubeadmConfigPatchesJSON6902` of the cluster and of its nodes, merged as kind "
        "does: the flags and mounts that kubeadm makes of them, patches that are never applied, and for each "
        "control-plane node whether `extraMounts` bring the files to it that the mounts of the Pod then show."
    ),
    words=(b"kind.x-k8s.io/", b"kind.sigs.k8s.io/"),
    in_document=find,
)
