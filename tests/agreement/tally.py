"""Counts what was compared in this session, for the summary at its end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.agreement.comparison import Point

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.agreement.comparison import Skipped


class Tally:
    """How many texts were looked at, and what was compared of them."""

    def __init__(self) -> None:
        self.texts: Counter[str] = Counter()
        self.compared: Counter[str] = Counter()
        self.disagreements: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()

    def add(self, point: Point | Skipped) -> None:
        """Count one thing."""
        if isinstance(point, Point):
            self.compared[point.comparison] += 1
        else:
            self.skipped[point.reason] += 1

    def lines(self) -> Iterator[str]:
        """Yield what a person wants to know in the end."""
        yield "texts: " + ", ".join(f"{count:,} {kind}" for kind, count in self.texts.items())
        for comparison, count in self.compared.items():
            yield f"{comparison:<40}{count:>9,} compared {self.disagreements[comparison]:>4} disagreements"
        for reason, count in self.skipped.items():
            yield f"not compared: {reason}: {count:,}"


TALLY = Tally()
