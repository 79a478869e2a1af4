"""One page that needs nothing else, to read and to print: the verdict, every finding, the matrix of each policy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from auditlint.report.page import head
from auditlint.report.printable import markup, shown_as_it_stands
from auditlint.report.tables.markup import tables
from auditlint.report.words import closing_line, noted, place
from auditlint.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.finding import Finding, Span
    from auditlint.report.medium import Medium
    from auditlint.report.model import Report, SubjectSummary
    from auditlint.report.tables.document import Document

_CODE = re.compile(r"`([^`]+)`")
_AROUND = 2
"""Lines shown before and behind the one that a finding is at."""
_LONGEST_LINE = 400


def render(report: Report, medium: Medium) -> str:
    """Return the page, with the findings that are shown, what is refused first."""
    first_refused = sorted(report.shown, key=lambda finding: not finding.refused)
    parts = (*_head(), *_subjects(report.subjects, medium), "<h2>Findings</h2>")
    articles = (line for finding in first_refused for line in _article(finding, report, medium))
    levels = (line for document in report.tables() for line in _levels(document))
    lines = (*parts, f"<p>{markup(closing_line(report))}</p>", *articles, *levels, "</main>", "</body>", "</html>")
    return "\n".join(lines) + "\n"


def _head() -> Iterator[str]:
    style = Path(__file__).with_name("page.css").read_text("utf-8")
    yield from head(f"auditlint {__version__}", style)
    yield "<body>\n<main>"
    yield "<h1>Kubernetes audit policies and API servers</h1>"


def _subjects(subjects: Sequence[SubjectSummary], medium: Medium) -> Iterator[str]:
    """Yield a table of what the server makes of each thing found."""
    if not subjects:
        return
    yield '<table><thead><tr><th scope="col">File</th><th scope="col">What</th><th scope="col">Kubernetes</th>'
    yield '<th scope="col">Verdict</th></tr></thead><tbody>'
    for subject in subjects:
        where = f"{medium.located(subject.path)}:{subject.line}"
        cells = "".join(f"<td>{markup(cell)}</td>" for cell in (subject.carrier, subject.kubernetes))
        kind = "refused" if subject.refused_by else "starts"
        yield f'<tr><th scope="row">{markup(where)}</th>{cells}<td class="{kind}">{_verdict(subject)}</td></tr>'
    yield "</tbody></table>"


def _verdict(subject: SubjectSummary) -> str:
    if not subject.refused_by:
        return "the policy loads" if subject.policy else "starts"
    if subject.policy:
        return "refused"
    return f"will not start: {', '.join(subject.refused_by)}"


def _article(finding: Finding, report: Report, medium: Medium) -> Iterator[str]:
    word = finding.severity.word
    refused = ' <span class="refused">refused</span>' if finding.refused else ""
    yield f'<article class="{word}"><h3><span class="severity">{word}</span>{refused} {_prose(finding.message)}</h3>'
    where = markup(place(medium.located(finding.path), finding.span))
    yield f'<p class="place">{where} <code>{finding.rule}</code></p>'
    yield from _excerpt(report.lines.get(finding.path, ()), finding.span)
    if finding.example:
        yield f"<p>{_prose(finding.example)}</p>"
    if finding.help:
        sentence, *block = finding.help.split("\n")
        yield f'<p class="help">{_prose(sentence)}</p>'
        if block:
            yield "<pre>{}</pre>".format("\n".join(map(markup, block)))
    if finding.related:
        items = (f"{place(medium.located(note.path), note.span)}: {noted(note)}" for note in finding.related)
        yield f"<ul>{''.join(f'<li>{_prose(item)}</li>' for item in items)}</ul>"
    yield "</article>"


def _levels(document: Document) -> Iterator[str]:
    yield f"<h2>Who is logged at which level: {markup(document['policy']['path'])}</h2>"
    yield from tables(document)


def _prose(text: str) -> str:
    """Return a sentence in which what stands between backquotes is code."""
    return _CODE.sub(r"<code>\1</code>", markup(text))


def _excerpt(lines: tuple[str, ...], span: Span) -> Iterator[str]:
    """Yield the line of a finding with what it marks, and the lines around it."""
    if span.line > len(lines):
        return
    yield "<pre>"
    for number in range(max(span.line - _AROUND, 1), min(span.line + _AROUND, len(lines)) + 1):
        line = shown_as_it_stands(lines[number - 1][:_LONGEST_LINE])
        yield f'<span class="number">{number:>5}</span> {_marked(line, span) if number == span.line else markup(line)}'
    yield "</pre>"


def _marked(line: str, span: Span) -> str:
    first = span.column - 1
    last = span.end_column - 1 if span.end_line == span.line else len(line)
    return f"{markup(line[:first])}<mark>{markup(line[first:last])}</mark>{markup(line[last:])}"
