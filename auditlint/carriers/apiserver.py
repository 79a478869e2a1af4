"""Builds the subject for a kube-apiserver from what a carrier knows of it."""

from __future__ import annotations

import re

from auditlint.carriers.containers.mounting import Mounting
from auditlint.kubernetes import flags, known_flags
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.releases import choose
from auditlint.placeholders import is_expanded, is_unfilled
from auditlint.records import NamedTuple
from auditlint.subjects.model import ApiServer, Argument, NotText, Runs
from auditlint.subjects.spelling_of_flags import ARGUMENTS
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.carriers.candidate import Candidate
    from auditlint.carriers.containers.command import CommandLine, Item
    from auditlint.path import Path
    from auditlint.subjects.model import AuditProfile, DefaultPolicy, NotText
    from auditlint.subjects.nodes import Node, NodeSpelling
    from auditlint.subjects.provided import ProvidedFile
    from auditlint.subjects.slips import Slip
    from auditlint.subjects.spelling_of_flags import Spelling

_NAME = re.compile(r"--([A-Za-z][\w-]*)(=?)")


class Settings(NamedTuple):
    """What surrounds the arguments of an apiserver."""

    carrier: str
    runs: Runs = Runs.UNKNOWN
    files: Files = Files.UNKNOWN
    whole: bool = False
    """What is absent in the file is absent on the server."""
    shown: int | None = None
    """The minor release that the file shows."""
    spelling: Spelling = ARGUMENTS
    tool: str = ""
    """What makes the server of the file, if that is not the kubelet alone."""
    sorts_arguments: bool = False
    mounting: Mounting = Mounting()
    not_text: tuple[NotText, ...] = ()
    read_only_root: bool = False
    run_as_user: int | None = None
    host_network: bool = False
    dns_policy: str = ""
    pod: str = ""
    pod_name_path: Path = ()
    slips: tuple[Slip, ...] = ()
    """What the tool does not understand as it is written."""
    default_policy: DefaultPolicy | None = None
    audit_profiles: tuple[AuditProfile, ...] = ()
    provided: tuple[ProvidedFile, ...] = ()
    folder: str = ""
    no_log_folder: bool = False
    nodes: tuple[Node, ...] = ()
    node_spelling: NodeSpelling | None = None
    notice: str = ""
    """What to tell the user of such a file."""


def build(candidate: Candidate, base: Path, line: CommandLine, settings: Settings) -> ApiServer:
    """Return the subject; of arguments and mounts it holds those that can be known before run time."""
    release = choose(candidate.minor, candidate.origin, settings.shown)
    arguments, opaque = _known(line.items, release.minor)
    mounting = settings.mounting.known
    return ApiServer(
        path=candidate.path,
        document=candidate.document,
        places=candidate.places,
        base=base,
        minor=release.minor,
        kubernetes_from=release.origin,
        newer=release.newer,
        version_notice="; ".join(notice for notice in (settings.notice, release.notice) if notice),
        carrier=settings.carrier,
        runs=settings.runs,
        files=settings.files,
        whole=settings.whole,
        arguments=arguments,
        flags=flags.parse([argument.text for argument in arguments], release.minor, newer=release.newer),
        spelling=settings.spelling,
        mounts=mounting.mounts,
        volumes=mounting.volumes,
        mount_places=mounting.mount_places,
        volume_places=mounting.volume_places,
        mount_spelling=mounting.mount_spelling,
        volume_spelling=mounting.volume_spelling,
        mounts_path=mounting.path,
        volumes_path=mounting.volumes_path,
        other_mounts=mounting.other_mounts,
        not_text=settings.not_text,
        read_only_root=settings.read_only_root,
        run_as_user=settings.run_as_user,
        host_network=settings.host_network,
        dns_policy=settings.dns_policy,
        pod=settings.pod,
        pod_name_path=settings.pod_name_path,
        tool=settings.tool,
        sorts_arguments=settings.sorts_arguments,
        slips=settings.slips,
        default_policy=settings.default_policy,
        audit_profiles=settings.audit_profiles,
        provided=settings.provided,
        folder=settings.folder,
        no_log_folder=settings.no_log_folder,
        nodes=settings.nodes,
        node_spelling=settings.node_spelling,
        arguments_path=line.list_path,
        arguments_place=line.list_path if line.there is None else line.there,
        opaque=opaque or mounting.unknown or candidate.partial,
        unfilled=tuple(_argument(item) for item in line.items if item.opaque and _is_unfilled(item.text)),
    )


def _known(items: Sequence[Item], minor: int) -> tuple[tuple[Argument, ...], bool]:
    """Return the arguments that are known before run time, and whether others may be about auditing.

    A flag whose value is unknown is left out whole, in one argument or in two.
    """
    known: list[Argument] = []
    waiting = unknown = False
    for item in items:
        name = _NAME.match(item.text)
        if not item.opaque:
            known.append(_argument(item))
            waiting = name is not None and name.end() == len(item.text) and not name[2] and _needs_value(name[1], minor)
            continue
        if waiting:
            name = _NAME.match(known.pop().text)
        waiting = False
        unknown = unknown or name is None or not name[1] or _about_auditing(name[1])
    return tuple(known), unknown


def _is_unfilled(text: str) -> bool:
    return is_unfilled(text) and not is_expanded(text)


def _argument(item: Item) -> Argument:
    written = item.written or item.text
    return Argument(item.text, item.path, item.value_path, item.by_key, written, item.word, item.expanded)


def _about_auditing(name: str) -> bool:
    return name.startswith("audit") or name == "feature-gates"


def _needs_value(name: str, minor: int) -> bool:
    flag = known_flags.find(name.replace("_", "-"), minor)
    return flag is not None and not flag.bare
