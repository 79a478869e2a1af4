"""JSON as Go's encoding/json reads it; the messages are the real server's."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint.text.json_reader import read_json
from auditlint.text.nodes import ReadError, Scalar
from auditlint.text.plain import plain
from auditlint.text.reader import looks_like_json, read
from tests.text.texts import scalars, slice_of

HEAD = "couldn't get version/kind; json parse error: "
END = "unexpected end of JSON input"
REFUSED = {
    "": END,
    "{": END,
    '{"a"': END,
    '{"a":[1,2': END,
    '{"a": "…': END,
    '{"a" 1}': "invalid character '1' after object key",
    '{"a":1,}': "invalid character '}' looking for beginning of object key string",
    "{'a':1}": "invalid character '\\'' looking for beginning of object key string",
    "{a:1}": "invalid character 'a' looking for beginning of object key string",
    "{// x\n}": "invalid character '/' looking for beginning of object key string",
    '{"a":1 "b":2}': "invalid character '\"' after object key:value pair",
    "[1 2]": "invalid character '2' after array element",
    "[1,]": "invalid character ']' looking for beginning of value",
    '{"a":tru}': "invalid character '}' in literal true (expecting 'e')",
    '{"a":nulL}': "invalid character 'L' in literal null (expecting 'l')",
    "fals": "invalid character ' ' in literal false (expecting 'e')",
    '{"a":01}': "invalid character '1' after object key:value pair",
    '{"a":-}': "invalid character '}' in numeric literal",
    '{"a":1.}': "invalid character '}' after decimal point in numeric literal",
    '{"a":1e+}': "invalid character '}' in exponent of numeric literal",
    '{"a":+1}': "invalid character '+' looking for beginning of value",
    '{"a":NaN}': "invalid character 'N' looking for beginning of value",
    '{"a":"\x01"}': "invalid character '\\x01' in string literal",
    '{"a":"x\ty"}': "invalid character '\\t' in string literal",
    '{"a":"\\x"}': "invalid character 'x' in string escape code",
    '{"a":"\\u12g4"}': "invalid character 'g' in \\u hexadecimal character escape",
    '{"a":é}': "invalid character 'Ã' looking for beginning of value",
    "{} x": "invalid character 'x' after top-level value",
    '{"a":1}\n{"b":2}': "invalid character '{' after top-level value",
    "\v{}": "invalid character '\\v' looking for beginning of value",
}
PROBLEMS = {
    '{"a": [1,\n 2,\n]}': ("json-trailing-comma", 3, 1),
    '{"a": 1,\n  // why\n}': ("json-comment", 2, 3),
    '{"a": "x\n"}': ("json-control-character", 1, 9),
    '{"a": 1}\n\nb': ("json-trailing", 3, 1),
    '{"a": 1\n\n': ("json-end", 1, 8),
    '{"é": 1, b: 2}': ("json-key", 1, 10),
}


def refused(text: str | bytes) -> ReadError:
    stream = read_json(text.encode() if isinstance(text, str) else text)
    assert stream.documents == ()
    assert stream.error is not None
    return stream.error


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    assert refused(text).message == HEAD + REFUSED[text]


@pytest.mark.parametrize("text", PROBLEMS)
def test_where_and_what(text: str) -> None:
    error = refused(text)
    assert (error.problem, error.span.line, error.span.column) == PROBLEMS[text]


def test_depth() -> None:
    assert read_json(b"[" * 10_000 + b"]" * 10_000).error is None
    assert refused("[" * 10_001).message == HEAD + "invalid character '[' exceeded max depth"
    assert refused('{"a":' * 100_000).message == HEAD + "invalid character '{' exceeded max depth"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"9223372036854775807", 2**63 - 1),
        (b"9223372036854775808", 2.0**63),
        (b"-0", 0),
        (b"1.0", 1.0),
        (b"1e3", 1000.0),
        (b"1e400", math.inf),
        (b'"\\ud83d\\ude00 \\ud83d \\ude00"', "😀 \ufffd \ufffd"),
        (b'"\\/\\b\\f\\n\\r\\t\\"\\\\"', '/\b\f\n\r\t"\\'),
        (b'"\xff \xe2\x82x \xc3\xa9"', "\ufffd \ufffd\ufffdx é"),
        (b'"\x7f"', "\x7f"),
    ],
)
def test_values(text: bytes, value: object) -> None:
    read_value = plain(read_json(text).documents[0].root)
    assert (type(read_value), read_value) == (type(value), value)


def test_duplicates_are_kept() -> None:
    assert plain(read_json(b'{"a":1,"b":2,"a":[]}').documents[0].root) == (("a", 1), ("b", 2), ("a", []))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(value=JSON, indent=st.sampled_from([None, 1, "\t"]), ascii_only=st.booleans())
def test_reads_what_python_writes(value: object, indent: int | str | None, *, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    root = plain(read_json(text.encode()).documents[0].root)
    assert as_json(root) == json.loads(text)


@settings(max_examples=200, deadline=None)
@given(JSON, st.sampled_from([None, 1]))
def test_spans_are_exact(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    for node in scalars(read_json(text.encode())):
        written = slice_of(text, node)
        assert json.loads(written) == (node.text if not node.plain else node.value)


def test_spans_of_collections() -> None:
    text = '{"é😀": [1,\r\n  {"b": {}}], "c": []}'
    root = read_json(text.encode()).documents[0].root
    assert root is not None
    assert not isinstance(root, Scalar)
    assert slice_of(text, root) == text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("data", "json_like"),
    [
        (b"{", True),
        (b" \t\r\n\v\f\xc2\xa0\xc2\x85\xe2\x80\x83{", True),
        (b"\xef\xbb\xbf{", False),
        (b"[", False),
        (b"# x\n{", False),
        (b"\x85{", False),
        (b"", False),
    ],
)
def test_what_looks_like_json(data: bytes, *, json_like: bool) -> None:
    assert looks_like_json(data) is json_like


def test_the_universal_decoder_reads_json_strictly_and_the_rest_as_yaml() -> None:
    assert read(b"{a: 1}").error is not None
    assert read(b"\xef\xbb\xbf{a: 1}").error is None
    assert read(b"[a, 1]").error is None


def as_json(value: object) -> object:
    if isinstance(value, tuple):
        return {key: as_json(item) for key, item in value}
    return [as_json(item) for item in value] if isinstance(value, list) else value
