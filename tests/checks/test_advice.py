"""Advice works when it is followed: the finding is gone, no other objects, and the policy means what was meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from auditlint.finding import Severity
from auditlint.kubernetes.decode import load
from auditlint.kubernetes.match import Request, evaluate
from auditlint.kubernetes.requests import resolve
from auditlint.kubernetes.served import groups_of
from auditlint.rule import REGISTRY
from auditlint.text.plain import plain
from auditlint.text.reader import read
from tests import pages
from tests.checks import test_broken_text, test_policy_syntax, test_policy_values
from tests.checks.following import followed
from tests.checks.policies import CLOSING, findings, rules

if TYPE_CHECKING:
    from auditlint.kubernetes.policy import Policy

VALUES = frozenset(
    {
        *("literal-wildcard", "empty-identity", "unknown-verb", "verb-mismatch", "resource-path-url"),
        *("unmatchable-resource", "name-never-present", "no-body-to-log", "all-stages-omitted"),
        *("response-stage-omitted", "repeated-entry"),
    }
)
CATALOGUE = frozenset({name for name, rule in REGISTRY.items() if rule.category == "policy-catalogue"})
JUDGED = VALUES | CATALOGUE | {name for name, rule in REGISTRY.items() if rule.category == "policy-syntax"}
TO_FILL_IN = frozenset({"unrendered-template", "singular-resource"})
"""What only the author can write."""
TO_DO = (
    *("Check what the", "Keep only", "Resolve", "Save the", "Quote", "Look for", "Write the value", "Write only"),
    *("Delete that", "Delete the", "Delete what", "Replace it", 'Write `"` for'),
)
"""How advice about texts begins that leaves the rest to the author."""
PATIENCE = 12
"""Rounds of advice: pages show several mistakes at once."""


def from_pages() -> dict[str, tuple[str, str, int]]:
    """Return the bad examples of the pages: rule, text, and the minor release."""
    found = {}
    for name in sorted(JUDGED - TO_FILL_IN):
        page = (pages.RULES / f"{name}.md").read_text(encoding="utf-8")
        for number, example in enumerate(pages.examples(page)):
            if example.section == "Bad":
                minor = int(example.arguments[1].split(".")[1]) if "--kubernetes-version" in example.arguments else 37
                found[f"{name}-{number}"] = (name, example.files[0][1], minor)
    return found


def from_tests() -> dict[str, tuple[str, str, int]]:
    """Return texts of the tests of single rules."""
    made = {}
    for key in test_policy_syntax.SELECTOR_KEYS:
        made[f"selector {key}"] = ("widened-rule", f"- level: None\n  {key}\n")
    for key in test_policy_syntax.ENTRY_KEYS:
        made[f"entry {key}"] = ("widened-rule", f"- level: None\n  resources:\n  - {key}\n")
    for level in test_policy_syntax.LEVELS:
        made[f"level {level}"] = ("invalid-level", f"- level: {level}\n")
    for verb in test_policy_values.VERBS:
        made[f"verb {verb}"] = ("unknown-verb", f"- level: None\n  verbs: [{verb}]\n")
        made[f"verbs {verb}"] = ("unknown-verb", f"- level: None\n  verbs: [{verb}, get]\n")
    for field, glob in test_policy_values.GLOB_ADVICE:
        made[f"glob {field} {glob}"] = ("literal-wildcard", f'- level: None\n  {field}: ["{glob}"]\n')
    for url in test_policy_values.PATHS:
        made[f"path {url}"] = ("resource-path-url", f'- level: None\n  nonResourceURLs: ["{url}"]\n')
        made[f"paths {url}"] = ("resource-path-url", f'- level: None\n  nonResourceURLs: [/version, "{url}"]\n')
    for field in test_policy_syntax.SPELLED_WITH_A_SPACE:
        made[f"space {field}"] = ("wrong-type", f"- level: None\n  {field}\n")
    texts = {
        f"text {key}": ("yaml-syntax", text, 37)
        for key, (text, cause) in test_broken_text.CAUSES.items()
        if not cause[1].startswith(TO_DO)
    }
    return texts | {key: (rule, rules(text + CLOSING), 37) for key, (rule, text) in made.items()}


HARD = {
    "entry subresources: [exec]",  # which resource has the subresource is not said
    "selector resource: [{group: apps}]",
}
CASES = {key: case for key, case in {**from_pages(), **from_tests()}.items() if key not in HARD}


@pytest.mark.parametrize(("rule", "text", "minor"), CASES.values(), ids=CASES.keys())
def test_after_the_advice_nobody_objects(rule: str, text: str, minor: int) -> None:
    before = findings(text, minor=minor)
    objections = {one.rule for one in before}
    refused = any(one.refused for one in before)
    for _ in range(PATIENCE):
        found = [one for one in findings(text, minor=minor) if one.rule in JUDGED - TO_FILL_IN]
        if not found:
            break
        told = next((one for one in found if one.rule == rule), found[0])
        assert refused or told.severity is Severity.INFO or one_of(told.rule, objections), (
            f"{told.rule} is new: {told.message}"
        )
        text = followed(text, told)
    after = findings(text, minor=minor)
    assert not [one for one in after if one.rule in JUDGED - TO_FILL_IN]
    assert not [one for one in after if one.refused]


def one_of(rule: str, rules_before: set[str]) -> bool:
    """Tell whether a rule objected before, or the ones that stood for it."""
    return rule in rules_before or rule == "unknown-field"


@pytest.mark.parametrize("url", test_policy_values.PATHS)
def test_a_path_of_the_api_is_matched_by_the_rule_that_is_advised(url: str) -> None:
    text = rules(f'- level: Request\n  nonResourceURLs: ["{url}"]\n{CLOSING}')
    (told,) = (one for one in findings(text) if one.rule in {"resource-path-url", "invalid-url"})
    policy = policy_of(followed(text, told))
    path = "/" + url.rsplit("://", maxsplit=1)[-1].partition("/")[2]
    path = re.sub(r"/\*$", "/pods", path).rstrip("*").replace("*", "x")
    decision = evaluate(policy, resolve("GET", path, user="alice"))
    assert (decision.rule, decision.level) == (0, "Request")


GLOBS = {
    ("system:node:*", "system:kube-proxy"): "system:node:node-1",
    ("system:node:*", "system:serviceaccount:ci:*"): "system:serviceaccount:ci:build",
    ("system:serviceaccount:*", "alice"): "system:serviceaccount:ci:build",
}


@pytest.mark.parametrize(("listed", "user"), GLOBS.items(), ids=map(str, GLOBS))
def test_a_glob_of_users_is_matched_by_the_rule_that_is_advised(listed: tuple[str, ...], user: str) -> None:
    text = rules(f"- level: Request\n  users: {list(listed)}\n  verbs: [delete]\n{CLOSING}")
    while found := findings(text, "literal-wildcard"):
        text = followed(text, found[0])
    request = Request("delete", user, groups_of(user), resource="pods", namespace="prod", name="web")
    assert evaluate(policy_of(text), request).level == "Request"
    assert evaluate(policy_of(text), request._replace(user="bob", groups=("system:authenticated",))).level == "Metadata"


def policy_of(text: str) -> Policy:
    """Return a policy that the server loads."""
    loaded = load(plain(read(text.encode()).documents[0].root), 37)
    assert loaded.policy is not None
    assert not loaded.refused
    return loaded.policy
