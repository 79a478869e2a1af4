"""Sentences are put together in one way."""

from __future__ import annotations

from auditlint.english import counted, listing, noun, quoted, several, speech


def test_values_are_quoted_and_cut() -> None:
    assert quoted("get") == '"get"'
    assert quoted("x" * 100) == f'"{"x" * 77}..."'


def test_the_words_of_a_server_are_quoted_unless_they_quote() -> None:
    assert speech("unknown flag: --x") == '"unknown flag: --x"'
    assert speech('open "/x": no such file') == 'open "/x": no such file'


def test_words_are_listed() -> None:
    assert [listing(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert listing(["a", "b", "c"], "or") == "a, b or c"
    assert several(["a", "b", "c", "d", "e"]) == '"a", "b", "c" and 2 more'


def test_nouns_go_with_their_number() -> None:
    assert [counted(number, "file") for number in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
    assert counted(2, "policy", "policies") == "2 policies"
    assert noun(1, "is", "are") == "is"
