"""Random lines of logs, strange ones too, and what a replay of them counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from auditlint.events import Replay, Row, rows
from auditlint.kubernetes.requests import UnreadableRequestError, resolve
from tests.events.recording import as_line, recorded
from tests.events.test_agreement import as_recorded, sent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditlint.events.totals import Totals
    from auditlint.kubernetes.policy import Policy

THOROUGH = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

ODD_LINES = st.sampled_from(
    (b"", b"  ", b"I0501 starting", b"{}", b"[", b'{"kind":"Pod"}', b'{"verb":1}', b"\xff", b'{"verb":"get"} {}',
     b'{"verb":"get"}', b'{"verb":"get","verb":"list","user":{"username":"a","username":"b"}}', b"[]",
     b'{"verb":"\\u0000"}',
     b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","requestObject":NaN}')
)  # fmt: skip
URIS = st.sampled_from(
    ("", "/", "x", "*", "/api/v1/namespaces/n/p/m\n", "/api/v1/namespaces/n/p/m/status", "/api/v1/namespaces/n",
     "/api/v1/namespaces/n/status", "/api/v1/namespaces/status/p", "/apis/e/v1/namespaces/n/q/o/x/y/z", "/api/v1/p/%6d",
     "//api/v1/p/m", "/api/v1/p/m/", "/api//p/m", "/api/v1/p//m", "/api/v1/watch/namespaces/n/p/m", "/api/v1/proxy/p/m",
     "https://host/api/v1/namespaces/n/p/m", "/api/v1/namespaces/n/p/m?a=/api/v1/p/o", "/api/v1/p/m%zz", "/api/v1/é/m",
     "/api/v1/namespaces/n/p/m x", "/api/v1/namespaces/n/namespaces/m", "/api/v1/namespaces/watch/p/m", "/%ff",
     "/a'b\\c")
)  # fmt: skip
USERS: st.SearchStrategy[Any] = st.sampled_from(
    ({}, {"username": ""}, {"groups": ["g"]}, {"uid": "1"}, {"username": "a", "groups": []}, {"username": "ü'\\"},
     {"username": "a", "groups": ["h", "g", "h"], "extra": {"x": ["y"]}}, {"extra": {"x": ["y"]}}, {"extra": {}}, None)
)  # fmt: skip
TIMES = st.sampled_from(
    (None, "", "2024-05-01T00:00:00Z", "2024-05-01T02:00:01.5+02:00", "soon", "2024-05-01T00:00:01.000001Z",
     "2024-05-01T00:00:02.000000Z", "x" * 27)
)  # fmt: skip
IDS = st.sampled_from((None, "", "a", "b", "c"))
FIELDS = {
    "user": USERS,
    "requestURI": URIS,
    "stageTimestamp": TIMES,
    "requestReceivedTimestamp": TIMES,
    "auditID": IDS,
    "stage": st.sampled_from(("RequestReceived", "ResponseStarted", "Panic", "", None)),
    "level": st.sampled_from(("Request", "RequestResponse", "None", None)),
    "verb": st.sampled_from(("create", "patch", "update", "get", "", None)),
    "impersonatedUser": st.just({"username": "b", "groups": ["g"]}),
    "requestObject": st.sampled_from((None, {}, {"a": "<&\u2028"}, [1.0])),
    "responseObject": st.sampled_from((None, {"b": "ü"})),
    "objectRef": st.sampled_from(
        ({}, None, {"resource": "p", "namespace": "n", "name": "m"}, {"resource": "p", "subresource": "l", "name": ""})
    ),
}


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """Return one event: of a request that was sent, with some fields as nobody would expect them, or without them."""
    method, url, (user, groups), body = draw(sent())
    try:
        event = recorded(resolve(method, url, user=user, groups=groups), as_recorded(url), body)
    except UnreadableRequestError:
        event = {"kind": "Event", "apiVersion": "audit.k8s.io/v1"}
    for field in draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=3, unique=True)):
        if draw(st.integers(0, 3)):
            event[field] = draw(FIELDS[field])
        else:
            event.pop(field, None)
    return event


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Return one line of a log: mostly an event, else a batch of them or something else."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(ODD_LINES)
    if kind == 1:
        return as_line({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": draw(st.lists(events()))})
    return as_line(draw(events()))


def replayed(policies: Sequence[Policy], log: Iterable[bytes], path: str = "-") -> Totals:
    run = Replay(policies)
    run.feed(log, path)
    return run.totals


def comparable(totals: Totals) -> dict[str, Any]:
    """Return totals as values, without the order in which they were counted."""
    values: dict[str, Any] = json.loads(totals.to_json())
    values["tallies"] = {tuple(tally.pop("rules")): tally for tally in values["tallies"]}
    return values


def table_of(log: Sequence[bytes], path: str = "-") -> Any:
    """Return the rows of lines as a table of Arrow."""
    import pyarrow as pa

    from auditlint.events.batches import schema

    return pa.Table.from_pylist([row._asdict() for row in rows(log, path)] or [], schema=schema())


__all__ = ["THOROUGH", "Row", "comparable", "lines", "replayed", "table_of"]
