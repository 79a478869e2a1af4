"""Which mount to add, or to write instead of another: as a block to paste, and never of a folder that holds more."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING

from auditlint.checks.server.flag_words import EXAMPLES
from auditlint.kubernetes.container import Files
from auditlint.kubernetes.mounts import Mount, Volume, clean, covering, covers, mount_point
from auditlint.subjects.slips import MOUNTS
from auditlint.subjects.spelling_of_flags import Keys, Pairs

if TYPE_CHECKING:
    from auditlint.change import Content
    from auditlint.subjects.model import ApiServer

_LOG_FLAG = "audit-log-path"
OWN_LOG = EXAMPLES[_LOG_FLAG]
"""Where a log is advised to be: in a folder that holds nothing else."""
_LIMITS = ("audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize")
"""What a log needs beside its path, so that the disk does not fill."""
_NAMES = {"audit-policy-file": "audit-policy", "audit-webhook-config-file": "audit-webhook", _LOG_FLAG: "audit-log"}
_OF_OTHERS = (
    *("/bin", "/boot", "/dev", "/etc/kubernetes", "/home", "/lib", "/proc", "/root", "/run", "/sys", "/usr"),
    *("/tmp", "/var/tmp", "/var/run"),  # noqa: S108 (nothing is written there)
)
"""Folders that hold more than a log wherever one lies below them, or that are emptied at boot."""
_SHARED = frozenset({
    *("/", "/data", "/etc", "/media", "/mnt", "/opt", "/srv", "/var", "/var/cache", "/var/lib", "/var/log", "/var/run"),
    *("/var/lib/containerd", "/var/lib/docker", "/var/lib/etcd", "/var/lib/kubelet", "/var/lib/rancher"),
    *("/var/log/containers", "/var/log/journal", "/var/log/pods", "/var/spool"),
})  # fmt: skip
"""Folders that hold more than a log, though a folder below them may be one of its own."""


def is_shared(folder: str) -> bool:
    """Tell whether a folder holds more than what is meant, so that it is never to be mounted as a whole."""
    return folder in _SHARED or any(covers(other, folder) for other in _OF_OTHERS)


def file(server: ApiServer, flag: str, path: str) -> str:
    """Return the lines that mount a file which the server reads, from where it is on the host by the same name."""
    return "\n".join([*_into_node(server, path), _block(server, file_mount(server, flag, path))])


def file_mount(server: ApiServer, flag: str, path: str) -> tuple[Mount, Volume]:
    """Return the mount of a file which the server reads, and its volume."""
    mount, volume = _new(server, _free_name(server, _NAMES[flag]), path, _on_node(server, path), "File")
    return mount._replace(read_only=True), volume


def _on_node(server: ApiServer, path: str) -> str:
    """Return where a file lies on the host: where a mount of the node brings one of that name, if there is a node."""
    node, name = next(iter(server.nodes), None), posixpath.basename(path)
    if node is None or node.covering(path):
        return path
    found = [mount.node_path for mount in node.mounts if posixpath.basename(mount.node_path) == name]
    return clean(found[0]) if len(found) == 1 else path


def _into_node(server: ApiServer, path: str) -> list[str]:
    """Return the lines that bring a file into the nodes, where these are containers that do not have it yet."""
    spelling, on_node = server.node_spelling, _on_node(server, path)
    if spelling is None or all(not node.known or node.covering(on_node) for node in server.nodes):
        return []
    return spelling.lines.format(file=f"./{posixpath.basename(path)}", path=on_node).split("\n")


def log_mount(server: ApiServer, path: str) -> tuple[Mount, Volume] | None:
    """Return the mount of the folder of a log, and its volume; None if others use that folder."""
    folder = posixpath.dirname(clean(path))
    return None if is_shared(folder) else _new(server, _name(server, None), folder, folder, "DirectoryOrCreate")


def log_folder(server: ApiServer, path: str, old: Mount | None = None) -> str:
    """Return the lines that mount the folder of a log; if others use that one, a folder of its own.

    The lines have the name of an `old` mount, and stand for it, where the log alone is written through it.
    """
    volume = next((one for one in server.volumes if old and one.name == old.name), None)
    on_host = posixpath.dirname(clean(volume.host_path)) if volume and volume.host_path else posixpath.dirname(path)
    if is_shared(posixpath.dirname(clean(path))) or is_shared(on_host):
        return own_log_folder(server, old)
    mounted = _new(server, _name(server, old), posixpath.dirname(clean(path)), on_host, "DirectoryOrCreate")
    return _block(server, mounted)


def own_log_folder(server: ApiServer, old: Mount | None = None) -> str:
    """Return the lines that write the log to a folder of its own."""
    if server.folder:
        return server.spelling.lines([(_LOG_FLAG, OWN_LOG)])[0]
    folder = posixpath.dirname(OWN_LOG)
    block = _block(server, _new(server, _name(server, old), folder, folder, "DirectoryOrCreate"))
    if server.flags.text(_LOG_FLAG) == OWN_LOG:
        return block
    return "\n".join([*_under_key(server, server.spelling.lines([(_LOG_FLAG, OWN_LOG)])), block])


def _name(server: ApiServer, old: Mount | None) -> str:
    if old is not None and old.name and _is_alone(server, old):
        return old.name
    return _free_name(server, _NAMES[_LOG_FLAG])


def _is_alone(server: ApiServer, mount: Mount) -> bool:
    """Tell whether nothing but the log is read or written through a mount and its volume, and the file has both."""
    others = [one for one in (*server.mounts, *server.other_mounts) if one is not mount]
    paths = (use.value for use in server.flags.uses if use.name != _LOG_FLAG and use.value.startswith("/"))
    return (
        server.mount_places[mount.position] is not None
        and all(one.name != mount.name for one in others)
        and not any(covers(mount_point(mount), clean(path)) for path in paths)
    )


def _free_name(server: ApiServer, wanted: str) -> str:
    taken = {mount.name for mount in server.mounts} | {volume.name for volume in server.volumes}
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (wanted, *numbered) if name not in taken)


def _new(server: ApiServer, name: str, path: str, on_host: str, kind: str) -> tuple[Mount, Volume]:
    return Mount(name, path, len(server.mounts)), Volume(name, "hostPath", len(server.volumes), on_host, kind)


def with_flags(server: ApiServer, *flags: str) -> str:
    """Return the lines that set flags to the usual files, limit a log, and mount what no mount covers yet."""
    limited = _LOG_FLAG in flags and not server.no_log_folder
    limits = [(flag, EXAMPLES[flag]) for flag in _LIMITS if limited and not server.flags.last(flag)]
    files = [_usual_path(server, flag) for flag in flags if flag != _LOG_FLAG]
    before = [line for path in files for line in _into_node(server, path)]
    lines = server.spelling.lines([*((flag, _usual_path(server, flag)) for flag in flags), *limits])
    missing = [flag for flag in flags if covering(server.mounts, EXAMPLES[flag]) is None]
    mounts: list[str] = []
    if server.files is Files.MOUNTS and server.mounts_path and missing:
        mounts = _block(server, *(_usual(server, flag) for flag in missing)).split("\n")
    below = _below_their_keys(server, lines, mounts)
    alone = not (before or mounts)
    return "\n".join([*before, *(below or [*(lines if alone else _under_key(server, lines)), *mounts])])


def _below_their_keys(server: ApiServer, flags: list[str], mounts: list[str]) -> list[str]:
    """Return lines with flags and mounts below those keys on the way to the flags that the file does not have.

    Nothing where it has all, or where mounts go elsewhere.
    """
    keys = server.arguments_path[len(server.arguments_place) :]
    together = not mounts or server.mounts_path[:-1] == server.arguments_path[:-1]
    if not keys or not together or not isinstance(server.spelling, Keys | Pairs):
        return []
    lines = [f"{keys[-1]}:", *(f"  {line}" for line in flags), *mounts]
    for key in reversed(keys[:-1]):
        lines = [f"{key}:", *(f"  {line}" for line in lines)]
    return lines


def _under_key(server: ApiServer, lines: list[str]) -> list[str]:
    """Return the lines of flags below the key of what holds them, so that with other keys they are one YAML text.

    Flags that are words of a command are told in a comment.
    """
    if any(argument.word for argument in server.arguments):
        return [f"# to the other flags: {' '.join(line.removeprefix('- ') for line in lines)}"]
    key = next((step for step in reversed(server.arguments_path) if isinstance(step, str)), "")
    if not key or lines[0] == f"{key}:":
        return lines
    return [f"{key}:", *(line if line.startswith("- ") else f"  {line}" for line in lines)]


def _usual_path(server: ApiServer, flag: str) -> str:
    """Return the usual file of a flag, in the folder of the tool if it has one, or standard output for a log."""
    if flag == _LOG_FLAG:
        return "-" if server.no_log_folder else OWN_LOG
    return posixpath.join(server.folder, posixpath.basename(EXAMPLES[flag])) if server.folder else EXAMPLES[flag]


def _usual(server: ApiServer, flag: str) -> tuple[Mount, Volume]:
    """Return the mount of the usual file of a flag; of a log's folder."""
    name, path = _free_name(server, _NAMES[flag]), EXAMPLES[flag]
    if flag == _LOG_FLAG:
        return _new(server, name, posixpath.dirname(path), posixpath.dirname(path), "DirectoryOrCreate")
    mount, volume = _new(server, name, path, _on_node(server, path), "File")
    return mount._replace(read_only=True), volume


def _block(server: ApiServer, *entries: tuple[Mount, Volume]) -> str:
    """Return mounts and their volumes as lines below the keys of their lists."""
    lines = [f"{_key(server.mounts_path)}:", *(f"- {flow(server.mount_spelling.entry_of(*both))}" for both in entries)]
    if server.volumes_path != server.mounts_path:
        volumes = (f"- {flow(server.volume_spelling.entry_of(*both))}" for both in entries)
        lines += [f"{_key(server.volumes_path)}:", *volumes]
    return "\n".join(lines)


def _key(path: tuple[str | int, ...]) -> str:
    return str(path[-1]) if path else MOUNTS


def flow(content: Content) -> str:
    """Return a value as YAML on one line: `{name: audit-log, mountPath: /var/log/kubernetes/audit}`."""
    if isinstance(content, tuple):
        return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in content) + "}"
    if isinstance(content, str) and re.fullmatch(r"[\w./-]*[A-Za-z][\w./-]*", content, re.ASCII):
        return content
    return json.dumps(content, ensure_ascii=False)
