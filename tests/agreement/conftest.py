"""Running referees for the tests of agreement, and what the session has compared, printed at its end."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from auditlint.kubernetes.releases import NEWEST
from tests.agreement.campaign import FRESH_SEED
from tests.agreement.tally import TALLY
from tests.referee_client import COMPARED, Referee, available, built

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@pytest.fixture(scope="session")
def referees() -> Iterator[Mapping[int, Referee]]:
    """Those of the compared releases that are built; the newest is built where Go is there."""
    if not available(NEWEST):
        pytest.skip("no Go, and no referee was built: tests/referee/build")
    with ExitStack() as running:
        yield {m: running.enter_context(Referee(m)) for m in COMPARED if m == NEWEST or built(m)}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TALLY.compared:
        compared = ", ".join(f"1.{minor}" for minor in COMPARED if built(minor)) or "recorded answers"
        terminalreporter.section(f"agreement with kube-apiserver ({compared})")
        terminalreporter.line(f"fresh seed {FRESH_SEED}; AGREEMENT_SEED={FRESH_SEED} repeats it")
        for line in TALLY.lines():
            terminalreporter.line(line)
