"""GNU style, one line a finding; with `source`, the line of the file and a caret below it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.finding import Finding, Report, Span

RESET = "\x1b[0m"
BOLD = "\x1b[1m"
COLORS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "info": "\x1b[1;36m", "note": "\x1b[1;34m"}
LONGEST_LINE = 160


def render(report: Report, *, source: bool = False, color: bool = False) -> str:
    """Return every finding that is not suppressed, each with its related places."""
    shown = (finding for finding in report.findings if finding.suppressed is None)
    return "".join(_finding(finding, report, source=source, color=color) for finding in shown)


def said(finding: Finding) -> str:
    """Return the message, and behind it what to write instead."""
    return f"{finding.message}. {finding.help}" if finding.help else finding.message


def printable(text: str) -> str:
    """Return text with control characters escaped, so that no file can drive the terminal that shows it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _harmless(character) else _escape(character) for character in text)


def _harmless(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _finding(finding: Finding, report: Report, *, source: bool, color: bool) -> str:
    word = finding.severity.word
    tail = f" [{finding.rule}]"
    lines = [_line(finding.path, finding.span, word, said(finding), tail, color=color)]
    if finding.example:
        lines.append(_line(finding.path, finding.span, "note", finding.example, "", color=color))
    if source:
        lines += _excerpt(report.lines.get(finding.path, ()), finding.span, COLORS[word] if color else "")
    for related in finding.related:
        from_rule = f" [{related.rule}]" if related.rule else ""
        lines.append(_line(related.path, related.span, "note", related.message, from_rule, color=color))
        if source:
            lines += _excerpt(report.lines.get(related.path, ()), related.span, COLORS["note"] if color else "")
    return "\n".join(lines) + "\n"


def _line(path: str, span: Span, word: str, message: str, tail: str, *, color: bool) -> str:
    place = f"{printable(path)}:{span.line}:{span.column}:"
    if not color:
        return f"{place} {word}: {printable(message)}{tail}"
    dim = f"\x1b[2m{tail}{RESET}" if tail else ""
    return f"{BOLD}{place}{RESET} {COLORS[word]}{word}:{RESET} {printable(message)}{dim}"


def _excerpt(lines: tuple[str, ...], span: Span, color: str) -> list[str]:
    if not 1 <= span.line <= len(lines):
        return []
    line = lines[span.line - 1]
    number = str(span.line)
    last = span.end_column if span.end_line == span.line else len(line.rstrip()) + 1
    start = _window(span.column)
    shown = "".join(_visible(character) for character in line[start : start + LONGEST_LINE])
    indent = sum(_width(character) for character in line[start : span.column - 1])
    marked = sum(_width(character) for character in line[span.column - 1 : min(last - 1, start + LONGEST_LINE)])
    caret = " " * indent + color + "^" * max(marked, 1) + (RESET if color else "")
    return [f"{number:>5} | {shown.rstrip()}", f"{'':>5} | {caret}"]


def _window(column: int) -> int:
    """Return the first character of a long line to show, so that the marked column is in view."""
    return 0 if column <= LONGEST_LINE - 40 else column - 60


def _visible(character: str) -> str:
    if character == "\t":
        return " "
    return character if _harmless(character) else "\N{REPLACEMENT CHARACTER}"


def _width(character: str) -> int:
    """Return the terminal cells a character takes; tabs and control characters are shown as one."""
    if character.isascii():
        return 1
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
