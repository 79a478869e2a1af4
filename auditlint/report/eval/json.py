"""The decision on one request as JSON, with the keys that `replay --format jsonl` has for each event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.printable import as_json

if TYPE_CHECKING:
    from auditlint.report.explained import Decided, Explained
    from auditlint.report.medium import Medium


def render(explained: Explained, _medium: Medium) -> str:
    """Return one JSON object with a final newline."""
    return as_json({"event": explained.event, **spelled(explained.decided)})


def spelled(decided: Decided) -> dict[str, object]:
    """Return a decision with its keys."""
    return {
        "rule": decided.rule,
        "pointer": decided.pointer,
        "path": decided.path,
        "line": decided.line,
        "level": decided.level,
        "omitStages": list(decided.omit_stages),
        "omitManagedFields": decided.omit_managed_fields,
    }
