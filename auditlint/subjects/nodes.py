"""Nodes that are containers themselves, as kind and k3d make them: a server sees what is mounted into its node."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.mounts import clean, covers

if TYPE_CHECKING:
    from auditlint.path import Path


class NodeSpelling(NamedTuple):
    """How a tool writes the mounts of its nodes, with `{file}` for the machine's side and `{path}` for the node's."""

    entries: str
    """What a sentence calls them: `extraMounts`."""
    lines: str
    """One of them as lines to paste."""
    changed: str
    """What to write for one that has another path on the node."""


class NodeMount(NamedTuple):
    """A file or folder of the machine that a node shows."""

    host_path: str
    """On the machine; relative to where the tool runs."""
    node_path: str
    place: Path = ()
    """The way to it in the document."""


class Node(NamedTuple):
    """A node that runs a kube-apiserver."""

    place: Path
    """The way to it in the document."""
    mounts: tuple[NodeMount, ...]
    known: bool = True
    """What else is on it is known: it is of the tool's own image."""

    def covering(self, path: str) -> NodeMount | None:
        """Return the mount that a path of the node leads through, the deepest one."""
        found = [mount for mount in self.mounts if covers(clean(mount.node_path), clean(path))]
        return max(found, key=lambda mount: len(clean(mount.node_path)), default=None)

    def on_machine(self, path: str) -> str:
        """Return the file of the machine that a path of the node is; the path itself where no mount tells."""
        mount = self.covering(path)
        if mount is None:
            return path
        return clean(f"{mount.host_path}/{clean(path)[len(clean(mount.node_path).rstrip('/')) :]}")
