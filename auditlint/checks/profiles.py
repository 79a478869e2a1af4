"""Rules of the profiles: what a published guide asks and a file shows otherwise."""

from __future__ import annotations
