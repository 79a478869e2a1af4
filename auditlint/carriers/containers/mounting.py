"""Reads the mounts of containers and the volumes of Pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.mounts import VOLUME_KINDS, Mount, Volume
from auditlint.subjects.spelling_of_mounts import POD_MOUNT, POD_VOLUME, Place, Spelling
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, has, items, pairs, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditlint.finding import Path
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


def read(container: Plain, path: Path, spec: Plain, spec_path: Path, others: Sequence[Plain]) -> Mounting:
    """Return the mounts of a container, the volumes of its Pod, and the mounts of the Pod's other containers."""
    listed, holding = (*path, "volumeMounts"), (*spec_path, "volumes")
    mounts = tuple(_mounts(container))
    volumes = tuple(_volumes(spec))
    return Mounting(
        mounts=mounts,
        volumes=volumes,
        mount_places=tuple(Place((*listed, index), POD_MOUNT) for index, _ in _entries(container, "volumeMounts")),
        volume_places=tuple(Place((*holding, index), POD_VOLUME) for index, _ in _entries(spec, "volumes")),
        path=listed,
        volumes_path=holding,
        other_mounts=tuple(mount for other in others for mount in _mounts(other)),
        unknown=unknown(mounts, volumes),
    )


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
