"""Advice about rules that match too much or too little works when it is followed, and means what was meant.

Every help is done to the letter: the block is pasted where it says, the rule that it names is deleted or moved.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml
from hypothesis import given, settings

from auditlint import lint
from auditlint.checks.policy.coverage import KINDS
from auditlint.kubernetes.match import evaluate
from auditlint.kubernetes.releases import NEWEST
from auditlint.lint import Source
from auditlint.rule import REGISTRY
from auditlint.settings import Settings
from tests import pages
from tests.checks import test_policy_coverage
from tests.checks.policies import CLOSING, as_text, findings, request_of, rules
from tests.checks.test_advice import policy_of
from tests.checks.test_policy_coverage_exact import POLICIES, outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.kubernetes.policy import Policy

ABOUT = {
    name
    for name, rule in REGISTRY.items()
    if rule.category == "policy-coverage" or rule.check.__module__ == "auditlint.checks.policy.matching"
}
PATIENCE = 6
"""Findings of one policy that are followed one after the other."""


class _Advice(NamedTuple):
    """One piece of advice about one rule of a policy; the lines behind its first sentence are `block`."""

    policy: dict[str, Any]
    listed: list[dict[str, Any]]
    """The rules of the policy, which the advice changes."""
    steps: list[str]
    at: int
    """The number of the rule that the finding stands at."""
    named: int
    """The number of the rule whose line is named, else the same."""
    block: list[dict[str, Any]]
    finding: Finding

    def instead(self, _: re.Match[str]) -> None:
        self.listed[self.at : self.at + 1] = self.block

    def below(self, _: re.Match[str]) -> None:
        self.listed[self.at + 1 : self.at + 1] = self.block

    def above(self, _: re.Match[str]) -> None:
        self.listed[self.named : self.named] = self.block

    def end(self, _: re.Match[str]) -> None:
        self.listed.append({"level": "Metadata"})

    def level(self, match: re.Match[str]) -> None:
        self.listed[self.named]["level"] = match[1]

    def write(self, match: re.Match[str]) -> None:
        self.listed[self.at] |= yaml.safe_load(match[1])
        if "move this rule above" in self.finding.help:
            self.listed.insert(self.named, self.listed.pop(self.at))

    def move_up(self, _: re.Match[str]) -> None:
        more = sum(related.message == "unreachable for the same cause" for related in self.finding.related)
        moved = self.listed[self.at : self.at + 1 + more]
        del self.listed[self.at : self.at + 1 + more]
        self.listed[self.named : self.named] = moved

    def move_down(self, match: re.Match[str]) -> None:
        level = {"level": "Metadata"} if "with `level: Metadata`" in match.string else {}
        self.listed.append(self.listed.pop(self.named) | level)

    def move_here(self, _: re.Match[str]) -> None:
        self.listed.insert(self.at, self.listed.pop(self.named))

    def delete_rule(self, _: re.Match[str]) -> None:
        del self.listed[self.named]

    def delete(self, _: re.Match[str]) -> None:
        holder: Any = self.policy
        for step in self.steps[:-1]:
            holder = holder[int(step) if step.isdecimal() else step]
        del holder[int(self.steps[-1]) if self.steps[-1].isdecimal() else self.steps[-1]]


_WAYS = {
    r"Write (these rules|this rule) instead": _Advice.instead,
    r"Put (this rule|these rules) below": _Advice.below,
    r"Put (this rule|these rules) above": _Advice.above,
    r"End the list with": _Advice.end,
    r"Write `level: (\w+)`": _Advice.level,
    r"(?:If its changes are to be logged, w|W)rite (?:verbs such as )?`((?:verbs|users): .*?)`": _Advice.write,
    r"Move (it|them|the rule) above line": _Advice.move_up,
    r"Move the rule of line \d+ to the end": _Advice.move_down,
    r"Move the rule of line \d+ above this one": _Advice.move_here,
    r"Delete (this rule|the rule)": _Advice.delete_rule,
    r"Delete it": _Advice.delete,
}


def followed(text: str, finding: Finding) -> str:
    """Return a policy with the help of a finding done."""
    policy = yaml.safe_load(text)
    steps = finding.pointer.split("/")[1:]
    at = int(steps[1]) if steps[1:] else 0
    first, _, pasted = finding.help.partition("\n")
    line = re.search(r"line (\d+)", first)
    named = _rule_in_line(text, int(line[1])) if line else at
    block = yaml.safe_load(pasted) if pasted else []
    advice = _Advice(policy, policy["rules"], steps, at, named, block, finding)
    way, match = next((way, match) for words, way in _WAYS.items() if (match := re.match(words, first)))
    way(advice, match)
    if "and end the list with" in first:
        advice.end(match)
    return yaml.safe_dump(policy, sort_keys=False)


def _rule_in_line(text: str, line: int) -> int:
    """Return the number of the policy rule that begins in a line."""
    root = yaml.compose(text)
    assert isinstance(root, yaml.MappingNode)
    listed = next(value for key, value in root.value if key.value == "rules")
    return next(at for at, node in enumerate(listed.value) if node.start_mark.line == line - 1)


def cases() -> Iterator[tuple[str, str, str]]:
    """Yield policies of the pages and of the tests of single rules, each with the rule that it shows."""
    for name in sorted(ABOUT - {"configmap-bodies-logged"}):
        page = (pages.RULES / f"{name}.md").read_text(encoding="utf-8")
        for number, example in enumerate(pages.examples(page)):
            if example.section == "Bad" and not example.arguments:
                yield f"{name}-{number}", name, example.files[0][1]
    for text, said in test_policy_coverage.GAPS.items():
        if said:
            yield said, said.partition(":")[0], text
    for rule, rest in test_policy_coverage.REMEDIES:
        yield f"{rule} {rest}", "", rules(f"- level: None\n  {rule}\n{rest}")
    for text in test_policy_coverage.GAP_ADVICE:
        yield text, "verb-gap", rules(text)
    for resources in test_policy_coverage.LEAK_ADVICE:
        yield resources, "secret-bodies-logged", rules(f"- level: RequestResponse\n  resources: {resources}\n{CLOSING}")


CASES = {key: (rule, text) for key, rule, text in cases()}


def alone(text: str, rule: str) -> list[Finding]:
    """Return the findings of one rule where no other is on that it would give way to."""
    source = Source("audit-policy.yaml", named=True, data=text.encode())
    return list(lint.check([source], Settings(minor=NEWEST, select=(rule,))).findings)


@pytest.mark.parametrize(("rule", "text"), CASES.values(), ids=CASES.keys())
def test_after_the_advice_the_finding_is_gone_and_nobody_new_objects(rule: str, text: str) -> None:
    before = findings(text)
    rule = rule or next(one.rule for one in before if one.rule in ABOUT)
    severity = alone(text, rule)[0].severity
    known = {one.rule for one in before} | {related.rule for one in before for related in one.related} | {rule}
    for _ in range(PATIENCE):
        found = [one for one in alone(text, rule) if one.severity >= severity]
        if not found or (len(yaml.safe_load(text)["rules"]) == 1 and found[0].help.startswith("Delete")):
            break
        text = followed(text, found[0])
        after = findings(text)
        assert not [one for one in after if one.severity.word != "info" and one.rule not in known], text
    else:
        raise AssertionError(f"{found} stands however often the advice is followed")


@settings(max_examples=30, deadline=None)
@given(POLICIES)
def test_what_was_logged_is_logged_as_before_when_a_silence_is_cured(policy: Policy) -> None:
    text = as_text(policy)
    cured = next((one for one in findings(text) if one.rule in KINDS and "\n" in one.help), None)
    if cured is None:
        return
    mended = policy_of(followed(text, cured))
    for index, request in outcomes(policy):
        level = policy.rules[index].level
        assert level in {"None", evaluate(mended, request).level}
    silence = evaluate(mended, request_of(cured))
    later = policy.rules[int(cured.pointer.split("/")[2]) + 1 :]
    assert silence.level != "None" or (silence.rule is not None and mended.rules[silence.rule] in later)
