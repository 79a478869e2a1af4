"""Parser events from ruamel.yaml's pure reader, made to scan exactly as the server's reader does.

ruamel.yaml follows the same grammar, but its scanner differs in tabs, tags, anchors, directives, escapes and block
scalars, and in `:` and `?` inside flow collections. Those parts are scanned here as go.yaml.in/yaml/v2 does
(`scannerc.go`), with its words for what is wrong.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

from ruamel.yaml import tokens
from ruamel.yaml.events import DocumentEndEvent
from ruamel.yaml.parser import Parser, ParserError
from ruamel.yaml.scanner import Scanner, ScannerError

from auditlint.text.encoding import utf8_width
from auditlint.text.syntax import Complaint
from auditlint.text.written import ESCAPES

_BREAKS = "\n\r\x85\u2028\u2029"
_AFTER_TOKEN = " \t\0" + _BREAKS
_BREAK = re.compile("\r\n?|[\n\x85\u2028\u2029]")
_LINE = re.compile(f"[^{_BREAKS}\0]*")
_BLANKS = re.compile("[ \t]*")
_SPACES = re.compile(" *")
_NAME = re.compile("[0-9A-Za-z_-]*")
_HANDLE = re.compile("![0-9A-Za-z_-]*!?")
_URI = re.compile(r"[0-9A-Za-z_;/?:@&=+$,.!~*'()\[\]-]*")
_ESCAPED_OCTET = re.compile(r"%([0-9A-Fa-f]{2})")
_NUMBER = re.compile("[0-9]*")
_BLOCK_HEADER = re.compile("(?:(?P<chomp>[-+])(?P<width>[0-9])?|(?P<width_first>[0-9])(?P<chomp_last>[-+])?)?")
_DOCUMENT_MARK = re.compile(f"(?:---|\\.\\.\\.)[{_AFTER_TOKEN}]")
_PLAIN_IN_BLOCK = re.compile(f"(?:[^:{_AFTER_TOKEN}]+|:(?![{_AFTER_TOKEN}]))*")
_PLAIN_IN_FLOW = re.compile(f"(?:[^:,?\\[\\]{{}}{_AFTER_TOKEN}]+|:(?![{_AFTER_TOKEN}]))*")
_SINGLE_QUOTED = re.compile(f"(?:[^'{_AFTER_TOKEN}]+|'')*")
_DOUBLE_QUOTED = re.compile(f'[^"\\\\{_AFTER_TOKEN}]*')
_CODE_LENGTHS = {"x": 2, "u": 4, "U": 8}
_LONGEST_KEY = 1024
_LOOK_AHEAD = 4
_MARK_WIDTH = 3
_YAML_1_1 = (1, 1)
_BOM = "\ufeff"

_WORDS_OF_PROBLEMS = {
    "sequence entries are not allowed here": "block sequence entries are not allowed in this context",
    "mapping keys are not allowed here": "mapping keys are not allowed in this context",
    "mapping values are not allowed here": "mapping values are not allowed in this context",
}
_WORDS_OF_CONTEXTS = {
    "while scanning for the next token": "found character that cannot start any token",
    "while parsing a block collection": "did not find expected '-' indicator",
    "while parsing a block mapping": "did not find expected key",
    "while parsing a flow sequence": "did not find expected ',' or ']'",
    "while parsing a flow mapping": "did not find expected ',' or '}'",
    "while parsing a block node": "did not find expected node content",
    "while parsing a flow node": "did not find expected node content",
    "while parsing a node": "found undefined tag handle",
    None: "did not find expected <document start>",
}


def _octet_problem(octet: int, *, first: bool) -> str:
    """Return what is wrong with an octet that begins a character, or goes on with one."""
    if first:
        return "" if utf8_width(octet) else "found an incorrect leading UTF-8 octet"
    return "" if octet & 0xC0 == 0x80 else "found an incorrect trailing UTF-8 octet"  # noqa: PLR2004


def complaint(error: Any) -> Complaint:
    """Return what the server says where the parser raises this error."""
    problem = str(error.problem)
    if not isinstance(error, (_ServerScannerError, _ServerParserError)):
        problem = _WORDS_OF_PROBLEMS.get(problem) or _WORDS_OF_CONTEXTS.get(error.context, problem)
    by_scanner = isinstance(error, ScannerError)
    return Complaint(problem, error.context or "", error.problem_mark, error.context_mark, by_scanner)


class _ServerScannerError(ScannerError):
    """An error of the scanner in the server's own words."""


class _ServerParserError(ParserError):
    """An error of the parser in the server's own words."""


class Mark:
    """A place in the text, all counted from 0; `server_line` also counts NEL, LS and PS as line ends."""

    __slots__ = ("column", "index", "line", "server_line")

    def __init__(self, index: int, line: int, column: int, server_line: int) -> None:
        self.index = index
        self.line = line
        self.column = column
        self.server_line = server_line


class _TextReader:
    """What ruamel.yaml's scanner asks of its reader, over a text that is wholly in memory."""

    encoding = None
    stream = None

    def __init__(self, text: str) -> None:
        self.buffer = text + "\0" * 9
        self.pointer = 0
        self.line = 0
        self._line_start = 0
        self._own_line = 0
        self._own_start = 0

    @property
    def index(self) -> int:
        """The number of characters before the pointer."""
        return self.pointer

    @property
    def column(self) -> int:
        """The number of characters between the last line end, as the server sees it, and the pointer."""
        return self.pointer - self._line_start

    def peek(self, offset: int = 0) -> str:
        """Return a character at or after the pointer; NUL stands for the end."""
        return self.buffer[self.pointer + offset]

    def prefix(self, length: int = 1) -> str:
        """Return the next characters."""
        return self.buffer[self.pointer : self.pointer + length]

    def just_before(self, length: int) -> str:
        """Return the last characters before the pointer."""
        return self.buffer[max(self.pointer - length, 0) : self.pointer]

    def forward(self, length: int = 1) -> None:
        """Move the pointer on; never into the middle of CRLF."""
        start = self.pointer
        self.pointer += length
        for match in _BREAK.finditer(self.buffer, start, self.pointer):
            self.line += 1
            self._line_start = match.end()
            if match[0][0] in "\r\n":
                self._own_line += 1
                self._own_start = match.end()

    def take(self, pattern: re.Pattern[str]) -> str:
        """Return what the pattern, which can match nothing, finds at the pointer, and move past it."""
        match = pattern.match(self.buffer, self.pointer)
        found = match[0] if match else ""
        self.forward(len(found))
        return found

    def take_break(self) -> str:
        """Move past a line end, if there is one, and return it as the server keeps it."""
        found = self.buffer[self.pointer]
        if found not in _BREAKS:
            return ""
        self.forward(2 if self.buffer.startswith("\r\n", self.pointer) else 1)
        return found if found in "\u2028\u2029" else "\n"

    def end_line(self) -> None:
        """Count an end of line where the text ends without one, as the server does."""
        if self.column:
            self.line += 1
            self._line_start = self.pointer

    def get_mark(self) -> Mark:
        """Return the place of the pointer."""
        return Mark(self.pointer, self._own_line, self.pointer - self._own_start, self.line)


class PureParser(Scanner, Parser):
    """ruamel.yaml's parser over the scanner below: `get_event` until None; raises ScannerError and ParserError.

    `in_first_chunk` says how many characters of the text the server takes at first.
    """

    processing_version = _YAML_1_1
    comment_handling = None

    def __init__(self, text: str, in_first_chunk: int) -> None:
        self._reader = _TextReader(text)
        self._resolver = self
        self._first_chunk = in_first_chunk if text.startswith(_BOM) else 0
        self._token_start = -_LOOK_AHEAD
        self._key_levels: dict[int, int] = {}
        self._first_tokens: list[int] = []
        """For each open flow collection its own token, or else that of the last possible key in it."""
        Scanner.__init__(self, loader=self)
        Parser.__init__(self, loader=self)

    @property
    def looked_at(self) -> int:
        """How many characters of the text the server has looked at, some of them in advance."""
        at_mark = self._reader.column == _MARK_WIDTH and self._reader.just_before(_MARK_WIDTH) in {"---", "..."}
        return self._reader.pointer + (_LOOK_AHEAD - _MARK_WIDTH if at_mark else _LOOK_AHEAD)

    # The parser: where the grammar, or a place, is not the server's.

    def process_directives(self) -> tuple[None, None]:
        """Read the directives of a document: only YAML 1.1, and each handle once."""
        seen_version = False
        self.tag_handles = {}
        while self.check_token(tokens.DirectiveToken):
            token = self.get_token()
            if token.name == "YAML" and seen_version:
                raise _ServerParserError(None, None, "found duplicate %YAML directive", token.start_mark)
            if token.name == "YAML" and token.value != _YAML_1_1:
                raise _ServerParserError(None, None, "found incompatible YAML document", token.start_mark)
            if token.name == "TAG" and token.value[0] in self.tag_handles:
                raise _ServerParserError(None, None, "found duplicate %TAG directive", token.start_mark)
            if token.name == "TAG":
                self.tag_handles[token.value[0]] = token.value[1]
            seen_version = seen_version or token.name == "YAML"
        self.tag_handles = {**self.DEFAULT_TAGS, **self.tag_handles}
        return None, None

    def parse_node(self, block: bool = False, indentless_sequence: bool = False) -> Any:  # noqa: FBT001, FBT002 -- as in ruamel.yaml
        """Parse a node, whose place begins with its tag or anchor, whichever is first."""
        start_mark = self.peek_token().start_mark
        event = super().parse_node(block, indentless_sequence)
        event.start_mark = start_mark
        return event

    def parse_flow_sequence_entry_mapping_key(self) -> Any:
        """Parse what follows `?` in `[ ]`; where that is nothing, the server loses the token that says so."""
        self.get_token()
        if self.check_token(tokens.ValueToken, tokens.FlowEntryToken, tokens.FlowSequenceEndToken):
            self.state = self.parse_flow_sequence_entry_mapping_value
            return self.process_empty_scalar(self.get_token().end_mark)
        self.states.append(self.parse_flow_sequence_entry_mapping_value)
        return self.parse_flow_node()

    def process_empty_scalar(self, mark: Any, comment: Any = None) -> Any:
        """Make an empty scalar; where a key in `{ }` is none, the server puts it at the next token."""
        if self.state == self.parse_flow_mapping_value:
            mark = self.peek_token().start_mark
        return super().process_empty_scalar(mark, comment)

    def parse_document_end(self) -> Any:
        """End a document; what follows `...` on its line is not this document's concern."""
        mark = self.peek_token().start_mark
        if self.check_token(tokens.DocumentEndToken):
            self.get_token()
        self.state = self.parse_document_start
        return DocumentEndEvent(mark, mark, explicit=False)

    # The scanner: simple keys are given up when they are looked at, not whenever a token is fetched.

    def need_more_tokens(self) -> bool:
        """Tell whether the first token in the queue may still turn out to be a key."""
        if not self.tokens:
            return not self.done
        level = self._key_levels.get(self.tokens_taken)
        key = None if level is None else self.possible_simple_keys.get(level)
        return key is not None and key.token_number == self.tokens_taken and self._is_possible(key, level)

    def stale_possible_simple_keys(self) -> None:
        """Leave the keys alone: see `need_more_tokens`."""

    def save_possible_simple_key(self) -> None:
        """Remember that a key may begin here."""
        super().save_possible_simple_key()
        key = self.possible_simple_keys.get(self.flow_level)
        if key is not None:
            self._key_levels[key.token_number] = self.flow_level
            if self._first_tokens and self.allow_simple_key:
                self._first_tokens[-1] = key.token_number

    def fetch_flow_collection_start(self, token_class: Any, to_push: str) -> None:
        """Add the token for `[` or `{`."""
        number = self.tokens_taken + len(self.tokens)
        super().fetch_flow_collection_start(token_class, to_push)
        self._first_tokens.append(number)

    def fetch_flow_collection_end(self, token_class: Any) -> None:
        """Add the token for `]` or `}`; the server forgets that a collection in which nothing began may be a key."""
        if self._first_tokens:
            self._key_levels.pop(self._first_tokens.pop(), None)
        super().fetch_flow_collection_end(token_class)

    def fetch_value(self) -> None:
        """Add the token for `:`, and before it the one for its key."""
        level = self.flow_level
        key = self.possible_simple_keys.get(level)
        if key is not None:
            self._is_possible(key, level)
        super().fetch_value()

    def fetch_stream_end(self) -> None:
        """Add the token for the end of the text; keys of outer levels are still waited for."""
        self._reader.end_line()
        keys = self.possible_simple_keys
        super().fetch_stream_end()
        self.possible_simple_keys = keys

    def _is_possible(self, key: Any, level: int | None) -> bool:
        """Tell whether a key can still end here; forget it if not."""
        if key.line == self._reader.line and key.index + _LONGEST_KEY >= self._reader.index:
            return True
        if key.required:
            self._fail("while scanning a simple key", key.mark, "could not find expected ':'")
        del self.possible_simple_keys[level]
        return False

    # The scanner: white space, directives, anchors and tags.

    def scan_to_next_token(self) -> None:
        """Skip white space, comments and line ends; a tab only where it is no indentation.

        Where a second byte order mark begins the text, the server skips it, and for as long as it stands in its buffer
        the first character of every line (it looks for the mark at the wrong place).
        """
        reader = self._reader
        while True:
            if not reader.column and max(reader.pointer, self._token_start + _LOOK_AHEAD - 1) < self._first_chunk:
                reader.pointer += 1
            reader.take(_BLANKS if self.flow_level or not self.allow_simple_key else _SPACES)
            if reader.peek() == "#":
                reader.take(_LINE)
            if not reader.take_break():
                self._token_start = reader.pointer
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_directive(self) -> Any:
        """Scan a line that begins with `%`."""
        reader = self._reader
        start = reader.get_mark()
        reader.forward()
        context = "while scanning a directive"
        name = reader.take(_NAME)
        if not name:
            self._fail(context, start, "could not find expected directive name")
        self._expect_space(context, start, "found unexpected non-alphabetical character")
        if name not in {"YAML", "TAG"}:
            self._fail(context, start, "found unknown directive name")
        reader.take(_BLANKS)
        value = self._version(start) if name == "YAML" else self._tag_prefix(start)
        token = tokens.DirectiveToken(name, value, start, reader.get_mark())
        self._end_line(context, start)
        return token

    def scan_anchor(self, token_class: Any) -> Any:
        """Scan `&name` or `*name`."""
        reader = self._reader
        start = reader.get_mark()
        reader.forward()
        name = reader.take(_NAME)
        if not name or reader.peek() not in "?:,]}%@`" + _AFTER_TOKEN:
            kind = "an alias" if token_class is tokens.AliasToken else "an anchor"
            self._fail(f"while scanning {kind}", start, "did not find expected alphabetic or numeric character")
        return token_class(name, start, reader.get_mark())

    def scan_tag(self) -> Any:
        """Scan `!<uri>`, `!handle!suffix`, `!suffix` or `!`."""
        reader = self._reader
        start = reader.get_mark()
        handle: str | None = None
        if reader.peek(1) == "<":
            reader.forward(2)
            suffix = self._uri("tag", start)
            if reader.peek() != ">":
                self._fail("while scanning a tag", start, "did not find the expected '>'")
            reader.forward()
        else:
            handle = reader.take(_HANDLE)
            if len(handle) > 1 and handle.endswith("!"):
                suffix = self._uri("tag", start)
            else:
                suffix = handle[1:] + self._uri("tag", start, may_be_empty=True)
                handle, suffix = ("!", suffix) if suffix else (None, "!")
        self._expect_space("while scanning a tag", start, "did not find expected whitespace or line break")
        escaped = suffix.replace("%", "%25")  # ruamel.yaml decodes it once more
        return tokens.TagToken((handle, escaped), start, reader.get_mark())

    def _version(self, start: Mark) -> tuple[int, int]:
        major = self._version_number(start)
        if self._reader.peek() != ".":
            self._fail("while scanning a %YAML directive", start, "did not find expected digit or '.' character")
        self._reader.forward()
        return major, self._version_number(start)

    def _version_number(self, start: Mark) -> int:
        digits = self._reader.take(_NUMBER)
        if not digits:
            self._fail("while scanning a %YAML directive", start, "did not find expected version number")
        if len(digits) > 2:  # noqa: PLR2004 -- as in the server's reader
            self._fail("while scanning a %YAML directive", start, "found extremely long version number")
        return int(digits)

    def _tag_prefix(self, start: Mark) -> tuple[str, str]:
        handle = self._reader.take(_HANDLE)
        if not handle or (handle != "!" and not handle.endswith("!")):
            self._fail("while parsing a %TAG directive", start, "did not find expected '!'")
        if self._reader.peek() not in " \t":
            self._fail("while scanning a %TAG directive", start, "did not find expected whitespace")
        self._reader.take(_BLANKS)
        prefix = self._uri("%TAG directive", start)
        self._expect_space("while scanning a %TAG directive", start, "did not find expected whitespace or line break")
        return handle, prefix

    def _uri(self, what: str, start: Mark, *, may_be_empty: bool = False) -> str:
        uri = self._reader.take(_URI)
        while self._reader.peek() == "%":
            uri += self._escaped_character(what, start) + self._reader.take(_URI)
        if not uri and not may_be_empty:
            self._fail(f"while parsing a {what}", start, "did not find expected tag URI")
        return uri

    def _escaped_character(self, what: str, start: Mark) -> str:
        """Return the character whose octets are written as `%41`; octets that are no UTF-8 as lone surrogates."""
        octets = b""
        length = 1
        while len(octets) < length:
            escape = _ESCAPED_OCTET.match(self._reader.buffer, self._reader.pointer)
            octet = int(escape[1], 16) if escape else -1
            length = length if octets else utf8_width(octet)
            problem = "did not find URI escaped octet" if not escape else _octet_problem(octet, first=not octets)
            if problem:
                self._fail(f"while parsing a {what}", start, problem)
            octets += bytes([octet])
            self._reader.forward(3)
        return octets.decode("utf-8", "surrogateescape")

    # The scanner: scalars.

    def scan_plain(self) -> Any:
        """Scan a scalar without quotes."""
        reader = self._reader
        start = end = reader.get_mark()
        chunks: list[str] = []
        gap, on_new_line = "", False
        while not self._at_document_mark() and reader.peek() != "#":
            run = reader.take(_PLAIN_IN_FLOW if self.flow_level else _PLAIN_IN_BLOCK)
            if run:
                chunks += gap, run
                end, on_new_line = reader.get_mark(), False
            if reader.peek() not in " \t" + _BREAKS:
                break
            gap, on_new_line = self._gap(on_new_line=False, plain_start=start)
            if not self.flow_level and reader.column <= self.indent:
                break
        if on_new_line:
            self.allow_simple_key = True
        return tokens.ScalarToken("".join(chunks), True, start, end)  # noqa: FBT003 -- as in ruamel.yaml

    def scan_flow_scalar(self, style: str) -> Any:
        """Scan a scalar in quotes."""
        reader = self._reader
        start = reader.get_mark()
        reader.forward()
        chunks: list[str] = []
        while True:
            if self._at_document_mark():
                self._fail("while scanning a quoted scalar", start, "found unexpected document indicator")
            if reader.peek() == "\0":
                self._fail("while scanning a quoted scalar", start, "found unexpected end of stream")
            escaped_break = self._quoted_run(style, chunks, start)
            if reader.peek() == style:
                break
            chunks.append(self._gap(on_new_line=escaped_break)[0])
        reader.forward()
        return tokens.ScalarToken("".join(chunks), False, start, reader.get_mark(), style)  # noqa: FBT003

    def _quoted_run(self, style: str, chunks: list[str], start: Mark) -> bool:
        """Scan up to white space or the end of the scalar; return whether the line end that follows is escaped."""
        reader = self._reader
        if style == "'":
            chunks.append(reader.take(_SINGLE_QUOTED).replace("''", "'"))
            return False
        chunks.append(reader.take(_DOUBLE_QUOTED))
        while reader.peek() == "\\":
            if reader.peek(1) in _BREAKS:
                reader.forward()
                reader.take_break()
                return True
            chunks.append(self._escape(start))
            chunks.append(reader.take(_DOUBLE_QUOTED))
        return False

    def _escape(self, start: Mark) -> str:
        reader = self._reader
        letter = reader.peek(1)
        if letter not in ESCAPES and letter not in _CODE_LENGTHS:
            self._fail("while parsing a quoted scalar", start, "found unknown escape character")
        reader.forward(2)
        if letter in ESCAPES:
            return ESCAPES[letter]
        digits = reader.prefix(_CODE_LENGTHS[letter])
        if not re.fullmatch("[0-9A-Fa-f]+", digits):
            self._fail("while parsing a quoted scalar", start, "did not find expected hexdecimal number")
        code = int(digits, 16)
        if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:  # noqa: PLR2004 -- surrogates, and beyond Unicode
            self._fail("while parsing a quoted scalar", start, "found invalid Unicode character escape code")
        reader.forward(len(digits))
        return chr(code)

    def _gap(self, *, on_new_line: bool, plain_start: Mark | None = None) -> tuple[str, bool]:
        """Scan white space and line ends inside a scalar; return what they fold to, and whether a line ended."""
        reader = self._reader
        blanks, first_break, breaks = "", "", ""
        while reader.peek() in " \t" + _BREAKS:
            if reader.peek() in _BREAKS:
                if on_new_line:
                    breaks += reader.take_break()
                else:
                    first_break, on_new_line = reader.take_break(), True
            elif not on_new_line:
                blanks += reader.take(_BLANKS)
            elif plain_start is None:
                reader.take(_BLANKS)
            else:
                self._indentation(plain_start)
        if not on_new_line:
            return blanks, False
        if first_break == "\n":
            return breaks or " ", True
        return first_break + breaks, True

    def _indentation(self, start: Mark) -> None:
        """Skip the white space at the beginning of a line of a plain scalar."""
        self._reader.take(_SPACES)
        if self._reader.peek() == "\t" and self._reader.column <= self.indent:
            self._fail("while scanning a plain scalar", start, "found a tab character that violates indentation")
        self._reader.take(_BLANKS)

    def scan_block_scalar(self, style: str, rt: bool | None = False) -> Any:  # noqa: ARG002, FBT001, FBT002 -- as in ruamel.yaml
        """Scan a scalar after `|` or `>`."""
        reader = self._reader
        start = reader.get_mark()
        chomping, indent = self._block_header(start)
        breaks, indent, end = self._block_breaks(indent, start)
        chunks: list[str] = []
        last_break, after_blank = "", False
        while reader.column == indent and reader.peek() != "\0":
            blank = reader.peek() in " \t"
            if style == "|" or after_blank or blank or last_break != "\n":
                chunks.append(last_break)
            elif not breaks:
                chunks.append(" ")
            chunks += breaks, reader.take(_LINE)
            after_blank = blank
            last_break = reader.take_break()
            breaks, indent, end = self._block_breaks(indent, start)
        chunks += ("" if chomping == "-" else last_break), (breaks if chomping == "+" else "")
        return tokens.ScalarToken("".join(chunks), False, start, end, style)  # noqa: FBT003 -- as in ruamel.yaml

    def _block_header(self, start: Mark) -> tuple[str, int]:
        """Scan the rest of the line of a block scalar; return its chomping and its indentation, 0 if it is not said."""
        reader = self._reader
        reader.forward()
        match = _BLOCK_HEADER.match(reader.buffer, reader.pointer)
        chomping = (match["chomp"] or match["chomp_last"] or "") if match else ""
        width = (match["width"] or match["width_first"] or "") if match else ""
        if width == "0":
            reader.forward(1 if match and match["width"] else 0)
            self._fail("while scanning a block scalar", start, "found an indentation indicator equal to 0")
        reader.forward(len(chomping) + len(width))
        self._end_line("while scanning a block scalar", start)
        return chomping, max(self.indent, 0) + int(width) if width else 0

    def _block_breaks(self, indent: int, start: Mark) -> tuple[str, int, Mark]:
        """Skip indentation and empty lines; return their line ends, the indentation, and where they end."""
        reader = self._reader
        end = reader.get_mark()
        breaks, widest = "", 0
        while True:
            while (not indent or reader.column < indent) and reader.peek() == " ":
                reader.forward()
            widest = max(widest, reader.column)
            if (not indent or reader.column < indent) and reader.peek() == "\t":
                problem = "found a tab character where an indentation space is expected"
                self._fail("while scanning a block scalar", start, problem)
            if reader.peek() not in _BREAKS:
                return breaks, indent or max(widest, self.indent + 1, 1), end
            breaks += reader.take_break()
            end = reader.get_mark()

    # Small things.

    def _at_document_mark(self) -> bool:
        reader = self._reader
        return reader.column == 0 and _DOCUMENT_MARK.match(reader.buffer, reader.pointer) is not None

    def _expect_space(self, context: str, start: Mark, problem: str) -> None:
        if self._reader.peek() not in _AFTER_TOKEN:
            self._fail(context, start, problem)

    def _end_line(self, context: str, start: Mark) -> None:
        """Skip white space and a comment up to the end of the line, and that."""
        self._reader.take(_BLANKS)
        if self._reader.peek() == "#":
            self._reader.take(_LINE)
        if self._reader.peek() not in "\0" + _BREAKS:
            self._fail(context, start, "did not find expected comment or line break")
        self._reader.take_break()

    def _fail(self, context: str, start: Any, problem: str) -> NoReturn:
        raise _ServerScannerError(context, start, problem, self._reader.get_mark())
