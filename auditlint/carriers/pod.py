"""Pods, templates of Pods and parts of Pods whose containers run kube-apiserver."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property

from auditlint.carriers import apiserver
from auditlint.carriers.carrier import Carrier
from auditlint.carriers.containers import command, mounting, pod_fields
from auditlint.finding import Notice
from auditlint.kubernetes.container import Files, in_manifest_folder
from auditlint.kubernetes.releases import from_image
from auditlint.records import NamedTuple
from auditlint.subjects.model import Runs
from auditlint.text.values import get, has, items, text
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer
    from auditlint.subjects.slips import Slip
    from auditlint.text.plain import Plain

_TEMPLATES: tuple[tuple[str, ...], ...] = (
    (),
    ("template",),
    ("spec", "template"),
    ("spec", "jobTemplate", "spec", "template"),
)
"""Where a Pod stands in the objects that make Pods; the first is the Pod itself."""

_CONTAINERS = ("containers", "initContainers")
_MOUNTS = ("volumeMounts", "volumes")


class PodPart(NamedTuple):
    """A Pod, or what there is of one, in a document."""

    spec: Path
    """The way to what holds the containers and `volumes`: the Pod's `spec`; in fragments maybe the document itself."""
    value: Plain
    """What stands at `spec`."""
    carrier: str
    """What its containers are part of, if they have an image; without one they are fragments in any case."""
    containers: tuple[tuple[Plain, Path], ...]


_MOST_TO_COMPARE = 100_000
"""Servers of one Pod, times what is mounted in it, that are judged: a hundred with a thousand mounts and volumes."""


def find(candidate: Candidate) -> Iterator[ApiServer | Notice]:
    """Yield the apiservers that a document runs, each container once however many aliases lead to it.

    Each server of a Pod is held against all that is mounted in it; of a Pod without end only the first are judged.
    """
    seen: set[int] = set()
    for part in _parts(candidate.value, forced=candidate.as_kind == "pod"):
        shared = _Shared(part)
        left = max(_MOST_TO_COMPARE // (1 + shared.mounting.size), 1)
        for number, (container, path) in enumerate(part.containers):
            if id(container) in seen:
                continue
            seen.add(id(container))
            server = _server(candidate, part, number, shared) if left else None
            if server is not None:
                left -= 1
                yield server
            elif not left and command.find(container, path) is not None:
                yield Notice(candidate.path, _TOO_MANY, candidate.places.value(path).line)
                break


_TOO_MANY = "too many kube-apiservers for one Pod with so many mounts: those from here on are not judged"


def is_list(value: Plain) -> bool:
    """Tell whether a document is a `List`, or a list of one kind such as `PodList`."""
    return text(value, "kind").endswith("List") and has(value, "items")


def _parts(value: Plain, *, forced: bool) -> Iterator[PodPart]:
    """Yield the Pods of a document, also of the objects in a List; or the part of a Pod that the document is."""
    objects: list[tuple[Plain, Path]] = [(value, ())]
    if is_list(value):
        objects = [(item, ("items", index)) for index, item in enumerate(items(get(value, "items")))]
    for found, path in objects:
        yield from _pods(found, path, forced=forced)
    if forced or not has(value, "kind"):
        yield from _cut_out(value)


def _pods(value: Plain, path: Path, *, forced: bool) -> Iterator[PodPart]:
    for template in _TEMPLATES:
        for below in (("spec",), ()):
            spec = get(value, *template, *below)
            containers = tuple(_containers(spec, (*path, *template, *below)))
            if containers:
                carrier = _carrier(text(value, "kind"), template, below, forced=forced)
                yield PodPart((*path, *template, *below), spec, carrier, containers)


def _containers(spec: Plain, path: Path) -> Iterator[tuple[Plain, Path]]:
    for key in _CONTAINERS:
        for index, container in enumerate(items(get(spec, key))):
            yield container, (*path, key, index)


def _carrier(kind: str, template: tuple[str, ...], below: tuple[str, ...], *, forced: bool) -> str:
    if not template and ((kind == "Pod" and below) or (forced and kind in {"", "Pod"})):
        return "static-pod"
    return "workload" if kind and template and below else "fragment"


def _cut_out(value: Plain) -> Iterator[PodPart]:
    """Yield a document that is a container, a list of containers, or nothing but mounts and volumes."""
    if isinstance(value, list):
        containers = tuple((item, (index,)) for index, item in enumerate(value) if isinstance(item, tuple))
        yield PodPart((), value, "fragment", containers)
    elif any(has(value, key) for key in ("command", "args", *_MOUNTS)):
        yield PodPart((), value, "fragment", ((value, ()),))


class _Shared:
    """What the servers of one Pod have in common, worked out once."""

    def __init__(self, part: PodPart) -> None:
        self._part = part
        self.mounting = mounting.OfPod(part.value, part.spec, [container for container, _ in part.containers])

    @cached_property
    def slips(self) -> tuple[Slip, ...]:
        """What the kubelet drops of the volumes."""
        return tuple(pod_fields.of_pod(self._part.value, self._part.spec))

    @cached_property
    def misspelt(self) -> tuple[Slip, ...]:
        """What the kubelet drops of the Pod."""
        return tuple(pod_fields.misspelt_volumes(self._part.value, self._part.spec))


def _server(candidate: Candidate, part: PodPart, number: int, shared: _Shared) -> ApiServer | None:
    container, path = part.containers[number]
    line = command.find(container, path) or _without_command(part, container, path)
    if line is None:
        return None
    part = part._replace(carrier="fragment") if _is_patch(candidate) else part
    carrier = part.carrier if has(container, "image") or candidate.as_kind == "pod" else "fragment"
    settings = apiserver.Settings(
        carrier=carrier,
        runs=_runs(candidate, part, carrier),
        files=Files.MOUNTS if carrier != "fragment" else Files.UNKNOWN,
        whole=carrier != "fragment",
        shown=from_image(text(container, "image")),
        mounting=shared.mounting.of(number, path),
        not_text=command.not_text(container, path),
        slips=(
            *pod_fields.of_container(container, path),
            *(shared.misspelt if part.spec != path else ()),
            *shared.slips,
        ),
        read_only_root=get(container, "securityContext", "readOnlyRootFilesystem") is True,
        run_as_user=_run_as_user(part.value, container),
        host_network=get(part.value, "hostNetwork") is True,
        dns_policy=text(part.value, "dnsPolicy"),
    )
    if settings.runs is Runs.STATIC_POD and part.spec == ("spec",):
        settings = settings._replace(pod=_name(candidate.value), pod_name_path=("metadata", "name"))
    return apiserver.build(candidate, path, line, settings)


def _is_patch(candidate: Candidate) -> bool:
    """Tell whether a file is by its name a patch of kubeadm to a Pod, which may say as little as it likes.

    Source: cmd/kubeadm/app/util/patches/patches.go of k8s.io/kubernetes (`parseFilename`).
    """
    name = posixpath.basename((candidate.file or candidate.path).replace("\\", "/"))
    return re.fullmatch(r"kube-apiserver[^+]*\+(?:strategic|merge|json)\.(?:yaml|json)", name) is not None


def _name(pod: Plain) -> str:
    """Return the namespace and the name of a Pod, which no other static Pod of the node may have."""
    return f"{text(pod, 'metadata', 'namespace') or 'default'}/{text(pod, 'metadata', 'name')}"


def _runs(candidate: Candidate, part: PodPart, carrier: str) -> Runs:
    """Tell what runs a container; a Pod that leaves the host's network alone may as well be for the API."""
    if carrier == "fragment":
        return Runs.UNKNOWN
    static = get(part.value, "hostNetwork") is True or in_manifest_folder(candidate.file or candidate.path)
    return Runs.STATIC_POD if carrier == "static-pod" and static else Runs.POD


def _without_command(part: PodPart, container: Plain, path: Path) -> command.CommandLine | None:
    """Return an empty command line for parts that only add to an apiserver: a patch of its container, mounts alone."""
    if part.carrier != "fragment" and has(container, "image"):
        return None
    if any(has(container, key) for key in ("command", "args", "image")):
        return None
    named = text(container, "name") == command.PROGRAM
    mounts_alone = not path and any(has(container, key) for key in _MOUNTS) and mounting.mentions_audit(container)
    return command.CommandLine((), path) if named or mounts_alone else None


def _run_as_user(spec: Plain, container: Plain) -> int | None:
    for holder in (container, spec):
        user = get(holder, "securityContext", "runAsUser")
        if isinstance(user, int) and not isinstance(user, bool):
            return user
    return None


CARRIER = Carrier(
    title="Pods",
    checked=(
        "Static Pods and whatever makes Pods (Deployments, StatefulSets, Jobs, Lists of them), where a container runs "
        "kube-apiserver: its flags, its mounts and the files that the flags name. Of a part of a Pod, such as a "
        "strategic merge patch, what it says is checked and nothing is said of what is absent."
    ),
    words=(b"apiserver", b"audit"),
    in_document=find,
    whole=True,
)
