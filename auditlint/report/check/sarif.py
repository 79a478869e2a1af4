"""SARIF 2.1.0, with what GitHub reads of it: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from auditlint.report.fingerprints import fingerprints
from auditlint.report.printable import as_json
from auditlint.report.words import noted, whole
from auditlint.version import __version__

if TYPE_CHECKING:
    from auditlint.finding import Edit, Finding, Fix, Notice, Span, Suppressed
    from auditlint.report.medium import Medium
    from auditlint.report.model import Report, RuleSummary

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_ROOT = "%SRCROOT%"


def render(report: Report, medium: Medium) -> str:
    """Return one run with all findings, the suppressed ones too."""
    rules = {rule.name: index for index, rule in enumerate(report.rules)}
    results = [
        _result(finding, rules, fingerprint, medium)
        for finding, fingerprint in zip(report.findings, fingerprints(report.findings, report.lines), strict=True)
    ]
    driver = {"name": "auditlint", "version": __version__, "rules": [_rule(rule) for rule in report.rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, medium)],
        "results": results,
    }
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: RuleSummary) -> dict[str, Any]:
    page = rule.page()
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": " ".join(page.partition("\n\n")[2].partition("\n\n")[0].split())},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": LEVELS[rule.severity.word]},
        "properties": {"tags": [rule.category]},
    }


def _invocation(report: Report, medium: Medium) -> dict[str, Any]:
    notices = [_notification(notice, "note", medium) for notice in report.notices]
    notices += [_notification(notice, "error", medium) for notice in (*report.failed, *report.crashed)]
    successful = not report.failed and not report.crashed
    return {"executionSuccessful": successful, "toolExecutionNotifications": notices}


def _notification(notice: Notice, level: str, medium: Medium) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(notice.path, medium)}
    if notice.line is not None:
        place["region"] = {"startLine": notice.line}
    return {"level": level, "message": {"text": notice.message}, "locations": [{"physicalLocation": place}]}


def _result(finding: Finding, rules: dict[str, int], fingerprint: str, medium: Medium) -> dict[str, Any]:
    example = f"\n{finding.example}" if finding.example else ""
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rules[finding.rule],
        "level": LEVELS[finding.severity.word],
        "message": {"text": "\n".join(whole(finding)) + example},
        "locations": [{"physicalLocation": _place(finding.path, finding.span, medium)}],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
        "properties": {"refused": finding.refused, "pointer": finding.pointer, "document": finding.document},
    }
    if finding.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "physicalLocation": _place(note.path, note.span, medium),
                "message": {"text": noted(note)},
            }
            for number, note in enumerate(finding.related)
        ]
    if finding.fix and finding.fix.edits:
        result["fixes"] = [_fix(finding.fix, medium)]
    if finding.suppressed:
        result["suppressions"] = [_suppression(finding.suppressed)]
    return result


def _place(path: str, span: Span, medium: Medium) -> dict[str, Any]:
    return {"artifactLocation": _artifact(path, medium), "region": _region(span)}


def _artifact(path: str, medium: Medium) -> dict[str, Any]:
    """Return a file as a URI: relative to the repository's root, so that it is the same on every machine."""
    uri = quote(os.fsencode(medium.located(path)))
    return {"uri": uri} if uri.startswith("/") else {"uri": uri, "uriBaseId": _ROOT}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _fix(fix: Fix, medium: Medium) -> dict[str, Any]:
    changes: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        changes.setdefault(edit.path, []).append(edit)
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path, medium),
                "replacements": [
                    {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}} for edit in edits
                ],
            }
            for path, edits in changes.items()
        ],
    }


def _suppression(suppressed: Suppressed) -> dict[str, str]:
    kind = "inSource" if suppressed.by == "comment" else "external"
    return {"kind": kind, "justification": suppressed.reason} if suppressed.reason else {"kind": kind}
