"""JSON as kube-apiserver reads it: Go's encoding/json, with the place of every value.

Source of the grammar and the messages: `scanner.go` of encoding/json. The server reads the head of a document
(apiVersion and kind) first, so the errors are those of that step.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.finding import Span
from auditlint.text.builder import MAX_DEPTH, RefusedError
from auditlint.text.lines import LineIndex, behind
from auditlint.text.nodes import Document, Entry, Mapping, Node, ReadError, Scalar, Sequence, Stream
from auditlint.text.scalars import MAX_INT

if TYPE_CHECKING:
    from auditlint.text.scalars import Value

_WORDS: dict[str, tuple[str, Value]] = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}
_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"')
_ESCAPE = re.compile(
    r"\\(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u(?P<unit>[0-9a-fA-F]{4})|(?P<char>.))"
)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
UNDECODABLE = re.compile("[\udc80-\udcff]")
_LONGEST_INT = 20

_NUMBER = re.compile(r"(?=[-0-9])-?(?P<whole>0|[1-9][0-9]*|)(?:\.(?P<fraction>[0-9]*))?(?:[eE][-+]?(?P<power>[0-9]*))?")
_NUMBER_PARTS = (
    ("whole", "in numeric literal"),
    ("fraction", "after decimal point in numeric literal"),
    ("power", "in exponent of numeric literal"),
)
_ENDED_BY_SPACE = frozenset(
    {context for _, context in _NUMBER_PARTS} | {"in string escape code", "in \\u hexadecimal character escape"}
)
"""Where Go, at the end of the text, complains of a space; as it does within true, false and null."""
_BROKEN_STRING = re.compile(
    r'"(?:[^"\\\x00-\x1f]+|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*(?P<escape>\\(?:u[0-9a-fA-F]{0,3})?)?'
)

_BEFORE_VALUE = "looking for beginning of value"
_BEFORE_KEY = "looking for beginning of object key string"
_PREFIX = "couldn't get version/kind; json parse error: "
_PROBLEMS = {
    _BEFORE_KEY: "json-key",
    _BEFORE_VALUE: "json-value",
    "after top-level value": "json-trailing",
    "exceeded max depth": "depth",
    "in string literal": "json-control-character",
    "in string escape code": "json-escape",
    "in \\u hexadecimal character escape": "json-escape",
}
_QUOTED = {
    "'": r"'\''",
    '"': "'\"'",
    "\\": r"'\\'",
    **{char: f"'\\{letter}'" for char, letter in zip("\a\b\f\n\r\t\v", "abfnrtv", strict=True)},
}


def read_json(data: bytes) -> Stream:
    """Return the one value of a JSON text, or the error that Go's encoding/json gives for it.

    Columns count code points, and each byte that is no UTF-8 as one.
    """
    try:
        root = _Reader(data.decode("utf-8", "surrogateescape")).read()
    except RefusedError as refused:
        return Stream((), refused.error)
    return Stream((Document(0, root, root.span),))


class _Reader:
    """Reads one text, without recursion."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._open: list[Mapping | Sequence] = []
        self._keys: list[Scalar] = []
        self._lines = LineIndex(text)

    def read(self) -> Node:
        """Return the value of the whole text; RefusedError if it is not exactly one."""
        while True:
            node = self._begin()
            while node is not None:
                if not self._open:
                    if self._peek():
                        raise self._unexpected("after top-level value")
                    return node
                node = self._add(node)

    def _begin(self) -> Node | None:
        """Read a scalar or an empty collection; or open a collection up to its first value, and return None."""
        char = self._peek()
        if char == "{":
            return self._start(Mapping(self._place(self._at, self._at), [], None))
        if char == "[":
            return self._start(Sequence(self._place(self._at, self._at), []))
        return self._scalar(char)

    def _start(self, node: Mapping | Sequence) -> Node | None:
        if len(self._open) >= MAX_DEPTH:
            raise self._unexpected("exceeded max depth")
        self._open.append(node)
        self._at += 1
        if self._peek() == _closer(node):
            return self._end()
        if isinstance(node, Mapping):
            self._key()
        return None

    def _add(self, node: Node) -> Node | None:
        """Add a value to its collection; return the collection if that is its end, None if another value follows."""
        owner = self._open[-1]
        if isinstance(owner, Mapping):
            key = self._keys.pop()
            owner.entries.append(Entry(key.text, key, node))
        else:
            owner.items.append(node)
        char = self._peek()
        if char == _closer(owner):
            return self._end()
        if char != ",":
            raise self._unexpected(
                "after object key:value pair" if isinstance(owner, Mapping) else "after array element"
            )
        self._at += 1
        if isinstance(owner, Mapping):
            self._key()
        return None

    def _end(self) -> Node:
        self._at += 1
        node = self._open.pop()
        node.end_line, node.end_column = self._lines.place(self._at)
        if isinstance(node, Mapping) and node.entries:
            node.first = node.entries[0].key
        return node

    def _key(self) -> None:
        if self._peek() != '"':
            raise self._unexpected(_BEFORE_KEY)
        self._keys.append(self._string())
        if self._peek() != ":":
            raise self._unexpected("after object key")
        self._at += 1

    def _scalar(self, char: str) -> Scalar:
        if char == '"':
            return self._string()
        if char in _WORDS:
            return self._word(*_WORDS[char])
        match = _NUMBER.match(self._text, self._at)
        if match is None:
            raise self._unexpected(_BEFORE_VALUE)
        for part, context in _NUMBER_PARTS:
            if match[part] == "":
                raise self._unexpected(context, match.start(part))
        real = match["fraction"] is not None or match["power"] is not None
        return self._token(match[0], _number(match[0], real=real))

    def _word(self, word: str, value: Value) -> Scalar:
        for offset, letter in enumerate(word):
            if not self._text.startswith(letter, self._at + offset):
                raise self._unexpected(f"in literal {word} (expecting '{letter}')", self._at + offset)
        return self._token(word, value)

    def _token(self, text: str, value: Value) -> Scalar:
        node = Scalar(self._place(self._at, self._at + len(text)), text, value, "")
        self._at += len(text)
        return node

    def _string(self) -> Scalar:
        match = _STRING.match(self._text, self._at)
        if match is None:
            raise self._broken_string()
        text = unescape(match[0][1:-1])
        node = Scalar(self._place(self._at, match.end()), text, text, '"')
        self._at = match.end()
        return node

    def _broken_string(self) -> RefusedError:
        match = _BROKEN_STRING.match(self._text, self._at)
        if match is None:
            raise TypeError("a string that does not begin with a quote")
        context = {None: "in string literal", "\\": "in string escape code"}.get(
            match["escape"], "in \\u hexadecimal character escape"
        )
        return self._unexpected(context, match.end())

    def _peek(self) -> str:
        """Skip space and return the next character, `` at the end."""
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text[self._at : self._at + 1]

    def _place(self, start: int, end: int) -> tuple[int, int, int, int]:
        return (*self._lines.place(start), *self._lines.place(end))

    def _unexpected(self, context: str, at: int | None = None) -> RefusedError:
        """Return the error for the character at an offset, by default where the reader stands."""
        at = self._at if at is None else at
        char = self._text[at : at + 1]
        if not char and (context in _ENDED_BY_SPACE or context.startswith("in literal")):
            char = " "
        if not char:
            return RefusedError(ReadError(_PREFIX + "unexpected end of JSON input", self._end_of_text(), "json-end"))
        message = f"{_PREFIX}invalid character {_quote(char)} {context}"
        return RefusedError(
            ReadError(message, Span(*self._place(at, behind(self._text, at))), self._problem(char, context, at))
        )

    def _end_of_text(self) -> Span:
        end = len(self._text.rstrip(" \t\r\n"))
        return Span(*self._place(end, end))

    def _problem(self, char: str, context: str, at: int) -> str:
        """Return one word for the mistake."""
        if char in "}]" and context in {_BEFORE_KEY, _BEFORE_VALUE} and self._text[:at].rstrip().endswith(","):
            return "json-trailing-comma"
        if char in "/#" and "in " not in context:
            return "json-comment"
        return _PROBLEMS.get(context, "json-syntax")


def _closer(node: Mapping | Sequence) -> str:
    return "}" if isinstance(node, Mapping) else "]"


def _number(text: str, *, real: bool) -> Value:
    """Return a number as the server holds it: an integer only if it is written as one and fits 64 bits."""
    if real or len(text) > _LONGEST_INT:
        return float(text)
    number = int(text)
    return number if -MAX_INT - 1 <= number <= MAX_INT else float(number)


def unescape(text: str) -> str:
    """Return the content of a string; what is no text (bad bytes, half of a pair) becomes U+FFFD as in Go."""
    if "\\" in text:
        text = _ESCAPE.sub(_unescape_one, text)
    return text if text.isascii() else UNDECODABLE.sub("\ufffd", text)


def _unescape_one(match: re.Match[str]) -> str:
    if match["char"]:
        return _ESCAPED.get(match["char"], match["char"])
    if match["unit"]:
        unit = int(match["unit"], 16)
        return "\ufffd" if 0xD800 <= unit <= 0xDFFF else chr(unit)  # noqa: PLR2004 -- surrogates
    return chr(0x10000 + ((int(match["high"], 16) & 0x3FF) << 10) + (int(match["low"], 16) & 0x3FF))


def _quote(char: str) -> str:
    """Quote the first byte of a character as Go does, which takes it for a character of its own."""
    byte = char.encode("utf-8", "surrogateescape")[0]
    if char in _QUOTED:
        return _QUOTED[char]
    if byte < 0x20 or byte == 0x7F:  # noqa: PLR2004 -- control characters
        return f"'\\x{byte:02x}'"
    if 0x80 <= byte <= 0xA0 or byte == 0xAD:  # noqa: PLR2004 -- not printable in Latin-1
        return f"'\\u{byte:04x}'"
    return f"'{chr(byte)}'"
