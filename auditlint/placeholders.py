"""Values that somebody or something is still to fill in: marks of templates, placeholders, elisions."""

from __future__ import annotations

import re
from functools import cache

_MARKS = (
    r"\$\{[^}]*\}|\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|<[A-Za-z][\w .:/-]*>"
    "|\u27e8[^\u27e9]*\u27e9"
    r"|%[A-Z][A-Z0-9_]*%|@@?[A-Z][A-Z0-9_]*@@?|__[A-Z][A-Z0-9_]*__"
)
_VARIABLE = r"\$\([A-Za-z_]\w*\)|^\$[A-Za-z_]\w*$"
_ELISION = r"\.{3,}|\u2026|\[(?:\.{3,}|\u2026)\]"
_CAPITALS = r"(?!TLS_|REQUEST_|RESPONSE_|BLOCKING_)[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
"""Words such as `AUDIT_LEVEL`, but for names of cipher suites and levels, stages and modes in capitals."""
_SIGNS_OF_MARKS = frozenset("${<%@_\u27e8")
_SIGNS_OF_WHOLE = ("_", "...", "\u2026")
_LONGEST = 1000
"""Characters: a longer value is no placeholder, and not worth a search."""


def is_placeholder(value: str) -> bool:
    """Tell whether a value holds a placeholder or a variable: `${LEVEL}`, `<name>`, `AUDIT_LEVEL`, `$(X)`, `...`."""
    return is_unfilled(value) or ("$" in value and _variable().search(value[:_LONGEST]) is not None)


def is_unfilled(value: str) -> bool:
    """Tell whether a value holds a placeholder, or is one; `$(X)` and `$X` are variables, which a Pod may have."""
    text = value[:_LONGEST].strip()
    if not _SIGNS_OF_MARKS.isdisjoint(text) and _marks().search(text):
        return True
    return any(sign in text for sign in _SIGNS_OF_WHOLE) and _whole().fullmatch(text) is not None


def expanded(name: str) -> str:
    """Return what stands for a value that a shell or Terraform puts into a text when it writes it."""
    return f"\u27e8{name}\u27e9"


def is_expanded(value: str) -> bool:
    """Tell whether a value holds what is put in when the text is written: nobody has to fill it in."""
    return "\u27e8" in value


def is_elision(line: str) -> bool:
    """Tell whether a line stands for others that were left out: `...`, `....`, `[...]`."""
    return re.fullmatch(rf"(?:- +)?(?:{_ELISION})", line.strip()) is not None


@cache
def _marks() -> re.Pattern[str]:
    return re.compile(_MARKS, re.DOTALL)


@cache
def _variable() -> re.Pattern[str]:
    return re.compile(_VARIABLE)


@cache
def _whole() -> re.Pattern[str]:
    return re.compile(f"(?:--[a-z0-9-]+=)?{_CAPITALS}(?:/.*)?|{_ELISION}")
