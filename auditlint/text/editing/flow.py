"""Parts of a flow collection put in and taken out: within a line, or as lines where each part has its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.text.cut import Cut
from auditlint.text.editing.block import runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.text.editing.site import Part, Site

_COMMA = re.compile(r"\s*,")


def append(site: Site, opening: int, closing: int, parts: Sequence[Part], texts: Sequence[str]) -> Cut:
    """Return what adds texts behind the last part; `opening` and `closing` are where the brackets stand."""
    if not parts:
        return Cut(opening + 1, closing, ", ".join(texts))
    last = parts[-1]
    between = _between(site, parts)
    comma = _COMMA.match(site.text, last.end)
    if comma:
        return Cut(comma.end(), comma.end(), "".join(between[1:] + text + "," for text in texts))
    return Cut(last.end, last.end, "".join(between + text for text in texts))


def insert(site: Site, parts: Sequence[Part], index: int, texts: Sequence[str]) -> Cut:
    """Return what adds texts before a part."""
    between = _between(site, parts)
    return Cut(parts[index].start, parts[index].start, "".join(text + between for text in texts))


def delete(site: Site, closing: int, parts: Sequence[Part], deleted: frozenset[int]) -> Iterator[Cut]:
    """Yield what takes some of the parts out, with one comma each; not all of them."""
    for first, last in runs(deleted):
        if not site.json and _have_own_lines(site, parts[first], parts[last], closing):
            yield from _lines(site, parts, first, last)
        elif last + 1 < len(parts):
            yield Cut(parts[first].start, parts[last + 1].start, "")
        else:
            yield Cut(parts[first - 1].end, parts[last].end, "")


def _lines(site: Site, parts: Sequence[Part], first: int, last: int) -> Iterator[Cut]:
    """Yield what takes out the lines of some parts; of the last ones, with the comma before them."""
    if last + 1 == len(parts) and not _COMMA.match(site.text, parts[last].end):
        comma = _COMMA.match(site.text, parts[first - 1].end)
        if comma:
            yield Cut(comma.end() - 1, comma.end(), "")
    yield Cut(site.line_start(parts[first].start), site.after_line(parts[last].end), "")


def _have_own_lines(site: Site, first: Part, last: Part, closing: int) -> bool:
    """Tell whether nothing else stands on the lines of some parts but a comma and a comment."""
    end = site.line_end(last.end)
    behind = site.text[last.end : end].lstrip(" \t").removeprefix(",").lstrip(" \t")
    return not site.before(first.start).strip() and closing > end and (not behind or behind.startswith("#"))


def _between(site: Site, parts: Sequence[Part]) -> str:
    """Return what stands between two parts: a comma and a blank, or a line end where the last one begins a line."""
    before = site.before(parts[-1].start)
    return ", " if before.strip() else f",{site.newline}{before}"
