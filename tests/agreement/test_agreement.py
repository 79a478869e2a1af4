"""What auditlint reports, held to the real code of kube-apiserver on texts that nobody chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import flag_strategies
from tests.agreement import campaign, texts
from tests.agreement.campaign import FIXED_SEED, FRESH_SEED, MINORS, Kind
from tests.agreement.comparison import ask_about_flags, ask_about_policy, compare_flags, compare_policy
from tests.agreement.kept import Case, cases
from tests.agreement.tally import TALLY
from tests.recorded_answers import without_empty
from tests.referee_client import built

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import SearchStrategy

    from tests.referee_client import Referee

POLICY = Kind("policy", ask_about_policy, compare_policy)
FLAGS = Kind("flags", ask_about_flags, compare_flags)
KINDS = {kind.name: kind for kind in (POLICY, FLAGS)}
KEPT = list(cases())

arguments: SearchStrategy[bytes] = flag_strategies.arguments.map(
    lambda given: "".join(f"{argument}\0" for argument in given if "\0" not in argument).encode()
)

with_both_seeds = pytest.mark.parametrize("number", [FIXED_SEED, FRESH_SEED], ids=["fixed", "fresh"])
kept = pytest.mark.parametrize("case", KEPT, ids=[case.file for case in KEPT])


@pytest.mark.parametrize("minor", MINORS, ids=lambda minor: f"1.{minor}")
def test_the_release_is_compared(minor: int) -> None:
    if not built(minor):
        pytest.skip(f"nothing is compared with 1.{minor}, whose referee is not built: tests/referee/build {minor}")


@with_both_seeds
@pytest.mark.parametrize("made", texts.POLICIES)
def test_policies(referees: Mapping[int, Referee], number: int, made: str) -> None:
    campaign.run(POLICY, made, texts.POLICIES[made], referees, number)


@with_both_seeds
def test_lists_of_flags(referees: Mapping[int, Referee], number: int) -> None:
    campaign.run(FLAGS, "lists of flags", arguments, referees, number)


@kept
def test_kept_cases(case: Case) -> None:
    for minor, answers in case.answers.items():
        points = list(KINDS[case.kind].compare(case.data, minor, answers))
        TALLY.texts["kept cases"] += 1
        for point in points:
            TALLY.add(point)
        assert campaign.differences(points) == []


@kept
def test_kept_answers_are_those_of_the_referee(referees: Mapping[int, Referee], case: Case) -> None:
    for minor in case.answers.keys() & referees.keys():
        said = without_empty(KINDS[case.kind].ask(referees[minor], case.data))
        assert {part: said[part] for part in case.answers[minor]} == case.answers[minor]
