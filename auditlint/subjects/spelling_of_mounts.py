"""How a carrier writes mounts and volumes: what it calls an entry, and under which keys the parts stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.mounts import Part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditlint.finding import Path


class Spelling(NamedTuple):
    """What a carrier calls an entry and its parts."""

    entry: str
    """An entry, in a sentence: `volumeMount`."""
    keys: Mapping[Part, tuple[str, ...]]
    """The way from an entry to each part that the carrier can say; `()` for a source, whose key is its kind."""

    def words(self, part: Part) -> str:
        """Return what a sentence calls a part: `hostPath type`."""
        return " ".join(self.keys.get(part, ()))

    def key(self, part: Part) -> str:
        """Return the last key on the way to a part."""
        return self.keys.get(part, ("",))[-1]


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
