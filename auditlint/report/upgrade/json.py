"""What an upgrade changes as JSON, version 1; `schemas/upgrade.schema.json` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlint.report.printable import as_json
from auditlint.report.upgraded import BREAKS, DIFFERS, MENDS

if TYPE_CHECKING:
    from auditlint.report.medium import Medium
    from auditlint.report.upgraded import Change, Judged, Upgraded

FORMAT_VERSION = 1


def render(found: Upgraded, _medium: Medium) -> str:
    """Return one JSON object with a final newline."""
    document = {
        "version": FORMAT_VERSION,
        "from": found.before,
        "to": found.after,
        "subjects": [_subject(one) for one in found.subjects],
        "changes": [_change(one) for one in found.changes],
        "summary": {kind: len(found.of(kind)) for kind in (BREAKS, MENDS, DIFFERS)},
        "notices": [{"path": one.path, "line": one.line, "message": one.message} for one in found.notices],
    }
    return as_json(document)


def _subject(subject: Judged) -> dict[str, Any]:
    return {
        "kind": subject.kind,
        "path": subject.path,
        "carrier": subject.carrier,
        "document": subject.document,
        "pointer": subject.pointer,
        "line": subject.line,
        "from": subject.before,
        "from_source": subject.before_source,
        "refused_before": list(subject.refused_before),
        "refused_after": list(subject.refused_after),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "rule": change.rule,
        "topic": change.topic,
        "since": change.since,
        "path": change.path,
        "line": change.span.line,
        "column": change.span.column,
        "end_line": change.span.end_line,
        "end_column": change.span.end_column,
        "document": change.document,
        "pointer": change.pointer,
        "message": change.message,
        "help": change.help,
        "example": change.example,
        "witness": change.witness,
        "resources": list(change.resources),
    }
