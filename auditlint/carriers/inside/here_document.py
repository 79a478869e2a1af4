"""Shell scripts: the texts in their here-documents, and those that printf and echo write.

Read here: bashlex 0.18 refuses arithmetic, arrays and `[[`, has no places in `<<-`, and takes 0.5 s to load;
tree-sitter-bash 0.25 has places, but is two compiled packages made for whole scripts at 1 MB a second, and what stands
in documents are scraps between prompts and prose. Source: the sections 2.2 and 2.7.4 of POSIX' shell language.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers import flags
from auditlint.carriers.carrier import Carrier, Inner
from auditlint.placeholders import expanded
from auditlint.text.piece import Cutter, Piece, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditlint.carriers.candidate import PlainText
    from auditlint.carriers.carrier import Part
    from auditlint.text.piece import Text

_LINE = re.compile(r"(?P<content>[^\r\n]*)(?P<end>\r\n?|\n|\Z)")
_OPERATOR = re.compile(
    r"(?<![<\w])[0-9]?<<(?P<dash>-?)[ \t]*"
    r"(?:'(?P<single>[^'\r\n]+)'|\"(?P<double>[^\"\r\n]+)\"|\\(?P<escaped>[\w.-]+)|(?P<bare>[A-Za-z_][\w.-]*))"
)
_TARGET = re.compile(
    r"(?:(?<![0-9&<>-])(?P<sign>>>?)[ \t]*|\btee[ \t]+(?:-\w+[ \t]+)*)[\"']?(?P<path>[^\s\"'|&;<>()]+)"
)
_EXPANSION = re.compile(
    r"\\(?P<escaped>[$`\\])|\\(?P<joined>\r\n?|\n)"
    r"|\$\{(?P<braced>[A-Za-z_]\w*)[^}\r\n]*\}|\$(?P<name>[A-Za-z_]\w*)|(?P<command>\$\([^)\r\n]*\)|`[^`\r\n]*`)"
)
_CHANGED = {
    (False, False): None,
    (False, True): re.compile(r"[\\$`]"),
    (True, False): re.compile(r"\t"),
    (True, True): re.compile(r"[\t\\$`]"),
}
"""What a line has that is not passed on as it is, by whether tabs are stripped and whether variables are expanded."""
_PRINTED = re.compile(r"\b(?P<program>printf|echo)[ \t]+(?P<options>(?:-\w+[ \t]+|--[ \t]+)*)(?=['\"])")
_BLANK = re.compile(r"(?:[ \t]|\\\r?\n)+")
_QUOTED = re.compile(r"'(?P<single>[^']*)'|\"(?P<double>(?:[^\"\\]|\\[\s\S])*)\"")
_ESCAPED_IN_QUOTES = re.compile(r"\\(?:(?P<joined>\r\n?|\n)|(?P<escaped>[$`\"\\]))")
_ESCAPE = re.compile(r"\\(?P<letter>[abefnrtv\\\"'])|\\0?(?P<octal>[0-7]{1,3})|%(?P<percent>%)")
_LETTERS = dict(zip("abefnrtv\\\"'", "\a\b\x1b\f\n\r\t\v\\\"'", strict=True))
_LONGEST_TARGET = 1000
"""Characters behind a string among which it says where it is written to."""
_FORMATS_OF_STRINGS = frozenset({"%s", "%s\\n", "%b", "%b\\n"})


class _Document(NamedTuple):
    """A here-document: what its operator says, and where its text begins."""

    delimiter: str
    strips_tabs: bool
    expands: bool
    name: str
    """The file that it is written to, or nothing."""
    start: int

    def end_in(self, text: str) -> re.Match[str] | None:
        """Return its last line; that of `sh -c '…'` ends in the quote. None if it never ends."""
        at = self.start - 1
        while (at := text.find(self.delimiter, at + 1)) >= 0:
            start = at
            while self.strips_tabs and start > self.start and text[start - 1] == "\t":
                start -= 1
            if start == self.start or text[start - 1] in "\r\n":
                line = _LINE.match(text, start)
                if line and self._is_last(line["content"]):
                    return line
        return None

    def _is_last(self, line: str) -> bool:
        written = line.lstrip("\t") if self.strips_tabs else line
        return written == self.delimiter or (written[:-1] == self.delimiter and written[-1] in "'\"")


def find(given: PlainText) -> Iterator[Part]:
    """Yield the here-documents of a script, what its printf and echo write, and the kube-apiservers that it starts."""
    numbers = count()
    bodies: list[int] = []
    for inner, start, end in _here_documents(given.text, numbers):
        bodies += start, end
        yield inner
    printed = (
        _printed(given.text, match, numbers)
        for match in _PRINTED.finditer(given.text.text)
        if bisect_right(bodies, match.start()) % 2 == 0
    )
    for files in _by_file(one for one in printed if one is not None):
        yield _as_file(given.text, files, numbers)
    yield from flags.of_script(given.text, bodies, given)


def _here_documents(outer: Text, numbers: Iterator[int]) -> Iterator[tuple[Inner, int, int]]:
    """Yield each here-document with the offsets from and to which its text goes."""
    text, at = outer.text, 0
    while operator := _OPERATOR.search(text, at):
        start = max(text.rfind("\n", at, operator.start()), text.rfind("\r", at, operator.start()), at - 1) + 1
        if _is_no_operator(text[start : operator.start()]):
            at = operator.end()
            continue
        command_end = _command_end(text, operator.end(), len(text))
        at = command_end
        target = _TARGET.search(text, start, command_end)
        for one in _OPERATOR.finditer(text, operator.start(), command_end):
            document = _document(one, target["path"] if target else "", at)
            inner, at = _read(outer, document, next(numbers))
            yield inner, document.start, at


def _is_no_operator(before: str) -> bool:
    """Tell whether what stands before `<<` on its line makes it a shift, or a part of a comment or a string."""
    in_arithmetic = before.rfind("((") > before.rfind("))")
    in_string = before.count('"') % 2 == 1 or before.count("'") % 2 == 1
    in_string = in_string and re.search(r"[ \t]-c[ \t]+['\"][^'\"]*$", before) is None
    return in_arithmetic or in_string or re.search(r"(?:^|[ \t;&|])#[^\d]", before) is not None


def _command_end(text: str, at: int, until: int) -> int:
    """Return the offset behind the line on which a command ends, at most `until`; a backslash continues a line."""
    while (line := _LINE.match(text, at, until)) and line["content"].endswith("\\") and line["end"]:
        at = line.end()
    return line.end() if line else min(until, len(text))


def _document(operator: re.Match[str], name: str, start: int) -> _Document:
    delimiter = operator["single"] or operator["double"] or operator["escaped"] or operator["bare"]
    return _Document(delimiter, operator["dash"] == "-", operator["bare"] is not None, name, start)


def _read(outer: Text, document: _Document, number: int) -> tuple[Inner, int]:
    """Return the text of a here-document, and the offset behind its last line."""
    text = outer.text
    last = document.end_in(text)
    cutter = Cutter(text, document.start)
    _cut(cutter, text, document, last.start() if last else len(text))
    notice = "" if last else f"the here-document before line {outer.lines.place(document.start)[0]} never ends"
    piece = Piece(outer, cutter.runs(), outer.pointer + "#", number)
    return Inner(piece, document.name, notice), last.end() if last else len(text)


def _cut(cutter: Cutter, text: str, document: _Document, end: int) -> None:
    """Cut the lines of a here-document as the shell passes them on: most as they are, and at once."""
    changed = _CHANGED[document.strips_tabs, document.expands]
    at = document.start
    while changed and (found := changed.search(text, at, end)):
        start = max(text.rfind("\n", at, found.start()), text.rfind("\r", at, found.start()), at - 1) + 1
        cutter.copy(at, start)
        line = _LINE.match(text, start, end)
        at = line.end() if line else end
        while document.strips_tabs and text.startswith("\t", start, at):
            start += 1
        if document.expands:
            _expand(cutter, text, start, at)
        else:
            cutter.copy(start, at)
    cutter.copy(at, end)


def _expand(cutter: Cutter, text: str, start: int, end: int) -> None:
    """Cut a line in which the shell replaces variables and commands: each becomes a placeholder."""
    alone = _EXPANSION.fullmatch(text[start:end].strip())
    if alone and not alone["escaped"]:
        cutter.put("#", start, end - 1)
        cutter.copy(end - 1, end)
        return
    for match in _EXPANSION.finditer(text, start, end):
        cutter.copy(start, match.start())
        start = match.end()
        for character in _placeholder(match):
            cutter.put(character, match.start(), match.end())
    cutter.copy(start, end)


def _placeholder(expansion: re.Match[str]) -> str:
    if expansion["joined"]:
        return ""
    if expansion["escaped"]:
        return expansion["escaped"]
    return expanded(expansion["braced"] or expansion["name"] or "command")


class _Printed(NamedTuple):
    """What one command writes."""

    pieces: tuple[tuple[Piece, int], ...]
    """Its strings, each with the offset behind it."""
    path: str
    """The file that they are written to, or nothing."""
    appends: bool
    """They go behind what is in the file."""


def _printed(outer: Text, command: re.Match[str], numbers: Iterator[int]) -> _Printed | None:
    """Return the strings that printf or echo writes, their escapes read as they do."""
    text = outer.text
    strings = [string] if (string := _QUOTED.match(text, command.end())) else []
    escapes = command["program"] == "printf" or "e" in command["options"]
    if strings and command["program"] == "printf" and _content(strings[0]) in _FORMATS_OF_STRINGS:
        escapes = "b" in strings[0][0]
        strings = list(_more(text, strings[0].end()))
    if not strings:
        return None
    pieces = ((_unquoted(outer, string, next(numbers)), string.end()) for string in strings)
    end = strings[-1].end()
    target = _TARGET.search(text, end, _command_end(text, end, end + _LONGEST_TARGET))
    return _Printed(
        tuple((_unescaped(piece) if escapes else piece, behind) for piece, behind in pieces),
        target["path"] if target else "",
        appends=target is not None and target["sign"] == ">>",
    )


def _content(string: re.Match[str]) -> str:
    return string["single"] or string["double"] or ""


def _more(text: str, at: int) -> Iterator[re.Match[str]]:
    """Yield the strings in quotes that follow one another from an offset on."""
    while (blank := _BLANK.match(text, at)) and (string := _QUOTED.match(text, blank.end())):
        yield string
        at = string.end()


def _by_file(printed: Iterable[_Printed]) -> Iterator[list[_Printed]]:
    """Yield what is written to one file by commands that follow one another, all but the first behind the others."""
    together: list[_Printed] = []
    for one in printed:
        if together and not (one.appends and one.path == together[-1].path):
            yield together
            together = []
        together.append(one)
    if together:
        yield together


def _as_file(outer: Text, printed: Sequence[_Printed], numbers: Iterator[int]) -> Inner:
    pieces = [piece for one in printed for piece in one.pieces]
    whole = pieces[0][0] if len(pieces) == 1 else joined(outer, pieces, outer.pointer + "#", next(numbers))
    return Inner(whole, printed[0].path)


def _unquoted(outer: Text, string: re.Match[str], number: int) -> Piece:
    """Return the content of a string in quotes."""
    start, end = string.start() + 1, string.end() - 1
    cutter = Cutter(outer.text, start)
    for escape in _ESCAPED_IN_QUOTES.finditer(outer.text, start, end) if string["double"] is not None else ():
        cutter.copy(start, escape.start())
        start = escape.end()
        if escape["escaped"]:
            cutter.put(escape["escaped"], escape.start(), escape.end())
    cutter.copy(start, end)
    return Piece(outer, cutter.runs(), outer.pointer + "#", number)


def _unescaped(outer: Piece) -> Piece:
    """Return a text with its escapes replaced, and `%%`."""
    cutter, start = Cutter(outer.text, 0), 0
    for escape in _ESCAPE.finditer(outer.text):
        cutter.copy(start, escape.start())
        start = escape.end()
        code = chr(int(escape["octal"], 8) & 0xFF) if escape["octal"] else ""
        cutter.put(code or escape["percent"] or _LETTERS[escape["letter"]], escape.start(), escape.end())
    cutter.copy(start, len(outer.text))
    return Piece(outer, cutter.runs(), outer.pointer, outer.document)


CARRIER = Carrier(
    title="Shell scripts",
    checked=(
        "The text of every here-document (`<<EOF`, `<<'EOF'`, `<<-EOF`) and of what printf and echo write, as a file "
        "of the name that it is written to; the command lines that start a kube-apiserver. Variables and commands are "
        "placeholders: nothing is said of their values."
    ),
    signs=(b"<<", b"printf", b"echo", b"apiserver"),
    suffixes=(".sh", ".bash"),
    in_text=find,
)
