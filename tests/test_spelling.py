"""What a misspelt word was meant to be."""

from __future__ import annotations

import pytest

from auditlint.spelling import alike, distance, meant, nearest, strict, suggestion

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
