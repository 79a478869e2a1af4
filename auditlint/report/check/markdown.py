"""Markdown for a comment on a merge request: the verdict, then file by file what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.printable import markdown, printable, prose
from auditlint.report.words import closing_line, notes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.report.medium import Medium
    from auditlint.report.model import Report

LONGEST = 65_536
"""Characters of a comment that GitHub takes."""
_ROOM = 200
"""Characters kept for what is said of findings that find no room."""
_SIGNS = {"error": "❌", "warning": "⚠️", "info": "ℹ️"}


def render(report: Report, medium: Medium) -> str:
    """Return the findings that are shown, what is refused first; those that find no room in a comment are counted."""
    text = f"### auditlint\n\n{_verdict(report)}\n"
    first_refused = sorted(report.shown, key=lambda finding: not finding.refused)
    for number, finding in enumerate(first_refused):
        entry = "\n" + "\n".join(_entry(finding, medium)) + "\n"
        if len(text) + len(entry) > LONGEST - _ROOM:
            return f"{text}\nand {len(first_refused) - number} more findings, for which there is no room here\n"
        text += entry
    return text


def _verdict(report: Report) -> str:
    return markdown(closing_line(report)[:1].upper() + closing_line(report)[1:]) + "."


def _entry(finding: Finding, medium: Medium) -> Iterator[str]:
    place = f"{medium.located(finding.path)}:{finding.span.line}:{finding.span.column}"
    word = f"{finding.severity.word}, refused" if finding.refused else finding.severity.word
    yield f"- {_SIGNS[finding.severity.word]} **{word}** {markdown(place)} `{finding.rule}`  "
    yield f"  {prose(finding.message)}"
    yield from advice(finding.help)
    yield from (f"  - {prose(note)}" for note in notes(finding, medium))


def advice(help: str) -> Iterator[str]:
    """Yield a help as an item below what it is for, the lines to paste as code; nothing for an empty one."""
    if help:
        sentence, *block = help.split("\n")
        yield f"  - **help:** {prose(sentence)}"
        yield from (f"    {line}" for line in (("```yaml", *map(printable, block), "```") if block else ()))
