"""What outputs show of a matrix: cells as words, and people together whose tables look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditlint.report.matrix.document import Cell, Document, Identity, Row, Table
    from auditlint.report.matrix.methods import Methods

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
    """Return for each full name of a row the one without its API group, where no two rows would share it."""
    pairs = {row["name"]: _short(row) for table in document["tables"] for row in table["rows"]}
    shorts = list(pairs.values())
    return {full: short if shorts.count(short) == 1 else full for full, short in pairs.items()}


def _short(row: Row) -> str:
    if row["path"] is not None or not row["name"].startswith(row["resource"]):
        return row["name"]
    return row["resource"] + (f"/{row['subresource']}" if row["subresource"] else "")
