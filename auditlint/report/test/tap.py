"""Results of test files as TAP 13: one plan over all files, a file that cannot be run is one test that fails."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from auditlint.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.report.cases import FileResult, Results
    from auditlint.report.medium import Medium


def render(results: Results, _medium: Medium) -> str:
    """Return the plan, then a line for each test, and what does not hold as diagnostics."""
    total = results.passed + results.failed + results.errors
    numbers = count(1)
    lines = [line for file in results.files for line in _file(file, numbers)]
    return "".join(f"{line}\n" for line in ("TAP version 13", f"1..{total}", *lines))


def _file(file: FileResult, numbers: Iterator[int]) -> Iterator[str]:
    if file.error is not None:
        yield f"not ok {next(numbers)} - {_name(file.path)}"
        yield f"# {printable(file.error)}"
    for case in file.cases:
        yield f"{'ok' if case.passed else 'not ok'} {next(numbers)} - {_name(case.name)}"
        if case.message is not None:
            yield f"# {printable(f'{file.path}:{case.line}: {case.message}')}"


def _name(name: str) -> str:
    """Return a name in which nothing is a directive, and which begins with no number."""
    return re.sub(r"([\\#])", r"\\\1", printable(name))
