"""Bytes to text: what the server's reader refuses, in its words, and how far it reads before it meets that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditlint.text.encoding import decode
from auditlint.text.yaml_reader import read_yaml

REFUSED = {
    b"a: \x00": "control characters are not allowed",
    b"a: \x1b[0m": "control characters are not allowed",
    b"a: \x7f": "control characters are not allowed",
    "a: \x80".encode(): "control characters are not allowed",
    "a: \ufffe".encode(): "control characters are not allowed",
    b"a: \xff": "invalid leading UTF-8 octet",
    b"a: \x80": "invalid leading UTF-8 octet",
    b"a: \xe9 bc": "invalid trailing UTF-8 octet",
    b"a: caf\xe9": "incomplete UTF-8 octet sequence",
    b"a: \xc0\x80": "invalid length of a UTF-8 sequence",
    b"a: \xed\xa0\x80": "invalid Unicode character",
    b"a: \xf4\x90\x80\x80": "invalid Unicode character",
    b"\xff\xfea\x00:\x00 \x00\x00\xdc": "unexpected low surrogate area",
    b"\xff\xfea\x00:\x00 \x00\x00\xd8a\x00": "expected low surrogate area",
    b"\xff\xfea\x00:\x00 \x00\x00\xd8": "incomplete UTF-16 surrogate pair",
    b"\xfe\xff\x00a\x00:\x00 \x00": "incomplete UTF-16 character",
}


@pytest.mark.parametrize("data", REFUSED)
def test_refused(data: bytes) -> None:
    error = read_yaml(data).error
    assert error is not None
    assert error.message == f"yaml: {REFUSED[data]}"
    assert (error.span.line, error.span.column) == (1, len(decode(data).text) + 1)


@given(st.text(alphabet=st.characters(exclude_characters="\ufeff", exclude_categories=("Cc", "Cn", "Cs"))))
def test_every_encoding_gives_the_same_text(text: str) -> None:
    expected = decode(text.encode())
    assert expected == (text, None)
    for codec in ("utf-8-sig", "utf-16"):
        assert decode(text.encode(codec)) == expected
    assert decode(b"\xfe\xff" + text.encode("utf-16-be")) == expected


def test_what_is_far_behind_the_first_document_is_never_met() -> None:
    """The server takes 512 bytes at a time and stops at the end of the first document."""
    near = b"a: b\n--- \n" + b"#" * 300 + b"\x00"
    assert read_yaml(near).error_document == 0
    far = b"a: b\n---\n" + b"#" * 600 + b"\x00"
    stream = read_yaml(far)
    assert (len(stream.documents), stream.error_document) == (1, 1)


def test_a_mistake_before_it_comes_first() -> None:
    stream = read_yaml(b"a: b: c\n" + b"# filler\n" * 100 + b"\xff")
    assert stream.error is not None
    assert stream.error.message == "yaml: mapping values are not allowed in this context"


def test_a_character_across_two_reads_counts_with_the_second() -> None:
    text = "a: b\n---\n# " + "x" * 500
    assert len(text) == 511
    assert decode(text.encode() + "é\x00".encode()).bad == ("control characters are not allowed", 511, True)
    assert decode(text.encode() + b"x\x00").bad == ("control characters are not allowed", 512, True)
    assert decode(text.encode() + b"\x00").bad == ("control characters are not allowed", 0, True)
