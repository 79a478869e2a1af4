"""Cases that once were disagreements: texts in cases/, and what kube-apiserver makes of them, one a line of JSON."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.recorded_answers import without_empty

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.agreement.comparison import Answers

FOLDER = Path(__file__).parent / "cases"
ANSWERS = FOLDER / "answers.jsonl"


class Case(NamedTuple):
    """One text, `kind` says what of: `policy` or `flags`; `answers` go from minor to what the referee says."""

    file: str
    kind: str
    answers: Mapping[int, Answers]

    @property
    def data(self) -> bytes:
        """The text."""
        return (FOLDER / self.file).read_bytes()


def cases() -> Iterator[Case]:
    """Read all cases, in the order in which they were found."""
    for line in ANSWERS.read_text("utf-8").splitlines():
        kept = json.loads(line)
        answers = {int(minor.removeprefix("1.")): answer for minor, answer in kept["answers"].items()}
        yield Case(kept["file"], kept["kind"], answers)


def keep(kind: str, data: bytes, answers: Mapping[int, Answers]) -> Path:
    """Write a case, unless it is there already, and return the file of its text."""
    path = FOLDER / f"{kind}-{hashlib.sha256(data).hexdigest()[:8]}.txt"
    if not path.exists():
        path.write_bytes(data)
        by_minor: dict[str, Any] = {f"1.{minor}": without_empty(answer) for minor, answer in answers.items()}
        line = json.dumps({"file": path.name, "kind": kind, "answers": by_minor}, ensure_ascii=False)
        with ANSWERS.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    return path
