"""Texts made to hurt: refused or read as the server does, without recursion and in bounded time."""

from __future__ import annotations

import pytest

from auditlint.text.places import NodePlaces
from auditlint.text.plain import plain
from auditlint.text.reader import read
from auditlint.text.yaml_reader import read_yaml

DEPTH = 10_000
NESTED = {
    "flow lists": (b"# \n" + b"[" * DEPTH + b"]" * DEPTH, b"# \n" + b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1)),
    "dashes": (b"- " * DEPTH + b"x", b"- " * (DEPTH + 1) + b"x"),
}


@pytest.fixture(params=[False, True], ids=["libyaml", "pure"])
def pure(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def message(data: bytes, *, pure: bool = False) -> str:
    stream = read_yaml(data, pure=pure)
    return stream.error.message if stream.error else ""


@pytest.mark.parametrize("name", NESTED)
def test_depth_is_limited_as_on_the_server(name: str, *, pure: bool) -> None:
    allowed, refused = NESTED[name]
    stream = read_yaml(allowed, pure=pure)
    assert stream.error is None
    (document,) = stream.documents
    value = plain(document.root)
    for _ in range(DEPTH):
        assert isinstance(value, list)
        (value,) = value or [None]
    assert NodePlaces(document.root, document.first).key((0,) * DEPTH).line in (1, 2)
    assert message(refused, pure=pure).endswith("exceeded max depth of 10000")


@pytest.mark.parametrize("opening", [b"[", b"{a: ", b"- ", b"? "])
def test_a_hundred_thousand_levels(opening: bytes) -> None:
    assert message(b"# \n" + opening * 100_000) != ""


def test_aliases_can_nest_too_deep() -> None:
    def text(levels: int) -> bytes:
        return ("a: &a " + "[" * 9000 + "]" * 9000 + "\nb: " + "[" * levels + "*a" + "]" * levels).encode()

    assert message(text(999)) == ""
    assert message(text(1000)) == "couldn't get version/kind; json parse error: exceeded max depth"


def bomb(levels: int, width: int) -> bytes:
    lines = ["x0: &x0 [x]\n"]
    lines += [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * width)}]\n" for n in range(1, levels)]
    return "".join(lines).encode()


@pytest.mark.parametrize(("levels", "width", "refused"), [(3, 9, False), (5, 9, True), (100, 1, False), (12, 2, True)])
def test_aliases_that_multiply(levels: int, width: int, *, refused: bool, pure: bool) -> None:
    expected = "yaml: document contains excessive aliasing" if refused else ""
    assert message(bomb(levels, width), pure=pure) == expected


def test_aliases_without_bounds() -> None:
    assert message(bomb(2000, 9)) == "yaml: document contains excessive aliasing"
    assert message(b"a: &a {b: *a, <<: *a}\nc: [*a, *a]\n<<: *a\n") == "yaml: anchor 'a' value contains itself"


def test_merges_that_multiply() -> None:
    lines = ["x0: &x0 {a: b, c: d, e: f}\n"]
    lines += [f"x{n}: &x{n} {{<<: [{', '.join([f'*x{n - 1}'] * 9)}]}}\n" for n in range(1, 40)]
    assert message("".join(lines).encode()) == "yaml: document contains excessive aliasing"


def test_what_many_refer_to_is_built_once() -> None:
    text = "a: &a [" + "x, " * 2000 + "]\nb: [" + "*a, " * 50 + "]\n"
    value = plain(read_yaml(text.encode()).documents[0].root)
    assert isinstance(value, tuple)
    shared = dict(value)["b"]
    assert isinstance(shared, list)
    assert {id(item) for item in shared} == {id(dict(value)["a"])}


@pytest.mark.parametrize(
    "text",
    [
        b"a: " + b"x" * 10_000_000,
        b"a: " + b"x " * 5_000_000,
        b'a: "' + b"\\n" * 5_000_000 + b'"',
        b"a: |\n" + b"  x\n" * 2_500_000,
        b'{"a": "' + b"\\u0041" * 1_500_000 + b'"}',
        b"# " + b"x" * 10_000_000 + b"\na: b",
    ],
    ids=["word", "words", "escapes", "lines", "json", "comment"],
)
def test_ten_megabytes_of_one_value(text: bytes) -> None:
    stream = read(text)
    assert stream.error is None
    assert NodePlaces(stream.documents[0].root, stream.documents[0].first).key(("a",)).line in (1, 2)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (b"b: c: d\n", "line 3: mapping values are not allowed in this context"),
        (b"b: [c\n", "line 3: did not find expected ',' or ']'"),
        (b"b: \x00\n", "control characters are not allowed"),
        (b"b: *c\n", "unknown anchor 'c' referenced"),
        (b"b: [?\n", "line 3: did not find expected node content"),
    ],
)
def test_a_mistake_at_the_end_of_a_large_text(end: bytes, expected: str) -> None:
    text = b"# " + b"x" * 1_500_000 + b"\na: '" + b"y" * 1_500_000 + b"'\n" + end
    assert message(text) == f"yaml: {expected}"


def test_what_is_far_behind_a_large_document_is_never_met() -> None:
    stream = read_yaml(b"a: '" + b"y" * 3_000_000 + b"'\n---\n# " + b"z" * 1000 + b"\x00")
    assert (len(stream.documents), stream.error_document) == (1, 1)


def test_a_key_that_is_too_long_for_its_colon() -> None:
    assert message(b"x" * 1024 + b": y") == ""
    assert message(b"x" * 1025 + b": y") == "yaml: mapping values are not allowed in this context"


LARGE = b"# " + b"x" * 5_000_000 + b"\n"


@pytest.mark.parametrize(
    "odd",
    [
        b"a: [b:, c]",
        b"a: [b?c, d]",
        b'a: "b\\/c"',
        b"a: [!!int b]",
        b"a: !b%ff c",
        "a: b\n\ufeffc: d".encode(),
        b"--- a\n...\n%YAML 1.2\n--- b",
    ],
)
def test_a_text_that_is_too_large_for_the_sure_reader_says_so(odd: bytes) -> None:
    """libyaml reads these otherwise than the server, or refuses what the server reads otherwise."""
    assert not read(odd).doubt
    assert read(LARGE + odd).doubt


def test_most_large_texts_leave_no_doubt() -> None:
    assert not read(LARGE + b"a: [b, 'c', \"d\"]\n# 50 %\n").doubt


def test_octets_in_a_tag_that_no_python_text_holds() -> None:
    """The server keeps them as they are; PyYAML fails."""
    for text in (b"a: !b%ED%A0%80 c", b"a: !b%c0%80 c", LARGE + b"a: !b%f4%90%80%80 c"):
        stream = read(text)
        assert stream.error is None
        assert plain(stream.documents[0].root) == (("a", "c"),)
