"""The matrix as Markdown for GitHub: everybody else's table, the rows that differ for others, and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.report.printable import markdown
from auditlint.report.tables import grids, methods, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.report.medium import Medium
    from auditlint.report.tables.document import Cell, Document
    from auditlint.report.tables.grids import Grid, Shown


class _Headings(NamedTuple):
    """The names of the columns."""

    resources: tuple[str, ...]
    paths: tuple[str, ...]


def render(document: Document, _medium: Medium) -> str:
    """Return headings and tables; with an older policy, of the cells that have changed."""
    notes: dict[str, int] = {}
    groups = methods.columns(document)
    headings = _Headings(grids.VERBS, tuple(methods.title(group, groups) for group in groups))
    found = grids.of(document, groups, lambda cell: _look(cell, document, notes))
    base = next(iter(found), None)
    lines = [*_head(document)]
    for grid, identities in found.items():
        lines += [f"## {markdown(words.heading(document, identities))}", ""]
        lines += _tables(grid, headings) if grid == base or document["against"] else _difference(grid, base, headings)
    lines += [f"{number}. {markdown(text)}" for text, number in notes.items()]
    lines += [f"\n{line}" for line in words.hidden_lines(document)]
    return "\n".join(lines).rstrip() + "\n"


def _head(document: Document) -> Iterator[str]:
    yield f"# Who is logged at which level: {markdown(words.policy_line(document['policy']))}"
    yield ""
    if document["against"]:
        yield from (f"Compared with {markdown(words.policy_line(document['against']))}.", "")
    if document["namespace"] is not None:
        yield from (markdown(f"{words.namespace_line(document).capitalize()}."), "")


def _difference(grid: Grid, base: Grid | None, headings: _Headings) -> Iterator[str]:
    """Yield the rows that are not as in everybody else's table."""
    if base is not None:
        yield from ("As above, except for:", "")
        grid = grid._replace(
            resources=tuple(row for row in grid.resources if row not in base.resources),
            paths=tuple(row for row in grid.paths if row not in base.paths),
        )
    yield from _tables(grid, headings)


def _tables(grid: Grid, headings: _Headings) -> Iterator[str]:
    if not grid.resources and not grid.paths:
        yield from ("No cell differs.", "")
    for section in dict.fromkeys(row.section for row in grid.resources):
        yield from _table([row for row in grid.resources if row.section == section], headings.resources)
    if grid.paths:
        yield from _table(grid.paths, headings.paths)


def _table(rows: Sequence[Shown], headings: Sequence[str]) -> Iterator[str]:
    yield f"| {words.SECTIONS[rows[0].section]} | {' | '.join(headings)} |"
    yield "|---" * (len(headings) + 1) + "|"
    for row in rows:
        yield f"| {markdown(row.name)} | {' | '.join(map(markdown, row.cells))} |"
    yield ""


def _look(cell: Cell, document: Document, notes: dict[str, int]) -> str:
    level = words.level_of(cell)
    changes = {words.change_words(case) for case in cell["cases"]}
    if level == words.SILENT and document["against"] is None:
        return f"{cell['levels'][0]}, no stage"
    if cell["exact"] and len(changes) == 1 and not cell["more_cases"] and (level != words.MIXED or document["against"]):
        return changes.pop()
    text = words.mixed_words(cell, document)
    return f"mixed ({notes.setdefault(text, len(notes) + 1)})"
