"""Judging policies made to be hard, and the same bytes from run to run."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

from auditlint.detections.condition import Comparison, Every, How, Not, Pattern
from auditlint.detections.judging import Judge
from auditlint.detections.model import Detection, Verdict
from auditlint.kubernetes.catalogue import of_release
from auditlint.kubernetes.match import evaluate
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.kubernetes.releases import NEWEST

ROOT = Path(__file__).parent.parent.parent
ANONYMOUS = Comparison(("user", "username"), (Pattern(How.IS, "system:anonymous"),))
ELSEWHERE = Not(Comparison(("requestURI",), (Pattern(How.STARTS, "/healthz"),)))
DICE = random.Random(5)


def few(*names: str) -> tuple[str, ...]:
    return tuple(DICE.sample(names, DICE.randrange(len(names))))


def entry() -> GroupResources:
    names = tuple(f"n{DICE.randrange(50)}" for _ in range(DICE.randrange(2)))
    return GroupResources(DICE.choice(("", "apps", "x.io")), few("pods", "secrets", "configmaps", "jobs"), names)


def hard(number: int) -> Policy:
    front = PolicyRule("None", verbs=("get",)), PolicyRule("Metadata", verbs=("list",))
    return Policy(
        front
        + tuple(
            PolicyRule(
                DICE.choice(("None", "Metadata", "Request", "RequestResponse")),
                verbs=few("get", "list", "create", "update", "delete"),
                resources=tuple(entry() for _ in range(DICE.randrange(3))),
                namespaces=tuple(f"ns{DICE.randrange(100)}" for _ in range(DICE.randrange(2))),
            )
            for _ in range(number)
        )
    )


def test_a_hard_policy_is_partly_judged_or_not_at_all() -> None:
    policy = hard(60)
    condition = Every((ANONYMOUS, ELSEWHERE))
    said = Judge(policy, NEWEST, of_release(NEWEST)).judge(Detection("falco", "one", "one.yaml", 1, (condition,)))
    assert said.verdict is Verdict.PARTLY
    assert said.needs.level == "Metadata"
    assert said.help is None
    assert "too many" in said.notes[-1]
    assert said.witness is not None
    assert evaluate(policy, said.witness).level == "None"


def test_many_groups_are_looked_at_one_by_one() -> None:
    rules = tuple(PolicyRule("None", user_groups=(f"g{number}",)) for number in range(40))
    policy = Policy((*rules, PolicyRule("Metadata")))
    listed = tuple(Pattern(How.IS, f"g{number}") for number in range(40))
    condition = Every((Not(Comparison(("user", "groups"), listed)), Comparison(("verb",), (Pattern(How.IS, "list"),))))
    said = Judge(policy, NEWEST, of_release(NEWEST)).judge(Detection("falco", "one", "one.yaml", 1, (condition,)))
    assert said.verdict is Verdict.SEES


def test_the_same_bytes_whatever_the_order_of_sets() -> None:
    arguments = ["detect", "tests/e2e/attacks/policies/early.yaml", "--rules", "examples/detections"]
    command = [sys.executable, "-m", "auditlint", *arguments, "--format", "json"]
    outputs = {
        subprocess.run(
            command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1
