"""Every character of a piece stands where it is written: whatever the style, the line ends and what is around it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditlint.finding import DecodedSpan, Span
from auditlint.text.cut import Cut, made
from auditlint.text.piece import DecodedPiece, Piece, cut, joined
from auditlint.text.reader import read
from auditlint.text.whole import Whole
from auditlint.text.written import string_piece
from auditlint.text.yaml_reader import read_yaml
from tests.text.texts import scalars, slice_of, yaml_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DrawFn

    from auditlint.text.nodes import Scalar


class Written(NamedTuple):
    """A text in another one: how it is written, and the place of each of its characters in that."""

    text: str
    outer: str
    places: list[tuple[int, int]]
    """Offsets in the outer text, from and to."""


class Pen:
    """Writes a text and keeps the place of what counts."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.places: list[tuple[int, int]] = []

    def around(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def character(self, written: str) -> None:
        start = self.length
        self.around(written)
        self.places.append((start, self.length))


LETTERS = "ab:#-'\"\\{}[]é😀\u2028 \t"
NEWLINES = ("\n", "\r\n", "\r")
lines = st.text(st.sampled_from(LETTERS.replace("\u2028", "")), max_size=8)
solid_lines = lines.map(str.strip).filter(bool)
newlines = st.sampled_from(NEWLINES)


@st.composite
def literal(draw: DrawFn) -> Written:
    """A block scalar after `|`, with or without a number for its indentation."""
    newline, indentation = draw(newlines), draw(st.integers(1, 4))
    content = draw(st.lists(lines, min_size=1, max_size=6))
    number = str(indentation) if content[0][:1] in {"", " ", "\t"} or draw(st.booleans()) else ""
    content[0] = content[0] or "x"
    pen = Pen()
    pen.around(draw(st.sampled_from(["k: ", "k: !!str ", "k: &a ", "k: &a !!str # c" + newline + " "])))
    pen.around("|" + number + "+" + draw(st.sampled_from(["", " # comment"])) + newline)
    for line in content:
        pen.around(" " * indentation if line or draw(st.booleans()) else "")
        for character in line:
            pen.character(character)
        pen.character(newline)
    pen.around("z: 1" + newline)
    return Written("".join(line + "\n" for line in content), "".join(pen.parts), pen.places)


@st.composite
def folded(draw: DrawFn) -> Written:
    """A block scalar after `>` whose lines begin with no blank: an empty line between two of them is a line end."""
    newline = draw(newlines)
    content = draw(st.lists(solid_lines, min_size=1, max_size=6))
    pen = Pen()
    pen.around("k: >-" + newline)
    text = ""
    for number, line in enumerate(content):
        if number:
            empty = draw(st.integers(0, 3))
            if empty:
                pen.around(newline)
                for _ in range(empty):
                    pen.character(newline)
            else:
                pen.character(newline)
            text += "\n" * empty or " "
        pen.around("  ")
        for character in line:
            pen.character(character)
        text += line
    pen.around(newline + "z: 1")
    return Written(text, "".join(pen.parts), pen.places)


@st.composite
def folded_with_indented_lines(draw: DrawFn) -> Written:
    """A block scalar after `>` in which a line begins with a blank: the line ends around it are kept."""
    newline = draw(newlines)
    content = [draw(solid_lines), " " + draw(solid_lines), draw(solid_lines)]
    pen = Pen()
    pen.around("k: >" + newline)
    for line in content:
        pen.around("  ")
        for character in line:
            pen.character(character)
        pen.character(newline)
    return Written("".join(line + "\n" for line in content), "".join(pen.parts), pen.places)


@st.composite
def single_quoted(draw: DrawFn) -> Written:
    """A scalar between `'`, over several lines."""
    return _quoted(draw, "'", lambda character: "''" if character == "'" else character)


def _escaped(draw: DrawFn, character: str) -> str:
    named = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\", "\u2028": "\\L", "é": "\\xe9", " ": "\\ "}
    code = ord(character)
    forms = [f"\\U{code:08x}", *([f"\\u{code:04X}"] if code < 0x10000 else []), *filter(None, [named.get(character)])]
    plain = [] if character in '"\\\n\u2028' else [character] * 3
    return draw(st.sampled_from([*forms, *plain]))


@st.composite
def double_quoted(draw: DrawFn) -> Written:
    """A scalar between `"`, over several lines, with escapes."""
    return _quoted(draw, '"', lambda character: _escaped(draw, character))


def _quoted(draw: DrawFn, quote: str, write: Callable[[str], str]) -> Written:
    newline = draw(newlines)
    content = draw(st.lists(solid_lines, min_size=1, max_size=5))
    pen, text = Pen(), ""
    pen.around(draw(st.sampled_from(["k: ", "k:\n  ", "k: !!str &a "])) + quote)
    for number, line in enumerate(content):
        if number and quote == '"' and draw(st.booleans()):
            pen.around("\\" + newline + "   ")
        elif number:
            empty = draw(st.integers(0, 2))
            pen.around(draw(st.sampled_from(["", " "])))
            if empty:
                pen.around(newline)
            for _ in range(empty or 1):
                pen.character(newline)
                pen.around("  ")
            text += "\n" * empty or " "
        for character in line:
            pen.character(write(character))
        text += line
    pen.around(quote + newline + "z: 1")
    return Written(text, "".join(pen.parts), pen.places)


@st.composite
def plain(draw: DrawFn) -> Written:
    """A scalar without quotes, over several lines."""
    newline = draw(newlines)
    content = draw(st.lists(st.text("abé😀", min_size=1, max_size=5), min_size=1, max_size=4))
    pen = Pen()
    pen.around(draw(st.sampled_from(["k: ", "k: !!str ", "k:\n  "])))
    for number, line in enumerate(content):
        if number:
            pen.character(newline)
            pen.around("  ")
        for character in line:
            pen.character(character)
    pen.around(newline + "z: 1")
    return Written(" ".join(content), "".join(pen.parts), pen.places)


@st.composite
def json_string(draw: DrawFn) -> Written:
    """A string in JSON: surrogate pairs, half of one, escapes."""
    pen, text = Pen(), draw(st.text(st.sampled_from(LETTERS + "\n/\ufffd"), max_size=20))
    pen.around('{"x": [1, {"y": "')
    for character in text:
        code = ord(character)
        pair = json.dumps(character)[1:-1]
        forms = ["\\ud800"] if character == "\ufffd" else [pair] if code > 0xFFFF else [f"\\u{code:04x}"]
        forms += [character] * 3 if character not in '"\\\n\t' else [json.dumps(character)[1:-1]]
        pen.character(draw(st.sampled_from(forms)))
    pen.around('"}], "z": 1}')
    return Written(text, "".join(pen.parts), pen.places)


STYLES = {
    "literal": literal(),
    "folded": folded(),
    "folded-indented": folded_with_indented_lines(),
    "single-quoted": single_quoted(),
    "double-quoted": double_quoted(),
    "plain": plain(),
    "json": json_string(),
}


def scalar_of(outer: str, text: str) -> Scalar:
    stream = read(outer.encode())
    assert stream.error is None, (stream.error, outer)
    found = [node for node in scalars(stream) if node.text == text and (node.style or text != "k")]
    assert found, outer
    return found[0]


def piece_of(outer: str, text: str) -> Piece:
    piece = string_piece(Whole(outer.encode()), scalar_of(outer, text), "/k#", 0, json=outer.startswith("{"))
    assert piece is not None, outer
    return piece


def place(text: str, start: int, end: int) -> Span:
    return Whole(text.encode()).stretch(start, end)


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_each_character_stands_where_it_is_written(style: str, data: st.DataObject) -> None:
    written = data.draw(STYLES[style])
    piece = piece_of(written.outer, written.text)
    assert piece.text == written.text
    found = [piece.stretch(at, at + 1) for at in range(len(written.text))]
    assert found == [place(written.outer, *where) for where in written.places]
    between = [piece.stretch(at, at) for at in range(len(written.text))]
    assert between == [place(written.outer, start, start) for start, _ in written.places]


@settings(max_examples=600, deadline=None)
@example("|-\n #")
@example("&a?ba a: b\n*a : c\n")
@given(yaml_texts())
def test_every_string_that_is_read_can_be_read_along(text: str) -> None:
    """Whatever the readers make a scalar of, its characters are found again."""
    whole = Whole(text.encode())
    for node in scalars(read_yaml(text.encode())):
        if not node.text or slice_of(text.removeprefix("\ufeff"), node).startswith("*"):
            continue
        piece = string_piece(whole, node, "#", 0, json=False)
        assert piece is not None, (text, node.text, node.span)
        assert piece.text == node.text


@settings(deadline=None)
@given(json_string().filter(lambda written: "\u2028" not in written.outer))
def test_a_piece_in_a_piece(inner: Written) -> None:
    """The characters of JSON in a block scalar stand where the block scalar's do."""
    lines = inner.outer.split("\n")
    indented = "k: |\r\n" + "".join("   " + line + "\r\n" for line in lines)
    block = piece_of(indented, inner.outer + "\n")
    node = scalar_of(inner.outer, inner.text)
    piece = string_piece(block, node, "#", 0, json=True)
    assert piece is not None
    for at, (start, end) in enumerate(inner.places):
        line, column, end_line, end_column = place(inner.outer, start, end)
        assert piece.stretch(at, at + 1) == Span(line + 1, column + 3, end_line + 1, end_column + 3)
        first, last = piece.within(block.outer, at)
        assert place(indented, first, last) == piece.stretch(at, at + 1)
        assert piece.within(block, at) == (start, end)


def test_spans_of_a_piece() -> None:
    piece = piece_of('k: "a\\n\\U0001f600b c\\n"\n', "a\n\U0001f600b c\n")
    assert piece.span(Span(2, 1, 2, 3)) == Span(1, 8, 1, 19)
    assert piece.span(Span(2, 2, 2, 2)) == Span(1, 18, 1, 18)
    assert piece.span(Span(3, 1, 3, 1)) == Span(1, 23, 1, 23)


def test_an_empty_piece_stands_where_the_text_begins() -> None:
    assert cut(Whole(b"ab"), [(1, 1), (2, 2)], "#", 0).stretch(0, 0) == Span(1, 2, 1, 2)
    assert cut(Whole(b"ab"), [], "#", 0).stretch(0, 0) == Span(1, 1, 1, 1)
    assert cut(Whole(b"ab"), [(1, 1)], "#", 0).stretch(0, 0) == Span(1, 2, 1, 2)


def test_a_byte_order_mark_in_a_piece_is_no_column() -> None:
    piece = cut(Whole("> \ufeffa: b\n".encode()), [(2, 8)], "#", 0)
    stream = read(piece.data)
    assert stream.documents[0].root is not None
    assert piece.span(stream.documents[0].root.span) == Span(1, 4, 1, 8)


def test_what_is_decoded_stands_at_the_whole_and_keeps_its_line() -> None:
    outer = Whole(b"a: 1\nb: YQpiCg==\n")
    found = DecodedPiece(outer, (8, 16), b"a\nb\n", "/b#", 0).span(Span(2, 1, 2, 2))
    assert isinstance(found, DecodedSpan)
    assert (found, found.inner) == (Span(2, 4, 2, 12), Span(2, 1, 2, 2))


class Lines(NamedTuple):
    """Lines of a text, each behind a prefix, blank ones without it, between others."""

    prefix: str
    inner: list[str]
    newline: str

    @property
    def outer(self) -> str:
        body = "".join((self.prefix + line if line else "") + self.newline for line in self.inner)
        return f"a: |{self.newline}{body}b: c{self.newline}"

    @property
    def piece(self) -> Piece:
        at, stretches = len(self.newline) + 4, []
        for line in self.inner:
            start = at + (len(self.prefix) if line else 0)
            at = start + len(line) + len(self.newline)
            stretches.append((start, at))
        return cut(Whole(self.outer.encode()), stretches, "#", 0)

    def starts(self) -> list[int]:
        """Return the offsets in the piece at which lines begin, and its end."""
        return [sum(len(line) + len(self.newline) for line in self.inner[:at]) for at in range(len(self.inner) + 1)]


words = st.text("ab:# é", max_size=5).map(str.strip)
prefixed = st.builds(
    Lines,
    st.sampled_from(["  ", "    ", "> ", "# "]),
    st.lists(words, max_size=4).map(lambda some: ["ab", *some]),
    st.sampled_from(["\n", "\r\n"]),
)


@st.composite
def edits_of_lines(draw: DrawFn) -> tuple[Lines, Cut]:
    """Draw lines, and a cut within one of them, or of whole ones."""
    found = draw(prefixed)
    starts = found.starts()
    if draw(st.booleans()):
        number = draw(st.sampled_from([at for at, line in enumerate(found.inner) if line]))
        first, last = sorted(
            (draw(st.integers(0, len(found.inner[number]))), draw(st.integers(0, len(found.inner[number]))))
        )
        text = "\n".join(draw(st.lists(words.filter(bool), max_size=3)))
        return found, Cut(starts[number] + first, starts[number] + last, text)
    first, last = sorted((draw(st.sampled_from(starts)), draw(st.sampled_from(starts))))
    return found, Cut(first, last, "".join(f"{line}\n" for line in draw(st.lists(words, max_size=3))))


@settings(max_examples=400, deadline=None)
@given(edits_of_lines())
def test_what_is_cut_from_lines_behind_a_prefix_is_cut_outside(drawn: tuple[Lines, Cut]) -> None:
    found, edit = drawn
    after = made(found.outer, [found.piece.outward(edit)])
    head, tail = f"a: |{found.newline}", f"b: c{found.newline}"
    assert after.startswith(head)
    assert after.endswith(tail)
    body = after[len(head) : len(after) - len(tail)]
    rows = body.split(found.newline)
    assert all(row.startswith(found.prefix) for row in rows if row.strip())
    wanted = made(found.piece.text, [edit]).replace("\r\n", "\n").split("\n")
    assert [row.removeprefix(found.prefix) for row in rows] == wanted


@pytest.mark.parametrize(
    ("outer", "stretches", "edit", "after"),
    [
        ("a: |\n  b", [(7, 8)], Cut(0, 0, "x\n"), "a: |\n  x\n  b"),
        ("a: |\n  b", [(7, 8)], Cut(1, 1, "\nx"), "a: |\n  b\n  x"),
        ("a: |\n  b\r\n", [(7, 10)], Cut(3, 3, "x\n"), "a: |\n  b\r\n  x\r\n"),
        ("- a\n  b\n", [(2, 4), (6, 8)], Cut(4, 4, "c\n"), "- a\n  b\n  c\n"),
        ("- a\n  b\n", [(2, 4), (6, 8)], Cut(2, 2, "c\n"), "- a\n  c\n  b\n"),
        ("- a\r\n  b\r\n", [(2, 5), (7, 10)], Cut(6, 6, "c\n"), "- a\r\n  b\r\n  c\r\n"),
    ],
)
def test_lines_get_the_prefix_of_the_line_before(
    outer: str, stretches: list[tuple[int, int]], edit: Cut, after: str
) -> None:
    assert made(outer, [cut(Whole(outer.encode()), stretches, "#", 0).outward(edit)]) == after


@settings(max_examples=300, deadline=None)
@given(json_string().filter(lambda written: bool(written.text)), st.data())
def test_what_is_cut_from_a_string_is_written_as_strings_are(written: Written, data: st.DataObject) -> None:
    node = scalar_of(written.outer, written.text)
    piece = string_piece(Whole(written.outer.encode("utf-8", "surrogatepass")), node, "#", 0, json=True)
    assert piece is not None
    first, last = sorted(data.draw(st.integers(0, len(piece.text))) for _ in range(2))
    edit = Cut(first, last, data.draw(st.text('a"\\\n\té𝄞', max_size=4)))
    after = made(written.outer, [piece.outward(edit)])
    assert scalar_of(after, made(written.text, [edit])).text == made(written.text, [edit])


@given(prefixed, prefixed)
def test_pieces_that_are_joined_keep_the_places_of_their_characters(one: Lines, other: Lines) -> None:
    text = one.outer + other.outer
    outer = Whole(text.encode())
    rest = len(one.outer)
    first = cut(outer, [(0, one.outer.index("b: c"))], "#", 0)
    second = cut(outer, [(rest, rest + 3), (len(text) - 4, len(text) - 1)], "#", 0)
    found = joined(outer, [(first, 0), (second, len(text) - 1)], "#", 0)
    assert found.text == first.text + second.text + ("" if second.text.endswith("\n") else "\n")
    places = [first.within(outer, at) for at in range(len(first.text))]
    places += [second.within(outer, at) for at in range(len(second.text))]
    for at, (start, end) in enumerate(places):
        assert found.within(outer, at) == (start, end)
        assert text[start:end] == found.text[at]
