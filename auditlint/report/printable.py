"""The one door for text that others wrote: what goes out drives neither a terminal nor a runner, page or table.

A runner of CI reads what a command prints, on standard output and on standard error, and takes orders from it:
`::error …::` at the start of a line (GitHub Actions), `##[…]` and `##vso[…]` anywhere in it (Azure Pipelines).
"""

from __future__ import annotations

import re

from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ORDER_ANYWHERE = r"##(?=\w*\[)"
_ORDER = r"(?<!\S)::(?=[A-Za-z-]+(?: [^:]*)?::)|##(?=\w*\[)"
_STAND_IN = "\N{REPLACEMENT CHARACTER}"
_CODE = re.compile(r"(`[^`]+`)")
_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_[]<>|~&#"})


def printable(text: str) -> str:
    """Return text with control characters, and what would be an order to a runner, escaped."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(character if harmless(character) else _escaped(character) for character in text)
    return re.sub(_ORDER, _without_order, text) if "::" in text or "##" in text else text


def harmless(character: str) -> bool:
    """Tell whether a character is shown, and does nothing else; what XML cannot hold is not."""
    if " " <= character <= "~":
        return True
    import unicodedata

    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character not in "\ufffe\uffff"


def shown_as_it_stands(line: str) -> str:
    """Return a line of a file in as many characters, with stand-ins for those that are no text."""
    shown = "".join(" " if character == "\t" else character if harmless(character) else _STAND_IN for character in line)
    return re.sub(_ORDER, lambda match: match[0][0] + _STAND_IN, shown)


def as_json(document: object) -> str:
    """Return a document as JSON in ASCII with a final newline, in which no runner finds an order."""
    import json

    return inert(json.dumps(document, indent=1)) + "\n"


def inert(text: str) -> str:
    """Return JSON that says the same and in which no runner finds an order: those at a line's start cannot be in it."""
    return re.sub(_ORDER_ANYWHERE, r"#\\u0023", text) if "##" in text else text


def markup(text: str) -> str:
    """Return text that HTML and XML show as it stands, in attributes too."""
    from html import escape

    return escape(printable(text))


def markdown(text: str) -> str:
    """Return text that Markdown shows as it stands, in a table too, and that calls nobody by `@name`."""
    return printable(text).translate(_MARKDOWN).replace("@", "@<!-- -->")


def prose(text: str, *, in_table: bool = False) -> str:
    """Return a sentence as Markdown, in which what stands between backquotes is code."""
    parts = _CODE.split(text)
    parts[::2] = map(markdown, parts[::2])
    # GitHub Flavored Markdown, Tables: a pipe ends a cell even in code, unless it is escaped.
    parts[1::2] = [printable(code).replace("|", r"\|") if in_table else printable(code) for code in parts[1::2]]
    return "".join(parts)


def row(cells: Iterable[str]) -> str:
    """Return a row of a table in Markdown, of sentences."""
    return f"| {' | '.join(prose(cell, in_table=True) for cell in cells)} |"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _without_order(match: re.Match[str]) -> str:
    """Return the start of an order with its second character spelled as a number."""
    return f"{match[0][0]}\\x{ord(match[0][1]):02x}"
