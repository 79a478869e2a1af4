"""Rules about names of resources, held against what the target release serves."""

from __future__ import annotations
