"""The diagnostic format of reviewdog: https://github.com/reviewdog/reviewdog/tree/master/proto/rdf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlint.report.printable import as_json, printable
from auditlint.report.words import noted, whole

if TYPE_CHECKING:
    from auditlint.finding import Finding, Span
    from auditlint.report.medium import Medium
    from auditlint.report.model import Report

SEVERITIES = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}


def render(report: Report, medium: Medium) -> str:
    """Return the findings that are shown; columns count the bytes of UTF-8, as this format has it."""
    diagnostics = [_diagnostic(finding, report, medium) for finding in report.shown]
    return as_json({"source": {"name": "auditlint"}, "diagnostics": diagnostics})


def _diagnostic(finding: Finding, report: Report, medium: Medium) -> dict[str, Any]:
    example = f"\n{printable(finding.example)}" if finding.example else ""
    diagnostic: dict[str, Any] = {
        "message": "\n".join(map(printable, whole(finding))) + example,
        "location": _location(finding.path, finding.span, report, medium),
        "severity": SEVERITIES[finding.severity.word],
        "code": {"value": finding.rule},
        "relatedLocations": [
            {"message": printable(noted(note)), "location": _location(note.path, note.span, report, medium)}
            for note in finding.related
        ],
    }
    edits = finding.fix.edits if finding.fix else ()
    if edits and {edit.path for edit in edits} == {finding.path}:
        diagnostic["suggestions"] = [
            {"range": _range(edit.span, report.lines.get(edit.path, ())), "text": edit.text} for edit in edits
        ]
    return diagnostic


def _location(path: str, span: Span, report: Report, medium: Medium) -> dict[str, Any]:
    return {"path": medium.located(path), "range": _range(span, report.lines.get(path, ()))}


def _range(span: Span, lines: tuple[str, ...]) -> dict[str, Any]:
    return {
        "start": {"line": span.line, "column": _byte(lines, span.line, span.column)},
        "end": {"line": span.end_line, "column": _byte(lines, span.end_line, span.end_column)},
    }


def _byte(lines: tuple[str, ...], line: int, column: int) -> int:
    """Return a column in bytes, from 1."""
    before = lines[line - 1][: column - 1] if line <= len(lines) else ""
    return column + len(before.encode("utf-8", "surrogatepass")) - len(before)
