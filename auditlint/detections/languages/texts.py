"""What the readers of all languages share: words of a text, what joins tests, fields of an event, limits."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from auditlint.detections.condition import Not, both, either
from auditlint.detections.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditlint.detections.condition import Condition, Field

MOST_DEEP = 60
"""So many brackets and negations may stand inside each other."""
MOST_TESTS = 20_000
"""So many values and tests one condition may have, with all that its names stand for."""
_KEYED = ("annotations", "extra", "labels", "matchLabels", "nodeSelector", "data")
"""Fields whose keys may hold dots: what follows is one key."""


class Word(NamedTuple):
    """One word of a condition: what kind it is of, its content, and where it begins."""

    kind: str
    text: str
    at: int
    raw: str = ""
    """As it is written."""


def words(pattern: re.Pattern[str], text: str) -> list[Word]:
    """Return the words of a text, by the named groups of a pattern; those that begin with `skip` are passed over."""
    found: list[Word] = []
    at = 0
    while at < len(text):
        match = pattern.match(text, at)
        if match is None or match.end() == at or match.lastgroup is None:
            raise UnreadableError(quote(text, at))
        if not match.lastgroup.startswith("skip"):
            found.append(Word(match.lastgroup, match[match.lastgroup], at, match[0]))
        at = match.end()
        if len(found) > MOST_TESTS * 4:
            raise UnreadableError(f"a condition of more than {MOST_TESTS * 4} words")
    return found


def quote(text: str, at: int) -> str:
    """Return a piece of a condition, for a message."""
    piece = " ".join(text[at : at + 60].split())
    return f"`{piece}`" if piece else "the end of the condition"


class Words:
    """The words of one condition, read from left to right."""

    def __init__(self, text: str, found: Sequence[Word]) -> None:
        self._text = text
        self._words = found
        self._at = 0
        self._deep = 0

    @property
    def next(self) -> Word | None:
        """The next word, None at the end."""
        return self._words[self._at] if self._at < len(self._words) else None

    @property
    def after_next(self) -> Word | None:
        """The word behind the next one."""
        return self._words[self._at + 1] if self._at + 1 < len(self._words) else None

    def take(self) -> Word:
        """Return the next word and go on behind it; UnreadableError at the end."""
        word = self.next
        if word is None:
            raise UnreadableError("the end of the condition, where more is expected")
        self._at += 1
        return word

    def skip(self, kind: str, *texts: str) -> bool:
        """Go on behind the next word if it is one of those."""
        word = self.next
        if word is None or word.kind != kind or (texts and word.text.lower() not in texts):
            return False
        self._at += 1
        return True

    def expect(self, kind: str, *texts: str) -> Word:
        """Return the next word, which must be one of those."""
        word = self.next
        if word is None or not self.skip(kind, *texts):
            raise self.unread()
        return word

    def unread(self) -> UnreadableError:
        """Return the error that the text cannot be read from the next word on."""
        word = self.next
        return UnreadableError(quote(self._text, word.at if word else len(self._text)))

    def since(self, word: Word | None) -> str:
        """Return the text from a word on up to the last one that was taken."""
        if word is None or self._at == 0:
            return ""
        last = self._words[self._at - 1]
        return " ".join(self._text[word.at : last.at + len(last.raw or last.text)].split())

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Go one bracket or negation deeper, and come up again."""
        self._deep += 1
        if self._deep > MOST_DEEP:
            raise UnreadableError(f"more than {MOST_DEEP} brackets and negations inside each other")
        yield
        self._deep -= 1


def condition_of(found: Words, test: Callable[[], Condition]) -> Condition:
    """Return the condition that tests make with `or`, `and`, `not` and brackets; `test` reads the next one."""

    def some() -> Condition:
        parts = [every()]
        while found.skip("word", "or"):
            parts.append(every())
        return either(parts)

    def every() -> Condition:
        parts = [one()]
        while found.skip("word", "and"):
            parts.append(one())
        return both(parts)

    def one() -> Condition:
        with found.deeper():
            if found.skip("word", "not"):
                return Not(one())
            if found.skip("open"):
                inner = some()
                found.expect("close")
                return inner
        return test()

    return some()


def unescaped(text: str) -> str:
    """Return a value of KQL or EQL as it is meant: without its backslashes."""
    escapes = {"t": "\t", "n": "\n", "r": "\r"}
    return re.sub(r"\\(.)", lambda match: escapes.get(match[1], match[1]), text, flags=re.DOTALL)


def field_of(name: str) -> Field:
    """Return the keys of a dotted name: `requestObject.spec.containers[0].image`, `annotations.a.b/c`."""
    keys = [re.sub(r"\[[^\]]*\]$", "", key) for key in name.split(".")]
    for at, key in enumerate(keys[:-1]):
        if key in _KEYED and (at > 0 or key == "annotations"):
            return (*keys[: at + 1], ".".join(keys[at + 1 :]))
    return tuple(keys)
