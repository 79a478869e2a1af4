"""Judgements as one HTML page that needs nothing else: a heat map by tactic and severity, then every detection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from auditlint.report.detect.text import place
from auditlint.report.detections import VERDICTS, WORDS, summary
from auditlint.report.page import head
from auditlint.report.printable import markup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.report.detections import Judged, Judgements
    from auditlint.report.medium import Medium


def render(found: Judgements, _medium: Medium) -> str:
    """Return the page."""
    return "\n".join((*_head(found), *_map(found), *_list(found), "</main>", "</body>", "</html>")) + "\n"


def _head(found: Judgements) -> Iterator[str]:
    style = Path(__file__).with_name("page.css").read_text("utf-8")
    title = f"What {markup(found.policy.path)} lets detections see"
    yield from head(title, style)
    yield "<body>\n<main>"
    yield f"<h1>{title}</h1>"
    yield f"<p>Kubernetes {found.policy.kubernetes}. {markup(summary(found))}.</p>"
    yield '<ul class="legend" aria-label="Verdicts">'
    for verdict, meaning in VERDICTS.items():
        yield f'<li><span class="swatch {verdict}">{verdict}</span> {meaning}</li>'
    yield "</ul>"


def _map(found: Judgements) -> Iterator[str]:
    """Yield the heat map: each cell has the colour of its worst verdict."""
    severities = found.severities
    heads = "".join(f'<th scope="col">{severity}</th>' for severity in [*severities, "any"])
    yield f'<table><thead><tr><th scope="col">Tactic</th>{heads}</tr></thead><tbody>'
    for tactic in [*found.tactics, None]:
        cells = "".join(_cell(found.cell(tactic, severity)) for severity in [*severities, None])
        yield f'<tr><th scope="row">{markup(tactic or "any tactic")}</th>{cells}</tr>'
    yield "</tbody></table>"
    yield '<p class="quiet">In each cell: how many detections see everything, of how many.</p>'


def _cell(counts: dict[str, int]) -> str:
    if not counts:
        return "<td></td>"
    worst = next(verdict for verdict in VERDICTS if verdict in counts)
    told = ", ".join(f"{number} {WORDS[verdict]}" for verdict, number in counts.items())
    return f'<td class="{worst}" title="{told}">{counts.get("sees", 0)}/{sum(counts.values())}</td>'


def _list(found: Judgements) -> Iterator[str]:
    for verdict, meaning in VERDICTS.items():
        detections = found.of(verdict)
        if detections:
            yield f"<h2>{verdict.capitalize()}: {meaning}</h2>"
            for one in detections:
                yield from _article(one)
    if found.notices:
        yield "<h2>Notices</h2><ul>"
        yield from (f"<li>{markup(notice)}</li>" for notice in found.notices)
        yield "</ul>"


def _article(one: Judged) -> Iterator[str]:
    facts = ", ".join(filter(None, (one.language, one.severity, *one.tactics)))
    yield f'<article class="{one.verdict}"><h3>{markup(one.name)}</h3>'
    yield f'<p class="quiet">{markup(facts)}; {markup(f"{one.path}:{one.line}")}</p>'
    if one.reason:
        yield f"<p>{markup(one.reason)}</p>"
    if one.needs.level:
        yield f"<p>needs {one.needs.level} at {' or '.join(one.needs.stages)}</p>"
    if one.example:
        yield f"<p>such as {markup(one.example)}</p>"
    if one.blinded_by:
        yield f'<p class="quiet">{markup(place(one.blinded_by))}</p>'
    if one.help:
        lines = "\n".join(markup(line) for line in one.help.splitlines())
        yield f"<p>write:</p><pre>{lines}</pre>"
    yield from (f'<p class="quiet">note: {markup(note)}</p>' for note in one.notes)
    yield "</article>"
