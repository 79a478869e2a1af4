"""The exact engine on cases by hand, and on policies too large to try everything."""

from __future__ import annotations

import pytest

from auditlint.kubernetes.engine.dead_selectors import DeadSelector, Selector, dead_selectors
from auditlint.kubernetes.engine.region import Region, Target
from auditlint.kubernetes.engine.search import Budget
from auditlint.kubernetes.match import Request, evaluate
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.kubernetes.reach import Fate, FateKind, Reach
from benchmarks.policies import hard, random_rules, service_accounts


def resources(*names: str, group: str = "", only: tuple[str, ...] = ()) -> tuple[GroupResources, ...]:
    return (GroupResources(group, names, only),)


PODS = PolicyRule("Metadata", resources=resources("pods"))
READS = PolicyRule("None", verbs=("get", "list", "watch"))
ALL = PolicyRule("Metadata")


def sent(
    verb: str = "get",
    resource: str = "pods",
    *,
    user: str | None = "alice",
    groups: tuple[str, ...] = (),
    api_group: str = "",
    namespace: str = "default",
    name: str = "web",
) -> Request:
    resource, _, subresource = resource.partition("/")
    return Request(verb, user, groups, None, api_group, resource, subresource, namespace, name)


def urls(*urls: str) -> PolicyRule:
    return PolicyRule("None", non_resource_urls=urls)


def unreachable(*rules: int) -> Fate:
    return Fate(FateKind.UNREACHABLE, taken_by=rules)


def never(*causes: str) -> Fate:
    return Fate(FateKind.NEVER, causes=causes)


@pytest.mark.parametrize(
    ("rules", "fate"),
    [
        ((ALL, PODS), unreachable(0)),
        ((READS, PODS, PolicyRule("Request", verbs=("get", "create"), resources=resources("pods"))), unreachable(1)),
        (
            (
                READS,
                PODS._replace(verbs=("create",)),
                PolicyRule("Request", ("a",), (), ("get", "create"), PODS.resources),
            ),
            unreachable(0, 1),
        ),
        ((PolicyRule("None", resources=resources("pods/*")), PODS), unreachable(0)),
        (
            (PolicyRule("None", resources=resources("*", group="*")), PolicyRule("Metadata", namespaces=("prod",))),
            unreachable(0),
        ),
        (
            (PolicyRule("None", namespaces=("",)), PolicyRule("Metadata", resources=resources("status", "finalize"))),
            unreachable(0),
        ),
        (
            (
                PolicyRule("None", non_resource_urls=("/a*",)),
                PolicyRule("None", non_resource_urls=("/b",)),
                PolicyRule("Metadata", non_resource_urls=("/a/b*", "/a", "/b")),
            ),
            unreachable(0, 1),
        ),
        (
            (
                PolicyRule("None", non_resource_urls=("/api/v1//*",)),
                PolicyRule("None", non_resource_urls=("/api/v1/",)),
                PolicyRule("Metadata", non_resource_urls=("/api/v1/*",)),
            ),
            unreachable(0, 1),
        ),
        (
            (
                *(PolicyRule("None", verbs=(verb,)) for verb in ("get", "list", "watch", "create", "update", "patch")),
                *(PolicyRule("None", verbs=(verb,)) for verb in ("delete", "deletecollection", "proxy", "")),
                PODS,
            ),
            unreachable(*range(10)),
        ),
        ((PolicyRule("None", verbs=("connect", "GET")),), never("verbs")),
        ((PolicyRule("None", verbs=("create",), non_resource_urls=("/a",)),), never("verbs", "nonResourceURLs")),
        ((PolicyRule("None", verbs=("post",), resources=resources("pods")),), never("verbs", "resources")),
        (
            (PolicyRule("None", verbs=("read",), non_resource_urls=("/api/v1/pods",)),),
            never("verbs", "nonResourceURLs"),
        ),
        (
            (PolicyRule("None", non_resource_urls=("/api/v1/pods", "/apis/apps/v1/deployments*")),),
            never("nonResourceURLs"),
        ),
        ((PolicyRule("None", resources=resources("pods/log/x", "", "pods/", "/log")),), never("resources")),
        ((PolicyRule("None", namespaces=("a/b",)),), never("namespaces")),
        (
            (PolicyRule("None", verbs=("deletecollection",), resources=resources("pods", only=("web",))),),
            never("verbs", "resourceNames"),
        ),
        ((PolicyRule("None", verbs=("proxy",), resources=resources("pods/log")),), never("verbs", "resources")),
        ((PolicyRule("None", namespaces=("prod",), resources=resources("status")),), never("namespaces", "resources")),
    ],
)
def test_fates_of_rules_that_take_nothing(rules: tuple[PolicyRule, ...], fate: Fate) -> None:
    assert Reach(Policy(rules)).fates[-1] == fate


@pytest.mark.parametrize(
    ("rules", "witness"),
    [
        ((ALL,), sent()),
        ((PODS, ALL), sent("get", "deployments", api_group="apps")),
        ((PODS, PolicyRule("None", resources=resources("pods/*"))), sent("get", "pods/log")),
        ((PolicyRule("None", ("alice",)), ALL), sent(user="bob")),
        ((PolicyRule("None", user_groups=("dev", "ops")),), sent(groups=("dev",))),
        ((urls("/healthz*"),), Request("get", "alice", (), "/healthz/ping")),
        ((urls("/api/v1/*"),), Request("get", "alice", (), "/api/v1/")),
        ((urls("/api/v1/"), urls("/api/v1/*")), Request("get", "alice", (), "/api/v1//")),
        ((PolicyRule("None", resources=resources("*", group="*")), ALL), Request("get", "alice", (), "/healthz")),
        ((READS, PolicyRule("None", verbs=("deletecollection",))), sent("deletecollection", name="")),
    ],
)
def test_witnesses_are_ordinary(rules: tuple[PolicyRule, ...], witness: Request) -> None:
    assert Reach(Policy(rules)).fates[-1] == Fate(FateKind.REACHED, witness)


LOGGED_IN = ("system:authenticated",)


@pytest.mark.parametrize(
    ("rules", "witness"),
    [
        ((PODS,), sent("get", "deployments", api_group="apps", groups=LOGGED_IN)),
        ((PODS, PolicyRule("None", user_groups=LOGGED_IN)), sent("get", "deployments", api_group="apps")),
        ((PolicyRule("None", resources=resources()),), sent("get", "deployments", api_group="apps", groups=LOGGED_IN)),
        ((PolicyRule("None", resources=resources("*", group="*")),), Request("get", "alice", LOGGED_IN, "/healthz")),
        ((PolicyRule("None", resources=resources("*", group="*")), urls("/*")), None),
        ((READS, ALL), None),
    ],
)
def test_missing_catch_all(rules: tuple[PolicyRule, ...], witness: Request | None) -> None:
    answer = Reach(Policy(rules)).missing_catch_all
    assert answer.request == witness
    assert answer.impossible is (witness is None)


def taken(
    rule: int, selector: Selector, value: str, taken_by: tuple[int, ...], *, same_outcome: bool = False
) -> DeadSelector:
    return DeadSelector(rule, selector, value, possible=True, taken_by=taken_by, same_outcome=same_outcome)


@pytest.mark.parametrize(
    ("rules", "dead"),
    [
        (
            (PODS, PolicyRule("Request", resources=resources("pods", "secrets"))),
            [taken(1, Selector("resources", 0, "resources", 0), "pods", (0,))],
        ),
        (
            (PODS, PolicyRule("Metadata", resources=(*resources("pods"), *resources("jobs", group="batch")))),
            [taken(1, Selector("resources", 0), "", (0,), same_outcome=True)],
        ),
        ((PolicyRule("None", verbs=("get", "exec")),), [DeadSelector(0, Selector("verbs", 1), "exec", possible=False)]),
        (
            (
                PolicyRule("None", verbs=("list",), namespaces=("",)),
                PolicyRule("None", verbs=("list",), namespaces=("", "x")),
            ),
            [taken(1, Selector("namespaces", 0), "", (0,), same_outcome=True)],
        ),
        (
            (PolicyRule("None", verbs=("delete", "deletecollection"), resources=resources("pods", only=("web",))),),
            [DeadSelector(0, Selector("verbs", 1), "deletecollection", possible=False)],
        ),
        (
            (PolicyRule("None", non_resource_urls=("/a*", "/api/v1/pods")),),
            [DeadSelector(0, Selector("nonResourceURLs", 1), "/api/v1/pods", possible=False)],
        ),
        (
            (
                PolicyRule("None", resources=resources("pods", only=("x",))),
                PolicyRule("Request", user_groups=("g",), resources=resources("pods", only=("y", "x"))),
            ),
            [taken(1, Selector("resources", 0, "resourceNames", 1), "x", (0,))],
        ),
        (
            (PolicyRule("None", users=("a",)), PolicyRule("None", users=("a", "b"), user_groups=("g", "g"))),
            [taken(1, Selector("users", 0), "a", (0,), same_outcome=True)],
        ),
    ],
)
def test_dead_selectors(rules: tuple[PolicyRule, ...], dead: list[DeadSelector]) -> None:
    assert list(dead_selectors(Reach(Policy(rules)), len(rules) - 1)) == dead


@pytest.mark.parametrize(
    ("rules", "redundant"),
    [
        ((PODS, ALL), [True, False]),
        ((PolicyRule("None", ("a",)), ALL), [False, False]),
        ((PolicyRule("None", ("a",)),), [False]),
        ((PolicyRule("None", ("a",)), PODS), [False, False]),
        ((PODS, PolicyRule("None", ("a",))), [False, True]),
        ((PODS, PODS._replace(omit_stages=("Panic",)), ALL), [False, False, False]),
        ((PolicyRule("None", ("a",), omit_stages=("Panic",)), PolicyRule("None")), [True, False]),
        ((PolicyRule("None", ("a",), omit_managed_fields=True), PolicyRule("None")), [False, False]),
        ((PODS, PolicyRule("None", resources=resources("secrets")), ALL), [True, False, False]),
        (
            (PolicyRule("Metadata", user_groups=("g",)), PolicyRule("None", user_groups=("h",)), ALL),
            [False, False, False],
        ),
    ],
)
def test_redundant(rules: tuple[PolicyRule, ...], redundant: list[bool]) -> None:
    engine = Reach(Policy(rules))
    assert [engine.redundant(number) for number in range(len(rules))] == redundant


SECRETS = Region(verbs=("get", "list"), targets=(Target("", "secrets", ""),), urls=())


@pytest.mark.parametrize(
    ("region", "rules", "witness"),
    [
        (SECRETS, (0,), sent("get", "secrets", groups=LOGGED_IN, namespace="kube-system")),
        (SECRETS, (1,), sent("get", "secrets", groups=LOGGED_IN)),
        (SECRETS._replace(nobody=True), (1,), sent("get", "secrets", user=None)),
        (
            SECRETS._replace(users=("eve",), exact_groups=("g", "h")),
            (2,),
            sent("list", "secrets", user="eve", groups=("g", "h"), name=""),
        ),
        (SECRETS._replace(exact_groups=("g",)), (2,), None),
        (SECRETS._replace(verbs=("create",)), (0, 2), None),
        (Region(urls=("/healthz*",), targets=()), (3,), Request("get", "alice", LOGGED_IN, "/healthz")),
    ],
)
def test_find(region: Region, rules: tuple[int, ...], witness: Request | None) -> None:
    rules_ = (
        PolicyRule("None", verbs=("get", "list"), namespaces=("kube-system",)),
        PolicyRule("Metadata", verbs=("get",), resources=resources("secrets")),
        PolicyRule("None", user_groups=("h",), verbs=("list",), resources=resources("secrets")),
        ALL,
    )
    answer = Reach(Policy(rules_)).find(region, rules)
    assert answer.request == witness
    assert answer.impossible is (witness is None)


@pytest.mark.parametrize("policy", [hard(24), random_rules(60), service_accounts(60)], ids=["hard", "random", "real"])
def test_large_policies(policy: Policy) -> None:
    """What is claimed stands up to the evaluator where trying everything would take too long."""
    engine = Reach(policy)
    for number, fate in enumerate(engine.fates):
        if fate.witness:
            assert evaluate(policy, fate.witness).rule == number
        for other in fate.taken_by:
            fewer = tuple(policy.rules[earlier] for earlier in fate.taken_by if earlier != other)
            assert Reach(Policy((*fewer, policy.rules[number]))).fates[-1].kind is FateKind.REACHED
        if fate.taken_by:
            only = tuple(policy.rules[earlier] for earlier in fate.taken_by)
            assert Reach(Policy((*only, policy.rules[number]))).fates[-1].kind is FateKind.UNREACHABLE


def test_hard_policies_end_in_unknown_the_same_way_each_time() -> None:
    policy = hard(60)
    engines = [Reach(policy, Budget(per_question=3000, in_all=100_000, least=100)) for _ in range(2)]
    assert engines[0].fates == engines[1].fates
    unknown = {number for number, fate in enumerate(engines[0].fates) if fate.kind is FateKind.UNKNOWN}
    assert unknown
    assert unknown <= engines[0].gave_up
    assert not any(dead_selectors(engines[0], number) for number in unknown)
    assert not any(engines[0].redundant(number) for number in unknown)


def test_a_list_too_long_to_lay_out_ends_in_unknown() -> None:
    names = tuple(f"n{number}" for number in range(100))
    rule = PolicyRule("None", resources=(GroupResources("", names, names),))
    engine = Reach(Policy((rule, ALL)), Budget(per_question=5000, in_all=10**6, least=100))
    assert [fate.kind for fate in engine.fates] == [FateKind.UNKNOWN, FateKind.REACHED]
    assert engine.gave_up == {0}
