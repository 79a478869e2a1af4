"""Lists of files that are written to nodes: cloud-init, the Cluster API, kops, Talos, Ignition and Butane have them.

Source: `write_files` of cloud-init (`config/cc_write_files.py`), `File` of the kubeadm bootstrap provider
(bootstrap.cluster.x-k8s.io), `FileAssetSpec` of kops.k8s.io, `machine.files` of Talos,
`storage.files` of Ignition 2 and 3 (`contents.source`) and of Butane (`contents.inline`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.carriers.carrier import OTHER_NAMES_OF_YAML, YAML_AND_JSON, Carrier, Inner
from auditlint.carriers.encoded import AUDIT_IN_BASE64, GZIP_ENCODED, Encoded, from_base64, from_data_url, quoted
from auditlint.text.piece import Cutter, Piece
from auditlint.text.values import below, get, text, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.text.piece import Text
    from auditlint.text.plain import Plain

_LISTS = frozenset({"write_files", "files", "fileAssets"})
_BASE64 = frozenset({"b64", "base64"})
_PACKED = frozenset({"gz", "gzip"})
_PERCENTS = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def find(candidate: Candidate) -> Iterator[Inner]:
    """Yield the content of each file, wherever in the document their list stands."""
    for entry, path in _entries(candidate.value):
        inner = _inner(candidate, entry, path)
        if inner is not None:
            yield inner


def _entries(document: Plain) -> Iterator[tuple[Plain, Path]]:
    """Yield the items of all lists of files; what several aliases stand for is looked at once."""
    for value, path in walk(document):
        if path and path[-1] in _LISTS:
            yield from ((item, (*path, step)) for step, item in below(value))


def _inner(candidate: Candidate, entry: Plain, path: Path) -> Inner | None:
    name = text(entry, "path")
    found = _text(candidate, entry, path) if name else None
    return None if found is None else Inner(found, name)


def _text(candidate: Candidate, entry: Plain, path: Path) -> Text | None:
    contents = get(entry, "contents")
    if isinstance(get(contents, "source"), str):
        is_packed = text(contents, "compression").lower() in _PACKED
        return _of_data_url(candidate, text(contents, "source"), (*path, "contents", "source"), packed=is_packed)
    if isinstance(get(contents, "inline"), str):
        return candidate.piece((*path, "contents", "inline"))
    content, way = get(entry, "content"), (*path, "content")
    if not isinstance(content, str):
        return None
    ways = set(text(entry, "encoding").lower().split("+"))
    if get(entry, "isBase64") is not True and not ways & _BASE64:
        return candidate.piece(way)
    encoded = from_base64(content, packed=bool(ways & _PACKED))
    return encoded and candidate.decoded(way, encoded)


def _of_data_url(candidate: Candidate, source: str, path: Path, *, packed: bool) -> Text | None:
    """Return the text of a data URL; what is written in percents has places of its own."""
    found = from_data_url(source, packed=packed)
    if isinstance(found, Encoded):
        return candidate.decoded(path, found)
    outer = None if found is None else candidate.piece(path)
    if found is None or outer is None:
        return None
    cutter, at = Cutter(outer.text, found), found
    for escapes in _PERCENTS.finditer(outer.text, found):
        cutter.copy(at, escapes.start())
        at = escapes.start()
        for character in bytes.fromhex(escapes[0].replace("%", "")).decode("utf-8", "replace"):
            end = min(at + 3 * len(character.encode()), escapes.end())
            cutter.put(character, at, end)
            at = end
        at = escapes.end()
    cutter.copy(at, len(outer.text))
    return Piece(outer, cutter.runs(), outer.pointer, outer.document, quoted)


CARRIER = Carrier(
    title="Files for nodes",
    checked=(
        "`write_files` of cloud-init, `files` of KubeadmControlPlanes, KubeadmConfigs and Talos, `fileAssets` of kops, "
        "`storage.files` of Ignition (data URLs), of Butane and of MachineConfigs: each as a file at its path, also in "
        "base64 and packed with gzip. A policy among them is the one that a flag of the same run names."
    ),
    words=(*AUDIT_IN_BASE64, *GZIP_ENCODED),
    signs=(b"files", b"fileAssets"),
    suffixes=(*YAML_AND_JSON, *OTHER_NAMES_OF_YAML),
    in_document=find,
)
