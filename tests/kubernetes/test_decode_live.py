"""What kube-apiserver makes of policies with every kind of mistake, held to its real loader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from auditlint.kubernetes.decode import Value, load
from auditlint.kubernetes.releases import NEWEST
from tests import strategies
from tests.kubernetes.answers import load_text, mismatch
from tests.kubernetes.policy_texts import texts
from tests.referee_client import COMPARED, Referee, available, built

if TYPE_CHECKING:
    from collections.abc import Iterator

MINORS = sorted({20, 25, 26, *COMPARED})
"""Both decoders (json-iterator until 1.22), the old API versions, lenient decoding before and after its warning."""


@pytest.fixture(scope="module", params=MINORS, ids=lambda minor: f"1.{minor}")
def referee(request: pytest.FixtureRequest) -> Iterator[Referee]:
    if not (available() if request.param == NEWEST else built(request.param)):
        pytest.skip(f"the referee for 1.{request.param} is not built: tests/referee/build {request.param}")
    with Referee(request.param) as running:
        yield running


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
@given(value=strategies.documents)
def test_agrees_with_the_real_loader(referee: Referee, value: Value) -> None:
    """The same document, as YAML and as JSON."""
    text = strategies.yaml_text(value)
    answer = referee.load(text.encode())
    assert mismatch(load(value, referee.minor), answer, referee.minor) == "", (text, answer)
    if isinstance(value, tuple):
        text = strategies.json_text(value)
        answer = referee.load(text.encode())
        assert mismatch(load(value, referee.minor, from_json=True), answer, referee.minor) == "", (text, answer)


def test_agrees_on_the_corners(referee: Referee) -> None:
    for text in texts():
        answer = referee.load(text.encode())
        assert mismatch(load_text(text.encode(), referee.minor), answer, referee.minor) == "", (text, answer)
