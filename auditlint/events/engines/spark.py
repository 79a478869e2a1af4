"""Spark: tables are grouped by its SQL, lines are decided on beside it; both wherever Spark runs."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from auditlint.events.batches import TOTALS, BatchDecider
from auditlint.events.dialects import SPARK
from auditlint.events.engines import EngineError, Replayed, reason
from auditlint.events.nested import NoEventsError, as_rows, is_rows
from auditlint.events.parallel import replay_all
from auditlint.events.projection import Plan
from auditlint.events.stream import anybody_reads
from auditlint.events.totals import SHOWN, BadLines, Totals
from auditlint.text.source import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditlint.events.engines.inputs import Inputs
    from auditlint.events.nested import Schema
    from auditlint.kubernetes.policy import Policy

MISSING = "Spark is not installed: pip install 'auditlint[spark]'"
NO_JAVA = "Spark needs a Java: install one, such as Debian's default-jre-headless, or set JAVA_HOME"
NO_AUDITLINT = "auditlint is not installed for the Python of Spark's workers, which PYSPARK_PYTHON names"
_VIEW = "auditlint_events"
_QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
_HERE = "local[*,4]"
"""Where nothing is configured: all cores of this machine, and four tries for what a lost worker has not finished."""


def replay(policies: Sequence[Policy], inputs: Inputs, jobs: int) -> Replayed:
    """Return what the policies make of everything. Raises EngineError."""
    lines = [path for path in inputs.logs if _are_lines(path)]
    others = [path for path in inputs.logs if path not in set(lines)]
    with _session() as spark:
        ask: list[tuple[Callable[..., Replayed], str, Any]] = [
            (_of_parquet, path, _here(path)) for path in inputs.tables
        ]
        ask += [(_of_delta, path, _here(path)) for path in inputs.deltas]
        ask += [(_of_lines, path, [path]) for path in inputs.elsewhere]
        found = [_told(what, partial(answer, spark, policies, where)) for answer, what, where in ask]
        totals = Totals()
        if lines:
            where = [_here(path) for path in lines]
            totals = _told(lines[0], partial(_of_lines, spark, policies, where)).totals
    totals.merge(replay_all(policies, others, jobs, lambda _: None))
    if totals.bad.count:
        totals.bad.first = _first_bad_lines(policies, inputs.logs, jobs)
    totals.unreadable[:0] = inputs.missing
    for one in found:
        totals.merge(one.totals)
    unmeasured = tuple(what for (_, what, _), one in zip(ask, found, strict=True) if one.unmeasured)
    return Replayed(totals, len(inputs.logs) + sum(one.files for one in found), unmeasured)


def _are_lines(path: str) -> bool:
    """Tell whether Spark reads the lines of a log as auditlint does."""
    try:
        return os.path.isfile(path) and anybody_reads(path)
    except UnreadableError:
        return False


def _here(path: str) -> str:
    """Return an address: Spark takes a bare path for one of its default file system."""
    return path if "://" in path else f"file://{os.path.abspath(path)}"


@contextmanager
def _session() -> Iterator[Any]:
    """Give a session of Spark: the one that is running, else one as it is configured, until the end."""
    try:
        from pyspark import SparkConf
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineError(MISSING) from None
    if running := SparkSession.getActiveSession():
        yield running
        return
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise EngineError(NO_JAVA)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    configured, builder = SparkConf(), SparkSession.builder.appName("auditlint replay")
    for key, value in {"spark.master": _HERE, **_QUIET}.items():
        if not configured.contains(key):
            builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except PySparkException as error:
        raise EngineError(f"Spark does not start: {reason(error)}") from None
    try:
        yield session
    finally:
        session.stop()


def _told(what: str, ask: Callable[[], Replayed]) -> Replayed:
    """Return an answer of Spark; EngineError says what it was asked about, and what is wrong with that."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        return ask()
    except (PySparkException, Py4JError) as error:
        if "No module named 'auditlint'" in str(error):
            raise EngineError(NO_AUDITLINT) from None
        raise EngineError(f"{what}: Spark: {reason(error)}") from None
    except NoEventsError as error:
        raise EngineError(f"{what}: {error}") from None


def _of_parquet(spark: Any, policies: Sequence[Policy], address: str) -> Replayed:
    return _of_table(spark, policies, spark.read.parquet(address))


def _of_delta(spark: Any, policies: Sequence[Policy], address: str) -> Replayed:
    return _of_table(spark, policies, spark.read.format("delta").load(address))


def _of_table(spark: Any, policies: Sequence[Policy], table: Any) -> Replayed:
    schema = _shape(table.schema)
    table.createOrReplaceTempView(_VIEW)
    rows, plan = as_rows(_VIEW, schema, SPARK), Plan(policies, SPARK)
    if not is_rows(schema):
        cells = spark.sql(plan.cells(rows)).toLocalIterator()
        return Replayed(plan.decide(cells), len(table.inputFiles()), (_VIEW,))
    bad = spark.sql(plan.bad_lines(rows)).collect()
    files: int = spark.sql(f"SELECT count(DISTINCT path) FROM {_VIEW}").collect()[0][0]
    return Replayed(plan.decide(spark.sql(plan.cells(rows)).toLocalIterator(), bad), files)


def _shape(struct: Any) -> Schema:
    return {
        field.name: _shape(field.dataType) if field.dataType.typeName() == "struct" else field.dataType.typeName()
        for field in struct.fields
    }


def _of_lines(spark: Any, policies: Sequence[Policy], addresses: Sequence[str]) -> Replayed:
    texts = spark.read.text(list(addresses), lineSep="\n")
    parts = texts.selectExpr("CAST(value AS BINARY)").mapInArrow(BatchDecider(policies), TOTALS)
    totals = Totals()
    for part in parts.toLocalIterator():
        totals.merge(Totals.from_json(part.totals))
    totals.bad.first.clear()  # nobody knows where they stand
    return Replayed(totals, len(texts.inputFiles()))


def _first_bad_lines(policies: Sequence[Policy], logs: Sequence[str], jobs: int) -> list[Any]:
    """Return the first bad lines of logs on this machine, in their order, with their places: Spark has none."""
    bad = BadLines()
    for path in logs:
        bad.merge(replay_all(policies, [path], jobs, lambda _: None).bad)
        if len(bad.first) >= SHOWN:
            break
    return bad.first
