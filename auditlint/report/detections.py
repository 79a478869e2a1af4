"""What `detect` found, as every output is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from auditlint.finding import Witness
    from auditlint.report.differences import Compared

VERDICTS = {
    "blind": "nothing that it looks for is logged as it needs it",
    "partly": "some of what it looks for is logged as it needs it, some is not",
    "not-judged": "a part of it could not be read",
    "never": "it can fire under no policy",
    "sees": "everything that it looks for is logged as it needs it",
}
"""The verdicts, what is worst first, and what they mean."""
SUMMARY = ("sees", "partly", "blind", "never", "not-judged")
"""The verdicts in the order in which they are counted."""
SEVERITIES = ("critical", "high", "medium", "low", "info", "none")
"""The severities of all languages, `none` where a rule gives none."""
_RANKS = {
    "emergency": "critical",
    "alert": "critical",
    "critical": "critical",
    "error": "high",
    "high": "high",
    "warning": "medium",
    "medium": "medium",
    "notice": "low",
    "low": "low",
    "info": "info",
    "informational": "info",
    "debug": "info",
}
NO_TACTIC = "no tactic"


class Needed(NamedTuple):
    """What a detection has to see: the lowest level, stages of which one must be written, fields beyond Metadata."""

    level: str | None
    stages: tuple[str, ...]
    fields: tuple[str, ...]


class Blinding(NamedTuple):
    """The rule that matches a request which is not seen; None in all but `path`: no rule does."""

    rule: int | None
    pointer: str | None
    path: str
    line: int | None


class Judged(NamedTuple):
    """One detection, and what is said of it."""

    language: str
    name: str
    path: str
    line: int
    id: str | None
    severity: str | None
    tactics: tuple[str, ...]
    verdict: str
    needs: Needed
    witness: Witness | None
    example: str | None
    """The witness as a command, and who sends it."""
    blinded_by: Blinding | None
    reason: str | None
    help: str | None
    """What to write into the policy, as YAML: rules behind comments that say where."""
    notes: tuple[str, ...]

    @property
    def rank(self) -> str:
        """The severity in the words that all languages share."""
        return _RANKS.get((self.severity or "").lower(), "none")


class Judgements(NamedTuple):
    """All detections under one policy, in the order of their files."""

    policy: Compared
    detections: tuple[Judged, ...]
    notices: tuple[str, ...]

    def of(self, verdict: str) -> list[Judged]:
        """Return the detections with a verdict, the most severe first."""
        found = (one for one in self.detections if one.verdict == verdict)
        return sorted(found, key=lambda one: SEVERITIES.index(one.rank))

    @property
    def counts(self) -> dict[str, int]:
        """How many detections have each verdict."""
        return {verdict: sum(one.verdict == verdict for one in self.detections) for verdict in SUMMARY}

    @property
    def severities(self) -> list[str]:
        """The severities that there are, the worst first."""
        ranks = {one.rank for one in self.detections}
        return [rank for rank in SEVERITIES if rank in ranks]

    @property
    def tactics(self) -> list[str]:
        """The tactics that there are, those without one last."""
        named = {tactic for one in self.detections for tactic in one.tactics}
        bare = any(not one.tactics for one in self.detections)
        return [*sorted(named), *([NO_TACTIC] if bare else [])]

    def cell(self, tactic: str | None, rank: str | None) -> dict[str, int]:
        """Return how many detections of a tactic and a severity have each verdict, without noughts; None: of any."""
        found = [
            one.verdict
            for one in self.detections
            if (rank is None or one.rank == rank)
            and (tactic is None or tactic in one.tactics or (tactic == NO_TACTIC and not one.tactics))
        ]
        return {verdict: found.count(verdict) for verdict in VERDICTS if verdict in found}


def summary(found: Judgements) -> str:
    """Return the counts in one line: `30 detections: 3 blind, 4 partly, 23 sees`."""
    from auditlint.english import counted

    counts = found.counts
    told = ", ".join(f"{counts[verdict]} {WORDS[verdict]}" for verdict in VERDICTS if counts[verdict])
    return f"{counted(len(found.detections), 'detection')}: {told}"


WORDS = {
    "blind": "blind",
    "partly": "partly seeing",
    "not-judged": "not judged",
    "never": "never firing",
    "sees": "seeing",
}
"""The verdicts as adjectives."""
