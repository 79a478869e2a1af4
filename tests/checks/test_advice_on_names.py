"""Advice on names of resources and people works when it is followed, in each form of a rule that they may be in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from auditlint.checks.policy import catalogue
from auditlint.finding import Severity
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.kubernetes.releases import NEWEST
from tests.checks import test_policy_catalogue as names
from tests.checks.following import followed
from tests.checks.policies import as_text, findings

if TYPE_CHECKING:
    from collections.abc import Iterator

JOBS = GroupResources("batch", ("jobs",))
TO_FILL_IN = ("Write the plural, ", "Write a name that ")
"""How advice begins that leaves it to the author what to write."""
PATIENCE = 4


def wrong_rules() -> Iterator[PolicyRule]:
    """Yield rules with one wrong name: alone, and beside right ones."""
    entries = [GroupResources(group) for group in names.WRONG_GROUPS]
    entries += [GroupResources(group, (name,)) for group in names.WRONG_GROUPS for name in ("secrets", "deployments")]
    wrong = [*names.WRONG_RESOURCES, *names.SUBRESOURCES, *((group, name) for group, name, _, _ in names.REMOVED)]
    entries += [GroupResources(group, (name,)) for group, name in wrong]
    for entry in entries:
        yield PolicyRule("", resources=(entry,))
        yield PolicyRule("", resources=(entry, JOBS), verbs=("get", "create"))
        if entry.resources:
            yield PolicyRule("", resources=(entry._replace(resources=(*entry.resources, "*/status")),))
    for user in names.DEAD_USERS:
        yield PolicyRule("", users=(user,), resources=(JOBS,))
        yield PolicyRule("", users=(user, "bob"), resources=(JOBS,))
    for group in names.DEAD_GROUPS:
        yield PolicyRule("", user_groups=(group,), resources=(JOBS,))
        yield PolicyRule("", user_groups=(group, "devs"), resources=(JOBS,))
    for listed, verbs, minor, is_wrong in names.VERBS:
        if is_wrong and minor == NEWEST:
            yield PolicyRule("", verbs=verbs, resources=listed)
    for listed, namespaces, verbs, is_wrong in names.SCOPES:
        if is_wrong:
            yield PolicyRule("", namespaces=namespaces, verbs=verbs, resources=listed)


CASES = {
    f"{number} {level}": one._replace(level=level)
    for level in ("None", "RequestResponse")
    for number, one in enumerate(wrong_rules())
}


@pytest.mark.parametrize("rule", CASES.values(), ids=CASES.keys())
def test_after_the_advice_nobody_objects(rule: PolicyRule) -> None:
    text = as_text(Policy((rule, PolicyRule("Metadata"))))
    before = {one.rule for one in findings(text)}
    for _ in range(PATIENCE):
        told = [one for one in findings(text) if one.category == catalogue.rule.name]
        if not told or told[0].help.startswith(TO_FILL_IN):
            break
        text = followed(text, told[0])
    assert not {one.rule for one in told if not one.help.startswith(TO_FILL_IN)}
    new = {one.rule for one in findings(text) if one.severity is not Severity.INFO} - before
    assert not {name for name in new if not name.endswith(("-not-audited", "-gap"))}
