"""Arguments of kube-apiserver on their own: a YAML list, a command line, or a file with one argument a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import TYPE_CHECKING

from auditlint.carriers import apiserver
from auditlint.carriers.candidate import Candidate
from auditlint.carriers.carrier import Carrier
from auditlint.carriers.containers import command
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.carriers.containers.shell import Word, simple_commands
from auditlint.carriers.containers.word_places import Given, OptionPlaces
from auditlint.carriers.first_look import as_text
from auditlint.finding import Span
from auditlint.subjects.spelling_of_flags import ARGUMENTS, WORDS, Items
from auditlint.text.lines import LineIndex
from auditlint.text.whole import ON_DISK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.carriers.candidate import PlainText
    from auditlint.change import Change
    from auditlint.finding import Edit, Places
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer
    from auditlint.subjects.spelling_of_flags import Spelling
    from auditlint.text.piece import Text

_AUDIT_FLAG = re.compile(r"""\s*['"`]?[-–—]{1,2}\s?audit[-_](?:log|policy|webhook|dynamic)""")
_COMMAND_LINE = re.compile(r"(?:\s|#[^\r\n]*[\r\n])*(?:--[a-z]|[\w./-]*kube-apiserver[ \t]+(?:--|\\))")
_RUNS = re.compile(r"\s*[\w./-]*kube-apiserver[ \t]+(?:--|\\)")
"""The beginning of a whole command line, which no file with one argument a line has."""
_PS_LINE = re.compile(r"^[ \t]*(?:\S+[ \t]+)?\d+[ \t][^\r\n]*?((?:\S*/)?kube-apiserver[ \t]+--[^\r\n]*)", re.MULTILINE)
"""A user's name or not, the number of the process, further columns, and the command line."""
_RUN = re.compile(r"(?<![\w-])kube-?apiserver[ \t]+(?=-|\\)")
_LOGICAL_LINE = re.compile(r"(?:[^\n\\]|\\[\s\S])*")
_LINES = Items(entries="lines", in_quotes=True)
_MARKDOWN_LINE = re.compile(r"^[ \t]*[-*][ \t]+`(--[a-z][^`\r\n]*)`", re.MULTILINE)


class LinePlaces:
    """The places of arguments in a plain text; a path is the number of an argument, from 0."""

    def __init__(self, spans: Sequence[Span], text: Text = ON_DISK) -> None:
        self._spans = spans or [Span(1, 1, 1, 1)]
        self._text = text

    @property
    def document(self) -> int:
        """A plain text is one document."""
        return self._text.document or 0

    def value(self, path: Path, occurrence: int | None = None) -> Span:  # noqa: ARG002
        """Return the span of an argument; of the whole, that of the first one."""
        index = path[0] if path else 0
        return self._text.span(self._spans[index if isinstance(index, int) and index < len(self._spans) else 0])

    def key(self, path: Path, occurrence: int | None = None) -> Span:
        """Return the span of an argument."""
        return self.value(path, occurrence)

    def pointer(self, path: Path) -> str:
        """Return path as a pointer into the list of arguments."""
        return self._text.pointer + "".join([f"/{step}" for step in path])

    def written(self, path: Path) -> str:  # noqa: ARG002
        """Return nothing: an argument has no other type."""
        return ""

    def edits(self, path: str, changes: tuple[Change, ...]) -> tuple[Edit, ...]:  # noqa: ARG002
        """Return nothing: what a process has been given is not edited."""
        return ()


def is_about_auditing(argument: str) -> bool:
    """Tell whether an argument is a flag about auditing, or would be one with the right dashes and no quotes."""
    return _AUDIT_FLAG.match(argument) is not None


def find(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver whose arguments a list in YAML holds."""
    value = candidate.value
    if not isinstance(value, list) or not any(isinstance(item, str) and is_about_auditing(item) for item in value):
        return
    argv = command.given((("args", value),), ())
    items = command.directly(argv)
    settings = apiserver.Settings("flags", whole=items is not None)
    placed = tuple(item._replace(path=item.path[1:]) for item in (argv if items is None else items))
    wrong = tuple(one._replace(path=one.path[1:]) for one in command.not_text((("args", value),), ()))
    yield apiserver.build(candidate, (), CommandLine(placed, ()), settings._replace(not_text=wrong))


def find_in_text(given: PlainText) -> Iterator[ApiServer]:
    """Yield the apiserver whose command line or flags a text holds: any text, if the user says so."""
    content = _content(given.text)
    pasted = _pasted(content) or (_command(content) if _RUNS.match(content) else [])
    if given.as_kind:
        yield _from_words(given, content, pasted or tuple(_arguments(content)), WORDS if pasted else _LINES)
        return
    spelling = WORDS
    if pasted:
        words = pasted
    elif _COMMAND_LINE.match(content):
        words = _command(content)
    else:
        matches = _MARKDOWN_LINE.finditer(content)
        words = [Word(match[1], opaque=False, start=match.start(1), end=match.end(1)) for match in matches]
        spelling = ARGUMENTS
    if any(is_about_auditing(word.text) for word in words):
        yield _from_words(given, content, words, spelling)


def of_script(text: Text, passed_over: Sequence[int], outer: PlainText) -> Iterator[ApiServer]:
    """Yield each apiserver that a script starts with flags about auditing.

    `passed_over` are the offsets between which other texts stand in it, from and to in turn.
    """
    content, at = text.text, 0
    for run in _RUN.finditer(content):
        if run.start() < at or bisect_right(passed_over, run.start()) % 2:
            continue
        start = content.rfind("\n", 0, run.start()) + 1
        line = _LOGICAL_LINE.match(content, start)
        at = line.end() if line else run.end()
        for words in simple_commands(content[start:at]):
            items = command.in_shell(words, content[start:at])
            if items and any(is_about_auditing(item.text) for item in items):
                yield _of_command(outer, text, words, items, start)


def _of_command(outer: PlainText, text: Text, words: Sequence[Word], items: Sequence[Item], start: int) -> ApiServer:
    spans = [text.stretch(start + word.start, start + word.end) for word in words]
    given = [Given(word.text, span, text.pointer) for word, span in zip(words, spans, strict=True)]
    document = text.document or 0
    candidate = Candidate(
        outer.path, document, None, OptionPlaces(given, document, text), outer.minor, outer.origin, outer.as_kind
    )
    settings = apiserver.Settings("flags", whole=True, spelling=WORDS)
    return apiserver.build(candidate, (), CommandLine(tuple(items), ()), settings)


def _content(text: Text) -> str:
    """Return the text with line feeds; the arguments of a process may hold a carriage return or a byte order mark."""
    ended_by_nul = b"\0" in text.data and not text.data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    return text.data.decode(errors="replace") if ended_by_nul else as_text(text.data)


def _arguments(content: str) -> Iterator[Word]:
    """Yield the arguments that a text holds as they are: one a line, or each ended by NUL."""
    separator = "\0" if "\0" in content else "\n"
    start = 0
    for argument in content.removesuffix(separator).split(separator) if content else []:
        yield Word(argument, opaque=False, start=start, end=start + len(argument))
        start += len(argument) + 1


def _command(content: str) -> list[Word]:
    """Return the words of the commands of a text."""
    return [word for words in simple_commands(content) for word in words]


def _pasted(content: str) -> list[Word]:
    """Return the command line in a line that `ps` printed, behind its columns; nothing if there is no such line."""
    line = _PS_LINE.search(content)
    if line is None:
        return []
    return [
        Word(word[0], opaque=False, start=word.start(), end=word.end())
        for word in re.compile(r"\S+").finditer(content, line.start(1), line.end())
    ]


def _from_words(given: PlainText, content: str, words: Sequence[Word], spelling: Spelling) -> ApiServer:
    argv = [Item(_expanded(word.text), (index,), word.opaque, written=word.text) for index, word in enumerate(words)]
    items = command.directly(argv)
    index = LineIndex(content)
    spans = [Span(*index.place(word.start), *index.place(word.end)) for word in words]
    candidate = Candidate(given.path, 0, None, _places(given.text, words, spans), given.minor, given.origin)
    line = CommandLine(tuple(argv if items is None else items), ())
    return apiserver.build(candidate, (), line, apiserver.Settings("flags", whole=items is not None, spelling=spelling))


def _places(text: Text, words: Sequence[Word], spans: Sequence[Span]) -> Places:
    """Return the places of arguments; those that a process has been given already are not edited."""
    if b"\0" in text.data or not words or _PS_LINE.search(text.text):
        return LinePlaces(spans, text)
    given = [Given(word.text, text.span(span), text.pointer) for word, span in zip(words, spans, strict=True)]
    return OptionPlaces(given, text.document or 0, text)


def _expanded(argument: str) -> str:
    """Return an argument as the service of microk8s, whose files have variables of snaps, gets it."""
    if "$SNAP" not in argument and "${SNAP" not in argument:
        return argument
    from auditlint.carriers.distributions import snap

    return snap.expanded(argument, "microk8s")


CARRIER = Carrier(
    title="Flags",
    checked=(
        "A list in YAML whose items are flags about auditing, the command line of a kube-apiserver, alone or in a "
        "script, a line of `ps`, and flags between backticks in a list of Markdown: what they say, and of what begins "
        "with the program's name also what is absent. `--as flags` reads one argument a line, or those of "
        "`/proc/PID/cmdline`."
    ),
    words=(b"--audit", b"audit-", b"audit_"),
    in_document=find,
    in_text=find_in_text,
)
