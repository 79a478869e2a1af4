"""AuditSink objects of dynamic auditing, which kube-apiserver had in alpha until 1.18."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers.carrier import Carrier
from auditlint.kubernetes.releases import NEWEST
from auditlint.subjects.model import AuditSink
from auditlint.text.values import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate


def find(candidate: Candidate) -> Iterator[AuditSink]:
    """Yield the AuditSink that a document is."""
    if text(candidate.value, "kind") == "AuditSink":
        minor = NEWEST if candidate.minor is None else candidate.minor
        yield AuditSink(candidate.path, candidate.document, candidate.places, (), minor)


CARRIER = Carrier(
    title="AuditSinks",
    checked="Objects of kind AuditSink, which the API has not had since 1.19: the release, and what to use instead.",
    words=(b"AuditSink",),
    in_document=find,
)
