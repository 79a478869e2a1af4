"""What kube-apiserver makes of a policy, held to recorded answers, and the problems that are told besides."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from auditlint.kubernetes.data import table
from auditlint.kubernetes.decode import Loaded, Problem, ProblemKind, Value, load
from auditlint.kubernetes.policy import GroupResources, PolicyRule
from auditlint.kubernetes.releases import NEWEST, OLDEST
from tests import strategies
from tests.kubernetes import answers
from tests.kubernetes.answers import mismatch
from tests.recorded_answers import cases

HEAD = (("apiVersion", "audit.k8s.io/v1"), ("kind", "Policy"))


def load_text(text: str, minor: int = NEWEST) -> Loaded:
    loaded = answers.load_text(text.encode(), minor)
    assert loaded is not None
    return loaded


def load_rules(rules: str, minor: int = NEWEST) -> Loaded:
    return load_text(f"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: {rules}\n", minor)


def problems(loaded: Loaded) -> list[tuple[str, str, str]]:
    return [(problem.kind.value, pointer(problem), problem.detail) for problem in loaded.problems]


def pointer(problem: Problem) -> str:
    """Write the place of a problem: its path, `!` where it is the key, `#` and the number of a duplicate."""
    occurrence = "" if problem.occurrence is None else f"#{problem.occurrence}"
    return "/".join(map(str, problem.path)) + ("!" if problem.on_key else "") + occurrence


NOT_EXACT = {
    ("text: two boms", "lenient"),  # the server loses letters of the text that follows; both refuse
    ("json: long number", "refused"),  # as a plain value the same as 1e999, which json-iterator refuses in JSON
}


def test_recorded_answers() -> None:
    wrong = {
        (case.name, difference)
        for case in cases("load")
        for minor, answer in case.answers.items()
        if (difference := mismatch(answers.load_text(case.data, minor), answer, minor))
    }
    assert wrong <= NOT_EXACT


@pytest.mark.parametrize(
    ("rules", "minor", "expected"),
    [
        ("[{level: metadata}]", NEWEST, [("invalid level", "rules/0/level", "unknown")]),
        ("[{level: ''}]", NEWEST, [("invalid level", "rules/0/level", "missing")]),
        ("[{users: [a]}]", NEWEST, [("invalid level", "rules/0!", "missing")]),
        ("[null]", NEWEST, [("invalid level", "rules/0!", "missing")]),
        ("[{level: None, omitStages: [x]}]", NEWEST, [("invalid stage", "rules/0/omitStages/0", "rule")]),
        (
            "[{level: None, nonResourceURLs: [a*b]}]",
            NEWEST,
            [
                ("invalid URL", "rules/0/nonResourceURLs/0", "slash"),
                ("invalid URL", "rules/0/nonResourceURLs/0", "star"),
            ],
        ),
        (
            "[{level: None, nonResourceURLs: [/a], namespaces: [b], resources: [{}]}]",
            NEWEST,
            [("mixed rule", "rules/0/nonResourceURLs!", "resources and namespaces")],
        ),
        (
            "[{level: None, resources: [{resourceNames: [a]}]}]",
            NEWEST,
            [("names without resources", "rules/0/resources/0/resourceNames!", "")],
        ),
        ("[{level: None, omitManagedFields: 1}]", 22, [("unsupported field", "rules/0/omitManagedFields!", "rule")]),
        ("[{level: None, resources: [{group: '*'}]}]", 36, []),
        ("[{level: None, verb: [get]}]", NEWEST, [("unknown field", "rules/0/verb!", "rule")]),
        (
            "[{level: None, resources: [{groups: a}]}]",
            NEWEST,
            [("unknown field", "rules/0/resources/0/groups!", "group entry")],
        ),
        (
            "[{level: None, verbs: get}]",
            NEWEST,
            [("wrong type", "rules/0/verbs", "a string where a list of strings belongs")],
        ),
        (
            "[{level: None, resources: [pods]}]",
            NEWEST,
            [("wrong type", "rules/0/resources/0", "a string where a group entry (a mapping) belongs")],
        ),
        (
            "[{level: None, users: [on]}]",
            NEWEST,
            [("wrong type", "rules/0/users/0", "true or false where a string belongs")],
        ),
        (
            "[{level: None, level: Metadata, level: Request}]",
            NEWEST,
            [("duplicate key", "rules/0/level!#1", "rule"), ("duplicate key", "rules/0/level!#2", "rule")],
        ),
        ("[]", NEWEST, [("empty policy", "rules!", "empty")]),
        ("", NEWEST, [("empty policy", "rules!", "null")]),
    ],
)
def test_problems_of_rules(rules: str, minor: int, expected: list[tuple[str, str, str]]) -> None:
    assert problems(load_rules(rules, minor)) == expected


@pytest.mark.parametrize(
    ("text", "minor", "expected", "head_only"),
    [
        ("kind: Policy\n", NEWEST, [("wrong apiVersion", "!", "missing")], True),
        ("apiVersion:\nkind: Policy\n", NEWEST, [("wrong apiVersion", "apiVersion", "missing")], True),
        ("apiVersion: audit.k8s.io/v1\n", NEWEST, [("wrong kind", "!", "missing")], False),
        ("apiVersion: audit.k8s.io/v1\nkind: policy\n", NEWEST, [("wrong kind", "kind", "other")], True),
        ("apiVersion: audit.k8s.io/v1beta1\nkind: Policy\n", 20, [], False),
        (
            "apiVersion: audit.k8s.io/v1beta1\nkind: Policy\n",
            23,
            [("wrong apiVersion", "apiVersion", "deprecated")],
            False,
        ),
        (
            "apiVersion: audit.k8s.io/v1beta1\nkind: Policy\n",
            24,
            [("wrong apiVersion", "apiVersion", "removed")],
            True,
        ),
        (
            "apiVersion: v1\nkind: List\n",
            NEWEST,
            [("wrong apiVersion", "apiVersion", "unknown"), ("wrong kind", "kind", "other")],
            True,
        ),
        (
            "apiVersion: 1\nkind: Policy\n",
            NEWEST,
            [("wrong type", "apiVersion", "a number where a string belongs")],
            True,
        ),
        (
            "Kind: Event\nkind: Policy\napiVersion: audit.k8s.io/v1\n",
            NEWEST,
            [("unknown field", "Kind!", "policy")],
            False,
        ),
    ],
)
def test_problems_of_the_head(text: str, minor: int, expected: list[tuple[str, str, str]], head_only: bool) -> None:  # noqa: FBT001
    loaded = load_text(f"{text}rules: [{{level: None, verbs: [get]}}]\n", minor)
    assert problems(loaded) == expected
    assert loaded.head_only == head_only
    assert loaded.policy is not None
    assert loaded.policy.rules == (PolicyRule("None", verbs=("get",)),)


def test_head_and_body_refused_is_not_head_only() -> None:
    assert not load_text("kind: Policy\nrules: [{level: none}]\n").head_only


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("spec: {rules: []}", [("unknown field", "spec!", "policy"), ("empty policy", "spec!", "spec")]),
        ("omitStages: []", [("empty policy", "!", "absent")]),
        ("rules: x", [("wrong type", "rules", "a string where a list of rules belongs")]),
    ],
)
def test_problems_without_rules(body: str, expected: list[tuple[str, str, str]]) -> None:
    assert problems(load_text(f"apiVersion: audit.k8s.io/v1\nkind: Policy\n{body}\n")) == expected


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("{name: a, creationTimestamp: null, labels: {}}", []),
        ("{namespace: a}", [("misplaced metadata", "metadata/namespace!", "")]),
        ("{Name: a}", [("unknown field", "metadata/Name!", "metadata")]),
        (
            "{labels: {a: b, a: 1}}",
            [
                ("duplicate key", "metadata/labels/a!#1", "labels"),
                ("wrong type", "metadata/labels/a", "a number where a string belongs"),
                ("misplaced metadata", "metadata/labels!", ""),
            ],
        ),
    ],
)
def test_problems_of_metadata(metadata: str, expected: list[tuple[str, str, str]]) -> None:
    text = f"apiVersion: audit.k8s.io/v1\nkind: Policy\nmetadata: {metadata}\nrules: [{{level: None}}]\n"
    assert problems(load_text(text)) == expected


def test_a_document_that_is_no_mapping() -> None:
    assert problems(load_text("")) == [("empty policy", "!", "document")]
    assert problems(load_text("- a\n")) == [("wrong type", "", "a list where a mapping belongs")]


def test_a_wrong_type_brings_up_nothing_that_merely_follows_from_it() -> None:
    loaded = load_rules("[{level: 1}, x, {level: None, resources: [{resources: pods, resourceNames: [a]}]}]")
    assert [kind for kind, _, _ in problems(loaded)] == ["wrong type", "wrong type", "wrong type"]


def test_a_wrong_type_in_json_is_told_at_its_own_duplicate() -> None:
    text = '{"apiVersion":"audit.k8s.io/v1","kind":"Policy","rules":[{"level":"None","verbs":1,"verbs":["get"]}]}'
    loaded = load_text(text)
    assert ("wrong type", "rules/0/verbs#0", "a number where a list of strings belongs") in problems(loaded)
    assert loaded.refused


def test_from_yaml_only_the_last_duplicate_is_decoded() -> None:
    loaded = load_rules("[{level: None, verbs: 1, verbs: [get]}]")
    assert not loaded.refused
    assert loaded.policy is not None
    assert loaded.policy.rules == (PolicyRule("None", verbs=("get",)),)


def test_the_resources_of_a_badly_indented_entry_replace_the_list() -> None:
    """One of the mistakes the project began from: `resources:` one level too far out."""
    loaded = load_rules("[{level: RequestResponse, resources: [{group: ''}], resources: [pods]}]")
    assert problems(loaded) == [
        ("duplicate key", "rules/0/resources!#1", "rule"),
        ("wrong type", "rules/0/resources/0", "a string where a group entry (a mapping) belongs"),
    ]
    assert loaded.refused


def test_what_is_dropped_is_not_in_the_policy() -> None:
    loaded = load_rules("[{level: None, paths: [/a], resources: [{groups: [apps], resources: [a]}]}]")
    assert loaded.lenient
    assert loaded.policy is not None
    assert loaded.policy.rules == (PolicyRule("None", resources=(GroupResources("", ("a",)),)),)


def test_shared_rules_stay_shared() -> None:
    """A document may hold one rule under many aliases; it is decoded once."""
    rule: Value = (("level", "None"), ("users", ["a"] * 1000))
    loaded = load((*HEAD, ("rules", [rule] * 20_000)), NEWEST)
    assert loaded.policy is not None
    assert len({id(held) for held in loaded.policy.rules}) == 1


def test_deep_values_under_an_unknown_field() -> None:
    deep: Value = []
    for _ in range(10_000):
        deep = [deep]
    rule: Value = (("level", "None"),)
    assert load((*HEAD, ("x", deep), ("rules", [rule])), NEWEST).lenient


@settings(max_examples=200, deadline=None)
@given(value=strategies.documents)
def test_refused_is_what_the_problems_say(value: Value) -> None:
    for minor in (OLDEST, NEWEST):
        for from_json in (False, True):
            loaded = load(value, minor, from_json=from_json)
            assert loaded.refused == any(problem.refuses for problem in loaded.problems)
            assert loaded.refused == bool(loaded.error)
            assert loaded.refused or not loaded.head_only


def schema_errors(value: object) -> list[str]:
    schema = table("policy.schema")
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(value)]


def as_json(value: Value) -> object:
    return json.loads(strategies.json_text(value))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(table("policy.schema"))


@settings(max_examples=300, deadline=None)
@given(value=strategies.policies)
def test_what_the_schema_accepts_the_server_accepts(value: Value) -> None:
    """The schema of the newest version is for editors: it is stricter, as it says no to what is dropped."""
    if not schema_errors(as_json(value)):
        loaded = load(value, NEWEST)
        assert not loaded.refused
        assert {problem.kind.value for problem in loaded.problems} <= {"duplicate key", "misplaced metadata"}


@pytest.mark.parametrize(
    "rule",
    [
        {"level": "metadata"},
        {"users": ["a"]},
        {"level": "None", "verb": ["get"]},
        {"level": "None", "verbs": "get"},
        {"level": "None", "omitStages": ["Panics"]},
        {"level": "None", "resources": [{"group": "apps/v1"}]},
        {"level": "None", "resources": [{"resourceNames": ["a"]}]},
        {"level": "None", "nonResourceURLs": ["/a"], "namespaces": ["b"]},
        {"level": "None", "nonResourceURLs": ["/a*b"]},
    ],
)
def test_the_schema_refuses_what_the_server_refuses_or_drops(rule: dict[str, Any]) -> None:
    good = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "None"}]}
    assert schema_errors(good) == []
    assert schema_errors({**good, "rules": [rule]}) != []


@pytest.mark.parametrize(("minor", "key"), [(37, "apiVersion"), (38, "APIVERSION")])
def test_the_key_of_a_wrong_head_in_the_servers_words(minor: int, key: str) -> None:
    assert f"Go struct field .{key} of type string" in load_text("APIVERSION: []\n", minor).error


@pytest.mark.parametrize("value", [None, "a"])
def test_what_holds_nothing_is_refused_for_more_than_its_head_and_drops_nothing(value: Value) -> None:
    loaded = load(value, NEWEST)
    assert (loaded.refused, loaded.lenient, loaded.head_only) == (True, False, False)


def test_names_are_not_without_resources_where_those_have_a_wrong_type() -> None:
    told = {
        kind for kind, *_ in problems(load_rules("[{level: None, resources: [{resourceNames: [a], resources: 1}]}]"))
    }
    alone = {kind for kind, *_ in problems(load_rules("[{level: None, resources: [{resourceNames: [a]}]}]"))}
    assert ProblemKind.NAMES_WITHOUT_RESOURCES.value in alone
    assert told == {ProblemKind.WRONG_TYPE.value}


@pytest.mark.parametrize(
    ("from_json", "first"),
    [(False, "PolicyRule.rules.level of type"), (True, "PolicyRule.rules.users of type")],
)
def test_the_first_wrong_type_is_that_of_the_text_or_of_the_keys(from_json: bool, first: str) -> None:  # noqa: FBT001
    """From YAML the server makes JSON, whose keys are in order."""
    rules: Value = [(("users", "a"), ("level", True))]
    loaded = load((*HEAD, ("rules", rules)), NEWEST, from_json=from_json)
    assert first in loaded.error
