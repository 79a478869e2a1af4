"""The rules about secrets in the log and access to them outside it: exact, with the rules above taken into account."""

from __future__ import annotations

from itertools import chain, combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.kubernetes.match import Request, evaluate
from auditlint.kubernetes.policy import GroupResources, Policy
from auditlint.kubernetes.requests import can_happen
from auditlint.rule import REGISTRY, Context
from tests.checks.policies import CLEAN, CLOSING, HEAD, findings, only, request_of, rules, shorts
from tests.checks.test_policy_matching import USERS, pointers, some, subject_of
from tests.kubernetes.brute import make_rule

LEAKS = {
    ("RequestResponse", ""): True,
    ("Request", ""): True,
    ("Metadata", ""): False,
    ("RequestResponse", 'resources: [{group: ""}]'): True,
    ("RequestResponse", 'resources: [{group: "", resources: ["*"]}]'): True,
    ("RequestResponse", 'resources: [{group: "", resources: ["secrets/*"]}]'): True,
    ("RequestResponse", "namespaces: [a]"): True,
    ("Request", 'verbs: [get, list, watch, delete]\n  resources: [{group: "", resources: [secrets]}]'): False,
    ("RequestResponse", 'verbs: [list]\n  resources: [{group: "", resources: [secrets]}]'): True,
    ("RequestResponse", 'verbs: [watch, delete]\n  resources: [{group: "", resources: [secrets]}]'): False,
    ("RequestResponse", 'verbs: [deletecollection]\n  resources: [{group: "", resources: [secrets]}]'): True,
    ("Request", 'verbs: [patch]\n  resources: [{group: "", resources: [secrets]}]'): True,
    ("Request", 'resources: [{group: "", resources: [serviceaccounts/token]}]'): False,
    ("RequestResponse", 'resources: [{group: "", resources: ["*/token"]}]'): True,
    ("RequestResponse", 'verbs: [get]\n  resources: [{group: "", resources: [serviceaccounts/token]}]'): False,
    ("Request", "resources: [{group: authentication.k8s.io}]"): True,
    ("RequestResponse", 'resources: [{group: "", resources: [configmaps]}]'): False,
    ("RequestResponse", 'namespaces: ["*"]'): False,
    ("RequestResponse", 'users: ["system:serviceaccount:*"]'): False,
    ("RequestResponse", "nonResourceURLs: ['*']"): False,
}


@pytest.mark.parametrize(("rule", "leaks"), LEAKS.items(), ids=map(str, LEAKS))
def test_secret_bodies_logged(rule: tuple[str, str], leaks: bool) -> None:  # noqa: FBT001
    text = rules(f"- level: {rule[0]}\n  {rule[1]}\n{CLOSING}")
    assert shorts(text, "secret-bodies-logged") == (["secret-bodies-logged warning @ level"] if leaks else [])
    assert shorts(rules(CLEAN + f"- level: {rule[0]}\n  {rule[1]}\n{CLOSING}"), "secret-bodies-logged") == []


def test_all_that_leaks_is_named() -> None:
    message = only(rules("- level: RequestResponse\n"), "secret-bodies-logged").message
    assert message == (
        "`kubectl get secret db -n prod` is logged at RequestResponse, so the log holds the content of secrets, live "
        "service account tokens and the bearer tokens under review. Put a rule `level: Metadata` for secrets, "
        "serviceaccounts/token and tokenreviews above this one"
    )


def test_bodies_need_a_stage_that_holds_them() -> None:
    stages = "omitStages: [ResponseStarted, ResponseComplete]"
    assert shorts(f"{HEAD}{stages}\nrules:\n- level: RequestResponse\n", "secret-bodies-logged") == []


SILENCED = {
    "verbs: [get, list, watch]": "`kubectl get secret db -n prod`",
    "userGroups: ['system:nodes']": "`kubectl get secret db -n prod` by a member of system:nodes",
    "users: ['system:kube-scheduler']": "`kubectl get secret db -n prod` by system:kube-scheduler",
    "verbs: [deletecollection]": "`kubectl delete --raw /api/v1/namespaces/prod/secrets`",
    "namespaces: [kube-system]": "`kubectl get secret db -n kube-system`",
    'resources: [{group: "", resources: [events]}]': None,
    "nonResourceURLs: ['*']": None,
    "verbs: [head, proxy]": None,
    "userGroups: ['system:unauthenticated']\n  users: [bob]": None,
}


@pytest.mark.parametrize(("rule", "command"), SILENCED.items(), ids=SILENCED.keys())
def test_secrets_not_audited(rule: str, command: str | None) -> None:
    found = findings(rules(f"- level: None\n  {rule}\n{CLOSING}"), "secrets-not-audited")
    assert [one.message.partition(" is not logged")[0] for one in found] == ([command] if command else [])


# Against all requests for secrets of a small world.

GROUPS = ("system:authenticated", "system:unauthenticated", "devs")
PEOPLE = (
    (None, ()),
    *product((*USERS, "zed"), chain.from_iterable(combinations(GROUPS, size) for size in range(len(GROUPS) + 1))),
)
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
WORLD = tuple(
    request
    for (user, groups), verb, namespace, name in product(PEOPLE, VERBS, ("", "a", "b"), ("", "x", "y"))
    if can_happen(request := Request(verb, user, groups, None, "", "secrets", "", namespace, name))
)
ENTRIES = st.builds(
    GroupResources,
    st.sampled_from(["", "apps"]),
    st.sampled_from([("secrets",), ("*",), ("secrets/*",), ("pods",), ("secrets", "pods")]),
    st.sampled_from([(), (), ("x",)]),
)
RULES = st.builds(
    make_rule,
    level=st.sampled_from(["None", "Metadata", "Request", "RequestResponse"]),
    users=some(*USERS),
    user_groups=some(*GROUPS),
    verbs=some(*VERBS),
    namespaces=some("", "a"),
    resources=st.lists(ENTRIES, max_size=2).map(tuple),
)
POLICIES = st.lists(RULES, min_size=1, max_size=4).map(lambda found: Policy(tuple(found)))
LOGGED = {"create": "Request", "update": "Request", "patch": "Request"} | dict.fromkeys(
    ("get", "list", "deletecollection"), "RequestResponse"
)


def leaks(policy: Policy, request: Request) -> int | None:
    """Return the rule that logs the secret, if one does."""
    outcome = evaluate(policy, request)
    needed = LOGGED.get(request.verb)
    return outcome.rule if needed and outcome.level in {needed, "RequestResponse"} else None


@settings(max_examples=100, deadline=None)
@given(POLICIES)
def test_findings_are_those_of_the_small_world(policy: Policy) -> None:
    subject = subject_of(policy)
    silent = {evaluate(policy, request) for request in WORLD if evaluate(policy, request).level == "None"}
    silenced = {f"/rules/{outcome.rule}" for outcome in silent if outcome.rule is not None}
    assert pointers(subject, "secrets-not-audited") <= silenced
    leaking = {f"/rules/{index}" for request in WORLD if (index := leaks(policy, request)) is not None}
    tokens = {
        finding.pointer
        for finding in REGISTRY["secret-bodies-logged"].check(
            subject, Context(REGISTRY["secret-bodies-logged"], subject)
        )
        if "tokenreviews" in finding.message or "serviceaccounts/token" in finding.message
    }
    assert pointers(subject, "secret-bodies-logged") - tokens <= leaking <= pointers(subject, "secret-bodies-logged")


@settings(max_examples=100, deadline=None)
@given(POLICIES)
def test_witnesses_are_true(policy: Policy) -> None:
    subject = subject_of(policy)
    for name in ("secrets-not-audited", "secret-bodies-logged", "namespaced-list-gap", "missing-catch-all"):
        rule = REGISTRY[name]
        for finding in rule.check(subject, Context(rule, subject)):
            request = request_of(finding)
            outcome = evaluate(policy, request)
            assert can_happen(request)
            if name == "missing-catch-all":
                assert outcome.rule is None
            elif name == "namespaced-list-gap":
                assert (outcome.level, request.namespace) == ("None", "")
            else:
                assert finding.pointer == f"/rules/{outcome.rule}"
