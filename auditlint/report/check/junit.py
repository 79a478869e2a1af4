"""JUnit XML, as servers of CI read it: a suite for each file, a failed test for each finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.printable import markup
from auditlint.report.words import block, notes, place, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.finding import Finding
    from auditlint.report.medium import Medium
    from auditlint.report.model import Report


def render(report: Report, medium: Medium) -> str:
    """Return the findings that are shown; a policy or an apiserver without any is a test that passes."""
    return "".join(f"{line}\n" for line in _lines(report, medium))


def _lines(report: Report, medium: Medium) -> Iterator[str]:
    suites: dict[str, list[Finding]] = {subject.path: [] for subject in report.subjects}
    for finding in report.shown:
        suites.setdefault(finding.path, []).append(finding)
    tests = sum(max(len(found), 1) for found in suites.values())
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<testsuites name="auditlint" tests="{tests}" failures="{len(report.shown)}" errors="0">'
    for path, found in sorted(suites.items()):
        yield from _suite(medium.located(path), found, medium)
    yield "</testsuites>"


def _suite(path: str, found: Sequence[Finding], medium: Medium) -> Iterator[str]:
    name, tests = markup(path), max(len(found), 1)
    yield f'  <testsuite name="{name}" tests="{tests}" failures="{len(found)}" errors="0" skipped="0">'
    if not found:
        yield f'    <testcase name="no findings" classname="{name}"/>'
    for finding in found:
        where = place(path, finding.span)
        lines = (f"{where}: {said(finding)} [{finding.rule}]", *block(finding), *notes(finding, medium))
        yield f'    <testcase name="{markup(f"{finding.rule} {where}")}" classname="{name}">'
        yield f'      <failure type="{finding.severity.word}" message="{markup(finding.message)}">'
        yield "\n".join(map(markup, lines)) + "</failure>"
        yield "    </testcase>"
    yield "  </testsuite>"
