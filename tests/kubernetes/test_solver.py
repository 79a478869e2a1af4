"""What the exact engine and `diff` say, held to a second judge that shares no code with them: an SMT solver.

`AUDITLINT_SOLVED` says how many policies are made for each comparison.
"""

from __future__ import annotations

import os
from itertools import combinations

import z3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditlint.kubernetes.diff import difference
from auditlint.kubernetes.match import decision_of
from auditlint.kubernetes.policy import Policy
from auditlint.kubernetes.reach import FateKind, Reach
from tests.kubernetes import brute
from tests.kubernetes.solver import Unknown, possible

SOLVED = settings(
    max_examples=int(os.environ.get("AUDITLINT_SOLVED", "15")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def larger() -> st.SearchStrategy[Policy]:
    """Policies that use every field at once: too many requests to try them all."""
    placed = {"namespaces": brute.FIELDS["namespaces"], "resources": brute.ENTRIES}
    common = {name: brute.FIELDS[name] for name in ("users", "user_groups", "verbs")}
    rules = st.one_of(
        st.builds(brute.make_rule, **brute.OUTCOME, **common, **placed),
        st.builds(brute.make_rule, **brute.OUTCOME, **common),
        st.builds(brute.make_rule, **brute.OUTCOME, **common, non_resource_urls=brute.URLS),
    )
    return st.builds(Policy, st.lists(rules, min_size=1, max_size=10).map(tuple))


POLICIES = st.one_of(brute.policies(), larger())


@SOLVED
@given(POLICIES)
def test_fates(policy: Policy) -> None:
    engine, asked = Reach(policy), Unknown()
    takes = asked.first(policy)
    for number, rule in enumerate(policy.rules):
        reached = possible(asked, [takes[number][0]])
        fate = FateKind.REACHED if reached else FateKind.UNREACHABLE
        if not reached and not possible(asked, [asked.matches(rule)]):
            fate = FateKind.NEVER
        assert engine.fates[number].kind is fate, number
    assert engine.missing_catch_all.impossible is not possible(asked, [takes[-1][0]])


@SOLVED
@given(POLICIES)
def test_causes(policy: Policy) -> None:
    """The rules that take all requests of an unreachable one do, and none of them can be left out."""
    asked = Unknown()
    for number, fate in enumerate(Reach(policy).fates):
        if fate.kind is FateKind.UNREACHABLE:
            left = [z3.Not(asked.matches(policy.rules[one])) for one in fate.taken_by]
            here = asked.matches(policy.rules[number])
            assert not possible(asked, [here, *left])
            for index in range(len(left)):
                assert possible(asked, [here, *left[:index], *left[index + 1 :]])


@SOLVED
@given(POLICIES)
def test_redundant_rules(policy: Policy) -> None:
    """Without a rule that is called redundant the policy prescribes the same for every request."""
    engine, asked = Reach(policy), Unknown()
    takes = asked.first(policy)
    for number in range(len(policy.rules)):
        if engine.redundant(number):
            rest = policy._replace(rules=policy.rules[:number] + policy.rules[number + 1 :])
            said = decision_of(policy, number).prescribed
            for formula, other in asked.first(rest):
                if decision_of(rest, other).prescribed != said:
                    assert not possible(asked, [takes[number][0], formula])


@SOLVED
@given(POLICIES, POLICIES, st.booleans())
def test_differences(old: Policy, other: Policy, related: bool) -> None:  # noqa: FBT001
    """Changes hold every request whose outcome differs, with the outcomes that they say, and no request twice."""
    new = old._replace(rules=(*other.rules[:1], *old.rules[1:])) if related else other
    found, asked = difference(old, new), Unknown()
    assert found.complete
    sets = [asked.is_among(change.requests) for change in found.changes]
    befores, afters = asked.first(old), asked.first(new)
    for change, inside in zip(found.changes, sets, strict=True):
        wrong = [formula for formula, rule in befores if decision_of(old, rule).outcome != change.before]
        wrong += [formula for formula, rule in afters if decision_of(new, rule).outcome != change.after]
        assert possible(asked, [inside])
        assert not possible(asked, [inside, z3.Or(*wrong)])
    differs = [
        z3.And(before, after)
        for before, one in befores
        for after, two in afters
        if decision_of(old, one).outcome != decision_of(new, two).outcome
    ]
    assert not possible(asked, [z3.Or(*differs), *map(z3.Not, sets)])
    for one, two in combinations(sets, 2):
        assert not possible(asked, [one, two])
