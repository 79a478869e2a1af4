"""The summary of a replay as JSON, version 1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditlint.report.medium import Medium


def render(summary: Mapping[str, Any], _medium: Medium) -> str:
    """Return one JSON object with a final newline."""
    return json.dumps(summary, indent=1) + "\n"
