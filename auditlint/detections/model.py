"""What a reader makes of one detection rule, and what is then said of it for a policy."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from auditlint.detections.acts import Act
    from auditlint.detections.condition import Condition, Field
    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.kubernetes.requests import Request


class Detection(NamedTuple):
    """One detection rule over audit events."""

    language: str
    """falco, sigma or elastic."""
    name: str
    path: str
    line: int
    parts: tuple[Condition, ...]
    """What it looks for: one event, or several of a sequence; empty where it could not be read."""
    id: str | None = None
    severity: str | None = None
    """In the words of its language."""
    tactics: tuple[str, ...] = ()
    """Of MITRE ATT&CK, in lower case."""
    unread: str = ""
    """The part that could not be read."""
    prints: tuple[Field, ...] = ()
    """The fields that its output shows."""
    notes: tuple[str, ...] = ()


class Verdict(Enum):
    """What a policy lets a detection see; the worst first."""

    BLIND = "blind"
    PARTLY = "partly"
    NOT_JUDGED = "not-judged"
    NEVER = "never"
    SEES = "sees"


class Part(NamedTuple):
    """What a detection looks for in one event, and the acts that it is about."""

    condition: Condition
    acts: tuple[Act, ...]
    seen: tuple[bool, ...]
    """For each act whether it is seen however hidden fields come out."""
    glimpsed: tuple[bool, ...]
    """For each act whether it is seen in one way at least."""
    complete: bool = True
    """Whether these are all acts that it is about."""

    @property
    def verdict(self) -> Verdict:
        """What the policy lets this part see."""
        if not self.acts:
            return Verdict.NEVER
        if all(self.seen):
            return Verdict.SEES
        return Verdict.PARTLY if any(self.glimpsed) else Verdict.BLIND

    @property
    def unseen(self) -> list[Act]:
        """The acts of which some are not seen."""
        return [act for act, seen in zip(self.acts, self.seen, strict=True) if not seen]


class Needs(NamedTuple):
    """What a detection has to see."""

    level: str | None = None
    """The lowest level that is enough where every stage is written; None where none is."""
    stages: tuple[str, ...] = ()
    """The stages of which one must be written."""
    fields: tuple[str, ...] = ()
    """The fields that it reads beyond Metadata."""


class Addition(NamedTuple):
    """A rule that a policy lacks."""

    rule: PolicyRule
    before: int | None
    """The rule that it must stand before; None: at the end."""
    secret: bool
    """Whether the log will hold what is secret because of it."""


class Advice(NamedTuple):
    """What lets a detection see everything: rules to add, and stages that the policy's own omitStages leave out."""

    additions: tuple[Addition, ...]
    stages: tuple[str, ...]


class Judgement(NamedTuple):
    """What is said of one detection under one policy."""

    verdict: Verdict
    needs: Needs = Needs()
    witness: Request | None = None
    """A request that it is about and of which some act is not seen."""
    rule: int | None = None
    """The rule of the policy that matches the witness."""
    reason: str = ""
    help: Advice | None = None
    notes: tuple[str, ...] = ()
