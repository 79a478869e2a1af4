"""k3d's Simple configuration: k3s in containers, with flags for it and mounts of files of the machine.

Source: k3d, pkg/config/v1alpha2 to v1alpha5/types.go (`options.k3s.extraArgs`, before v1alpha3 `extraServerArgs`;
`volumes`, `files`), pkg/util/filter.go (`server:*`, `server:0`, `all`; without a filter all nodes are meant). k3s puts
the arguments behind its own and takes dashes in front of a name away (pkg/daemons/config/types.go, `GetArgs`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers import apiserver
from auditlint.carriers.carrier import Carrier
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.releases import from_image
from auditlint.subjects.model import Runs
from auditlint.subjects.nodes import Node, NodeMount, NodeSpelling
from auditlint.subjects.spelling_of_flags import K3D
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, items, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer
    from auditlint.text.plain import Plain

_GROUP = "k3d.io/"
_ARGUMENT = "--kube-apiserver-arg"
_HOLDER = ("options", "k3s", "extraArgs")
_OLD_HOLDER = ("options", "k3s", "extraServerArgs")
_IMAGE = "k3s"
_VOLUMES = NodeSpelling(
    "volumes", 'volumes:\n- volume: {file}:{path}\n  nodeFilters: ["server:*"]', "volume: {file}:{path}"
)


def find(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver of a configuration that sets something about auditing."""
    value = candidate.value
    if not candidate.as_kind and not (text(value, "kind") == "Simple" and text(value, "apiVersion").startswith(_GROUP)):
        return
    arguments = tuple(_arguments(value))
    if any("audit" in item.text for item in arguments):
        image = text(value, "image")
        settings = apiserver.Settings(
            carrier="k3d",
            runs=Runs.PROCESS,
            files=Files.HOST,
            whole=True,
            shown=from_image(image),
            spelling=K3D,
            tool="k3s",
            nodes=(Node((), tuple(_mounts(value)), known=not image or _IMAGE in image),),
            node_spelling=_VOLUMES,
        )
        yield apiserver.build(candidate, _HOLDER[:2], CommandLine(arguments, _HOLDER), settings)


def _arguments(value: Plain) -> Iterator[Item]:
    for index, entry in enumerate(items(get(value, *_HOLDER))):
        written, _, chosen = text(entry, "arg").partition("@")
        if _is_for_servers([chosen] if chosen else get(entry, "nodeFilters")):
            yield from _flag(written, (*_HOLDER, index, "arg"))
    for index, argument in enumerate(items(get(value, *_OLD_HOLDER))):
        if isinstance(argument, str):
            yield from _flag(argument, (*_OLD_HOLDER, index))


def _flag(argument: str, path: Path) -> Iterator[Item]:
    name, equals, given = argument.strip("'\"").replace(" ", "=", 1).partition("=")
    if name == _ARGUMENT and equals:
        flag = f"--{given.strip(_QUOTES).removeprefix('--')}"
        yield Item(flag, path, is_template(flag), written=argument)


_QUOTES = "'\""


def _is_for_servers(filters: Plain) -> bool:
    """Tell whether filters choose any server; where there are none every node is meant."""
    names = [name for name in items(filters) if isinstance(name, str)]
    return not names or any(name.startswith(("server", "all", "*")) for name in names)


def _mounts(value: Plain) -> Iterator[NodeMount]:
    """Yield what is mounted into servers, or copied to them."""
    for index, entry in enumerate(items(get(value, "volumes"))):
        if _is_for_servers(get(entry, "nodeFilters")):
            parts = text(entry, "volume").split(":")
            inside = next((part for part in reversed(parts) if part.startswith("/")), "")
            if inside:
                yield NodeMount(":".join(parts[: parts.index(inside)]) or inside, inside, ("volumes", index, "volume"))
    for index, entry in enumerate(items(get(value, "files"))):
        if text(entry, "destination") and _is_for_servers(get(entry, "nodeFilters")):
            yield NodeMount(text(entry, "source"), text(entry, "destination"), ("files", index, "destination"))


CARRIER = Carrier(
    title="Configurations of k3d",
    checked=(
        "`--kube-apiserver-arg` among `options.k3s.extraArgs` of a Simple configuration, for servers; and whether "
        "`volumes` or `files` bring the files that the flags name into the nodes, where k3s runs."
    ),
    words=(b"k3d.io/",),
    in_document=find,
)
