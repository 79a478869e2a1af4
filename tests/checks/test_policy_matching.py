"""The rules about which requests reach which rule: exact, each at its place, and one cause one finding."""

from __future__ import annotations

from itertools import chain, combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint import lint
from auditlint.carriers import recognise
from auditlint.kubernetes.match import Request, evaluate, matches
from auditlint.kubernetes.policy import GroupResources, Policy
from auditlint.kubernetes.releases import NEWEST
from auditlint.lint import Source
from auditlint.rule import REGISTRY, Context
from auditlint.settings import Settings
from auditlint.subjects.model import PolicySubject
from tests.checks.policies import CLEAN, CLOSING, as_text, findings, only, request_of, rules, short, shorts
from tests.kubernetes.brute import make_rule

CORE = '- level: {level}\n  resources:\n  - {{group: "", resources: [{names}]}}\n'


def core(level: str, names: str) -> str:
    return CORE.format(level=level, names=names)


def lines_of(text: str, rule: str) -> list[tuple[int, list[int]]]:
    """Return the line of each finding of a rule with the lines of its related places."""
    return [(found.span.line, [place.span.line for place in found.related]) for found in findings(text, rule)]


def test_one_rule_takes_all() -> None:
    text = rules(core("Metadata", "pods, nodes") + core("Request", "pods") + CLOSING)
    assert lines_of(text, "unreachable-rule") == [(7, [4])]
    found = only(text, "unreachable-rule")
    assert (found.message, found.help) == (
        "never used: line 4 matches all its requests",
        "Move it above line 4, or delete it",
    )
    assert found.example == "`kubectl get pod web -n prod`: logged at Metadata, by line 4"


def test_several_rules_take_all_together() -> None:
    text = rules(
        "- level: None\n  verbs: [get, list]\n- level: Metadata\n  verbs: [create]\n"
        "- level: Request\n  verbs: [list, create]\n  namespaces: [a]\n- level: Metadata\n"
    )
    assert lines_of(text, "unreachable-rule") == [(8, [4, 6])]
    assert only(text, "unreachable-rule").message == "never used: lines 4 and 6 together match all its requests"


def test_consecutive_rules_with_one_cause_are_one_finding() -> None:
    text = rules(CLOSING + core("Request", "pods") + core("Request", "nodes"))
    assert lines_of(text, "unreachable-rule") == [(5, [4, 8])]


def test_rules_for_the_same_requests_are_told_so() -> None:
    text = rules(core("None", "pods, nodes") + core("Request", "nodes, pods") + core("Metadata", "pods, nodes"))
    found = only(text, "unreachable-rule")
    assert found.message == "lines 4, 7 and 10 match the same requests, so only line 4 counts"
    assert found.help == "Keep the one that you mean, and delete the others"
    between = rules(core("None", "pods") + core("Metadata", "nodes") + core("None", "pods") + CLOSING)
    again = only(between, "unreachable-rule")
    assert (again.message, again.help) == ("never used: lines 4 and 10 say the same", "Delete it")


CLOSED_EARLY = {
    core("Request", "pods"): "Move the rule of line 4 to the end of the list, or delete the rule below it",
    core("Request", "pods") * 2: "Move the rule of line 4 to the end of the list, or delete the rules below it",
    core("Request", "pods") + CLOSING: "Delete the rule of line 4, or the rules below it",
}


@pytest.mark.parametrize(("below", "advice"), CLOSED_EARLY.items(), ids=CLOSED_EARLY.values())
def test_what_to_do_about_rules_below_one_that_matches_everything(below: str, advice: str) -> None:
    assert only(rules("- level: None\n" + below), "unreachable-rule").help == advice


def test_rules_with_other_causes_are_findings_of_their_own() -> None:
    text = rules(
        core("None", "pods") + core("None", "nodes") + core("Request", "pods") + core("Request", "nodes") + CLOSING
    )
    assert lines_of(text, "unreachable-rule") == [(10, [4]), (13, [7])]


NEVER = {
    "verbs": ('verbs: ["*"]\n  namespaces: [a]', 'none for a resource has the verb "*"'),
    "url verbs": ("verbs: [list]\n  nonResourceURLs: [/a]", 'none for a URL has the verb "list"'),
    "urls": ("nonResourceURLs: [/api/v1/pods]", 'kube-apiserver reads "/api/v1/pods" as requests for resources'),
    "resources": ('resources: [{group: "", resources: [a/b/c]}]', "none can equal them"),
    "names": (
        'verbs: [deletecollection]\n  resources: [{group: "", resources: [pods], resourceNames: [a]}]',
        'none with the verb "deletecollection" carries a name',
    ),
}


@pytest.mark.parametrize(("text", "reason"), NEVER.values(), ids=NEVER.keys())
def test_never_matching_rule(text: str, reason: str) -> None:
    source = Source("p.yaml", named=True, data=rules(f"- level: Request\n  {text}\n{CLOSING}").encode())
    (found,) = lint.check([source], Settings(minor=NEWEST, select=("never-matching-rule",))).findings
    assert (found.span.line, found.pointer) == (4, "/rules/0")
    assert reason in found.message


@pytest.mark.parametrize(("text", "reason"), NEVER.values(), ids=NEVER.keys())
def test_a_rule_that_never_matches_is_told_at_the_value_that_is_the_cause(text: str, reason: str) -> None:  # noqa: ARG001
    found = [one for one in findings(rules(f"- level: Request\n  {text}\n{CLOSING}")) if one.severity.word == "error"]
    assert len(found) == 1
    assert found[0].pointer.startswith("/rules/0/")


def test_unreachable_selector() -> None:
    text = rules(core("Metadata", "pods") + core("Request", "pods, nodes") + CLOSING)
    assert shorts(text, "unreachable-selector") == ["unreachable-selector warning @ pods"]
    assert lines_of(text, "unreachable-selector") == [(9, [4])]


def test_unreachable_selector_with_the_same_outcome_is_clutter() -> None:
    text = rules(core("Request", "pods") + core("Request", "pods, nodes") + CLOSING)
    assert shorts(text, "unreachable-selector") == ["unreachable-selector info @ pods"]


def test_redundant_rule() -> None:
    text = rules(core("Metadata", "pods") + CLOSING)
    assert lines_of(text, "redundant-rule") == [(4, [7])]
    assert only(text, "redundant-rule").message == "redundant: line 7 logs these requests at Metadata too"


def test_all_rules_that_make_one_redundant_are_named() -> None:
    verbs = ["get", "list", "watch", "create", "update", "patch", "delete"]
    heirs = [f"- level: Metadata\n  verbs: [{verb}]\n" for verb in verbs]

    def said(number: int) -> str:
        text = rules(core("Metadata", "pods") + "".join(heirs[:number]) + CLOSING)
        return findings(text, "redundant-rule")[0].message

    assert said(1) == "redundant: lines 7 and 9 log these requests at Metadata too"
    assert said(6) == "redundant: lines 7, 9, 11, 13 and 19 among others log these requests at Metadata too"


def test_a_silent_rule_before_an_open_end_is_redundant() -> None:
    text = rules(core("Metadata", "pods") + core("None", "nodes") + core("None", "events"))
    assert [(one.pointer, one.message) for one in findings(text, "redundant-rule")] == [
        ("/rules/1", "redundant: without it no rule matches these requests, so they are not logged either"),
        ("/rules/2", "redundant: without it no rule matches these requests, so they are not logged either"),
    ]


def test_an_exemption_before_an_open_end_is_redundant_and_told_with_the_end() -> None:
    text = rules(core("None", "nodes") + core("Metadata", "pods"))
    assert shorts(text, "redundant-rule") == []
    (end,) = findings(text, "missing-catch-all")
    assert [(one.rule, one.span.line) for one in end.related if one.rule == "redundant-rule"] == [("redundant-rule", 4)]
    report = lint.check([Source("p.yaml", named=True, data=text.encode())], Settings(select=("redundant-rule",)))
    assert [(one.pointer, one.message) for one in report.findings] == [
        ("/rules/0", "redundant: without it no rule matches these requests, so they are not logged either")
    ]


def test_a_silent_rule_for_all_that_is_left_is_redundant() -> None:
    text = rules("- level: Metadata\n  verbs: [get]\n- level: None\n  namespaces: [a]\n" + "- level: None\n")
    assert only(text, "redundant-rule").message == "redundant: line 8 drops these requests too"


def test_missing_catch_all_shows_an_ordinary_request() -> None:
    found = only(rules(core("Metadata", "pods")), "missing-catch-all")
    assert (found.span.line, found.severity.word) == (3, "warning")
    assert found.message == "`kubectl get secret db -n prod` matches no rule, so it is silently not logged"


def test_missing_catch_all_for_those_without_a_login_is_an_info() -> None:
    text = rules("- level: Metadata\n  userGroups: ['system:authenticated']\n")
    found = only(text, "missing-catch-all")
    assert found.severity.word == "info"
    assert "`kubectl get secret db -n prod` by system:anonymous" in found.message


@pytest.mark.parametrize("group", ["system:serviceaccounts", "system:masters"])
def test_missing_catch_all_for_others_is_a_warning(group: str) -> None:
    text = rules(f"- level: Metadata\n  userGroups: ['{group}', 'system:unauthenticated']\n")
    assert only(text, "missing-catch-all").severity.word == "warning"


def test_drops_the_rest_lists_what_is_lost() -> None:
    text = rules(core("Metadata", "secrets") + "- level: None\n")
    found = only(text, "drops-the-rest")
    assert (found.span.line, found.severity.word) == (7, "warning")
    assert "shells into pods" in found.message
    assert "secrets" not in found.message


def test_drops_the_rest_stands_in_place_of_the_echoes() -> None:
    text = rules(core("Metadata", "pods") + "- level: None\n  verbs: [get]\n- level: None\n")
    assert shorts(text, "secrets-not-audited") == []


LOGS_NOTHING = {
    "only None": "- level: None\n",
    "a star": '- level: Metadata\n  verbs: ["*"]\n- level: None\n',
    "too late": "- level: None\n- level: Metadata\n",
    "an old verb": "- level: Metadata\n  verbs: [proxy]\n- level: None\n",
    "a user who is none": '- level: Metadata\n  users: ["system:serviceaccount:*"]\n- level: None\n',
    "never in its group": (
        "- level: Metadata\n  users: ['system:anonymous']\n  userGroups: ['system:authenticated']\n- level: None\n"
    ),
    "no rule": "- level: None\n  users: [a]\n",
}


@pytest.mark.parametrize("text", LOGS_NOTHING.values(), ids=LOGS_NOTHING.keys())
def test_logs_nothing(text: str) -> None:
    found = only(rules(text), "logs-nothing")
    assert (found.span.line, found.severity.word) == (3, "error")
    assert not {"drops-the-rest", "secrets-not-audited"} & {finding.rule for finding in findings(rules(text))}


@pytest.mark.parametrize(
    "text", ["- level: None\n  users: [a]\n- level: Metadata\n", "- level: Metadata\n  users: [a]\n"]
)
def test_logs_something(text: str) -> None:
    assert shorts(rules(text), "logs-nothing") == []


def test_unserved_rule() -> None:
    text = rules("- level: Request\n  verbs: [proxy]\n" + CLOSING)
    assert shorts(text) == ["unserved-rule warning @ level"]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("users: ['ci-*']", "no user has such a name"),
        ("users: ['system:serviceaccount:*:*']", "no user has such a name"),
        ("namespaces: ['kube-*']", "no namespace has such a name"),
        ("userGroups: ['system:unauthenticated']\n  users: [bob]", "none of its users is in its groups"),
        ("users: ['system:node:a']\n  userGroups: ['system:serviceaccounts']", "none of its users is in its groups"),
    ],
)
def test_why_nobody_reaches_a_rule(rule: str, why: str) -> None:
    text = rules(f"- level: Request\n  {rule}\n{CLOSING}")
    found = findings(text)
    told = [(one.rule, one.message) for one in found]
    told += [(str(place.rule), place.message) for one in found for place in one.related]
    assert [said for name, said in told if name == "unserved-rule"] == [f"no request reaches this rule: {why}"]


def behind(group: str, field: str, *names: str) -> str:
    """Return a rule for a group, and a rule for others behind it."""
    listed = ", ".join(f"'{name}'" for name in names)
    return f"- level: Request\n  userGroups: ['{group}']\n- level: None\n  {field}: [{listed}]\n"


ACCOUNT = "system:serviceaccount:ci:a"
OVERLAPS = {
    "service account": (behind("system:serviceaccounts", "users", ACCOUNT, "bob"), ACCOUNT),
    "its namespace": (behind("system:serviceaccounts:ci", "users", "bob", ACCOUNT), ACCOUNT),
    "kubelet": (behind("system:nodes", "users", "system:node:n1"), "system:node:n1"),
    "everybody": (behind("system:authenticated", "users", "bob"), "bob"),
    "a group of everybody": (behind("system:authenticated", "userGroups", "system:masters"), "system:masters"),
    "never in it": (
        "- level: Request\n  users: ['system:anonymous']\n  userGroups: ['system:authenticated']\n",
        "system:anonymous",
    ),
}


@pytest.mark.parametrize(("text", "name"), OVERLAPS.values(), ids=OVERLAPS.keys())
def test_identity_overlap(text: str, name: str) -> None:
    found = shorts(rules(CLEAN + text + "- level: Request\n  verbs: [get]\n" + CLOSING), "identity-overlap")
    assert found == [f"identity-overlap error @ '{name}'"]


def overlap_advice(text: str) -> str:
    return only(rules(CLEAN + text + CLOSING), "identity-overlap").help


def test_a_star_for_all_namespaces_is_one_mistake() -> None:
    text = '- level: Metadata\n  namespaces: ["*"]\n  resources: [{group: "", resources: [secrets]}]\n'
    assert shorts(rules(text + "- level: None\n"), "namespaced-list-gap") == []
    assert shorts(rules(text + "- level: None\n"), "literal-wildcard") == ['literal-wildcard error @ "*"']


def test_what_to_do_about_an_overlap() -> None:
    other = behind("system:serviceaccounts", "users", ACCOUNT, "bob")
    same = other.replace("Request", "None")
    assert overlap_advice(other) == "Move the rule above line 8, or delete it"
    assert overlap_advice(same) == "Delete it: nothing changes"
    alone = behind("system:serviceaccounts", "users", ACCOUNT)
    assert overlap_advice(alone) == "Move the rule above line 8, or delete the rule"
    assert overlap_advice(alone.replace("Request", "None")) == "Delete the rule: nothing changes"


@pytest.mark.parametrize(
    "text",
    [
        behind("system:nodes", "users", "bob"),
        behind("system:serviceaccounts:cd", "users", ACCOUNT),
        behind("system:authenticated", "users", "bob").replace("- level: None", "  verbs: [get]\n- level: None"),
        behind("system:authenticated", "users", "system:anonymous"),
    ],
)
def test_no_identity_overlap(text: str) -> None:
    assert shorts(rules(text + CLOSING), "identity-overlap") == []


def test_parent_in_wildcard() -> None:
    text = rules(core("None", '"pods/*"') + core("Request", "pods") + CLOSING)
    found = [one for one in findings(text) if one.category == "policy-matching"]
    assert [short(text, one) for one in found] == [
        'parent-in-wildcard warning @ "pods/*"',
        "unreachable-rule error @ level",
    ]
    assert [place.span.line for place in found[0].related] == [7]


@pytest.mark.parametrize(
    "text",
    [
        core("None", '"pods/*", pods') + core("Request", "pods, nodes"),
        core("Request", '"pods/*"') + core("Request", "pods"),
        core("None", '"pods/*"') + core("Request", "nodes"),
        core("Metadata", "pods") + core("None", '"pods/*"') + core("Request", "pods, nodes"),
        core("None", '"*/status"') + core("Request", "pods"),
    ],
)
def test_no_parent_in_wildcard(text: str) -> None:
    assert shorts(rules(text + CLOSING), "parent-in-wildcard") == []


def test_the_parent_may_be_taken_by_some_of_several_rules() -> None:
    text = rules(
        "- level: None\n  users: [bob]\n  resources: [{group: '', resources: ['pods/*']}]\n"
        "- level: Metadata\n  namespaces: [a]\n"
        "- level: Request\n  resources: [{group: '', resources: [pods]}]\n" + CLOSING
    )
    found = only(text, "parent-in-wildcard")
    request = request_of(found)
    assert (request.user, request.namespace != "a", request.subresource) == ("bob", True, "")


GAPS = {
    "secrets": ('namespaces: [a]\n  resources: [{group: "", resources: [secrets]}]', True),
    "configmaps": ('namespaces: [a]\n  resources: [{group: "", resources: [configmaps]}]', True),
    "everything": ("namespaces: [a]", True),
    "with the empty one": ('namespaces: [a, ""]\n  resources: [{group: "", resources: [secrets]}]', False),
    "writes only": ('namespaces: [a]\n  verbs: [create]\n  resources: [{group: "", resources: [secrets]}]', False),
    "pods": ('namespaces: [a]\n  resources: [{group: "", resources: [pods]}]', False),
}


@pytest.mark.parametrize(("text", "gap"), GAPS.values(), ids=GAPS.keys())
def test_namespaced_list_gap(text: str, gap: bool) -> None:  # noqa: FBT001
    expected = ["namespaced-list-gap warning @ namespaces"] if gap else []
    assert shorts(rules(f"- level: Metadata\n  {text}\n- level: None\n"), "namespaced-list-gap") == expected
    assert shorts(rules(f"- level: Metadata\n  {text}\n- level: Metadata\n"), "namespaced-list-gap") == []


def test_a_snippet_lacks_nothing() -> None:
    assert shorts("- level: Metadata\n  namespaces: [a]\n- level: None\n") == [
        "namespaced-list-gap warning @ namespaces",
        "secrets-not-audited warning @ level",
    ]


# What only real identities decide, against all of a small world.

USERS = ("alice", "system:serviceaccount:ci:a", "system:node:n", "system:anonymous")
GROUPS = (
    "system:authenticated",
    "system:unauthenticated",
    "system:serviceaccounts",
    "system:serviceaccounts:ci",
    "system:nodes",
    "devs",
)
REAL = (
    (None, ()),
    ("system:anonymous", ("system:unauthenticated",)),
    ("system:serviceaccount:ci:a", ("system:serviceaccounts", "system:serviceaccounts:ci", "system:authenticated")),
    ("system:serviceaccount:ci:b", ("system:serviceaccounts", "system:serviceaccounts:ci", "system:authenticated")),
    ("system:serviceaccount:cd:a", ("system:serviceaccounts", "system:serviceaccounts:cd", "system:authenticated")),
    *(
        (user, (*groups, "system:authenticated"))
        for user in ("alice", "zed", "system:node:n")
        for groups in ((), ("devs",), ("system:nodes",), ("devs", "system:nodes"))
        if user != "system:node:n" or "system:nodes" in groups
    ),
)
ANYBODY = (
    (None, ()),
    *product((*USERS, "zed"), chain.from_iterable(combinations(GROUPS, size) for size in range(len(GROUPS) + 1))),
)
ASKED = (
    *(Request("get", resource=resource, namespace="a", name="x") for resource in ("secrets", "pods")),
    *(Request("list", resource=resource) for resource in ("secrets", "pods")),
    *(Request("create", resource=resource, namespace="a") for resource in ("secrets", "pods")),
    *(Request(verb, path="/a") for verb in ("get", "post")),
)
"""A request of each kind that the rules below can tell apart."""


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


RULES = st.builds(
    make_rule,
    level=st.sampled_from(["None", "Metadata", "Request", "RequestResponse"]),
    users=some(*USERS),
    user_groups=some(*GROUPS),
    verbs=some("get", "list"),
    resources=st.sampled_from([(), (), (GroupResources("", ("secrets",)),)]),
)
POLICIES = st.lists(RULES, min_size=1, max_size=4).map(lambda found: Policy(tuple(found)))


def subject_of(policy: Policy) -> PolicySubject:
    (subject,) = recognise.recognise(
        "p.yaml", as_text(policy).encode(), as_kind=None, named=True, minor=NEWEST
    ).subjects
    assert isinstance(subject, PolicySubject)
    assert subject.loaded.policy == policy
    return subject


def pointers(subject: PolicySubject, name: str) -> set[str]:
    rule = REGISTRY[name]
    return {finding.pointer for finding in rule.check(subject, Context(rule, subject))}


def takers(policy: Policy, people: tuple[tuple[str | None, tuple[str, ...]], ...]) -> dict[int, list[Request]]:
    """Return which requests of the small world each rule takes."""
    taken: dict[int, list[Request]] = {}
    for (user, groups), asked in product(people, ASKED):
        request = asked._replace(user=user, groups=groups)
        index = evaluate(policy, request).rule
        if index is not None:
            taken.setdefault(index, []).append(request)
    return taken


@settings(max_examples=100, deadline=None)
@given(POLICIES)
def test_unserved_rules_are_those_that_nobody_real_reaches(policy: Policy) -> None:
    subject = subject_of(policy)
    reached, served = set(takers(policy, ANYBODY)), set(takers(policy, REAL))
    assert pointers(subject, "unserved-rule") == {f"/rules/{index}" for index in reached - served}


@settings(max_examples=100, deadline=None)
@given(POLICIES)
def test_identity_overlaps_are_those_of_real_groups(policy: Policy) -> None:
    subject = subject_of(policy)
    anybody, real = takers(policy, ANYBODY), takers(policy, REAL)
    expected = set()
    for index, rule in enumerate(policy.rules):
        for field, names in (("users", rule.users), ("userGroups", rule.user_groups)):
            if any(
                any(_is_by(request, field, name) for request in anybody.get(index, []))
                and not any(_is_by(request, field, name) for request in real.get(index, []))
                and (field == "users" or _somebody_real(policy, index, name))
                for name in names
            ):
                expected.add(f"/rules/{index}/{field}")
                if index not in real:
                    break  # of a rule that is to be deleted one finding is enough
    found = {pointer.rpartition("/")[0] for pointer in pointers(subject, "identity-overlap")}
    assert found == expected


def _is_by(request: Request, field: str, name: str) -> bool:
    return request.user == name if field == "users" else name in request.groups


def _somebody_real(policy: Policy, index: int, group: str) -> bool:
    """Return whether somebody real in the group asks for what the rule asks for, wherever it ends up."""
    people = [(user, groups) for user, groups in REAL if group in groups]
    return any(
        matches(policy.rules[index], asked._replace(user=user, groups=groups))
        for (user, groups), asked in product(people, ASKED)
    )


@settings(max_examples=100, deadline=None)
@given(POLICIES)
def test_what_falls_off_is_a_warning_if_somebody_logged_in_does(policy: Policy) -> None:
    rule = REGISTRY["missing-catch-all"]
    subject = subject_of(policy)
    found = list(rule.check(subject, Context(rule, subject)))
    lost = [
        (user, groups)
        for (user, groups), asked in product(REAL, ASKED)
        if evaluate(policy, asked._replace(user=user, groups=groups)).rule is None
    ]
    if any("system:authenticated" in groups for _, groups in lost):
        assert [finding.severity.word for finding in found] == ["warning"]
    for finding in found:
        assert evaluate(policy, request_of(finding)).rule is None


@settings(max_examples=100, deadline=None)
@given(POLICIES)
def test_logs_nothing_means_that_nobody_real_is_logged(policy: Policy) -> None:
    subject = subject_of(policy)
    logged = {index for index in takers(policy, REAL) if policy.rules[index].level != "None"}
    if logged:
        assert pointers(subject, "logs-nothing") == set()
    elif not any(policy.rules[index].level != "None" for index in subject.analysis.reached()):  # type: ignore[union-attr]
        assert pointers(subject, "logs-nothing") == {"/rules"}


def test_who_lists_across_namespaces_is_somebody_a_cluster_has() -> None:
    text = rules(
        '- level: Metadata\n  namespaces: [prod]\n  resources: [{group: "", resources: [secrets]}]\n'
        "- level: None\n  userGroups: ['system:serviceaccounts']\n"
        "- level: Metadata\n"
    )
    witness = only(text, "namespaced-list-gap").witness
    assert witness is not None
    assert str(witness["user"]).startswith("system:serviceaccount:")


def test_a_star_for_a_user_is_no_overlap() -> None:
    stars = "- level: None\n  userGroups: ['*']\n- level: Metadata\n  users: ['system:node:*']\n"
    text = rules(stars + CLOSING)
    assert [one for one in shorts(text) if "identity-overlap" in one] == []
