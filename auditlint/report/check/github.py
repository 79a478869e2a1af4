"""Workflow commands of GitHub Actions, which show as annotations on the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.printable import printable
from auditlint.report.words import block, notes, place, said

if TYPE_CHECKING:
    from auditlint.finding import Finding
    from auditlint.report.medium import Medium
    from auditlint.report.model import Report

COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report, medium: Medium) -> str:
    """Return one workflow command for each finding that is shown, paths as seen from the repository's root.

    The message says place and rule too: the log of a run shows nothing else.
    """
    return "".join(_command(finding, medium) for finding in report.shown)


def _command(finding: Finding, medium: Medium) -> str:
    span = finding.span
    path = medium.located(finding.path)
    properties = {"file": path, "line": span.line, "endLine": max(span.end_line, span.line)}
    if span.end_line == span.line:
        # GitHub drops an annotation that has columns on a range of several lines.
        properties |= {"col": span.column, "endColumn": span.end_column}
    properties["title"] = finding.rule
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    lines = (f"{place(path, span)}: {said(finding)} [{finding.rule}]", *block(finding), *notes(finding, medium))
    return f"::{COMMANDS[finding.severity.word]} {listed}::{'%0A'.join(map(_data, lines))}\n"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
