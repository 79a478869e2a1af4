"""ConfigMaps and Secrets: each of their values is a file to those who mount them.

Source: `ConfigMap` and `Secret` in k8s.io/api/core/v1 (`stringData` is written over `data`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers.carrier import Carrier, Inner
from auditlint.carriers.encoded import AUDIT_IN_BASE64, from_base64
from auditlint.subjects.model import Holder
from auditlint.text.values import get, items, pairs, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.text.plain import Plain

_PLAIN = {"ConfigMap": ("data",), "Secret": ("stringData",)}
_ENCODED = {"ConfigMap": ("binaryData",), "Secret": ("data",)}


def find(candidate: Candidate) -> Iterator[Inner]:
    """Yield the values of a ConfigMap or Secret, or of those in a List."""
    value = candidate.value
    yield from _values(candidate, value, ())
    if text(value, "kind").endswith("List"):
        for index, item in enumerate(items(get(value, "items"))):
            yield from _values(candidate, item, ("items", index))


def _values(candidate: Candidate, value: Plain, path: Path) -> Iterator[Inner]:
    kind = text(value, "kind")
    fields = (*_PLAIN.get(kind, ()), *_ENCODED.get(kind, ()))
    keys = tuple(key for field in fields for key, _ in pairs(get(value, field)))
    holder = Holder(kind, text(value, "metadata", "name"), keys)
    for field in _PLAIN.get(kind, ()):
        for key, _ in pairs(get(value, field)):
            piece = candidate.piece((*path, field, key))
            if piece is not None:
                yield Inner(piece, key, holder=holder)
    for field in _ENCODED.get(kind, ()):
        for key, content in pairs(get(value, field)):
            encoded = from_base64(content) if isinstance(content, str) else None
            decoded = candidate.decoded((*path, field, key), encoded) if encoded else None
            if decoded is not None:
                yield Inner(decoded, key, holder=holder)


CARRIER = Carrier(
    title="ConfigMaps and Secrets",
    checked=(
        "Every value as the file that it becomes where it is mounted, with lines and columns of the file on disk. "
        "Values in base64 (`binaryData`, `data` of a Secret) have one place; messages say which line of the decoded "
        "text they mean."
    ),
    words=(b"audit", b"apiserver", *AUDIT_IN_BASE64),
    in_document=find,
)
