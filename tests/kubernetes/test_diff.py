"""Differences of policies, held to trying every request of small policies, and some as reviewers know them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from auditlint.kubernetes.diff import Change, Difference, Group, difference
from auditlint.kubernetes.diff.answered import is_answered
from auditlint.kubernetes.diff.changed import changed_outcome
from auditlint.kubernetes.diff.outcomes import group_of
from auditlint.kubernetes.engine.region import Region, Target
from auditlint.kubernetes.match import Outcome, Request, evaluate
from auditlint.kubernetes.policy import LEVELS, STAGES, GroupResources, Policy, PolicyRule
from auditlint.kubernetes.requests import can_happen
from auditlint.kubernetes.well_known import ANYWHERE
from tests.kubernetes import brute

WITH_BRUTE_FORCE = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def edited(draw: st.DrawFn) -> tuple[Policy, Policy]:
    """Two policies: rules of one are moved, left out, taken from another, or written as several; or two unrelated."""
    old, other = draw(brute.policies(4)), draw(brute.policies(2))
    if draw(st.integers(0, 4)) == 0:
        return old, other
    rules = [*old.rules]
    for _ in range(draw(st.integers(0, 3))):
        rules = _edit(draw, rules, other)
    outcome = draw(st.sampled_from([old, old, other]))
    return old, Policy(tuple(rules), outcome.omit_stages, outcome.omit_managed_fields)


def _edit(draw: st.DrawFn, rules: list[PolicyRule], other: Policy) -> list[PolicyRule]:
    at = draw(st.integers(0, len(rules)))
    kind = draw(st.sampled_from(["add", "drop", "move", "split", "level"]))
    before, behind = rules[:at], rules[at:]
    if kind == "add" or not behind:
        return [*before, draw(st.sampled_from(other.rules)), *behind]
    first, *rest = behind
    if kind == "drop":
        return [*before, *rest]
    if kind == "move":
        return [first, *before, *rest]
    if kind == "level":
        return [*before, first._replace(level=draw(st.sampled_from(LEVELS))), *rest]
    return [*before, *(first._replace(verbs=(verb,)) for verb in first.verbs or ("get",)), first, *rest]


def domain(old: Policy, new: Policy) -> list[Request]:
    both = Policy((*old.rules, *new.rules))
    assume(brute.size(both) <= brute.LARGEST)
    return brute.domain(both)


def assert_is_right(found: Difference, old: Policy, new: Policy, requests: list[Request]) -> None:
    """The changes hold each request that differs once, no other one, and say what becomes of it."""
    for request in requests:
        before, after = evaluate(old, request), evaluate(new, request)
        holding = [change for change in found.changes if request in change.requests]
        expected = [(before.outcome, after.outcome)] if before.outcome != after.outcome else []
        assert [(one.before, one.after) for one in holding] == expected
    for change in found.changes:
        before, after = evaluate(old, change.witness), evaluate(new, change.witness)
        assert can_happen(change.witness)
        assert change.witness in change.requests
        assert (before.rule, before.outcome, after.rule, after.outcome) == (
            change.old,
            change.before,
            change.new,
            change.after,
        )


@WITH_BRUTE_FORCE
@given(edited())
def test_changes_hold_each_request_that_differs_once(pair: tuple[Policy, Policy]) -> None:
    old, new = pair
    requests = domain(old, new)
    found = difference(old, new)
    assert found.complete
    assert found.equal is all(evaluate(old, one).outcome == evaluate(new, one).outcome for one in requests)
    assert_is_right(found, old, new, requests)


@WITH_BRUTE_FORCE
@given(edited())
def test_no_listed_value_could_be_left_out(pair: tuple[Policy, Policy]) -> None:
    old, new = pair
    requests = domain(old, new)
    for change in difference(old, new).changes:
        held = [request for request in requests if request in change.requests]
        within = change.requests.within
        assert set(within.users or ()) <= {request.user for request in held}
        listed = {verb for rule in (*old.rules, *new.rules) for verb in rule.verbs}
        assert listed.intersection(within.verbs or ()) <= {request.verb for request in held}
        assert set(within.namespaces or ()) <= {request.namespace for request in held}
        assert all(group in {g for one in held for g in one.groups} for choice in within.groups for group in choice)
        for target in within.targets or ():
            assert any(
                request in replace(change.requests, within=within._replace(targets=(target,))) for request in held
            )


@WITH_BRUTE_FORCE
@given(edited(), st.integers(0, 300))
def test_a_spent_budget_is_told_and_nothing_is_guessed(pair: tuple[Policy, Policy], steps: int) -> None:
    old, new = pair
    requests = domain(old, new)
    found = difference(old, new, steps=steps)
    differ = {one for one in requests if evaluate(old, one).outcome != evaluate(new, one).outcome}
    missed = {one for one in differ if not any(one in change.requests for change in found.changes)}
    assert not missed or not found.complete
    assert found.equal is not True or not differ
    for request in missed:
        rules = evaluate(old, request).rule, evaluate(new, request).rule
        assert rules in found.undecided or (rules[0], -1) in found.undecided
    assert_is_right(Difference(found.changes), old, new, [one for one in requests if one not in missed])


@WITH_BRUTE_FORCE
@given(edited())
def test_a_change_is_served_if_clusters_serve_some_request_of_it(pair: tuple[Policy, Policy]) -> None:
    old, new = pair
    requests = [request for request in domain(old, new) if is_answered(request, ANYWHERE)]
    for change in difference(old, new).changes:
        assert change.served or not any(request in change.requests for request in requests)
        assert change.served is is_answered(change.witness, ANYWHERE)


def outcome(level: str, *left_out: str, managed: bool = False) -> Outcome:
    return Outcome(level, frozenset(STAGES if level != "None" else ()) - set(left_out), managed)


def test_the_level_decides_then_the_response_then_the_number_of_stages_then_the_fields() -> None:
    nothing = outcome("None")
    assert group_of(outcome("Metadata"), nothing) is Group.LOST
    assert group_of(nothing, outcome("Metadata")) is Group.GAINED
    assert group_of(outcome("Metadata"), outcome("Request", *STAGES)) is Group.LOST
    assert group_of(outcome("Metadata", *STAGES), nothing) is Group.CHEAPER
    assert group_of(outcome("Metadata"), outcome("Request", "ResponseComplete")) is Group.DEARER
    assert group_of(outcome("Request", "ResponseComplete"), outcome("Request", *STAGES[:2])) is Group.DEARER
    assert group_of(outcome("Request"), outcome("Request", "Panic")) is Group.CHEAPER
    assert group_of(outcome("Request"), outcome("Request", managed=True)) is Group.CHEAPER
    assert group_of(outcome("Request", "Panic"), outcome("Request", "RequestReceived")) is Group.CHEAPER


SECRETS = PolicyRule("Metadata", resources=(GroupResources("", ("secrets", "configmaps")),))
REST = PolicyRule("RequestResponse")


def one(old: Policy, new: Policy) -> Change:
    (change,) = difference(old, new).changes
    return change


def test_a_silenced_read_of_secrets_by_nodes_is_shown_by_a_node() -> None:
    silence = PolicyRule(
        "None",
        user_groups=("system:nodes",),
        verbs=("get", "list", "watch"),
        resources=(GroupResources("", ("secrets",)),),
    )
    change = one(Policy((SECRETS, REST)), Policy((silence, SECRETS, REST)))
    assert change.group is Group.LOST
    assert change.requests.within == Region(
        groups=(("system:nodes",),), verbs=("get", "list", "watch"), targets=(Target("", "secrets", ""),), urls=()
    )
    assert (change.requests.except_old, change.requests.except_new) == ((), ())
    assert change.witness == Request(
        "get",
        "system:node:node-1",
        ("system:nodes", "system:authenticated"),
        resource="secrets",
        namespace="prod",
        name="db",
    )


def test_what_earlier_rules_match_is_left_out() -> None:
    known = PolicyRule("None", users=("u",))
    change = one(Policy((known, SECRETS, REST)), Policy((known, SECRETS, REST._replace(level="Request"))))
    assert (change.group, change.requests.within) == (Group.CHEAPER, Region())
    assert (change.requests.except_old, change.requests.except_new) == ((0, 1), ())


def test_what_matters_comes_first() -> None:
    kinds = (("", "services"), ("", "pods/exec"), ("rbac.authorization.k8s.io", "roles"), ("", "secrets"))
    rules = [
        PolicyRule("Metadata", verbs=("get",), resources=(GroupResources(group, (resource,)),))
        for group, resource in kinds
    ]
    silenced = Policy((*(rule._replace(level="None") for rule in rules), REST))
    found = difference(Policy((*rules, REST)), silenced)
    assert [change.witness.resource for change in found.changes] == ["secrets", "roles", "pods", "services"]


def test_a_rule_that_is_split_is_one_change() -> None:
    bodies = SECRETS._replace(level="Request")
    split = [bodies._replace(resources=(GroupResources("", (name,)),)) for name in ("secrets", "configmaps")]
    change = one(Policy((SECRETS, REST)), Policy((*split, REST)))
    assert change.requests.within.targets == (Target("", "secrets", ""), Target("", "configmaps", ""))
    assert change.requests.excepted == ()


def test_what_an_added_rule_matches_is_one_change() -> None:
    reads = [PolicyRule("Metadata", verbs=(verb,)) for verb in ("get", "list")]
    nodes = PolicyRule("None", user_groups=("system:nodes",), verbs=("list", "get"))
    change = one(Policy((*reads, REST)), Policy((nodes, *reads, REST)))
    assert (change.requests.within.verbs, change.requests.excepted) == (("list", "get"), ())


def test_verbs_that_no_request_for_a_subresource_has_are_not_said_to_be_left_out() -> None:
    logs = SECRETS._replace(resources=(GroupResources("", ("secrets", "configmaps", "pods/log")),))
    nodes = PolicyRule("None", user_groups=("system:nodes",))
    found = difference(Policy((SECRETS, nodes, REST)), Policy((logs, nodes, REST)))
    assert [(change.group, change.requests.within) for change in found.changes] == [
        (Group.GAINED, Region(groups=(("system:nodes",),), targets=(Target("", "pods", "log"),), urls=())),
        (Group.CHEAPER, Region(targets=(Target("", "pods", "log"),), urls=())),
    ]


def test_resources_of_which_some_verbs_are_left_are_told_apart_from_paths() -> None:
    writes = PolicyRule("Metadata", verbs=("create", "update", "patch", "delete"))
    found = difference(Policy((PolicyRule("Metadata"),)), Policy((writes,)))
    assert [(change.requests.within, change.requests.except_new) for change in found.changes] == [
        (Region(verbs=("get", "list", "watch", "deletecollection", "proxy", ""), urls=()), ()),
        (Region(targets=()), (0,)),
    ]


def asks_for(*resources: str, group: str = "", verbs: tuple[str, ...] = (), level: str = "Metadata") -> PolicyRule:
    return PolicyRule(level, verbs=verbs, resources=(GroupResources(group, resources),))


def test_what_no_cluster_serves_comes_last() -> None:
    old = asks_for("serviceaccounts/token", verbs=("get",)), asks_for("leases"), asks_for("pods/log", verbs=("get",))
    found = difference(Policy(old), Policy(tuple(rule._replace(level="None") for rule in old)))
    shown = [(change.served, change.witness.resource, change.witness.verb) for change in found.changes]
    assert shown == [(True, "pods", "get"), (False, "serviceaccounts", "get"), (False, "leases", "get")]


def test_a_member_of_several_groups_is_one_whom_clusters_know() -> None:
    accounts = PolicyRule("None", user_groups=("system:nodes", "system:serviceaccounts"))
    teleport = REST._replace(user_groups=("system:serviceaccounts:teleport",))
    change = one(Policy((SECRETS, accounts, REST)), Policy((SECRETS, teleport, accounts, REST)))
    assert change.witness.user == "system:serviceaccount:teleport:app"
    assert change.served


def test_what_other_rules_leave_of_a_group_is_not_shown_by_a_resource_that_is_not_there() -> None:
    group = "rbac.authorization.k8s.io"
    names = ("roles", "rolebindings", "clusterroles", "clusterrolebindings")
    rules = asks_for(*names, group=group), asks_for("secrets", "pods/exec", "pods/attach", "pods/portforward")
    reads = REST._replace(verbs=("get",), resources=(GroupResources(group), GroupResources("")))
    change = one(Policy((*rules, reads)), Policy(rules))
    assert (change.witness.resource, change.weight, change.served) == ("pods", 5, True)


def test_policies_without_rules_compare() -> None:
    assert difference(Policy(), Policy((PolicyRule("None"),))).equal is True
    change = one(Policy(), Policy((REST,)))
    assert (change.group, change.old, change.new, change.requests.within) == (Group.GAINED, None, 0, Region())


def is_real(request: Request) -> bool:
    """Tell whether a cluster gets such a request: nothing is called with a star, and no path has a query."""
    names = (request.user or "", *request.groups, request.namespace, request.name)
    return not any("*" in name for name in names) and "?" not in (request.path or "")


@WITH_BRUTE_FORCE
@given(edited())
def test_what_rules_matched_keeps_its_outcome_or_a_request_shows_that_it_does_not(pair: tuple[Policy, Policy]) -> None:
    old, new = pair
    requests = domain(old, new)
    found = changed_outcome(old, new)
    assert found.complete or found.request
    if found.request:
        before, after = evaluate(old, found.request), evaluate(new, found.request)
        assert before.rule is not None
        assert before.outcome != after.outcome
        assert is_real(found.request)
        return
    kept = {(rule._replace(level="", omit_stages=(), omit_managed_fields=None)) for rule in new.rules}
    for request in filter(is_real, requests):
        before = evaluate(old, request)
        lacking = before.rule is not None and (
            old.rules[before.rule]._replace(level="", omit_stages=(), omit_managed_fields=None) not in kept
        )
        assert not lacking or before.outcome == evaluate(new, request).outcome


def test_requests_for_what_is_unreal_do_not_count() -> None:
    old = Policy((PolicyRule("Request", resources=(GroupResources("core", ("pods",)),)),))
    new = Policy((PolicyRule("Request", resources=(GroupResources("", ("pods",)),)),))
    assert changed_outcome(old, new).request is not None
    assert changed_outcome(old, new, {("core", "pods")}).impossible
    assert changed_outcome(old, new, {("core", "")}).impossible
    assert not changed_outcome(old, new, {("core", "nodes")}).impossible
