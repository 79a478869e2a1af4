"""DuckDB: tables are grouped by it; logs on this machine are read by auditlint, which is faster on lines of JSON."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from auditlint.events.batches import BatchDecider
from auditlint.events.dialects import DUCKDB
from auditlint.events.engines import EngineError, Replayed, reason
from auditlint.events.nested import NoEventsError, as_rows, is_rows
from auditlint.events.parallel import replay_all
from auditlint.events.projection import Plan
from auditlint.events.stream import LONGEST_LINE
from auditlint.events.totals import Totals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from auditlint.events.engines.inputs import Inputs
    from auditlint.events.nested import Schema
    from auditlint.kubernetes.policy import Policy

MISSING = "DuckDB is not installed: pip install 'auditlint[lake]'"
_FEW = 10_000
_LINES = (
    "SELECT line FROM read_csv({}, auto_detect = false, header = false, delim = chr(1), quote = '', escape = '',"
    f" new_line = '\\n', columns = {{{{'line': 'VARCHAR'}}}}, max_line_size = {LONGEST_LINE}) WHERE line IS NOT NULL"
)


def replay(policies: Sequence[Policy], inputs: Inputs, jobs: int) -> Replayed:
    """Return what the policies make of everything. Raises EngineError."""
    try:
        import duckdb
    except ImportError:
        raise EngineError(MISSING) from None
    totals = replay_all(policies, inputs.logs, jobs, lambda _: None)
    totals.unreadable[:0] = inputs.missing
    files, unmeasured = len(inputs.logs), list[str]()
    with duckdb.connect() as connection:
        with suppress(duckdb.Error):  # without the extension that knows time zones there is none to convert
            connection.execute("SET TimeZone = 'UTC'")
        asked: list[tuple[Callable[..., Replayed], str]] = [(_of_parquet, table) for table in inputs.tables]
        asked += [(_of_delta, table) for table in inputs.deltas]
        asked += [(_of_lines, address) for address in inputs.elsewhere]
        for ask, what in asked:
            try:
                found = ask(connection, policies, what)
            except duckdb.InterruptException:
                raise KeyboardInterrupt from None
            except duckdb.Error as error:
                raise EngineError(f"{what}: DuckDB: {reason(error)}") from None
            except NoEventsError as error:
                raise EngineError(f"{what}: {error}") from None
            totals.merge(found.totals)
            files += found.files
            unmeasured += found.unmeasured
    return Replayed(totals, files, tuple(unmeasured))


def _of_parquet(connection: Any, policies: Sequence[Policy], table: str) -> Replayed:
    import os

    files = DUCKDB.text(f"{table.rstrip('/')}/**/*.parquet" if os.path.isdir(table) else table)
    relation = f"read_parquet({files}, union_by_name = true)"
    return _of_table(connection, policies, table, relation, f"SELECT count(*) FROM glob({files})")


def _of_delta(connection: Any, policies: Sequence[Policy], table: str) -> Replayed:
    return _of_table(connection, policies, table, f"delta_scan({DUCKDB.text(table)})", "SELECT 1")


def _of_table(connection: Any, policies: Sequence[Policy], table: str, relation: str, count: str) -> Replayed:
    columns = connection.sql(f"SELECT * FROM {relation} LIMIT 0")
    schema = {name: _shape(kind) for name, kind in zip(columns.columns, columns.types, strict=True)}
    rows, plan = as_rows(relation, schema, DUCKDB), Plan(policies, DUCKDB)
    if is_rows(schema):
        count = f"SELECT count(DISTINCT path) FROM {relation}"
    files: int = connection.execute(count).fetchall()[0][0]
    bad = connection.execute(plan.bad_lines(rows)).fetchall() if is_rows(schema) else ()
    cells = connection.execute(plan.cells(rows))
    everything = (cell for some in iter(lambda: cells.fetchmany(_FEW), []) for cell in some)
    return Replayed(plan.decide(everything, bad), files, () if is_rows(schema) else (table,))


def _shape(kind: Any) -> str | Schema:
    if kind.id == "struct":
        return {name: _shape(inside) for name, inside in kind.children}
    return str(kind).lower()


def _of_lines(connection: Any, policies: Sequence[Policy], address: str) -> Replayed:
    """Replay logs that lie where only DuckDB can read."""
    literal = DUCKDB.text(address)
    files: int = connection.execute(f"SELECT count(*) FROM glob({literal})").fetchall()[0][0]
    lines = connection.sql(_LINES.format(literal)).fetch_arrow_reader(_FEW)
    totals = Totals()
    for batch in BatchDecider(policies)(lines):
        totals.merge(Totals.from_json(batch.column(0)[0].as_py()))
    totals.bad.first.clear()  # nobody knows where they stand
    return Replayed(totals, files)
