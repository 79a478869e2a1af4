"""How the work grows with the input, counted in lines of Python that run: the same on every machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType

LINEAR = 2.0
"""How much more work the second half of an input makes than the second quarter, where work is linear in size."""
FACTOR = 1.15
"""What it may be more than that."""


def steps(work: Callable[[], object]) -> int:
    """Return how many lines of Python a piece of work runs; a loop on one line counts each of its turns."""
    count = 0

    def at_line(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return at_line

    before = sys.gettrace()
    sys.settrace(lambda *_: at_line)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def growth(work: Callable[[int], Callable[[], object]], size: int) -> float:
    """Return how much more work there is between two and four times the size than between once and twice.

    2 where work is linear in size, whatever it costs to begin with; 4 where it is quadratic. `work` makes ready for a
    size; what is loaded and remembered once is loaded before.
    """
    made = [work(size * times) for times in (1, 2, 4)]
    made[0]()
    once, twice, four_times = map(steps, made)
    return (four_times - twice) / max(twice - once, 1)


def assert_linear(work: Callable[[int], Callable[[], object]], size: int) -> None:
    """Fail where the work grows faster than the size, also where that is four times larger: bounds may come late."""
    found = growth(work, size)
    if found > LINEAR * FACTOR:
        found = growth(work, size * 4)
    assert found <= LINEAR * FACTOR, f"twice the input makes {found:.2f} times the work"


def lines(template: str, numbers: Iterable[int]) -> str:
    """Return a template once for each number, which stands for `@` in it."""
    return "".join(template.replace("@", str(number)) for number in numbers)
