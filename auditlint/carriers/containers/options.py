"""Options of a tool's command line that hold flags of kube-apiserver, wherever a text has them.

Read here: commands stand in scripts, units, fences, Dockerfiles and lists of YAML, half of them scraps that no reader
of a shell takes; what matters of each is one word and its place.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers.candidate import ReadText
from auditlint.carriers.containers.command import Item
from auditlint.carriers.containers.word_places import Given
from auditlint.subjects.templates import is_template
from auditlint.text.nodes import Document, Scalar, Sequence, Stream
from auditlint.text.piece import cut
from auditlint.text.values import below, walk

if TYPE_CHECKING:
    from collections import abc
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate, PlainText
    from auditlint.path import Path
    from auditlint.text.piece import Text
    from auditlint.text.plain import Plain

_VALUE = re.compile(
    r"""(?:\$\{[^}\n]*\}|\$\([^)\n]*\)|\{\{[^}\n]*\}\}|<[A-Za-z][\w .:/-]*>|[^\s'"|;&<>()`\\])+"""
    r"""(?:(?<==)(?P<quote>["'])[^"'\n]*(?P=quote))?"""
)
_GOES_ON = re.compile(r"[ \t]*(?:[-*][ \t]+)?[\[\"'\\]*-")
"""How a line begins that holds more options of the command before it."""
_CONTINUED = ("\\", "`", "^")
"""What a line ends in that goes on: in a shell, PowerShell and Windows' cmd."""


class Option(NamedTuple):
    """An option with its value, and where it stands in the text."""

    value: str
    start: int
    end: int


def commands(text: str, name: str) -> list[list[Option]]:
    """Return the options of that name which a text holds, those of one command together."""
    found: list[list[Option]] = []
    end = -1
    for match in _option(name).finditer(text):
        start = match.start()
        line = text.rfind("\n", 0, start) + 1
        if start < end or text[line:start].lstrip(" \t>").startswith("#"):
            continue
        option = _read(text, match)
        if not found or not _is_one(text[end:start]):
            found.append([])
        found[-1].append(option)
        end = option.end
    return found


def with_comments(text: Text, start: int, end: int) -> Iterator[ReadText]:
    """Yield the lines of a command with the comments above them, if these speak to auditlint."""
    content = text.text
    first = content.rfind("\n", 0, start) + 1
    while (above := content[:first].removesuffix("\n").rpartition("\n")[2]).rstrip("\r ").endswith(_CONTINUED):
        first -= len(above) + 1
    top = first
    while (above := content[:top].removesuffix("\n").rpartition("\n")[2]).lstrip(" \t>").startswith("#") and top > 0:
        top -= len(above) + 1
    bottom = content.find("\n", end)
    bottom = len(content) if bottom < 0 else bottom
    if "auditlint" in content[top:bottom].lower():
        piece = cut(text, [(top, bottom)], text.pointer, text.document or 0)
        place = (*piece.lines.place(first - top), *piece.lines.place(bottom - top))
        root = Sequence(place, [Scalar(place, "", None, "")])
        yield ReadText(piece, Stream((Document(0, root, root.span),)))


def given_in(text: Text, name: str) -> Iterator[list[Given]]:
    """Yield the options of each command in a text, with their places on disk."""
    for command in commands(text.text, name):
        yield [_given(text, one) for one in command]


def _given(text: Text, option: Option) -> Given:
    return Given(option.value, text.stretch(option.start, option.end), text.pointer)


def in_text(given: PlainText, name: str) -> Iterator[tuple[list[Given], tuple[ReadText, ...]]]:
    """Yield the options of each command in a text, and the comments that are for it."""
    for command in commands(given.text.text, name):
        comments = tuple(with_comments(given.text, command[0].start, command[-1].end))
        yield [_given(given.text, one) for one in command], comments


def in_document(candidate: Candidate, name: str) -> Iterator[list[Given]]:
    """Yield the options of each command in the strings of a document; a list of arguments is one command."""
    for value, path in walk(candidate.value):
        found = [one for step, inner in below(value) for one in _in_string(candidate, inner, (*path, step), name)]
        yield from _together(found, value)


def _together(found: list[list[Given]], holder: Plain) -> Iterator[list[Given]]:
    """Yield commands; what stands alone in the items of a list is one."""
    if isinstance(holder, list) and found and all(len(command) == 1 for command in found):
        yield [option for command in found for option in command]
    else:
        yield from found


def arguments(given: abc.Sequence[Given], before: str = "") -> tuple[Item, ...]:
    """Return the arguments of kube-apiserver that options hold: what follows `before` in the value of each."""
    return tuple(
        Item(
            f"--{one.value.removeprefix(before).removeprefix('--')}",
            (index,),
            opaque="$" in one.value or is_template(one.value),
        )
        for index, one in enumerate(given)
    )


def _in_string(candidate: Candidate, value: Plain, path: Path, name: str) -> Iterator[list[Given]]:
    piece = candidate.piece(path) if isinstance(value, str) and f"--{name}" in value else None
    return given_in(piece, name) if piece is not None else iter(())


@cache
def _option(name: str) -> re.Pattern[str]:
    """Return the pattern of an option up to its value, which may begin on the next line."""
    quote = r"""\\?["']"""
    return re.compile(
        rf"(?<![\w$-])(?P<before>(?:{quote})?)--{re.escape(name)}(?P<closed>(?:{quote})?)"
        rf"(?:=|(?:[ \t,]|[\\`^]\r?\n)+)(?P<quote>(?:{quote})?)"
    )


def _read(text: str, match: re.Match[str]) -> Option:
    """Return an option whose name a match has found: its value goes to a quote, or to the end of the word."""
    quote = match["quote"] or ("" if match["closed"] else match["before"])
    start = match.start() + len(match["before"])
    if quote:
        end = text.find(quote, match.end())
        line = text.find("\n", match.end())
        # What stands between quotes may be the word, or all that a tool is told.
        if end >= 0 and (line < 0 or end < line) and (match["quote"] or not re.search(r"\s-", text[match.end() : end])):
            return Option(text[match.end() : end], start, end)
    value = _VALUE.match(text, match.end())
    if value is None:
        return Option("", start, match.end())
    said = value[0].replace(value["quote"], "") if value["quote"] else value[0].rstrip(",")
    return Option(said, start, match.end() + len(value[0] if value["quote"] else said))


def _is_one(between: str) -> bool:
    """Tell whether what stands between two options is part of one command."""
    if re.search(r"\bminikube\b|\bk3s\b|\bk3d\b|\brke2\b|;|&&", between):
        return False
    lines = f"{between}-".split("\n")
    return all(
        before.rstrip("\r \t").endswith(_CONTINUED) or _GOES_ON.match(after) for before, after in pairwise(lines)
    )
