"""Results of test files as JUnit XML: a suite for each file, a test for each case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.printable import markup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.report.cases import CaseResult, FileResult, Results
    from auditlint.report.medium import Medium


def render(results: Results, medium: Medium) -> str:
    """Return all suites; a file that cannot be run is one test with an error."""
    return "".join(f"{line}\n" for line in _lines(results, medium))


def _lines(results: Results, medium: Medium) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    tests = results.passed + results.failed + results.errors
    yield f'<testsuites name="auditlint" tests="{tests}" failures="{results.failed}" errors="{results.errors}">'
    for file in results.files:
        yield from _suite(file, medium)
    yield "</testsuites>"


def _suite(file: FileResult, medium: Medium) -> Iterator[str]:
    name, errors = markup(medium.located(file.path)), int(file.error is not None)
    counts = f'tests="{len(file.cases) + errors}" failures="{len(file.failures)}" errors="{errors}" skipped="0"'
    yield f'  <testsuite name="{name}" {counts}>'
    if file.error is not None:
        yield f'    <testcase name="{name}" classname="{name}">'
        yield f'      <error message="{markup(file.error)}"/>'
        yield "    </testcase>"
    for case in file.cases:
        yield from _case(case, name)
    yield "  </testsuite>"


def _case(case: CaseResult, suite: str) -> Iterator[str]:
    head = f'    <testcase name="{markup(case.name)}" classname="{suite}"'
    if case.message is None:
        yield f"{head}/>"
        return
    text = "\n".join(filter(None, (f"line {case.line}: {case.message}", case.shown)))
    yield f"{head}>"
    yield f'      <failure message="{markup(case.message)}">{chr(10).join(map(markup, text.splitlines()))}</failure>'
    yield "    </testcase>"
