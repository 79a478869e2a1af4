"""Which level or stage somebody meant by another word."""

from __future__ import annotations

import re

from auditlint import spelling
from auditlint.kubernetes.policy import LEVELS, STAGES

_WORDS = {
    "None": "none no off false disabled disable never nothing silent skip ignore",
    "Metadata": "metadata meta metadatas metdata minimal basic low",
    "Request": "request requests requestbody requestonly requestobject",
    "RequestResponse": (
        "requestresponse requestresponses requestandresponse responserequest requestresponsebody response all full "
        "everything verbose high max debug"
    ),
}


def level_meant(text: str) -> str | None:
    """Return the level that a word stands for, None where nothing comes to mind."""
    plain = re.sub(r"[^a-z]", "", text.lower())
    for level, words in _WORDS.items():
        if plain in words.split():
            return level
    return spelling.nearest(text, LEVELS)


def as_stage(text: str) -> str | None:
    """Return the stage that a word spells, if it is one."""
    return _spells(text, STAGES)


def as_level(text: str) -> str | None:
    """Return the level that a word spells, if it is one."""
    return _spells(text, LEVELS)


def _spells(text: str, known: tuple[str, ...]) -> str | None:
    plain = re.sub(r"[^a-z]", "", text.lower())
    return next((name for name in known if name.lower() == plain), None)
