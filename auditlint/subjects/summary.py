"""The entries of the report's `subjects`: what the server makes of each policy and each apiserver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes.releases import name
from auditlint.subjects.model import ApiServer, PolicySubject, UnreadText
from auditlint.subjects.rule_fates import rule_fates

if TYPE_CHECKING:
    from auditlint.finding import Path
    from auditlint.rule import Subject


def summary(subject: Subject) -> dict[str, object] | None:
    """Return what the report says of a subject; None for one that no server takes for itself."""
    if isinstance(subject, PolicySubject) and not subject.later:
        refused = ["policy"] if subject.loaded.refused else []
        entry = _entry("policy", subject, subject.base, subject.minor, refused)
        return {**entry, "lenient": subject.loaded.lenient, **rule_fates(subject)}
    if isinstance(subject, ApiServer):
        return _entry("apiserver", subject, subject.base, subject.minor, subject.refused_by)
    if isinstance(subject, UnreadText) and subject.refused:
        kind, reason = ("policy", "policy") if subject.meant == "policy" else ("apiserver", "pod")
        entry = _entry(kind, subject, (), subject.minor, [reason])
        return {**entry, "lenient": False} if kind == "policy" else entry
    return None


def _entry(kind: str, subject: Subject, base: Path, minor: int, refused_by: list[str]) -> dict[str, object]:
    return {
        "kind": kind,
        "path": subject.path,
        "document": subject.document,
        "pointer": subject.places.pointer(base),
        "line": subject.places.key(base).line,
        "kubernetes": name(minor),
        "refused_by": refused_by,
    }
