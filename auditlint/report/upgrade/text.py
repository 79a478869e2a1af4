"""What an upgrade changes, for people at a terminal: what breaks first, each with its place and what to do."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from auditlint.english import counted, listing, noun
from auditlint.report.printable import printable
from auditlint.report.styles import BOLD, COLORS, DIM
from auditlint.report.upgraded import BREAKS, DIFFERS, KINDS, MENDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditlint.report.medium import Medium
    from auditlint.report.upgraded import Change, Judged, Upgraded

_COLORS = {BREAKS: COLORS["error"], DIFFERS: COLORS["warning"], MENDS: COLORS["info"]}
_NAMES = {"policy": "policy", "apiserver": "kube-apiserver"}
NOTHING = "nothing was found that an upgrade could change"


def render(found: Upgraded, medium: Medium) -> str:
    """Return the changes of each kind, then notes and the counts."""
    return "".join(f"{line}\n" for line in _lines(found, medium))


def _lines(found: Upgraded, medium: Medium) -> Iterator[str]:
    for kind, meaning in KINDS.items():
        if changes := found.of(kind):
            yield f"{medium.styled(kind, _COLORS[kind])}: {meaning}"
            for some in together(changes):
                yield from _change(some[0], medium)
                yield from (f"      in {printable(line)}" for line in later(some))
            yield ""
    yield from (f"note: {printable(line)}" for line in notes(found))
    yield summary(found)


def _change(change: Change, medium: Medium) -> Iterator[str]:
    place = printable(f"{change.path}:{change.span.line}:{change.span.column}:")
    word = medium.styled(f"[{change.word}]", DIM)
    yield f"  {medium.styled(place, BOLD)} {printable(change.message)} {word}"
    if change.shown:
        yield f"      {printable(change.shown)}"
    yield from (f"      {printable(line)}" for line in change.help.splitlines())


def together(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Yield changes, those as one that are about resources which come or go at one place in several releases."""
    for _, some in groupby(changes, key=lambda one: (one.path, one.span, one.pointer, one.word)):
        of_place = list(some)
        yield from [of_place] if of_place[0].resources else [[one] for one in of_place]


def later(changes: Sequence[Change]) -> Iterator[str]:
    """Yield what else is to say of changes that are told as one: the release, and what comes or goes with it."""
    yield from (f"{one.since}: {', '.join(one.resources)}" for one in changes[1:])


def notes(found: Upgraded) -> Iterator[str]:
    """Yield what is no change: what neither release accepts, and of what nothing more can be told yet."""
    for one in found.subjects:
        what, name = f"{one.path}:{one.line}", _NAMES[one.kind]
        before, after = (_own(one, reasons) for reasons in (one.refused_before, one.refused_after))
        both = [reason for reason in before if reason in after]
        if both:
            why = "" if both == [one.kind] else f" ({listing(both)})"
            yield f"{what}: neither {one.before} nor {found.after} accepts this {name}{why}; `auditlint check` says why"
        elif after:
            yield f"{what}: what else differs shows once {found.after} accepts this {name}"


def _own(subject: Judged, reasons: Sequence[str]) -> list[str]:
    """Return what of a thing itself is refused: the policy of a kube-apiserver is told where it stands."""
    return [reason for reason in reasons if reason != "policy" or subject.kind == "policy"]


def summary(found: Upgraded) -> str:
    """Return the two releases and how many changes there are of each kind."""
    if not found.subjects:
        return NOTHING
    way = f"from {found.before or 'what each file says'} to {found.after}"
    breaks, differs, mends = (len(found.of(kind)) for kind in KINDS)
    counts = (
        f"{counted(breaks, 'change')} {noun(breaks, 'breaks', 'break')} something" if breaks else "nothing breaks",
        f"{differs} {noun(differs, 'differs', 'differ')}" if differs else "",
        f"{mends} {noun(mends, 'mends', 'mend')} something" if mends else "",
    )
    return f"{way}: {', '.join(filter(None, counts))}"
