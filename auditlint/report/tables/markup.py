"""A matrix as plain HTML tables, for pages about more: everybody else's table, then the rows that differ for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.printable import markup
from auditlint.report.tables import grids, methods, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.report.tables.document import Cell, Document
    from auditlint.report.tables.grids import Grid, Shown


def tables(document: Document) -> Iterator[str]:
    """Yield headings and tables; where the level of a cell depends on something, a note says how."""
    notes: dict[str, int] = {}
    groups = methods.columns(document)
    found = grids.of(document, groups, lambda cell: _look(cell, document, notes))
    titles = [methods.title(group, groups) for group in groups]
    base: Grid | None = None
    for grid, identities in found.items():
        yield f"<h3>{markup(words.heading(document, identities))}</h3>"
        resources = [row for row in grid.resources if base is None or row not in base.resources]
        paths = [row for row in grid.paths if base is None or row not in base.paths]
        if base is not None:
            yield "<p>as above, except for:</p>"
        for section in dict.fromkeys(row.section for row in resources):
            yield from _table([row for row in resources if row.section == section], grids.VERBS)
        yield from _table(paths, titles)
        base = base or grid
    yield f"<ol>{''.join(f'<li>{markup(text)}</li>' for text in notes)}</ol>" if notes else ""
    yield from (f"<p>{markup(line)}</p>" for line in words.hidden_lines(document))


def _table(rows: Sequence[Shown], titles: Sequence[str]) -> Iterator[str]:
    if not rows:
        return
    heads = "".join(f'<th scope="col">{markup(title)}</th>' for title in titles)
    yield f'<table class="levels"><thead><tr><th scope="col">{words.SECTIONS[rows[0].section]}</th>{heads}</tr></thead>'
    for row in rows:
        yield f'<tr><th scope="row">{markup(row.name)}</th>{"".join(map(_cell, row.cells))}</tr>'
    yield "</table>"


def _cell(shown: str) -> str:
    level = shown.partition(" ")[0].rstrip(",").lower()
    return f'<td class="{level}">{shown}</td>' if shown else "<td></td>"


def _look(cell: Cell, document: Document, notes: dict[str, int]) -> str:
    level = words.level_of(cell)
    if level == words.MIXED:
        return f"mixed ({notes.setdefault(words.mixed_words(cell, document), len(notes) + 1)})"
    return f"{cell['levels'][0]}, no stage" if level == words.SILENT else level
