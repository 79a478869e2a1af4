"""Many words looked for in one pass: one pattern for all, whose time hardly grows with their number.

An expression of alternatives tries them where their first letters stand, and these are everywhere. This one stops at
the rarest letters that every word has one of, and looks from there to both sides.
"""

from __future__ import annotations

import re
from collections import Counter

from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_FREQUENT = b" etsoirancldpumhf\n:bgy-\"v.k/_,w01x23456789STPCIAEMRNLDO'{}()[]|=#jqzVGHUFKB"
"""The bytes that manifests, charts and documentation are made of, the most frequent first; all others are rarer."""
_RANKS = {byte: rank for rank, byte in enumerate(_FREQUENT, 1)}


def pattern(words: Iterable[bytes]) -> re.Pattern[bytes]:
    """Return the pattern that is found in a text if any of the words is; none of them is empty."""
    return re.compile(b"|".join(_around(byte, those) for byte, those in by_rare_byte(words).items()) or b"(?!)")


def by_rare_byte(words: Iterable[bytes]) -> dict[int, list[bytes]]:
    """Return the words by a byte that they have, so that these bytes together are rare in texts."""
    left, found = sorted(set(words)), dict[int, list[bytes]]()
    while left:
        having = Counter(byte for word in left for byte in set(word))
        best = min(having, key=lambda byte: (_share(byte) / having[byte], byte))
        found[best] = [word for word in left if best in word]
        left = [word for word in left if best not in word]
    return found


def _share(byte: int) -> float:
    """Return about how much of a text is this byte, beside others: the share of a letter goes down with its rank."""
    return 1 / _RANKS.get(byte, 2 * len(_RANKS))


def _around(byte: int, words: list[bytes]) -> bytes:
    """Return a pattern for words that have a byte, which it looks for first, then for what follows on it."""
    one = bytes([byte])
    return re.escape(one) + b"(?:" + b"|".join(_behind(word, word.index(one)) for word in words) + b")"


def _behind(word: bytes, at: int) -> bytes:
    """Return a pattern for a word as it is met behind the byte at a place in it."""
    return re.escape(word[at + 1 :]) + (b"(?<=" + re.escape(word) + b")" if at else b"")
