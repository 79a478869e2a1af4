"""Choices read off a row of numbers, so that hypothesis finds and shrinks them all with one draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Option = TypeVar("Option")


class Dice:
    """Throws that were made before; when they are used up every throw is 0, which is the plainest choice."""

    def __init__(self, throws: bytes) -> None:
        self._throws = iter(throws)

    def number(self, below: int) -> int:
        """Return a number from 0 to below `below`."""
        high, low = next(self._throws, 0), next(self._throws, 0) if below > 256 else 0
        return (high + (low << 8)) % below

    def pick(self, options: Sequence[Option]) -> Option:
        """Return one of the options; the first is the plainest."""
        return options[self.number(len(options))]

    def once_in(self, times: int) -> bool:
        """Tell whether something rare happens now."""
        return self.number(times) == times - 1
