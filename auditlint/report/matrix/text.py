"""The matrix for a terminal, 80 columns wide: everybody else's table, then what is different for whom."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from textwrap import wrap
from typing import TYPE_CHECKING

from auditlint.report.printable import printable
from auditlint.report.styles import BOLD, RESET
from auditlint.report.tables import grids, methods, words
from auditlint.report.tables.grids import VERBS, Grid, Shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from auditlint.report.medium import Medium
    from auditlint.report.tables.document import Cell, Document, Identity, Table
    from auditlint.report.tables.methods import Methods

WIDTH = 80
LONGEST_NAME = 31
"""Longer names stand on a line of their own: with the cells of a resource they would not fit."""
SHORT = {"None": "None", "Metadata": "Meta", "Request": "Req", "RequestResponse": "Resp"}
COLORS = {"None": "\x1b[2m", "Meta": "\x1b[36m", "Req": "\x1b[33m", "Resp": "\x1b[35m"}
NOTE = "\x1b[1m"
_HEADINGS = {"deletecollection": "coll"}
_LEGEND = "None: nothing  Meta: Metadata  Req: Request  Resp: RequestResponse"
_MIXED_LEGEND = "  [1]: mixed"
_MOST_NOTED = 4
"""So many namespaces or names a note lists."""
_UNIFORM = 3
"""So many cells of one level are said in words, not shown."""


_INDENT = 8
_UNCHANGED = "unchanged"
_Place = tuple[str, str]
"""The name of a row, and a verb."""
_Paint = Callable[[str, str], str]
"""Gives text a style, or leaves it as it is."""


class _Notes:
    """What is said below the tables of cells whose level depends on something, each once."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def mark(self, text: str) -> str:
        if text not in self.texts:
            self.texts.append(text)
        return f"[{self.texts.index(text) + 1}]"


def render(document: Document, medium: Medium) -> str:
    """Return the tables, or with an older policy the changes, with notes on what depends on namespace or name."""
    paint = _painted if medium.color else _plain
    notes = _Notes()
    body = list(_changes(document, notes, paint) if document["against"] else _tables(document, notes, paint))
    lines = [*_head(document, notes, paint), *body, *_below(document, notes)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _plain(text: str, style: str) -> str:  # noqa: ARG001
    return text


def _painted(text: str, style: str) -> str:
    return f"{style}{text}{RESET}" if text.strip() and style else text


def _head(document: Document, notes: _Notes, paint: _Paint) -> Iterator[str]:
    yield paint(printable(words.policy_line(document["policy"])), BOLD)
    if document["against"]:
        yield paint(f"compared with {printable(words.policy_line(document['against']))}", BOLD)
    if document["namespace"] is not None:
        yield from wrap(printable(words.namespace_line(document)), WIDTH, break_on_hyphens=False)
    if not document["against"]:
        yield _LEGEND + _MIXED_LEGEND * bool(notes.texts)


def _below(document: Document, notes: _Notes) -> Iterator[str]:
    if notes.texts:
        yield ""
    for number, text in enumerate(notes.texts, 1):
        yield from wrap(f"[{number}] {text}", WIDTH, subsequent_indent="    ", break_on_hyphens=False)
    yield from words.hidden_lines(document)


def _tables(document: Document, notes: _Notes, paint: _Paint) -> Iterator[str]:
    """Yield everybody else's table, then for the other people what is different."""
    groups = methods.columns(document)
    found = grids.of(document, groups, lambda cell: _look(cell, document, notes))
    base = next(iter(found), None)
    for number, (grid, identities) in enumerate(found.items()):
        if number == 1:
            yield from ("", "As above, except for:")
        yield from _title(words.heading(document, identities), paint)
        uniform = "" if document["narrowed"] else _uniform(chain(grid.resources, grid.paths))
        if uniform:
            yield f"  {_cell(uniform, 0, paint)} for everything"
        elif base is None or grid == base:
            yield from _sections(grid, groups, paint)
        else:
            yield from _difference(grid, base, groups, paint)


def _look(cell: Cell, document: Document, notes: _Notes) -> str:
    level = words.level_of(cell)
    if level == words.MIXED:
        return notes.mark(f"mixed: {printable(words.mixed_words(cell, document, _MOST_NOTED))}")
    if level == words.SILENT:
        return notes.mark(f"{cell['levels'][0]}, but every stage is left out: nothing is logged")
    return SHORT[level]


def _title(text: str, paint: _Paint) -> Iterator[str]:
    yield ""
    yield from (paint(line, BOLD) for line in wrap(printable(text), WIDTH, break_on_hyphens=False))


def _sections(grid: Grid, groups: list[Methods], paint: _Paint) -> Iterator[str]:
    headings = [_HEADINGS.get(verb, verb) for verb in VERBS]
    width = _width(chain(grid.resources, grid.paths))
    yield from _section_rows(grid.resources, headings, width, paint)
    yield from _section_rows(grid.paths, [methods.title(group, groups) for group in groups], width, paint)


def _uniform(rows: Iterable[Shown]) -> str:
    """Return what all cells are, "" if they are not the same or only a few."""
    cells = [cell for row in rows for cell in row.cells if cell]
    return cells[0] if len(set(cells)) == 1 and len(cells) >= _UNIFORM else ""


def _width(rows: Iterable[Shown]) -> int:
    titles = [len(title) for title in words.SECTIONS.values() if len(title) <= LONGEST_NAME]
    return max([*titles, *(len(row.name) for row in rows if len(row.name) <= LONGEST_NAME)])


def _section_rows(rows: Sequence[Shown], headings: Sequence[str], width: int, paint: _Paint) -> Iterator[str]:
    """Yield rows under the names of their sections, the headings of the columns beside the name."""
    widths = [max(len(heading), 4) for heading in headings]
    section = ""
    for row in rows:
        if row.section != section:
            section = row.section
            line = " ".join(heading.ljust(size) for heading, size in zip(headings, widths, strict=True))
            yield paint(f"{words.SECTIONS[section]:<{width}}  {line}".rstrip(), BOLD)
        cells = (_cell(cell, size, paint) for cell, size in zip(row.cells, widths, strict=True))
        if len(row.name) > width:
            yield row.name
        yield f"{row.name if len(row.name) <= width else '':<{width}}  {' '.join(cells)}"


def _cell(cell: str, size: int, paint: _Paint) -> str:
    style = NOTE if cell.startswith("[") else COLORS.get(cell, "")
    return paint(cell, style) + " " * (size - len(cell))


def _difference(grid: Grid, base: Grid, groups: list[Methods], paint: _Paint) -> Iterator[str]:
    """Yield what of a table is not as in everybody else's, level by level."""
    found: dict[str, list[str]] = {}
    paths = ["any method" if len(groups) == 1 else methods.title(group, groups) for group in groups]
    for rows, others, headings, everything in (
        (grid.resources, base.resources, VERBS, "every resource"),
        (grid.paths, base.paths, paths, "every path"),
    ):
        for look in dict.fromkeys(cell for row in rows for cell in row.cells if cell):
            found.setdefault(look, []).extend(_unlike(look, rows, others, headings, everything))
    for look, lines in found.items():
        for number, line in enumerate(lines):
            first, *rest = wrap(line, WIDTH - _INDENT, subsequent_indent="  ", break_on_hyphens=False)
            yield f"  {_cell('' if number else look, _INDENT - 2, paint)}{first}"
            yield from (" " * _INDENT + more for more in rest)


def _unlike(
    look: str, rows: Sequence[Shown], others: Sequence[Shown], headings: Sequence[str], everything: str
) -> Iterator[str]:
    """Yield where rows have a look that others have not there: verbs and names."""
    columns = range(len(headings))
    new = [
        [at for at in columns if row.cells[at] == look != other.cells[at]]
        for row, other in zip(rows, others, strict=True)
    ]
    whole = [at for at in columns if len(rows) > 1 and all(row.cells[at] in {look, ""} for row in rows)]
    if whole := [at for at in whole if any(at in found for found in new)]:
        yield f"{_columns(headings, whole)}: {everything}"
    by_verbs: dict[str, list[str]] = {}
    for row, found in zip(rows, new, strict=True):
        if verbs := _columns(headings, [at for at in found if at not in whole]):
            by_verbs.setdefault(verbs, []).append(row.name)
    yield from (f"{verbs}: {', '.join(names)}" for verbs, names in by_verbs.items())


def _columns(headings: Sequence[str], chosen: Sequence[int]) -> str:
    """Return the headings of some columns; those of paths may hold commas themselves."""
    names = [headings[at] for at in chosen]
    return _verbs(names) if headings is VERBS else ", ".join(names)


def _changes(document: Document, notes: _Notes, paint: _Paint) -> Iterator[str]:
    """Yield everybody else's changes, then for the other people in what theirs differ."""
    found: dict[tuple[tuple[_Place, str], ...], list[Identity]] = {}
    for table in document["tables"]:
        found.setdefault(tuple(_changed(table, document, notes)), []).extend(table["identities"])
    base = dict(next(iter(found), ()))
    if not any(found):
        yield from ("", "No cell differs.")
        return
    short = grids.short_names(document)
    for number, (changes, identities) in enumerate(found.items()):
        if number == 1:
            yield from ("", "As above, except for:")
        yield from _title(words.heading(document, identities), paint)
        theirs = dict(changes)
        everything = theirs if number == 0 else {place: theirs.get(place, _UNCHANGED) for place in {**base, **theirs}}
        shown = {place: text for place, text in everything.items() if number == 0 or base.get(place) != text}
        yield from _change_lines(shown, short)


def _changed(table: Table, document: Document, notes: _Notes) -> Iterator[tuple[_Place, str]]:
    for row in table["rows"]:
        for cell in row["cells"]:
            yield (row["name"], cell["verb"]), _change(cell, document, notes)


def _change_lines(changes: Mapping[_Place, str], short: Mapping[str, str]) -> Iterator[str]:
    """Yield each change with the verbs and the resources or paths that it concerns."""
    if not changes:
        yield f"  {_UNCHANGED}"
    by_change: dict[str, dict[str, list[str]]] = {}
    for (name, verb), change in changes.items():
        by_change.setdefault(change, {}).setdefault(name, []).append(verb)
    for change, rows in by_change.items():
        yield from wrap(change, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
        by_verbs: dict[str, list[str]] = {}
        for name, verbs in rows.items():
            by_verbs.setdefault(_verbs(verbs), []).append(printable(short[name]))
        for verbs_shown, names in by_verbs.items():
            text = f"{verbs_shown}: {', '.join(names)}"
            yield from wrap(text, WIDTH, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False)


def _verbs(concerned: Sequence[str]) -> str:
    if len(concerned) < len(VERBS):
        return " ".join(concerned)
    return "every verb" if set(concerned) == set(VERBS) else "any method"


def _change(cell: Cell, document: Document, notes: _Notes) -> str:
    """Return how a cell has changed; where that depends on namespace or name, a note says how."""
    changes = {words.change_words(case) for case in cell["cases"]}
    if len(changes) == 1 and cell["exact"]:
        return changes.pop()
    return f"mixed {notes.mark(printable(words.mixed_words(cell, document, _MOST_NOTED)))}"
