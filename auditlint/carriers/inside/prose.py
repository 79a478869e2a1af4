"""Texts in which policies stand between sentences, their fences lost: pages that were copied, notes, talks."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from auditlint.carriers.carrier import Carrier, Inner
from auditlint.text.piece import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import PlainText

_FIRST = re.compile(r"^(?P<indentation>[ \t]*(?:#[ \t]*)?)apiVersion:[ \t]*[\"']?audit\.k8s\.io\b", re.MULTILINE)
_LINE = re.compile(r"(?P<content>[^\r\n]*)(?P<end>\r\n?|\n|\Z)")
_YAML = re.compile(r"[a-z][A-Za-z]*:(?:[ \t]|$)|- |#")


def find(given: PlainText) -> Iterator[Inner]:
    """Yield what begins with an apiVersion of policies and goes on like YAML."""
    text, numbers, at = given.text.text, count(), 0
    while first := _FIRST.search(text, at):
        stretches = tuple(_stretches(text, first.start(), first["indentation"]))
        at = stretches[-1][1]
        yield Inner(cut(given.text, stretches, given.text.pointer + "#", next(numbers)), ".yaml")


def _stretches(text: str, at: int, indentation: str) -> Iterator[tuple[int, int]]:
    """Yield the lines of a policy without what stands before each, up to one that is none of it."""
    blank: list[tuple[int, int]] = []
    while at < len(text) and (line := _LINE.match(text, at)):
        start = at + len(indentation)
        content = text[start : line.end("content")]
        at = line.end()
        if not line["content"].strip(" \t#" if "#" in indentation else " \t"):
            blank.append((line.start("end"), at))
        elif line["content"].startswith(indentation) and (content[0] in " \t" or _YAML.match(content)):
            yield from blank
            yield start, at
            blank = []
        else:
            return


CARRIER = Carrier(
    title="Texts with policies in them",
    checked=(
        "Policies between sentences, without fences, and in the comments of scripts: from their apiVersion to the "
        "first line that is no YAML."
    ),
    words=(b"audit.k8s.io",),
    suffixes=(".md", ".markdown", ".sh", ".bash"),
    in_text=find,
)
