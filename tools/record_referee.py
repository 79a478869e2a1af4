"""Ask the referees every question of tests/recorded/ anew and write down their answers.

Run it as `python -m tools.record_referee [MINOR ...]`, for all recorded releases or for some; the questions are those
that the files hold, with or without answers.
"""

from __future__ import annotations

import itertools
import json
import sys
from typing import TYPE_CHECKING, Any

from tests.recorded_answers import FOLDER, MINORS, OPERATIONS, Case, cases, without_empty
from tests.referee_client import Referee

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.referee_client import Answer


def main(only: Sequence[int]) -> None:
    """Rewrite all files of recorded answers; one referee runs at a time."""
    recorded = {operation: list(cases(operation)) for operation in OPERATIONS}
    answers = {minor: _recorded(recorded, minor) for minor in MINORS}
    for minor in only or MINORS:
        with Referee(minor) as referee:
            answers[minor] = {operation: _answers(referee, asked) for operation, asked in recorded.items()}
    for operation, asked in recorded.items():
        by_minor = [[answers[minor][operation][index] for minor in MINORS] for index in range(len(asked))]
        lines = (_line(case, given) for case, given in zip(asked, by_minor, strict=True))
        (FOLDER / f"{operation}.jsonl").write_text("".join(lines), "utf-8")


def _recorded(cases_of: Mapping[str, Sequence[Case]], minor: int) -> dict[str, list[Answer]]:
    """Return the answers there are for one release; an empty one where there is none yet."""
    return {operation: [case.answers.get(minor, {}) for case in asked] for operation, asked in cases_of.items()}


def _answers(referee: Referee, asked: Sequence[Case]) -> list[Answer]:
    return [without_empty(referee.ask(case.question)) for case in asked]


def _line(case: Case, answers: Sequence[Answer]) -> str:
    line: dict[str, Any] = {"name": case.name, "ask": case.ask, "answers": _ranges(answers)}
    return json.dumps(line, separators=(",", ":")) + "\n"


def _ranges(answers: Sequence[Answer]) -> dict[str, Answer]:
    """Join neighbouring minors that answer the same: `{"1.20-1.25": ..., "1.30-1.37": ...}`."""
    ranges = {}
    for _, group in itertools.groupby(zip(MINORS, answers, strict=True), key=lambda pair: json.dumps(pair[1])):
        same = list(group)
        first, last = same[0][0], same[-1][0]
        ranges[f"1.{first}" if first == last else f"1.{first}-1.{last}"] = same[0][1]
    return ranges


if __name__ == "__main__":
    main([int(minor) for minor in sys.argv[1:]])
