"""Everything that is counted in some files of a log, and its JSON: how it comes to the machine that adds all up."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.events.tally import Earliest, Sizes, Tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditlint.events.tally import Taker

SHOWN = 5
"""So many bad lines of a log are named."""

VERSION = 1
_SIZES = {
    "bytes": "size",
    "requestBytes": "request",
    "responseBytes": "response",
    "unknownRequests": "unknown_requests",
    "unknownResponses": "unknown_responses",
}


class BadLine(NamedTuple):
    """A line of a log that is no event."""

    path: str
    line: int
    reason: str


class BadLines:
    """The lines that are no events: how many, and the first few."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[BadLine] = []

    def add(self, path: str, line: int, reason: str) -> None:
        """Count a line."""
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(BadLine(path, line, reason))

    def merge(self, other: BadLines, before: int = 0) -> None:
        """Add the lines of a later file, or of a later part of one: so many lines of it stand `before` that part."""
        self.count += other.count
        later = [bad._replace(line=bad.line + before) for bad in other.first]
        self.first = [*self.first, *later][:SHOWN]


class Totals:
    """Everything that is counted in some files of a log."""

    def __init__(self) -> None:
        self.tallies: dict[Taker, Tally] = {}
        self.bad = BadLines()
        self.unreadable: list[tuple[str, str]] = []
        """Files that could not be read, or not to their end: the path and why."""

    def tally(self, taker: Taker) -> Tally:
        """Return the tally of the events that these rules take."""
        found = self.tallies.get(taker)
        if found is None:
            found = self.tallies[taker] = Tally()
        return found

    def merge(self, other: Totals, before: int = 0) -> None:
        """Add what was counted in later files, or in a later part of one: `before` it stand so many lines."""
        for taker, tally in other.tallies.items():
            self.tally(taker).merge(tally)
        self.bad.merge(other.bad, before)
        self.unreadable += [named for named in other.unreadable if named not in self.unreadable]

    @property
    def events(self) -> int:
        """How many events were counted."""
        return sum(tally.events for tally in self.tallies.values())

    def to_json(self) -> str:
        """Return everything as one JSON object, in ASCII: `from_json` makes the same totals of it."""
        return _written(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Totals:
        """Return the totals in what `to_json` wrote; ValueError where it is something else."""
        return _read(text)


def _written(totals: Totals) -> str:
    """Return totals as one JSON object."""
    return json.dumps(
        {
            "version": VERSION,
            "tallies": [{"rules": taker, **_tally(tally)} for taker, tally in totals.tallies.items()],
            "malformed": {"lines": totals.bad.count, "first": totals.bad.first},
            "unreadable": totals.unreadable,
        },
        separators=(",", ":"),
    )


def _read(text: str | bytes) -> Totals:
    """Return the totals in what `to_json` wrote; ValueError where it is something else."""
    try:
        values = json.loads(text)
        if values["version"] != VERSION:
            raise ValueError(f"totals of version {values['version']}: this auditlint reads version {VERSION}")
        totals = Totals()
        totals.tallies = {tuple(tally["rules"]): _read_tally(tally) for tally in values["tallies"]}
        totals.bad.count = int(values["malformed"]["lines"])
        totals.bad.first = [BadLine(*bad) for bad in values["malformed"]["first"]]
        totals.unreadable = [(path, why) for path, why in values["unreadable"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no totals of a replay: {error!r}") from None
    return totals


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "events": tally.events,
        "sizes": _sizes(tally.sizes),
        "kept": [_sizes(sizes) for sizes in tally.kept],
        "first": tally.first,
        "last": tally.last,
        "stages": tally.stages,
        "failedLogins": tally.failed_logins,
        "users": tally.users,
        "verbs": tally.verbs,
        "resources": tally.resources,
        "earliest": tally.earliest,
    }


def _sizes(sizes: Sizes) -> dict[str, int]:
    return {name: getattr(sizes, field) for name, field in _SIZES.items()}


def _read_tally(values: Mapping[str, Any]) -> Tally:
    tally = Tally()
    tally.events = int(values["events"])
    tally.sizes = _read_sizes(values["sizes"])
    tally.kept = tuple(_read_sizes(sizes) for sizes in values["kept"])
    tally.first, tally.last = values["first"], values["last"]
    tally.stages = Counter(values["stages"])
    tally.failed_logins = int(values["failedLogins"])
    tally.users, tally.verbs, tally.resources = values["users"], values["verbs"], values["resources"]
    tally.earliest = Earliest(*values["earliest"])
    return tally


def _read_sizes(values: Mapping[str, Any]) -> Sizes:
    sizes = Sizes()
    for name, field in _SIZES.items():
        setattr(sizes, field, int(values[name]))
    return sizes
