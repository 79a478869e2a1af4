"""What a misspelt word was probably meant to be: the one place for nearest names and edit distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return `, did you mean "…"?` for the nearest known name, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), 1)
    return f', did you mean "{near[0]}"?' if near else ""
