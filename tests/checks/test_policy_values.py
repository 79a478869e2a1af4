"""The rules about single values that do not do what they look like."""

from __future__ import annotations

import pytest

from tests.checks.policies import CLOSING, HEAD, findings, only, rules, shorts

WILDCARDS = {
    "verbs": ('- level: None\n  verbs: ["*"]\n', ['"*"']),
    "users": ('- level: None\n  users: ["system:node:*", bob]\n', ['"system:node:*"']),
    "groups": ('- level: None\n  userGroups: ["system:*"]\n', ['"system:*"']),
    "namespaces": ('- level: None\n  namespaces: ["prod-*"]\n', ['"prod-*"']),
    "names": (
        '- level: None\n  resources: [{group: "", resources: [configmaps], resourceNames: ["x-*"]}]\n',
        ['"x-*"'],
    ),
    "resources": (
        '- level: None\n  resources: [{group: "", resources: ["pod*", "*/*", "po*/log", "pods/l*"]}]\n',
        ['"pod*"', '"*/*"', '"po*/log"', '"pods/l*"'],
    ),
    "known wildcards": ('- level: None\n  resources: [{group: "", resources: ["*", "pods/*", "*/scale"]}]\n', []),
    "urls": ('- level: None\n  nonResourceURLs: ["*", "/healthz*"]\n', []),
}


@pytest.mark.parametrize(("text", "values"), WILDCARDS.values(), ids=WILDCARDS.keys())
def test_literal_wildcard(text: str, values: list[str]) -> None:
    assert shorts(rules(text + CLOSING), "literal-wildcard") == [
        f"literal-wildcard error @ {value}" for value in values
    ]


GLOB_ADVICE = {
    '- level: None\n  users: ["*"]\n': "leave `users:` out",
    '- level: None\n  users: ["system:node:*"]\n': 'userGroups: ["system:nodes"]',
    '- level: None\n  users: ["system:serviceaccount:*"]\n': 'userGroups: ["system:serviceaccounts"]',
    '- level: None\n  users: ["system:serviceaccount:*:*"]\n': 'userGroups: ["system:serviceaccounts"]',
    '- level: None\n  users: ["system:serviceaccount:ci:*"]\n': 'userGroups: ["system:serviceaccounts:ci"]',
    '- level: None\n  verbs: ["*"]\n': "leave `verbs:` out",
    '- level: None\n  namespaces: ["a-*"]\n': "list the namespaces one by one",
}


@pytest.mark.parametrize(("text", "advice"), GLOB_ADVICE.items(), ids=range(len(GLOB_ADVICE)))
def test_literal_wildcard_says_what_to_write(text: str, advice: str) -> None:
    assert advice in only(rules(text + CLOSING), "literal-wildcard").message


def test_empty_identity() -> None:
    text = rules('- level: None\n  users: ["", bob]\n- level: None\n  userGroups: [""]\n' + CLOSING)
    assert shorts(text, "empty-identity") == ['empty-identity error @ ""'] * 2


def test_no_advice_to_empty_a_list_of_identities() -> None:
    message = only(rules('- level: None\n  users: ["", bob]\n' + CLOSING), "empty-identity").message
    assert "delete it." in message
    message = only(rules('- level: None\n  users: [""]\n' + CLOSING), "empty-identity").message
    assert "delete the rule, or all of `users:` to take everybody" in message


VERBS = {
    "GET": 'write "get"',
    "exec": 'write `resources: ["pods/exec"]` with `verbs: ["create", "get"]`',
    "connect": 'write `resources: ["pods/exec"]`',
    "logs": 'write `resources: ["pods/log"]` with `verbs: ["get"]`',
    "impersonate": "impersonatedUser",
    "read": 'write "get", "list" and "watch"',
    "delete-collection": 'write "deletecollection"',
    "creat": 'did you mean "create"?',
    "label": 'write "patch"',
    "frobnicate": "write get, list, watch",
}


@pytest.mark.parametrize(("verb", "advice"), VERBS.items(), ids=VERBS.keys())
def test_unknown_verb(verb: str, advice: str) -> None:
    text = rules(f"- level: None\n  verbs: [{verb}, get]\n{CLOSING}")
    assert shorts(text, "unknown-verb") == [f"unknown-verb error @ {verb}"]
    assert advice in only(text, "unknown-verb").message


@pytest.mark.parametrize(
    ("verbs", "advice"),
    [("impersonate, get", "Delete it"), ("impersonate, apply", "Delete it"), ("bind, impersonate", "Delete the rule")],
)
def test_no_advice_to_empty_a_list_of_verbs(verbs: str, advice: str) -> None:
    found = findings(rules(f"- level: None\n  verbs: [{verbs}]\n{CLOSING}"), "unknown-verb")
    assert any(advice in one.message for one in found)


def test_no_advice_to_empty_a_list_of_methods() -> None:
    text = '- level: None\n  verbs: [trace]\n  resources: [{group: ""}]\n' + CLOSING
    assert "Delete the rule" in only(rules(text), "verb-mismatch").message


def test_the_method_for_a_rule_about_resources() -> None:
    text = rules('- level: None\n  verbs: [POST]\n  resources: [{group: ""}]\n' + CLOSING)
    assert 'write "create"' in only(text, "unknown-verb").message


@pytest.mark.parametrize("verb", ["get", "list", "deletecollection", "post", "trace", "proxy"])
def test_verbs_that_exist(verb: str) -> None:
    assert shorts(rules(f"- level: None\n  verbs: [{verb}]\n{CLOSING}"), "unknown-verb") == []


MISMATCHES = {
    "urls": ("verbs: [get, list, create]\n  nonResourceURLs: [/a]", ["list", "create"]),
    "resources": ('verbs: [get, post, put, head]\n  resources: [{group: ""}]', ["post", "put", "head"]),
    "namespaces": ("verbs: [post]\n  namespaces: [a]", ["post"]),
    "neither": ("verbs: [post, list]", []),
    "both have them": ("verbs: [get, patch, delete]\n  nonResourceURLs: [/a]", []),
}


@pytest.mark.parametrize(("text", "values"), MISMATCHES.values(), ids=MISMATCHES.keys())
def test_verb_mismatch(text: str, values: list[str]) -> None:
    found = shorts(rules(f"- level: Request\n  {text}\n{CLOSING}"), "verb-mismatch")
    assert found == [f"verb-mismatch error @ {value}" for value in values]


URLS = {
    ("Metadata", "/api/v1/pods"): ["error"],
    ("None", "/api/v1/namespaces/prod/secrets/db"): ["error"],
    ("Metadata", "/apis/apps/v1/deployments*"): ["error"],
    ("Metadata", "/api/*"): ["warning"],
    ("Metadata", "/apis/apps/*"): ["warning"],
    ("None", "/api/v1/*"): ["warning"],
    ("Request", "/api*"): ["warning"],
    ("Metadata", "/api*"): [],
    ("None", "/api*"): [],
    ("None", "/apis/*"): [],
    ("None", "/api/v1"): [],
    ("None", "/apis/apps/v1"): [],
    ("Metadata", "*"): [],
    ("Metadata", "/*"): [],
    ("Metadata", "/a*"): [],
}


@pytest.mark.parametrize(("rule", "severities"), URLS.items(), ids=map(str, URLS))
def test_resource_path_url(rule: tuple[str, str], severities: list[str]) -> None:
    text = rules(f'- level: {rule[0]}\n  nonResourceURLs: ["{rule[1]}"]\n{CLOSING}')
    assert [found.severity.word for found in findings(text, "resource-path-url")] == severities


def test_resource_path_url_says_which_resource() -> None:
    text = rules("- level: None\n  nonResourceURLs: [/apis/apps/v1/namespaces/prod/deployments/web]\n" + CLOSING)
    assert 'resources: [{group: "apps", resources: ["deployments"]}]' in only(text, "resource-path-url").message


def test_unmatchable_resource() -> None:
    listed = '["pods", "pods/log/x", "pods/log/*", "", "pods/", "/log", "*/a/b", "*/log"]'
    found = shorts(
        rules(f'- level: None\n  resources: [{{group: "", resources: {listed}}}]\n{CLOSING}'), "unmatchable-resource"
    )
    wrong = ['"pods/log/x"', '"pods/log/*"', '""', '"pods/"', '"/log"', '"*/a/b"']
    assert found == [f"unmatchable-resource error @ {value}" for value in wrong]


NAMES = {
    "[deletecollection]": ["error"],
    "[create]": ["warning"],
    "[list, watch]": ["warning"],
    "[create, deletecollection]": ["warning"],
    "[list, get]": [],
    "[]": [],
}


@pytest.mark.parametrize(("verbs", "severities"), NAMES.items(), ids=NAMES.keys())
def test_name_never_present(verbs: str, severities: list[str]) -> None:
    entry = '{group: "", resources: [configmaps], resourceNames: [a]}'
    text = rules(f"- level: None\n  verbs: {verbs}\n  resources: [{entry}]\n{CLOSING}")
    assert [found.severity.word for found in findings(text, "name-never-present")] == severities


def test_a_create_on_a_subresource_has_a_name() -> None:
    entry = '{group: "", resources: [pods/exec], resourceNames: [a]}'
    text = rules(f"- level: None\n  verbs: [create]\n  resources: [{entry}]\n{CLOSING}")
    assert shorts(text, "name-never-present") == []


BODIES = {
    ("Request", "nonResourceURLs: [/a]"): True,
    ("RequestResponse", "nonResourceURLs: [/a]"): True,
    ("Request", "verbs: [get, list, watch]"): True,
    ("RequestResponse", "verbs: [get, list, watch]"): False,
    ("RequestResponse", "verbs: [watch]"): True,
    ("Request", "verbs: [get, delete]"): False,
    ("Request", 'resources: [{group: "", resources: [pods/exec, pods/portforward, services/proxy]}]'): True,
    ("Request", 'resources: [{group: "", resources: [pods/exec, pods]}]'): False,
    ("Request", "resources: [{group: metrics.k8s.io}]"): True,
    ("Request", "resources: [{group: apps}]"): False,
    ("Metadata", "nonResourceURLs: [/a]"): False,
}


@pytest.mark.parametrize(("rule", "useless"), BODIES.items(), ids=map(str, BODIES))
def test_no_body_to_log(rule: tuple[str, str], useless: bool) -> None:  # noqa: FBT001
    found = shorts(rules(f"- level: {rule[0]}\n  {rule[1]}\n{CLOSING}"), "no-body-to-log")
    assert found == ([f"no-body-to-log info @ {rule[0]}"] if useless else [])


def test_no_advice_to_log_the_answers_of_reads_of_secrets() -> None:
    reads = "- level: Request\n  verbs: [get, list]\n" + CLOSING
    secrets = '- level: Metadata\n  resources: [{group: "", resources: [secrets]}]\n'
    assert only(rules(reads), "no-body-to-log").message.endswith("reads send no body. Write `level: Metadata`")
    assert "`level: RequestResponse` for the answers" in only(rules(secrets + reads), "no-body-to-log").message


STAGES = {
    "nothing left": (
        "[RequestReceived, ResponseStarted]",
        "[ResponseComplete, Panic]",
        ["all-stages-omitted error @ omitStages"],
    ),
    "panic left": (
        "[RequestReceived]",
        "[ResponseStarted, ResponseComplete]",
        ["all-stages-omitted warning @ omitStages"],
    ),
    "the policy alone": (
        "[RequestReceived, ResponseStarted, ResponseComplete, Panic]",
        "[Panic]",
        ["all-stages-omitted error @ omitStages"],
    ),
    "no outcome": ("[]", "[Panic, ResponseComplete]", ["response-stage-omitted warning @ ResponseComplete"]),
    "no outcome anywhere": ("[ResponseComplete]", "[]", ["response-stage-omitted warning @ ResponseComplete"]),
    "as most do": ("[RequestReceived]", "[RequestReceived]", []),
}


@pytest.mark.parametrize(("top", "own", "expected"), STAGES.values(), ids=STAGES.keys())
def test_stages(top: str, own: str, expected: list[str]) -> None:
    text = f"{HEAD}omitStages: {top}\nrules:\n- level: Metadata\n  omitStages: {own}\n"
    assert [short for short in shorts(text) if "stage" in short] == expected


def test_stages_of_a_silent_rule_do_not_matter() -> None:
    text = rules("- level: None\n  users: [a]\n  omitStages: [ResponseComplete]\n" + CLOSING)
    assert shorts(text, "response-stage-omitted") == []


def test_repeated_entry() -> None:
    entry = '{group: "", resources: [nodes]}'
    text = rules(f"- level: None\n  verbs: [get, list, get, get]\n  resources: [{entry}, {entry}]\n{CLOSING}")
    assert shorts(text, "repeated-entry") == [
        "repeated-entry info @ get",
        "repeated-entry info @ get",
        "repeated-entry info @ group",
    ]


def test_a_star_is_one_finding_at_its_value() -> None:
    text = rules('- level: None\n  verbs: ["*", get]\n  resources: [{group: "", resources: [events]}]\n' + CLOSING)
    assert shorts(text) == ['literal-wildcard error @ "*"']
