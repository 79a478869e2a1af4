"""One module per output format: each has a pure `render` from a Report to text."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.finding import Report

FORMATS = ("text", "full", "json", "github")


def render(report: Report, output_format: str, *, color: bool = False) -> str:
    """Return the report in one of FORMATS; colour is for people, so json and github have none."""
    if output_format in {"text", "full"}:
        if not report.findings:
            return ""
        from auditlint.report import text

        return text.render(report, source=output_format == "full", color=color)
    module = import_module(f"auditlint.report.{output_format}_report")
    rendered: str = module.render(report)
    return rendered
