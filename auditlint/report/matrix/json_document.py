"""The matrix as JSON, version 1; `schemas/matrix.schema.json` describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.report.matrix.document import Document


def render(document: Document) -> str:
    """Return one JSON object with a final newline."""
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"
