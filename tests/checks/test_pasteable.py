"""Rules to be pasted: on one line where that is short, else key by key, and read as they were meant."""

from __future__ import annotations

from hypothesis import given, settings

from auditlint.checks.suggestions.pasteable import block
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from tests.checks.policies import rules
from tests.checks.test_advice import policy_of
from tests.checks.test_policy_coverage_exact import POLICIES

WIDTH = 100


def test_a_short_rule_is_one_line() -> None:
    short = PolicyRule("Metadata", verbs=("get",), resources=(GroupResources("", ("secrets",), ()),))
    assert block([short]) == '- {level: Metadata, verbs: ["get"], resources: [{group: "", resources: ["secrets"]}]}'


def test_a_long_rule_is_written_key_by_key() -> None:
    names = ("validatingwebhookconfigurations", "mutatingwebhookconfigurations", "validatingadmissionpolicies")
    entries = (GroupResources("admissionregistration.k8s.io", names, ("a",)), GroupResources("", ("nodes",), ()))
    long = PolicyRule("None", users=("ann", "a user: with blanks"), verbs=("create", "update"), resources=entries)
    assert (
        block([long])
        == """\
- level: None
  users: ["ann", "a user: with blanks"]
  verbs: ["create", "update"]
  resources:
  - group: "admissionregistration.k8s.io"
    resources: ["validatingwebhookconfigurations", "mutatingwebhookconfigurations",
                "validatingadmissionpolicies"]
    resourceNames: ["a"]
  - {group: "", resources: ["nodes"]}"""
    )


@settings(max_examples=60, deadline=None)
@given(POLICIES)
def test_what_is_pasted_is_read_as_it_was_meant(policy: Policy) -> None:
    written = block(policy.rules)
    assert policy_of(rules(written + "\n")) == policy
    assert all(len(line) <= WIDTH or line.count(", ") <= 1 for line in written.splitlines())
