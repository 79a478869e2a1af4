"""A first look at the bytes of a file: whether it can hold anything to judge, before anything is parsed."""

from __future__ import annotations

import re

from auditlint.carriers import registry
from auditlint.text.encoding import display
from auditlint.text.lines import split_lines

_DEFINITION = rb"""\bkind["']?[ \t]*:[ \t]*["']?CustomResourceDefinition(?:List)?\b"""
"""Compiled where it is first used: most runs do not need it."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def as_text(data: bytes) -> str:
    """Return the text of a file, each line ended by a line feed."""
    return "\n".join(split_lines(display(data)))


def as_utf8(data: bytes) -> bytes:
    """Return what words are looked for in: UTF-16 has none of them."""
    return data.decode("utf-16", "ignore").encode("utf-8", "ignore") if data.startswith(_UTF16) else data


def may_hold_subject(data: bytes) -> bool:
    """Tell whether the text has a word that some carrier looks for."""
    data = as_utf8(data)
    return any(word in data for word in registry.words()) or any(look(data) for look in registry.looks())


def may_define_resources(data: bytes) -> bool:
    """Tell whether the text names the kind of a CustomResourceDefinition as such an object does."""
    data = as_utf8(data)
    return b"CustomResourceDefinition" in data and re.search(_DEFINITION, data) is not None
