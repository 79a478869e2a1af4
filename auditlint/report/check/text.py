"""GNU style, one line a finding, which most editors jump to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.printable import printable
from auditlint.report.styles import BOLD, COLORS, DIM, RESET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding, Span
    from auditlint.report.medium import Medium
    from auditlint.report.model import Report


def render(report: Report, medium: Medium) -> str:
    """Return every finding that is not suppressed, each with its related places."""
    return "".join(f"{line}\n" for finding in report.live for _, _, _, line in lines(finding, color=medium.color))


def said(finding: Finding) -> str:
    """Return the message, and behind it what to write instead."""
    return f"{finding.message}. {finding.help}" if finding.help else finding.message


def lines(finding: Finding, *, color: bool) -> Iterator[tuple[str, str, Span, str]]:
    """Yield the lines of a finding and of its related places, each with its word, file and span."""
    word, path, span = finding.severity.word, finding.path, finding.span
    yield word, path, span, _line(path, span, word, said(finding), finding.rule, color=color)
    if finding.example:
        yield "note", path, span, _line(path, span, "note", finding.example, None, color=color)
    for note in finding.related:
        yield "note", note.path, note.span, _line(note.path, note.span, "note", note.message, note.rule, color=color)


def _line(path: str, span: Span, word: str, message: str, rule: str | None, *, color: bool) -> str:
    place, tail = f"{printable(path)}:{span.line}:{span.column}:", f" [{rule}]" if rule else ""
    if not color:
        return f"{place} {word}: {printable(message)}{tail}"
    dim = f"{DIM}{tail}{RESET}" if tail else ""
    return f"{BOLD}{place}{RESET} {COLORS[word]}{word}:{RESET} {printable(message)}{dim}"
