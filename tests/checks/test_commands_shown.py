"""Each sentence with a kubectl command is true of the request that the command sends."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from hypothesis import given, settings

from auditlint.kubernetes import catalogue, kubectl_line
from auditlint.kubernetes.kubectl_line import KubectlError
from auditlint.kubernetes.match import evaluate
from auditlint.kubernetes.releases import NEWEST
from auditlint.kubernetes.requests import Request, resolve
from tests.checks.policies import as_text, findings, request_of
from tests.checks.test_policy_coverage_exact import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.policy import Policy

ABOUT = {"policy-matching", "policy-coverage"}
LEVELS = re.compile(r"logged (?:at|by line \d+ at) (Metadata|RequestResponse|Request)\b")


def sent(sentence: str, witness: Request) -> Iterator[Request]:
    """Yield the requests of the commands in a sentence, by the person of the witness; of files none can be told."""
    for line in re.findall(r"`(kubectl [^`]*)`(?! \(over)", sentence):
        try:
            told = kubectl_line.read(shlex.split(line), catalogue.of_release(NEWEST))
        except KubectlError:
            continue
        who = witness.user, witness.groups
        if told.url is not None:
            method = "DELETE" if line.startswith("kubectl delete") else told.method
            yield resolve(method, told.url, user=who[0], groups=who[1])
        else:
            yield Request(told.verb, *who, None, *told[1:6])


def is_true(policy: Policy, sentence: str, request: Request) -> bool:
    """Tell whether what a sentence says becomes of a request does so."""
    decision = evaluate(policy, request)
    if "matches no rule" in sentence or "match no rule" in sentence:
        return decision.rule is None
    level = LEVELS.search(sentence)
    if level:
        return decision.level == level[1]
    return "not logged" not in sentence or decision.level == "None"


@settings(max_examples=40, deadline=None)
@given(POLICIES)
def test_what_is_said_of_a_command_is_true(policy: Policy) -> None:
    for finding in findings(as_text(policy)):
        if finding.category in ABOUT and finding.witness:
            for sentence in (finding.message, finding.example or ""):
                for request in sent(sentence, request_of(finding)):
                    assert is_true(policy, sentence, request), (sentence, request)
