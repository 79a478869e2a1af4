"""Keys of a Pod that the kubelet drops, where they were to say what a container runs or has mounted.

Source: staging/src/k8s.io/api/core/v1/types.go of k8s.io/kubernetes. The kubelet decodes a manifest with case and
without complaint about fields that it does not know (pkg/kubelet/config/common.go, `tryDecodeSinglePod`).
"""

from __future__ import annotations

from auditlint import spelling
from auditlint.kubernetes.mounts import VOLUME_KINDS
from auditlint.records import NamedTuple
from auditlint.subjects.slips import Slip, SlipKind
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, items, pairs
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.path import Path
    from auditlint.text.plain import Plain


class _Kind(NamedTuple):
    """One kind of object in a Pod."""

    name: str
    """What a sentence calls it."""
    fields: frozenset[str]
    """All that it has."""
    concerned: tuple[str, ...]
    """Those of them that say what runs and what is mounted."""
    others: dict[str, str]
    """What people write for one of these, too far from it for an edit distance."""
    all: bool = True
    """Every key that it does not have is told, and not only one that is near."""


_CONTAINER = _Kind(
    "container",
    frozenset({
        *("args", "command", "env", "envFrom", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "name"),
        *("ports", "readinessProbe", "resizePolicy", "resources", "restartPolicy", "restartPolicyRules"),
        *("securityContext", "startupProbe", "stdin", "stdinOnce", "terminationMessagePath"),
        *("terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts", "workingDir"),
    }),
    ("args", "command", "volumeMounts"),
    {"arguments": "args", "cmd": "command", "mounts": "volumeMounts"},
    all=False,
)  # fmt: skip
_POD = _Kind("Pod", frozenset({"volumes"}), ("volumes",), {}, all=False)
_MOUNT = _Kind(
    "volumeMount",
    frozenset({"mountPath", "mountPropagation", "name", "readOnly", "recursiveReadOnly", "subPath", "subPathExpr"}),
    ("mountPath", "name", "readOnly", "subPath", "subPathExpr"),
    {"path": "mountPath", "readwrite": "readOnly", "writable": "readOnly", "writeable": "readOnly"},
)
_VOLUME = _Kind("volume", VOLUME_KINDS | {"name"}, ("hostPath", "name"), {})
_HOST_PATH = _Kind("hostPath", frozenset({"path", "type"}), ("path", "type"), {"pathtype": "type", "hostpath": "path"})


def of_container(container: Plain, path: Path) -> Iterator[Slip]:
    """Yield the keys of a container and its mounts that the kubelet drops."""
    yield from _of(_CONTAINER, container, path)
    for index, mount in enumerate(items(get(container, "volumeMounts"))):
        yield from _of(_MOUNT, mount, (*path, "volumeMounts", index))


def of_pod(spec: Plain, path: Path) -> Iterator[Slip]:
    """Yield the keys of the volumes of a Pod that the kubelet drops."""
    for index, volume in enumerate(items(get(spec, "volumes"))):
        place = (*path, "volumes", index)
        yield from _of(_VOLUME, volume, place)
        yield from _of(_HOST_PATH, get(volume, "hostPath"), (*place, "hostPath"))


def misspelt_volumes(spec: Plain, path: Path) -> Iterator[Slip]:
    """Yield the keys of a Pod that the kubelet drops where its volumes were meant."""
    yield from _of(_POD, spec, path)


def _of(kind: _Kind, value: Plain, path: Path) -> Iterator[Slip]:
    written = {key for key, _ in pairs(value)}
    for key, given in dict(pairs(value)).items():
        if key in kind.fields or is_template(key):
            continue
        meant = kind.others.get(key.lower()) or spelling.nearest(key, kind.concerned) or ""
        if (meant or kind.all) and not (kind is _POD and not meant):
            told = "" if meant in written else meant
            yield Slip(SlipKind.UNKNOWN_FIELD, (*path, key), "the kubelet", told, _text(given), key, kind.name)


def _text(value: Plain) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else None
