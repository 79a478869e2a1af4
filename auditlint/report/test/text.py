"""Results of test files as pytest prints its own: a line for each file, then what does not hold, then the counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.english import counted
from auditlint.report.printable import printable
from auditlint.report.styles import COLORS, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.report.cases import CaseResult, FileResult, Results
    from auditlint.report.medium import Medium

_GREEN = "\x1b[1;32m"
_RED = COLORS["error"]
_ROOM = len(" [100%]")
_MOST_UNCOVERED = 20


def render(results: Results, medium: Medium) -> str:
    """Return dots and letters, failures and errors with their places, rules that no case reaches, and the counts."""
    return "".join(f"{line}\n" for line in _lines(results, medium))


def _lines(results: Results, medium: Medium) -> Iterator[str]:
    yield from _progress(results, medium)
    yield ""
    errors = [file for file in results.files if file.error is not None]
    if errors:
        yield _rule("ERRORS", medium)
        yield from (f"{medium.styled('E', _RED)}   {printable(file.error or '')}" for file in errors)
    if results.failed:
        yield _rule("FAILURES", medium)
        for file in results.files:
            for case in file.failures:
                yield from _failure(file, case, medium)
    yield from _uncovered(results)
    yield medium.styled(_rule(_counts(results), medium), _RED if results.failed or results.errors else _GREEN)


def _progress(results: Results, medium: Medium) -> Iterator[str]:
    total = max(results.passed + results.failed + results.errors, 1)
    done = 0
    for file in results.files:
        done += len(file.cases) or int(file.error is not None)
        letters = "E" if file.error is not None else "".join("." if case.passed else "F" for case in file.cases)
        said = f"{printable(file.path)} {letters}"
        yield said + f"[{done * 100 // total:3}%]".rjust(max(medium.width - width(said), _ROOM))


def _failure(file: FileResult, case: CaseResult, medium: Medium) -> Iterator[str]:
    name = printable(case.name)
    yield medium.styled(f" {name} ".center(medium.width, "_"), _RED)
    if case.shown and case.shown != case.name:
        yield f"    {printable(case.shown)}"
    yield f"{medium.styled('E', _RED)}   {printable(case.message or '')}"
    yield ""
    yield f"{printable(file.path)}:{case.line}: failed"


def _uncovered(results: Results) -> Iterator[str]:
    for file in results.files:
        if file.uncovered:
            shown = [f"{rule.line} (rules[{rule.rule}])" for rule in file.uncovered[:_MOST_UNCOVERED]]
            more = len(file.uncovered) - len(shown)
            rest = f" and {more} more" if more else ""
            number = counted(len(file.uncovered), "rule")
            yield f"{printable(file.path)}: no case reaches {number} of {printable(file.policy or '')}:"
            yield f"    lines {', '.join(shown)}{rest}" if len(file.uncovered) > 1 else f"    line {shown[0]}"


def _counts(results: Results) -> str:
    parts = ((results.failed, "failed"), (results.passed, "passed"))
    said = [f"{number} {word}" for number, word in parts if number]
    said += [counted(results.errors, "error")] if results.errors else []
    return ", ".join(said) or "no cases"


def _rule(text: str, medium: Medium) -> str:
    return f" {text} ".center(medium.width, "=")
