"""Whether a change of outcome loses something, and which of two outcomes records more."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from auditlint.kubernetes.policy import LEVELS

if TYPE_CHECKING:
    from auditlint.kubernetes.match import Outcome

_BUSIEST = ("RequestReceived", "ResponseStarted", "Panic")
"""The stages that come with most requests first, where neither level nor number of stages decides."""


class Group(Enum):
    """What a change does to what is recorded, what is worst first."""

    LOST = 0
    """Something was recorded, nothing is."""
    GAINED = 1
    DEARER = 2
    """More is recorded than was."""
    CHEAPER = 3

    @property
    def word(self) -> str:
        """The word that options and outputs have for it."""
        return self.name.lower()


def group_of(before: Outcome, after: Outcome) -> Group:
    """Return the group of a change between two outcomes that differ."""
    if before.stages and not after.stages:
        return Group.LOST
    if after.stages and not before.stages:
        return Group.GAINED
    return Group.DEARER if _recorded(after) > _recorded(before) else Group.CHEAPER


def _recorded(outcome: Outcome) -> tuple[int, ...]:
    """Return how much is recorded, in a form that compares.

    The level decides, then ResponseComplete, then the number of stages, then the managed fields.
    """
    return (
        LEVELS.index(outcome.level),
        "ResponseComplete" in outcome.stages,
        len(outcome.stages),
        not outcome.without_managed_fields,
        *(stage in outcome.stages for stage in _BUSIEST),
    )
