"""What `--fix` makes of policies: one place changes, all other bytes stay."""

from __future__ import annotations

import pytest

from auditlint.checking import check_paths
from tests.fixing.mending import ALL, HEAD, NAME, mended, told

CATCH_ALL = "- level: Metadata\n"
SECRETS = '[{group: "", resources: ["secrets"]}]'

SAFE = [
    ("invalid-level", '- level: metadata # "all"\n', '- level: Metadata # "all"\n'),
    ("invalid-stage", "- level: Metadata\n  omitStages: ['panic']\n", "- level: Metadata\n  omitStages: ['Panic']\n"),
    ("wrong-type", "- level: None\n  users: [yes, 007, x]\n", '- level: None\n  users: ["yes", "007", x]\n'),
    ("wrong-type", "- level: None\n  verbs: get, list # r\n", "- level: None\n  verbs: [get, list] # r\n"),
    (
        "wrong-type",
        "- level: None\n  resources: 'pods'\n",
        '- level: None\n  resources: [{group: "", resources: ["pods"]}]\n',
    ),
    ("wrong-type", "- level: None\n  users: [system: nodes]\n", "- level: None\n  users: [system:nodes]\n"),
    ("widened-rule", "- level: None\n  verb: get\n", "- level: None\n  verbs: [get]\n"),
    ("widened-rule", "- level: None\n  Users: [a]\n", "- level: None\n  users: [a]\n"),
    (
        "widened-rule",
        '- level: None\n  resources:\n  - groups: ["apps"]\n    resources: [deployments]\n',
        '- level: None\n  resources:\n  - group: "apps"\n    resources: [deployments]\n',
    ),
    ("duplicate-key", "- level: None\n  users: [a]\n  users: [a]\n", "- level: None\n  users: [a]\n"),
    (
        "invalid-group",
        "- level: None\n  resources: [{group: apps/v1, resources: [deployments]}]\n",
        "- level: None\n  resources: [{group: apps, resources: [deployments]}]\n",
    ),
    ("invalid-url", "- level: None\n  nonResourceURLs: [healthz]\n", "- level: None\n  nonResourceURLs: [/healthz]\n"),
    ("unknown-verb", "- level: None\n  verbs: [Create, x]\n", "- level: None\n  verbs: [create, x]\n"),
    ("unknown-verb", "- level: None\n  verbs: [get, Get]\n", "- level: None\n  verbs: [get]\n"),
    ("literal-wildcard", '- level: None\n  users: [a]\n  verbs: ["*"]\n', "- level: None\n  users: [a]\n"),
    (
        "literal-wildcard",
        '- level: None\n  users: ["system:serviceaccount:dev:*"]\n',
        '- level: None\n  userGroups: ["system:serviceaccounts:dev"]\n',
    ),
    ("repeated-entry", "- level: None\n  users: [a, b, a]\n", "- level: None\n  users: [a, b]\n"),
    (
        "unknown-group",
        "- level: None\n  resources:\n  - group: core\n    resources: [pod]\n",
        '- level: None\n  resources:\n  - group: ""\n    resources: [pods]\n',
    ),
    (
        "unknown-resource",
        '- level: None\n  resources: [{group: "", resources: [pods, deployments]}]\n',
        '- level: None\n  resources: [{group: "", resources: [pods]}, {group: apps, resources: [deployments]}]\n',
    ),
    (
        "unknown-subresource",
        '- level: None\n  resources: [{group: "", resources: [pods/logs]}]\n',
        '- level: None\n  resources: [{group: "", resources: [pods/log]}]\n',
    ),
]


UNSAFE = [
    ("missing-catch-all", "- level: Metadata\n  users: [a]\n", "- level: Metadata\n  users: [a]\n- level: Metadata\n"),
    ("unreachable-rule", "- level: Metadata\n# all\n- level: None\n  users: [a]\n", "- level: Metadata\n# all\n"),
    ("redundant-rule", "- level: Metadata\n  users: [a]\n- level: Metadata\n", "- level: Metadata\n"),
]


@pytest.mark.parametrize(("rule", "before", "after"), SAFE)
def test_a_safe_fix_changes_its_place_only(rule: str, before: str, after: str) -> None:
    assert rule in told(HEAD + before + CATCH_ALL)
    assert mended(HEAD + before + CATCH_ALL, select=(rule,)) == HEAD + after + CATCH_ALL


@pytest.mark.parametrize(("rule", "before", "after"), SAFE)
def test_line_ends_and_the_byte_order_mark_stay(rule: str, before: str, after: str) -> None:
    old, new = (f"\ufeff{HEAD}{text}{CATCH_ALL}".replace("\n", "\r\n") for text in (before, after))
    assert mended(old, select=(rule,)) == new


@pytest.mark.parametrize(("rule", "before", "after"), SAFE)
def test_a_fix_in_a_config_map_stays_in_its_indentation(rule: str, before: str, after: str) -> None:
    head = "kind: ConfigMap\ndata:\n    audit.yaml: |\n"
    old, new = (head + indented(HEAD + text + CATCH_ALL) + "  # end\n" for text in (before, after))
    assert mended(old, select=(rule,), name="map.yaml") == new


@pytest.mark.parametrize(("rule", "before", "after"), UNSAFE)
def test_a_rule_in_a_config_map_stays_in_its_indentation(rule: str, before: str, after: str) -> None:
    head = "kind: ConfigMap\ndata:\n    audit.yaml: |\n"
    old, new = (head + indented(HEAD + text) + "  # end\n" for text in (before, after))
    assert mended(old, select=(rule,), unsafe=True, name="map.yaml") == new


def test_a_key_in_a_config_map_is_put_before_another() -> None:
    head = "kind: ConfigMap\ndata:\n    audit.yaml: |\n"
    old = head + indented(HEAD.replace('omitStages: ["RequestReceived"]\n', "") + CATCH_ALL)
    after = head + indented(HEAD + CATCH_ALL)
    assert mended(old, select=("request-received-logged",), unsafe=True, name="map.yaml") == after


def indented(text: str) -> str:
    return "".join(f"        {line}\n" for line in text.splitlines())


def test_a_head_is_written_at_the_top() -> None:
    rules = "# mine\nrules:\n- level: Metadata\n"
    assert mended(rules) == "# mine\napiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"


def test_what_an_alias_shares_is_left_alone() -> None:
    entry = '  resources: [{group: "", resources: [pods], resourceNames: *v}]\n'
    text = f"{HEAD}- level: None\n  verbs: &v [Get]\n- level: None\n{entry}{CATCH_ALL}"
    assert mended(text) == text
    report = check_paths((), ALL, texts={NAME: text.encode()})
    assert [one.fix.edits for one in report.findings if one.rule == "unknown-verb" and one.fix] == [()]


def test_a_template_is_left_alone() -> None:
    text = f"{{{{- if .Values.audit }}}}\n{HEAD}- level: metadata\n{{{{- end }}}}\n"
    assert "invalid-level" in told(text)
    assert mended(text) == text


def test_what_does_not_parse_is_left_alone() -> None:
    text = f"{HEAD}- level: metadata\n- level: [\n"
    assert mended(text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# auditlint: ignore[noisy-watch] old\n- level: None\n", "- level: None\n"),
        ("- level: None   # auditlint: ignore[noisy-watch]\n", "- level: None\n"),
        (
            "- level: None # auditlint: ignore[verb-gap, drops-the-rest] x\n",
            "- level: None # auditlint: ignore[drops-the-rest] x\n",
        ),
        (
            "- level: None # auditlint: ignore[drops-the-rest, verb-gap]\n",
            "- level: None # auditlint: ignore[drops-the-rest]\n",
        ),
    ],
)
def test_an_ignore_that_covers_nothing_goes_without_a_trace(before: str, after: str) -> None:
    first = "- level: Metadata\n  users: [a]\n"
    assert mended(HEAD + first + before, select=("unused-ignore",)) == HEAD + first + after


@pytest.mark.parametrize(("rule", "before", "after"), UNSAFE)
def test_an_unsafe_fix_is_made_on_request_only(rule: str, before: str, after: str) -> None:
    assert mended(HEAD + before, select=(rule,)) == HEAD + before
    assert mended(HEAD + before, select=(rule,), unsafe=True) == HEAD + after


def test_what_is_logged_twice_is_so_no_more() -> None:
    head = HEAD.replace('omitStages: ["RequestReceived"]\n', "")
    assert mended(head + CATCH_ALL, select=("request-received-logged",), unsafe=True) == HEAD + CATCH_ALL


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("secret-bodies-logged", '- level: Request\n  resources: [{group: "", resources: ["secrets", "pods"]}]\n'),
        ("secret-bodies-logged", "- level: RequestResponse\n  users: [a]\n"),
        ("secrets-not-audited", '- level: None\n  resources: [{group: ""}]\n'),
        ("leases-logged", "- level: Metadata\n  userGroups: [system:nodes]\n"),
        (
            "namespaced-list-gap",
            f"- level: Metadata\n  resources: {SECRETS}\n  namespaces: [a]\n- level: None\n  verbs: [list]\n",
        ),
    ],
)
def test_a_cure_is_whole_and_touches_no_other_line(rule: str, text: str) -> None:
    text = HEAD + text + CATCH_ALL
    after = mended(text, select=(rule,), unsafe=True)
    assert rule in told(text)
    assert rule not in told(after)
    lost = set(text.splitlines()) - set(after.splitlines())
    assert [line for line in lost if "resources" not in line] == []


def test_a_fix_that_another_one_makes_provable_is_made_in_the_same_run() -> None:
    """With the version alone, something new would be found in the rule that nothing reaches."""
    rules = "rules:\n- level: None\n"
    dead = '- level: None\n  users: [alice]\n  resources: [{group: "*"}]\n'
    after = f"apiVersion: audit.k8s.io/v1\nkind: Policy\n{rules}"
    assert mended(f"kind: Policy\n{rules}{dead}", unsafe=True) == after
