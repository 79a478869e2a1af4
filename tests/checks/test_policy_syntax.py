"""The rules about how a policy is read: which value or key, how bad, and whether the server refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditlint import lint
from auditlint.checks.policy import syntax
from auditlint.kubernetes import catalogue
from auditlint.kubernetes.catalogue import Resource
from auditlint.kubernetes.cluster import Cluster
from auditlint.kubernetes.decoding.validation import ANY_GROUP_SINCE
from auditlint.kubernetes.releases import MAINTAINED, NEWEST
from auditlint.lint import Source
from auditlint.settings import Settings
from tests.checks.policies import CLOSING, HEAD, findings, only, rules, shorts

if TYPE_CHECKING:
    from auditlint.finding import Finding

TAIL = CLOSING
SILENT = rules("- level: Metadata\n")

REFUSED = {
    "level-lower": (rules("- level: metadata\n"), ["invalid-level error refused @ metadata"]),
    "level-missing": (rules("- verbs: [get]\n"), ["invalid-level error refused @ verbs"]),
    "level-empty": (rules("- level:\n"), ["invalid-level error refused @ level"]),
    "level-bool": (rules("- level: off\n"), ["wrong-type error refused @ off"]),
    "stage": (
        f"{HEAD}omitStages: [requestreceived]\nrules:\n{TAIL}",
        ["invalid-stage error refused @ requestreceived"],
    ),
    "group-version": (
        rules("- level: None\n  resources: [{group: apps/v1}]\n- level: Metadata\n"),
        ["invalid-group error refused @ apps/v1"],
    ),
    "url": (rules("- level: None\n  nonResourceURLs: [healthz]\n" + TAIL), ["invalid-url error refused @ healthz"]),
    "url-two-faults-are-one": (
        rules("- level: None\n  nonResourceURLs: [a*b]\n" + TAIL),
        ["invalid-url error refused @ a*b"],
    ),
    "mixed": (
        rules("- level: None\n  namespaces: [a]\n  nonResourceURLs: [/a]\n" + TAIL),
        ["mixed-rule error refused @ nonResourceURLs"],
    ),
    "names": (
        rules('- level: None\n  resources:\n  - group: ""\n    resourceNames: [a]\n' + TAIL),
        ["names-without-resources error refused @ resourceNames"],
    ),
    "scalar-for-list": (rules("- level: None\n  verbs: get\n" + TAIL), ["wrong-type error refused @ get"]),
    "number": (rules("- level: None\n  users: [1, 2]\n" + TAIL), ["wrong-type error refused @ 1"]),
    "resources-as-strings": (
        rules('- level: None\n  resources: ["pods", "nodes"]\n' + TAIL),
        ['wrong-type error refused @ "pods"'],
    ),
    "rules-as-mapping": (f"{HEAD}rules:\n  level: Metadata\n", ["wrong-type error refused @ level: Metadata"]),
    "no-rules": (HEAD, ["empty-policy error refused @ apiVersion"]),
    "null-rules": (f"{HEAD}rules:\n", ["empty-policy error refused @ rules"]),
    "spec": (
        f"{HEAD}spec:\n  rules:\n  - level: Metadata\n",
        ["empty-policy error refused @ spec"],
    ),
    "headless": (f"rules:\n{TAIL}", ["wrong-api-version error refused @ rules"]),
    "old-version": (
        f"apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules:\n{TAIL}",
        ["wrong-api-version error refused @ audit.k8s.io/v1beta1"],
    ),
    "kind": (
        f"apiVersion: audit.k8s.io/v1\nkind: AuditPolicy\nrules:\n{TAIL}",
        ["wrong-kind error refused @ AuditPolicy"],
    ),
    "norules": (f"{HEAD}  - level: None\n", ["yaml-syntax error refused @ :"]),
}
LOADED = {
    "duplicate": (
        rules("- level: None\n  verbs: [get]\n  verbs: [list]\n" + TAIL),
        ["duplicate-key error @ verbs"],
    ),
    "kind-missing": (f"apiVersion: audit.k8s.io/v1\nrules:\n{TAIL}", ["wrong-kind info @ apiVersion"]),
    "labels": (
        f"{HEAD}metadata:\n  labels: {{a: b}}\nrules:\n{TAIL}",
        ["misplaced-metadata info @ labels"],
    ),
    "metadata-unknown": (f"{HEAD}metadata:\n  nam: a\nrules:\n{TAIL}", ["unknown-field info @ nam"]),
    "second-document": (
        f"{SILENT}---\n{SILENT}",
        ["ignored-document error @ apiVersion"],
    ),
    "by-luck-the-same": (
        rules('- level: Request\n  resources:\n  - groups: ""\n    resources: [configmaps]\n' + TAIL),
        ["unknown-field error @ groups"],
    ),
    "groups-scalar": (
        rules("- level: Request\n  resources:\n  - groups: apps\n    resources: [configmaps]\n" + TAIL),
        ["widened-rule error @ groups"],
    ),
    "no-body-placeholder": (
        rules('- level: Metadata\n  users: ["<user>"]\n  omitStages: [RequestReceived]\n' + TAIL),
        ['unrendered-template info @ "<user>"'],
    ),
}
MATCHING = {"secret-bodies-logged", "secrets-not-audited", "redundant-rule", "unreachable-rule", "missing-catch-all"}


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(text: str, expected: list[str]) -> None:
    found = [entry for entry in shorts(text) if entry.split(" ")[0] not in MATCHING]
    assert found == expected


@pytest.mark.parametrize(("text", "expected"), LOADED.values(), ids=LOADED.keys())
def test_not_refused(text: str, expected: list[str]) -> None:
    assert [entry for entry in shorts(text) if entry.split(" ")[0] not in MATCHING] == expected


def test_a_right_policy_is_silent() -> None:
    assert shorts(SILENT) == []


@pytest.mark.parametrize(
    ("minor", "expected"),
    [(20, []), (21, ["warning"]), (23, ["warning"]), (24, ["error"])],
)
def test_old_versions_warn_before_they_are_refused(minor: int, expected: list[str]) -> None:
    text = f"apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules:\n{TAIL}"
    found = findings(text, "wrong-api-version", minor=minor)
    assert [finding.severity.word for finding in found] == expected
    assert [finding.refused for finding in found] == [minor >= 24 for _ in expected]


@pytest.mark.parametrize(("minor", "expected"), [(22, ["unsupported-field warning @ omitManagedFields"]), (23, [])])
def test_a_field_of_later_releases(minor: int, expected: list[str]) -> None:
    text = f"{HEAD}omitManagedFields: true\nrules:\n{TAIL}"
    assert shorts(text, minor=minor) == expected


@pytest.mark.parametrize(("minor", "expected"), [(35, ['invalid-group error refused @ "*"']), (36, [])])
def test_any_group_is_young(minor: int, expected: list[str]) -> None:
    text = rules('- level: None\n  resources: [{group: "*", resources: [events]}]\n' + TAIL)
    assert shorts(text, minor=minor) == expected


def test_a_snippet_is_judged_for_its_entries_only() -> None:
    text = "- level: metadata\n- verbs: [get]\n  level: Metadata\n"
    assert shorts(text) == ["invalid-level error refused @ metadata"]


SELECTOR_KEYS = {
    "verb: get": 'Write `verbs: ["get"]`',
    "method: [get]": 'Write `verbs: ["get"]`',
    "namespace: prod": 'Write `namespaces: ["prod"]`',
    "user: bob": 'Write `users: ["bob"]`',
    "username: [bob]": 'Write `users: ["bob"]`',
    "usergroups: [devs]": 'Write `userGroups: ["devs"]`',
    "groups: ['system:nodes']": 'Write `userGroups: ["system:nodes"]`',
    "paths: ['/healthz*']": 'Write `nonResourceURLs: ["/healthz*"]`',
    "path: /healthz": 'Write `nonResourceURLs: ["/healthz"]`',
    "urls: [/healthz]": 'Write `nonResourceURLs: ["/healthz"]`',
    "nonResourceUrls: [/healthz]": 'Write `nonResourceURLs: ["/healthz"]`',
    "nonResourceURL: /healthz": 'Write `nonResourceURLs: ["/healthz"]`',
    "nonresourceurls: [/healthz]": 'Write `nonResourceURLs: ["/healthz"]`',
    "vebrs: [get]": 'Write `verbs: ["get"]`',
    "namepsaces: [prod]": 'Write `namespaces: ["prod"]`',
    "resource: [pods]": 'Write `resources: [{group: "", resources: ["pods"]}]`',
    "apiGroups: [apps]": 'Write `group: "apps"` in an entry of `resources:`',
    "resource: [{group: apps}]": "Rename it to `resources:`",
    "resourceNames: [a]": (
        "Write the names beside what they name, such as "
        '`resources: [{group: "", resources: ["configmaps"], resourceNames: ["a"]}]`'
    ),
}


@pytest.mark.parametrize(("key", "advice"), SELECTOR_KEYS.items(), ids=SELECTOR_KEYS.keys())
def test_a_lost_selector_silences_every_request(key: str, advice: str) -> None:
    found = only(rules(f"- level: None\n  {key}\n{TAIL}"), "widened-rule")
    assert found.message.endswith("does not exist and is ignored: this rule silences every request that reaches it")
    assert found.help == advice
    assert found.example is not None
    assert found.example.endswith("` is not logged")
    assert found.witness is not None


def test_a_rule_that_nothing_reaches_has_no_example() -> None:
    found = only(rules(CLOSING + "- level: None\n  paths: [/healthz]\n"), "widened-rule")
    assert found.message.endswith("this rule silences every request that reaches it")
    assert found.example is None


ENTRY_KEYS = {
    "groups: [apps]": 'Write `group: "apps"`',
    "apiGroup: apps": 'Write `group: "apps"`',
    "apiGroups: [apps, batch]": 'Write an entry for each group, the first with `group: "apps"`',
    "resource: [pods]": 'Write `resources: ["pods"]`',
    "verbs: [delete]": 'Write `verbs: ["delete"]` one level up, in the rule itself',
    "namespaces: [prod]": 'Write `namespaces: ["prod"]` one level up, in the rule itself',
    "subresources: [exec]": 'Write `resources:` with plural names, such as `resources: ["pods", "pods/log"]`',
}


CORE = "this entry matches every resource of the core group"
ENTRY_MEANS = {
    "verbs: [delete]": "this rule matches every verb",
    "namespaces: [prod]": "this rule matches requests in all namespaces",
}


@pytest.mark.parametrize(("key", "advice"), ENTRY_KEYS.items(), ids=ENTRY_KEYS.keys())
def test_a_lost_selector_of_an_entry(key: str, advice: str) -> None:
    found = only(rules(f"- level: None\n  resources:\n  - {key}\n{TAIL}"), "widened-rule")
    assert found.message.endswith("does not exist and is ignored: " + ENTRY_MEANS.get(key, CORE))
    assert found.help == advice
    assert found.example is not None
    assert found.example.endswith("` is not logged")


@pytest.mark.parametrize(
    "text",
    [
        '- level: None\n  resources:\n  - groups: [""]\n',
        "- level: None\n  resources:\n  - groups: ['*']\n",
        "- level: None\n  resources:\n  - group: apps\n    groups: [batch]\n",
        "- level: None\n  resources:\n  - group: apps\n    resources: [jobs]\n    resource: [pods]\n",
        "- level: None\n  verb: '*'\n  users: [a]\n",
        "- level: None\n  verbs: [get]\n  verb: [list]\n",
        "- level: None\n  users: [a]\n  omitStage: [Panic]\n",
        "- level: None\n  users: [a]\n  colour: [red]\n",
        "- level: None\n  users: [a]\n  namespace: []\n",
        "- level: None\n  namespaces: [a]\n  paths: [/healthz]\n",
    ],
)
def test_a_rule_as_wide_as_it_was_meant_is_not_widened(text: str) -> None:
    found = {finding.rule for finding in findings(rules(text + TAIL))}
    assert "unknown-field" in found
    assert "widened-rule" not in found


NAMES_TO_WRITE = {
    "{group: '', resource: [Pod, secrets]}": 'Write `resources: ["pods", "secrets"]`',
    "{group: apps, resource: deployment/scale}": 'Write `resources: ["deployments/scale"]`',
    "{group: '', resource: [secerts]}": 'Write `resources: ["secrets"]`',
    "{group: apps, resource: [jobs, deployments]}": 'Write `resources: ["jobs", "deployments"]`',
    "{group: example.com, resource: [widgets]}": 'Write `resources: ["widgets"]`',
    "{group: example.com, resource: [widget, Gadget, doodads]}": (
        'Write `resources: ["widgets", "gadgets", "doodads"]`, most likely the names that URLs have'
    ),
    "{group: custom.metrics.k8s.io, resource: [queue_length]}": 'Write `resources: ["queue_length"]`',
}


@pytest.mark.parametrize(("entry", "advice"), NAMES_TO_WRITE.items(), ids=NAMES_TO_WRITE.keys())
def test_a_lost_list_of_resources_is_to_be_written_with_names_that_take_something(entry: str, advice: str) -> None:
    found = only(rules(f"- level: None\n  resources: [{entry}]\n{TAIL}"), "widened-rule")
    assert found.help == advice


def test_what_was_meant_is_no_request_too_many() -> None:
    text = "- level: None\n  resources:\n  - group: apps\n    resource: [deployment]\n"
    witness = only(rules(text + TAIL), "widened-rule").witness
    assert witness is not None
    assert witness["resource"] != "deployments"


@pytest.mark.parametrize(
    ("level", "below", "effect"),
    [
        ("None", "- level: Metadata\n", "is not logged"),
        ("None", "- level: None\n", "matches too"),
        ("Metadata", "- level: Metadata\n", "matches too"),
        ("Metadata", "- level: RequestResponse\n", "is logged at Metadata instead of RequestResponse"),
        ("Request", "- level: Metadata\n", "is logged at Request instead of Metadata"),
        ("Request", "- level: None\n", "is logged at Request"),
        ("Request", "", "is logged at Request"),
    ],
)
def test_a_widened_rule_is_held_against_what_the_rules_below_do(level: str, below: str, effect: str) -> None:
    text = rules(f"- level: {level}\n  resources:\n  - group: example.com\n    resource: [widgets]\n{below}")
    found = only(text, "widened-rule")
    assert found.example is not None
    assert found.example.endswith(f"` {effect}")
    assert found.message.endswith('this entry matches every resource of group "example.com"')


def test_a_widened_rule_shows_what_it_changes() -> None:
    text = "- level: Metadata\n  resources:\n  - group: example.com\n    resource: [widgets]\n"
    found = only(rules(text + "- level: Request\n  verbs: [patch]\n- level: Metadata\n"), "widened-rule")
    assert found.witness is not None
    assert found.witness["verb"] == "patch"
    assert found.example is not None
    assert found.example.endswith("is logged at Metadata instead of Request")


def test_a_widened_rule_shows_a_resource_that_its_group_has() -> None:
    start = "- level: None\n  resources:\n  - group: %s\n    verb: [get]\n"
    witness = only(rules(start % "resource.k8s.io" + TAIL), "widened-rule").witness
    assert witness is not None
    assert catalogue.of_release(NEWEST).get("resource.k8s.io", str(witness["resource"]))
    resource = Resource("example.com", "gadgets", verbs=("get", "delete"))
    source = Source("audit-policy.yaml", named=True, data=rules(start % "example.com" + TAIL).encode())
    settings = Settings(minor=NEWEST, select=("widened-rule",), cluster=Cluster(custom=(resource,)))
    (found,) = lint.check([source], settings).findings
    assert found.witness is not None
    assert found.witness["resource"] == "gadgets"


def test_stages_are_named_the_other_way_round() -> None:
    found = only(rules("- level: Metadata\n  stages: [ResponseComplete]\n"), "unknown-field")
    assert found.message == '"stages" does not exist and is ignored: every stage is logged'
    written = '`omitStages: ["RequestReceived", "ResponseStarted"]`'
    assert found.help == f"Write {written}, the stages that are not to be logged"


TWICE_IN_WHAT_IS_WRITTEN_AGAIN = {
    "a shorter list": '[{"level":"Metadata"}]',
    "the key once": '[{"level":"Metadata"},{"level":"Metadata","verbs":["watch"]}]',
    "no list": "null",
}


@pytest.mark.parametrize("again", TWICE_IN_WHAT_IS_WRITTEN_AGAIN.values(), ids=TWICE_IN_WHAT_IS_WRITTEN_AGAIN.keys())
def test_a_key_twice_in_a_value_that_json_has_again_has_no_fix(again: str) -> None:
    twice = '[{"level":"Metadata"},{"level":"None","verbs":["get"],"verbs":["get"]}]'
    text = f'{{"apiVersion":"audit.k8s.io/v1","kind":"Policy","rules":{twice},"rules":{again}}}'
    told = {(found.message.split(" in ")[0], found.help, found.fix) for found in findings(text, "duplicate-key")}
    help = "Keep the one that you mean, and delete the other"
    assert told == {('"rules" is listed twice', help, None), ('"verbs" is listed twice', help, None)}


def test_a_no_break_space_in_a_key_is_named() -> None:
    found = only(rules("- level: Metadata\n  \u00a0verbs: [get]\n"), "widened-rule")
    assert "no-break space (U+00A0)" in found.help


@pytest.mark.parametrize(("minor", "silently"), [(25, True), (26, False)])
def test_old_servers_drop_keys_silently(minor: int, silently: bool) -> None:  # noqa: FBT001
    message = only(rules("- level: Metadata\n  omitStage: [Panic]\n"), "unknown-field", minor=minor).message
    assert ("silently (by kube-apiserver 1.25)" in message) is silently


LEVELS = {
    "metadata": "Metadata",
    "METADATA": "Metadata",
    "Metdata": "Metadata",
    "none": "None",
    "Nothing": "None",
    "Request-Response": "RequestResponse",
    "RequestBody": "Request",
    "'Metadata '": "Metadata",
    "REQUEST_RESPONSE": "RequestResponse",
}


@pytest.mark.parametrize(("written", "meant"), LEVELS.items(), ids=LEVELS.keys())
def test_levels_are_guessed(written: str, meant: str) -> None:
    found = only(rules(f"- level: {written}\n"), "invalid-level")
    assert found.message.endswith("does not exist, so kube-apiserver refuses this policy")
    assert found.help == f"Write `level: {meant}`"


RIGHT_TYPES = {
    "- level: None\n  verbs: get\n": 'Write `verbs: ["get"]`',
    "- level: None\n  verbs: 'get, list'\n": 'Write `verbs: ["get", "list"]`',
    "- level: None\n  namespaces: [on]\n": "Put it in quotes",
    "- level: None\n  users: [12]\n": 'Write `"12"`',
    "- level: None\n  resources: [roles]\n": (
        'Write `resources: [{group: "rbac.authorization.k8s.io", resources: ["roles"]}]`'
    ),
    "- level: None\n  resources:\n  - group: [apps]\n": 'Write `group: "apps"`',
    "- level: [none]\n": "Write `level: None`",
    "- level Metadata\n": "Write `- level: Metadata`",
    "- level: None\n  omitManagedFields: 'true'\n": "Write `omitManagedFields: true`",
}


@pytest.mark.parametrize(("text", "advice"), RIGHT_TYPES.items(), ids=range(len(RIGHT_TYPES)))
def test_wrong_types_come_with_the_right_spelling(text: str, advice: str) -> None:
    found = only(rules(text + TAIL), "wrong-type")
    assert found.message.endswith(", so kube-apiserver refuses this policy")
    assert found.help.startswith(advice)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("- level: ${LEVEL}\n", "invalid-level"),
        ("- level: Metadata\n  omitStages: ['<stage>']\n", "invalid-stage"),
        ("- level: Metadata\n  verbs: ['{{ verb }}']\n", "unknown-verb"),
        ("- level: Metadata\n  verbs: $(VERBS)\n", "wrong-type"),
    ],
)
def test_a_placeholder_is_its_own_finding(text: str, gone: str) -> None:
    found = {finding.rule for finding in findings(rules(text + TAIL))}
    assert "unrendered-template" in found
    assert gone not in found


def test_a_placeholder_elsewhere_does_not_hide_a_missing_level() -> None:
    text = rules("- users: ['<user>']\n")
    assert [one for one in shorts(text) if "refused" in one] == ["invalid-level error refused @ users"]


def test_what_a_refused_policy_would_match_is_not_judged() -> None:
    text = rules("- level: none\n- level: Metadata\n- level: Request\n")
    assert {finding.rule for finding in findings(text)} == {"invalid-level"}


def test_a_policy_with_the_wrong_head_is_judged_as_if_right() -> None:
    text = "apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules:\n- level: Metadata\n- level: Request\n"
    assert {finding.rule for finding in findings(text)} == {"wrong-api-version", "unreachable-rule"}


ANY_GROUP = rules('- level: Metadata\n  resources: [{group: "*"}]\n' + CLOSING)
REFUSING_ANY_GROUP = [f"1.{minor}" for minor in MAINTAINED if minor < ANY_GROUP_SINCE]


def assumed(text: str, **files: str) -> list[Finding]:
    """Return what `version-dependent` says where no option names a release."""
    given = {"p.yaml": text, **{f"{name}.yaml": content for name, content in files.items()}}
    sources = [Source(path, named=True, data=content.encode()) for path, content in given.items()]
    return list(lint.check(sources, Settings(select=("version-dependent",))).findings)


def test_what_only_some_maintained_releases_accept() -> None:
    found = assumed(ANY_GROUP)
    assert [finding.pointer for finding in found] == ["/rules/0/resources/0/group"] * bool(REFUSING_ANY_GROUP)
    assert all(release in finding.message for finding in found for release in REFUSING_ANY_GROUP)
    assert not any(finding.refused for finding in found)


def test_a_release_that_is_known_is_all_that_counts() -> None:
    image = "{name: kube-apiserver, image: 'kube-apiserver:v1.36.0', command: [kube-apiserver, FLAG]}"
    container = image.replace("FLAG", "--audit-policy-file=/etc/kubernetes/p.yaml")
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: kube-apiserver}}\nspec: {{containers: [{container}]}}\n"
    assert assumed(ANY_GROUP, manifest=pod) == []
    assert findings(ANY_GROUP, "version-dependent") == []


def test_what_a_maintained_release_reads_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "MAINTAINED", (22, NEWEST))
    (found,) = assumed(rules("- {level: Request, omitManagedFields: true}\n"))
    assert found.message == f"kube-apiserver 1.22 reads this policy otherwise than 1.{NEWEST}"
    assert assumed(rules(CLOSING)) == []


def test_what_follows_from_a_misspelt_key_is_told_at_that_key() -> None:
    text = rules(
        '- level: None\n  username: [bob]\n  resources: [{group: "", resources: [pods]}]\n'
        '- level: Request\n  resources: [{group: "", resources: [pods, nodes]}]\n'
        '- level: Request\n  resources: [{group: "", resources: [pods]}]\n' + CLOSING
    )
    assert shorts(text, "unreachable-selector") == []
    assert shorts(text, "unreachable-rule") == []
    assert shorts(text, "widened-rule") == ["widened-rule error @ username"]


REFUSED_FOR_A_KEY = {
    "LEVEL: NONE": (rules("- LEVEL: NONE\n"), "LEVEL", "Write `level: None`"),
    "-level": (f"{HEAD}rules:\n-level: Metadata\n", "-level", "Write `- level: Metadata`, with a space after the dash"),
    "rule": (f"{HEAD}rule:\n- level: None\n", "rule", "Rename it to `rules:`"),
    "resource": (
        rules('- level: None\n  resources: [{group: "", resource: [pods], resourceNames: [a]}]\n'),
        "resource",
        'Write `resources: ["pods"]`',
    ),
}


@pytest.mark.parametrize(("text", "key", "advice"), REFUSED_FOR_A_KEY.values(), ids=REFUSED_FOR_A_KEY.keys())
def test_a_key_for_which_a_policy_is_refused_is_the_one_finding(text: str, key: str, advice: str) -> None:
    (found,) = findings(text)
    assert (found.rule, found.refused, found.help) == ("unknown-field", True, advice)
    assert found.message == f'"{key}" does not exist and is ignored, so kube-apiserver refuses this policy'


def test_a_glued_dash_in_a_rule_that_is_not_the_first_is_no_refusal() -> None:
    found = only(rules("- level: None\n  users: [a]\n-level: Metadata\n"), "unknown-field")
    assert (found.refused, found.help) == (False, "Write `- level: Metadata`, with a space after the dash")


SPELLED_WITH_A_SPACE = {
    "users:\n  - system: kube-proxy": "system:kube-proxy",
    "userGroups:\n  - system: nodes": "system:nodes",
    "users:\n  - 'system:serviceaccount': ci": "system:serviceaccount:ci",
    "users:\n  - alice:": "alice",
}


@pytest.mark.parametrize(("field", "meant"), SPELLED_WITH_A_SPACE.items(), ids=SPELLED_WITH_A_SPACE)
def test_a_space_after_a_colon_makes_a_name_a_mapping(field: str, meant: str) -> None:
    found = only(rules(f"- level: None\n  {field}\n{TAIL}"), "wrong-type")
    assert f'not the string "{meant}"' in found.message
    assert found.help.startswith(f"Write `{meant}`")


def test_levels_among_stages_are_told_to_be_levels() -> None:
    stages = "omitStages: [%s]\n"
    found = only(f"{HEAD}{stages % 'RequestReceived, Request'}rules:\n{TAIL}", "invalid-stage")
    assert found.message == '"Request" is a level, not a stage, so kube-apiserver refuses this policy'
    assert found.help == "Delete it; `level: Metadata` in a rule keeps bodies out of the log"
    found = only(f"{HEAD}{stages % 'RequestReceived, Request, ResponseComplete'}rules:\n{TAIL}", "invalid-stage")
    assert found.help.startswith('Write `omitStages: ["RequestReceived"]`; ')


def test_a_stage_as_level_is_told_to_be_a_stage() -> None:
    found = only(rules("- level: responsecomplete\n"), "invalid-level")
    assert found.message == '"responsecomplete" is a stage, not a level, so kube-apiserver refuses this policy'


@pytest.mark.parametrize("value", ["AUDIT_LEVEL", "%LEVEL%", "@@LEVEL@@", "__LEVEL__", "<level>", "...", "{{ a }}"])
def test_placeholders_are_no_levels(value: str) -> None:
    found = findings(rules(f"- level: '{value}'\n- level: Metadata\n"))
    assert {one.rule for one in found} == {"unrendered-template"}


@pytest.mark.parametrize("value", ["metadata_", "A_b", "TLS_AES_128", "GET", "x@y.example", "100%"])
def test_words_that_are_no_placeholders(value: str) -> None:
    assert shorts(rules(f"- level: None\n  users: ['{value}']\n{TAIL}"), "unrendered-template") == []


def test_another_object_in_the_place_of_a_policy_is_one_finding() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  policy.yaml: x\n"
    (found,) = findings(text, as_kind="policy")
    assert (found.rule, found.refused) == ("wrong-kind", True)
    assert found.message == "this is a ConfigMap, not an audit policy, so kube-apiserver refuses it"


def test_what_follows_from_a_key_that_is_written_twice_is_told_at_that_key() -> None:
    text = rules("- level: None\n  users: [a]\n  level: Metadata\n" + CLOSING)
    assert [one for one in shorts(text) if "rule" in one] == []


def test_a_mapping_is_no_list_of_names() -> None:
    found = only(rules("- level: Metadata\n  namespaceSelector: {matchLabels: {a: b}}\n"), "unknown-field")
    assert found.help == "Write `namespaces:` with a list of names"
