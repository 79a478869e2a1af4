"""What a detection rule says that is not read."""

from __future__ import annotations


class UnreadableError(Exception):
    """A part of a detection rule that cannot be read; the message quotes it."""
