"""Logs and engines for the tests of what is past one machine."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUIRED = "AUDITLINT_LAKE"
ADVICE = "needs DuckDB, Spark and a Java: tests/lake/install puts them in place"


def demand(*modules: str, program: str | None = None) -> None:
    """Skip the test where something is missing; fail where it was said to be there."""
    if all(map(find_spec, modules)) and (program is None or shutil.which(program)):
        return
    (pytest.fail if os.environ.get(REQUIRED) == "required" else pytest.skip)(ADVICE)


@pytest.fixture(scope="session")
def duck() -> Iterator[Any]:
    demand("duckdb", "pyarrow")
    import duckdb

    with duckdb.connect(config={"threads": 2}) as connection:
        yield connection


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    demand("pyspark", "pyarrow", "pandas", program="java")
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local[2,4]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield session
    session.stop()
