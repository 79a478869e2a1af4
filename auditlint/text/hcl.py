"""The texts in Terraform's language: its here-documents, and the objects that it encodes as JSON or YAML.

Read here: python-hcl2 8 gives lines of blocks and no columns of what is in a string, and reads 0.1 MB a second.
Source: `hclsyntax/scan_tokens.rl` and `hclsyntax/parser_template.go` of hashicorp/hcl; `jsonencode` and `yamlencode` of
Terraform.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.placeholders import expanded
from auditlint.text.piece import Cutter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.text.piece import Runs

_PASSED = r"#[^\r\n]*|//[^\r\n]*|/\*[\s\S]*?(?:\*/|\Z)"
_HEREDOC = r"<<(?P<strips>-?)(?P<marker>[A-Za-z_][\w-]*)[ \t]*(?:\r?\n|\Z)"
_OPENING = re.compile(rf"{_PASSED}|(?P<quote>\")|{_HEREDOC}|\b(?P<call>(?:json|yaml)encode)[ \t]*\(")
_TOKEN = re.compile(
    rf"(?P<passed>{_PASSED})|(?P<blank>[ \t]+)|(?P<line>\r?\n|\r)|(?P<quote>\")|{_HEREDOC}|(?P<open>[\[{{(])"
    r"|(?P<close>[\]})])|(?P<comma>,)|(?P<assign>=(?![=>])|:)|(?P<word>[\w.+-]+)|(?P<other>[\s\S])"
)
_LINE = re.compile(r"(?P<content>[^\r\n]*)(?P<end>\r\n?|\n|\Z)")
_IN_STRING = re.compile(r'\\[\s\S]|\$\$\{|%%\{|(?P<open>[$%]\{)|(?P<quote>")|(?P<line>[\r\n])')
_IN_BRACES = re.compile(r'(?P<open>\{)|(?P<close>\})|(?P<quote>")')
_TEMPLATE = re.compile(r"(?P<escaped>\$\$\{|%%\{)|[$%]\{")
_CONSTANT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")
_BETWEEN = frozenset({"blank", "passed", "line"})
_DEEPEST = 60
"""Collections in collections: more are a placeholder."""
_MOST_CALLS = 6
"""Calls in calls that are read each."""


class Heredoc(NamedTuple):
    """A here-document: the offsets of its operator and of its first line, and its text."""

    operator: int
    start: int
    end: int
    """The offset behind its last line."""
    runs: Runs
    closed: bool


class Encoded(NamedTuple):
    """An object that is encoded, as the YAML that says the same."""

    start: int
    end: int
    runs: Runs


def texts(text: str) -> Iterator[Heredoc | Encoded]:
    """Yield the here-documents and encoded objects of a text, in order."""
    at = endless = 0
    ends: list[int] = []
    while opening := _OPENING.search(text, at):
        at = opening.end()
        ends = [end for end in ends if end > at]
        if opening["quote"]:
            at = _string_end(text, at)
        elif opening["marker"]:
            heredoc = _heredoc(text, opening)
            at = heredoc.end
            yield heredoc
        elif opening["call"] and len(ends) < _MOST_CALLS and endless < _MOST_CALLS:
            encoded = _encoded(text, at)
            if encoded is None:
                endless += 1
            else:
                ends.append(encoded.end)
                yield encoded


def _string_end(text: str, at: int) -> int:
    """Return the offset behind a string in quotes, from behind its first one; templates in it may hold strings."""
    braces: list[int] = []
    while found := (_IN_BRACES if braces and braces[-1] else _IN_STRING).search(text, at):
        at = found.end()
        if found["quote"]:
            if braces and braces[-1]:
                braces.append(0)
            elif not braces:
                return at
            else:
                braces.pop()
        elif found["open"]:
            if braces and braces[-1]:
                braces[-1] += 1
            else:
                braces.append(1)
        elif found.groupdict().get("close"):
            braces[-1] -= 1
            if not braces[-1]:
                braces.pop()
        elif found.groupdict().get("line"):
            return found.start()
    return len(text)


def _template_end(text: str, at: int) -> int:
    """Return the offset behind a template, from behind its opening brace."""
    depth = 1
    while depth and (found := _IN_BRACES.search(text, at)):
        at = _string_end(text, found.end()) if found["quote"] else found.end()
        depth += 1 if found["open"] else -1 if found["close"] else 0
    return at if not depth else len(text)


def _heredoc(text: str, operator: re.Match[str]) -> Heredoc:
    lines: list[re.Match[str]] = []
    at, closed = operator.end(), False
    while not closed and at < len(text) and (line := _LINE.match(text, at)):
        closed = line["content"].strip() == operator["marker"]
        at = line.end()
        if not closed:
            lines.append(line)
    shared = _shared_indentation(lines) if operator["strips"] else 0
    cutter = Cutter(text, operator.end())
    if not shared and _TEMPLATE.search(text, operator.end(), at) is None:
        cutter.copy(operator.end(), lines[-1].end() if lines else operator.end())
        lines = []
    for line in lines:
        start = line.start() + (shared if line["content"].strip() else 0)
        _cut_line(cutter, text, start, line.end("content"))
        cutter.copy(line.start("end"), line.end())
    return Heredoc(operator.start(), operator.end(), at, cutter.runs(), closed)


def _shared_indentation(lines: list[re.Match[str]]) -> int:
    """Return how many characters of white space all lines begin with; blank ones do not count."""
    texts = (line["content"] for line in lines)
    return min((len(one) - len(one.lstrip()) for one in texts if one.strip()), default=0)


def _cut_line(cutter: Cutter, text: str, start: int, end: int) -> None:
    """Cut a stretch of a template: what it fills in becomes a placeholder, or a comment if it is all of the line."""
    content = text[start:end]
    first = start + len(content) - len(content.lstrip())
    last = start + len(content.rstrip())
    alone = _TEMPLATE.match(text, first)
    if alone and not alone["escaped"] and _template_end(text, alone.end()) == last:
        cutter.copy(start, first)
        cutter.put("#", first, last)
        return
    _cut_template(cutter, text, start, end)


def _cut_template(cutter: Cutter, text: str, start: int, end: int) -> None:
    while found := _TEMPLATE.search(text, start, end):
        cutter.copy(start, found.start())
        if found["escaped"]:
            cutter.put(found[0][0], found.start(), found.start() + 2)
            cutter.copy(found.end() - 1, found.end())
            start = found.end()
        else:
            start = min(_template_end(text, found.end()), end)
            if found[0] == "${":
                _put(cutter, placeholder(text[found.end() : start - 1]), found.start(), start)
    cutter.copy(start, end)


def _put(cutter: Cutter, written: str, start: int, end: int) -> None:
    for character in written:
        cutter.put(character, start, end)


def placeholder(expression: str) -> str:
    """Return what stands for the value of an expression."""
    name = re.sub(r"[^\w.-]+", "_", expression[:100]).strip("._-~")
    return expanded(name if name[:1].isalpha() else "value")


def _encoded(text: str, at: int) -> Encoded | None:
    """Return the object or list that a call has as its argument, from behind its parenthesis; None if it is another."""
    tokens = tuple(_tokens(text, at))
    first = next((index for index, token in enumerate(tokens) if token.kind not in _BETWEEN), len(tokens))
    pairs = _pairs(tokens)
    last = pairs.get(first)
    if last is None or text[tokens[first].start] == "(":
        return None
    writer = _Writer(text, tokens, pairs)
    writer.value(first, last + 1, 0)
    return Encoded(tokens[first].start, tokens[last].end, writer.cutter.runs())


class _Token(NamedTuple):
    """One token of an expression."""

    kind: str
    start: int
    end: int


def _tokens(text: str, at: int) -> Iterator[_Token]:
    """Yield the tokens from an offset to the parenthesis that closes what began before it."""
    depth = 1
    while depth and (match := _TOKEN.match(text, at)):
        start, at, kind = at, match.end(), match.lastgroup or ""
        if match["quote"]:
            at = _string_end(text, at)
        elif match["marker"]:
            kind, at = "heredoc", _heredoc(text, match).end
        depth += 1 if kind == "open" else -1 if kind == "close" else 0
        if depth:
            yield _Token(kind, start, at)


def _pairs(tokens: Sequence[_Token]) -> dict[int, int]:
    """Return the index of the token that closes what another opens."""
    opened: list[int] = []
    pairs: dict[int, int] = {}
    for index, token in enumerate(tokens):
        if token.kind == "open":
            opened.append(index)
        elif token.kind == "close" and opened:
            pairs[opened.pop()] = index
    return pairs


class _Writer:
    """Writes an expression as YAML in flow style."""

    def __init__(self, text: str, tokens: Sequence[_Token], pairs: dict[int, int]) -> None:
        self._text = text
        self._tokens = tokens
        self._pairs = pairs
        self.cutter = Cutter(text, tokens[0].start)
        # A brace as the first character would make JSON of it, which has no comments.
        begin = tokens[0].start
        for character in "---\n":
            self.cutter.put(character, begin, begin + 1)

    def value(self, first: int, behind: int, depth: int) -> None:
        """Cut the value of these tokens; whatever cannot be read is a placeholder."""
        token, alone = self._tokens[first], behind == first + 1
        if depth < _DEEPEST and self._pairs.get(first) == behind - 1 and self._is_collection(first, behind - 1):
            self._collection(first, behind - 1, depth)
        elif alone and token.kind == "quote":
            self._string(token)
        elif alone and token.kind == "word" and _CONSTANT.fullmatch(self._text, token.start, token.end):
            self.cutter.copy(token.start, token.end)
        else:
            self._placeholder(token.start, self._tokens[behind - 1].end)

    def _is_collection(self, opening: int, closing: int) -> bool:
        """Tell whether what is in brackets is a list or an object, and not made by a `for`."""
        first = self._between(opening + 1, closing)
        says = self._text[self._tokens[first].start : self._tokens[first].end]
        return says != "for" and self._text[self._tokens[opening].start] in "[{"

    def _between(self, index: int, behind: int) -> int:
        """Return the index of the next token that is neither white space nor a comment."""
        while index < behind and self._tokens[index].kind in _BETWEEN:
            index += 1
        return index

    def _collection(self, opening: int, closing: int, depth: int) -> None:
        is_object = self._text[self._tokens[opening].start] == "{"
        self._copy(opening)
        at = opening + 1
        while (first := self._skip(at, closing)) < closing:
            if self._tokens[first].kind in {"comma", "close"}:
                at = first + 1
                continue
            ends = {"comma", "line"} if is_object else {"comma"}
            at = self._behind(first, closing, ends)
            self._entry(first, at, depth) if is_object else self._item(first, at, depth)
        self._copy(closing)

    def _behind(self, first: int, closing: int, ends: set[str]) -> int:
        """Return the index of the token that ends an item, brackets and what is in them passed over."""
        at = first
        while at < closing and self._tokens[at].kind not in ends:
            at = self._pairs.get(at, at) + 1
        return at

    def _entry(self, first: int, behind: int, depth: int) -> None:
        """Cut a key with its value."""
        equals = self._behind(first, behind, {"assign"})
        start = self._between(equals + 1, behind)
        if start >= behind:
            return
        key = self._tokens[first]
        if key.kind == "quote":
            self._string(key)
        elif key.kind == "word":
            self.cutter.put('"', key.start, key.start + 1)
            self.cutter.copy(key.start, key.end)
            self.cutter.put('"', key.end - 1, key.end)
        else:
            self._placeholder(key.start, self._tokens[equals - 1].end)
        place = self._tokens[equals]
        for character in ": ":
            self.cutter.put(character, place.start, place.end)
        self._item(start, behind, depth)

    def _item(self, first: int, behind: int, depth: int) -> None:
        """Cut a value, and the comma behind it."""
        last = behind
        while self._tokens[last - 1].kind in _BETWEEN:
            last -= 1
        self.value(first, last, depth + 1)
        end = self._tokens[last - 1].end
        self.cutter.put(",", end - 1, end)
        self._skip(last, behind)

    def _skip(self, index: int, behind: int) -> int:
        """Cut white space and comments as YAML has them, and return the index of the token behind."""
        until = self._between(index, behind)
        for token in self._tokens[index:until]:
            if self._text.startswith("//", token.start):
                self.cutter.put("#", token.start, token.start + 2)
                self.cutter.copy(token.start + 2, token.end)
            elif not self._text.startswith("/*", token.start):
                self.cutter.copy(token.start, token.end)
        return until

    def _copy(self, index: int) -> None:
        self.cutter.copy(self._tokens[index].start, self._tokens[index].end)

    def _string(self, token: _Token) -> None:
        """Cut a string in quotes: its escapes are some of those of YAML."""
        _cut_template(self.cutter, self._text, token.start, token.end)

    def _placeholder(self, start: int, end: int) -> None:
        _put(self.cutter, f'"{placeholder(self._text[start:end])}"', start, end)
