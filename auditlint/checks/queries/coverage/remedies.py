"""What to write so that a rule of level None no longer silences too much: one block that covers all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from auditlint.checks.queries.coverage import cures, silenced
from auditlint.checks.queries.coverage.kinds import WRITES
from auditlint.checks.suggestions.pasteable import block, inline
from auditlint.kubernetes.match import matches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.checks.queries.coverage.kinds import Kind
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.kubernetes.requests import Request
    from auditlint.subjects.model import PolicySubject

_MOST_HEIRS = 8
_CLOSE = "and end the list with `- level: Metadata`"
_KNOWN: WeakKeyDictionary[PolicySubject, dict[int, Remedy]] = WeakKeyDictionary()
"""The remedy for each rule that was asked for: several rules of auditlint give the same."""


class Remedy(NamedTuple):
    """What to do about a rule in words, the rules to put above it, and what it should be itself; None: unsaid."""

    help: str
    above: tuple[PolicyRule, ...] = ()
    rule: PolicyRule | None = None
    closes: bool = False
    """The list of rules is to end with one that matches everything: some of what the rule drops reaches no other."""


def of_rule(policy: PolicySubject, index: int) -> Remedy:
    """Return what to do about a rule that silences what should be logged, all of it at once."""
    known = _KNOWN.setdefault(policy, {})
    if index not in known and policy.analysis:
        kinds, requests = zip(*silenced.gaps(policy)[index], strict=True)
        remedy = _remedy(policy, policy.analysis, index, kinds)
        open_end = any(_falls_off(policy.analysis, index, remedy, request) for request in requests)
        known[index] = remedy._replace(help=_closing(remedy.help), closes=True) if open_end else remedy
    return known[index]


def _falls_off(analysis: Analysis, index: int, remedy: Remedy, request: Request) -> bool:
    """Tell whether no rule matches a request that a rule drops today, once the remedy is done."""
    instead = (*remedy.above, *filter(None, (remedy.rule,)))
    return analysis.without_rule(request, index) is None and not any(matches(rule, request) for rule in instead)


def _closing(help: str) -> str:
    """Return advice that closes the list of rules too."""
    sentence, *rules = help.split("\n")
    return "\n".join((f"{sentence.removesuffix(':')}, {_CLOSE}{':' if rules else ''}", *rules))


def _remedy(policy: PolicySubject, analysis: Analysis, index: int, kinds: Sequence[Kind]) -> Remedy:
    rule = analysis.policy.rules[index]
    if silenced.by_loopback(rule.users):
        reads = [verb for verb in rule.verbs if verb not in WRITES] or ["get", "list", "watch"]
        help = f"If its changes are to be logged, write `verbs: {inline(reads)}`"
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
