"""What an upgrade changes for policies: each kind of change, its place, its release, and a request that shows it."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from auditlint.kubernetes.catalogue import of_release
from auditlint.kubernetes.match import Request, evaluate
from auditlint.kubernetes.releases import NEWEST
from auditlint.policy import Policy
from auditlint.settings import Settings
from auditlint.upgrading import upgrade_paths

if TYPE_CHECKING:
    from auditlint.report.upgraded import Change, Upgraded

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
CATCH_ALL = "- level: Metadata\n"


def upgraded(text: str, before: int, after: int, name: str = "p.yaml", **options: Any) -> Upgraded:
    texts = {name: text.encode()}
    return upgrade_paths((), f"1.{after}", from_version=f"1.{before}", texts=texts, debug=True, **options)


def told(text: str, before: int, after: int, **options: Any) -> list[tuple[str, str, int, str]]:
    found = upgraded(text, before, after, **options)
    return [(change.kind, change.word, change.span.line, change.since) for change in found.changes]


def request_of(change: Change) -> Request:
    """Return the witness of a change as a request."""
    shown: dict[str, Any] = dict(change.witness or {})
    names = {"apiGroup": "api_group"}
    return Request(
        **{names.get(name, name): value for name, value in {**shown, "groups": tuple(shown["groups"])}.items()}
    )


def decided(text: str, minor: int, request: Request) -> Any:
    return evaluate(Policy.from_text(text, kubernetes_version=f"1.{minor}").held, request)


FIELD_OF_POLICY = HEAD + "omitManagedFields: true\nrules:\n- level: Request\n  verbs: [create]\n" + CATCH_ALL
FIELD_OF_RULE = HEAD + "rules:\n- level: Metadata\n  verbs: [get]\n- level: Request\n  omitManagedFields: true\n"


@pytest.mark.parametrize(("text", "line"), [(FIELD_OF_POLICY, 3), (FIELD_OF_RULE, 7)])
@pytest.mark.parametrize(("before", "after"), [(18, NEWEST), (22, 23), (23, 22), (NEWEST, 18)])
def test_managed_fields(text: str, line: int, before: int, after: int) -> None:
    (change,) = upgraded(text, before, after).changes
    assert (change.kind, change.topic, change.since, change.span.line) == ("differs", "dropped-field", "1.23", line)
    request = request_of(change)
    outcomes = [decided(text, minor, request).outcome for minor in (before, after)]
    assert [outcome.without_managed_fields for outcome in outcomes] == [before > after, after > before]


@pytest.mark.parametrize(
    "rules",
    [
        "- level: Metadata\n  omitManagedFields: true\n",  # below Request there are none
        "- level: Request\n  omitManagedFields: false\n",  # what is dropped says what holds anyway
        "- level: Metadata\n- level: Request\n  omitManagedFields: true\n",  # nothing reaches the rule
        "- level: Request\n  omitManagedFields: null\n",
    ],
)
def test_a_field_that_changes_no_outcome(rules: str) -> None:
    assert [word for _, word, *_ in told(f"{HEAD}rules:\n{rules}", 20, 30)] in ([], ["token-bodies"])


def test_only_the_field_that_decides_is_told() -> None:
    text = HEAD + "omitManagedFields: true\nrules:\n- level: Request\n  verbs: [create]\n  omitManagedFields: true\n"
    assert told(text, 22, 23) == [("differs", "dropped-field", 7, "1.23")]
    kept = HEAD + "omitManagedFields: true\nrules:\n- level: Request\n  omitManagedFields: false\n"
    assert told(kept, 22, 23) == []


JSON = '{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [%s]}'
OF_APPS = '{"level": "Metadata", "resources": [{"group": "apps", "group": null, "resources": ["deployments"]}]}'


@pytest.mark.parametrize(("before", "after"), [(22, 23), (18, NEWEST), (23, 22)])
def test_json_reads_a_null_otherwise_from_1_23_on(before: int, after: int) -> None:
    (change,) = upgraded(JSON % OF_APPS, before, after, name="p.json").changes
    assert (change.topic, change.since, change.pointer) == ("dropped-field", "1.23", "/rules/0/resources/0/group")
    request = request_of(change)
    levels = [decided(JSON % OF_APPS, minor, request).level for minor in (before, after)]
    assert sorted(levels) == ["Metadata", "None"]


@pytest.mark.parametrize(
    "rule",
    [
        '{"level": "RequestResponse", "verbs": ["get"], "level": null, "level": "Request"}',
        '{"level": "Request", "verbs": ["get"], "omitManagedFields": true, "omitManagedFields": false}',
        '{"level": "None"}, ' + OF_APPS,
    ],
)
def test_json_that_both_read_alike(rule: str) -> None:
    assert told(JSON % rule, 20, 30, name="p.json") == []


ALL_BODIES = "- level: RequestResponse\n"
TOKENS = {
    "everything": (ALL_BODIES, 4),
    "by its group": ('- level: RequestResponse\n  resources:\n  - group: ""\n', 4),
    "below the account": (
        '- level: RequestResponse\n  resources: [{group: "", resources: ["serviceaccounts/*"]}]\n',
        4,
    ),
    "by its name": (
        (
            "- level: Metadata\n  users: [alice]\n"
            "- level: RequestResponse\n  resources: [{group: '', resources: [serviceaccounts/token]}]\n"
        ),
        6,
    ),
}
NO_TOKENS = {
    "at Request": "- level: Request\n",
    "another verb": "- level: RequestResponse\n  verbs: [get, update]\n",
    "another resource": '- level: RequestResponse\n  resources: [{group: "", resources: [serviceaccounts]}]\n',
    "another level above": '- level: Metadata\n  resources: [{group: "", resources: ["*/token"]}]\n' + ALL_BODIES,
    "no responses": "- level: RequestResponse\n  omitStages: [ResponseComplete]\n",
    "only paths": '- level: RequestResponse\n  nonResourceURLs: ["*"]\n',
    "no such namespace": '- level: RequestResponse\n  namespaces: [""]\n',
}


@pytest.mark.parametrize("name", TOKENS)
@pytest.mark.parametrize(("before", "after"), [(21, 22), (18, 23), (NEWEST, 18)])
def test_tokens(name: str, before: int, after: int) -> None:
    rules, line = TOKENS[name]
    text = f"{HEAD}rules:\n{rules}"
    (change,) = [one for one in upgraded(text, before, after).changes if one.topic == "token-bodies"]
    assert (change.kind, change.since, change.span.line) == ("differs", "1.22", line)
    request = request_of(change)
    assert (request.verb, request.resource, request.subresource) == ("create", "serviceaccounts", "token")
    assert decided(text, after, request).level == "RequestResponse"
    assert change.help.startswith(("Put this rule above", "Write")) is (before < after)


def test_what_is_advised_takes_the_tokens_out_of_the_log() -> None:
    found = upgraded(f"{HEAD}rules:\n{ALL_BODIES}", 20, 24)
    (change,) = [one for one in found.changes if one.topic == "token-bodies"]
    block = "".join(f"{line}\n" for line in change.help.splitlines()[1:])
    assert [word for _, word, *_ in told(f"{HEAD}rules:\n{block}{ALL_BODIES}", 20, 24)] == []


@pytest.mark.parametrize("name", NO_TOKENS)
def test_no_tokens(name: str) -> None:
    assert "token-bodies" not in [word for _, word, *_ in told(f"{HEAD}rules:\n{NO_TOKENS[name]}", 20, 30)]


@pytest.mark.parametrize(("before", "after"), [(18, 21), (22, NEWEST)])
def test_no_tokens_where_nothing_changes(before: int, after: int) -> None:
    assert "token-bodies" not in [word for _, word, *_ in told(f"{HEAD}rules:\n{ALL_BODIES}", before, after)]


NAMED = "- level: Request\n  resources:\n  - group: policy\n    resources: [podsecuritypolicies]\n"
BY_GROUP = "- level: Request\n  resources:\n  - group: policy\n"
BY_STAR = '- level: Request\n  resources:\n  - group: policy\n    resources: ["*"]\n'


@pytest.mark.parametrize("rules", [NAMED, BY_GROUP, BY_STAR])
def test_a_resource_goes_and_comes_back(rules: str) -> None:
    text = f"{HEAD}rules:\n{rules}{CATCH_ALL}"
    assert told(text, 24, 25) == [("differs", "resource-gone", 6, "1.25")]
    assert told(text, 25, 24) == [("differs", "resource-new", 6, "1.25")]
    assert told(text, 25, 30) == []


@pytest.mark.parametrize(
    "rules",
    [
        "- level: Metadata\n",  # no resources
        "- level: Metadata\n  namespaces: [prod]\n",
        "- level: Metadata\n" + NAMED,  # nothing reaches the rule
        NAMED.replace("Request\n", "Request\n  users: ['a*']\n"),  # nobody's name has a star
        NAMED.replace("Request\n", "Request\n  namespaces: [prod]\n"),  # it is in no namespace
        NAMED.replace("podsecuritypolicies]", '"podsecuritypolicies/status"]'),  # it never had one
        NAMED.replace("group: policy", 'group: ""'),
    ],
)
def test_a_resource_that_no_request_of_the_rule_is_for(rules: str) -> None:
    assert told(f"{HEAD}rules:\n{rules}", 24, 25) == []


def test_the_first_entry_that_matches_is_told_and_each_rule() -> None:
    two = "- level: Request\n  users: [alice]\n  resources:\n  - group: apps\n  - group: policy\n  - group: policy\n"
    assert told(f"{HEAD}rules:\n{two}{BY_GROUP}", 24, 25) == [
        ("differs", "resource-gone", 8, "1.25"),
        ("differs", "resource-gone", 12, "1.25"),
    ]


def test_names_of_objects_count() -> None:
    entries = (
        "- level: Request\n  verbs: [create]\n  resources:\n"
        "  - {group: policy, resources: [podsecuritypolicies], resourceNames: [a]}\n"
        "  - {group: policy, resources: [podsecuritypolicies]}\n"
    )
    assert told(f"{HEAD}rules:\n{entries}", 24, 25) == [("differs", "resource-gone", 8, "1.25")]


def test_each_release_is_told_with_what_came() -> None:
    text = f'{HEAD}rules:\n- level: None\n  resources: [{{group: "*"}}]\n{CATCH_ALL}'
    changes = upgraded(text, 36, 38).changes
    came = {key for minor in (38,) for key in {one.key for one in of_release(minor).served}}
    new = came - {one.key for one in of_release(36).served}
    assert sum(len(change.resources) for change in changes if change.topic == "resource-new") == len(new)
    for change in changes:
        request = request_of(change)
        minor = int(change.since.partition(".")[2])
        key = (request.api_group, request.resource, request.subresource)
        assert (of_release(minor).get(*key) is None) is not (of_release(minor - 1).get(*key) is None)
        assert decided(text, 38, request).rule == 0


def test_an_aggregated_server_serves_something_else() -> None:
    settings = Settings()._replace(cluster=Settings().cluster._replace(aggregated=True))
    assert told(f"{HEAD}rules:\n{ALL_BODIES}{NAMED}", 20, 30, settings=settings) == []


@pytest.mark.parametrize(("before", "after"), list(permutations((20, 23, 24, 35, 36, NEWEST), 2)))
def test_what_is_refused(before: int, after: int) -> None:
    old = "apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules:\n- level: Metadata\n"
    star = f'{HEAD}rules:\n- level: Metadata\n  resources: [{{group: "*"}}]\n'
    for text, accepted, word, place, since in (
        (old, range(18, 24), "wrong-api-version", 1, "1.24"),
        (star, range(36, 99), "invalid-group", 5, "1.36"),
    ):
        found = [one for one in told(text, before, after) if one[0] != "differs"]
        kind = "breaks" if before in accepted else "mends"
        changes = (before in accepted) is not (after in accepted)
        assert found == ([(kind, word, place, since)] if changes else [])


def test_what_neither_release_accepts_is_no_change() -> None:
    text = "apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules:\n- level: metadata\n"
    found = upgraded(text, 20, 30)
    (subject,) = found.subjects
    assert (found.changes, subject.refused_before, subject.refused_after) == ((), ("policy",), ("policy",))


def test_two_causes_are_two_changes() -> None:
    text = f'{HEAD}rules:\n- level: Metadata\n  resources: [{{group: "*"}}, {{group: "*", resources: [pods]}}]\n'
    assert [kind for kind, *_ in told(text, 37, 35)] == ["breaks", "breaks"]


def test_comments_hide_nothing() -> None:
    text = "# auditlint: ignore-file[wrong-api-version] later\napiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules:\n"
    assert told(f"{text}- level: Metadata\n", 20, 30) == [("breaks", "wrong-api-version", 2, "1.24")]


def test_a_policy_in_python() -> None:
    policy = Policy.from_text(FIELD_OF_POLICY, path="p.yaml", kubernetes_version="1.22")
    found = policy.upgrade("1.30")
    assert (found.before, found.after, [change.topic for change in found.changes]) == (
        "1.22",
        "1.30",
        ["dropped-field"],
    )
