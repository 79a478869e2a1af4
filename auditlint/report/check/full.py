"""For a person at a terminal: what keeps a server from starting first, each finding with its lines of the file."""

from __future__ import annotations

import re
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from auditlint.report import words
from auditlint.report.printable import printable, shown_as_it_stands
from auditlint.report.styles import BOLD, COLORS, DIM, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding, Span
    from auditlint.report.medium import Medium
    from auditlint.report.model import Report

_GUTTER = 8
"""Columns before the text of a line: its number and a bar."""
_NARROWEST = 40
_CODE = re.compile(r"`[^`]*`")
_GLUE = "\N{NO-BREAK SPACE}"
"""Stands for the blanks of a command while its sentence is wrapped: a broken line could not be pasted."""


class _Mark(NamedTuple):
    """A place to show: what to draw below its characters, and in which colour."""

    path: str
    span: Span
    sign: str
    color: str


def render(report: Report, medium: Medium) -> str:
    """Return every finding that is shown, with a blank line between them."""
    first_refused = sorted(report.shown, key=lambda finding: not finding.refused)
    return "\n".join("".join(f"{line}\n" for line in _lines(finding, report, medium)) for finding in first_refused)


def _lines(finding: Finding, report: Report, medium: Medium) -> Iterator[str]:
    word = finding.severity.word
    yield from _wrapped(f"{word}[{finding.rule}]:", COLORS[word], finding.message, medium, indent="")
    marks = [_Mark(finding.path, finding.span, "^", COLORS[word])]
    marks += [_Mark(note.path, note.span, "-", COLORS["note"]) for note in finding.related]
    for path in dict.fromkeys(mark.path for mark in marks):
        yield from _excerpt(report.lines.get(path, ()), [mark for mark in marks if mark.path == path], medium)
    if finding.example:
        yield from _wrapped("example:", BOLD, finding.example, medium)
    if finding.help:
        sentence, *block = finding.help.split("\n")
        yield from _wrapped("help:", BOLD, sentence, medium)
        yield from (f"    {printable(line)}" for line in block)  # to be pasted: whole, however long
    for note in finding.related:
        where = "" if note[:2] == (finding.path, finding.span) else f"{_where(note.path, note.span, finding.path)}: "
        yield from _wrapped("note:", BOLD, f"{where}{words.noted(note)}", medium)


def _where(path: str, span: Span, home: str) -> str:
    return f"line {span.line}" if path == home else words.place(path, span)


def _wrapped(label: str, style: str, text: str, medium: Medium, indent: str = "  ") -> Iterator[str]:
    """Yield a sentence behind its label, in lines that fit; what stands between backquotes is not broken."""
    glued = _CODE.sub(lambda match: match[0].replace(" ", _GLUE), printable(text))
    columns = max(medium.width, _NARROWEST)
    lines = wrap(
        f"{label} {glued}",
        columns,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    first, *rest = (line.replace(_GLUE, " ") for line in lines)
    yield first.replace(label, medium.styled(label, style), 1)
    yield from rest


def _excerpt(lines: tuple[str, ...], marks: list[_Mark], medium: Medium) -> Iterator[str]:
    """Yield the place of the first mark, then each marked line of the file once, with its marks below it."""
    yield "  " + medium.styled(printable(words.place(marks[0].path, marks[0].span)), DIM)
    numbers = sorted({mark.span.line for mark in marks if mark.span.line <= len(lines)})
    for before, number in zip([0, *numbers], numbers, strict=False):
        if before and number > before + 1:
            yield f"{'...':>5}"
        yield from _marked(lines[number - 1], [mark for mark in marks if mark.span.line == number], medium)


def _marked(line: str, marks: list[_Mark], medium: Medium) -> Iterator[str]:
    """Yield a line of the file and the marks below it; of a long line the part around the first mark."""
    room = max(medium.width, _NARROWEST) - _GUTTER
    start = 0 if len(line) <= room else max(0, min(marks[0].span.column - 1 - room // 3, len(line) - room))
    shown = shown_as_it_stands(line[start : start + room])
    yield f"{marks[0].span.line:>5} | {shown.rstrip()}"
    below = [(" ", "")] * (width(shown) + 1)
    for mark in reversed(marks):
        last = mark.span.end_column if mark.span.end_line == mark.span.line else len(line.rstrip()) + 1
        first = width(shown[: max(mark.span.column - 1 - start, 0)])
        cells = max(width(shown[: max(last - 1 - start, 0)]) - first, 1)
        below[first : first + cells] = [(mark.sign, mark.color)] * cells
    drawn = (medium.styled(len(list(same)) * sign, color) for (sign, color), same in groupby(below))
    yield f"{'':>5} | {''.join(drawn).rstrip()}"
