"""Shell text is split as a shell splits it, as far as that can be told without running it."""

from __future__ import annotations

import shlex
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditlint.carriers.containers.shell import simple_commands


def split(script: str) -> list[list[str]]:
    return [[word.text for word in command] for command in simple_commands(script)]


@pytest.mark.parametrize(
    ("script", "commands"),
    [
        ("a b", [["a", "b"]]),
        ("a \\\n  b", [["a", "b"]]),
        ("a\\\nb", [["ab"]]),
        ("a 'b c' \"d e\"f", [["a", "b c", "d ef"]]),
        (r'a b\ c "\"" "\a"', [["a", "b c", '"', r"\a"]]),
        ("a; b && c || d | e & f", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
        ("a\nb # c\nd#e", [["a"], ["b"], ["d#e"]]),
        ("a >/x 2>&1 <y b >> z", [["a", "b"]]),
        ("a --x=2>y", [["a", "--x=2"]]),
        ("a 1>>/var/log/x 2>&1 | tee y", [["a"], ["tee", "y"]]),
        ("(a b)", [["a", "b"]]),
        ("a ''", [["a", ""]]),
        ("", []),
    ],
)
def test_words(script: str, commands: list[list[str]]) -> None:
    assert split(script) == commands


@pytest.mark.parametrize(
    "word", ["$X", "${X}", "a$X", '"$X"', '"a ${X:-b}"', "$(date)", "`date`", '"`date`"', "$@", '"$@"']
)
def test_what_only_the_shell_knows(word: str) -> None:
    (((_, opaque, _, _),),) = simple_commands(word)
    assert opaque


@pytest.mark.parametrize("word", ["'$X'", r"\$X", r'"\$X"', "a$", '"a$ "', "a=b", '"$"', r'"\`"'])
def test_what_is_no_expansion(word: str) -> None:
    (((_, opaque, _, _),),) = simple_commands(word)
    assert not opaque


def test_a_quote_without_an_end_is_not_trusted() -> None:
    (words,) = simple_commands("a 'b c")
    assert [(word.text, word.opaque) for word in words] == [("a", False), ("'", True), ("b", False), ("c", False)]


def test_places() -> None:
    (words,) = simple_commands("kube-apiserver \\\n  --a='b c' # d")
    assert [(word.start, word.end) for word in words] == [(0, 14), (19, 28)]


@given(st.lists(st.text(string.ascii_letters + string.digits + " '\"\\$`#&;<>|()~*\n\t", max_size=8), min_size=1))
def test_what_shlex_quotes_comes_back(words: list[str]) -> None:
    assert split(shlex.join(words)) == [words]


@given(st.text("ab -=$`'\"\\()<>{}&|;#\n", max_size=40))
def test_any_text_is_split(script: str) -> None:
    for command in simple_commands(script):
        assert all(script[word.start : word.end] for word in command)
