"""Rules about the files that a document brings to the nodes of a cluster, for the servers that it describes."""

from __future__ import annotations

import posixpath

from auditlint.checks.server.flag_words import at_flag
from auditlint.english import listing
from auditlint.finding import Related, Severity
from auditlint.kubernetes import mounts
from auditlint.kubernetes.container import POLICY_FLAG
from auditlint.kubernetes.mounts import Part
from auditlint.rule import Category
from auditlint.subjects import provided
from auditlint.subjects.model import READ_FLAGS, ApiServer, PolicySubject
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.kubernetes.mounts import Volume
    from auditlint.kubernetes.parsed_flags import FlagUse
    from auditlint.rule import Context
    from auditlint.subjects.model import Holder
    from auditlint.subjects.nodes import Node, NodeMount, NodeSpelling
    from auditlint.subjects.provided import ProvidedFile

rule = Category("carriers", ApiServer)
_OBJECTS = {"configMap": "ConfigMap", "secret": "Secret"}
_ENDINGS = (".yaml", ".yml", ".json", ".conf")


@rule(
    "policy-file-not-provided",
    severity=Severity.ERROR,
    summary="a policy that is written to nodes under another path than the flag's, or to other nodes",
)
def policy_file_not_provided(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report a policy among the files of the document where the flag names none of these."""
    use, path = server.flags.last(POLICY_FLAG), server.on_node(POLICY_FLAG)
    if use is None or not path:
        return
    yield from _under_another_key(server, context, use)
    if not server.provided:
        return
    there = provided.of_path(server.provided, path)
    if there is not None and not there.reaches:
        message = (
            f"{path} is written to nodes without a kube-apiserver only, so kube-apiserver does not find its policy"
        )
        yield context.key(there.roles, message, help="Add ControlPlane to the roles")
    elif there is None:
        written = list(_policies(server, context))
        if written:
            where = listing([file.path for file, _ in written])
            message = f"the policy is written to {where}, and kube-apiserver does not find {path}"
            related = tuple(context.related(file.place, "written here", key=False) for file, _ in written)
            yield at_flag(server, context, use, message, help=f"Write `path: {path}` there", related=related)


def _under_another_key(server: ApiServer, context: Context, use: FlagUse) -> Iterator[Finding]:
    """Yield a finding where the ConfigMap that is mounted holds the policy under another key than the flag's file."""
    mount = mounts.covering(server.mounts, use.value)
    volume = mounts.volume_of(mount, server.volumes) if mount else None
    if mount is None or volume is None or volume.kind not in _OBJECTS or mount.sub_path_expr:
        return
    folder = mounts.mount_point(mount).rstrip("/")
    key = volume.key_of(mount.sub_path or mounts.clean(use.value)[len(folder) + 1 :])
    for subject, holder in _held(context, volume):
        if key not in holder.keys:
            found = posixpath.basename(subject.file or "")
            message = (
                f"{holder.kind} {holder.name} has the policy under {found}, so kube-apiserver finds no {use.value}"
            )
            by_name = not mount.sub_path and not volume.files
            help = (
                f"Write {server.written(POLICY_FLAG, f'{folder}/{found}')}" if by_name else f"Write {found} for its key"
            )
            related = (Related(subject.path, subject.places.key(subject.base), "the policy"),)
            yield at_flag(server, context, use, message, help=help, related=related)
            return


def _held(context: Context, volume: Volume) -> Iterator[tuple[PolicySubject, Holder]]:
    """Yield the policies of the run that are values of the object which a volume shows."""
    wanted = (_OBJECTS[volume.kind], volume.object_name)
    for subject in context.links.subjects:
        holder = subject.holder if isinstance(subject, PolicySubject) else None
        if isinstance(subject, PolicySubject) and holder and (holder.kind, holder.name) == wanted:
            yield subject, holder


def _policies(server: ApiServer, context: Context) -> Iterator[tuple[ProvidedFile, PolicySubject]]:
    """Yield the files of the server's document that hold a policy."""
    for subject in context.links.subjects:
        if isinstance(subject, PolicySubject) and subject.path == server.path:
            file = provided.of_path(server.provided, subject.file or "")
            if file is not None and subject.places.document == server.places.document:
                yield file, subject


@rule(
    "policy-unreadable",
    severity=Severity.ERROR,
    refuses=True,
    summary="a file whose mode or owner shuts kube-apiserver out",
)
def policy_unreadable(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report the policy or the webhook's kubeconfig where the user of kube-apiserver may not read it."""
    for flag in READ_FLAGS:
        file = server.unreadable(flag)
        if file is not None:
            message = (
                f"{file.owner or 'root'} alone may read {file.path}, and kube-apiserver runs as another user, so it "
                'does not start ("permission denied")'
            )
            help = f'Write `{file.mode_place[-1]}: "0644"`'
            yield context.value(file.mode_place, message, help=help, refused=True)


@rule(
    "broken-mount-chain",
    severity=Severity.ERROR,
    refuses=True,
    summary="a file that is mounted from a node to which nothing brings it",
)
def broken_mount_chain(server: ApiServer, context: Context) -> Iterator[Finding]:
    """Report files that flags name and mounts of the Pod show, where the node has no such file."""
    for flag in READ_FLAGS:
        use, lacking = server.flags.last(flag), server.without_file(flag)
        spelling, path = server.node_spelling, server.on_node(flag)
        if use is None or not lacking or spelling is None:
            continue
        message, help = _nowhere(spelling, path), _from_machine(server, spelling, lacking[0], path)
        if len(lacking) == len(server.nodes):
            yield from _at_mount(server, context, flag, message, help)
            continue
        for node in lacking:
            yield context.key(node.place, message, help=help, refused=True)


def _nowhere(spelling: NodeSpelling, path: str) -> str:
    return f"no {spelling.entries} bring {path} to the node, so kube-apiserver does not find it and does not start"


def _at_mount(server: ApiServer, context: Context, flag: str, message: str, help: str) -> Iterator[Finding]:
    """Yield a finding at the path of the node that the Pod mounts; at the flag where no mount of the file is it."""
    use = server.flags.last(flag)
    mount = mounts.covering(server.mounts, server.flags.text(flag))
    volume = mounts.volume_of(mount, server.volumes) if mount else None
    place = server.volume_path(volume, Part.HOST_PATH) if volume else None
    if place is not None:
        yield context.value(place, message, help=help, refused=True)
    elif use is not None:
        yield at_flag(server, context, use, message, help=help, refused=True)


def _from_machine(server: ApiServer, spelling: NodeSpelling, node: Node, path: str) -> str:
    """Return the advice to mount the file into the node: by the mount that is for nothing else, or by one more."""
    idle = [mount for mount in node.mounts if not _is_used(server, mount)]
    if len(idle) != 1:
        lines = spelling.lines.format(file=f"./{posixpath.basename(path)}", path=path)
        return f"Mount it into the node:\n{lines}"
    file = idle[0].host_path
    wanted = path if file.endswith(_ENDINGS) else posixpath.dirname(path)
    return f"Write `{spelling.changed.format(file=file, path=wanted)}` for {file}"


def _is_used(server: ApiServer, mount: NodeMount) -> bool:
    """Tell whether a volume of the file begins in a mount of the node, or holds it."""
    node_path = mounts.clean(mount.node_path)
    written = (volume for volume in server.volumes if server.volume_path(volume, Part.HOST_PATH) is not None)
    paths = [mounts.clean(volume.host_path) for volume in written if volume.host_path]
    return any(mounts.covers(node_path, path) or mounts.covers(path, node_path) for path in paths)
