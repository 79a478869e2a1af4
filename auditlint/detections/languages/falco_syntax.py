"""Conditions of Falco rules: `and`, `or`, `not`, brackets, macros, lists, comparisons.

Source: the documentation of Falco, https://falco.org/docs/concepts/rules/conditions/.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from auditlint.detections.condition import Comparison, Condition, How, Not, Pattern, both, starred
from auditlint.detections.languages import falco_fields
from auditlint.detections.languages.texts import MOST_DEEP, MOST_TESTS, Words, condition_of, words
from auditlint.detections.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditlint.detections.languages.texts import Word

_WORDS = re.compile(
    r"""(?P<skip_space>\s+)
    |"(?P<double>(?:[^"\\]|\\.)*)"
    |'(?P<single>(?:[^'\\]|\\.)*)'
    |(?P<operator><=|>=|!=|==|=|<|>)
    |(?P<open>\()|(?P<close>\))|(?P<comma>,)
    |(?P<word>[^\s()"',=<>!\[\]]+(?:\[[^\]]*\])?[^\s()"',=<>!\[\]]*)""",
    re.VERBOSE | re.DOTALL,
)
_FIELD = re.compile(r"(?P<name>[a-z]\w*(?:\.\w+)+)(?:\[(?P<argument>[^\]]*)\])?")
_VALUED = frozenset({"contains", "icontains", "startswith", "endswith", "glob", "iglob", "regex", "bcontains"})
LISTED = frozenset({"in", "intersects", "pmatch"})
"""Operators that take a list of values."""
_PLAIN = {
    "=": How.IS,
    "==": How.IS,
    "!=": How.IS,
    "<": How.LESS,
    "<=": How.AT_MOST,
    ">": How.MORE,
    ">=": How.AT_LEAST,
    "contains": How.CONTAINS,
    "icontains": How.CONTAINS,
    "startswith": How.STARTS,
    "endswith": How.ENDS,
}


class Names(NamedTuple):
    """What the names in conditions stand for."""

    macros: Mapping[str, str]
    lists: Mapping[str, Sequence[str]]


class Reader:
    """Reads conditions in which names stand for macros and lists; each macro is read once."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._open: list[str] = []
        self._known: dict[str, tuple[Condition, int]] = {}
        self._size = 0

    def read(self, text: str) -> Condition:
        """Return a condition; UnreadableError quotes what cannot be read."""
        self._size = 0
        self._open.clear()
        try:
            return self._condition(text)
        except RecursionError:
            raise UnreadableError("a condition that is nested too deeply") from None

    def _condition(self, text: str) -> Condition:
        found = Words(text, words(_WORDS, text))
        condition = condition_of(found, partial(self._test, found))
        if found.next is not None:
            raise found.unread()
        return condition

    def _test(self, found: Words) -> Condition:
        word = found.next
        if word is None or word.kind != "word":
            raise found.unread()
        if _is_comparison(found.after_next):
            return self._comparison(found)
        found.take()
        return self._macro(word)

    def _macro(self, word: Word) -> Condition:
        name = word.text
        if name in self._known:
            condition, size = self._known[name]
            self._count(size)
            return condition
        if name in self._open:
            raise UnreadableError(f"macro `{name}`, which stands for itself")
        if name not in self._names.macros:
            what = "field without a comparison" if _FIELD.fullmatch(name) else "macro that is defined nowhere"
            raise UnreadableError(f"`{name}`, a {what}")
        if len(self._open) >= MOST_DEEP:
            raise UnreadableError(f"macro `{name}`: more than {MOST_DEEP} macros inside each other")
        self._open.append(name)
        before = self._size
        condition = _named(self._condition(self._names.macros[name]), name)
        self._open.pop()
        self._known[name] = condition, self._size - before
        return condition

    def _count(self, number: int) -> None:
        self._size += number
        if self._size > MOST_TESTS:
            raise UnreadableError(f"a condition of more than {MOST_TESTS} tests")

    def _comparison(self, found: Words) -> Condition:
        first = found.take()
        match = _FIELD.fullmatch(first.text)
        if match is None:
            raise UnreadableError(f"`{first.text}`, which is no field")
        operator = found.take().text.lower()
        asked = [] if operator == "exists" else self._values(found, operator)
        self._count(1 + len(asked))
        return comparison(match["name"], match["argument"], operator, asked, found.since(first))

    def _values(self, found: Words, operator: str) -> list[str]:
        if operator not in LISTED:
            return [_text(found.take(), found)]
        if not found.skip("open"):
            return self._expanded([found.take()])
        items: list[Word] = []
        while not found.skip("close"):
            items.append(found.take())
            if not found.skip("comma") and (found.next is None or found.next.kind != "close"):
                raise found.unread()
        return self._expanded(items)

    def _expanded(self, items: Sequence[Word]) -> list[str]:
        return self.members([_plain(word) for word in items])

    def members(self, items: Sequence[str]) -> list[str]:
        """Return the values of a list, with those of the lists that it names; each list once."""
        found: dict[str, None] = {}
        waiting = list(reversed(items))
        seen: set[str] = set()
        while waiting:
            item = waiting.pop()
            if item in self._names.lists:
                if item not in seen:
                    seen.add(item)
                    waiting += reversed(self._names.lists[item])
            else:
                found[item] = None
            if len(found) + len(waiting) > MOST_TESTS:
                raise UnreadableError(f"a list of more than {MOST_TESTS} values")
        return list(found)


def _named(condition: Condition, macro: str) -> Condition:
    """Return what a macro stands for, a single comparison with the name by which a reader finds it."""
    if not isinstance(condition, Comparison):
        return condition
    text = condition.written.rpartition(_STANDS_FOR)[2]
    return replace(condition, written=f"macro {macro}{_STANDS_FOR}{text}")


_STANDS_FOR = ": "


def comparison(name: str, argument: str | None, operator: str, asked: Sequence[str], written: str) -> Condition:
    """Return one comparison; UnreadableError where field or operator is not known."""
    field = falco_fields.field_of(name, argument)
    folded = operator in {"icontains", "iglob"}
    if operator == "exists":
        patterns: tuple[Pattern, ...] = (Pattern(How.EXISTS),)
    elif operator in {"glob", "iglob"}:
        patterns = tuple(starred(text.lower() if folded else text) for text in asked)
    elif operator == "regex":
        from auditlint.detections import regexes

        patterns = tuple(Pattern(How.REGEX, text, regex=regexes.read(text, whole=True)) for text in asked)
    elif operator in {"in", "intersects"}:
        patterns = tuple(Pattern(How.IS, text) for text in asked)
    elif operator == "pmatch":
        patterns = tuple(Pattern(How.BELOW, text) for text in asked)
    elif operator in _PLAIN:
        patterns = tuple(Pattern(_PLAIN[operator], text.lower() if folded else text) for text in asked)
    else:
        raise UnreadableError(f"`{operator}`, an operator that auditlint does not know")
    test = Comparison(field, patterns, folded, every=operator == "in" and falco_fields.is_list(name), written=written)
    # A field that is absent is unlike nothing: its test is false, with != too.
    present = Comparison(field, (Pattern(How.EXISTS),), written=written)
    return both([present, Not(test)]) if operator == "!=" else test


def _is_comparison(word: Word | None) -> bool:
    if word is None:
        return False
    named = word.kind == "word" and word.text.lower() in _VALUED | LISTED | {"exists"}
    return word.kind == "operator" or named


def _text(word: Word, found: Words) -> str:
    if word.kind not in {"word", "double", "single"}:
        raise found.unread()
    return _plain(word)


def _plain(word: Word) -> str:
    return re.sub(r"\\(.)", r"\1", word.text) if word.kind in {"double", "single"} else word.text
