"""Cells of the matrix, held to the real evaluator of k8s.io/apiserver: live, and its recorded answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from auditlint.kubernetes import catalogue
from auditlint.kubernetes.match import Decision
from auditlint.kubernetes.matrix.cells import Engine
from auditlint.kubernetes.matrix.people import Identity, distinguished
from auditlint.kubernetes.matrix.rows import NAMED, PATHS, VERBS, Row, default_rows, resource_row
from auditlint.kubernetes.releases import NEWEST
from auditlint.kubernetes.requests import URL_VERBS, Request, can_happen
from tests.kubernetes import brute
from tests.kubernetes.answers import load_text
from tests.kubernetes.test_engine_live import as_json, as_question
from tests.kubernetes.test_matrix import ROWS, cases_of, requests, served
from tests.recorded_answers import cases
from tests.referee_client import Referee, available

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditlint.kubernetes.policy import Policy
    from tests.recorded_answers import Case

LIVE = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def referee() -> Iterator[Referee]:
    if not available():
        pytest.skip("needs Go, to ask the real k8s.io/apiserver")
    with Referee() as running:
        yield running


def outcome(verdict: Mapping[str, Any]) -> Decision:
    stages = tuple(verdict.get("omitStages", ()))
    return Decision(verdict.get("rule"), verdict["level"], stages, bool(verdict.get("omitManagedFields")))


@LIVE
@given(brute.policies(), st.data())
def test_cells_agree_with_the_server(referee: Referee, policy: Policy, data: st.DataObject) -> None:
    engine = Engine([policy])
    rows = [*ROWS, *default_rows([policy], catalogue.of_release(NEWEST), engine.index)]
    row = data.draw(st.sampled_from(rows))
    identity = data.draw(st.sampled_from(distinguished(engine.index)))
    verb = data.draw(st.sampled_from(row.verbs))
    asked = list(requests(row, verb, [policy], identity))
    assume(asked)
    answer = referee.eval(as_json(policy), [as_question(request) for request in asked])
    assume(not answer["error"])
    cell = engine.cell(row, verb, engine.identity(identity))
    assert cell is not None
    for request, verdict in zip(asked, answer["verdicts"], strict=True):
        (case,) = cases_of(cell, request)
        assert case.decisions == (outcome(verdict),), request


@pytest.mark.parametrize("case", list(cases("eval")), ids=lambda case: case.name)
def test_cells_agree_with_recorded_answers(case: Case) -> None:
    loaded = load_text(case.data, NEWEST)
    answer = case.answers[NEWEST]
    if loaded is None or loaded.policy is None or answer.get("error"):
        return
    engine = Engine([loaded.policy])
    for asked, verdict in zip(case.ask["requests"], answer["verdicts"], strict=True):
        request = as_request(asked)
        row = row_of(request)
        if row is None or request.verb not in row.verbs or not served(row, request):
            continue
        identity = Identity("user", request.user or "", request.user, request.groups)
        cell = engine.cell(row, request.verb, engine.identity(identity))
        assert cell is not None
        (found,) = cases_of(cell, request)
        assert found.decisions == (outcome(verdict),), request


def as_request(asked: Mapping[str, Any]) -> Request:
    return Request(
        asked.get("verb", ""),
        asked.get("user"),
        tuple(asked.get("groups", ())),
        asked.get("path"),
        asked.get("apiGroup", ""),
        asked.get("resource", ""),
        asked.get("subresource", ""),
        asked.get("namespace", ""),
        asked.get("name", ""),
    )


def row_of(request: Request) -> Row | None:
    """Return a row that has a cell for such a request; None for those that no client can send."""
    if not can_happen(request):
        return None
    if request.path is not None:
        return Row(PATHS, URL_VERBS, path=request.path)
    row = resource_row(NAMED, request.api_group, request.resource, request.subresource, catalogue.of_release(NEWEST))
    return row._replace(verbs=VERBS) if not request.subresource else row
