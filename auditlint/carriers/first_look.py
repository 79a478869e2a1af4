"""A first look at the bytes of a file: whether it can hold anything to judge, before anything is parsed."""

from __future__ import annotations

import re
from functools import cache

from auditlint.carriers import registry
from auditlint.records import NamedTuple
from auditlint.text.encoding import display
from auditlint.text.lines import split_lines

_DEFINITION = rb"""\bkind["']?[ \t]*:[ \t]*["']?CustomResourceDefinition(?:List)?\b"""
"""Compiled where it is first used: most runs do not need it."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DOCUMENTS = rb"\n---[ \t]*(?:#.*)?(?=\n|\Z)"
_BEGINNING = rb"(?:[ \t]*(?:#.*)?\n)*(?=[a-zA-Z])"
_AT_THE_MARGIN = rb"\n([^ \t\n#].*)"
"""It begins with the line feed: so a search goes from one to the next, not from one character to the next."""
_KEY = rb"(apiVersion|kind|metadata|spec|status):(?:[ \t]+(\S.*?))?[ \t]*$"
_OTHER_LINE_ENDS = (b"\r", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9")
FEW = 1 << 16
"""Bytes: in so many all words are found one by one before a pattern for all of them is compiled."""


class FirstLook(NamedTuple):
    """What the bytes of a file tell."""

    may_hold: bool
    """They have a word that some carrier looks for; what a definition of resources says is none."""
    may_define: bool
    """They name the kind of a CustomResourceDefinition as such an object does."""


def as_text(data: bytes) -> str:
    """Return the text of a file, each line ended by a line feed."""
    return "\n".join(split_lines(display(data)))


def as_utf8(data: bytes) -> bytes:
    """Return what words are looked for in: UTF-16 has none of them."""
    return data.decode("utf-16", "ignore").encode("utf-8", "ignore") if data.startswith(_UTF16) else data


def look(data: bytes) -> FirstLook:
    """Return what the bytes of a file tell."""
    data = as_utf8(data)
    may_define = b"CustomResourceDefinition" in data and re.search(_DEFINITION, data) is not None
    may_hold = _has_word(data) and (not may_define or _has_word(_without_definitions(data)))
    return FirstLook(may_hold, may_define)


def may_hold_subject(data: bytes) -> bool:
    """Tell whether a text can hold anything to judge."""
    return look(data).may_hold


class Words:
    """Finds the words that carriers look for, one by one in the first texts, and all at once where there are more."""

    def __init__(self) -> None:
        self._looked_at = 0
        """Bytes."""

    def in_text(self, data: bytes) -> bool:
        """Tell whether a text has one of them."""
        self._looked_at += len(data)
        if self._looked_at <= FEW:
            return any(word in data for word in registry.words())
        return _pattern().search(data) is not None


@cache
def _pattern() -> re.Pattern[bytes]:
    from auditlint.text import one_of

    return one_of.pattern(registry.words())


_WORDS = Words()


def _has_word(data: bytes) -> bool:
    return _WORDS.in_text(data) or any(again(data) for again in registry.looks())


def _without_definitions(data: bytes) -> bytes:
    """Return a text without the documents that can only be CustomResourceDefinitions: their descriptions are long."""
    data = b"\n" + (data.replace(b"\r\n", b"\n") if b"\r" in data else data)
    if any(end[-1:] in data and end in data for end in _OTHER_LINE_ENDS):  # a byte alone is found much faster
        return data
    documents = re.split(_DOCUMENTS, data) if b"\n---" in data else [data]
    return b"\n".join(one for one in documents if not _defines_only(one))


def _defines_only(document: bytes) -> bool:
    """Tell whether a document, behind a line feed, is a definition by its keys: each once, plainly, at the left margin.

    Whatever else begins a line there (a quoted key, a tag, the end of a string) is a reason to read the document.
    """
    if not re.match(_BEGINNING, document):
        return False
    keys = [re.match(_KEY, line) for line in re.findall(_AT_THE_MARGIN, document)]
    values = {key[1]: key[2] or b"" for key in keys if key}
    return (
        len(values) == len(keys)
        and values.get(b"kind") == b"CustomResourceDefinition"
        and values.get(b"apiVersion", b"").startswith(b"apiextensions.k8s.io/")
    )
