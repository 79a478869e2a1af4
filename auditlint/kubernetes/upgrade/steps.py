"""In which release, on the way from one to another, something changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def since(before: int, after: int, is_so: Callable[[int], bool]) -> int:
    """Return the minor in which what is so in `after` came, on the way from `before`; they differ.

    It is the first on the way in which it is so, and on the way back the last in which it is not: in both directions
    the newer one of the two releases between which it changes.
    """
    if before < after:
        return next((minor for minor in range(before + 1, after) if is_so(minor)), after)
    return next((minor for minor in range(before - 1, after, -1) if is_so(minor)), after) + 1


def crosses(before: int, after: int, minor: int) -> bool:
    """Tell whether the way from one release to another, in either direction, leads over the step to 1.`minor`."""
    return min(before, after) < minor <= max(before, after)
