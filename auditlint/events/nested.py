"""Tables of events as engines make them of JSON, where `user` and `objectRef` are structs, seen as rows (table.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.events.table import Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditlint.events.dialects import Dialect

    Schema = Mapping[str, "str | Schema"]
    """The columns of a table, and the fields of those that are structs; else the type, in small letters."""

_REFERENCE = {
    "api_group": "apiGroup",
    "resource": "resource",
    "subresource": "subresource",
    "namespace": "namespace",
    "name": "name",
}
_PLAIN = {"audit_id": "auditID", "level": "level", "stage": "stage", "request_uri": "requestURI", "verb": "verb"}


class NoEventsError(ValueError):
    """A table that holds no audit events."""


def as_rows(table: str, schema: Schema, sql: Dialect) -> str:
    """Return the query that sees a table as rows: one of rows as it is; NoEventsError where it holds no events.

    How many bytes an event took is not in such a table, and counts as nothing.
    """
    if is_rows(schema):
        return f"SELECT {', '.join(Row._fields)} FROM {table}"
    if not {"verb", "user", "requestURI"} <= set(schema):
        raise NoEventsError("holds no audit events: it has no columns verb, user and requestURI")
    columns = _Columns(schema, sql)
    return f"SELECT {', '.join(f'{columns.of(name)} AS {name}' for name in Row._fields)} FROM {table}"


def is_rows(schema: Schema) -> bool:
    """Tell whether a table is one of rows."""
    return set(Row._fields) <= set(schema)


class _Columns:
    def __init__(self, schema: Schema, sql: Dialect) -> None:
        self._schema = schema
        self._sql = sql

    def of(self, name: str) -> str:
        """Return the expression of one column of rows."""
        if name in _PLAIN:
            return f"CAST({self._field(_PLAIN[name])} AS {self._sql.string})"
        if name in _REFERENCE:
            return f"CAST({self._field('objectRef', _REFERENCE[name])} AS {self._sql.string})"
        if name == "path":
            return self._sql.text("")
        made = {
            "username": self._username,
            "user_groups": lambda: self._field("user", "groups"),
            "is_resource": lambda: f"{self._field('objectRef')} IS NOT NULL",
            "written_at": self._written_at,
        }
        return made[name]() if name in made else "NULL"

    def _field(self, column: str, field: str | None = None) -> str:
        """Return a column, or a field of a struct; NULL where the table has none."""
        inside = self._schema.get(column)
        if inside is None or (field and (isinstance(inside, str) or field not in inside)):
            return "NULL"
        quoted = self._sql.quoted(column)
        return f"{quoted}.{self._sql.quoted(field)}" if field else quoted

    def _username(self) -> str:
        """Return the name, "" of a user without one, NULL of nobody."""
        string = self._sql.string
        name, uid = (f"CAST({self._field('user', field)} AS {string})" for field in ("username", "uid"))
        groups, extra = (self._field("user", field) for field in ("groups", "extra"))
        said = [f"coalesce({uid}, '') <> ''"]
        if groups != "NULL":
            said.append(f"coalesce({self._sql.length(groups)}, 0) > 0")
        if extra != "NULL":
            said.append(f"coalesce(CAST({extra} AS {string}), '') NOT IN ('', '{{}}', 'null')")
        return f"CASE WHEN coalesce({name}, '') <> '' THEN {name} WHEN {' OR '.join(said)} THEN '' END"

    def _written_at(self) -> str:
        moments = [self._moment(column) for column in ("stageTimestamp", "requestReceivedTimestamp")]
        said = [f"nullif({moment}, '')" for moment in moments]
        return f"coalesce({', '.join(said)}, '')"

    def _moment(self, column: str) -> str:
        kind, name = self._schema.get(column), self._field(column)
        if isinstance(kind, str) and kind.startswith("timestamp"):
            return self._sql.moment(name)
        return f"CAST({name} AS {self._sql.string})"
