"""The kubeadm objects of the Cluster API: control planes, bootstrap configurations and the templates of both.

Sources in kubernetes-sigs/cluster-api: controlplane/kubeadm/api and bootstrap/kubeadm/api of v1alpha3 to v1beta2
(`extraArgs` are a mapping up to v1beta1 and a list of names and values in v1beta2; the API server refuses anything
else). Files are owned by root and have the mode 0644 where nothing is said (cloud-init, `write_files`).
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers.carrier import Carrier
from auditlint.carriers.configurations import cluster_configuration
from auditlint.carriers.configurations.cluster_configuration import Kind
from auditlint.carriers.configurations.extra_args import Reader
from auditlint.carriers.configurations.patched import (
    MOST_OPERATIONS,
    Branch,
    Origin,
    PatchedPlaces,
    as_written,
    operated,
)
from auditlint.kubernetes.releases import from_text
from auditlint.subjects.provided import ProvidedFile, octal
from auditlint.text.values import get, has, items, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer
    from auditlint.text.plain import Plain

_GROUP = re.compile(r"(?:controlplane|bootstrap)\.cluster\.x-k8s\.io/(v\w+)")
_PAIRS_FROM = "v1beta2"
_MODE = "0644"


class _Shape(NamedTuple):
    """Where an object has what it says to kubeadm, and the release."""

    spec: tuple[str, ...]
    version: tuple[str, ...] | None = None


_SHAPES = {
    "KubeadmControlPlane": _Shape(("spec", "kubeadmConfigSpec"), ("spec", "version")),
    "KubeadmControlPlaneTemplate": _Shape(("spec", "template", "spec", "kubeadmConfigSpec")),
    "KubeadmConfig": _Shape(("spec",)),
    "KubeadmConfigTemplate": _Shape(("spec", "template", "spec")),
}


def find(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver of an object that has a ClusterConfiguration; others, such as those of workers, have none."""
    value = candidate.value
    if text(value, "kind") == "ClusterClass" and text(value, "apiVersion").startswith("cluster.x-k8s.io/"):
        yield from _patched(candidate)
        return
    shape, group = _SHAPES.get(text(value, "kind")), _GROUP.fullmatch(text(value, "apiVersion"))
    if shape is None or group is None or not has(get(value, *shape.spec), "clusterConfiguration"):
        return
    base = (*shape.spec, "clusterConfiguration")
    shown = from_text(text(value, *shape.version)) if shape.version else None
    kind = Kind(
        "cluster-api",
        Reader("the API server", group[0], group[1] >= _PAIRS_FROM),
        whole=shape.version is None or has(get(value, *shape.version[:-1]), shape.version[-1]),
        shown=shown,
        provided=tuple(_provided(value, shape.spec)),
    )
    yield cluster_configuration.server(candidate, get(value, *base), base, kind)


def _patched(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield what the patches of a ClusterClass say of the apiserver, if that is something about auditing."""
    made, pairs = None, False
    for operation, path, version in islice(_operations(candidate.value), MOST_OPERATIONS):
        if made is None:
            pairs = version >= _PAIRS_FROM
            made = _nothing_yet(candidate, pairs=pairs)
        made = operated(made, operation, Origin(candidate.places, path)) or made
    if made is None:
        return
    value = get(made.value, "clusterConfiguration")
    places = PatchedPlaces(made.child("clusterConfiguration"))
    kind = Kind("cluster-api", Reader("the API server", "this version", pairs), whole=False)
    server = cluster_configuration.server(candidate._replace(value=value, places=places), value, (), kind)
    if any(argument.text.startswith("--audit-") for argument in server.arguments):
        yield as_written(server, made.child("clusterConfiguration"))


def _nothing_yet(candidate: Candidate, *, pairs: bool) -> Branch:
    """Return the configuration to patch: nobody knows what the template says, but that it says something."""
    here = Origin(candidate.places, ("spec", "patches"), made=True)
    arguments: Plain = [] if pairs else ()
    api_server: Plain = (("extraArgs", arguments), ("extraVolumes", []))
    below: dict[str | int, Branch] = {"extraArgs": Branch(arguments, here), "extraVolumes": Branch([], here)}
    inner = Branch((("apiServer", api_server),), here, {"apiServer": Branch(api_server, here, below)})
    return Branch((("clusterConfiguration", inner.value),), here, {"clusterConfiguration": inner})


def _operations(value: Plain) -> Iterator[tuple[Plain, Path, str]]:
    """Yield the operations on a ClusterConfiguration, each as if on what holds that, its place, and the API version."""
    for number, patch in enumerate(items(get(value, "spec", "patches"))):
        for index, definition in enumerate(items(get(patch, "definitions"))):
            group = _GROUP.fullmatch(text(definition, "selector", "apiVersion"))
            shape = _SHAPES.get(text(definition, "selector", "kind"))
            holder = "/" + "/".join(shape.spec) + "/" if shape else ""
            for place, operation in enumerate(items(get(definition, "jsonPatches"))):
                path = text(operation, "path")
                if group and shape and path.startswith(f"{holder}clusterConfiguration"):
                    where = ("spec", "patches", number, "definitions", index, "jsonPatches", place)
                    yield _operation(operation, path.removeprefix(holder[:-1])), where, group[1]


def _operation(operation: Plain, path: str) -> Plain:
    """Return an operation with another path; a value from a variable is one that nobody knows."""
    value = get(operation, "value") if has(operation, "value") else "{{ . }}"
    return ("op", text(operation, "op")), ("path", path), ("value", value)


def _provided(value: Plain, spec: Path) -> Iterator[ProvidedFile]:
    """Yield the files of an object; none if a command or a script of it may make others, or the system moves them."""
    holder = get(value, *[str(step) for step in spec])
    if text(holder, "format") == "bottlerocket":
        return
    listed = items(get(holder, "files"))
    scripts = [one for key in ("preKubeadmCommands", "bootCommands") for one in _texts(get(holder, key))]
    scripts += [text(file, "content") for file in listed if text(file, "content").startswith("#!")]
    if any("audit" in script for script in scripts):
        return
    for index, file in enumerate(listed):
        place = (*spec, "files", index)
        mode = text(file, "permissions") or _MODE
        owner = text(file, "owner").partition(":")[0] or "root"
        yield ProvidedFile(
            text(file, "path"), (*place, "path"), mode=octal(mode), mode_place=(*place, "permissions"), owner=owner
        )


def _texts(value: Plain) -> Iterator[str]:
    """Yield the strings of a list, of lists in it too."""
    for one in items(value):
        yield from [one] if isinstance(one, str) else [part for part in items(one) if isinstance(part, str)]


CARRIER = Carrier(
    title="Control planes of the Cluster API",
    checked=(
        "KubeadmControlPlanes, KubeadmConfigs and the templates of both: the ClusterConfiguration in them, whose "
        "`extraArgs` are a mapping up to v1beta1 and a list in v1beta2, and `files`, among which the flag has to find "
        "its policy, readable for the user that kube-apiserver runs as. Of the patches of a ClusterClass what they say "
        "is checked and nothing is said of what is absent."
    ),
    words=(b"cluster.x-k8s.io/",),
    in_document=find,
)
