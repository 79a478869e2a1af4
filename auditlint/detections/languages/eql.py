"""EQL, the event query language of Elasticsearch: `any where …`, and sequences of such.

Source: the documentation of Elasticsearch, https://www.elastic.co/guide/en/elasticsearch/reference/current/eql-syntax.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.detections import regexes
from auditlint.detections.condition import Comparison, Constant, How, Not, Pattern, starred
from auditlint.detections.languages import elastic_fields
from auditlint.detections.languages.texts import Words, condition_of, unescaped, words
from auditlint.detections.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from auditlint.detections.condition import Condition
    from auditlint.detections.languages.texts import Word

_WORDS = re.compile(
    r'''(?P<skip_space>\s+)
    |(?P<skip_line>//[^\n]*)
    |(?P<skip_comment>/\*.*?\*/)
    |"""(?P<raw>.*?)"""
    |"(?P<quoted>(?:[^"\\]|\\.)*)"
    |`(?P<name>[^`]+)`
    |(?P<operator>==|!=|<=|>=|<|>|:)
    |(?P<open>\()|(?P<close>\))|(?P<left>\[)|(?P<right>\])|(?P<comma>,)|(?P<pipe>\|)|(?P<bang>!)|(?P<equals>=)
    |(?P<word>\??[A-Za-z_@][\w.@/-]*~?|-?\d+(?:\.\d+)?[a-z]*)''',
    re.VERBOSE | re.DOTALL,
)
_COMPARED = {"<": How.LESS, "<=": How.AT_MOST, ">": How.MORE, ">=": How.AT_LEAST}
_LIKE = frozenset({"like", "like~", "regex", "regex~", "in", "in~"})
_TEXTS = frozenset({"raw", "quoted"})
_FUNCTIONS = frozenset({"wildcard", "startswith", "endswith", "stringcontains", "cidrmatch", "match"})
_CUTTING = frozenset({"head", "tail"})


def read(text: str) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
    """Return what a query looks for, event by event, and notes; UnreadableError quotes what cannot be read."""
    found = Words(text, words(_WORDS, text))
    if found.next is not None and found.next.text.lower() in {"sequence", "sample"} and found.next.kind == "word":
        parts, notes = _sequence(found)
    else:
        parts, notes = [_Part(found).event()], ()
    _pipes(found)
    if found.next is not None:
        raise found.unread()
    return tuple(parts), notes


def _sequence(found: Words) -> tuple[list[Condition], tuple[str, ...]]:
    found.take()
    _joined(found)
    parts: list[Condition] = []
    notes: tuple[str, ...] = ()
    while (found.next is not None and found.next.kind in {"left", "bang"}) or _is(found, "until"):
        if found.skip("bang"):
            raise UnreadableError("`![`, an event that must be missing")
        until = found.skip("word", "until")
        found.expect("left")
        part = _Part(found).event()
        found.expect("right")
        _joined(found)
        if until:
            notes = ("the event that ends its sequence (until) is left aside",)
        else:
            parts.append(part)
    if not parts:
        raise found.unread()
    return parts, notes


def _is(found: Words, word: str) -> bool:
    return found.next is not None and found.next.kind == "word" and found.next.text.lower() == word


def _joined(found: Words) -> None:
    """Pass over `by field, field`, `with maxspan=5m` and `with runs=3`."""
    while _is(found, "by") or _is(found, "with"):
        if found.skip("word", "with"):
            found.expect("word", "maxspan", "runs")
            found.expect("equals")
            found.expect("word")
        else:
            found.take()
            found.take()
            while found.skip("comma"):
                found.take()


def _pipes(found: Words) -> None:
    while found.skip("pipe"):
        if found.next is None or found.next.text.lower() not in _CUTTING:
            raise found.unread()
        found.take()
        found.take()


class _Part:
    """Reads the condition on one event."""

    def __init__(self, found: Words) -> None:
        self._found = found

    def event(self) -> Condition:
        """Return the condition behind `any where`."""
        category = self._found.take()
        if category.text.lower() != "any" or not self._found.skip("word", "where"):
            raise UnreadableError(f"`{category.text} where`, which is about other events")
        return condition_of(self._found, self._test)

    def _test(self) -> Condition:
        first = self._found.take()
        if first.kind == "word" and first.text.lower() in {"true", "false"}:
            return Constant(first.text.lower() == "true")
        if first.kind not in {"word", "name"}:
            raise UnreadableError(f"`{first.raw}`")
        following = self._found.next
        if first.kind == "word" and following is not None and following.kind == "open":
            return self._function(first)
        return self._comparison(first)

    def _comparison(self, first: Word) -> Condition:
        operator = self._found.take()
        word = operator.text.lower()
        negated = word == "not" and operator.kind == "word"
        if negated:
            operator = self._found.take()
            word = operator.text.lower()
        if operator.kind not in {"operator", "word"} or (operator.kind == "word" and word not in _LIKE):
            raise UnreadableError(f"`{first.raw} {operator.raw}`")
        values = self._values()
        test = _compared(first.text, word, values, self._found.since(first))
        return Not(test) if negated else test

    def _values(self) -> list[Word]:
        if not self._found.skip("open"):
            return [self._value()]
        values: list[Word] = []
        while not self._found.skip("close"):
            values.append(self._value())
            if not self._found.skip("comma") and (self._found.next is None or self._found.next.kind != "close"):
                raise self._found.unread()
        return values

    def _value(self) -> Word:
        word = self._found.take()
        if word.kind not in _TEXTS and not _is_plain(word):
            raise UnreadableError(f"`{word.raw}`, where a value is expected")
        return word

    def _function(self, first: Word) -> Condition:
        name, folded = first.text.lower().rstrip("~"), first.text.endswith("~")
        self._found.expect("open")
        subject = self._found.take()
        if name not in _FUNCTIONS or subject.kind not in {"word", "name"}:
            raise UnreadableError(f"the function `{first.text}`")
        values: list[Word] = []
        while self._found.skip("comma"):
            values.append(self._value())
        self._found.expect("close")
        asked = [_content(value) for value in values]
        patterns = [_of_function(name, text, folded=folded) for text in asked]
        return _tested(subject.text, patterns, self._found.since(first), folded=folded)


def _is_plain(word: Word) -> bool:
    """Tell whether a word is a value without quotes."""
    text = word.text.lower()
    return word.kind == "word" and (text in {"true", "false", "null"} or text.lstrip("-")[:1].isdigit())


def _of_function(name: str, text: str, *, folded: bool) -> Pattern:
    seen = text.lower() if folded else text
    match name:
        case "wildcard":
            return starred(seen)
        case "startswith":
            return Pattern(How.STARTS, seen)
        case "endswith":
            return Pattern(How.ENDS, seen)
        case "stringcontains":
            return Pattern(How.CONTAINS, seen)
        case "cidrmatch":
            return Pattern(How.CIDR, text)
    return Pattern(How.REGEX, text, regex=regexes.read(text, whole=True, folded=folded))


def _compared(name: str, operator: str, values: Sequence[Word], written: str) -> Condition:
    """Return a comparison with values; UnreadableError where it cannot be one."""
    if any(value.kind == "word" and value.text.lower() == "null" for value in values):
        return _null(name, operator, len(values), written)
    texts = [_content(value) for value in values]
    folded = operator.endswith("~") or operator == ":"
    make = _pattern_of(operator)
    test = _tested(name, [make(text.lower() if folded else text) for text in texts], written, folded=folded)
    return Not(test) if operator == "!=" else test


def _pattern_of(operator: str) -> Callable[[str], Pattern]:
    if operator in _COMPARED:
        return lambda text: Pattern(_COMPARED[operator], text)
    if operator in {"like", "like~", ":"}:
        return starred
    if operator in {"regex", "regex~"}:
        return lambda text: Pattern(How.REGEX, text, regex=regexes.read(text, whole=True, folded=operator[-1] == "~"))
    return lambda text: Pattern(How.IS, text)


def _null(name: str, operator: str, number: int, written: str) -> Condition:
    field = elastic_fields.field(name.lstrip("?"))
    if operator not in {"==", "!="} or number != 1:
        raise UnreadableError(f"`{written}`")
    if isinstance(field, str):
        return Constant(operator == "!=")
    present = Comparison(field, (Pattern(How.EXISTS),), written=written)
    return present if operator == "!=" else Not(present)


def _tested(name: str, patterns: Sequence[Pattern], written: str, *, folded: bool) -> Condition:
    field = elastic_fields.field(name.lstrip("?"))
    if isinstance(field, str):
        return Constant(any(pattern.matches(field) for pattern in patterns))
    return Comparison(field, tuple(patterns), folded, absent=None, written=written)


def _content(word: Word) -> str:
    if word.kind == "quoted":
        return unescaped(word.text)
    return word.text.lower() if word.kind == "word" else word.text
