"""Units of systemd that start kube-apiserver, and files of variables that hold its flags.

Read here: what reads units (configparser) knows no continuation lines and no places, and a file of variables is hardly
more than a quoted string. A backslash at the end of a line stands for a blank; comments between such lines are passed
over; lines of a template that hold nothing but a control mark are too, and then nothing is said of what is absent.
Sources: systemd.syntax(7), systemd.service(5) ("Command lines"), systemd.exec(5) (`Environment=`, `EnvironmentFile=`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.carriers import apiserver
from auditlint.carriers.candidate import Candidate
from auditlint.carriers.carrier import YAML_AND_JSON, Carrier, Inner
from auditlint.carriers.containers import command
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.carriers.containers.options import with_comments
from auditlint.carriers.containers.word_places import Given, OptionPlaces
from auditlint.kubernetes.container import Files
from auditlint.subjects.model import Runs
from auditlint.subjects.spelling_of_flags import WORDS
from auditlint.subjects.templates import is_template
from auditlint.text.piece import Cutter, Piece
from auditlint.text.values import text, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.carriers.candidate import PlainText
    from auditlint.carriers.carrier import Part
    from auditlint.subjects.model import ApiServer
    from auditlint.text.piece import Text

_START = re.compile(r"^[ \t]*ExecStart[ \t]*=[ \t]*[@:+!|-]*", re.MULTILINE)
_VARIABLE = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?:Environment[ \t]*=[ \t]*)?(?P<before>[\"']?)(?!Exec)[A-Za-z_]\w*="
    r"(?P<quote>[\"']?)(?=[^\n]*--|\\?\n)",
    re.MULTILINE,
)
_LINE = re.compile(r"(?P<content>[^\r\n]*?)(?P<goes_on>\\?)[ \t]*(?P<end>\r\n?|\n|\Z)")
_COMMENT = re.compile(r"[ \t]*[#;]")
_CONTROL = re.compile(r"[ \t]*(?:\{%.*%\}|\{\{-?[ \t]*(?:if|else|end|range|with)\b.*\}\})[ \t]*")
_WORD = re.compile(r"""(?:\{\{.*?\}\}|\{%.*?%\}|'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\])+""")
_QUOTED = re.compile(r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|\\(?P<escaped>.)""")
_AUDIT = "--audit-"


def find_in_text(given: PlainText) -> Iterator[Part]:
    """Yield the apiserver that a unit starts, and the one whose flags a variable holds."""
    text = given.text.text
    for start in _START.finditer(text):
        piece, end, certain = _cut(given.text, start.end())
        words = _words(piece)
        found = command.find((("command", [word.value for word in words]),), ())
        if found is not None:
            ours = tuple(_item(item, int(item.path[1])) for item in found.items)
            yield from with_comments(given.text, start.start(), end)
            yield _server(given, words, ours, whole=certain)
    for variable in _VARIABLE.finditer(text):
        quote = variable["before"] or variable["quote"]
        piece, end, _ = _cut(given.text, variable.end(), quote)
        words = _words(piece)
        if any(word.value.startswith(_AUDIT) for word in words):
            ours = tuple(_item(Item(word.value, ()), index) for index, word in enumerate(words))
            yield from with_comments(given.text, variable.start(), end)
            yield _server(given, words, ours, whole=False)


def find(candidate: Candidate) -> Iterator[Inner]:
    """Yield the units that stand in a document, such as `contents` of Butane and Ignition."""
    for value, path in walk(candidate.value):
        if text(value, "name").endswith(".service"):
            pieces = (candidate.piece((*path, key)) for key in ("contents", "content") if text(value, key))
            yield from (Inner(piece, text(value, "name")) for piece in pieces if piece is not None)


def _item(item: Item, index: int) -> Item:
    return item._replace(path=(index,), opaque=item.opaque or "$" in item.text or is_template(item.text))


def _server(given: PlainText, words: Sequence[Given], found: Sequence[Item], *, whole: bool) -> ApiServer:
    document = given.text.document or 0
    places = OptionPlaces(words, document, given.text)
    candidate = Candidate(given.path, document, None, places, given.minor, given.origin, given.as_kind)
    settings = apiserver.Settings("systemd", Runs.PROCESS, Files.HOST, whole=whole, spelling=WORDS)
    return apiserver.build(candidate, (), CommandLine(tuple(found), ()), settings)


def _cut(outer: Text, start: int, quote: str = "") -> tuple[Piece, int, bool]:
    """Return a logical line that begins at an offset, or what is in quotes there; its end; if all of it is certain."""
    text, at, certain = outer.text, start, True
    cutter = Cutter(text, start)
    while line := _LINE.match(text, at):
        content, end = line["content"], line.end("content")
        closing = _closing(content, quote) if quote else -1
        is_control = at > start and _CONTROL.fullmatch(content) is not None
        certain = certain and not is_control
        if closing >= 0:
            cutter.copy(at, at + closing)
            break
        if not is_control and not (at > start and _COMMENT.match(content)):
            cutter.copy(at, end)
            if not (line["goes_on"] or quote):
                break
            cutter.put(" ", end, end + 1)
        if line.end() <= at or not line["end"]:
            break
        at = line.end()
    return Piece(outer, cutter.runs(), outer.pointer, outer.document or 0), at, certain


def _closing(content: str, quote: str) -> int:
    """Return where a quote closes on a line; -1 if it does not."""
    found = re.search(rf"(?<!\\){quote}", content)
    return found.start() if found else -1


def _words(piece: Piece) -> tuple[Given, ...]:
    """Return the words of a line, with the places of what stands for each on disk."""
    return tuple(
        Given(_unquoted(match[0]), piece.stretch(match.start(), match.end()), piece.pointer)
        for match in _WORD.finditer(piece.text)
    )


def _unquoted(word: str) -> str:
    return _QUOTED.sub(lambda part: part[part.lastgroup or 0], word)


CARRIER = Carrier(
    title="Units of systemd and files of variables",
    checked=(
        "`ExecStart` of a unit that starts kube-apiserver, over continuation lines: the whole command line, with paths "
        "of the host. Values that only run time knows (`$VARIABLES`, `EnvironmentFile`) and marks of templates are "
        "passed over. Of variables that hold flags, in a unit or in a file of its own, what they say is checked."
    ),
    words=(b"kube-apiserver", b"--audit-"),
    suffixes=(*YAML_AND_JSON, ".service", ".service.j2", ".service.tpl", ".conf", ".env", "apiserver"),
    beside=True,
    in_document=find,
    in_text=find_in_text,
)
