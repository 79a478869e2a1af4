"""What a misspelt word was probably meant to be: the one place for nearest names and edit distance."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    Tolerance = Callable[[str, str], int]
    """How many letters may differ between a word and a name for the name to be meant."""

_SHORT = 4
_LONG = 8


def strict(word: str, name: str) -> int:  # noqa: ARG001  (a tolerance is asked about both)
    """Forgive one letter, two in a long name: where most words are no misspelt names."""
    return 1 if len(name) < _LONG else 2


def slip(word: str, name: str) -> int:  # noqa: ARG001  (a tolerance is asked about both)
    """Forgive a slip of the pen: one letter in a short word, else two."""
    return 1 if len(word) <= _SHORT else 2


def alike(word: str, name: str) -> int:
    """Forgive a fifth of the letters too: where one of the names must be meant."""
    return max(slip(word, name), max(len(word), len(name)) // 5)


def nearest(word: str, known: Iterable[str], tolerance: Tolerance = slip) -> str | None:
    """Return the known word that is nearest within the tolerance, whatever case and dashes; the first of equals."""
    written = plain(word)
    best: tuple[int, str] | None = None
    for name in known:
        other = plain(name)
        most = min(tolerance(written, other), best[0] - 1 if best else len(other) + len(written))
        letters = distance(written, other, most)
        if letters <= most:
            best = (letters, name)
    return best[1] if best else None


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters must be added, taken away, changed or swapped with the next to turn one into other.

    Where that is more than `most`, some number above it.
    """
    if abs(len(one) - len(other)) > most or len(_letters(one) - _letters(other)) > most:
        return most + 1  # each letter that the other does not have takes one change
    older: list[int] = []
    previous = list(range(len(other) + 1))
    for row, char in enumerate(one, 1):
        current = [row]
        for column, wanted in enumerate(other, 1):
            best = min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (char != wanted))
            if row > 1 and column > 1 and char == other[column - 2] and one[row - 2] == wanted:
                best = min(best, older[column - 2] + 1)
            current.append(best)
        if min(current) > most and min(previous) > most:  # a swap reaches back two rows, no further
            return most + 1
        older, previous = previous, current
    return previous[-1]


def begun(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that begins with this one; of several the one that all others begin with, else None."""
    written = plain(word)
    longer = sorted((name for name in known if plain(name).startswith(written)), key=len) if written else []
    return longer[0] if longer and all(name.startswith(longer[0]) for name in longer) else None


def meant(word: str, known: Collection[str]) -> str | None:
    """Return the known word that somebody meant who had to write one of them."""
    return nearest(word, known, alike) or begun(word, known)


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return `, did you mean "…"?` for the known word that was probably meant, or nothing."""
    found = meant(word, sorted(known))
    return f', did you mean "{found}"?' if found else ""


@lru_cache(maxsize=4096)
def _letters(word: str) -> frozenset[str]:
    return frozenset(word)


@lru_cache(maxsize=4096)
def plain(word: str) -> str:
    """Return a word without case, dashes, underscores and blanks."""
    return word.lower().replace("-", "").replace("_", "").replace(" ", "")
