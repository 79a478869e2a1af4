"""Files that the document which describes a server writes to its nodes, such as `files` of a KubeadmControlPlane."""

from __future__ import annotations

from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditlint.path import Path

_OTHERS_READ = 0o004
_ROOT = ("", "root", "0")


class ProvidedFile(NamedTuple):
    """One such file."""

    path: str
    """Where it lies on the node."""
    place: Path
    """The way to that path in the document."""
    reaches: bool = True
    """It is written to the nodes that run a kube-apiserver."""
    roles: Path = ()
    """The way to what says to which nodes it is written."""
    mode: int | None = None
    """Its permissions; None where nothing tells."""
    mode_place: Path = ()
    """The way to the permissions."""
    owner: str = "root"
    """The user that owns it, by name or number, without a group."""

    def readable_by(self, user: int | None) -> bool:
        """Tell whether a user may read it, as far as anybody knows; None and 0 are root, who reads everything."""
        if not user or self.mode is None or self.owner == str(user):
            return True
        return self.owner not in _ROOT or bool(self.mode & _OTHERS_READ)


def of_path(files: Iterable[ProvidedFile], path: str) -> ProvidedFile | None:
    """Return the file at a path of the node; of several the last that reaches servers."""
    found = [file for file in files if file.path == path]
    return max(found, key=lambda file: file.reaches, default=None)


def octal(written: str) -> int | None:
    """Return permissions such as `0644` as a number; None if they are none."""
    digits = written.removeprefix("0o").lstrip("0") or "0"
    try:
        return int(digits, 8) if written else None
    except ValueError:
        return None
