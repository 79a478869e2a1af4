"""Text that breaks the grammar: the server's words, and the place where a person has to look."""

from __future__ import annotations

import pytest

from auditlint.text.reader import read

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
CASES = {
    "missing rules": (
        HEAD + "  - level: Request\n",
        3,
        10,
        "mapping-values",
        "line 3: mapping values are not allowed in this context",
    ),
    "tab before a dash": (
        HEAD + "rules:\n\t- level: x\n",
        4,
        1,
        "tab-indentation",
        "line 4: found character that cannot start any token",
    ),
    "tab before a key": (
        HEAD + "rules:\n- level: x\n\tusers: []\n",
        5,
        1,
        "tab-indentation",
        "line 5: found a tab character that violates indentation",
    ),
    "tab before a comment": (
        HEAD + "rules:\n\t# x\n",
        4,
        1,
        "tab-indentation",
        "line 4: found character that cannot start any token",
    ),
    "tab in a block scalar": (
        "a: |\n\tx\n",
        2,
        1,
        "tab-indentation",
        "line 2: found a tab character where an indentation space is expected",
    ),
    "tab after a dash": ("-\ta: b\n", 1, 2, "tab", "found character that cannot start any token"),
    "no colon": (HEAD + "rules\n- level: x\n", 3, 1, "missing-colon", "line 4: could not find expected ':'"),
    "EOF of a shell": (
        HEAD + "rules:\n- level: x\nEOF\n",
        5,
        1,
        "missing-colon",
        "line 6: could not find expected ':'",
    ),
    "bracket never closed": (
        HEAD + "a:\n  verbs: [get, list\nb: y\n",
        4,
        10,
        "unclosed-flow",
        "line 4: did not find expected ',' or ']'",
    ),
    "bracket at the end": (HEAD + "rules: [\n", 3, 8, "missing-content", "line 3: did not find expected node content"),
    "comma forgotten": ("a: [\n  'b'\n  'c'\n]\n", 3, 3, "unclosed-flow", "line 2: did not find expected ',' or ']'"),
    "quote never closed": (
        HEAD + 'rules:\n- level: "x\n- level: y\n',
        4,
        10,
        "unclosed-quote",
        "line 6: found unexpected end of stream",
    ),
    "quote inside quotes": ("a: 'it's'\n", 1, 8, "stray-text", "did not find expected key"),
    "too far to the right": (
        HEAD + "rules:\n- level: x\n   users: []\n",
        5,
        9,
        "mapping-values",
        "line 5: mapping values are not allowed in this context",
    ),
    "too far to the left": (
        HEAD + "rules:\n- level: x\n users: []\n",
        5,
        2,
        "bad-indentation",
        "line 4: did not find expected key",
    ),
    "item without a dash": (
        "- level: x\nusers: []\n",
        2,
        1,
        "bad-indentation",
        "line 1: did not find expected '-' indicator",
    ),
    "bare asterisk": ("verbs: [*]\n", 1, 9, "anchor", "did not find expected alphabetic or numeric character"),
    "at sign": ("a: @b\n", 1, 4, "bad-character", "found character that cannot start any token"),
    "template": ("a:\n{% if b %}\n", 2, 2, "bad-character", "line 2: found character that cannot start any token"),
    "two values": ("a: b: c\n", 1, 5, "mapping-values", "mapping values are not allowed in this context"),
    "regular expression": ('a: "\\d+"\n', 1, 5, "escape", "found unknown escape character"),
    "YAML 1.2": ("%YAML 1.2\n---\na: b\n", 1, 1, "directive", "found incompatible YAML document"),
    "escaped octet": ("a: !a%ff b\n", 1, 6, "tag", "found an incorrect leading UTF-8 octet"),
    "escaped octets": ("a: !a%c3%41 b\n", 1, 9, "tag", "found an incorrect trailing UTF-8 octet"),
    "half an escape": ("a: !a%c3 b\n", 1, 9, "tag", "did not find URI escaped octet"),
    "unknown tag handle": ("a: !x!y z\n", 1, 4, "tag", "found undefined tag handle"),
    "block scalar with text": ("a: |b\n", 1, 5, "block-scalar", "did not find expected comment or line break"),
    "control character": ("a: b\x07\n", 1, 5, "control-character", "control characters are not allowed"),
    "unknown anchor": ("a: *b\n", 1, 4, "unknown-anchor", "unknown anchor 'b' referenced"),
    "second document": ("a: b\n---\nc: [\n", 3, 4, "missing-content", "line 3: did not find expected node content"),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_words_and_place(name: str, newline: str) -> None:
    text, line, column, problem, message = CASES[name]
    error = read(text.replace("\n", newline).encode()).error
    assert error is not None
    assert (error.message, error.problem) == (f"yaml: {message}", problem)
    assert (error.span.line, error.span.column) == (line, column)


def test_a_key_without_colon_is_shown_whole() -> None:
    error = read((HEAD + "rules  \n- level: x\n").encode()).error
    assert error is not None
    assert error.span == (3, 1, 3, 6)


@pytest.mark.parametrize(
    "text", ['{"a\r\nb": 1}', '{"a": b\r\n}', "a: [\r\n", "a: &\r\nb: c\r\n", "a: !\r\n b", "? \r\n: ["]
)
def test_no_place_is_within_the_end_of_a_line(text: str) -> None:
    error = read(text.encode()).error
    lines = text.split("\r\n")
    for line, column in (error.span[:2], error.span[2:]) if error else ():
        assert column <= len(lines[line - 1]) + 1
