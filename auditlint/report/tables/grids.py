"""What outputs show of a matrix: cells as words, and people together whose tables look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditlint.report.tables.document import Cell, Document, Identity, Row, Table
    from auditlint.report.tables.methods import Methods

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
"""The columns of resources."""


class Shown(NamedTuple):
    """A row as it is shown: what stands in its columns, "" where there is no cell."""

    section: str
    name: str
    cells: tuple[str, ...]


class Grid(NamedTuple):
    """The rows of a table; those for paths have columns of their own."""

    resources: tuple[Shown, ...]
    paths: tuple[Shown, ...]


def of(document: Document, groups: list[Methods], look: Callable[[Cell], str]) -> dict[Grid, list[Identity]]:
    """Return the tables, with cells as `look` shows them, each with the people whose it is."""
    short = short_names(document)
    found: dict[Grid, list[Identity]] = {}
    for table in document["tables"]:
        found.setdefault(_grid(table, groups, short, look), []).extend(table["identities"])
    return found


def _grid(table: Table, groups: list[Methods], short: dict[str, str], look: Callable[[Cell], str]) -> Grid:
    resources, paths = [], []
    for row in table["rows"]:
        looks = {cell["verb"]: look(cell) for cell in row["cells"]}
        if row["path"] is None:
            cells = tuple(looks.get(verb, "") for verb in VERBS)
            resources.append(Shown(row["section"], printable(short[row["name"]]), cells))
        else:
            cells = tuple(looks.get(group[0], "") for group in groups)
            paths.append(Shown(row["section"], printable(row["name"]), cells))
    return Grid(tuple(resources), tuple(paths))


def short_names(document: Document) -> dict[str, str]:
    """Return for each full name of a row the one without its API group, where all rows of that resource share it."""
    rows = {row["name"]: row for table in document["tables"] for row in table["rows"]}
    groups: dict[str, set[str]] = {}
    for row in rows.values():
        if row["name"] == _name(row, row["apiGroup"]):  # and not the title of what stands for many
            groups.setdefault(row["resource"], set()).add(row["apiGroup"])
    alone = {resource: next(iter(found)) for resource, found in groups.items() if len(found) == 1}
    return {
        name: _name(row, "") if name == _name(row, alone.get(row["resource"], "")) else name
        for name, row in rows.items()
    }


def _name(row: Row, group: str) -> str:
    below = f"/{row['subresource']}" if row["subresource"] else ""
    return f"{row['resource']}{f'.{group}' if group else ''}{below}"
