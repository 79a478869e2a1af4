"""What an upgrade changes as Markdown, such as for a comment on a pull request: a list for each kind of change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.check.markdown import advice
from auditlint.report.printable import markdown, prose
from auditlint.report.upgrade.text import later, notes, summary, together
from auditlint.report.upgraded import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.report.medium import Medium
    from auditlint.report.upgraded import Change, Upgraded


def render(found: Upgraded, medium: Medium) -> str:
    """Return a heading with the counts, the lists, and notes."""
    return "".join(f"{line}\n" for line in _lines(found, medium))


def _lines(found: Upgraded, medium: Medium) -> Iterator[str]:
    said = summary(found)
    yield f"### Kubernetes {markdown(found.after)}"
    yield ""
    yield f"{markdown(said[0].upper() + said[1:])}."
    for kind, meaning in KINDS.items():
        if changes := found.of(kind):
            yield ""
            yield f"**{kind.capitalize()}**: {meaning}"
            yield ""
            for some in together(changes):
                yield from _entry(some[0], medium)
                yield from (f"  - in {markdown(line)}" for line in later(some))
    if said_too := list(notes(found)):
        yield ""
        yield from (f"- {prose(note)}" for note in said_too)


def _entry(change: Change, medium: Medium) -> Iterator[str]:
    place = f"{medium.located(change.path)}:{change.span.line}:{change.span.column}"
    yield f"- {markdown(place)} `{change.word}`: {prose(change.message)}"
    if change.shown:
        yield f"  - {prose(change.shown)}"
    yield from advice(change.help)
