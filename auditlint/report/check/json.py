"""The JSON report, version 1; `schemas/report.schema.json` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlint.finding import Severity
from auditlint.report.printable import as_json
from auditlint.version import __version__

if TYPE_CHECKING:
    from auditlint.finding import Finding, Fix, Related, Span
    from auditlint.report.medium import Medium
    from auditlint.report.model import PolicyFacts, Reached, Report, SubjectSummary

FORMAT_VERSION = 1


def render(report: Report, _medium: Medium) -> str:
    """Return one JSON object with a final newline."""
    document = {
        "version": FORMAT_VERSION,
        "tool": {"name": "auditlint", "version": __version__},
        "subjects": [_subject(subject) for subject in report.subjects],
        "findings": [_finding(finding) for finding in report.findings],
        "summary": _summary(report),
        "notices": [{"path": notice.path, "line": notice.line, "message": notice.message} for notice in report.notices],
    }
    return as_json(document)


def _summary(report: Report) -> dict[str, int]:
    return {
        "files": report.files,
        "errors": report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "infos": report.count(Severity.INFO),
        "refused": sum(bool(subject.refused_by) for subject in report.subjects),
    }


def _subject(subject: SubjectSummary) -> dict[str, Any]:
    return {
        "kind": subject.kind,
        "path": subject.path,
        "carrier": subject.carrier,
        "document": subject.document,
        "pointer": subject.pointer,
        "line": subject.line,
        "kubernetes": subject.kubernetes,
        "kubernetes_from": subject.kubernetes_from,
        "refused_by": list(subject.refused_by),
        **(_policy(subject.policy) if subject.policy else {}),
    }


def _policy(policy: PolicyFacts) -> dict[str, Any]:
    return {"lenient": policy.lenient, **(_reached(policy.reached) if policy.reached else {})}


def _reached(reached: Reached) -> dict[str, Any]:
    return {"catch_all": reached.catch_all, "rules": [fate._asdict() for fate in reached.rules]}


def _place(path: str, span: Span) -> dict[str, Any]:
    return {
        "path": path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "category": finding.category,
        "severity": finding.severity.word,
        "refused": finding.refused,
        **_place(finding.path, finding.span),
        "document": finding.document,
        "pointer": finding.pointer,
        "message": finding.message,
        "help": finding.help,
        "example": finding.example,
        "related": [_related(related) for related in finding.related],
        "witness": finding.witness,
        "fix": _fix(finding.fix) if finding.fix and finding.fix.edits else None,
        "suppressed": None if finding.suppressed is None else finding.suppressed._asdict(),
        **({"controls": list(finding.controls)} if finding.controls else {}),
    }


def _related(related: Related) -> dict[str, Any]:
    return {**_place(related.path, related.span), "message": related.message, "rule": related.rule}


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{**_place(edit.path, edit.span), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "applicability": "safe" if fix.safe else "unsafe", "edits": edits}
