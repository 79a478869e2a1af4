"""Answers of the referee that are kept in tests/recorded/, so that they count where Go is missing.

One file for each operation of the referee, one case a line: `name`, `ask` (the question) and `answers` (from a range of
minor releases to the answer they all give). Empty values of an answer are left out (`without_empty`).
tools/record_referee.py asks all questions anew; to record another case, add a line without `answers` and run it.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.kubernetes.releases import NEWEST, NEWEST_KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.referee_client import Answer

FOLDER = Path(__file__).resolve().parent / "recorded"
OPERATIONS = ("load", "eval", "resolve", "reach", "flags")
MINORS = tuple(sorted({20, 23, 25, 30, 35, NEWEST, NEWEST_KNOWN}))
"""The minor releases whose answers are recorded."""


class Case(NamedTuple):
    """One recorded question; `ask` is as written in the file, `answers` from minor to answer."""

    operation: str
    name: str
    ask: Mapping[str, Any]
    answers: Mapping[int, Answer]

    @property
    def data(self) -> bytes:
        """The text of the policy that the question is about."""
        return policy_text(self.ask)

    @property
    def question(self) -> dict[str, Any]:
        """The question as the referee takes it."""
        rest = {key: value for key, value in self.ask.items() if key not in {"text", "base64", "pieces"}}
        if len(rest) < len(self.ask):
            rest["data"] = base64.b64encode(self.data).decode()
        return {"op": self.operation, **rest}


def cases(operation: str) -> Iterator[Case]:
    """Read the recorded cases of one operation, in the order of the file."""
    for line in (FOLDER / f"{operation}.jsonl").read_text("utf-8").splitlines():
        recorded = json.loads(line)
        answers = dict(_by_minor(recorded.get("answers", {})))
        yield Case(operation, recorded["name"], recorded["ask"], answers)


def policy_text(ask: Mapping[str, Any]) -> bytes:
    """Return the policy of a question: `text`, `base64`, or `pieces` of text, each with how often it is repeated."""
    if "base64" in ask:
        return base64.b64decode(ask["base64"])
    if "pieces" in ask:
        return "".join(piece * times for piece, times in ask["pieces"]).encode()
    text: str = ask["text"]
    return text.encode()


def without_empty(answer: Any) -> Any:
    """Leave out what is empty in an answer (null, an empty text, list or mapping), as the recorded ones do.

    Users stay: null is a failed login, an empty text is a user with an empty name.
    """
    if isinstance(answer, dict):
        kept = {key: value for key, value in answer.items() if key == "user" or value not in ("", None, [], {})}
        return {key: without_empty(value) for key, value in kept.items()}
    if isinstance(answer, list):
        return [without_empty(value) for value in answer]
    return answer


def _by_minor(ranges: Mapping[str, Answer]) -> Iterator[tuple[int, Answer]]:
    for span, answer in ranges.items():
        first, _, last = span.partition("-")
        for minor in MINORS:
            if _minor(first) <= minor <= _minor(last or first):
                yield minor, answer


def _minor(release: str) -> int:
    return int(release.removeprefix("1."))
