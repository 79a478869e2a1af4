"""libyaml and ruamel.yaml's pure reader give the same trees, the same places and the same errors."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings

from auditlint.text import yaml_reader
from auditlint.text.yaml_reader import read_yaml
from tests.text.texts import POLICY, SEEDS, dump, yaml_texts

UNLIKE_IN_LIBYAML = (
    "%YAML 1.2\n---\na: b\n",
    "[a?b]",
    "{a?: b}",
    "[a:]",
    "{a:}",
    "[!!str, a]",
    "!!a]b {c: d}",
    '"\\/"',
    '"\\\'"',
    "a: b\n\ufeffc: d\n",
    "{}: a",
    "[]a: b",
    "a\x85b: c\n",
    "a: b\nc: d\n[",
)


@pytest.fixture(autouse=True)
def _libyaml() -> None:
    pytest.importorskip("yaml._yaml", reason="PyYAML without libyaml")


@settings(max_examples=600, deadline=None)
@given(yaml_texts())
@example("a: &x [*x]\n")
@example("a: *b\n")
@example("? - a\n: b\n")
@example("a: {b: c,}\n")
def test_same_trees_and_errors(text: str) -> None:
    data = text.encode()
    assert dump(read_yaml(data)) == dump(read_yaml(data, pure=True))


@pytest.mark.parametrize("text", UNLIKE_IN_LIBYAML)
def test_libyaml_is_not_asked_where_it_differs(text: str) -> None:
    assert dump(read_yaml(text.encode())) == dump(read_yaml(text.encode(), pure=True))


@pytest.mark.parametrize("text", [seed for seed in SEEDS if not seed.startswith("%")])
def test_libyaml_reads_the_usual(text: str) -> None:
    """Else the tests above would compare the pure reader with itself."""
    assert not yaml_reader._may_be_read_otherwise(text)
    stream = yaml_reader._read_with_libyaml(text, None)
    assert stream is not None
    assert stream.error is None


def test_both_read_utf16() -> None:
    for codec in ("utf-8-sig", "utf-16"):
        assert dump(read_yaml(POLICY.encode(codec))) == dump(read_yaml(POLICY.encode(), pure=True))
