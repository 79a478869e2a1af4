"""A little fuzzing with every run of the tests; `tools/dev fuzz` goes on for as long as it is asked to."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditlint.checking import check_text
from auditlint.kubernetes import flags
from auditlint.testing import run_files
from tests.fuzz.rule_languages import WORDS, understood
from tests.fuzz.side_files import assert_read_or_told
from tests.fuzz.sound import assert_sound
from tests.fuzz.targets import TARGETS

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: "
TOKENS = ("[", "]", "{", "}", ":", " ", "\n", "-", "a", "#", "'", '"', ",", "&", "*", "!", "|", "?", "\t", "%")
FEW = ("[", "}", ": ", "\n", "- ", "'", "*a", "!!")
PARTS = ("auditlint", ":", " ", "ignore", "-file", "[", "invalid-level", "]", ",", "x")
KEYS = (
    *("verb: get", "resource: pods", "resource: no such", "api-group: apps", "namespace: a", "object: b", "path: /a"),
    *("path: a", "url: /api/v1/pods", "url: x", "method: POST", "kubectl: get pods", "kubectl: 'get \"'", "event: {}"),
    *("event: {kind: Event, verb: get}", "every: {}", "every: {verbs: [get]}", "user: a", "user: 1", "groups: [b]"),
    *("anonymous: true", "anonymous: false", "no-user: true", "level: x", "at-least: None", "at-most: Request"),
    *("rule: 0", "rule: null", "rule: -1", "stages: [Panic]", "stages: []", "name: ''", "name: a", "verbs: [a]"),
)
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
    comments = ["# auditlint: ignore" + "".join(words) for words in product(PARTS, repeat=3)]
    text = HEAD + "".join(f"None {comment}\n- level: " for comment in comments) + "None\n"
    report = assert_sound(text.encode(), "x.yaml", None)
    told = {one.span.line for one in report.findings if one.category == "hygiene"}
    assert len(told) == len(comments)


def test_every_short_list_of_arguments() -> None:
    for given_ in product(ARGUMENTS, repeat=3):
        for minor in (30, 34):
            assert bool(flags.parse(list(given_), minor).message) == flags.parse(list(given_), minor).refused


@pytest.mark.parametrize("language", WORDS)
def test_every_short_condition(language: str) -> None:
    """Each of up to three words is understood, the same as in parentheses, or told."""
    for number in (0, 1, 2, 3):
        for words in product(WORDS[language][:24], repeat=number):
            understood(language, " ".join(words))
    for letters in product(" ()\"'\\:=*<>[],?/|aA1", repeat=3):
        understood(language, "".join(letters))


def test_every_short_baseline(tmp_path: Path) -> None:
    path = str(tmp_path / "b.json")
    entry = '"path": "a", "rule": "b", "content": "c", "count": 1'
    for tokens in product(("{", "}", "[", "]", f"{{{entry}}}", ",", '"a"', ":", "1", "\n"), repeat=3):
        text = f'{{"kind": "auditlint-baseline", "version": 1, "findings": {"".join(tokens)}}}'
        assert_read_or_told(path, text)


def test_every_short_case(tmp_path: Path) -> None:
    """Each pair of keys of a case is run, or refused with the line of the case."""
    (tmp_path / "p.yaml").write_text(f"{HEAD}None\n", encoding="utf-8")
    path = tmp_path / "a.test.yaml"
    for first, second in product(KEYS, repeat=2):
        path.write_text(f"policy: p.yaml\ncases:\n- {first}\n  {second}\n  level: None\n", encoding="utf-8")
        error = run_files([str(path)]).files[0].error
        assert error is None or error.startswith((f"{path}:3: ", f"{path}:4: ", f"{path}:5: ")), error


def test_keys_that_stand_twice_at_every_depth() -> None:
    rule = '{"level":"None","users":["a"],"users":["b"],"resources":[{"group":"","group":"apps","resources":["pods"]}]}'
    for rules in (f"[{rule},{rule}]", f"[{rule}]", "[]", "null", rule):
        text = f'{{"apiVersion":"audit.k8s.io/v1","kind":"Policy","rules":[{rule}],"rules":{rules}}}'
        assert not check_text(text, name="x.json").crashed
        assert_sound(text.encode(), "x.json", None)
