"""For a person at a terminal: each finding with the line of the file and a caret below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.check import text
from auditlint.report.printable import harmless
from auditlint.report.styles import COLORS, RESET, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Span
    from auditlint.report.medium import Medium
    from auditlint.report.model import Report

LONGEST_LINE = 160


def render(report: Report, medium: Medium) -> str:
    """Return every finding that is not suppressed, each with its related places."""
    return "".join(f"{line}\n" for line in _lines(report, color=medium.color))


def _lines(report: Report, *, color: bool) -> Iterator[str]:
    for finding in report.live:
        for word, path, span, line in text.lines(finding, color=color):
            yield line
            yield from _excerpt(report.lines.get(path, ()), span, COLORS[word] if color else "")


def _excerpt(lines: tuple[str, ...], span: Span, color: str) -> list[str]:
    if not 1 <= span.line <= len(lines):
        return []
    line = lines[span.line - 1]
    number = str(span.line)
    last = span.end_column if span.end_line == span.line else len(line.rstrip()) + 1
    start = _window(span.column)
    shown = "".join(_visible(character) for character in line[start : start + LONGEST_LINE])
    indent = width(line[start : span.column - 1])
    marked = width(line[span.column - 1 : min(last - 1, start + LONGEST_LINE)])
    caret = " " * indent + color + "^" * max(marked, 1) + (RESET if color else "")
    return [f"{number:>5} | {shown.rstrip()}", f"{'':>5} | {caret}"]


def _window(column: int) -> int:
    """Return the first character of a long line to show, so that the marked column is in view."""
    return 0 if column <= LONGEST_LINE - 40 else column - 60


def _visible(character: str) -> str:
    if character == "\t":
        return " "
    return character if harmless(character) else "\N{REPLACEMENT CHARACTER}"
