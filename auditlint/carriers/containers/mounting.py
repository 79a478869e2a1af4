"""Reads the mounts of containers and the volumes of Pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.mounts import VOLUME_KINDS, Mount, Volume
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, has, items, pairs, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.text.plain import Plain


class Mounting(NamedTuple):
    """What a container has mounted."""

    mounts: tuple[Mount, ...] = ()
    volumes: tuple[Volume, ...] = ()
    other_mounts: tuple[Mount, ...] = ()
    """The mounts of the Pod's other containers."""
    unknown: bool = False
    """A template stands among them: nothing is said of any."""


def read(container: Plain, spec: Plain, others: Sequence[Plain]) -> Mounting:
    """Return the mounts of a container, the volumes of its Pod, and the mounts of the Pod's other containers."""
    mounts = tuple(_mounts(container))
    volumes = tuple(_volumes(spec))
    if any(is_template(field) for entry in (*mounts, *volumes) for field in entry if isinstance(field, str)):
        return Mounting(unknown=True)
    return Mounting(mounts, volumes, tuple(mount for other in others for mount in _mounts(other)))


def mentions_audit(container: Plain) -> bool:
    """Tell whether a name or a path among mounts and volumes speaks of auditing."""
    mounts = (field for mount in _mounts(container) for field in (mount.name, mount.mount_path))
    volumes = (field for volume in _volumes(container) for field in (volume.name, volume.host_path))
    return any("audit" in field for field in (*mounts, *volumes))


def _mounts(container: Plain) -> Iterator[Mount]:
    for position, entry in enumerate(items(get(container, "volumeMounts"))):
        if isinstance(entry, tuple):
            yield Mount(
                name=text(entry, "name"),
                mount_path=text(entry, "mountPath"),
                position=position,
                read_only=get(entry, "readOnly") is True,
                sub_path=text(entry, "subPath"),
                sub_path_expr=text(entry, "subPathExpr"),
            )


def _volumes(spec: Plain) -> Iterator[Volume]:
    for position, entry in enumerate(items(get(spec, "volumes"))):
        if isinstance(entry, tuple):
            kinds = [key for key, value in entry if key in VOLUME_KINDS and value is not None] or ["emptyDir"]
            sources = items(get(entry, "projected", "sources"))
            yield Volume(
                name=text(entry, "name"),
                kind=kinds[0],
                position=position,
                host_path=text(entry, "hostPath", "path"),
                host_path_type=text(entry, "hostPath", "type"),
                more_kinds=tuple(dict.fromkeys(kind for kind in kinds if kind != kinds[0])),
                projected=tuple(key for source in sources for key, _ in pairs(source) if has(source, key)),
            )
