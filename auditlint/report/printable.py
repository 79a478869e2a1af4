"""The one door for text that others wrote: nothing of it may drive what shows it."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """Return text with control characters escaped, so that no file can drive the terminal that shows it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if harmless(character) else _escape(character) for character in text)


def harmless(character: str) -> bool:
    """Tell whether a character is shown, and does nothing else."""
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
