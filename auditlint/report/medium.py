"""What an output is written for."""

from __future__ import annotations

from typing import NamedTuple


class Medium(NamedTuple):
    """A terminal's looks, and the folders that paths are told from."""

    color: bool = False
    width: int = 80
    """Columns, for text that is wrapped."""


PLAIN = Medium()
"""A pipe or a file: no terminal."""
