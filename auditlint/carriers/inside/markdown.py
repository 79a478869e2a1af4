"""Markdown: the texts in its fences, in lists and quotes too.

Read here, not by markdown-it-py 4.3, which gives lines but no columns, and reads 0.15 MB a second; what is a fence is
seen more widely than in CommonMark 0.31 (section 4.5), which closes one where its list ends.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers.carrier import Carrier, Inner
from auditlint.text.piece import Cutter, Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import PlainText
    from auditlint.text.piece import Text

_MARKS = re.compile("`{3}|~{3}")
_LINE = re.compile(r"(?P<content>[^\r\n]*)(?P<end>\r\n?|\n|\Z)")
_OPENING = re.compile(
    r"(?P<before>(?:[ \t>]|(?:[-*+]|[0-9]{1,9}[.)])(?=[ \t]))*)(?P<marks>`{3,}(?=[^`\r\n]*(?:[\r\n]|\Z))|~{3,})"
    r"(?P<info>[^\r\n]*)"
)
_CONTAINER = re.compile(">|[^>]+")
_QUOTE = re.compile("[ \t]*>")
_LANGUAGE = re.compile(r"[\s{.]*([\w+-]*)")
_TAB = 4
_ENDINGS = {
    **dict.fromkeys(("yaml", "yml"), ".yaml"),
    **dict.fromkeys(("bash", "console", "ksh", "shell", "shell-session", "terminal", "zsh"), ".sh"),
    "markdown": ".md",
}


class _Fence(NamedTuple):
    """The line that opens a fence."""

    containers: tuple[str, ...]
    """What stands before it: `>`, or white space and list markers."""
    marks: str
    name: str
    """A name whose ending tells the language."""
    after: int
    """The offset of the next line."""

    def closes(self, line: str) -> bool:
        """Tell whether a line, without what stands before it, closes the fence."""
        content = line.strip(" \t")
        return len(content) >= len(self.marks) and not content.strip(self.marks[0])


def find(given: PlainText) -> Iterator[Inner]:
    """Yield the text of each fence."""
    text, at, number = given.text.text, 0, 0
    while marks := _MARKS.search(text, at):
        start = max(text.rfind("\n", at, marks.start()), text.rfind("\r", at, marks.start()), at - 1) + 1
        fence = _opened(text, start)
        if fence is None:
            at = _line_after(text, marks.end())
        else:
            inner, at = _read(given.text, fence, number)
            yield inner
            number += 1


def _opened(text: str, start: int) -> _Fence | None:
    match = _OPENING.match(text, start)
    if match is None:
        return None
    language = _LANGUAGE.match(match["info"])
    word = language[1].lower() if language else ""
    name = _ENDINGS.get(word, f".{word}" if word else "")
    return _Fence(tuple(_CONTAINER.findall(match["before"])), match["marks"], name, _line_after(text, match.end()))


def _line_after(text: str, at: int) -> int:
    line = _LINE.match(text, at)
    return line.end() if line else len(text)


def _read(outer: Text, fence: _Fence, number: int) -> tuple[Inner, int]:
    """Return what is in a fence, and the offset behind it; one that is not closed goes to the end of its quote."""
    text, at = outer.text, fence.after
    cutter, closed = Cutter(text, at), False
    while not closed and at < len(text) and (line := _LINE.match(text, at)):
        content = _past_containers(text, at, line.end("content"), fence.containers)
        if content is None:
            break
        start, blanks = content
        closed = fence.closes(text[start : line.end("content")])
        if not closed:
            for _ in range(blanks):
                cutter.put(" ", start - 1, start)
            cutter.copy(start, line.end())
        at = line.end()
    notice = "" if closed else f"the fence before line {outer.lines.place(fence.after)[0]} is never closed"
    return Inner(Piece(outer, cutter.runs(), outer.pointer + "#", number), fence.name, notice), at


def _past_containers(text: str, at: int, end: int, containers: tuple[str, ...]) -> tuple[int, int] | None:
    """Return where the content of a line begins, and how many blanks of a tab before that are content too.

    None if the line is not in the quote that the fence is in.
    """
    column = blanks = 0
    for container in containers:
        if container == ">":
            quote = _QUOTE.match(text, at, end)
            if quote is None:
                return None
            at, column = quote.end(), column + len(quote[0])
        else:
            target = column + _width(container, column)
            while column < target and at < end and text[at] in " \t":
                column += 1 if text[at] == " " else _TAB - column % _TAB
                at += 1
            blanks = max(column - target, 0)
    return at, blanks


def _width(container: str, column: int) -> int:
    """Return how many columns white space and list markers take from a column on."""
    width = 0
    for character in container:
        width += _TAB - (column + width) % _TAB if character == "\t" else 1
    return width


CARRIER = Carrier(
    title="Markdown",
    checked=(
        "The text of every fence, in lists and quotes too, as a file of the language that it names: YAML, JSON, a "
        "shell script with here-documents; without a language, as what it says it is. What is between the fences is "
        "not read, but for flags between backticks in lists."
    ),
    signs=(b"```", b"~~~"),
    suffixes=(".md", ".markdown"),
    in_text=find,
)
