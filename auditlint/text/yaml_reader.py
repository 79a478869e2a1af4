"""YAML as kube-apiserver reads it: every document of a text, up to the first error.

The server's reader (go.yaml.in/yaml/v2, behind sigs.k8s.io/yaml) is a port of libyaml. Events come from libyaml where
PyYAML has it and the two agree. Where they may not, where libyaml finds a mistake (which the port may see otherwise,
or elsewhere), and where there is no libyaml, events come from `pure.PureParser`, which does as the port does. Only of
a text so large that this would take long, libyaml's word is taken, and the stream says so (`doubt`).
"""

from __future__ import annotations

import re

from auditlint.finding import Span
from auditlint.text.builder import DocumentBuilder, RefusedError
from auditlint.text.encoding import BadCharacter, decode, in_first_chunk
from auditlint.text.lines import LineIndex, split_lines
from auditlint.text.nodes import Document, ReadError, Stream
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    NextEvent = Callable[[], Any]

_EMPTY_COLLECTION_AS_KEY = "[{[]\\s*[]}][ \t]*:"
_UNLIKE_CHARACTERS = "\ufeff\x85\u2028\u2029"
"""A byte order mark inside, and line ends that are none to people."""
_LARGE = 4 << 20
"""Characters from which on libyaml has the last word: it differs in next to nothing, and is 25 times as fast."""
_ESCAPE_IN_TAG = "![^\\s%]*%"
_LOOK_AHEAD = 4
_UNKNOWN_ESCAPE = "\\/"


class _UnlikeServerError(Exception):
    """libyaml may not read this text as the server does."""


def read_yaml(data: bytes, *, pure: bool = False) -> Stream:
    """Return the documents of a YAML text; what the server's reader refuses ends them with an error.

    `pure` leaves libyaml aside.
    """
    text, bad = decode(data)
    if not pure:
        stream = _read_with_libyaml(text, bad)
        if stream is not None:
            return stream
    return _read(_PureEvents(text, in_first_chunk(data)), text, bad)


def _may_be_read_otherwise(text: str) -> bool:
    """Tell whether a text has something that libyaml reads unlike the server: directives, for one."""
    return (
        text.startswith("%")
        or "\n%" in text
        or "\r%" in text
        or _UNKNOWN_ESCAPE in text
        or re.search(_EMPTY_COLLECTION_AS_KEY, text) is not None
        or ("%" in text and re.search(_ESCAPE_IN_TAG, text) is not None)
        or (not text.isascii() and any(character in text for character in _UNLIKE_CHARACTERS))
    )


def _read_with_libyaml(text: str, bad: BadCharacter | None) -> Stream | None:
    """Return the documents of a text, or None where `pure` has to decide: not if that would take long."""
    large = len(text) > _LARGE
    unlike = _may_be_read_otherwise(text)
    if not large and (bad is not None or unlike):
        return None
    try:
        events = _LibyamlEvents(text, trusted=large)
        stream = _read(events, text, bad)
    except (ImportError, _UnlikeServerError):
        return None
    return stream._replace(doubt=large and (unlike or events.unlike))


def _read(events: _LibyamlEvents | _PureEvents, text: str, bad: BadCharacter | None) -> Stream:
    """Read a text that may be followed by a character which the server refuses as soon as it comes near it."""
    documents: list[Document] = []
    try:
        for document in _documents(events.next, text):
            if bad is not None and events.looked_at > bad.met_at:
                break
            documents.append(document)
    except RefusedError as refused:
        if bad is None or events.looked_at <= bad.met_at:
            return Stream(tuple(documents), refused.error, len(documents))
    if bad is not None:
        return Stream(tuple(documents), _bad_character(text, bad), len(documents))
    return Stream(tuple(documents) or (Document(0, None, Span(1, 1, 1, 1)),))


def _bad_character(text: str, bad: BadCharacter) -> ReadError:
    line, column = LineIndex(text).place(len(text))
    kind = "control-character" if bad.control else "encoding"
    return ReadError(f"yaml: {bad.problem}", Span(line, column, line, column + 1), kind)


class _LibyamlEvents:
    """The events of libyaml; unless it is trusted, _UnlikeServerError where it may not see what the server sees."""

    def __init__(self, text: str, *, trusted: bool) -> None:
        from auditlint.text import libyaml

        parser = libyaml.parser()
        from yaml.error import YAMLError

        self._text = text
        self._trusted = trusted
        self._errors = YAMLError
        self._get_event: NextEvent = parser(text).get_event
        self._last: Any = None
        self.unlike = False
        """Whether the server may have seen otherwise what came so far."""
        if "?" in text or "!" in text:
            self._get_event = _watched(self._get_event, self._doubt)

    def next(self) -> Any:
        """Return the next event."""
        try:
            self._last = self._get_event()
        except self._errors as error:
            self._doubt()
            raise RefusedError(_libyaml_error(error, self._text)) from error
        except ValueError as error:  # PyYAML, at a tag whose escaped octets are no UTF-8
            raise _UnlikeServerError from error
        return self._last

    def _doubt(self) -> None:
        if not self._trusted:
            raise _UnlikeServerError
        self.unlike = True

    @property
    def looked_at(self) -> int:
        """How many characters of the text the server has looked at, or a few more, at the last event."""
        return int(self._last.end_mark.index) + _LOOK_AHEAD


class _PureEvents:
    """The events of ruamel.yaml's pure reader."""

    def __init__(self, text: str, in_first_chunk: int) -> None:
        from ruamel.yaml.error import MarkedYAMLError

        from auditlint.text.pure import PureParser

        self._text = text
        self._errors = MarkedYAMLError
        self._parser = PureParser(text, in_first_chunk)

    def next(self) -> Any:
        """Return the next event."""
        try:
            return self._parser.get_event()
        except self._errors as error:
            from auditlint.text.pure import complaint
            from auditlint.text.syntax import syntax_error

            raise RefusedError(syntax_error(complaint(error), self._text)) from error

    @property
    def looked_at(self) -> int:
        """How many characters of the text the server has looked at."""
        return self._parser.looked_at


def _libyaml_error(error: Any, text: str) -> ReadError:
    from yaml.scanner import ScannerError

    from auditlint.text.syntax import Complaint, syntax_error

    by_scanner = isinstance(error, ScannerError)
    complaint = Complaint(error.problem, error.context or "", error.problem_mark, error.context_mark, by_scanner)
    return syntax_error(complaint, text)


def _watched(get_event: NextEvent, doubt: Callable[[], None]) -> NextEvent:
    """Call `doubt` at what libyaml reads otherwise in flow collections: `?` in plain scalars, and tags."""
    flows: list[bool] = []

    def next_event() -> Any:
        event = get_event()
        if hasattr(event, "flow_style"):
            flows.append(event.flow_style)
        elif event.__class__.__name__ in {"SequenceEndEvent", "MappingEndEvent"}:
            flows.pop()
        if flows and flows[-1]:
            plain = not getattr(event, "style", "-")
            if getattr(event, "tag", None) or (plain and "?" in event.value):
                doubt()
        return event

    return next_event


def _documents(next_event: NextEvent, text: str) -> Iterator[Document]:
    block_end = _block_end(text)
    index = 0
    while (kind := (event := next_event()).__class__.__name__) != "StreamEndEvent":
        if kind == "DocumentStartEvent":
            line = event.end_mark.line + 1
            builder = DocumentBuilder(block_end)
            _fill(builder, next_event)
            yield builder.document(index, Span(line, 1, line, 1))
            index += 1


def _fill(builder: DocumentBuilder, next_event: NextEvent) -> None:
    """Give the events of one document to its builder."""
    takers = {
        "ScalarEvent": builder.scalar,
        "AliasEvent": builder.alias,
        "SequenceStartEvent": builder.sequence_start,
        "MappingStartEvent": builder.mapping_start,
        "SequenceEndEvent": builder.collection_end,
        "MappingEndEvent": builder.collection_end,
    }
    by_class: dict[type, Callable[[Any], None] | None] = {}
    while True:
        event = next_event()
        kind = event.__class__
        take = by_class.get(kind)
        if take is None:
            if kind.__name__ == "DocumentEndEvent":
                return
            take = by_class[kind] = takers[kind.__name__]
        take(event)


def _block_end(text: str) -> Callable[[int, int], tuple[int, int]]:
    """Return a function that finds the end of the last written line of a block scalar, given its lines."""
    lines: list[str] = []

    def block_end(first: int, last: int) -> tuple[int, int]:
        if not lines:
            lines.extend(split_lines(text))
        last = min(last, len(lines))
        while last > first and not lines[last - 1].strip():
            last -= 1
        return last, len(lines[last - 1].rstrip()) + 1

    return block_end
