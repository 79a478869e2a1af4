"""k0s: ClusterConfig, alone or in the Cluster of k0sctl.

k0s (read at 1.36) runs kube-apiserver on the host, as a user of its own, and sets nothing about auditing by itself.
`extraArgs` are a mapping, `rawArgs` a list that is appended as it is.
Sources: k0s, pkg/apis/k0s/v1beta1/api.go (`APISpec`), pkg/component/controller/apiserver.go; k0sctl, `spec.k0s.config`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers import apiserver
from auditlint.carriers.carrier import Carrier
from auditlint.carriers.configurations.extra_args import as_text
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.releases import from_text
from auditlint.subjects.model import Runs
from auditlint.subjects.spelling_of_flags import KEYS
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, has, items, pairs, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer
    from auditlint.text.plain import Plain

_API = ("spec", "api")
_IN_K0SCTL = ("spec", "k0s", "config")


def find(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver of a cluster, or of each that k0sctl has hooks for."""
    value = candidate.value
    if text(value, "apiVersion").startswith("k0sctl.k0sproject.io/"):
        if has(get(value, "spec"), "k0s"):
            yield _server(candidate, _IN_K0SCTL, as_text(get(value, "spec", "k0s", "version")))
    elif candidate.as_kind or (
        text(value, "apiVersion").startswith("k0s.k0sproject.io/") and text(value, "kind") == "ClusterConfig"
    ):
        yield _server(candidate, (), "")


def _server(candidate: Candidate, base: tuple[str, ...], version: str) -> ApiServer:
    way = (*base, *_API)
    api = get(candidate.value, *way)
    holder = (*way, "extraArgs")
    settings = apiserver.Settings(
        carrier="k0s",
        runs=Runs.PROCESS,
        files=Files.HOST,
        whole=True,
        shown=from_text(version),
        spelling=KEYS,
        tool="k0s",
    )
    there = next(
        way[:end] for end in range(len(way), -1, -1) if get(candidate.value, *way[:end]) is not None or not end
    )
    found = (*_keys(get(api, "extraArgs"), holder), *_raw(get(api, "rawArgs"), (*way, "rawArgs")))
    there = holder if has(api, "extraArgs") else there
    return apiserver.build(candidate, there, CommandLine(found, holder, there), settings)


def _keys(value: Plain, holder: Path) -> Iterator[Item]:
    for name, given in dict(pairs(value)).items():
        argument = f"--{name}={as_text(given)}"
        yield Item(argument, (*holder, name), is_template(argument), by_key=True, written=name)


def _raw(value: Plain, holder: Path) -> Iterator[Item]:
    for index, argument in enumerate(items(value)):
        if isinstance(argument, str):
            yield Item(argument, (*holder, index), is_template(argument))


CARRIER = Carrier(
    title="Clusters of k0s",
    checked=(
        "`extraArgs` and `rawArgs` of `spec.api` in a ClusterConfig, and in the Cluster of k0sctl, as flags of a "
        "kube-apiserver that runs on the host."
    ),
    words=(b"k0sproject.io/",),
    in_document=find,
)
