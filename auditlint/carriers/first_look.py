"""A first look at the bytes of a file: whether it can hold anything to judge, before anything is parsed."""

from __future__ import annotations

import re

from auditlint.text.encoding import display
from auditlint.text.lines import split_lines

_LEVEL_KEY = rb"""(?m)(?:^|[\s[{,?-])["']?level["']?[ \t]*:"""
_DEFINITION = rb"""\bkind["']?[ \t]*:[ \t]*["']?CustomResourceDefinition(?:List)?\b"""
"""Both are compiled where they are first used: most runs do not need them."""
_WORDS = (b"audit", b"apiserver", b"current-context")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def as_text(data: bytes) -> str:
    """Return the text of a file, each line ended by a line feed."""
    return "\n".join(split_lines(display(data)))


def may_hold_subject(data: bytes) -> bool:
    """Tell whether the text has a word that every policy, every snippet of one and every apiserver has.

    Policies name `audit.k8s.io` or have rules with a `level`; apiservers have the program's name or flags about
    auditing; AuditSinks and mounts of interest have `audit` in them; kubeconfigs of webhooks have a context.
    """
    if data.startswith(_UTF16):
        data = data.decode("utf-16", "ignore").encode("utf-8", "ignore")
    return any(word in data for word in _WORDS) or _has_rare_spelling(data)


def may_define_resources(data: bytes) -> bool:
    """Tell whether the text names the kind of a CustomResourceDefinition as such an object does."""
    if data.startswith(_UTF16):
        data = data.decode("utf-16", "ignore").encode("utf-8", "ignore")
    return b"CustomResourceDefinition" in data and re.search(_DEFINITION, data) is not None


def _has_rare_spelling(data: bytes) -> bool:
    if b"udit" in data or b"UDIT" in data:
        return b"audit" in data.lower()
    return b"level" in data and re.search(_LEVEL_KEY, data) is not None
