"""minikube: `--extra-config=apiserver.NAME=VALUE` on its command line, and `ExtraOptions` in a profile that it keeps.

minikube (read at 1.36) hands the options to kubeadm, which makes a static Pod: nothing can be mounted beyond what
kubeadm mounts by itself; files come into /etc/ssl/certs from `~/.minikube/files/etc/ssl/certs`. Until 1.11 of
Kubernetes names were those of fields in Go (`Audit.LogOptions.Path`); kube-apiserver has no such flags.
Source: pkg/minikube/bootstrapper/bsutil/extraconfig.go and ktmpl/ (`certificatesDir`), pkg/minikube/config/types.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.carriers import apiserver
from auditlint.carriers.candidate import Candidate
from auditlint.carriers.carrier import LANGUAGES, YAML_AND_JSON, Carrier
from auditlint.carriers.configurations.cluster_configuration import mounted_anyway
from auditlint.carriers.containers import options
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.carriers.containers.word_places import OptionPlaces
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.releases import choose, from_text
from auditlint.subjects.model import Runs
from auditlint.subjects.spelling_of_flags import MINIKUBE, Pairs
from auditlint.subjects.spelling_of_mounts import Spelling as MountSpelling
from auditlint.text.values import get, items, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.carriers.candidate import PlainText
    from auditlint.carriers.carrier import Part
    from auditlint.carriers.containers.word_places import Given
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer
    from auditlint.subjects.spelling_of_flags import Spelling

_OPTION = "extra-config"
_COMPONENT = "apiserver."
_CERTIFICATES = "/var/lib/minikube/certs"
_FOLDER = "/etc/ssl/certs"
_VERSION = re.compile(r"--kubernetes-version[= ][\"']?(v?1\.\d+)")
_MOUNT = MountSpelling("mount of minikube", {})
_HOLDER = ("KubernetesConfig", "ExtraOptions")


def find(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver of a profile, and of each command line in the strings of a document."""
    found = tuple(_kept(candidate))
    if found:
        line = CommandLine(tuple(sorted(found, key=lambda item: item.text)), _HOLDER)
        shown = from_text(text(candidate.value, "KubernetesConfig", "KubernetesVersion"))
        yield _server(candidate, _HOLDER, line, shown, Pairs("Key", "Value"))
    for given in options.in_document(candidate, _OPTION):
        yield from _of_command(candidate._replace(places=OptionPlaces(given, candidate.document)), given, None)


def find_in_text(given: PlainText) -> Iterator[Part]:
    """Yield the apiserver of each command line in a text."""
    shown = {from_text(version) for version in _VERSION.findall(given.text.text)}
    document = given.text.document or 0
    for command, comments in options.in_text(given, _OPTION):
        yield from comments
        places = OptionPlaces(command, document, given.text)
        candidate = Candidate(given.path, document, None, places, given.minor, given.origin, given.as_kind)
        yield from _of_command(candidate, command, next(iter(shown)) if len(shown) == 1 else None)


def _of_command(candidate: Candidate, given: Sequence[Given], shown: int | None) -> Iterator[ApiServer]:
    """Yield the apiserver of one command line, if it is about auditing."""
    found = options.arguments(given, _COMPONENT)
    ours = [item for item, one in zip(found, given, strict=True) if one.value.startswith(_COMPONENT)]
    if any(item.text.lower().startswith("--audit") for item in ours):
        line = CommandLine(tuple(sorted(ours, key=lambda item: item.text.partition("=")[0])), ())
        yield _server(candidate, (), line, shown, MINIKUBE)


def _kept(candidate: Candidate) -> Iterator[Item]:
    """Yield the options in a profile that minikube keeps."""
    for index, option in enumerate(items(get(candidate.value, *_HOLDER))):
        name, value = text(option, "Key"), text(option, "Value")
        if text(option, "Component") == "apiserver" and name:
            path = (*_HOLDER, index)
            yield Item(f"--{name}={value}", path, value_path=(*path, "Value"), written=name)


def _server(candidate: Candidate, base: Path, line: CommandLine, shown: int | None, spelling: Spelling) -> ApiServer:
    minor = choose(candidate.minor, candidate.origin, shown).minor
    settings = apiserver.Settings(
        carrier="minikube",
        runs=Runs.STATIC_POD,
        files=Files.MOUNTS,
        whole=True,
        shown=shown,
        spelling=spelling,
        tool="minikube",
        sorts_arguments=True,
        mounting=mounted_anyway(_CERTIFICATES, minor)._replace(path=(), volumes_path=(), mount_spelling=_MOUNT),
        folder=_FOLDER,
        no_log_folder=True,
        host_network=True,
    )
    return apiserver.build(candidate, base, line, settings)


CARRIER = Carrier(
    title="Command lines and profiles of minikube",
    checked=(
        "Options `--extra-config=apiserver.…` in scripts, fences, lines of READMEs and strings of documents, and the "
        "`ExtraOptions` of a profile's `config.json`, as the flags of the static Pod that kubeadm makes of them, with "
        "the folders that it mounts."
    ),
    words=(b"apiserver.audit", b"apiserver.Audit", b"ExtraOptions"),
    suffixes=(*YAML_AND_JSON, *LANGUAGES),
    beside=True,
    in_document=find,
    in_text=find_in_text,
)
