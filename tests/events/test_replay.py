"""What a replay counts."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from auditlint.events import decide, replay, tally
from auditlint.events.decide import Decider
from auditlint.events.event import events_in
from auditlint.events.parallel import replay_all
from auditlint.events.replay import Replay
from auditlint.kubernetes.match import evaluate
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.kubernetes.requests import Request
from tests.events.recording import as_line, as_lines, recorded

if TYPE_CHECKING:
    from pathlib import Path

    from auditlint.events.tally import Tally
    from auditlint.events.totals import Totals

SECRETS = PolicyRule("Metadata", resources=(GroupResources("", ("secrets",)),))
HEALTH = PolicyRule("None", non_resource_urls=("/healthz*",))
POLICY = Policy((SECRETS, HEALTH), omit_stages=("RequestReceived",))
GET = Request("get", "alice", ("dev",), None, "", "secrets", "", "prod", "db")
URI = "/api/v1/namespaces/prod/secrets/db"


def replayed(folder: Path, *events: dict[str, Any] | bytes, policies: tuple[Policy, ...] = (POLICY,)) -> Totals:
    log = folder / "audit.log"
    log.write_bytes(b"".join(event if isinstance(event, bytes) else as_lines([event]) for event in events))
    run = Replay(policies, lambda _: None)
    run.read(str(log))
    run.fold()
    return run.totals


def taken(totals: Totals) -> dict[tuple[int | None, ...], int]:
    return {taker: tally.events for taker, tally in totals.tallies.items()}


def test_events_per_rule(tmp_path: Path) -> None:
    health = Request("get", "system:anonymous", path="/healthz")
    other = GET._replace(resource="pods")
    totals = replayed(tmp_path, *(recorded(request, URI) for request in (GET, GET, health, other)))
    # The recorded path, not the request's own, decides.
    assert taken(totals) == {(0,): 2, (None,): 2}


def test_two_policies(tmp_path: Path) -> None:
    everything = Policy((PolicyRule("Request"),))
    totals = replayed(tmp_path, recorded(GET, URI), policies=(POLICY, everything))
    assert taken(totals) == {(0, 0): 1}


def test_sizes_and_bodies(tmp_path: Path) -> None:
    body = {"kind": "Secret"}
    plain = recorded(GET._replace(verb="create"), URI)
    event = {**plain, "level": "RequestResponse", "requestObject": body, "responseObject": {**body, "more": 1}}
    sizes = replayed(tmp_path, event).tallies[0,].sizes
    without_response = {key: value for key, value in event.items() if key != "responseObject"}
    assert sizes.at("RequestResponse") == len(as_line(event)) + 1
    assert sizes.at("Request") == len(as_line(without_response)) + 1
    assert sizes.at("Metadata") == len(as_line({**plain, "level": "RequestResponse"})) + 1
    assert sizes.at("None") == 0


@pytest.mark.parametrize(
    ("verb", "level", "stage", "unknown"),
    [
        ("create", "Metadata", "ResponseComplete", (1, 1)),
        ("create", "Request", "ResponseComplete", (0, 1)),
        ("create", "RequestResponse", "ResponseComplete", (0, 0)),
        ("create", "Metadata", "RequestReceived", (0, 0)),
        ("get", "Metadata", "ResponseComplete", (0, 1)),
        ("watch", "Metadata", "ResponseComplete", (0, 0)),
        ("update", "Metadata", "Panic", (1, 1)),
    ],
)
def test_bodies_that_the_log_does_not_hold(
    tmp_path: Path, verb: str, level: str, stage: str, unknown: tuple[int, int]
) -> None:
    event = recorded(GET._replace(verb=verb), URI, level=level, stage=stage)
    sizes = replayed(tmp_path, event).tallies[0,].sizes
    assert (sizes.unknown_at("Request"), sizes.unknown_at("RequestResponse")) == unknown
    assert sizes.unknown_at("Metadata") == sizes.unknown_at("None") == 0


def test_omitted_stages_take_no_room(tmp_path: Path) -> None:
    first, last = (recorded(GET, URI, stage=stage) for stage in ("RequestReceived", "ResponseComplete"))
    found = replayed(tmp_path, first, last).tallies[0,]
    assert found.sizes.size == len(as_line(first)) + len(as_line(last)) + 2
    assert found.kept[0].size == len(as_line(last)) + 1


@pytest.mark.parametrize(
    ("stages", "user", "requests"),
    [
        (("RequestReceived", "ResponseComplete"), "alice", 1),
        (("ResponseComplete", "ResponseComplete"), "alice", 2),
        (("RequestReceived", "ResponseStarted"), "alice", 1),
        (("RequestReceived", "Panic", "RequestReceived", "ResponseComplete"), "alice", 2),
        (("ResponseStarted", "ResponseStarted", "ResponseStarted"), "alice", 3),
        (("ResponseStarted",), None, 1),
    ],
)
def test_requests(tmp_path: Path, stages: tuple[str, ...], user: str | None, requests: int) -> None:
    events = [recorded(GET._replace(user=user, groups=()), URI, stage=stage) for stage in stages]
    assert replayed(tmp_path, *events).tallies[0,].requests == requests


def test_failed_logins_are_requests_of_their_own(tmp_path: Path) -> None:
    whole = [recorded(GET, URI, stage=stage) for stage in ("RequestReceived", "ResponseComplete")]
    failed = recorded(GET._replace(user=None, groups=()), URI, stage="ResponseStarted")
    assert replayed(tmp_path, *whole, failed).tallies[0,].requests == 2


@pytest.mark.parametrize(
    ("times", "first", "last"),
    [
        (["2024-05-01T00:00:02.000000Z", "2024-05-01T00:00:01.000000Z"], "01.000000Z", "02.000000Z"),
        (["2024-05-01T00:00:02Z", "2024-05-01T00:00:01.5Z"], "01.500000Z", "02.000000Z"),
        (["2024-05-01T02:00:02.123456789+02:00"], "02.123456Z", "02.123456Z"),
        (["yesterday", "2024-05-01T00:00:01Z", "2024-13-01T00:00:01Z", "0001-01-01T00:00:00+23:00"], "01.000000Z",
         "01.000000Z"),
    ],
)  # fmt: skip
def test_first_and_last(tmp_path: Path, times: list[str], first: str, last: str) -> None:
    found = replayed(tmp_path, *(recorded(GET, URI, stageTimestamp=time) for time in times)).tallies[0,]
    assert (found.first, found.last) == (f"2024-05-01T00:00:{first}", f"2024-05-01T00:00:{last}")


def test_without_a_stage_time_the_time_of_receipt_counts(tmp_path: Path) -> None:
    found = replayed(tmp_path, recorded(GET, URI, stageTimestamp=None)).tallies[0,]
    assert found.first == found.last == "2024-05-01T00:00:00.000000Z"


def test_who_did_what(tmp_path: Path) -> None:
    requests = [
        GET,
        GET._replace(user="bob"),
        GET._replace(user="bob", verb="list"),
        GET._replace(user=None, groups=()),
    ]
    found = replayed(tmp_path, *(recorded(request, URI) for request in requests)).tallies[0,]
    assert found.users == {"alice": 1, "bob": 2, replay.NOBODY: 1}
    assert found.verbs == {"get": 3, "list": 1}
    assert found.resources == {"secrets": 4}


def test_lines_that_are_no_events_are_counted_and_the_first_named(tmp_path: Path) -> None:
    bad = [b"I0501 starting\n", as_lines([recorded(GET, URI)]), b"\n", b"  \r\n", *[b"{}\n"] * 7]
    totals = replayed(tmp_path, *bad)
    assert taken(totals) == {(0,): 1}
    assert totals.bad.count == 8
    assert [(bad.line, bad.reason.partition(":")[0]) for bad in totals.bad.first] == [
        (1, "is not JSON"),
        *((line, "is no audit event") for line in range(5, 9)),
    ]


def test_a_file_that_cannot_be_read_to_its_end_counts_as_far_as_it_goes(tmp_path: Path) -> None:
    import gzip

    log = tmp_path / "audit.log.gz"
    log.write_bytes(gzip.compress(as_lines([recorded(GET, URI)] * 3)) + b"garbage")
    run = Replay([POLICY], lambda _: None)
    run.read(str(log))
    run.fold()
    assert taken(run.totals) == {(0,): 3}
    assert [path for path, _ in run.totals.unreadable] == [str(log)]


def some_events() -> list[dict[str, Any]]:
    users, verbs, names = ("alice", "bob", None), ("get", "create", "watch"), ("db", "web")
    requests = [
        Request(verb, user, () if user is None else ("dev",), None, "", resource, "", "prod", name)
        for user, verb, name, resource in product(users, verbs, names, ("secrets", "pods"))
    ]
    return [recorded(request, f"/api/v1/namespaces/prod/{request.resource}/{request.name}") for request in requests]


def as_values(totals: Totals) -> dict[Any, Any]:
    def values(found: Tally) -> dict[str, Any]:
        return {**vars(found), "sizes": vars(found.sizes), "kept": [vars(sizes) for sizes in found.kept]}

    return {taker: values(found) for taker, found in totals.tallies.items()}


def test_forgetting_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events = some_events() * 3
    expected = as_values(replayed(tmp_path, *events))
    monkeypatch.setattr(decide, "MOST_CELLS", 3)
    monkeypatch.setattr("auditlint.events.stream._CHUNK", 2000)
    assert as_values(replayed(tmp_path, *events)) == expected


def test_several_processes_count_as_one_does(tmp_path: Path) -> None:
    events = some_events()
    paths = [str(tmp_path / f"{number}.log") for number in range(3)]
    for number, path in enumerate(paths):
        with open(path, "wb") as log:
            log.write(as_lines(events[number::2]) + b"{}\n")
    one = Replay([POLICY], lambda _: None)
    for path in [*paths, "missing.log"]:
        one.read(path)
    one.fold()
    several = replay_all([POLICY], [*paths, "missing.log"], 2, lambda _: None)
    assert as_values(several) == as_values(one.totals)
    assert several.bad.first == one.totals.bad.first
    assert several.unreadable == one.totals.unreadable == [("missing.log", "no such file or folder")]


def test_the_busiest_stay_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MOST_NAMES", 10)
    counts: dict[str, int] = {}
    for number in range(1000):
        tally.count(counts, f"user-{number}", 1)
        tally.count(counts, "busy", 1)
        assert len(counts) <= 10
    assert max(counts, key=lambda name: counts[name]) == "busy"
    assert counts["busy"] == 1000


def test_requests_that_differ_in_one_thing_a_rule_names() -> None:
    entry = GroupResources("apps", ("deployments/scale",), ("web",))
    policy = Policy((PolicyRule("Request", ("a",), ("g",), ("get",), (entry,), ("n",)), PolicyRule("Metadata")))
    whole = Request("get", "a", ("x", "g"), None, "apps", "deployments", "scale", "n", "web")
    others: dict[str, Any] = {
        "user": "b", "groups": ("x",), "verb": "list", "api_group": "", "resource": "pods", "subresource": "",
        "namespace": "m", "name": "db",
    }  # fmt: skip
    requests = [whole, *(whole._replace(**{field: value}) for field, value in others.items()), whole]
    decider = Decider([policy])
    found = [decider.cell(event).decisions[0] for r in requests for event, _ in events_in(as_line(recorded(r, "/")))]
    assert found == [evaluate(policy, request) for request in requests]
    assert [outcome.rule for outcome in found] == [0, *[1] * len(others), 0]
