"""The words kube-apiserver uses in its errors: how Go writes values and names types."""

from __future__ import annotations

from auditlint.kubernetes.decoding.schema import Flag, Integer, ListOf, Moment, Struct, Text, Texts
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.kubernetes.decoding.problems import Problem, Value
    from auditlint.kubernetes.decoding.schema import Kind

JSON_ITERATOR_UNTIL = 22
"""The last minor version that decodes with json-iterator, which words its errors in its own way."""
EMBEDDING_SHOWN_SINCE = 35
"""The first minor version that names embedded structs in the way to a field."""
JSON_VALUES_SINCE = 34
"""The first minor version that writes values other than strings as JSON in validation errors."""

_HTML_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_JSON_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_GO_FIELDS = {"metadata": "ObjectMeta", "uid": "UID", "apiVersion": "APIVersion"}
_HEAD = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
_LARGEST_PLAIN = 1e21
_SMALLEST_PLAIN = 1e-6


def quote(text: str) -> str:
    """Return text as Go's `%q` writes it."""
    from auditlint.kubernetes import go  # only an error needs it

    return go.quote(text)


def json_string(text: str) -> str:
    """Return text as Go's encoding/json writes a string."""
    return '"' + "".join(_json_char(char) for char in text) + '"'


def _json_char(char: str) -> str:
    escape = _JSON_ESCAPES.get(char) or _HTML_ESCAPES.get(char)
    if escape:
        return escape
    return f"\\u{ord(char):04x}" if char < " " else char


def named_string(text: str, minor: int) -> str:
    """Return a string of a type of its own, such as Level, as a validation error shows it."""
    return json_string(text) if minor >= JSON_VALUES_SINCE else quote(text)


def strings(texts: Sequence[str], minor: int) -> str:
    """Return a list of strings as a validation error shows it."""
    if minor >= JSON_VALUES_SINCE:
        return "[" + ",".join(json_string(text) for text in texts) + "]"
    return "[]string{" + ", ".join(quote(text) for text in texts) + "}"


def number(value: float) -> str:
    """Return a number as Go's encoding/json writes it."""
    digits = repr(value)
    if isinstance(value, int):
        return digits
    if value and not _SMALLEST_PLAIN <= abs(value) < _LARGEST_PLAIN:
        return digits.replace("e-0", "e-")
    from decimal import Decimal

    return f"{Decimal(digits):f}".removesuffix(".0")


def head_error(value: Value, field: str = "") -> str:
    """Return the error for a document that is no mapping, or whose apiVersion or kind (`field`) is no string."""
    place = f"Go struct field .{field} of type string" if field else f"Go value of type {_HEAD}"
    return f"couldn't get version/kind; json parse error: json: cannot unmarshal {_json_word(value)} into {place}"


def decode_error(root: Struct, problem: Problem, minor: int, version: str) -> str:
    """Return what the server's JSON decoder says about the wrong type that `problem` is.

    Of json-iterator's errors the piece of text is left out that it quotes after them.
    """
    kinds: list[Kind] = [root]
    for step in problem.path:
        kinds.append(_inner(kinds[-1], step))
    words = _iterator_error(kinds, problem) if minor <= JSON_ITERATOR_UNTIL else _json_error(kinds, problem, minor)
    return words.replace("audit.", f"{version}.")


def _inner(kind: Kind, step: str | int) -> Kind:
    if isinstance(kind, Struct):
        return kind.fields[str(step)]
    return kind.element if isinstance(kind, (ListOf, Texts)) else kind


def _json_error(kinds: list[Kind], problem: Problem, minor: int) -> str:
    value, kind = problem.value, kinds[-1]
    if isinstance(kind, Moment) and isinstance(value, str):
        return _time_error(value)
    fields = [(holder, step) for holder, step in zip(kinds, problem.path, strict=False) if isinstance(holder, Struct)]
    stack = ".".join(str(step) for _, step in fields)
    if minor >= EMBEDDING_SHOWN_SINCE and fields[0][1] in fields[0][0].embedded:
        stack = f"ObjectMeta.{stack}"
    found = _json_word(value)
    if isinstance(kind, Integer) and isinstance(value, (int, float)) and found == "number":
        found += f" {number(value)}"
    return f"json: cannot unmarshal {found} into Go struct field {fields[-1][0].name}.{stack} of type {kind.go}"


def _iterator_error(kinds: list[Kind], problem: Problem) -> str:
    words = []
    for holder, step in zip(kinds, problem.path, strict=False):
        if isinstance(holder, Struct):
            words.append(f"{holder.go}.{_go_field(str(step))}: ")
        elif isinstance(holder, ListOf):
            words.append(f"{holder.go}: ")
    return "".join(words) + _iterator_complaint(kinds[-1], problem.value)


def _iterator_complaint(kind: Kind, value: Value) -> str:
    if isinstance(kind, Integer):
        return _iterator_integer(value)
    if isinstance(kind, Moment):
        reason = _time_error(value) if isinstance(value, str) else _no_string(value)
        return f"unmarshalerDecoder: {reason}"
    found = f"but found {_first_char(value)}"
    if isinstance(kind, Text):
        return f'ReadString: expects " or n, {found}'
    if isinstance(kind, Flag):
        return f"ReadBool: expect t or f, {found}"
    if isinstance(kind, ListOf):
        return f"{kind.go}: decode slice: expect [ or n, {found}"
    reader = "ReadMapCB" if isinstance(kind, Texts) else "readObjectStart"
    return f"{reader}: expect {{ or n, {found}"


def _iterator_integer(value: Value) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "readUint64: unexpected character: \ufffd"
    digits = number(value)
    return "assertInteger: can not decode float as int" if "." in digits else f"ReadInt64: overflow: {digits}"


def _first_char(value: Value) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (int, float)):
        return number(value)[0]
    return '"' if isinstance(value, str) else "[" if isinstance(value, list) else "{"


def _go_field(name: str) -> str:
    return _GO_FIELDS.get(name) or name[0].upper() + name[1:]


def _no_string(value: Value) -> str:
    return f"json: cannot unmarshal {_json_word(value)} into Go value of type string"


def _time_error(text: str) -> str:
    return f"parsing time {quote(text)}"


def _json_word(value: Value) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, (int, float)):
        return "number"
    return "array" if isinstance(value, list) else "object"
