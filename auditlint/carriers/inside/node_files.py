"""Lists of files that are written to nodes: cloud-init, the Cluster API, kops and Talos have them.

Source: `write_files` of cloud-init (`config/cc_write_files.py`), `File` of the kubeadm bootstrap provider
(bootstrap.cluster.x-k8s.io), `FileAssetSpec` of kops.k8s.io, `machine.files` of Talos.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers.carrier import Carrier, Inner
from auditlint.carriers.encoded import AUDIT_IN_BASE64, GZIP_IN_BASE64, from_base64, unpacked
from auditlint.text.values import below, get, text, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.finding import Path
    from auditlint.text.plain import Plain

_LISTS = frozenset({"write_files", "files", "fileAssets"})
_BASE64 = frozenset({"b64", "base64"})
_PACKED = frozenset({"gz", "gzip"})


def find(candidate: Candidate) -> Iterator[Inner]:
    """Yield the content of each file, wherever in the document their list stands."""
    for entry, path in _entries(candidate.value):
        inner = _inner(candidate, entry, (*path, "content"))
        if inner is not None:
            yield inner


def _entries(document: Plain) -> Iterator[tuple[Plain, Path]]:
    """Yield the items of all lists of files; what several aliases stand for is looked at once."""
    for value, path in walk(document):
        if path and path[-1] in _LISTS:
            yield from ((item, (*path, step)) for step, item in below(value))


def _inner(candidate: Candidate, entry: Plain, path: Path) -> Inner | None:
    content, name = get(entry, "content"), text(entry, "path")
    if not isinstance(content, str) or not name:
        return None
    ways = set(text(entry, "encoding").lower().split("+"))
    if get(entry, "isBase64") is not True and not ways & _BASE64:
        piece = candidate.piece(path)
        return None if piece is None else Inner(piece, name)
    data = from_base64(content)
    decoded = candidate.decoded(path, unpacked(data) if ways & _PACKED else data)
    return None if decoded is None else Inner(decoded, name)


CARRIER = Carrier(
    title="Files for nodes",
    checked=(
        "`write_files` of cloud-init, `files` of KubeadmControlPlanes, KubeadmConfigs and Talos, `fileAssets` of kops: "
        "each as a file at its path, also in base64 and packed with gzip. A policy among them is the one that a flag "
        "of the same run names."
    ),
    words=(*AUDIT_IN_BASE64, GZIP_IN_BASE64),
    signs=(b"files", b"fileAssets"),
    in_document=find,
)
