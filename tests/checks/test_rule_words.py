"""Rules of a policy as words, and requests as witnesses of the report."""

from __future__ import annotations

import pytest

from auditlint.checks.queries import effects
from auditlint.checks.suggestions.rule_words import rule_words
from auditlint.kubernetes.policy import GroupResources, PolicyRule
from auditlint.kubernetes.requests import Request

RULES = {
    PolicyRule("None"): "every request",
    PolicyRule("None", verbs=("get", "list")): 'every request with the verb "get" or "list"',
    PolicyRule("None", users=("a",), namespaces=("b",)): 'every resource by "a" in namespace "b"',
    PolicyRule("None", resources=(GroupResources("", ("pods",)),), verbs=("get",)): '"get" of "pods" of the core group',
    PolicyRule("None", resources=(GroupResources("apps"),)): 'every resource of group "apps"',
    PolicyRule("None", non_resource_urls=("/a", "/b")): 'URL "/a" and "/b"',
    PolicyRule("None", users=("a", "b", "c", "d", "e")): 'every request by "a", "b", "c" and 2 more',
}


@pytest.mark.parametrize(("rule", "text"), RULES.items(), ids=RULES.values())
def test_rule_words(rule: PolicyRule, text: str) -> None:
    assert rule_words(rule) == text


def test_witness_of_a_path() -> None:
    request = Request("get", None, (), path="/healthz")
    assert effects.witness(request) == {"user": None, "groups": [], "verb": "get", "path": "/healthz"}


def test_witness_of_a_resource() -> None:
    assert effects.witness(Request("get", "alice", (), None, "", "pods", "log", "prod", "web")) == {
        "user": "alice",
        "groups": [],
        "verb": "get",
        "apiGroup": "",
        "resource": "pods",
        "subresource": "log",
        "namespace": "prod",
        "name": "web",
    }
