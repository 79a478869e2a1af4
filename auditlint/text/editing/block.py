"""Parts of a block collection put in and taken out, whole lines at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.text.cut import Cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.text.editing.site import Part, Site


def append(site: Site, parts: Sequence[Part], lines: Sequence[str]) -> Cut:
    """Return what adds lines behind the last part."""
    at = site.line_end(parts[-1].end)
    lead = site.newline + " " * len(site.before(parts[0].start))
    return Cut(at, at, "".join(lead + line for line in lines))


def insert(site: Site, part: Part, lines: Sequence[str], after: int | None = None) -> Cut:
    """Return what adds lines before a part, and before the comments right above it that stand behind an offset."""
    lead, start = " " * len(site.before(part.start)), part.start
    if site.before(start).strip():
        return Cut(start, start, (site.newline + lead).join([*lines, ""]))
    at = site.line_start(start)
    if after is not None:
        at = _above_comments(site, at, lead, after)
    return Cut(at, at, "".join(lead + line + site.newline for line in lines))


def delete(site: Site, parts: Sequence[Part], deleted: frozenset[int]) -> Iterator[Cut]:
    """Yield what takes some of the parts out, with their lines; not all of them."""
    for first, last in runs(deleted):
        if site.before(parts[first].start).strip():
            yield _pull_up(site, parts[first], parts[last], parts[last + 1])
        else:
            yield lines_of(site, parts[first].start, parts[last].end)


def lines_of(site: Site, start: int, end: int) -> Cut:
    """Return what takes out all lines from that of one offset to that of another."""
    start, end = site.line_start(start), site.after_line(end)
    if end == len(site.text) and not site.text.endswith(("\n", "\r")):
        start = site.before_line(start)
    return Cut(start, end, "")


def runs(numbers: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of numbers that follow one another."""
    first = last = None
    for number in sorted(numbers):
        if first is None or last is None:
            first = last = number
        elif number == last + 1:
            last = number
        else:
            yield first, last
            first = last = number
    if first is not None and last is not None:
        yield first, last


def _pull_up(site: Site, first: Part, last: Part, following: Part) -> Cut:
    """Return what puts the next part where the first ones stand, on the line of a dash."""
    if "#" not in site.text[site.line_end(last.end) : following.start]:
        return Cut(first.start, following.start, "")
    blanks = len(site.before(first.start)) - len(site.before(first.start).rstrip())
    return Cut(first.start - blanks, site.line_end(last.end), "")


def _above_comments(site: Site, at: int, lead: str, after: int) -> int:
    """Return where the comments begin that stand right above a line, in its column, behind an offset."""
    while at > 0:
        above = site.line_start(site.before_line(at))
        if above <= after or not site.text.startswith(lead + "#", above):
            break
        at = above
    return at
