"""A little fuzzing with every run of the tests; `tools/dev fuzz` goes on for as long as it is asked to."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditlint.checking import check_text
from auditlint.kubernetes import flags
from tests.fuzz.targets import TARGETS, assert_sound

if TYPE_CHECKING:
    from random import Random

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: "
TOKENS = ("[", "]", "{", "}", ":", " ", "\n", "-", "a", "#", "'", '"', ",", "&", "*", "!", "|", "?", "\t", "%")
FEW = ("[", "}", ": ", "\n", "- ", "'", "*a", "!!")
WORDS = ("auditlint", ":", " ", "ignore", "-file", "[", "invalid-level", "]", ",", "x")
ARGUMENTS = (
    "--",
    "-",
    "",
    "x",
    "-v",
    "--v",
    "=",
    "--audit-log-path",
    "--audit-log-path=",
    "--audit-log-maxage=x",
    "--a-b",
)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(dice=st.randoms(use_true_random=False))
def test_chance(name: str, dice: Random) -> None:
    target, share = TARGETS[name]
    if share > 1 or dice.random() < 0.2:
        target(dice)


@pytest.mark.parametrize("end", ["", "\n"])
def test_every_short_value(end: str) -> None:
    for tokens in product(TOKENS, repeat=2):
        assert_sound(f"{HEAD}{''.join(tokens)}{end}".encode(), "x.yaml", None)


@pytest.mark.parametrize("first", FEW)
def test_every_short_text_of_few_tokens(first: str) -> None:
    for tokens in product(FEW, repeat=2):
        assert_sound(f"{HEAD}None\n{first}{''.join(tokens)}".encode(), "x.yaml", "policy")


def test_every_short_comment() -> None:
    """All in one file: each is told to be for nothing, or not understood."""
    comments = ["# auditlint: ignore" + "".join(words) for words in product(WORDS, repeat=3)]
    text = HEAD + "".join(f"None {comment}\n- level: " for comment in comments) + "None\n"
    report = assert_sound(text.encode(), "x.yaml", None)
    told = {one.span.line for one in report.findings if one.category == "hygiene"}
    assert len(told) == len(comments)


def test_every_short_list_of_arguments() -> None:
    for given_ in product(ARGUMENTS, repeat=3):
        for minor in (30, 34):
            assert bool(flags.parse(list(given_), minor).message) == flags.parse(list(given_), minor).refused


def test_keys_that_stand_twice_at_every_depth() -> None:
    rule = '{"level":"None","users":["a"],"users":["b"],"resources":[{"group":"","group":"apps","resources":["pods"]}]}'
    for rules in (f"[{rule},{rule}]", f"[{rule}]", "[]", "null", rule):
        text = f'{{"apiVersion":"audit.k8s.io/v1","kind":"Policy","rules":[{rule}],"rules":{rules}}}'
        assert not check_text(text, name="x.json").crashed
        assert_sound(text.encode(), "x.json", None)
