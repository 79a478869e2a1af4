"""What an edit replaces in a text."""

from __future__ import annotations

from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Cut(NamedTuple):
    """Characters of a text, from an offset to another, and what is written there."""

    start: int
    end: int
    text: str


def made(text: str, cuts: Iterable[Cut]) -> str:
    """Return a text after cuts that do not overlap."""
    parts, at = list[str](), 0
    for cut in sorted(cuts, key=lambda cut: cut[:2]):
        parts += (text[at : cut.start], cut.text)
        at = cut.end
    return "".join([*parts, text[at:]])
