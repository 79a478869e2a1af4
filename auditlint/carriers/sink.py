"""AuditSink objects of dynamic auditing, which kube-apiserver had in alpha until 1.18."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes.releases import NEWEST
from auditlint.subjects.model import AuditSink
from auditlint.text.values import text

if TYPE_CHECKING:
    from auditlint.carriers.candidate import Candidate


def find(candidate: Candidate) -> AuditSink | None:
    """Return the AuditSink that a document is; None if it is something else."""
    if text(candidate.value, "kind") != "AuditSink":
        return None
    minor = NEWEST if candidate.minor is None else candidate.minor
    return AuditSink(candidate.path, candidate.document, candidate.places, (), minor)
