"""The kubeadm objects of the Cluster API: control planes, bootstrap configurations and the templates of both.

Sources in kubernetes-sigs/cluster-api: controlplane/kubeadm/api and bootstrap/kubeadm/api of v1alpha3 to v1beta2
(`extraArgs` are a mapping up to v1beta1 and a list of names and values in v1beta2; the API server refuses anything
else). Files are owned by root and have the mode 0644 where nothing is said (cloud-init, `write_files`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers.carrier import Carrier
from auditlint.carriers.configurations import cluster_configuration
from auditlint.carriers.configurations.cluster_configuration import Kind
from auditlint.carriers.configurations.extra_args import Reader
from auditlint.kubernetes.releases import from_text
from auditlint.subjects.provided import ProvidedFile, octal
from auditlint.text.values import get, has, items, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.finding import Path
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
    shape, group = _SHAPES.get(text(value, "kind")), _GROUP.fullmatch(text(value, "apiVersion"))
    if shape is None or group is None or not has(get(value, *shape.spec), "clusterConfiguration"):
        return
    base = (*shape.spec, "clusterConfiguration")
    shown = from_text(text(value, *shape.version)) if shape.version else None
    kind = Kind(
        "cluster-api",
        Reader("the API server", group[0], group[1] >= _PAIRS_FROM),
        shown=shown,
        provided=tuple(_provided(value, shape.spec)),
    )
    yield cluster_configuration.server(candidate, get(value, *base), base, kind)


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
        "its policy, readable for the user that kube-apiserver runs as."
    ),
    words=(b"cluster.x-k8s.io/",),
    in_document=find,
)
