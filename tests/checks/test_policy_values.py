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


AS_GROUPS = "Write `userGroups: [%s]` instead of `users`"
GLOB_ADVICE = {
    ("users", "*"): "Delete `users` to match every user",
    ("users", "system:node:*"): AS_GROUPS % '"system:nodes"',
    ("users", "system:serviceaccount:*"): AS_GROUPS % '"system:serviceaccounts"',
    ("users", "system:serviceaccount:*:*"): AS_GROUPS % '"system:serviceaccounts"',
    ("users", "system:serviceaccount:ci:*"): AS_GROUPS % '"system:serviceaccounts:ci"',
    ("users", "ops-*"): "List the users one by one",
    ("userGroups", "*"): 'Write `"system:authenticated"`, the group of all who are logged in',
    ("verbs", "*"): "Delete `verbs` to match every verb",
    ("namespaces", "a-*"): "List the namespaces one by one",
}


@pytest.mark.parametrize(("glob", "advice"), GLOB_ADVICE.items(), ids=map(str, GLOB_ADVICE))
def test_literal_wildcard_says_what_to_write(glob: tuple[str, str], advice: str) -> None:
    text = rules(f'- level: None\n  {glob[0]}: ["{glob[1]}"]\n{CLOSING}')
    assert only(text, "literal-wildcard").help == advice


def test_empty_identity() -> None:
    text = rules('- level: None\n  users: ["", bob]\n- level: None\n  userGroups: [""]\n' + CLOSING)
    assert shorts(text, "empty-identity") == ['empty-identity error @ ""'] * 2


def test_no_advice_to_empty_a_list_of_identities() -> None:
    assert only(rules('- level: None\n  users: ["", bob]\n' + CLOSING), "empty-identity").help == "Delete it"
    alone = only(rules('- level: None\n  users: [""]\n' + CLOSING), "empty-identity")
    assert alone.help == "Delete the rule: without `users` it would match everybody"


VERBS = {
    "GET": "Delete it",
    "Update": 'Write `"update"`',
    "exec": '`verbs: ["create", "get"]` and `resources: [{group: "", resources: ["pods/exec"]}]`',
    "connect": 'Move it to a rule of its own: `level: None` with `verbs: ["create", "get"]` and `resources:',
    "logs": '`verbs: ["get"]` and `resources: [{group: "", resources: ["pods/log"]}]`',
    "impersonate": "impersonatedUser",
    "read": 'Write `"list", "watch"`',
    "delete-collection": 'Write `"deletecollection"`',
    "creat": 'Write `"create"`',
    "label": 'Write `"patch"`',
    "frobnicate": "Write some of get, list, watch",
    "pods": 'Move it to a rule of its own: `level: None` with `resources: [{group: "", resources: ["pods"]}]`',
    "deployments": '`resources: [{group: "apps", resources: ["deployments"]}]`',
}


@pytest.mark.parametrize(("verb", "advice"), VERBS.items(), ids=VERBS.keys())
def test_unknown_verb(verb: str, advice: str) -> None:
    text = rules(f"- level: None\n  verbs: [{verb}, get]\n{CLOSING}")
    assert shorts(text, "unknown-verb") == [f"unknown-verb error @ {verb}"]
    assert advice in only(text, "unknown-verb").help


@pytest.mark.parametrize(
    ("verbs", "advice"),
    [("impersonate, get", "Delete it"), ("impersonate, apply", "Delete it"), ("bind, impersonate", "Delete the rule")],
)
def test_no_advice_to_empty_a_list_of_verbs(verbs: str, advice: str) -> None:
    found = findings(rules(f"- level: None\n  verbs: [{verbs}]\n{CLOSING}"), "unknown-verb")
    assert any(one.help.startswith(advice) for one in found)


def test_no_advice_to_empty_a_list_of_methods() -> None:
    text = '- level: None\n  verbs: [trace]\n  resources: [{group: ""}]\n' + CLOSING
    assert only(rules(text), "verb-mismatch").help.startswith("Delete the rule")


def test_the_method_for_a_rule_about_resources() -> None:
    text = rules('- level: None\n  verbs: [POST]\n  resources: [{group: ""}]\n' + CLOSING)
    assert only(text, "unknown-verb").help == 'Write `"create"`'


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
    ("None", "/api/v1/*"): ["error"],
    ("Request", "/api*"): ["warning"],
    ("Metadata", "/api*"): ["warning"],
    ("Metadata", "/apis*"): ["warning"],
    ("None", "/api*"): [],
    ("None", "/apis*"): [],
    ("None", "/apis/metrics.k8s.io/v1beta1*"): ["error"],
    ("None", "/livez?verbose"): ["error"],
    ("None", "/apis/apps/v1/deployments?limit=500"): ["error"],
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


PATHS = {
    "/apis/apps/v1/namespaces/prod/deployments/web": (
        '`namespaces: ["prod"]` and `resources: [{group: "apps", resources: ["deployments"], resourceNames: ["web"]}]`'
    ),
    "/api/v1/namespaces/*/pods": '`resources: [{group: "", resources: ["pods"]}]`',
    "/api/v1/namespaces/*/pods/*/log?follow=true": '`resources: [{group: "", resources: ["pods/log"]}]`',
    "/api/v1/namespaces/prod": '`resources: [{group: "", resources: ["namespaces"], resourceNames: ["prod"]}]`',
    "/api/v1/watch/secrets": '`resources: [{group: "", resources: ["secrets"]}]`',
    "/apis/batch/v1/jobs*": '`resources: [{group: "batch", resources: ["jobs"]}]`',
    "/api/v1/namespaces/kube-system/*": '`namespaces: ["kube-system"]` and `resources: [{group: ""}]`',
    "https://10.0.0.1:6443/api/v1/nodes": '`resources: [{group: "", resources: ["nodes"]}]`',
}


@pytest.mark.parametrize(("url", "fields"), PATHS.items(), ids=PATHS)
def test_a_path_of_the_api_is_to_be_written_as_what_it_asks_for(url: str, fields: str) -> None:
    (found,) = (
        one
        for one in findings(rules(f'- level: None\n  nonResourceURLs: ["{url}"]\n{CLOSING}'))
        if one.rule in {"resource-path-url", "invalid-url"}
    )
    assert found.help == f"Write {fields} instead of `nonResourceURLs`"


def test_a_path_of_the_api_beside_others_gets_a_rule_of_its_own() -> None:
    text = rules(f"- level: None\n  verbs: [get]\n  nonResourceURLs: [/version, /api/v1/pods]\n{CLOSING}")
    assert only(text, "resource-path-url").help == (
        'Move it to a rule of its own: `level: None` with `verbs: ["get", "list", "watch"]` and '
        '`resources: [{group: "", resources: ["pods"]}]`'
    )


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
    found = only(rules(reads), "no-body-to-log")
    assert found.message == "level Request logs no more than Metadata here: reads send no body"
    assert found.help == "Write `level: Metadata`"
    found = only(rules(secrets + reads), "no-body-to-log")
    assert found.help == "Write `level: Metadata`, or `level: RequestResponse` to log responses"


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


def test_a_stage_that_the_policy_omits_already() -> None:
    rule = "- level: %s\n  omitStages: [%s]\n"
    text = f"{HEAD}omitStages: [RequestReceived]\nrules:\n" + rule % ("Metadata", "RequestReceived")
    found = only(text, "repeated-entry")
    assert (found.message, found.help) == (
        "the policy omits RequestReceived already, in line 3",
        "Delete `omitStages` here",
    )
    text = f"{HEAD}omitStages: [RequestReceived]\nrules:\n" + rule % ("Metadata", "ResponseStarted, RequestReceived")
    assert shorts(text, "repeated-entry") == ["repeated-entry info @ RequestReceived"]


def test_several_kinds_of_users_by_globs_are_one_list_of_groups() -> None:
    text = rules('- level: None\n  users: ["system:node:*", "system:serviceaccount:ci:*"]\n' + CLOSING)
    helps = {found.help for found in findings(text, "literal-wildcard")}
    assert helps == {'Write `userGroups: ["system:nodes", "system:serviceaccounts:ci"]` instead of `users`'}


def test_groups_beside_users_would_both_have_to_match() -> None:
    text = rules('- level: None\n  users: ["system:kube-proxy", "system:node:*"]\n' + CLOSING)
    assert only(text, "literal-wildcard").help == (
        'Move it to a second rule of the same level with `userGroups: ["system:nodes"]`; '
        "in this rule both lists would have to match"
    )


def test_a_star_is_one_finding_at_its_value() -> None:
    text = rules('- level: None\n  verbs: ["*", get]\n  resources: [{group: "", resources: [events]}]\n' + CLOSING)
    assert shorts(text) == ['literal-wildcard error @ "*"']
