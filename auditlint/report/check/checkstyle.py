"""The XML of Checkstyle, which many servers and bots read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.printable import markup
from auditlint.report.words import notes, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.report.medium import Medium
    from auditlint.report.model import Report


def render(report: Report, medium: Medium) -> str:
    """Return the findings that are shown, file by file, paths as seen from the repository's root."""
    return "".join(f"{line}\n" for line in _lines(report, medium))


def _lines(report: Report, medium: Medium) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<checkstyle version="4.3">'
    for path in dict.fromkeys(finding.path for finding in report.shown):
        yield f'  <file name="{markup(medium.located(path))}">'
        yield from (_error(finding, medium) for finding in report.shown if finding.path == path)
        yield "  </file>"
    yield "</checkstyle>"


def _error(finding: Finding, medium: Medium) -> str:
    attributes = {
        "line": finding.span.line,
        "column": finding.span.column,
        "severity": finding.severity.word,
        "message": ". ".join((" ".join(whole(finding)), *notes(finding, medium))),
        "source": f"auditlint.{finding.rule}",
    }
    written = (f'{name}="{markup(str(value))}"' for name, value in attributes.items())
    return f"    <error {' '.join(written)}/>"
