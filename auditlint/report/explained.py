"""What is decided on one request, and why: the document of `eval`."""

from __future__ import annotations

from typing import NamedTuple


class PassedOver(NamedTuple):
    """An earlier rule, where it stands, and what keeps it from taking the request."""

    place: str
    reason: str


class Decided(NamedTuple):
    """A decision; `rule` is the index of the rule that takes the request, and it has no place where none does."""

    rule: int | None
    pointer: str | None
    path: str
    line: int | None
    level: str
    omit_stages: tuple[str, ...]
    omit_managed_fields: bool


class Explained(NamedTuple):
    """A decision with its reasons."""

    event: str | None
    """The audit ID of the event that records the request; None for one that the command line describes."""
    decided: Decided
    request: str
    identity: str
    stages: tuple[str, ...]
    rule: str
    """The rule that decides and where it stands, or that none does."""
    without_managed_fields: bool
    passed_over: tuple[PassedOver, ...]
    hidden: int = 0
    """Earlier rules that are not shown."""
    recorded: str = ""
    """What the event itself says that happened."""
