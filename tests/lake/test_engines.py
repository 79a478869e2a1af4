"""`replay --engine`: a log in parts, read by DuckDB and by a local Spark, gives what `replay` gives, to the byte."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditlint.cli import run
from auditlint.events import row_batches
from auditlint.events.batches import BatchDecider, schema
from auditlint.events.engines import spark as spark_engine
from tests.cli.conftest import GOOD
from tests.cli.test_exit_codes import complaint
from tests.events.recording import as_lines, recorded
from tests.events.test_replay import GET, URI
from tests.lake.conftest import demand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyarrow import RecordBatch

ROOT = Path(__file__).parent.parent.parent
EVENTS = [
    json.loads(line) for log in sorted((ROOT / "examples/recorded").iterdir()) for line in log.read_bytes().splitlines()
]
ENGINES = ("duckdb", "spark")
FORMATS = (("text", ()), ("json", ()), ("text", ("--against", "old.yaml")), ("json", ("--against", "old.yaml")))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """An engine, and what runs it."""
    request.getfixturevalue("duck" if request.param == "duckdb" else "spark")
    return str(request.param)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two policies, and with a log in parts: by day, some compressed, some with bad lines."""
    monkeypatch.chdir(tmp_path)
    for name, policy in (("new.yaml", "good/audit-policy.yaml"), ("old.yaml", "first-steps/deployments-policy.yaml")):
        Path(name).write_bytes((ROOT / "examples" / policy).read_bytes())
    chance = random.Random(5)
    for day in range(1, 5):
        folder = Path(f"log/date=2024-05-0{day}")
        folder.mkdir(parents=True)
        for part in range(2):
            events = [dict(chance.choice(EVENTS), auditID=f"{chance.getrandbits(64):x}") for _ in range(60)]
            text = as_lines(events)
            if part:
                (folder / f"part-{part}.log.gz").write_bytes(gzip.compress(text))
            else:
                (folder / f"part-{part}.log").write_bytes(text + (b"" if day % 2 else b"{}\n\nno event\r\n"))
    container = b"".join(b"2024-05-01T00:00:00.0Z stdout F " + line + b"\n" for line in as_lines(EVENTS).splitlines())
    Path("log/container.log").write_bytes(container)
    return tmp_path


def replayed(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(["replay", "new.yaml", *arguments])
    output = capfd.readouterr()
    return code, output.out, "\n".join(line for line in output.err.splitlines() if " note: " in line)


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(("output_format", "against"), FORMATS)
def test_a_log_in_parts(
    engine: str, capfd: pytest.CaptureFixture[str], output_format: str, against: tuple[str, ...]
) -> None:
    options = ("--format", output_format, *against)
    expected = replayed(capfd, "log", *options)
    assert expected[0] == 0
    assert expected[2].startswith("log/date=2024-05-02/part-0.log:61: note: is no audit event")
    assert replayed(capfd, "log", *options, "--engine", engine) == expected


def as_table(parts: int) -> None:
    """Write the log as a table in parts, in the folders of days."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    whole = pa.Table.from_batches(list(row_batches(["log"])), schema())
    size = whole.num_rows // parts + 1
    for part in range(parts):
        folder = Path(f"table/date=2024-05-0{part % 3 + 1}")
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(whole.slice(part * size, size), folder / f"part-{part}.parquet")


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(("output_format", "against"), FORMATS)
def test_a_table_in_parts(
    engine: str, capfd: pytest.CaptureFixture[str], output_format: str, against: tuple[str, ...]
) -> None:
    as_table(7)
    options = ("--format", output_format, *against)
    expected = replayed(capfd, "log", *options)
    assert replayed(capfd, "table", *options, "--engine", engine) == expected


@pytest.mark.usefixtures("place")
def test_tables_and_logs_together(engine: str, capfd: pytest.CaptureFixture[str]) -> None:
    as_table(3)
    found = replayed(capfd, "table", "log/*/part-0.log", "--format", "json", "--engine", engine)
    whole, parts = (json.loads(replayed(capfd, log, "--format", "json")[1]) for log in ("log", "log/container.log"))
    assert json.loads(found[1])["events"] == whole["events"] + 240
    assert parts["events"] == len(EVENTS)


def by_rule(text: str) -> list[Any]:
    summary = json.loads(text)
    kept = ("rule", "events", "requests", "first", "last", "busiest")
    return [{name: row[name] for name in kept} for row in (*summary["rules"], summary["unmatched"])]


@pytest.mark.parametrize("writer", ENGINES)
def test_tables_as_engines_make_them_of_json(
    engine: str, writer: str, place: Path, request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]
) -> None:
    """Everything but bytes, which such a table does not have."""
    events = [*EVENTS, recorded(GET._replace(user="", groups=("x",)), URI), recorded(GET, URI, objectRef={})]
    lines = as_lines([{**event, "auditID": f"id {n}"} for n, event in enumerate(events)])
    # DuckDB would make a column of UUIDs, which Spark does not read.
    (place / "plain.log").write_bytes(re.sub(rb'"uid":"[^"]*"', b'"uid":"a"', lines))
    if writer == "duckdb":
        source = "read_json('plain.log', format = 'newline_delimited')"
        request.getfixturevalue("duck").execute(f"COPY (FROM {source}) TO 'plain.parquet' (FORMAT parquet)")
    else:
        spark = request.getfixturevalue("spark")
        spark.read.json(f"file://{place}/plain.log").write.parquet(f"file://{place}/plain.parquet")
    expected, found = (
        replayed(capfd, "plain." + end, "--format", "json", *options)
        for end, options in (("log", ()), ("parquet", ("--engine", engine)))
    )
    assert by_rule(found[1]) == by_rule(expected[1])
    note = "auditlint: note: plain.parquet: does not say how many bytes its events took; they count as 0"
    assert (found[2], expected[2]) == (note, "")


class Killed(BatchDecider):
    """Decides as it should, but the first process that has read some of a log is killed."""

    marker = ""

    def __call__(self, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
        yield from super().__call__(self._some(batches))

    def _some(self, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
        for batch in batches:
            yield batch
            try:
                os.close(os.open(self.marker, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                continue
            os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_of_spark_is_killed_in_the_middle(
    spark: Any, place: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyspark import cloudpickle

    assert spark.sparkContext.master == "local[2,4]"  # four tries
    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the workers know nothing of the tests
    monkeypatch.setattr(Killed, "marker", str(place / "killed"))
    monkeypatch.setattr(spark_engine, "BatchDecider", Killed)
    expected = replayed(capfd, "log", "--format", "json")
    assert replayed(capfd, "log", "--format", "json", "--engine", "spark") == expected
    assert (place / "killed").exists()


@pytest.mark.usefixtures("place")
def test_spark_is_started_and_stopped() -> None:
    demand("pyspark", "pyarrow", "pandas", program="java")
    command = [sys.executable, "-m", "auditlint", "replay", "new.yaml", "log"]
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"}
    runs = [
        subprocess.run([*command, *options], capture_output=True, text=True, check=False, env=environment)
        for options in ((), ("--engine", "spark"))
    ]
    assert runs[0].returncode == runs[1].returncode == 0
    assert runs[0].stdout == runs[1].stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("log", "--format", "jsonl"), "--engine counts events; for --format jsonl, one line an event, leave it out"),
        (("-",), "--engine reads files and tables; to read standard input (-), leave it out"),
        (("nothing-*.log",), "nothing-*.log: no file matches this pattern"),
        (("missing.log",), "missing.log: no such file or folder"),
        (("missing.parquet",), "missing.parquet: "),
        (("broken.parquet",), "broken.parquet: "),
        (("other.parquet",), "other.parquet: holds no audit events: it has no columns verb, user and requestURI"),
    ],
)
@pytest.mark.usefixtures("place")
def test_what_an_engine_cannot_do_is_2(
    engine: str, capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    Path("broken.parquet").write_bytes(b"PAR1 and nothing else PAR1")
    pq.write_table(pa.table({"a": [1]}), "other.parquet")
    code = run(["replay", "new.yaml", *arguments, "--engine", engine])
    output = capfd.readouterr()
    assert (code, output.out) == (2, "")
    assert complaint(output.err.splitlines()[-1] + "\n").startswith(f"auditlint: {said}")


@pytest.mark.parametrize(("name", "module"), [("duckdb", "duckdb"), ("spark", "pyspark")])
def test_an_engine_that_is_not_installed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, module: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text(GOOD)
    Path("audit.log").write_bytes(as_lines(EVENTS))
    monkeypatch.setitem(sys.modules, module, None)
    assert run(["replay", "p.yaml", "audit.log", "--engine", name]) == 2
    output = capfd.readouterr()
    assert output.out == ""
    extra = {"duckdb": "lake", "spark": "spark"}[name]
    assert complaint(output.err).endswith(f"is not installed: pip install 'auditlint[{extra}]'")


def test_spark_without_a_java(tmp_path: Path) -> None:
    demand("pyspark", "pyarrow", "pandas")
    (tmp_path / "p.yaml").write_text(GOOD)
    (tmp_path / "audit.log").write_bytes(as_lines(EVENTS))
    environment = {name: value for name, value in os.environ.items() if name != "JAVA_HOME"} | {"PATH": ""}
    command = [sys.executable, "-m", "auditlint", "replay", "p.yaml", "audit.log", "--engine", "spark"]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert complaint(run.stderr).startswith("auditlint: Spark needs a Java: install one")
