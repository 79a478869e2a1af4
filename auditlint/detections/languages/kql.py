"""KQL, the query language of Kibana: `field:value`, `and`, `or`, `not`, brackets, wildcards, ranges.

Source: the documentation of Kibana, https://www.elastic.co/guide/en/kibana/current/kuery-query.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.detections.condition import ANY, Comparison, Constant, How, Pattern, glob
from auditlint.detections.languages import elastic_fields
from auditlint.detections.languages.texts import MOST_TESTS, Words, condition_of, unescaped, words
from auditlint.detections.unreadable import UnreadableError

if TYPE_CHECKING:
    from auditlint.detections.condition import Condition
    from auditlint.detections.languages.texts import Word

_WORDS = re.compile(
    r"""(?P<skip_space>\s+)
    |"(?P<quoted>(?:[^"\\]|\\.)*)"
    |(?P<range><=|>=|<|>)
    |(?P<colon>:)
    |(?P<open>\()|(?P<close>\))
    |(?P<brace>[{}])
    |(?P<word>(?:[^\s():<>"{}\\]|\\.)+)""",
    re.VERBOSE | re.DOTALL,
)
_RANGES = {"<": How.LESS, "<=": How.AT_MOST, ">": How.MORE, ">=": How.AT_LEAST}


def read(text: str) -> Condition:
    """Return the condition of a query; UnreadableError quotes what cannot be read."""
    found = words(_WORDS, text)
    if len(found) > MOST_TESTS:
        raise UnreadableError(f"a query of more than {MOST_TESTS} words")
    reader = _Reader(Words(text, found))
    return reader.query()


class _Reader:
    def __init__(self, found: Words) -> None:
        self._found = found

    def query(self) -> Condition:
        condition = condition_of(self._found, self._test)
        if self._found.next is not None:
            raise self._found.unread()
        return condition

    def _test(self) -> Condition:
        name = self._found.take()
        following = self._found.next
        if name.kind not in {"word", "quoted"} or following is None or following.kind not in {"colon", "range"}:
            raise UnreadableError(f"`{name.text}`, a value without a field")
        self._found.take()
        if following.kind == "range":
            return self._ranged(name, following.text, self._found.take())
        if self._found.skip("open"):
            with self._found.deeper():
                inner = condition_of(self._found, lambda: self._value(name, self._found.take()))
            self._found.expect("close")
            return inner
        if self._found.next is not None and self._found.next.kind == "brace":
            raise UnreadableError(f"`{name.text}:{{`, a nested query")
        return self._value(name, self._found.take())

    def _ranged(self, name: Word, operator: str, word: Word) -> Condition:
        if word.kind not in {"word", "quoted"}:
            raise self._found.unread()
        return _test(name.text, Pattern(_RANGES[operator], _plain(word)), f"{name.text} {operator} {word.raw}")

    def _value(self, name: Word, word: Word) -> Condition:
        if word.kind not in {"word", "quoted"}:
            raise UnreadableError(f"`{name.text}:{word.text}`")
        # An unquoted value may be several words: `user_agent.original:curl 7`.
        texts = [word]
        while word.kind == "word" and (following := self._found.next) and following.kind == "word":
            if following.text.lower() in {"and", "or", "not"} or self._begins_test():
                break
            texts.append(self._found.take())
        written = f"{name.text}:{' '.join(text.raw for text in texts)}"
        parts = [part or ANY for text in texts for part in [" ", *_parts(text)]][1:]
        return _test(name.text, glob(parts), written)

    def _begins_test(self) -> bool:
        following = self._found.after_next
        return following is not None and following.kind in {"colon", "range"}


def _test(name: str, pattern: Pattern, written: str) -> Condition:
    if "*" in name:
        raise UnreadableError(f"`{name}`, a name of several fields")
    field = elastic_fields.field(unescaped(name))
    if isinstance(field, str):
        return Constant(pattern.matches(field))
    return Comparison(field, (pattern,), written=written)


def _parts(word: Word) -> list[str]:
    """Return the parts of a value: plain text, and "" for a wildcard, which only a bare word can have."""
    if word.kind == "quoted":
        return [unescaped(word.text) or "\0"]
    pieces = re.split(r"((?:\\.|[^*\\])+)", word.text, flags=re.DOTALL)
    found: list[str] = []
    for piece in pieces:
        if piece and set(piece) == {"*"}:
            found.append("")
        elif piece:
            found.append(unescaped(piece))
    return found


def _plain(word: Word) -> str:
    return unescaped(word.text)
