"""Parts of one file, read by several processes, count what one process counts, to the byte."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.events import parallel, replay, tally
from auditlint.events.parallel import Block, blocks, replay_all
from auditlint.events.replay import Replay
from auditlint.events.stream import WHOLE, Part
from auditlint.events.totals import Totals
from tests.events.recording import as_line, as_lines, recorded
from tests.events.test_replay import GET, POLICY, URI, some_events

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVENT = as_line(recorded(GET, URI))
LINES = st.lists(st.sampled_from((EVENT, b"", b"{}", b"no event", EVENT + b"\r", b" ", b"\xef\xbb\xbf{}")), max_size=12)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "BLOCK", 3000)


def whole(*paths: str) -> Totals:
    run = Replay([POLICY])
    for path in paths:
        run.read(path)
    return run.totals


@settings(max_examples=300, deadline=None)
@given(LINES, st.sampled_from((b"", b"\n")), st.data())
def test_ranges_count_every_line_once(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], last: bytes, data: st.DataObject
) -> None:
    mark, cuts = (
        data.draw(st.sampled_from((b"", b"\xef\xbb\xbf"))),
        data.draw(st.lists(st.integers(0, 6000), max_size=5)),
    )
    log = tmp_path_factory.mktemp("log") / "audit.log"
    log.write_bytes(mark + b"\n".join(lines) + last)
    expected = whole(str(log)).to_json()
    run = Replay([POLICY])
    edges = [0, *sorted(cuts)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("auditlint.events.stream._CHUNK", data.draw(st.sampled_from((1 << 18, 7, 1))))
        for start, end in zip(edges, [*edges[1:], None], strict=True):
            run.read(str(log), start, end)
    assert run.totals.to_json() == expected


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_several_processes_over_one_file(tmp_path: Path, workers: int) -> None:
    log, other = tmp_path / "audit.log", tmp_path / "other.log"
    log.write_bytes(b"{}\n" + as_lines(some_events()) + b"{}\n" + as_lines(some_events()) + b"nonsense\n")
    other.write_bytes(b"\n{}\n")
    paths = [str(log), "missing.log", str(other)]
    assert len(list(blocks(str(log)))) > 5
    assert replay_all([POLICY], paths, workers, lambda _: None).to_json() == whole(*paths).to_json()


@pytest.mark.usefixtures("small")
def test_names_too_rare_to_be_kept_do_not_depend_on_the_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "MOST_NAMES", 4)
    log = tmp_path / "audit.log"
    log.write_bytes(as_lines([recorded(GET._replace(user=f"user-{n % 13}"), URI) for n in range(200)]))
    one, two, three = (replay_all([POLICY], [str(log)], workers, lambda _: None).to_json() for workers in (1, 2, 3))
    assert one == two == three


def in_container(line: bytes) -> bytes:
    return b"2024-05-01T00:00:00.0Z stdout F " + line + b"\n"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(as_lines(some_events() * 20), compresslevel=0),
        b"".join(in_container(as_line(event)) for event in some_events()),
        "".join(json.dumps(event, indent=1) + "\n" for event in some_events()).encode(),
    ],
    ids=["gzip", "container", "indented"],
)
def test_what_is_no_plain_line_is_read_whole(tmp_path: Path, content: bytes) -> None:
    log = tmp_path / "audit.log"
    log.write_bytes(content)
    assert len(content) > 3 * parallel.BLOCK
    assert list(blocks(str(log))) == [Block(str(log), WHOLE)]
    assert replay_all([POLICY], [str(log)] * 2, 2, lambda _: None).events > len(some_events())


@pytest.mark.usefixtures("small")
def test_the_last_part_is_open(tmp_path: Path) -> None:
    """A log that grows while it is read is read to its end, as by one process."""
    log = tmp_path / "audit.log"
    log.write_bytes(b"\n" * 6001)
    assert [block.part for block in blocks(str(log))] == [Part(0, 3000), Part(3000, 6000), Part(6000, None)]


@pytest.mark.usefixtures("small")
def test_blocks_wait_until_a_process_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0

    def counted(path: str) -> Iterator[Block]:
        nonlocal taken
        for block in blocks(path):
            taken += 1
            yield block

    log = tmp_path / "audit.log"
    log.write_bytes(as_lines(some_events() * 20))
    monkeypatch.setattr(parallel, "blocks", counted)
    totals = Totals.merge
    seen: list[int] = []

    def merge(self: Totals, other: Totals, before: int = 0) -> None:
        seen.append(taken)
        totals(self, other, before)

    monkeypatch.setattr(Totals, "merge", merge)
    replay_all([POLICY], [str(log)], 2, lambda _: None)
    assert len(seen) > 20
    assert all(begun - merged <= 2 * parallel._AHEAD for merged, begun in enumerate(seen))


def test_totals_come_through_json(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    strange = recorded(GET._replace(path="x", user="ü"), "/%ff\u2028", stageTimestamp=None, auditID=None)
    failed = recorded(GET._replace(user=None, groups=()), URI, stage="ResponseStarted", requestObject={"a": "b"})
    log.write_bytes(as_lines([*some_events(), strange, failed]) + b"{}\n")
    totals = whole(str(log), "missing.log")
    text = totals.to_json()
    assert text.isascii()
    again = Totals.from_json(text)
    assert again.to_json() == text
    again.merge(totals)
    twice = whole(str(log), "missing.log", str(log))
    assert again.to_json() == twice.to_json()


@pytest.mark.parametrize("text", ["{}", "[]", '{"version":2}', "1", "nonsense", '{"version":1,"tallies":[{}]}'])
def test_what_are_no_totals(text: str) -> None:
    with pytest.raises(ValueError, match=r"totals|Expecting"):
        Totals.from_json(text)


def test_lines_are_fed() -> None:
    lines: list[Any] = [EVENT + b"\n", EVENT, EVENT.decode() + "\n", "", "{}", b"x"]
    run = Replay([POLICY])
    run.feed(lines[:2])
    run.feed(lines[2:])
    assert run.totals.events == 3
    assert run.totals.tallies[0,].sizes.size == 3 * (len(EVENT) + 1)
    assert [(bad.path, bad.line) for bad in run.totals.bad.first] == [("-", 5), ("-", 6)]


@pytest.mark.parametrize(
    ("events", "example"),
    [
        ([("b", "02"), ("a", "03")], "b"),
        ([("b", "03"), ("a", "02")], "a"),
        ([("b", "02"), ("a", "02")], "a"),
        ([("a", "02"), ("b", "02")], "a"),
        ([(None, "02"), ("b", "02")], "b"),
        ([("b", "02"), (None, "02")], "b"),
        ([(None, "01"), ("b", "02")], ""),
        ([("a", None), ("b", "02")], "b"),
        ([("b", None), ("a", None)], "a"),
    ],
)
def test_the_example_is_the_first_event_in_time(events: list[tuple[str | None, str | None]], example: str) -> None:
    def line(audit_id: str | None, second: str | None) -> bytes:
        moment = second and f"2024-05-01T00:00:{second}.000000Z"
        return as_line(recorded(GET, URI, auditID=audit_id, stageTimestamp=moment, requestReceivedTimestamp=moment))

    run, parts = Replay([POLICY]), Totals()
    for audit_id, second in events:
        run.feed([line(audit_id, second)])
        part = Replay([POLICY])
        part.feed([line(audit_id, second)])
        parts.merge(part.totals)
    assert run.totals.tallies[0,].example == parts.tallies[0,].example == example
    assert replay.NOBODY not in run.totals.tallies[0,].users
