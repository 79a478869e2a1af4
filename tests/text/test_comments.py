"""Comments: every `#` outside values, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from auditlint.text.comments import Comment, comments
from auditlint.text.reader import read
from tests.text.texts import yaml_texts


def found(text: str) -> list[Comment]:
    return list(comments(text.encode(), read(text.encode())))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# a\nb: c  # d # e\n", [(1, 1, "# a", True), (2, 7, "# d # e", False)]),
        ("a: b\r\n  # c\r\n", [(2, 3, "# c", True)]),
        ("\ufeff# é😀 #\n", [(1, 1, "# é😀 #", True)]),
        ("a: b#c\n", []),
        ("a: 'b # c' # d\n", [(1, 12, "# d", False)]),
        ('a: "b\n  # c\n  d" # e\n', [(3, 6, "# e", False)]),
        ("a: | # b\n  # c\n  d # e\n# f\n", [(1, 6, "# b", False), (4, 1, "# f", True)]),
        ("a: !!str &x >- # b\n  # c\n", [(1, 16, "# b", False)]),
        ("'# a': b # c\n", [(1, 10, "# c", False)]),
        ("a: [b,#c\n d]\n", [(1, 7, "#c", False)]),
        ("a: {b: '#'}#c\n", [(1, 12, "#c", False)]),
        ("a: &x '# 1'\nb: *x # c\n", [(2, 7, "# c", False)]),
        ("x: &x {'# 1': 2}\ny: {<<: *x} # c\n", [(2, 13, "# c", False)]),
        ("--- # a\n--- # b\n...  # c\n", [(1, 5, "# a", False), (2, 5, "# b", False), (3, 6, "# c", False)]),
        ('{"a": "# b"}', []),
    ],
)
def test_comments(text: str, expected: list[tuple[int, int, str, bool]]) -> None:
    assert found(text) == expected


def test_behind_an_error_a_comment_needs_a_blank() -> None:
    assert found("a: b # c\nd: [e # f\ng#h: i # j\n") == [
        (1, 6, "# c", False),
        (2, 7, "# f", False),
        (3, 8, "# j", False),
    ]


@settings(max_examples=300, deadline=None)
@given(yaml_texts())
def test_without_its_comments_a_text_says_the_same(text: str) -> None:
    """Blanks in their place leave the values alone; what is left has no comment."""
    stream = read(text.encode())
    if stream.error is not None or "\ufeff" in text or any(char in text for char in "\x85\u2028\u2029\r"):
        return
    lines = text.split("\n")
    for line, column, comment, _ in comments(text.encode(), stream):
        before = lines[line - 1][: column - 1]
        assert lines[line - 1][column - 1 :] == comment
        lines[line - 1] = before.rstrip(" ") if not before.strip() else before
    bare = "\n".join(lines)
    again = read(bare.encode())
    assert [document.root is None for document in again.documents] == [d.root is None for d in stream.documents]
    assert [c for c in comments(bare.encode(), again) if c] == []
