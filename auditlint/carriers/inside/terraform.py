"""Terraform: the texts in its here-documents, and the objects that jsonencode and yamlencode write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.carriers.carrier import Carrier, Inner
from auditlint.text import hcl
from auditlint.text.piece import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import PlainText

_KEY = re.compile(r'"(?P<key>[^"\r\n$]+)"[ \t]*[=:][^"\r\n]*\Z')
_TARGET = re.compile(r'^[ \t]*(?:filename|destination|path|key)[ \t]*=[ \t]*"(?P<path>[^"\r\n$]+)"', re.MULTILINE)
_NEAR = 400
"""Characters before and behind a text among which another attribute of its block may name its file."""


def find(given: PlainText) -> Iterator[Inner]:
    """Yield the texts that a configuration of Terraform holds."""
    text = given.text.text
    for number, one in enumerate(hcl.texts(text)):
        piece = Piece(given.text, one.runs, given.text.pointer + "#", number)
        start = one.operator if isinstance(one, hcl.Heredoc) else one.start
        yield Inner(piece, _name(text, start, one.end), _notice(given, one))


def _notice(given: PlainText, one: hcl.Heredoc | hcl.Encoded) -> str:
    if isinstance(one, hcl.Encoded) or one.closed:
        return ""
    return f"the here-document before line {given.text.lines.place(one.start)[0]} never ends"


def _name(text: str, start: int, end: int) -> str:
    """Return what a text is called: its key in quotes, or the path that another attribute of its block has."""
    line = text[max(text.rfind("\n", 0, start) + 1, start - _NEAR) : start]
    key = _KEY.search(line)
    if key:
        return key["key"]
    before = text[max(0, start - _NEAR) : start].rpartition("{\n")[2]
    behind = text[end : end + _NEAR].partition("\n}")[0].partition("}\n")[0]
    target = _TARGET.search(before) or _TARGET.search(behind)
    return target["path"] if target else ""


CARRIER = Carrier(
    title="Terraform",
    checked=(
        "The text of every here-document (`<<EOT`, and `<<-EOT` without the indentation that all lines share), as a "
        "file of the name beside it, and the objects and lists that `jsonencode` and `yamlencode` are given. What "
        "`${…}` fills in and other expressions are placeholders: nothing is said of their values."
    ),
    signs=(b"<<", b"jsonencode", b"yamlencode"),
    suffixes=(".tf", ".tofu", ".tfvars", ".hcl"),
    in_text=find,
)
