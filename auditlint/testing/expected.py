"""What must hold of a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.kubernetes.policy import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditlint.kubernetes.match import Decision

MUST_HOLD = ("level", "at-least", "at-most", "rule", "stages")
"""The keys that say what must hold."""


class Expected(NamedTuple):
    """What must hold of decisions: the keys of MUST_HOLD that a case has, with their values."""

    said: Mapping[str, Any]

    def broken(self, decision: Decision) -> Iterator[str]:
        """Yield what does not hold of a decision, in words; nothing where all does."""
        level, stages = decision.level, decision.stages
        if "level" in self.said and level != self.said["level"]:
            yield f"the level is {level}, not {self.said['level']}"
        if "at-least" in self.said and LEVELS.index(level) < LEVELS.index(self.said["at-least"]):
            yield f"the level is {level}, lower than {self.said['at-least']}"
        if "at-most" in self.said and LEVELS.index(level) > LEVELS.index(self.said["at-most"]):
            yield f"the level is {level}, higher than {self.said['at-most']}"
        if "rule" in self.said and decision.rule != self.said["rule"]:
            yield f"{_named(decision.rule)} matches, not {_named(self.said['rule'])}"
        if "stages" in self.said and set(stages) != set(self.said["stages"]):
            yield f"the stages are {_listed(stages)}, not {_listed(self.said['stages'])}"

    def holds(self, decision: Decision) -> bool:
        """Tell whether all that must hold does."""
        return not any(True for _ in self.broken(decision))


def _named(rule: int | None) -> str:
    return "no rule" if rule is None else f"rules[{rule}]"


def _listed(stages: tuple[str, ...]) -> str:
    return f"[{', '.join(stages)}]"
