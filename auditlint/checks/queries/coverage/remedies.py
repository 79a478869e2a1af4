"""What to write so that a rule of level None no longer silences too much: one block that covers all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from auditlint.checks.queries.coverage import cures, silenced
from auditlint.checks.queries.coverage.kinds import WRITES
from auditlint.checks.suggestions.pasteable import block, inline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.checks.queries.coverage.kinds import Kind
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.subjects.model import PolicySubject

_MOST_HEIRS = 8
_KNOWN: WeakKeyDictionary[PolicySubject, dict[int, Remedy]] = WeakKeyDictionary()
"""The remedy for each rule that was asked for: several rules of auditlint give the same."""


class Remedy(NamedTuple):
    """What to do about a rule in words, the rules to put above it, and what it should be itself; None: unsaid."""

    help: str
    above: tuple[PolicyRule, ...] = ()
    rule: PolicyRule | None = None


def of_rule(policy: PolicySubject, index: int) -> Remedy:
    """Return what to do about a rule that silences what should be logged, all of it at once."""
    known = _KNOWN.setdefault(policy, {})
    if index not in known and policy.analysis:
        kinds = [kind for kind, _ in silenced.gaps(policy)[index]]
        known[index] = _remedy(policy, policy.analysis, index, kinds)
    return known[index]


def _remedy(policy: PolicySubject, analysis: Analysis, index: int, kinds: Sequence[Kind]) -> Remedy:
    rule = analysis.policy.rules[index]
    if silenced.by_loopback(rule.users):
        reads = [verb for verb in rule.verbs if verb not in WRITES] or ["get", "list", "watch"]
        help = f"Write `verbs: {inline(reads)}` if its changes shall be logged"
        return Remedy(help, (), rule._replace(verbs=tuple(reads)))
    cure = cures.of_rule(policy, analysis, index, kinds)
    if cure.rule is None:
        return Remedy(_without(analysis, index), (), rule._replace(level="Metadata"))
    if cure.rule == rule:
        return Remedy(f"Put {_these(len(cure.above))} above it:\n{block(cure.above)}", *cure)
    instead = (*cure.above, cure.rule)
    return Remedy(f"Write {_these(len(instead))} instead:\n{block(instead)}", *cure)


def _these(number: int) -> str:
    return "this rule" if number == 1 else "these rules"


def _without(analysis: Analysis, index: int) -> str:
    """Return what to do with a rule that silences nothing else: what matches its requests then may log too much."""
    heirs, complete = analysis.reach.heirs(index, _MOST_HEIRS)
    levels = {None if heir is None else analysis.policy.rules[heir].level for heir in heirs}
    return "Delete this rule" if complete and levels == {"Metadata"} else "Write `level: Metadata` here"
