"""Each sentence about requests is true: of the request that its command sends, by the people whom it names.

Sentences stand in the message, the example and the help of a finding, and at its related places.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.kubernetes import catalogue, kubectl_line
from auditlint.kubernetes.diff.changed import changed_outcome
from auditlint.kubernetes.identities import groups_of
from auditlint.kubernetes.kubectl_line import KubectlError
from auditlint.kubernetes.match import evaluate, matches
from auditlint.kubernetes.policy import Policy
from auditlint.kubernetes.releases import NEWEST
from auditlint.kubernetes.requests import Request, resolve
from tests.checks.policies import as_text, findings, request_of
from tests.checks.test_advice import policy_of
from tests.checks.test_policy_coverage_exact import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding

ABOUT = {"policy-matching", "policy-coverage", "policy-cost", "policy-syntax"}
WHO = r" with a login that (fails)| by (?!line)(.*?)(?=,? is |,? matches |, a get |[:;] |$)"
COMMAND = re.compile(rf"`(kubectl [^`]*)`(?! \(over)(?:{WHO})?")
LEVELS = re.compile(r"logged (?:at|by line \d+ at) (Metadata|RequestResponse|Request)\b")
BY_LINE = re.compile(r"(?:by|because of) line (\d+)")
SOMEBODY = "somebody"
"""Who is meant where nobody is named: no policy here lists them."""


class Said(NamedTuple):
    """A sentence about requests that stands in a finding about a rule (None: about the policy)."""

    sentence: str
    rule: int | None
    policy: Policy
    lines: dict[int, int]
    """The number of the rule that begins in a line."""


def said(text: str, finding: Finding) -> Iterator[Said]:
    """Yield what a finding says."""
    policy = policy_of(text)
    begins = [at for at, line in enumerate(text.split("\n"), 1) if line.startswith("- level")]
    lines = {line: number for number, line in enumerate(begins)}
    number = re.match(r"/rules/(\d+)", finding.pointer)
    rule = int(number[1]) if number else None
    for sentence in (finding.message, finding.example or "", finding.help.split("\n")[0]):
        yield Said(sentence, rule, policy, lines)
    for note in finding.related:
        yield Said(note.message, lines.get(note.span.line), policy, lines)


def people(failed: str | None, words: str | None) -> tuple[str | None, tuple[str, ...]]:
    """Return the user and the groups that are named behind a command."""
    if failed:
        return None, ()
    user, _, named = (words or "").replace("a member of", "|").partition("|")
    name = user.strip(", ") or SOMEBODY
    groups = tuple(group.strip(" ,") for group in named.split(" and ")) if named else ()
    return name, (*groups_of(name), *groups)


def sent(sentence: str) -> Iterator[Request]:
    """Yield the requests of the commands in a sentence; of files none can be told."""
    for line, *who in COMMAND.findall(sentence):
        try:
            told = kubectl_line.read(shlex.split(line), catalogue.of_release(NEWEST))
        except KubectlError:
            continue
        user, groups = people(*who)
        if told.url is not None:
            method = "DELETE" if line.startswith("kubectl delete") else told.method
            yield resolve(method, told.url, user=user, groups=groups)
        else:
            yield Request(told.verb, user, groups, None, *told[1:6])


def problems(one: Said, request: Request) -> Iterator[str]:
    """Yield which of the things that a sentence says of a request is not so."""
    sentence, policy = one.sentence, one.policy
    decision = evaluate(policy, request)
    without = Policy(tuple(rule for at, rule in enumerate(policy.rules) if at != one.rule))
    otherwise = evaluate(without, request)
    if "matches no rule" in sentence or "match no rule" in sentence:
        yield "rule" if decision.rule is not None else ""
    if level := LEVELS.search(sentence):
        yield "level" if decision.level != level[1] else ""
    elif "not logged" in sentence:
        yield "logged" if decision.level != "None" else ""
    if named := BY_LINE.search(sentence):
        yield "line" if decision.rule != one.lines[int(named[1])] else ""
    if "this rule" in sentence or sentence.startswith("also not logged"):
        yield "this rule" if decision.rule != one.rule else ""
    if "because of this rule" in sentence:
        yield "cause" if otherwise.level == "None" else ""
    if too := re.search(r"so does line (\d+)", sentence):
        other = one.lines[int(too[1])] - 1
        yield "too" if otherwise[:2] != (other, "None") else ""
    if "no rule below matches it" in sentence:
        yield "below" if otherwise.rule is not None else ""
    if instead := re.search(r"instead of (Metadata|RequestResponse|Request)\b", sentence):
        yield "instead" if otherwise.level != instead[1] else ""


def untrue(text: str) -> Iterator[tuple[str, str, Request]]:
    """Yield what the findings in a policy say of requests and is not so."""
    for finding in findings(text):
        if finding.category in ABOUT:
            for one in said(text, finding):
                for request in sent(one.sentence):
                    yield from ((problem, one.sentence, request) for problem in problems(one, request) if problem)


@settings(max_examples=60, deadline=None)
@given(POLICIES)
def test_what_is_said_of_a_command_is_true(policy: Policy) -> None:
    assert list(untrue(as_text(policy))) == []


MISSPELT = {
    "users": "user",
    "userGroups": "groups",
    "namespaces": "namespace",
    "verbs": "verb",
    "resources": "resource",
}


@settings(max_examples=60, deadline=None)
@given(POLICIES, st.sampled_from(sorted(MISSPELT)))
def test_what_is_said_of_a_command_is_true_where_a_key_is_misspelt(policy: Policy, key: str) -> None:
    assert list(untrue(re.sub(f"^  {key}:", f"  {MISSPELT[key]}:", as_text(policy), flags=re.MULTILINE))) == []


@settings(max_examples=60, deadline=None)
@given(POLICIES)
def test_the_witness_is_the_request_of_the_message(policy: Policy) -> None:
    for finding in findings(as_text(policy)):
        if finding.category in ABOUT and finding.witness:
            shown = [*sent(finding.message), *sent(finding.example or "")]
            witness = request_of(finding)
            assert not shown or any(one[3:] == witness[3:] and one.verb == witness.verb for one in shown), finding


@settings(max_examples=60, deadline=None)
@given(POLICIES)
def test_where_nothing_changes_nothing_changes(policy: Policy) -> None:
    for finding in findings(as_text(policy)):
        if finding.rule in {"redundant-rule", "unreachable-rule"} and "Delete" in finding.help[:6] and finding.fix:
            gone = {change.path[1] for change in finding.fix.repair.changes}
            left = Policy(tuple(rule for at, rule in enumerate(policy.rules) if at not in gone))
            assert changed_outcome(policy, left).impossible, finding


@settings(max_examples=60, deadline=None)
@given(POLICIES)
def test_a_related_rule_does_what_is_said_of_it(policy: Policy) -> None:
    text = as_text(policy)
    for finding in findings(text):
        for one in said(text, finding):
            if one.rule is None or one.sentence == finding.message:
                continue
            rule = policy.rules[one.rule]
            if one.sentence == "matches it, with level None":
                assert rule.level == "None"
                assert matches(rule, request_of(finding))
            elif one.sentence == "does the same to its requests":
                assert rule.level == policy.rules[int(finding.pointer.split("/")[2])].level
            elif named := re.fullmatch(r'silences "(\S+)" too', one.sentence):
                listed = {name for entry in rule.resources for name in entry.resources} | {*rule.users}
                assert (rule.level, named[1] in listed) == ("None", True)
