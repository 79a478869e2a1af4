"""Paths turned into spans, as findings point at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditlint.finding import Span
from auditlint.text.places import NodePlaces
from auditlint.text.reader import read
from tests.text.texts import slice_of

if TYPE_CHECKING:
    from auditlint.path import Path

TEXT = """# head
kind: Policy
rules:
  - level: None
    users: [a, b]
  - {level: Request, verbs: [get]}
  -
    - - x
      - y
  - plain
  - level:
    level: Metadata
  - &anchored
    level: None
  - *anchored
  - <<: *anchored
    users: []
"""


def places(text: str) -> NodePlaces:
    stream = read(text.encode())
    assert stream.error is None, stream.error
    return NodePlaces(stream.documents[0].root, stream.documents[0].first)


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("kind",), "kind", "Policy"),
        (("rules", 0), "level", "level: None\n    users: [a, b]"),
        (("rules", 0, "level"), "level", "None"),
        (("rules", 0, "users", 1), "b", "b"),
        (("rules", 1), "level", "level: Request, verbs: [get]}"),
        (("rules", 2), "x", "x\n      - y"),
        (("rules", 2, 0), "x", "x\n      - y"),
        (("rules", 3), "plain", "plain"),
        (("rules", 4, "level"), "level", "Metadata"),
        (("rules", 5), "level", "level: None"),
        (("rules", 6), "*anchored", "*anchored"),
        (("rules", 6, "level"), "level", "None"),
        (("rules", 7), "<<", "<<: *anchored\n    users: []"),
        (("rules", 7, "users"), "users", "[]"),
    ],
)
def test_keys_and_values(path: Path, key: str, value: str) -> None:
    found = places(TEXT)
    assert (slice_of(TEXT, found.key(path)), slice_of(TEXT, found.value(path))) == (key, value)


def test_what_an_alias_stands_for_has_its_place_there() -> None:
    found = places(TEXT)
    assert found.key(("rules", 6, "level")).line == 14
    assert found.key(("rules", 7, "level")).line == 14
    assert found.value(("rules", 6)).line == 15


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        (("metadata",), (2, 1)),
        (("metadata", "name"), (2, 1)),
        (("kind", "x"), (2, 1)),
        (("rules", 99), (3, 1)),
        (("rules", "level"), (3, 1)),
        (("rules", 0, "verbs"), (4, 5)),
        (("rules", 0, "users", 7), (5, 5)),
        (("rules", 1, "users"), (6, 6)),
        (("rules", 6, "verbs"), (15, 5)),
    ],
)
def test_what_is_missing_is_reported_at_the_deepest_key(path: Path, nearest: tuple[int, int]) -> None:
    found = places(TEXT)
    assert found.value(path)[:2] == found.key(path)[:2] == nearest


def test_the_root_is_its_first_key() -> None:
    found = places(TEXT)
    assert found.key(()) == Span(2, 1, 2, 5)
    assert found.value(()) == Span(2, 1, 17, 14)


def test_occurrences_pick_among_duplicates() -> None:
    found = places("a: 1\nb: 2\na: 3\na:\n")
    assert [found.key(("a",), n).line for n in (0, 1, 2)] == [1, 3, 4]
    assert [found.value(("a",), n) for n in (0, 1)] == [Span(1, 4, 1, 5), Span(3, 4, 3, 5)]
    assert found.key(("a",)).line == 4
    assert found.key(("a",), 9).line == 4


def test_an_empty_value_is_shown_by_its_key() -> None:
    assert places("a:\n  level:\n").value(("a", "level")) == Span(2, 3, 2, 8)


def test_a_document_with_nothing_in_it() -> None:
    found = places("# nothing\n")
    assert found.key(("a", 0)) == found.value(()) == Span(1, 1, 1, 1)


def test_a_list_as_the_root() -> None:
    found = places("# rules\n- level: None\n")
    assert found.key(()) == Span(2, 3, 2, 8)
    assert found.value((0, "level")) == Span(2, 10, 2, 14)


def test_json() -> None:
    text = '{"rules": [{"level": "None"}, {"users": []}]}'
    found = places(text)
    assert slice_of(text, found.value(("rules", 0))) == '"level": "None"}'
    assert slice_of(text, found.key(("rules", 1))) == '"users"'


@given(st.lists(st.text(alphabet="ab~/é0") | st.integers(0, 9)))
def test_pointers_can_be_followed(path: list[str | int]) -> None:
    pointer = places("{}").pointer(tuple(path))
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    assert steps == [str(step) for step in path]


@given(st.lists(st.sampled_from(["a", "b", "c", "1"]), min_size=1, max_size=60))
def test_large_mappings_are_searched_like_small_ones(keys: list[str]) -> None:
    text = "".join(f'"{key}": {number}\n' for number, key in enumerate(keys))
    found = places(text)
    for key in set(keys):
        lines = [number for number, other in enumerate(keys, start=1) if other == key]
        assert [found.key((key,), n).line for n in range(len(lines))] == lines
        assert found.key((key,)).line == lines[-1]
