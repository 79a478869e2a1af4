"""The matrix as JSON, version 1; `schemas/matrix.schema.json` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.printable import as_json

if TYPE_CHECKING:
    from auditlint.report.medium import Medium
    from auditlint.report.tables.document import Document


def render(document: Document, _medium: Medium) -> str:
    """Return one JSON object with a final newline."""
    return as_json(document)
