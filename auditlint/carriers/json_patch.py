"""JSON patches that add arguments to a kube-apiserver, such as kubeadm's `kube-apiserver+json.yaml`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.carriers import apiserver
from auditlint.carriers.carrier import Carrier
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.carriers.flags import is_about_auditing
from auditlint.subjects.templates import is_template
from auditlint.text.values import get, items, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer
    from auditlint.text.plain import Plain

_ARGUMENT = re.compile(r"/containers/\d+/(?:command|args)(?:/(?:-|\d+))?")


def find(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver whose audit flags a list of patch operations adds."""
    found = tuple(_arguments(candidate.value))
    if any(is_about_auditing(item.text) for item in found):
        yield apiserver.build(candidate, (), CommandLine(found, ()), apiserver.Settings("fragment"))


def _arguments(operations: Plain) -> Iterator[Item]:
    for index, operation in enumerate(items(operations)):
        if text(operation, "op") in {"add", "replace"} and _ARGUMENT.search(text(operation, "path")):
            yield from _values(get(operation, "value"), (index, "value"))


def _values(value: Plain, path: Path) -> Iterator[Item]:
    """Yield the flag that is added, or those in a list that takes the place of all; the program's name is none."""
    listed = [(value, path)] if isinstance(value, str) else [(v, (*path, i)) for i, v in enumerate(items(value))]
    for argument, place in listed:
        if isinstance(argument, str) and argument.startswith("-"):
            yield Item(argument, place, is_template(argument))


CARRIER = Carrier(
    title="JSON patches of static Pods",
    checked=(
        "The audit flags that a list of operations adds, such as kubeadm's `kube-apiserver+json.yaml`; nothing is said "
        "of what is absent."
    ),
    words=(b"audit",),
    in_document=find,
)
