"""What the server says of text that breaks the grammar of YAML, and where a person has to look.

Source of the line numbers: `parser.fail` in `decode.go` of go.yaml.in/yaml/v2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from auditlint.finding import Span
from auditlint.text.lines import LineIndex, behind, split_lines
from auditlint.text.nodes import ReadError

_KINDS = {
    "mapping values are not allowed in this context": "mapping-values",
    "mapping keys are not allowed in this context": "mapping-keys",
    "block sequence entries are not allowed in this context": "sequence-entry",
    "found character that cannot start any token": "bad-character",
    "could not find expected ':'": "missing-colon",
    "did not find expected key": "bad-indentation",
    "did not find expected '-' indicator": "bad-indentation",
    "did not find expected ',' or ']'": "unclosed-flow",
    "did not find expected ',' or '}'": "unclosed-flow",
    "did not find expected node content": "missing-content",
    "did not find expected <document start>": "document-start",
    "did not find expected alphabetic or numeric character": "anchor",
    "found a tab character that violates indentation": "tab-indentation",
    "found a tab character where an indentation space is expected": "tab-indentation",
    "found unexpected end of stream": "unclosed-quote",
    "found unexpected document indicator": "unclosed-quote",
    "found unknown escape character": "escape",
    "did not find expected hexdecimal number": "escape",
    "found invalid Unicode character escape code": "escape",
    "found undefined tag handle": "tag",
    "found incompatible YAML document": "directive",
}
_KINDS_BY_CONTEXT = (("directive", "directive"), ("tag", "tag"), ("block scalar", "block-scalar"))


class Complaint(NamedTuple):
    """What a parser says: marks have `line`, `column` and `index`, all from 0."""

    problem: str
    """In the server's words."""
    context: str
    mark: Any
    context_mark: Any
    by_scanner: bool


def syntax_error(complaint: Complaint, text: str) -> ReadError:
    """Return the error that the server reports, at the place that a person has to mend."""
    index = LineIndex(text)
    return ReadError(_message(complaint), _span(complaint, text, index), _kind(complaint, text))


def _message(complaint: Complaint) -> str:
    """Return the message, its line counted as the server does: from 1 by its scanner, from 0 by its parser."""
    line = _server_line(complaint.mark)
    if line:
        line += complaint.by_scanner
    elif complaint.context_mark is not None:
        line = _server_line(complaint.context_mark)
    return f"yaml: line {line}: {complaint.problem}" if line else f"yaml: {complaint.problem}"


def _server_line(mark: Any) -> int:
    return int(getattr(mark, "server_line", mark.line))


def _kind(complaint: Complaint, text: str) -> str:
    for word, kind in _KINDS_BY_CONTEXT:
        if word in complaint.context and "tab" not in complaint.problem.split():
            return kind
    kind = _KINDS.get(complaint.problem, "syntax")
    at = complaint.mark.index
    first_on_line = not text[:at].replace("\r", "\n").rpartition("\n")[2].strip()
    if kind == "bad-character" and text[at : at + 1] == "\t":
        return "tab-indentation" if first_on_line else "tab"
    return "stray-text" if kind == "bad-indentation" and not first_on_line else kind


def _span(complaint: Complaint, text: str, index: LineIndex) -> Span:
    if _KINDS.get(complaint.problem) == "anchor":
        begun = complaint.context_mark.index
        return Span(*index.place(begun), *index.place(behind(text, begun)))
    if _is_begun_before(complaint, text):
        return _rest_of_line(complaint.context_mark.index, text, index)
    at = complaint.mark.index
    if not text[at:].strip():
        end = len(text.rstrip())
        return Span(*index.place(max(end - 1, 0)), *index.place(end))
    return Span(*index.place(at), *index.place(behind(text, at)))


def _is_begun_before(complaint: Complaint, text: str) -> bool:
    """Tell whether the mistake is where the broken thing begins, not where the reader noticed."""
    if complaint.context_mark is None:
        return False
    kind = _KINDS.get(complaint.problem)
    if kind != "unclosed-flow":
        return kind in {"missing-colon", "unclosed-quote"}
    lines = split_lines(text)
    begun, noticed = complaint.context_mark.line, min(complaint.mark.line, len(lines) - 1)
    return noticed > begun and _indentation(lines[noticed]) <= _indentation(lines[begun])


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _rest_of_line(at: int, text: str, index: LineIndex) -> Span:
    """Return the span from an offset to the end of its line, without a comment's worth of space."""
    rest = split_lines(text[at:])[0].rstrip()
    end = at + len(rest) if rest else min(behind(text, at), len(text))
    return Span(*index.place(at), *index.place(end))
