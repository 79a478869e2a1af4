"""Writes values as they stand in the YAML of a policy, to be pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def inline(values: Iterable[object]) -> str:
    """Return values as a YAML list on one line: `["get", "list"]`."""
    return "[" + ", ".join([f'"{value}"' for value in values]) + "]"
