"""Paths have eight methods that policies hardly tell apart: columns that are the same everywhere become one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.report.tables.document import Cell, Document

Methods = tuple[str, ...]

_MANY = 3


def columns(document: Document) -> list[Methods]:
    """Return the methods in groups within which no row of any table has two different cells."""
    looks: dict[str, dict[tuple[int, str], Cell]] = {}
    for number, table in enumerate(document["tables"]):
        for row in table["rows"]:
            for cell in row["cells"] if row["path"] is not None else ():
                looks.setdefault(cell["verb"], {})[number, row["name"]] = {**cell, "verb": ""}
    groups: list[tuple[object, list[str]]] = []
    for method, look in looks.items():
        same = next((methods for other, methods in groups if other == look), None)
        if same is None:
            groups.append((look, [method]))
        else:
            same.append(method)
    return [tuple(methods) for _, methods in groups]


def title(methods: Methods, groups: list[Methods]) -> str:
    """Return the heading of a group of methods."""
    if len(groups) == 1 and len(methods) >= _MANY:
        return "any method"
    return "other methods" if len(methods) >= _MANY and methods == max(groups, key=len) else ", ".join(methods)
