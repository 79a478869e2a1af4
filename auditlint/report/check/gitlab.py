"""The Code Quality report of GitLab: https://docs.gitlab.com/ci/testing/code_quality/."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from auditlint.report.fingerprints import fingerprints
from auditlint.report.printable import as_json, printable
from auditlint.report.words import notes, whole

if TYPE_CHECKING:
    from auditlint.finding import Finding
    from auditlint.report.medium import Medium
    from auditlint.report.model import Report

SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}


def render(report: Report, medium: Medium) -> str:
    """Return a list with an entry for each finding that is shown, paths as seen from the repository's root."""
    marks = fingerprints(report.shown, report.lines)
    return as_json([_entry(*pair, medium) for pair in zip(report.shown, marks, strict=True)])


def _entry(finding: Finding, fingerprint: str, medium: Medium) -> dict[str, Any]:
    path = medium.located(finding.path)
    return {
        "description": "\n".join(map(printable, (*whole(finding), *notes(finding, medium)))),
        "check_name": finding.rule,
        "fingerprint": hashlib.sha256(f"{path}\0{fingerprint}".encode("utf-8", "surrogatepass")).hexdigest(),
        "severity": "blocker" if finding.refused else SEVERITIES[finding.severity.word],
        "location": {"path": path, "lines": {"begin": finding.span.line, "end": finding.span.end_line}},
    }
