"""k3s: `config.yaml`, the files of `config.yaml.d`, Rancher's `machineGlobalConfig`, and `--kube-apiserver-arg`.

k3s (read at 1.36) runs kube-apiserver in its own process on the host, and sets no flag about auditing by itself. The
option stands in units, in `INSTALL_K3S_EXEC` and behind `sh -s -` of install lines.
Source: k3s, pkg/daemons/control/server.go (`apiServer`), install.sh, and those of `configurations/server_config.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers import apiserver
from auditlint.carriers.carrier import Carrier
from auditlint.carriers.configurations import server_config
from auditlint.carriers.containers.command import CommandLine
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.releases import from_text
from auditlint.subjects.model import Runs
from auditlint.subjects.spelling_of_flags import SERVER_CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate, PlainText
    from auditlint.carriers.carrier import Part
    from auditlint.subjects.model import ApiServer


def find(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver of each configuration of k3s."""
    for holder in server_config.holders(candidate):
        if candidate.as_kind or not server_config.is_rke2(candidate, holder):
            list_path = (*holder.path, server_config.ARGUMENTS)
            items, _ = server_config.arguments(holder)
            settings = apiserver.Settings(
                carrier="k3s",
                runs=Runs.PROCESS,
                files=Files.HOST,
                whole=holder.whole,
                shown=from_text(server_config.version(candidate)),
                spelling=SERVER_CONFIG,
                tool="k3s",
                sorts_arguments=True,
                slips=tuple(server_config.slips(holder, "k3s")),
            )
            yield apiserver.build(candidate, holder.path, CommandLine(items, list_path), settings)
    if not candidate.as_kind:
        yield from server_config.of_strings(candidate)


def find_in_text(given: PlainText) -> Iterator[Part]:
    """Yield the apiserver of each command line of k3s or RKE2 in a text."""
    return server_config.of_commands(given)


CARRIER = Carrier(
    title="Configurations and command lines of k3s",
    checked=(
        "The flags under `kube-apiserver-arg` (and `kube-apiserver-arg+`) in `config.yaml` and `config.yaml.d`, in "
        "Rancher's `machineGlobalConfig` and in any other mapping of a document, such as variables of Ansible; options "
        "`--kube-apiserver-arg` of k3s and RKE2 in units, scripts, `INSTALL_K3S_EXEC`, fences and lists of arguments. "
        "Paths are those of the host. Of a part, such as a file of `config.yaml.d`, what it says is checked and "
        "nothing is said of what is absent."
    ),
    words=server_config.WORDS,
    suffixes=server_config.SUFFIXES,
    beside=True,
    in_document=find,
    in_text=find_in_text,
)
