"""Everything that the exact engine says, held to trying every request of small policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from auditlint.kubernetes.engine.dead_selectors import dead_selectors
from auditlint.kubernetes.engine.index import members
from auditlint.kubernetes.engine.region import EVERYTHING, Region, contains, meet, region_of
from auditlint.kubernetes.match import Request, evaluate, matches
from auditlint.kubernetes.policy import Policy, PolicyRule
from auditlint.kubernetes.reach import FateKind, Reach
from auditlint.kubernetes.requests import can_happen
from tests.kubernetes import brute

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.kubernetes.brute import Truth

WITH_BRUTE_FORCE = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def requests_of(truth: Truth, rule: PolicyRule) -> list[Request]:
    return [request for request in truth.requests if matches(rule, request)]


def assert_causes_stand(truth: Truth, rule: PolicyRule, taken_by: tuple[int, ...], earlier: int) -> None:
    """The rules take every request of the rule, none can be left out, and it is one rule if one suffices."""
    rules, requests = truth.policy.rules, requests_of(truth, rule)

    def take_all(chosen: Collection[int]) -> bool:
        return all(any(matches(rules[number], request) for number in chosen) for request in requests)

    assert set(taken_by) <= set(range(earlier))
    assert take_all(taken_by)
    assert not any(take_all(set(taken_by) - {number}) for number in taken_by)
    assert taken_by == next(((number,) for number in range(earlier) if take_all((number,))), taken_by)


@WITH_BRUTE_FORCE
@given(brute.policies())
def test_the_index_knows_all_rules_that_match(policy: Policy) -> None:
    index = Reach(policy).index
    for request in brute.domain(policy):
        matching = [number for number, rule in enumerate(policy.rules) if matches(rule, request)]
        assert members(index.matching(request)) == tuple(matching)


@WITH_BRUTE_FORCE
@given(brute.policies())
def test_fates_agree_with_trying_everything(policy: Policy) -> None:
    truth, engine = brute.try_all(policy), Reach(policy)
    for number, fate in enumerate(engine.fates):
        assert fate.kind.value == truth.fate(number)
        if fate.kind is FateKind.REACHED:
            assert fate.witness
            assert can_happen(fate.witness)
            assert evaluate(policy, fate.witness).rule == engine.first(fate.witness) == number
        if fate.kind is FateKind.UNREACHABLE:
            assert_causes_stand(truth, policy.rules[number], fate.taken_by, number)


@WITH_BRUTE_FORCE
@given(brute.policies())
def test_dead_selectors_agree_with_trying_everything(policy: Policy) -> None:
    truth, engine = brute.try_all(policy), Reach(policy)
    for number, rule in enumerate(policy.rules):
        found = {dead.selector.path: dead for dead in dead_selectors(engine, number)}
        expected = truth.dead_selectors(number) if truth.fate(number) == "reached" else {}
        assert found.keys() == expected.keys()
        for path, dead in found.items():
            assert dead.possible is bool(expected[path])
            if dead.possible:
                assert_causes_stand(truth, dict(brute.narrowed(rule))[path], dead.taken_by, number)
                assert dead.same_outcome is all(engine.same_outcome(number, taker) for taker in expected[path])


@WITH_BRUTE_FORCE
@given(brute.policies())
def test_redundancy_and_catch_all_agree_with_trying_everything(policy: Policy) -> None:
    truth, engine = brute.try_all(policy), Reach(policy)
    numbers = range(len(policy.rules))
    assert [engine.redundant(number) for number in numbers] == [truth.redundant(number) for number in numbers]
    answer = engine.missing_catch_all
    assert answer.impossible is (None not in truth.takers)
    if answer.request:
        assert can_happen(answer.request)
        assert evaluate(policy, answer.request).rule is None


class Question(NamedTuple):
    """Is there a request of the region whose first rule is one of those accepted (None: no rule)?"""

    policy: Policy
    region: Region
    accepted: set[int | None]
    named: tuple[PolicyRule, ...]
    """Rules that name every value that the region names."""


GROUPS = PolicyRule("None", user_groups=("g", "h", "i"))
IDENTITIES: list[dict[str, Any]] = [{}, {}, {"nobody": True}, {"exact_groups": ("g",)}, {"exact_groups": ("h", "i")}]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A policy, and a region made of what were its last rules."""
    policy = draw(brute.policies())
    assume(len(policy.rules) > 1)
    taken = draw(st.integers(1, min(2, len(policy.rules) - 1)))
    rules, asked = policy.rules[:-taken], policy.rules[-taken:]
    region = region_of(asked[0])
    for rule in asked[1:]:
        region = meet(region, region_of(rule))
    identity: dict[str, Any] = draw(st.sampled_from(IDENTITIES))
    wanted = draw(st.sets(st.sampled_from(range(len(rules)))))
    accepted: set[int | None] = {*wanted, None} if draw(st.booleans()) else {*wanted}
    return Question(policy._replace(rules=rules), region._replace(**identity), accepted, (*asked, GROUPS))


@WITH_BRUTE_FORCE
@given(questions())
def test_find_agrees_with_trying_everything(question: Question) -> None:
    policy, region, accepted, named = question
    wanted = [number for number in accepted if number is not None]
    answer = Reach(policy).find(region, wanted, or_no_rule=None in accepted)
    domain = brute.domain(policy._replace(rules=(*policy.rules, *named)), most_groups=3)
    possible = any(contains(region, one) and evaluate(policy, one).rule in accepted for one in domain)
    assert answer.complete
    assert (answer.request is not None) is possible
    if answer.request:
        assert can_happen(answer.request)
        assert contains(region, answer.request)
        assert evaluate(policy, answer.request).rule in accepted


@settings(max_examples=100, deadline=None)
@given(st.lists(brute.policies(), min_size=2, max_size=2))
def test_a_meeting_of_regions_holds_what_both_hold(policies: list[Policy]) -> None:
    one, other = (policy.rules[0] for policy in policies)
    shared = meet(region_of(one), region_of(other))
    for request in brute.domain(Policy((one, other))):
        assert contains(region_of(one), request) is matches(one, request)
        assert contains(shared, request) is (matches(one, request) and matches(other, request))


def test_everything_holds_every_request() -> None:
    assert region_of(PolicyRule("None")) == EVERYTHING
    assert contains(EVERYTHING, Request("get", path="/"))
