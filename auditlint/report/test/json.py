"""Results of test files as JSON, version 1; `schemas/test-results.schema.json` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlint.report.eval.json import spelled
from auditlint.report.printable import as_json

if TYPE_CHECKING:
    from auditlint.report.cases import CaseResult, FileResult, Results
    from auditlint.report.medium import Medium

FORMAT_VERSION = 1


def render(results: Results, _medium: Medium) -> str:
    """Return one JSON object with a final newline."""
    document = {
        "version": FORMAT_VERSION,
        "files": [_file(file) for file in results.files],
        "summary": {"passed": results.passed, "failed": results.failed, "errors": results.errors},
    }
    return as_json(document)


def _file(file: FileResult) -> dict[str, Any]:
    return {
        "path": file.path,
        "policy": file.policy,
        "error": file.error,
        "cases": [_case(case) for case in file.cases],
        "uncovered": [rule._asdict() for rule in file.uncovered],
    }


def _case(case: CaseResult) -> dict[str, Any]:
    return {
        "name": case.name,
        "line": case.line,
        "outcome": case.outcome,
        "message": case.message,
        "got": case.got and spelled(case.got),
        "counterexample": case.counterexample,
    }
