"""Asks the real k8s.io/apiserver of every release about the argument lists in `tests/kubernetes/flags_recorded.jsonl`.

Usage: `python tools/record_flags.py [MINOR ...]`, of all releases or of some. Each line of the file is
`{"args": […], "by": {…}}`; the answers under `by`, per range of minors, are made anew. It needs Go, and minutes per
release that was not built before.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from auditlint.kubernetes import known_flags  # noqa: E402
from tests.referee_client import MODULES, Referee  # noqa: E402

RECORDS = ROOT / "tests" / "kubernetes" / "flags_recorded.jsonl"


def main(only: Sequence[int]) -> None:
    """Ask about each list and write the answers."""
    records = [json.loads(line) for line in RECORDS.read_text().splitlines()]
    lists = [record["args"] for record in records]
    answers = [by_minor(record["by"]) if only else {} for record in records]
    for minor in only or sorted(MODULES):
        with Referee(minor) as referee:
            for args, answer in zip(lists, answers, strict=True):
                answer[minor] = referee.flags(args, known(args, minor))
    lines = [json.dumps({"args": a, "by": ranges(b)}, ensure_ascii=False) for a, b in zip(lists, answers, strict=True)]
    RECORDS.write_text("\n".join(lines) + "\n")


def known(args: list[str], minor: int) -> list[dict[str, str]]:
    """Return the flags beside the audit flags that a list names, for the referee to define."""
    names = {arg.lstrip("-").partition("=")[0].replace("_", "-") for arg in args} | {"v"}
    found = [
        known_flags.find(name, minor) for name in sorted(names) if not known_flags.is_audit(name) and name != "help"
    ]
    return [{"name": flag.name, "type": flag.type, "bare": flag.bare} for flag in found if flag]


def by_minor(ranges: dict[str, Any]) -> dict[int, Any]:
    """Return the answers of every minor in ranges of minors."""
    spans = {tuple(map(int, span.split("-"))): answer for span, answer in ranges.items()}
    return {minor: answer for span, answer in spans.items() for minor in range(span[0], span[-1] + 1)}


def ranges(answers: dict[int, Any]) -> dict[str, Any]:
    """Return the answers by range of minors, `20-23`, those that follow each other and say the same taken together."""
    found: list[tuple[int, int, Any]] = []
    for minor, answer in sorted(answers.items()):
        if found and found[-1][2] == answer:
            found[-1] = (found[-1][0], minor, answer)
        else:
            found.append((minor, minor, answer))
    return {str(first) if first == last else f"{first}-{last}": answer for first, last, answer in found}


if __name__ == "__main__":
    main([int(minor) for minor in sys.argv[1:]])
