"""Workflow commands of GitHub Actions, which show as annotations on the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.check.text import said

if TYPE_CHECKING:
    from auditlint.finding import Finding
    from auditlint.report.medium import Medium
    from auditlint.report.model import Report

COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report, _medium: Medium) -> str:
    """Return one workflow command a finding that is not suppressed."""
    return "".join(_command(finding) for finding in report.live)


def _command(finding: Finding) -> str:
    span = finding.span
    properties = {"file": finding.path, "line": span.line, "endLine": max(span.end_line, span.line)}
    if span.end_line == span.line:
        # GitHub drops an annotation that has columns on a range of several lines.
        properties |= {"col": span.column, "endColumn": span.end_column}
    properties["title"] = finding.rule
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{COMMANDS[finding.severity.word]} {listed}::{_data(said(finding))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
