"""What auditlint reports, held to the real code of kube-apiserver on texts that nobody chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditlint.kubernetes.releases import NEWEST
from tests.agreement import campaign, texts
from tests.agreement.campaign import FIXED_SEED, FRESH_SEED, Kind
from tests.agreement.comparison import Point, ask_about_flags, ask_about_policy, compare_flags, compare_policy
from tests.agreement.kept import Case, cases
from tests.agreement.tally import TALLY
from tests.recorded_answers import without_empty
from tests.referee_client import COMPARED, available, built

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.agreement.comparison import Answers
    from tests.referee_client import Referee

POLICY = Kind("policy", ask_about_policy, compare_policy)
FLAGS = Kind("flags", ask_about_flags, compare_flags)
KINDS = {kind.name: kind for kind in (POLICY, FLAGS)}
KEPT = list(cases())

with_both_seeds = pytest.mark.parametrize("number", [FIXED_SEED, FRESH_SEED], ids=["fixed", "fresh"])
kept = pytest.mark.parametrize("case", KEPT, ids=[case.file for case in KEPT])


@pytest.mark.parametrize("minor", COMPARED, ids=lambda minor: f"1.{minor}")
def test_the_release_is_compared(minor: int) -> None:
    if not (available() if minor == NEWEST else built(minor)):
        pytest.skip(f"nothing is compared with 1.{minor}, whose referee is not built: tests/referee/build {minor}")


@with_both_seeds
@pytest.mark.parametrize("made", texts.POLICIES)
def test_policies(referees: Mapping[int, Referee], number: int, made: str) -> None:
    campaign.run(POLICY, made, texts.POLICIES[made], referees, number)


@with_both_seeds
def test_lists_of_flags(referees: Mapping[int, Referee], number: int) -> None:
    campaign.run(FLAGS, "lists of flags", texts.arguments, referees, number)


def test_a_disagreement_is_made_small(referees: Mapping[int, Referee]) -> None:
    def differ(data: bytes, minor: int, answers: Answers) -> Iterator[Point]:
        yield Point(f"kind in 1.{minor}", b"kind" in data, answers["load"]["ok"])

    found = campaign.smallest(
        Kind("policy", ask_about_policy, differ), b"# one\nkind: x\n", referees[NEWEST], f"kind in 1.{NEWEST}"
    )
    assert found == b"kind"


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
