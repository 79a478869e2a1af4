"""Every key and value stands where the tree says: whatever ends the lines, whatever the encoding and the style."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from auditlint.finding import Span
from auditlint.text.nodes import Alias, Mapping, Node, Scalar, Sequence
from auditlint.text.yaml_reader import read_yaml
from tests.text.texts import POLICY, scalars, slice_of, yaml_texts


@pytest.fixture(params=[False, True], ids=["libyaml", "pure"])
def pure(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def root(text: str, *, pure: bool) -> Node:
    stream = read_yaml(text.encode(), pure=pure)
    assert stream.error is None, stream.error
    node = stream.documents[0].root
    assert node is not None
    return node


def value(text: str, *, pure: bool) -> Node:
    """Return the value of the first key of a text."""
    mapping = root(text, pure=pure)
    assert isinstance(mapping, Mapping)
    return mapping.entries[0].value


@settings(max_examples=400, deadline=None)
@given(yaml_texts())
def test_what_a_span_holds_reads_as_its_scalar(text: str) -> None:
    """On one line: a plain scalar is written as it reads, and a quoted one reads the same when it is cut out."""
    for node in scalars(read_yaml(text.encode())):
        written = slice_of(text.removeprefix("\ufeff"), node)
        if node.line != node.end_line or written.startswith(("|", ">", "!", "&", "*")):
            continue
        if not node.plain:
            (again,) = scalars(read_yaml(written.encode()))
            assert (again.text, again.plain) == (node.text, False)
        elif not set("\x85\u2028\u2029") & set(written):  # line ends to the server: blanks before them are dropped
            assert written == node.text


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_line_ends_and_encodings_move_nothing(newline: str, codec: str) -> None:
    plainly = [node.span for node in scalars(read_yaml(POLICY.encode()))]
    assert [node.span for node in scalars(read_yaml(POLICY.replace("\n", newline).encode(codec)))] == plainly


def test_columns_count_code_points(*, pure: bool) -> None:
    assert value('"é😀": x', pure=pure).span == Span(1, 7, 1, 8)


@pytest.mark.parametrize("break_", ["\x85", "\u2028", "\u2029"])
def test_breaks_that_people_do_not_see_are_no_line_ends(break_: str, *, pure: bool) -> None:
    mapping = root(f"a: b{break_}c: d\n", pure=pure)
    assert isinstance(mapping, Mapping)
    assert [entry.value.span for entry in mapping.entries] == [Span(1, 4, 1, 5), Span(1, 9, 1, 10)]


def test_tabs_count_as_one_column(*, pure: bool) -> None:
    assert value("a:\t\tb\t\n", pure=pure).span == Span(1, 5, 1, 6)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("a: |\n  x\n  y\n\n\nb: c\n", Span(1, 4, 3, 4)),
        ("a: >-\n  x  \n# comment\n", Span(1, 4, 2, 4)),
        ("a: |\n  x", Span(1, 4, 2, 4)),
        ("a: |\nb: c\n", Span(1, 4, 1, 5)),
        ("a: !!str &x |\n  y\n", Span(1, 4, 2, 4)),
        ("a: x\n   y\n\n   z # end\n", Span(1, 4, 4, 5)),
        ("a: 'x\n\n  y'\n", Span(1, 4, 3, 5)),
        ("a: !!str x\n", Span(1, 4, 1, 11)),
        ("a: !!str &b x\n", Span(1, 4, 1, 14)),
        ("a: &b !!str x\n", Span(1, 4, 1, 14)),
    ],
)
def test_scalars_that_are_more_than_a_word(text: str, span: Span, *, pure: bool) -> None:
    assert value(text, pure=pure).span == span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("a:\n  - b\n  - c: d\n\n# comment\ne: f\n", Span(2, 3, 3, 9)),
        ("a:\n- b\n-\nc: d\n", Span(2, 1, 3, 2)),
        ("a:\n  b: c\n\n\n", Span(2, 3, 2, 7)),
        ("a:\n  b:\n    - |\n      x\n\nc: d\n", Span(2, 3, 4, 8)),
        ("a: [b,\n  c ] # x\n", Span(1, 4, 2, 6)),
        ("a: {b: c ,\n d: e}\n", Span(1, 4, 2, 7)),
        ("a:\n  ? b\n  ? c\nd: e\n", Span(2, 3, 3, 6)),
    ],
)
def test_collections_end_with_their_last_part_or_bracket(text: str, span: Span, *, pure: bool) -> None:
    assert value(text, pure=pure).span == span


def test_a_pair_in_a_flow_list_ends_with_its_value(*, pure: bool) -> None:
    sequence = value("a: [b: c , d]\n", pure=pure)
    assert isinstance(sequence, Sequence)
    assert [item.span for item in sequence.items] == [Span(1, 5, 1, 9), Span(1, 12, 1, 13)]


def test_an_empty_value_stands_behind_its_key(*, pure: bool) -> None:
    mapping = root("a:\nb: \n? c\nd: {e: , f}\n", pure=pure)
    assert isinstance(mapping, Mapping)
    assert [entry.value.span for entry in mapping.entries[:3]] == [
        Span(1, 2, 1, 2),
        Span(2, 2, 2, 2),
        Span(3, 4, 3, 4),
    ]


def test_an_alias_has_a_place_of_its_own(*, pure: bool) -> None:
    sequence = root("- &a b\n- *a\n", pure=pure)
    assert isinstance(sequence, Sequence)
    alias = sequence.items[1]
    assert isinstance(alias, Alias)
    assert (alias.span, alias.target.span) == (Span(2, 3, 2, 5), Span(1, 3, 1, 7))


def test_documents_begin_where_they_begin(*, pure: bool) -> None:
    stream = read_yaml(b"# head\na: b\n---\n# nothing\n--- c\n...\n%YAML 1.1\n---\n  - d\n", pure=pure)
    assert stream.error is None
    assert [(index, root is None, first[:2]) for index, root, first in stream.documents] == [
        (0, False, (2, 1)),
        (1, True, (3, 1)),
        (2, False, (5, 5)),
        (3, False, (9, 3)),
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "\ufeff", "---\n", "--- # x\n...\n"])
def test_a_text_without_anything_is_one_empty_document(text: str, *, pure: bool) -> None:
    stream = read_yaml(text.encode(), pure=pure)
    assert (stream.error, [document.root for document in stream.documents]) == (None, [None])


def test_an_empty_string_is_not_an_empty_document(*, pure: bool) -> None:
    for text in ("''", "!!str", "null"):
        assert isinstance(root(text, pure=pure), Scalar)


def test_an_error_in_a_later_document_leaves_the_first(*, pure: bool) -> None:
    stream = read_yaml(b"a: b\n---\nc: [\n", pure=pure)
    assert len(stream.documents) == 1
    assert (stream.error is not None, stream.error_document) == (True, 1)
