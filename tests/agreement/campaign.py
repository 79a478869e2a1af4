"""Runs many cases against the live referee; the first disagreement is made small, kept as a case, and reported."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.agreement.comparison import EVAL, Point
from tests.agreement.kept import keep
from tests.agreement.tally import TALLY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hypothesis.strategies import SearchStrategy

    from tests.agreement.comparison import Answers, Skipped
    from tests.referee_client import Referee

FIXED_SEED = 1
FRESH_SEED = int(os.environ.get("AGREEMENT_SEED") or random.SystemRandom().randrange(10**9))
"""Another one in every session; the environment variable repeats a session."""
TEXTS = int(os.environ.get("AGREEMENT_TEXTS") or (1000 if os.environ.get("CI") else 60))
"""How many texts each test makes."""
BATCH = 10
"""How many texts hypothesis makes before it begins to vary those that it has made."""
LONGEST_TO_CUT = 4000


class Kind(NamedTuple):
    """One kind of text: its name, how to ask about it, and how to compare."""

    name: str
    ask: Callable[[Referee, bytes], Answers]
    compare: Callable[[bytes, int, Answers], Iterator[Point | Skipped]]


class DisagreementError(AssertionError):
    """auditlint and kube-apiserver do not say the same."""


def run(kind: Kind, made: str, texts: SearchStrategy[bytes], referees: Mapping[int, Referee], number: int) -> None:
    """Compare `TEXTS` different texts; the same number makes the same texts."""
    seen: set[bytes] = set()

    def check(data: bytes) -> None:
        if data not in seen:
            TALLY.texts[made] += 1
            _check(kind, data, referees)
            seen.add(data)

    for batch in range(-(-TEXTS // BATCH)):
        options = settings(
            max_examples=BATCH,
            deadline=None,
            database=None,
            derandomize=False,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        seed(f"{made} {number} {batch}")(options(given(texts)(check)))()


def _check(kind: Kind, data: bytes, referees: Mapping[int, Referee]) -> None:
    for minor, referee in referees.items():
        for point in kind.compare(data, minor, kind.ask(referee, data)):
            TALLY.add(point)
            if isinstance(point, Point) and not point.agrees:
                TALLY.disagreements[point.comparison] += 1
                _report(kind, smallest(kind, data, referee, point.comparison), referees, point)


def _report(kind: Kind, data: bytes, referees: Mapping[int, Referee], found: Point) -> None:
    answers = {minor: kind.ask(referee, data) for minor, referee in referees.items()}
    if found.comparison != EVAL:
        answers = {
            minor: {part: said for part, said in answer.items() if part != "eval"} for minor, answer in answers.items()
        }
    path = keep(kind.name, data, answers)
    raise DisagreementError(
        f"{found.comparison}: kept as tests/agreement/cases/{path.name}; AGREEMENT_SEED={FRESH_SEED} repeats this\n"
        f"text: {data!r}\nauditlint: {found.ours}\nkube-apiserver: {found.theirs}\n"
        f"its loader: { {minor: answer.get('load') or answer for minor, answer in answers.items()} }"
    )


def smallest(kind: Kind, data: bytes, referee: Referee, comparison: str) -> bytes:
    """Return the text without all that can be cut out of it while the two still disagree about the same thing."""

    def still(shorter: bytes) -> bool:
        points = kind.compare(shorter, referee.minor, kind.ask(referee, shorter))
        return any(isinstance(point, Point) and point.comparison == comparison and not point.agrees for point in points)

    size = len(data) // 2 if len(data) <= LONGEST_TO_CUT else 0
    while size:
        data = _cut(data, size, still)
        size //= 2
    return data


def _cut(data: bytes, size: int, still: Callable[[bytes], bool]) -> bytes:
    at = 0
    while at < len(data):
        shorter = data[:at] + data[at + size :]
        if still(shorter):
            data = shorter
        else:
            at += size
    return data


def differences(points: Sequence[Point | Skipped]) -> list[Point]:
    """Return the points at which the two do not agree."""
    return [point for point in points if isinstance(point, Point) and not point.agrees]
