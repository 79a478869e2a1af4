"""The plan of policies, carried out by DuckDB and Spark, counts what a replay counts."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.events import plan
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.kubernetes.requests import Request
from tests.events.recording import as_line, recorded
from tests.kubernetes import brute
from tests.lake import logs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.events.totals import Totals

    class Counted(Protocol):
        """An engine."""

        def __call__(self, policies: Sequence[Policy], log: Sequence[bytes]) -> Totals:
            """Return what it counts in a log."""


@pytest.fixture(scope="session")
def by_duckdb(duck: Any) -> Counted:
    def counted(policies: Sequence[Policy], log: Sequence[bytes]) -> Totals:
        made = plan(policies, "duckdb")
        duck.register("events", logs.table_of(log))
        cells, bad = (duck.execute(query("events")).fetchall() for query in (made.cells, made.bad_lines))
        duck.unregister("events")
        return made.decide(cells, bad)

    return counted


@pytest.fixture(scope="session")
def by_spark(spark: Any) -> Counted:
    def counted(policies: Sequence[Policy], log: Sequence[bytes]) -> Totals:
        made = plan(policies, "spark")
        spark.createDataFrame(logs.table_of(log)).createOrReplaceTempView("events")
        cells, bad = (spark.sql(query("events")).collect() for query in (made.cells, made.bad_lines))
        return made.decide(cells, bad)

    return counted


def agree(engine: Counted, policies: Sequence[Policy], log: Sequence[bytes]) -> None:
    found, expected = (logs.comparable(one(policies, log)) for one in (engine, logs.replayed))
    if len(policies) == 1:  # only comparisons show an example, so only they pay for one
        for tally in (*found["tallies"].values(), *expected["tallies"].values()):
            del tally["earliest"]
    assert found == expected


SOME = st.lists(brute.policies(), min_size=1, max_size=2)


@logs.THOROUGH
@given(SOME, st.lists(logs.lines(), max_size=40))
def test_duckdb_counts_as_replay_does(by_duckdb: Counted, policies: list[Policy], log: list[bytes]) -> None:
    agree(by_duckdb, policies, log)


@settings(logs.THOROUGH, max_examples=5)
@given(SOME, st.lists(logs.lines(), min_size=50, max_size=150))
def test_spark_counts_as_replay_does(by_spark: Counted, policies: list[Policy], log: list[bytes]) -> None:
    agree(by_spark, policies, log)


STRANGE = (
    "a'b",
    'a"b',
    "a\\b",
    "a\\",
    "${a}",
    "$1",
    "?",
    "%s",
    "ü",
    "\0",
    "a\nb",
    " ",
    "unlisted",
    "\U0001f600",
    "--",
    "",
)
LISTED = (*STRANGE, *(f"{number}" for number in range(400)))
MANY = Policy(
    (
        PolicyRule("None", users=LISTED[:-50:2], verbs=("list",)),
        PolicyRule("Request", user_groups=LISTED[:-60:3], verbs=("watch",)),
        PolicyRule("Metadata", namespaces=LISTED[:-70:2], resources=(GroupResources("", ("pods",)),)),
        PolicyRule("RequestResponse", resources=(GroupResources("", ("secrets",), LISTED[1:-80:2]),)),
    )
)


def everybody() -> list[bytes]:
    """Return events of requests that say something else in one place each, by everybody about everything."""
    return [
        as_line(recorded(Request(verb, who, (who, "x"), None, "", resource, "", who, what), "/"))
        for (verb, resource), (who, what) in product(
            (("list", "pods"), ("watch", "pods"), ("get", "pods"), ("get", "secrets"), ("create", "secrets")),
            zip(LISTED, reversed(LISTED), strict=True),
        )
    ]


def test_hundreds_of_names_in_duckdb(by_duckdb: Counted) -> None:
    agree(by_duckdb, [MANY], everybody())


def test_hundreds_of_names_in_spark(by_spark: Counted) -> None:
    agree(by_spark, [MANY], everybody())


def test_names_do_not_make_cells(duck: Any) -> None:
    """What no policy lists is not in the key, wherever the server finds it."""
    policy = Policy((PolicyRule("None", namespaces=("n",), resources=(GroupResources("", (), ("m",)),)),))
    requests = [
        Request(verb, "a", (), None, "", "pods", "", "k", f"{n}") for verb in ("get", "patch") for n in range(50)
    ]
    log = [as_line(recorded(request, f"/api/v1/namespaces/k/pods/{request.name}?x")) for request in requests]
    duck.register("events", logs.table_of(log))
    assert len(duck.execute(plan([policy], "duckdb").cells("events")).fetchall()) == 2
    duck.unregister("events")


def test_a_dialect_that_is_none() -> None:
    with pytest.raises(ValueError, match='no dialect "mysql": there are duckdb, spark'):
        plan([Policy(())], "mysql")
