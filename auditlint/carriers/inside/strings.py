"""Policies that are strings in any other document: Ansible's `copy`, values of Helm charts, objects of other APIs.

Source: the modules `copy`, `blockinfile` and `lineinfile` of ansible.builtin.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.carriers.carrier import Carrier, Inner
from auditlint.text.values import below, text, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.text.plain import Plain

_POLICY = re.compile(r"(?:[ \t]*(?:#[^\n]*|---[ \t]*)?\n)*(?:apiVersion|kind|rules|omitStages)[ \t]*:|[ \t\n]*\{")
_PATHS = ("dest", "path", "name")
"""Keys beside a string that tell where it is written to."""
_PARTS = frozenset({"block", "line"})
"""The text that Ansible's `blockinfile` and `lineinfile` put into a file: a part of it, as a rule."""


def find(candidate: Candidate) -> Iterator[Inner]:
    """Yield each string that begins as a policy does and names the group of policies, and what goes into files."""
    for holder, path in _strings(candidate.value):
        piece = candidate.piece(path)
        if piece is not None:
            named = [text(holder, key) for key in _PATHS if "/" in text(holder, key)]
            yield Inner(piece, named[0] if named else str(path[-1]) if path else "")


def _strings(document: Plain) -> Iterator[tuple[Plain, Path]]:
    """Yield what holds each such string, and the way to the string; of several aliases one."""
    for value, path in walk(document):
        for step, inner in below(value):
            if isinstance(inner, str) and (_is_policy(inner) or (step in _PARTS and _goes_into_a_file(value))):
                yield value, (*path, step)


def _is_policy(value: str) -> bool:
    return "audit.k8s.io" in value and "\n" in value and _POLICY.match(value) is not None


def _goes_into_a_file(holder: Plain) -> bool:
    return any(text(holder, key) for key in _PATHS)


CARRIER = Carrier(
    title="Strings that are policies",
    checked=(
        "A string in any document that begins as a policy does, such as `content` of Ansible's `copy` or a value of a "
        "Helm chart: as the file that it becomes. What `blockinfile` and `lineinfile` put into "
        "a file is checked as a part of it: its rules, its flags."
    ),
    signs=(b"audit.k8s.io", b"infile"),
    in_document=find,
)
