"""Events in Arrow record batches: how engines hand them to Python, and take back what was made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlint.events.decide import held
from auditlint.events.files import STDIN
from auditlint.events.replay import Replay
from auditlint.events.stream import opened, texts
from auditlint.events.table import Row, rows
from auditlint.text.source import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyarrow import RecordBatch, Schema

    from auditlint.events.decide import Loaded
    from auditlint.kubernetes.policy import Policy

TOTALS = "totals string"
"""What `decide_batches` gives, as Spark writes the schema: one column, one JSON text for each partition."""

ROWS = ", ".join(
    {"line": "line bigint", "user_groups": "user_groups array<string>", "is_resource": "is_resource boolean"}.get(
        name, f"{name} {'bigint' if name.endswith('bytes') else 'string'}"
    )
    for name in Row._fields
)
"""What `tabulate_batches` gives, as Spark writes the schema."""


class BatchDecider:
    """What decides on batches of lines, for `mapInArrow`; goes to other processes with its policies."""

    def __init__(self, policies: Sequence[Policy | Loaded]) -> None:
        self._policies = tuple(held(policy) for policy in policies)

    def __call__(self, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
        """Yield one batch with one row: the totals of all the lines, as JSON for `Totals.from_json`.

        The lines are the first column of each batch, text or binary; a second one, if any, names the log of each.
        """
        import pyarrow as pa

        replay = Replay(self._policies)
        for batch in batches:
            for path, lines in _by_log(batch):
                replay.feed(lines, path)
        yield pa.RecordBatch.from_pydict({"totals": [replay.totals.to_json()]})


def decide_batches(policy: Policy | Loaded, *more: Policy | Loaded) -> BatchDecider:
    """Return a function for `mapInArrow` that decides on lines: the schema of what it gives is TOTALS."""
    return BatchDecider((policy, *more))


def tabulate_batches(batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    """Yield the rows of events for batches of lines, for `mapInArrow`: the schema of what it gives is ROWS.

    Lines have no numbers there; they count from 1 in each batch.
    """
    for batch in batches:
        for path, lines in _by_log(batch):
            yield _batch(rows(lines, path))


def row_batches(logs: Sequence[str]) -> Iterator[RecordBatch]:
    """Yield the rows of the events in files and folders of logs, from old to new, in memory that does not grow."""
    from auditlint.events.files import in_order

    missing: list[Row] = []
    files = in_order(logs, lambda path, why: missing.append(Row(path, None, why)))
    if missing:
        yield _batch(missing)
    for path in files:
        yield from _of_log(path)


def schema() -> Schema:
    """Return the schema of the rows of events."""
    import pyarrow as pa

    types = {"line": pa.int64(), "user_groups": pa.list_(pa.string()), "is_resource": pa.bool_()}
    return pa.schema(
        [(name, types.get(name, pa.int64() if name.endswith("bytes") else pa.string())) for name in Row._fields]
    )


def _of_log(path: str) -> Iterator[RecordBatch]:
    late: list[Row] = []

    def too_long(line: int) -> None:
        from auditlint.events.stream import TOO_LONG

        late.append(Row(path, line, TOO_LONG))

    try:
        with opened(path, lambda _: None) as read:
            for number, lines in texts(read, too_long):
                yield _batch(rows(lines, path, number))
    except UnreadableError as error:
        late.append(Row(error.path, None, error.reason))
    if late:
        yield _batch(late)


def _batch(found: Iterable[Row]) -> RecordBatch:
    import pyarrow as pa

    columns: Any = list(zip(*found, strict=True)) or [()] * len(Row._fields)
    return pa.RecordBatch.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, schema(), strict=True)], schema=schema()
    )


def _by_log(batch: RecordBatch) -> Iterator[tuple[str, list[bytes]]]:
    """Yield the lines of a batch, those of each log together."""
    import pyarrow as pa

    lines = batch.column(0).cast(pa.binary()).to_pylist()
    if batch.num_columns == 1:
        yield STDIN, lines
        return
    found: dict[str, list[bytes]] = {}
    for path, line in zip(batch.column(1).to_pylist(), lines, strict=True):
        found.setdefault(path, []).append(line)
    yield from found.items()
