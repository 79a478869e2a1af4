"""How a carrier writes mounts and volumes: what it calls an entry, and under which keys the parts stand."""

from __future__ import annotations

from auditlint.kubernetes.mounts import Part
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditlint.change import Content
    from auditlint.kubernetes.mounts import Mount, Volume
    from auditlint.path import Path


class Spelling(NamedTuple):
    """What a carrier calls an entry and its parts."""

    entry: str
    """An entry, in a sentence: `volumeMount`."""
    keys: Mapping[Part, tuple[str, ...]]
    """The way from an entry to each part that the carrier can say; `()` for a source, whose key is its kind."""
    writable: str = ""
    """The key of a mount that may be written, where without it none may."""

    def entry_of(self, mount: Mount, volume: Volume) -> Content:
        """Return the entry for a mount and its volume, with those parts that are not empty."""
        values: dict[Part, Content] = {
            Part.NAME: mount.name,
            Part.HOST_PATH: volume.host_path,
            Part.HOST_PATH_TYPE: volume.host_path_type,
            Part.MOUNT_PATH: mount.mount_path,
            Part.SUB_PATH: mount.sub_path,
            Part.READ_ONLY: mount.read_only,
        }
        said = [(self.keys[part], value) for part, value in values.items() if value and part in self.keys]
        if self.writable and not mount.read_only:
            said.append(((self.writable,), True))
        return _nested(said)

    def words(self, part: Part) -> str:
        """Return what a sentence calls a part: `hostPath type`."""
        return " ".join(self.keys.get(part, ()))

    def key(self, part: Part) -> str:
        """Return the last key on the way to a part."""
        return self.keys.get(part, ("",))[-1]


def _nested(values: Sequence[tuple[tuple[str, ...], Content]]) -> Content:
    """Return the mapping that leads along ways of keys to values."""
    below: dict[str, list[tuple[tuple[str, ...], Content]]] = {}
    for way, value in values:
        below.setdefault(way[0], []).append((way[1:], value))
    return tuple((key, inner[0][1] if inner[0][0] == () else _nested(inner)) for key, inner in below.items())


class Place(NamedTuple):
    """Where one mount or volume stands."""

    entry: Path
    spelling: Spelling

    def at(self, part: Part, source: str = "") -> Path:
        """Return the way to a part; to the entry where the carrier cannot say the part."""
        if part is Part.SOURCE and part in self.spelling.keys:
            return (*self.entry, source)
        return (*self.entry, *self.spelling.keys.get(part, ()))


POD_MOUNT = Spelling(
    "volumeMount",
    {
        Part.NAME: ("name",),
        Part.MOUNT_PATH: ("mountPath",),
        Part.READ_ONLY: ("readOnly",),
        Part.SUB_PATH: ("subPath",),
        Part.SUB_PATH_EXPR: ("subPathExpr",),
    },
)
POD_VOLUME = Spelling(
    "volume",
    {
        Part.NAME: ("name",),
        Part.HOST_PATH: ("hostPath", "path"),
        Part.HOST_PATH_TYPE: ("hostPath", "type"),
        Part.SOURCE: (),
    },
)
