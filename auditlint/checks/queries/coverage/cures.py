"""Rules to paste that log what a rule of level None silences and should not: all of it at once, and little else."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from auditlint.checks.queries.coverage import losses, senders, silenced
from auditlint.checks.queries.coverage.kinds import ANY_WRITES, PRIVILEGED, WRITES
from auditlint.kubernetes.engine.dead_selectors import dead_selectors
from auditlint.kubernetes.engine.region import meet, region_of
from auditlint.kubernetes.match import matches
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.kubernetes.reach import FateKind, Reach
from auditlint.kubernetes.served import ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditlint.checks.queries.coverage.kinds import Kind
    from auditlint.checks.queries.coverage.losses import Loss
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.engine.dead_selectors import DeadSelector
    from auditlint.subjects.model import PolicySubject

_WHATEVER_IS_DONE = frozenset({"secrets-not-audited", "token-requests-not-audited", "exec-not-audited"})
"""Of these every request counts, of the others the changes."""
_READS = ("get", "list", "watch")
_Value = TypeVar("_Value")
_CHANGES = ("create", "update", "patch", "delete", "deletecollection")
_ATTRIBUTES = {
    "users": "users",
    "userGroups": "user_groups",
    "verbs": "verbs",
    "namespaces": "namespaces",
    "nonResourceURLs": "non_resource_urls",
    "resources": "resources",
    "resourceNames": "resource_names",
}


class Cure(NamedTuple):
    """Rules of level Metadata to put above a rule of level None, and that rule as it should be, None to log all."""

    above: tuple[PolicyRule, ...]
    rule: PolicyRule | None


def of_rule(policy: PolicySubject, analysis: Analysis, index: int, kinds: Sequence[Kind]) -> Cure:
    """Return what makes a rule of level None silence nothing of some kinds any longer."""
    case = _Case(policy, analysis, index, kinds)
    rule = analysis.policy.rules[index]
    if PRIVILEGED in kinds:
        rule = _without_privileged(rule) or rule
    cure = case.cure(rule)
    of_anybody = ANY_WRITES in kinds or (PRIVILEGED in kinds and silenced.privileged_names(rule))
    if cure.rule and of_anybody and case.leaves_changes(cure.above, cure.rule):
        reading = _reading(rule)
        rule, cure = reading or rule, case.cure(reading)
    if cure.rule and case.leaves_failed_logins(cure.above, cure.rule):
        names = any(entry.resource_names for entry in rule.resources)
        limited = (_reading(rule) if names else rule) if case.serves_people() else None
        cure = case.cure(limited and limited._replace(user_groups=(AUTHENTICATED,)))
    return cure


class _Case(NamedTuple):
    """A rule of level None that silences requests of some kinds."""

    policy: PolicySubject
    found: Analysis
    number: int
    kinds: Sequence[Kind]

    def cure(self, rule: PolicyRule | None) -> Cure:
        """Return the rules to put above what is left of the rule, and that without what matches nothing then."""
        if rule is None:
            return Cure((), None)
        kinds = [kind for kind in self.kinds if not kind.who.nobody]
        lost = losses.within(self.policy, self.found, self.number, region_of(rule), kinds)
        above = tuple(logging(lost, rule, self.policy.minor))
        left = _without_dead(above, rule)
        return Cure(above, left) if left else Cure((), None)

    def leaves_changes(self, above: Sequence[PolicyRule], rule: PolicyRule) -> bool:
        """Tell whether a rule silences changes by people that no rule above it logs."""
        # it loads the catalogue of resources, which few policies need
        from auditlint.checks.queries.coverage import calls as known

        by_name = PRIVILEGED in self.kinds
        whoever = meet(region_of(rule), senders.SOMEBODY)
        for calls in known.writes(self.policy, self.found, whoever, by_name=by_name):
            for target in calls.region.targets or ():
                one = calls._replace(region=calls.region._replace(targets=(target,)))
                request = silenced.taken(self.found, self.number, one)
                if request and not any(matches(logged, request) for logged in above):
                    return True
        return False

    def leaves_failed_logins(self, above: Sequence[PolicyRule], rule: PolicyRule) -> bool:
        """Tell whether a rule silences failed logins that no rule above it logs."""
        kinds = [kind for kind in self.kinds if kind.who.nobody]
        lost = losses.within(self.policy, self.found, self.number, region_of(rule), kinds)
        return any(not any(matches(logged, loss.requests[0]) for logged in above) for _, loss in lost)

    def serves_people(self) -> bool:
        """Tell whether the rule matches something of people whose login did not fail, or may."""
        region = meet(self.found.reach.region(self.number), senders.SOMEBODY)
        return not self.found.find_served(region, (self.number,)).impossible


def _reading(rule: PolicyRule) -> PolicyRule | None:
    """Return a rule without the verbs that change something; None where it has no others."""
    reads = tuple(verb for verb in rule.verbs if verb not in WRITES) if rule.verbs else _READS
    return rule._replace(verbs=reads) if reads else None


def _without_privileged(rule: PolicyRule) -> PolicyRule | None:
    """Return a rule without the privileged names in it; None where its list has no others."""
    privileged = silenced.privileged_names(rule)
    users = tuple(user for user in rule.users if user not in privileged)
    groups = tuple(group for group in rule.user_groups if group not in privileged)
    if not privileged or bool(users) != bool(rule.users) or bool(groups) != bool(rule.user_groups):
        return None
    return rule._replace(users=users, user_groups=groups)


def logging(lost: Iterable[tuple[Kind, Loss]], rule: PolicyRule, minor: int) -> Iterator[PolicyRule]:
    """Yield the rules of level Metadata that log what is lost by a rule, limited as that is."""
    kept = list(lost)
    known = [(kind, loss) for kind, loss in kept if not kind.of_strangers]
    whatever = [loss for kind, loss in known if kind.rule in _WHATEVER_IS_DONE]
    changed = [loss for kind, loss in known if kind.rule not in _WHATEVER_IS_DONE]
    yield from _entries(whatever, _limited(rule, rule.verbs, minor))
    changes = tuple(verb for verb in _CHANGES if not rule.verbs or verb in rule.verbs)
    yield from _entries(changed, _limited(rule, changes, minor))
    if rule.users or rule.user_groups:
        users = tuple(user for user in rule.users if user == ANONYMOUS)
        groups = tuple(group for group in rule.user_groups if group == UNAUTHENTICATED)
        strangers = rule._replace(users=users, user_groups=groups)
        yield from _entries([loss for kind, loss in kept if kind.of_strangers], _limited(strangers, rule.verbs, minor))


def _limited(rule: PolicyRule, verbs: tuple[str, ...], minor: int) -> PolicyRule:
    """Return a rule of level Metadata for the people and places of another."""
    return PolicyRule(
        "Metadata",
        users=senders.alive("users", rule.users, minor),
        user_groups=senders.alive("userGroups", rule.user_groups, minor),
        verbs=verbs,
        namespaces=tuple(name for name in rule.namespaces if "*" not in name),
    )


def _entries(lost: Iterable[Loss], rule: PolicyRule) -> Iterator[PolicyRule]:
    """Yield the rule with the resources that are lost, if there are any."""
    groups: dict[tuple[str, tuple[str, ...]], dict[str, None]] = {}
    for loss in lost:
        for names in loss.names:
            groups.setdefault((loss.target.group or "", names or ()), {})[losses.spelled(loss.target)] = None
    if groups:
        entries = (GroupResources(group, tuple(resources), names) for (group, names), resources in groups.items())
        yield rule._replace(resources=tuple(entries))


def _without_dead(above: tuple[PolicyRule, ...], rule: PolicyRule) -> PolicyRule | None:
    """Return a rule without the entries that match nothing behind others; None where it matches nothing then."""
    before = cache(partial(_dead_values, rule))
    for _ in range(sum(map(len, (rule.verbs, rule.users, rule.user_groups, rule.resources, rule.namespaces))) + 1):
        reach = Reach(Policy((*above, rule)))
        if reach.fates[-1].kind is not FateKind.REACHED:
            return None
        dead = [one for one in dead_selectors(reach, len(above)) if _value(one) not in before()]
        if not dead:
            return rule
        rule = _without(rule, dead[-1])
    return rule


def _dead_values(rule: PolicyRule) -> frozenset[tuple[str, str, str]]:
    """Return what matches nothing in a rule by itself, whatever stands above it."""
    return frozenset(_value(one) for one in dead_selectors(Reach(Policy((rule,))), 0))


def _value(dead: DeadSelector) -> tuple[str, str, str]:
    return dead.selector.field, dead.selector.inner, dead.value


def _without(rule: PolicyRule, dead: DeadSelector) -> PolicyRule:
    """Return a rule without one entry of one of its lists."""
    field, at, inner, inner_at = dead.selector
    if inner:
        entry, attribute = rule.resources[at], _ATTRIBUTES[inner]
        less: dict[str, Any] = {attribute: _but(getattr(entry, attribute), inner_at)}
        fewer = entry._replace(**less)
        return rule._replace(resources=(*rule.resources[:at], fewer, *rule.resources[at + 1 :]))
    less = {_ATTRIBUTES[field]: _but(getattr(rule, _ATTRIBUTES[field]), at)}
    return rule._replace(**less)


def _but(values: Sequence[_Value], at: int) -> tuple[_Value, ...]:
    return (*values[:at], *values[at + 1 :])
