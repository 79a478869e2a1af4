"""Judgements as JSON, version 1; `schemas/detect.schema.json` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlint.report.printable import as_json

if TYPE_CHECKING:
    from auditlint.report.detections import Judged, Judgements
    from auditlint.report.medium import Medium

FORMAT_VERSION = 1


def render(found: Judgements, _medium: Medium) -> str:
    """Return one JSON object with a final newline."""
    document = {
        "version": FORMAT_VERSION,
        "policy": found.policy._asdict(),
        "detections": [_detection(one) for one in found.detections],
        "summary": found.counts,
        "notices": list(found.notices),
    }
    return as_json(document)


def _detection(one: Judged) -> dict[str, Any]:
    return {
        "language": one.language,
        "name": one.name,
        "path": one.path,
        "line": one.line,
        "id": one.id,
        "severity": one.severity,
        "tactics": list(one.tactics),
        "verdict": one.verdict,
        "needs": one.needs._asdict(),
        "witness": one.witness,
        "blinded_by": one.blinded_by and one.blinded_by._asdict(),
        "reason": one.reason,
        "help": one.help,
        "notes": list(one.notes),
    }
