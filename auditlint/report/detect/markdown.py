"""Judgements as Markdown: the table by tactic and severity, then a table for each verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.detect.text import place
from auditlint.report.detections import VERDICTS, summary
from auditlint.report.printable import markdown, printable, row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.report.detections import Judged, Judgements
    from auditlint.report.medium import Medium


def render(found: Judgements, _medium: Medium) -> str:
    """Return a heading, the tables and the notices."""
    return "".join(f"{line}\n" for line in _lines(found))


def _lines(found: Judgements) -> Iterator[str]:
    yield f"# What {markdown(found.policy.path)} lets detections see (Kubernetes {found.policy.kubernetes})"
    yield ""
    yield f"{summary(found)}."
    yield ""
    severities = found.severities
    yield f"| sees all / detections | {' | '.join([*severities, 'any'])} |"
    yield "|---" * (len(severities) + 2) + "|"
    for tactic in [*found.tactics, None]:
        cells = [_cell(found.cell(tactic, severity)) for severity in [*severities, None]]
        yield f"| {markdown(tactic or 'any tactic')} | {' | '.join(cells)} |"
    for verdict, meaning in VERDICTS.items():
        detections = found.of(verdict)
        if detections:
            yield ""
            yield f"## {verdict.capitalize()}: {meaning}"
            yield ""
            yield from _of_verdict(verdict, detections)
    if found.notices:
        yield ""
        yield from (f"- {markdown(notice)}" for notice in found.notices)


def _cell(counts: dict[str, int]) -> str:
    return f"{counts.get('sees', 0)}/{sum(counts.values())}" if counts else "–"


def _of_verdict(verdict: str, detections: list[Judged]) -> Iterator[str]:
    unseen = verdict in {"blind", "partly"}
    columns = ["detection", "severity", "tactics", "needs" if verdict == "sees" else "why"]
    columns += ["such as", "rule"] if unseen else []
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    for one in detections:
        why = one.needs.level if verdict == "sees" else one.reason
        cells = [f"{one.name} ({one.language})", one.severity or "", ", ".join(one.tactics), why or ""]
        if unseen:
            cells += [one.example or "", place(one.blinded_by) if one.blinded_by else ""]
        yield row(cells)
    for one in detections:
        if one.help:
            yield ""
            yield f"{markdown(one.name)}: write"
            yield ""
            lines = (printable(line).replace("```", "` ` `") for line in one.help.splitlines())
            yield from ("```yaml", *lines, "```")
