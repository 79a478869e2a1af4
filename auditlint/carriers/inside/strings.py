"""Policies that are strings in any other document: Ansible's `copy`, values of Helm charts, objects of other APIs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.carriers.carrier import Carrier, Inner
from auditlint.text.values import below, text, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.finding import Path
    from auditlint.text.plain import Plain

_POLICY = re.compile(r"(?:[ \t]*(?:#[^\n]*|---[ \t]*)?\n)*(?:apiVersion|kind|rules|omitStages)[ \t]*:|[ \t\n]*\{")
_PATHS = ("dest", "path", "name")
"""Keys beside a string that tell where it is written to."""


def find(candidate: Candidate) -> Iterator[Inner]:
    """Yield each string that begins as a policy does and names the group of policies."""
    for holder, path in _strings(candidate.value):
        piece = candidate.piece(path)
        if piece is not None:
            named = [text(holder, key) for key in _PATHS if "/" in text(holder, key)]
            yield Inner(piece, named[0] if named else str(path[-1]) if path else "")


def _strings(document: Plain) -> Iterator[tuple[Plain, Path]]:
    """Yield what holds each such string, and the way to the string; of several aliases one."""
    for value, path in walk(document):
        for step, inner in below(value):
            if isinstance(inner, str) and "audit.k8s.io" in inner and "\n" in inner and _POLICY.match(inner):
                yield value, (*path, step)


CARRIER = Carrier(
    title="Strings that are policies",
    checked=(
        "A string in any document that begins as a policy does, such as `content` of Ansible's `copy` or a value of a "
        "Helm chart: as the file that it becomes."
    ),
    signs=(b"audit.k8s.io",),
    in_document=find,
)
