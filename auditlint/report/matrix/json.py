"""The matrix as JSON, version 1; `schemas/matrix.schema.json` describes it.

A large policy has millions of cells, most of them alike: each is written once, and the document row by row.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from auditlint.report.printable import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditlint.report.medium import Medium
    from auditlint.report.tables.document import Cell, Document, Row, Table

_TABLE, _ROW, _CELL = 2, 4, 6
"""How many levels deep these stand in the document, each one space further to the right."""


def render(document: Document, medium: Medium) -> str:
    """Return one JSON object with a final newline."""
    return "".join(pieces(document, medium))


def pieces(document: Document, _medium: Medium) -> Iterator[str]:
    """Yield the same in pieces."""
    written = _Cells()
    fields: list[tuple[str, Iterable[str]]] = [
        (name, _list(document["tables"], _TABLE, written.table) if name == "tables" else (_text(value, 1),))
        for name, value in document.items()
    ]
    yield from map(inert, _object(fields, 0))
    yield "\n"


class _Cells:
    """Writes tables; a cell that was written before is not made into text again."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def table(self, table: Table) -> Iterator[str]:
        rows = _list(table["rows"], _ROW, self._row)
        yield from _object([("identities", (_text(table["identities"], _TABLE + 1),)), ("rows", rows)], _TABLE)

    def _row(self, row: Row) -> Iterator[str]:
        cells = _list(row["cells"], _CELL, self._cell)
        fields = [(name, cells if name == "cells" else (_text(value, _ROW + 1),)) for name, value in row.items()]
        yield "".join(_object(fields, _ROW))

    def _cell(self, cell: Cell) -> Iterator[str]:
        text = self._known.get(id(cell))  # the document holds every cell until the end, equal ones as one object
        if text is None:
            text = self._known[id(cell)] = _text(cell, _CELL)
        yield text


def _text(value: Any, depth: int) -> str:
    return json.dumps(value, indent=1).replace("\n", f"\n{' ' * depth}")


def _object(fields: Iterable[tuple[str, Iterable[str]]], depth: int) -> Iterator[str]:
    """Yield an object of which the values are texts in pieces, as `json.dumps` with an indent of 1 writes it."""
    before = "{"
    for name, value in fields:
        yield f'{before}\n{" " * (depth + 1)}"{name}": '
        yield from value
        before = ","
    yield f"\n{' ' * depth}}}"


def _list(values: Iterable[Any], depth: int, write: Any) -> Iterator[str]:
    """Yield a list of which the entries stand at a depth."""
    before = "["
    for value in values:
        yield f"{before}\n{' ' * depth}"
        yield from write(value)
        before = ","
    yield "[]" if before == "[" else f"\n{' ' * (depth - 1)}]"
