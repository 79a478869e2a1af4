"""What a replay sums up to, as plain values: the JSON that `replay` prints, and what its text is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlint.events.decision import described
from auditlint.events.tally import Tally
from auditlint.kubernetes.match import decision_of
from auditlint.kubernetes.policy import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from auditlint.events.decision import RulePlace
    from auditlint.events.tally import Sizes
    from auditlint.events.totals import Totals
    from auditlint.kubernetes.match import Decision, Outcome
    from auditlint.kubernetes.policy import Policy

VERSION = 1
_DAY = 86_400.0

Summary = dict[str, Any]


class ReplayedPolicy:
    """One of the policies that a log was replayed against: where its rules stand, and what each does."""

    def __init__(self, policy: Policy, path: str, place: Callable[[int], RulePlace]) -> None:
        self.policy = policy
        self._path = path
        self._place = place

    def decision(self, rule: int | None) -> Summary:
        """Return what happens to the events that a rule takes, with its place."""
        place = None if rule is None else self._place(rule)
        return described(decision_of(self.policy, rule), place, self._path)

    def outcome(self, rule: int | None) -> Outcome:
        """Return what two policies are compared by."""
        return decision_of(self.policy, rule).outcome


def summary(totals: Totals, files: int, replayed: ReplayedPolicy) -> Summary:
    """Return the sums of a log under one policy: of every rule, and of the events that none takes."""
    whole = _whole(totals)
    taken = [totals.tallies.get((number,), Tally()) for number in range(len(replayed.policy.rules))]
    unmatched = totals.tallies.get((None,), Tally())
    day = _days(whole)
    return {
        **_head(totals, files, whole),
        "volume": _volume(whole, _kept([*taken, unmatched], replayed), day),
        "rules": [_row(replayed, number, tally, whole, day) for number, tally in enumerate(taken)],
        "unmatched": _row(replayed, None, unmatched, whole, day),
        "neverHit": [number for number, tally in enumerate(taken) if not tally.events],
    }


def comparison(totals: Totals, files: int, new: ReplayedPolicy, old: ReplayedPolicy) -> Summary:
    """Return the sums of the events that get something else from the new policy than from the old one."""
    whole = _whole(totals)
    day = _days(whole)
    pairs = sorted(totals.tallies.items(), key=lambda pair: (-pair[1].events, str(pair[0])))
    changed = [(taker, tally) for taker, tally in pairs if new.outcome(taker[0]) != old.outcome(taker[1])]
    kept_new = sum(_kept_of(tally, 0, new, taker[0]) for taker, tally in pairs)
    kept_old = sum(_kept_of(tally, 1, old, taker[1]) for taker, tally in pairs)
    return {
        **_head(totals, files, whole),
        "differing": sum(tally.events for _, tally in changed),
        "volume": {**_volume(whole, kept_new, day), "againstPerDay": _per_day(kept_old, day)},
        "differences": [
            {
                **new.decision(taker[0]),
                "against": old.decision(taker[1]),
                **_counts(tally, whole),
                "example": tally.example or None,
            }
            for taker, tally in changed
        ],
    }


def _head(totals: Totals, files: int, whole: Tally) -> Summary:
    return {
        "version": VERSION,
        "files": files,
        **_counts(whole, whole),
        "malformed": {
            "lines": totals.bad.count,
            "first": [{"path": bad.path, "line": bad.line, "reason": bad.reason} for bad in totals.bad.first],
        },
        "unreadable": [{"path": path, "reason": reason} for path, reason in totals.unreadable],
    }


def _whole(totals: Totals) -> Tally:
    """Return the tally of all events."""
    whole = Tally()
    for tally in totals.tallies.values():
        whole.merge(tally)
    return whole


def _counts(tally: Tally, whole: Tally) -> Summary:
    return {
        "events": tally.events,
        "requests": tally.requests,
        "bytes": tally.sizes.size,
        "share": _share(tally.events, whole.events),
        "first": tally.first or None,
        "last": tally.last or None,
        "busiest": {
            "user": _busiest(tally.users, tally.events),
            "verb": _busiest(tally.verbs, tally.events),
            "resource": _busiest(tally.resources, tally.events),
        },
    }


def _busiest(counts: Mapping[str, int], events: int) -> Summary | None:
    """Return the name that was counted most; of equals the first in the alphabet."""
    if not counts:
        return None
    name, number = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return {"name": name, "events": number, "share": _share(number, events)}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def _row(replayed: ReplayedPolicy, rule: int | None, tally: Tally, whole: Tally, day: float) -> Summary:
    decision = decision_of(replayed.policy, rule)
    return {
        **replayed.decision(rule),
        **_counts(tally, whole),
        "volume": {
            "recordedPerDay": _per_day(tally.sizes.size, day),
            "perDay": _per_day(_kept_of(tally, 0, replayed, rule), day),
            "levels": {level: _at_level(tally, decision, level, day) for level in LEVELS},
        },
    }


def _at_level(tally: Tally, decision: Decision, level: str, day: float) -> Summary:
    """Return the bytes a day that the rule's events would take at another level, and what that saves or costs.

    `unknown`: of so many events the log does not hold the bodies that the level adds, so that it takes more.
    """
    if not tally.kept:
        return {"perDay": _per_day(0, day), "change": _per_day(0, day), "unknown": 0}
    sizes = tally.kept[0]
    return {
        "perDay": _per_day(sizes.at(level), day),
        "change": _per_day(sizes.at(level) - sizes.at(decision.level), day),
        "unknown": sizes.unknown_at(level),
    }


def _kept(tallies: Sequence[Tally], replayed: ReplayedPolicy) -> int:
    rules = [*range(len(replayed.policy.rules)), None]
    return sum(_kept_of(tally, 0, replayed, rule) for rule, tally in zip(rules, tallies, strict=True))


def _kept_of(tally: Tally, which: int, replayed: ReplayedPolicy, rule: int | None) -> int:
    """Return the bytes that one of the policies would have written of the tally's events."""
    if not tally.kept:
        return 0
    sizes: Sizes = tally.kept[which]
    return sizes.at(decision_of(replayed.policy, rule).level)


def _volume(whole: Tally, kept: int, day: float) -> Summary:
    return {"recordedPerDay": _per_day(whole.sizes.size, day), "perDay": _per_day(kept, day)}


def _days(whole: Tally) -> float:
    """Return how many days the log covers, 0 where that cannot be told."""
    from datetime import datetime

    try:
        first, last = (datetime.fromisoformat(moment.rstrip("Z")) for moment in (whole.first, whole.last))
    except ValueError:
        return 0.0
    return max((last - first).total_seconds(), 0.0) / _DAY


def _per_day(size: int, days: float) -> int | None:
    """Return bytes a day; None where the log covers no time."""
    return round(size / days) if days else None
