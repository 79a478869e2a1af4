"""The summary of a replay as JSON, version 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlint.report.printable import as_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditlint.report.medium import Medium


def render(summary: Mapping[str, Any], _medium: Medium) -> str:
    """Return one JSON object with a final newline."""
    return as_json(summary)
