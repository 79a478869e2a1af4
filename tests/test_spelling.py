"""What a misspelt word was meant to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditlint.spelling import alike, distance, meant, nearest, plain, slip, strict, suggestion
from tests import growth

if TYPE_CHECKING:
    from auditlint.spelling import Tolerance

WRITTEN = st.text("abcé-", max_size=9)

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [("get", "get", 0), ("get", "gets", 1), ("gte", "get", 1), ("lits", "list", 1), ("wacth", "match", 2)],
)
def test_letters_are_added_taken_away_changed_and_swapped(one: str, other: str, letters: int) -> None:
    assert distance(one, other, 3) == distance(other, one, 3) == letters


def test_a_distance_that_is_not_asked_for_is_only_known_to_be_larger() -> None:
    assert distance("get", "deletecollection", 2) > 2


@pytest.mark.parametrize(
    ("word", "name"),
    [("Creat", "create"), ("DELETE-COLLECTION", "deletecollection"), ("gt", "get"), ("post", None), ("", None)],
)
def test_a_slip_of_the_pen_is_forgiven(word: str, name: str | None) -> None:
    assert nearest(word, VERBS) == name


def test_tolerances_differ() -> None:
    assert nearest("bathc", ("batch",), strict) == "batch"
    assert nearest("bacht", ("batch",)) == "batch"
    assert nearest("bacht", ("batch",), strict) is None
    assert nearest("replicacontrollers", ("replicationcontrollers",)) is None
    assert nearest("replicacontrollers", ("replicationcontrollers",), alike) == "replicationcontrollers"


@pytest.mark.parametrize(
    ("word", "name"), [("warn", "warning"), ("dir", "Directory"), ("Fileorcreate", "FileOrCreate"), ("e", "error")]
)
def test_a_beginning_means_what_only_one_word_begins_with(word: str, name: str) -> None:
    assert meant(word, ("error", "warning", "Directory", "DirectoryOrCreate", "FileOrCreate")) == name


def test_a_few_words_that_begin_alike_are_named_and_of_many_none() -> None:
    few = ("audit-log-path", "audit-policy-file")
    assert suggestion("audit", few) == ', did you mean "audit-log-path" or "audit-policy-file"?'
    assert suggestion("audit", (*few, "audit-log-mode", "audit-log-format")) == ""


def by_table(one: str, other: str) -> int:
    """Return the distance as its definition has it: a table of that between all beginnings of both words."""
    table = {(row, 0): row for row in range(len(one) + 1)} | {(0, column): column for column in range(len(other) + 1)}
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            changed = table[row - 1, column - 1] + (one[row - 1] != other[column - 1])
            least = min(table[row - 1, column] + 1, table[row, column - 1] + 1, changed)
            if one[row - 2 : row] == other[column - 2 : column][::-1] and min(row, column) > 1:
                least = min(least, table[row - 2, column - 2] + 1)
            table[row, column] = least
    return table[len(one), len(other)]


@given(WRITTEN, WRITTEN, st.integers(0, 10))
@example("ca", "abc", 10)
@example("", "a", 1)
def test_the_distance_is_that_of_the_table(one: str, other: str, most: int) -> None:
    found, right = distance(one, other, most), by_table(one, other)
    assert found == right if right <= most else found > most


@given(WRITTEN, st.lists(WRITTEN, max_size=12), st.sampled_from([strict, slip, alike]))
def test_the_nearest_is_the_first_of_least_distance(word: str, known: list[str], tolerance: Tolerance) -> None:
    written = plain(word)
    away = {name: by_table(written, plain(name)) for name in known}
    near = [name for name in known if away[name] <= tolerance(len(written), len(plain(name)))]
    assert nearest(word, known, tolerance) == min(near, key=lambda name: away[name], default=None)


def test_a_word_is_compared_letter_by_letter_and_not_with_a_table() -> None:
    growth.assert_linear(lambda size: lambda: distance("ab" * size, "ba" * size, size * 2), 50)
