"""Argument files of snaps: `args/kube-apiserver` of microk8s and of Canonical Kubernetes.

The file is the whole command line, one argument a line, in the words of a shell; the snap replaces `$SNAP`,
`$SNAP_DATA` and `$SNAP_COMMON`, and runs kube-apiserver on the host, without a kubelet.
A launch configuration of microk8s adds arguments to what the file has.
Sources: microk8s, scripts/run-k8s-daemon-kubelite.sh and microk8s-resources/default-args/kube-apiserver; k8s-snap,
k8s/lib.sh (`k8s::common::execute_service`); snapcraft.io/docs/environment-variables.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.carriers import apiserver
from auditlint.carriers.candidate import Candidate, ReadText
from auditlint.carriers.carrier import YAML_AND_JSON, Carrier
from auditlint.carriers.configurations.extra_args import as_text
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.carriers.containers.shell import simple_commands
from auditlint.carriers.containers.word_places import Given, OptionPlaces
from auditlint.kubernetes.container import Files
from auditlint.subjects.model import Runs
from auditlint.subjects.spelling_of_flags import Items, Keys
from auditlint.subjects.templates import is_template
from auditlint.text import nodes
from auditlint.text.values import get, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.carriers.candidate import PlainText
    from auditlint.carriers.carrier import Part
    from auditlint.carriers.containers.shell import Word
    from auditlint.subjects.model import ApiServer
    from auditlint.text.piece import Text

_NAME = "args/kube-apiserver"
_SNAP = re.compile(r"/snap/([\w-]+)/")
_VARIABLE = re.compile(r"\$(?:\{(?P<braced>SNAP(?:_DATA|_COMMON)?)\}|(?P<bare>SNAP(?:_DATA|_COMMON)?)\b)")
_FOLDERS = {"SNAP": "/snap/{}/current", "SNAP_DATA": "/var/snap/{}/current", "SNAP_COMMON": "/var/snap/{}/common"}
_LINES = Items(entries="lines")
_ADDED = "extraKubeAPIServerArgs"
_DASHED = Keys(dashes="--")


def find_in_text(given: PlainText) -> Iterator[Part]:
    """Yield the apiserver whose arguments a file holds, if its path is that of one."""
    path = given.path.replace("\\", "/")
    if not given.as_kind and not f"/{path}".endswith(f"/{_NAME}"):
        return
    named = _SNAP.search(path)
    words = [word for line in simple_commands(given.text.text.replace("\r", " ")) for word in line]
    snap = named[1] if named else "microk8s"
    found = [expanded(word.text, snap) for word in words]
    items = tuple(
        Item(text, (index,), "$" in text or is_template(text), written=words[index].text)
        for index, text in enumerate(found)
    )
    spans = [given.text.stretch(word.start, word.end) for word in words]
    places = OptionPlaces(
        [Given(text, span, given.text.pointer) for text, span in zip(found, spans, strict=True)]
        or [Given("", given.text.stretch(0, 0), given.text.pointer)],
        given.text.document or 0,
        given.text,
    )
    candidate = Candidate(given.path, 0, None, places, given.minor, given.origin, given.as_kind)
    settings = apiserver.Settings("snap", Runs.PROCESS, Files.HOST, whole=True, spelling=_LINES)
    yield _comments(given.text, words)
    yield apiserver.build(candidate, (), CommandLine(items, ()), settings)


def _comments(text: Text, words: Sequence[Word]) -> ReadText:
    """Return the file as a list of its words: comments for auditlint stand above them or behind."""
    places = [(*text.lines.place(word.start), *text.lines.place(word.end)) for word in words]
    root = nodes.Sequence((1, 1, 1, 1), [nodes.Scalar(place, "", None, "") for place in places])
    return ReadText(text, nodes.Stream((nodes.Document(0, root, root.span),)))


def expanded(text: str, snap: str) -> str:
    """Return an argument with the folders of the snap in it."""
    return _VARIABLE.sub(lambda name: _FOLDERS[name["braced"] or name["bare"]].format(snap), text)


def find(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver of a launch configuration of microk8s, which adds arguments to what it has."""
    given = get(candidate.value, _ADDED)
    items = []
    for name, value in pairs(given):
        argument = expanded(f"{name}={as_text(value)}".replace("\\$", "$"), "microk8s")
        items.append(
            Item(argument, (_ADDED, name), "$" in argument or is_template(argument), by_key=True, written=name)
        )
    if any(item.text.startswith("--audit-") for item in items):
        settings = apiserver.Settings("snap", Runs.PROCESS, Files.HOST, spelling=_DASHED)
        yield apiserver.build(candidate, (_ADDED,), CommandLine(tuple(items), (_ADDED,)), settings)


CARRIER = Carrier(
    title="Argument files of snaps",
    checked=(
        "`args/kube-apiserver` of microk8s and of Canonical Kubernetes: the whole command line, on the host. `$SNAP`, "
        "`$SNAP_DATA` and `$SNAP_COMMON` stand for the folders of the snap. Of `extraKubeAPIServerArgs` in a launch "
        "configuration of microk8s what they say is checked."
    ),
    words=(b"--audit-", b"--authorization-mode", b"--service-cluster-ip-range"),
    suffixes=(*YAML_AND_JSON, "kube-apiserver"),
    in_document=find,
    in_text=find_in_text,
)
