"""How sentences are put together: quotations, lists, counted nouns; the one place for each."""

from __future__ import annotations

from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST = 80
"""Characters of a value that a sentence quotes: one line of a terminal."""
_LONGEST_SPEECH = 300
"""Characters of what a server says that a sentence quotes."""


def quoted(value: object) -> str:
    """Return a value between double quotes, cut where it is long."""
    text = str(value)
    return f'"{text}"' if len(text) <= _LONGEST else f'"{text[: _LONGEST - 3]}..."'


def speech(text: str) -> str:
    """Return the words of a server, cut where they are long, in double quotes unless they hold such quotes."""
    if len(text) > _LONGEST_SPEECH:
        text = f"{text[:_LONGEST_SPEECH]}..."
    return text if '"' in text else f'"{text}"'


def listing(words: Sequence[str], last: str = "and") -> str:
    """Return words as English lists them: `a`, `a and b`, `a, b and c`."""
    if len(words) < 2:  # noqa: PLR2004
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def several(words: Sequence[str], most: int = 3, last: str = "and") -> str:
    """Return quoted words as English lists them, the rest as a number."""
    shown = [quoted(word) for word in words[:most]]
    return listing(shown, last) if len(words) <= most else f"{', '.join(shown)} {last} {len(words) - most} more"


def noun(number: int, one: str, many: str = "") -> str:
    """Return the word for so many things: `file` for one, else `files`; `many` where an s is not enough."""
    return one if number == 1 else many or f"{one}s"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its word: `1 policy`, `2 policies`."""
    return f"{number} {noun(number, one, many)}"
