"""Where a value stands inside one document."""

from __future__ import annotations

Path = tuple[str | int, ...]
"""The way to a value inside one document: mapping keys as `str`, list indexes (from 0) as `int`."""
