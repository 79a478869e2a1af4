"""The string that a scalar holds as a piece: where each of its characters is written.

Each style is read once more, along the string that the reader made of it. Where the two differ (which no text is
known to do), there is no piece.
"""

from __future__ import annotations

import re
from itertools import islice
from json import dumps
from typing import TYPE_CHECKING, NamedTuple

from auditlint.text.json_reader import UNDECODABLE, unescape
from auditlint.text.piece import Cutter, Piece

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditlint.text.nodes import Scalar
    from auditlint.text.piece import Text

_BREAKS = "\n\r\x85\u2028\u2029"
_BREAK = re.compile(f"\r\n|[{_BREAKS}]")
_BREAK_OR_END = re.compile(rf"{_BREAK.pattern}|\Z")
_LINE = re.compile(f"[^{_BREAKS}]*")
_GAP = re.compile(f"[ \t{_BREAKS}]+")
_PROPERTIES = re.compile(rf"(?:(?:!\S*|&[0-9A-Za-z_-]*)(?:[ \t{_BREAKS}]|#[^{_BREAKS}]*)*)*")
_BLOCK_HEADER = re.compile(f"[|>][^{_BREAKS}]*")
_BLANKS_BETWEEN = f"(?:[ \t]+(?=[^ \t{_BREAKS}]))?"
_RUNS = {
    "": re.compile(f"(?:[^ \t{_BREAKS}]+{_BLANKS_BETWEEN})+"),
    "'": re.compile(f"(?:[^' \t{_BREAKS}]+{_BLANKS_BETWEEN})+"),
    '"': re.compile(f'(?:[^"\\\\ \t{_BREAKS}]+{_BLANKS_BETWEEN})+'),
}
ESCAPES = {
    **dict(zip("0abtnvfre \t\"'\\", "\0\a\b\t\n\v\f\r\x1b \t\"'\\", strict=True)),
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
"""What a letter after a backslash stands for between double quotes, as the server's reader has it."""
_JSON_RUN = re.compile('[^"\\\\\udc80-\udcff]+')
_JSON_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")
_YAML_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)


def string_piece(outer: Text, node: Scalar, pointer: str, document: int, *, json: bool) -> Piece | None:
    """Return the string that stands in a text at a node; None where its characters cannot be told apart.

    `pointer` is that of the piece, with its `#`.
    """
    scanned = _Scan(outer.text, outer.lines.offset(node.line, node.column), len(node.text))
    try:
        _json_string(scanned) if json else _yaml_scalar(scanned, node)
    except _UnlikeReaderError:
        return None
    runs = scanned.cutter.runs()
    written = _escaped if json else _WRITTEN.get(node.style)
    return Piece(outer, runs, pointer, document, written) if runs.text == node.text else None


def _escaped(text: str) -> str:
    """Return a text as it stands between double quotes."""
    return dumps(text, ensure_ascii=False)[1:-1]


_WRITTEN: dict[str, Callable[[str], str]] = {
    '"': _escaped,
    "'": lambda text: text.replace("'", "''"),
    "": lambda text: text,
}
"""How new characters are written in a scalar on one line; in the others they stand as they are."""


class _UnlikeReaderError(Exception):
    """The text is not written as the style has it."""


class _Break(NamedTuple):
    """A line end."""

    start: int
    end: int
    kept: str
    """What the server makes of it."""


class _Scan:
    """A text that is read from an offset on, until as many characters as wanted are cut out of it."""

    def __init__(self, text: str, at: int, wanted: int) -> None:
        self.text = text
        self.at = at
        self.cutter = Cutter(text, at)
        self._wanted = wanted

    @property
    def missing(self) -> int:
        """How many characters are still to be cut."""
        return self._wanted - self.cutter.length

    def skip(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Move past what a pattern finds; _UnlikeReaderError if that is nothing that it can find."""
        match = pattern.match(self.text, self.at)
        if match is None:
            raise _UnlikeReaderError
        self.at = match.end()
        return match

    def copy(self, pattern: re.Pattern[str]) -> bool:
        """Cut what a pattern finds, as far as it is wanted; tell whether that is anything."""
        match = pattern.match(self.text, self.at)
        if match is None:
            return False
        self.cutter.copy(match.start(), min(match.end(), match.start() + self.missing))
        self.at = match.end()
        return True

    def put(self, character: str, width: int) -> None:
        """Cut one character that is written as the next `width`."""
        self.cutter.put(character, self.at, self.at + width)
        self.at += width

    def put_break(self, found: _Break, character: str | None = None) -> None:
        """Cut a line end, as the server keeps it or as another character."""
        if self.missing > 0:
            self.cutter.put(found.kept if character is None else character, found.start, found.end)


def _breaks(text: str, start: int, end: int) -> list[_Break]:
    return [_break(match) for match in _BREAK.finditer(text, start, end)]


def _break(match: re.Match[str]) -> _Break:
    return _Break(match.start(), match.end(), match[0] if match[0] in "\u2028\u2029" else "\n")


def _json_string(scan: _Scan) -> None:
    scan.at += 1
    while scan.missing > 0:
        if scan.copy(_JSON_RUN):
            continue
        escape = _JSON_ESCAPE.match(scan.text, scan.at)
        if escape:
            scan.put(unescape(escape[0]), len(escape[0]))
        elif UNDECODABLE.match(scan.text, scan.at):
            scan.put("\ufffd", 1)
        else:
            raise _UnlikeReaderError


def _yaml_scalar(scan: _Scan, node: Scalar) -> None:
    scan.skip(_PROPERTIES)
    if node.style in {"|", ">"}:
        _block_scalar(scan, node)
    else:
        _flow_scalar(scan, node.style)


def _flow_scalar(scan: _Scan, style: str) -> None:
    """Read a scalar that is plain or in quotes, whose line ends fold."""
    scan.at += len(style)
    while scan.missing > 0:
        gap = _GAP.match(scan.text, scan.at)
        if gap:
            _gap(scan, gap)
        elif not scan.copy(_RUNS[style]):
            _escape(scan, style)


def _gap(scan: _Scan, gap: re.Match[str]) -> None:
    """Read white space: kept within a line, while line ends become a blank, or are kept if there are several."""
    breaks = _breaks(scan.text, gap.start(), gap.end())
    if not breaks:
        scan.copy(_GAP)
        return
    scan.at = gap.end()
    first, others = breaks[0], breaks[1:]
    if first.kept != "\n":
        scan.put_break(first)
    elif not others:
        scan.put_break(first, " ")
    for one in others:
        scan.put_break(one)


def _escape(scan: _Scan, style: str) -> None:
    """Read a doubled quote, or a backslash and what follows it."""
    if style == "'" and scan.text.startswith("''", scan.at):
        scan.put("'", 2)
        return
    escape = _YAML_ESCAPE.match(scan.text, scan.at) if style == '"' else None
    if escape is None:
        raise _UnlikeReaderError
    if escape[0][1] in _BREAKS:
        _escaped_break(scan)
    else:
        scan.put(_unescaped(escape[0][1:]), len(escape[0]))


def _escaped_break(scan: _Scan) -> None:
    """Read a line end after a backslash, which is dropped, with the white space and the line ends behind it."""
    scan.at = _BREAK.match(scan.text, scan.at + 1).end()  # type: ignore[union-attr]  # the caller has seen one
    gap = _GAP.match(scan.text, scan.at)
    if gap:
        scan.at = gap.end()
        for one in _breaks(scan.text, gap.start(), gap.end()):
            scan.put_break(one)


def _unescaped(escape: str) -> str:
    """Return what a backslash and these characters stand for."""
    try:
        return ESCAPES[escape] if len(escape) == 1 else chr(int(escape[1:], 16))
    except (KeyError, ValueError):
        raise _UnlikeReaderError from None


def _block_scalar(scan: _Scan, node: Scalar) -> None:
    """Read the lines after `|` or `>`, and the line ends that are kept behind the last."""
    scan.skip(_BLOCK_HEADER)
    scan.skip(_BREAK)
    indentation = _indentation(scan, node.text)
    solid = len(node.text.rstrip(_BREAKS))
    ends: list[_Break] = []
    may_fold = False
    while scan.cutter.length < solid:
        start, end = scan.at + indentation, scan.skip(_LINE).end()
        if start < end:
            blank = scan.text[start] in " \t"
            _separate(scan, ends, folds=may_fold and not blank)
            scan.cutter.copy(start, min(end, start + scan.missing))
            may_fold, ends = node.style == ">" and not blank, []
        ends += _breaks(scan.text, scan.at, scan.skip(_BREAK_OR_END).end())
    scan.at = ends[0].start if ends else scan.at
    for match in islice(_BREAK.finditer(scan.text, scan.at), scan.missing):
        scan.put_break(_break(match))


def _separate(scan: _Scan, ends: list[_Break], *, folds: bool) -> None:
    """Cut the line ends between two lines of a block scalar: that of the first, and those of empty ones."""
    if folds and ends[0].kept == "\n":
        if ends[1:]:
            ends = ends[1:]
        else:
            scan.put_break(ends[0], " ")
            return
    for one in ends:
        scan.put_break(one)


def _indentation(scan: _Scan, content: str) -> int:
    """Return how many blanks before each line of a block scalar are none of its content: as many as in its first.

    Empty lines before that have fewer.
    """
    lines = content.lstrip(_BREAKS)
    start = scan.at
    for match in islice(_BREAK.finditer(scan.text, start), len(content) - len(lines)):
        start = match.end()
    written = _LINE.match(scan.text, start)
    return _blanks(written[0] if written else "") - _blanks(lines)


def _blanks(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
