"""The matrix as JSON, version 1; `schemas/matrix.schema.json` describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.report.medium import Medium
    from auditlint.report.tables.document import Document


def render(document: Document, _medium: Medium) -> str:
    """Return one JSON object with a final newline."""
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"
