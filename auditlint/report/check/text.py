"""GNU style, one line a finding, which most editors jump to; notes and what is to be pasted are lines of that form."""

from __future__ import annotations

from auditlint.report.printable import printable
from auditlint.report.styles import BOLD, COLORS, DIM, RESET
from auditlint.report.words import block, said
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding, Span
    from auditlint.report.medium import Medium
    from auditlint.report.model import Report


def render(report: Report, medium: Medium) -> str:
    """Return a line for each finding that is shown, and one for each line to paste and each of its notes."""
    return "".join(f"{line}\n" for finding in report.shown for line in _lines(finding, color=medium.color))


def _lines(finding: Finding, *, color: bool) -> Iterator[str]:
    path, span = finding.path, finding.span
    yield _line(path, span, finding.severity.word, said(finding), finding.rule, color=color)
    for line in block(finding):
        yield _line(path, span, "note", line, None, color=color)
    if finding.example:
        yield _line(path, span, "note", finding.example, None, color=color)
    for note in finding.related:
        yield _line(note.path, note.span, "note", note.message, note.rule, color=color)


def _line(path: str, span: Span, word: str, message: str, rule: str | None, *, color: bool) -> str:
    place, tail = f"{printable(path)}:{span.line}:{span.column}:", f" [{rule}]" if rule else ""
    if not color:
        return f"{place} {word}: {printable(message)}{tail}"
    return f"{BOLD}{place}{RESET} {COLORS[word]}{word}:{RESET} {printable(message)}{DIM}{tail}{RESET}"
