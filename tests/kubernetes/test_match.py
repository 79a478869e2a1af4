"""Which rule takes a request, and why others do not."""

from __future__ import annotations

import pytest

from auditlint.kubernetes.match import Decision, Mismatch, Request, evaluate, matches, why_not
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule

POD = Request("get", "alice", ("dev",), resource="pods", namespace="prod", name="web")
LOG = POD._replace(subresource="log")
HEALTH = Request("get", "alice", ("dev",), "/healthz/ping")
FAILED = Request("get", path="/healthz")


def listing(*resources: str, group: str = "", names: tuple[str, ...] = ()) -> PolicyRule:
    return PolicyRule("Metadata", resources=(GroupResources(group, resources, names),))


@pytest.mark.parametrize(
    ("rule", "request_", "expected"),
    [
        (PolicyRule("None"), FAILED, True),
        (PolicyRule("None", users=("alice",)), POD, True),
        (PolicyRule("None", users=("*",)), POD, False),
        (PolicyRule("None", users=("",)), FAILED, False),
        (PolicyRule("None", user_groups=("ops", "dev")), POD, True),
        (PolicyRule("None", user_groups=("ops",)), POD, False),
        (PolicyRule("None", user_groups=("ops",)), FAILED, False),
        (PolicyRule("None", verbs=("GET", "*")), POD, False),
        (PolicyRule("None", namespaces=("prod",)), POD, True),
        (PolicyRule("None", namespaces=("",)), POD, False),
        (PolicyRule("None", namespaces=("",)), HEALTH, False),
        (listing("pods"), POD, True),
        (listing("pods"), LOG, False),
        (listing("pods/log"), LOG, True),
        (listing("pods/*"), POD, True),
        (listing("pods/*"), LOG, True),
        (listing("*/log"), LOG, True),
        (listing("*/log"), POD, False),
        (listing("*"), LOG, True),
        (listing("*/*"), LOG, False),
        (listing("pod*"), POD, False),
        (listing("pods/log/x"), LOG, False),
        (listing(), LOG, True),
        (listing(names=("other",)), POD, True),
        (listing("pods", names=("other",)), POD, False),
        (listing("pods", names=("other", "web")), POD, True),
        (listing("pods", group="core"), POD, False),
        (listing("pods", group="*"), POD, True),
        (listing("*"), HEALTH, False),
        (PolicyRule("None", non_resource_urls=("*",)), HEALTH, True),
        (PolicyRule("None", non_resource_urls=("*",)), POD, False),
        (PolicyRule("None", non_resource_urls=("/healthz",)), HEALTH, False),
        (PolicyRule("None", non_resource_urls=("/healthz*",)), HEALTH, True),
        (PolicyRule("None", non_resource_urls=("/healthz/**",)), HEALTH, True),
        (PolicyRule("None", non_resource_urls=("/healthz/ping/",)), HEALTH, False),
    ],
)
def test_matches(rule: PolicyRule, request_: Request, *, expected: bool) -> None:
    assert matches(rule, request_) is expected
    assert (why_not(rule, request_) == ()) is expected


def test_the_first_rule_that_matches_decides() -> None:
    rules = (PolicyRule("Request", users=("bob",)), PolicyRule("Metadata"), PolicyRule("None"))
    assert evaluate(Policy(rules), POD) == Decision(1, "Metadata", (), omit_managed_fields=False)


def test_stages_are_a_union_in_the_order_of_a_request() -> None:
    rule = PolicyRule("Metadata", omit_stages=("Panic", "RequestReceived"))
    policy = Policy((rule,), omit_stages=("ResponseStarted", "Panic"))
    assert evaluate(policy, POD).omit_stages == ("RequestReceived", "ResponseStarted", "Panic")


@pytest.mark.parametrize(("own", "expected"), [(None, True), (True, True), (False, False)])
def test_a_rule_overrides_managed_fields(own: bool | None, *, expected: bool) -> None:  # noqa: FBT001
    policy = Policy((PolicyRule("Metadata", omit_managed_fields=own),), omit_managed_fields=True)
    assert evaluate(policy, POD).omit_managed_fields is expected


def test_no_rule_is_level_none_with_the_policys_defaults() -> None:
    policy = Policy((PolicyRule("Metadata", users=("bob",)),), omit_stages=("Panic",), omit_managed_fields=True)
    assert evaluate(policy, POD) == Decision(None, "None", ("Panic",), omit_managed_fields=True)


@pytest.mark.parametrize(
    ("rule", "request_", "expected"),
    [
        (PolicyRule("None", users=("bob",)), FAILED, [Mismatch("users", "the request has no user")]),
        (PolicyRule("None", user_groups=("a",)), POD, [Mismatch("userGroups", '"dev" is not listed')]),
        (
            PolicyRule("None", user_groups=("a",)),
            POD._replace(groups=()),
            [Mismatch("userGroups", "the user is in no group")],
        ),
        (
            PolicyRule("None", users=("bob",), verbs=("list",), namespaces=("dev",)),
            POD,
            [
                Mismatch("users", '"alice" is not listed'),
                Mismatch("verbs", '"get" is not listed'),
                Mismatch("namespaces", '"prod" is not listed'),
            ],
        ),
        (listing("pods"), HEALTH, [Mismatch("resources", "the request is for a path, not for a resource")]),
        (listing("pods", group="apps"), POD, [Mismatch("resources", 'no entry for group ""')]),
        (listing("pods"), LOG, [Mismatch("resources", '"pods/log" is not listed for group ""')]),
        (listing("pods", names=("db",)), POD, [Mismatch("resources", 'name "web" is not listed')]),
        (
            PolicyRule("None", non_resource_urls=("/api*",)),
            POD,
            [Mismatch("nonResourceURLs", "the request is for a resource, not for a path")],
        ),
        (
            PolicyRule("None", non_resource_urls=("/api*",)),
            FAILED,
            [Mismatch("nonResourceURLs", '"/healthz" is not listed')],
        ),
    ],
)
def test_why_not(rule: PolicyRule, request_: Request, expected: list[Mismatch]) -> None:
    assert list(why_not(rule, request_)) == expected


@pytest.mark.parametrize(
    ("level", "shown"), [("None", False), ("Metadata", False), ("Request", True), ("RequestResponse", True)]
)
def test_managed_fields_show_only_where_objects_are_stored(level: str, *, shown: bool) -> None:
    decision = Decision(0, level, (), omit_managed_fields=True)
    assert decision.outcome.without_managed_fields is shown
    assert decision.prescribed.omit_managed_fields
    assert not decision._replace(omit_managed_fields=False).outcome.without_managed_fields
    assert bool(decision.outcome.stages) == (level != "None")
