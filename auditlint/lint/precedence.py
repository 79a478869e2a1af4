"""One cause, one finding: folds findings into those that say it better, and drops what another makes pointless.

It comes last, over what is live: a finding that a comment hides, or that was not selected, replaces no other.
"""

from __future__ import annotations

from auditlint.finding import Related, Severity
from auditlint.records import NamedTuple
from auditlint.rule import REGISTRY
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from auditlint.finding import Finding

    Weigh = Callable[[Finding], Finding]


class _Marked(NamedTuple):
    """One rule's findings in one document by their pointers, by the pointers above those, and by what they are about.

    Findings go by their numbers; of several the first counts.
    """

    exact: dict[str, int]
    above: dict[str, int]
    about: dict[str, int]

    def better(self, finding: Finding) -> int | None:
        """Return one that says a finding better: on the same branch, or with others about all that it is about."""
        if finding.about:
            return self.about[finding.about[0]] if self.about.keys() >= {*finding.about} else None
        return self._on_branch(finding.pointer)

    def _on_branch(self, pointer: str) -> int | None:
        """Return one at a pointer, below it or above it."""
        found = self.exact.get(pointer, self.above.get(pointer))
        if found is not None:
            return found
        return next((self.exact[above] for above in _ancestors(pointer) if above in self.exact), None)


def _ancestors(pointer: str) -> Iterator[str]:
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def fold(findings: Sequence[Finding], weigh: Weigh) -> list[Finding]:
    """Return the findings of a file as they are reported, in their order, with the severities that `weigh` gives.

    A finding gives way to one at the same pointer, above it or below it, or to those about all that it is about, if
    its rule says so, and to one in the document that it echoes: it becomes a related place of that. Where the other is
    the lesser one only because the settings say so, it is the other way round. Suppressed findings take no part.
    """
    heard = _heard(findings, weigh)
    winners = _winners(heard, weigh)
    held: dict[int, list[Finding]] = {}
    for number in sorted(winners):
        held.setdefault(_last(number, winners), []).append(heard[number])
    return [
        weigh(_holding(finding, held.get(number, ())))
        for number, finding in enumerate(findings)
        if finding.suppressed is not None or (number in heard and number not in winners)
    ]


def _heard(findings: Sequence[Finding], weigh: Weigh) -> dict[int, Finding]:
    """Return the live findings by their numbers, without those that another in the document makes pointless."""
    live = {number: finding for number, finding in enumerate(findings) if finding.suppressed is None}
    said: dict[tuple[str, int], Finding] = {}
    for finding in live.values():
        said.setdefault((finding.rule, finding.document), finding)

    def is_pointless(finding: Finding) -> bool:
        others = (said.get((name, finding.document)) for name in REGISTRY[finding.rule].silenced_by)
        return any(other is not None and not _turned(finding, other, weigh) for other in others)

    return {number: finding for number, finding in live.items() if not is_pointless(finding)}


def _winners(heard: Mapping[int, Finding], weigh: Weigh) -> dict[int, int]:
    """Return for each finding that is folded the one that it gives way to, both by their numbers."""
    marked = _marks(heard)
    winners: dict[int, int] = {}
    for number, finding in heard.items():
        for name, better in _better(finding, marked):
            if name in finding.ahead_of or _turned(finding, heard[better], weigh):
                winners.setdefault(better, number)
            else:
                winners.setdefault(number, better)
    return winners


def _better(finding: Finding, marked: Mapping[tuple[str, int], _Marked]) -> Iterator[tuple[str, int]]:
    """Yield the rules to which a finding gives way, each with the number of their finding that says it better."""
    for name in finding.echoes:
        mark = marked.get((name, finding.document))
        if mark is not None:
            yield name, next(iter(mark.exact.values()))
    for name in REGISTRY[finding.rule].gives_way_to:
        mark = marked.get((name, finding.document))
        better = None if mark is None else mark.better(finding)
        if better is not None:
            yield name, better


def _marks(heard: Mapping[int, Finding]) -> dict[tuple[str, int], _Marked]:
    marked: dict[tuple[str, int], _Marked] = {}
    for number, finding in heard.items():
        mark = marked.setdefault((finding.rule, finding.document), _Marked({}, {}, {}))
        mark.exact.setdefault(finding.pointer, number)
        for pointer in _ancestors(finding.pointer):
            mark.above.setdefault(pointer, number)
        for thing in finding.about:
            mark.about.setdefault(thing, number)
    return marked


def _turned(loser: Finding, winner: Finding, weigh: Weigh) -> bool:
    """Tell whether the winner is the lesser of the two only because the settings say so."""
    return weigh(winner).severity < weigh(loser).severity and winner.severity >= loser.severity


def _last(number: int, winners: Mapping[int, int]) -> int:
    """Return the finding that one ends in, over all that give way themselves."""
    while number in winners:
        number = winners[number]
    return number


def _holding(finding: Finding, folded: Sequence[Finding]) -> Finding:
    """Return a finding with others folded into it, and with the controls that are not met because of those."""
    if not folded:
        return finding
    in_order = sorted(folded, key=lambda one: (*one.span, one.category))
    related = tuple(Related(one.path, one.span, one.note or one.message, one.rule) for one in in_order)
    controls = tuple(dict.fromkeys(control for one in (finding, *folded) for control in one.controls))
    severity = max(finding.severity, Severity.WARNING) if controls else finding.severity
    return finding._replace(related=(*finding.related, *related), controls=controls, severity=severity)
