"""Reads the mounts of containers and the volumes of Pods."""

from __future__ import annotations

from functools import cached_property
from itertools import chain

from auditlint.kubernetes.mounts import VOLUME_KINDS, Mount, Volume
from auditlint.records import NamedTuple
from auditlint.subjects.spelling_of_mounts import POD_MOUNT, POD_VOLUME, Place, Spelling
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, has, items, pairs, text
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditlint.path import Path
    from auditlint.text.plain import Plain


class Mounting(NamedTuple):
    """What a container has mounted, and where that stands."""

    mounts: tuple[Mount, ...] = ()
    volumes: tuple[Volume, ...] = ()
    mount_places: tuple[Place | None, ...] = ()
    """One for each mount; None for those that a tool makes by itself."""
    volume_places: tuple[Place | None, ...] = ()
    path: Path = ()
    """The way to the list that holds the mounts, or would."""
    volumes_path: Path = ()
    mount_spelling: Spelling = POD_MOUNT
    volume_spelling: Spelling = POD_VOLUME
    other_mounts: tuple[Mount, ...] = ()
    """The mounts of the Pod's other containers."""
    unknown: bool = False
    """A template stands among them: nothing is said of any."""

    @property
    def known(self) -> Mounting:
        """The same, with no mounts and volumes if nothing is said of any."""
        if not self.unknown:
            return self
        return self._replace(mounts=(), volumes=(), mount_places=(), volume_places=(), other_mounts=())


class OfPod:
    """The volumes of a Pod and the mounts of its containers, each read once however many servers it has."""

    def __init__(self, spec: Plain, path: Path, containers: Sequence[Plain]) -> None:
        self._spec = spec
        self._path = (*path, "volumes")
        self._containers = containers

    @property
    def size(self) -> int:
        """How many volumes and mounts there are in all."""
        return len(self._volumes) + sum(map(len, self._mounts))

    def of(self, number: int, path: Path) -> Mounting:
        """Return what the container of that number, at a path, has mounted."""
        listed, container = (*path, "volumeMounts"), self._containers[number]
        mounts = self._mounts[number]
        return Mounting(
            mounts=mounts,
            volumes=self._volumes,
            mount_places=tuple(Place((*listed, index), POD_MOUNT) for index, _ in _entries(container, "volumeMounts")),
            volume_places=self._volume_places,
            path=listed,
            volumes_path=self._path,
            other_mounts=tuple(chain(*self._mounts[:number], *self._mounts[number + 1 :])),
            unknown=self._unknown or unknown(mounts, ()),
        )

    @cached_property
    def _volumes(self) -> tuple[Volume, ...]:
        return tuple(_volumes(self._spec))

    @cached_property
    def _volume_places(self) -> tuple[Place, ...]:
        return tuple(Place((*self._path, index), POD_VOLUME) for index, _ in _entries(self._spec, "volumes"))

    @cached_property
    def _mounts(self) -> tuple[tuple[Mount, ...], ...]:
        return tuple(tuple(_mounts(container)) for container in self._containers)

    @cached_property
    def _unknown(self) -> bool:
        return unknown((), self._volumes)


def unknown(mounts: Iterable[Mount], volumes: Iterable[Volume]) -> bool:
    """Tell whether a template stands among mounts and volumes."""
    return any(is_template(field) for entry in (*mounts, *volumes) for field in entry if isinstance(field, str))


def _entries(holder: Plain, key: str) -> list[tuple[int, Plain]]:
    """Return the mappings in a list, each with its index."""
    return [(index, entry) for index, entry in enumerate(items(get(holder, key))) if isinstance(entry, tuple)]


def mentions_audit(container: Plain) -> bool:
    """Tell whether a name or a path among mounts and volumes speaks of auditing."""
    mounts = (field for mount in _mounts(container) for field in (mount.name, mount.mount_path))
    volumes = (field for volume in _volumes(container) for field in (volume.name, volume.host_path))
    return any("audit" in field for field in (*mounts, *volumes))


def _mounts(container: Plain) -> Iterator[Mount]:
    for position, (_, entry) in enumerate(_entries(container, "volumeMounts")):
        yield Mount(
            name=text(entry, "name"),
            mount_path=text(entry, "mountPath"),
            position=position,
            read_only=get(entry, "readOnly") is True,
            sub_path=text(entry, "subPath"),
            sub_path_expr=text(entry, "subPathExpr"),
        )


def _volumes(spec: Plain) -> Iterator[Volume]:
    for position, (_, entry) in enumerate(_entries(spec, "volumes")):
        kinds = [key for key, value in pairs(entry) if key in VOLUME_KINDS and value is not None] or ["emptyDir"]
        sources = items(get(entry, "projected", "sources"))
        yield Volume(
            name=text(entry, "name"),
            kind=kinds[0],
            position=position,
            host_path=text(entry, "hostPath", "path"),
            host_path_type=text(entry, "hostPath", "type"),
            more_kinds=tuple(dict.fromkeys(kind for kind in kinds if kind != kinds[0])),
            projected=tuple(key for source in sources for key, _ in pairs(source) if has(source, key)),
            object_name=text(entry, "configMap", "name") or text(entry, "secret", "secretName"),
            files=tuple(
                (text(item, "key"), text(item, "path"))
                for holder in ("configMap", "secret")
                for item in items(get(entry, holder, "items"))
            ),
        )
