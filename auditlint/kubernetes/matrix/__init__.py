"""Who doing what to which resource is logged at which level: a table for each kind of person, exact in every cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.matrix.cells import Cell, Engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditlint.kubernetes.matrix.people import Identity
    from auditlint.kubernetes.matrix.rows import Row

MOST_ROWS = 400
MOST_CELLS = 100_000
"""Rows, and people times cells, beyond which the rest is left out, and counted."""

Line = tuple["Row", tuple[Cell, ...]]
"""A row with a cell for each verb that applies."""


class Table(NamedTuple):
    """The cells of all rows, for people for whom they are all the same."""

    identities: tuple[Identity, ...]
    lines: tuple[Line, ...]


class Matrix(NamedTuple):
    """A table for each kind of person, in the order in which they were given, and how much was left out."""

    tables: tuple[Table, ...]
    hidden_rows: int = 0
    hidden_paths: int = 0
    """So many of the hidden rows are for paths."""
    hidden_identities: int = 0


def matrix(engine: Engine, rows: Sequence[Row], identities: Sequence[Identity], namespace: str = "") -> Matrix:
    """Return the tables of one policy; given a namespace, of the requests within it.

    With an engine for two policies every case has an outcome under each.
    """
    shown = rows[:MOST_ROWS]
    most = max(MOST_CELLS // max(sum(len(row.verbs) for row in shown), 1), 1)
    by_rules: dict[int, list[Identity]] = {}
    for identity in identities:
        by_rules.setdefault(engine.identity(identity), []).append(identity)
    by_lines: dict[tuple[Line, ...], list[Identity]] = {}
    for rules, people in list(by_rules.items())[:most]:
        lines = tuple(_lines(engine, shown, rules, namespace))
        by_lines.setdefault(lines, []).extend(people)
    left_out = [identity for people in list(by_rules.values())[most:] for identity in people]
    order = {identity: number for number, identity in enumerate(identities)}
    tables = tuple(Table(tuple(sorted(people, key=order.__getitem__)), lines) for lines, people in by_lines.items())
    paths = sum(row.path is not None for row in rows[MOST_ROWS:])
    return Matrix(tables, len(rows) - len(shown), paths, len(left_out))


def _lines(engine: Engine, rows: Iterable[Row], rules: int, namespace: str) -> Iterable[Line]:
    for row in rows:
        cells = (engine.cell(row, verb, rules, namespace) for verb in row.verbs)
        if present := tuple(cell for cell in cells if cell):
            yield row, present


def changes(found: Matrix) -> Matrix:
    """Return of a matrix of two policies only the cells that have requests with another outcome under each."""
    tables = (Table(identities, tuple(_changed(lines))) for identities, lines in found.tables)
    return found._replace(tables=tuple(tables))


def _changed(lines: Iterable[Line]) -> Iterable[Line]:
    for row, cells in lines:
        if changed := tuple(filter(_differs, cells)):
            yield row, changed


def _differs(cell: Cell) -> bool:
    """Tell whether a cell has, or may have, requests that two policies treat differently."""
    return not cell.exact or any(case.decisions[0].outcome != case.decisions[1].outcome for case in cell.cases)
