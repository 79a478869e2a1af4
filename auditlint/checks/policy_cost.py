"""Rules about events that cost much and tell little."""

from __future__ import annotations
