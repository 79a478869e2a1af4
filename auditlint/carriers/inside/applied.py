"""What sends files to the API: kustomizations, and kubectl in scripts and documents.

Sources: kustomize, api/types/kustomization.go (`resources`, `patches`); kubectl apply and create (`-f`).
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from auditlint.carriers.carrier import YAML_AND_JSON, Carrier, Inner
from auditlint.carriers.containers.word_places import Given, OptionPlaces
from auditlint.subjects.model import AppliedFiles
from auditlint.text.values import get, items, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate, PlainText
    from auditlint.path import Path
    from auditlint.text.plain import Plain

_NAMES = ("kustomization.yaml", "kustomization.yml")
_KUBECTL = re.compile(r"\bkubectl[ \t]+(?:[^\n|;&#]*[ \t])?(?:apply|create)\b[^\n|;&#]*")
_FILE = re.compile(r"(?<=[ \t])(?:-f|--filename)[ =]*(?P<path>[\w./~-]+\.(?:ya?ml|json))\b")


def find(candidate: Candidate) -> Iterator[AppliedFiles | Inner]:
    """Yield the files that a kustomization takes, and the patches in it."""
    is_one = text(candidate.value, "kind") == "Kustomization" and "kustomize" in text(candidate.value, "apiVersion")
    if is_one or (candidate.path.endswith(_NAMES) and not text(candidate.value, "kind")):
        files = tuple(
            (_beside(candidate.path, name), ("resources", index))
            for index, name in enumerate(items(get(candidate.value, "resources")))
            if isinstance(name, str)
        )
        if files:
            yield AppliedFiles(candidate.path, candidate.document, candidate.places, files)
        pieces = (candidate.piece(path) for path in _patches(candidate.value))
        yield from (Inner(piece, "patch.yaml") for piece in pieces if piece is not None)


def _patches(value: Plain) -> Iterator[Path]:
    """Yield the ways to the patches that stand in a kustomization as texts."""
    for key in ("patches", "patchesJson6902"):
        yield from ((key, index, "patch") for index, one in enumerate(items(get(value, key))) if text(one, "patch"))
    merged = enumerate(items(get(value, "patchesStrategicMerge")))
    yield from (("patchesStrategicMerge", index) for index, one in merged if isinstance(one, str) and "\n" in one)


def find_in_text(given: PlainText) -> Iterator[AppliedFiles]:
    """Yield the files that kubectl is told to apply or create."""
    content = given.text.text
    found = [
        (match["path"], given.text.stretch(line.start() + match.start("path"), line.start() + match.end("path")))
        for line in _KUBECTL.finditer(content)
        for match in _FILE.finditer(line[0])
    ]
    if found:
        document = given.text.document or 0
        places = OptionPlaces([Given(path, span, given.text.pointer) for path, span in found], document)
        files = tuple((_beside(given.path, path), (index,)) for index, (path, _) in enumerate(found))
        yield AppliedFiles(given.path, document, places, files)


def _beside(path: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path.replace("\\", "/")), name))


CARRIER = Carrier(
    title="What is applied",
    checked=(
        "`resources` of a kustomization, and files after `kubectl apply -f`: whether a policy is among them. The "
        "patches that stand in a kustomization, as texts of their own."
    ),
    signs=(b"resources", b"patch", b"kubectl"),
    suffixes=(*YAML_AND_JSON, ".sh", ".bash", ".md", ".markdown"),
    beside=True,
    in_document=find,
    in_text=find_in_text,
)
