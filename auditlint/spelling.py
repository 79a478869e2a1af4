"""What a misspelt word was probably meant to be: the one place for nearest names and edit distance."""

from __future__ import annotations

from functools import lru_cache

from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    Tolerance = Callable[[int, int], int]
    """How many letters may differ between a word and a name of so many letters for the name to be meant."""

_SHORT = 4
_LONG = 8
_MOST = 3
"""So many known words that begin alike are named; of more none is, for any of them would be a guess."""


def strict(word: int, name: int) -> int:  # noqa: ARG001  (a tolerance is asked about both)
    """Forgive one letter, two in a long name: where most words are no misspelt names."""
    return 1 if name < _LONG else 2


def slip(word: int, name: int) -> int:  # noqa: ARG001  (a tolerance is asked about both)
    """Forgive a slip of the pen: one letter in a short word, else two."""
    return 1 if word <= _SHORT else 2


def alike(word: int, name: int) -> int:
    """Forgive a fifth of the letters too: where one of the names must be meant."""
    return max(slip(word, name), max(word, name) // 5)


def nearest(word: str, known: Iterable[str], tolerance: Tolerance = slip) -> str | None:
    """Return the known word that is nearest within the tolerance, whatever case and dashes; the first of equals."""
    written = plain(word)
    found, least = None, len(written) + 1
    names = _names(tuple(known))
    # Most names are out by their length, and most others by letters that they do not have: distance is for the rest.
    near = {size: most for size in names.sizes if abs(size - len(written)) <= (most := tolerance(len(written), size))}
    letters = _mask(written)
    for name, other, size, held in names.listed:
        most = near.get(size, -1)
        if (letters & ~held).bit_count() <= most and (held & ~letters).bit_count() <= most:
            most = min(most, least - 1 if found is not None else most)
            changes = distance(written, other, most)
            if changes <= most:
                found, least = name, changes
    return found


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters must be added, taken away, changed or swapped with the next to turn one into other.

    Where that is more than `most`, some number above it. Source: Hyyrö, A bit-vector algorithm for computing
    Levenshtein and Damerau edit distances (2003): a row of the table of distances is two numbers, whose bits say where
    it goes up and where down.
    """
    one, other = _without_common_ends(one, other)
    if abs(len(one) - len(other)) > most:
        return most + 1
    places: dict[str, int] = {}
    for at, letter in enumerate(one):
        places[letter] = places.get(letter, 0) | 1 << at
    all_bits = (1 << len(one)) - 1
    last = 1 << len(one) >> 1
    changes, up, down, kept, before = len(one), all_bits, 0, 0, 0
    for letter in other:
        here = places.get(letter, 0)
        swapped = (~kept & here) << 1 & before
        kept = ((here & up) + up ^ up) | here | down | swapped
        higher, lower = down | ~(kept | up), kept & up
        changes += bool(higher & last) - bool(lower & last)
        higher, lower = higher << 1 | 1, lower << 1
        up, down, before = (lower | ~(kept | higher)) & all_bits, higher & kept & all_bits, here
    return changes if one else len(other)


def _without_common_ends(one: str, other: str) -> tuple[str, str]:
    """Return two words without what both begin with, and then without what both end with."""
    shorter, start = min(len(one), len(other)), 0
    while start < shorter and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    shorter, end = shorter - start, 0
    while end < shorter and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[: len(one) - end], other[: len(other) - end]


def begun(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that begins with this one; of several the one that all others begin with, else None."""
    written = plain(word)
    longer = [name for name, other, *_ in _names(tuple(known)).listed if other.startswith(written)] if written else []
    longer.sort(key=len)
    return longer[0] if longer and all(name.startswith(longer[0]) for name in longer) else None


def meant(word: str, known: Collection[str]) -> str | None:
    """Return the known word that somebody meant who had to write one of them."""
    return nearest(word, known, alike) or begun(word, known)


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return `, did you mean "…"?` for the known words that were probably meant, or nothing."""
    names = sorted(known)
    found = meant(word, names)
    written = plain(word)
    likely = [found] if found else [name for name in names if written and plain(name).startswith(written)]
    quoted = [f'"{name}"' for name in likely]
    return f", did you mean {' or '.join(quoted)}?" if 0 < len(likely) <= _MOST else ""


class _Names(NamedTuple):
    """Known words, made ready for being compared with many others."""

    listed: tuple[tuple[str, str, int, int], ...]
    """Each with how it is compared, the length of that, and its letters as bits."""
    sizes: frozenset[int]


@lru_cache(maxsize=64)
def _names(known: tuple[str, ...]) -> _Names:
    listed = tuple((name, (other := plain(name)), len(other), _mask(other)) for name in known)
    return _Names(listed, frozenset(size for _, _, size, _ in listed))


def _mask(word: str) -> int:
    """Return the letters of a word as bits; some letters share one."""
    mask = 0
    for letter in word:
        mask |= 1 << (ord(letter) & 63)
    return mask


@lru_cache(maxsize=4096)
def plain(word: str) -> str:
    """Return a word without case, dashes, underscores and blanks."""
    return word.lower().replace("-", "").replace("_", "").replace(" ", "")
