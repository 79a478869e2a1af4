"""Replays logs: each event is decided and counted, in constant memory, by one process or by several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from auditlint.events.decide import Decider
from auditlint.events.event import NotAnEventError, events_in
from auditlint.events.stream import LONGEST_LINE, opened, texts
from auditlint.events.tally import REQUEST_KEY, RESPONSE_KEY, Totals, prune
from auditlint.text.source import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from auditlint.events.decide import Cell
    from auditlint.events.event import Event
    from auditlint.kubernetes.policy import Policy

    Progress = Callable[[int], None]

_OFTEN = 200_000
"""After so many events the users that were seen once or twice are dropped from the counts."""

_TIME = len("2024-05-01T00:00:00.000000Z")
_ANY_TIME = r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|([+-]\d\d:\d\d))"
NOBODY = "(nobody)"
"""What failed logins are counted as where users are counted."""


class Listener(Protocol):
    """Somebody who wants to know of every event, in order."""

    def event(self, event: Event, cell: Cell) -> None:
        """Take note of an event and the cell that it belongs to."""

    def pause(self) -> None:
        """Do what has to be done before more of a log is waited for."""


class Replay:
    """Replays one log after the other; `totals` grows while it does."""

    def __init__(self, policies: Sequence[Policy], progress: Progress, listener: Listener | None = None) -> None:
        """`progress` is told how many bytes were taken, after every few lines."""
        self.totals = Totals()
        self._since = 0
        self._decider = Decider(policies)
        self._progress = progress
        self._listener = listener

    def read(self, path: str) -> None:
        """Replay one log; what is wrong with it is counted and named in the totals."""

        def too_long(line: int) -> None:
            self.totals.bad.add(path, line, f"is longer than {LONGEST_LINE >> 20} MiB")

        try:
            with opened(path, self._progress) as read:
                for number, lines in texts(read, too_long):
                    self._since += self._take(path, number, lines)
                    if self._since >= _OFTEN or self._decider.full:
                        self.fold()
        except UnreadableError as error:
            self.totals.unreadable.append((error.path, error.reason))

    def fold(self) -> None:
        """Hand what was counted so far on to the totals."""
        for cell in self._decider.cells.values():
            self.totals.tally(cell.taker).add(cell)
        self._decider.forget()
        self._since = 0
        for tally in self.totals.tallies.values():
            prune(tally.users)

    def _take(self, path: str, number: int, lines: list[bytes]) -> int:
        """Count the events in some lines, and return how many they are."""
        cell_of, listener, taken = self._decider.cell, self._listener, 0
        for at, line in enumerate(lines, number):
            try:
                found = events_in(line)
            except NotAnEventError as error:
                if line.strip():
                    self.totals.bad.add(path, at, str(error))
                continue
            taken += len(found)
            for event, size in found:
                cell = cell_of(event)
                if not cell.events:
                    self._begin(cell, event)
                cell.events += 1
                cell.size += size
                _measure(cell, event)
                if listener:
                    listener.event(event, cell)
        if listener:
            listener.pause()
        return taken

    def _begin(self, cell: Cell, event: Event) -> None:
        tally = self.totals.tally(cell.taker)
        tally.example = tally.example or event.audit_id or ""
        cell.users = tally.users


def _measure(cell: Cell, event: Event) -> None:
    """Count bodies, time and user of an event."""
    request, response, moment = event.request_object, event.response_object, event.at or event.received
    if size := len(request):
        cell.request_bytes += size + REQUEST_KEY
    if size := len(response):
        cell.response_bytes += size + RESPONSE_KEY
    if moment and len(moment) != _TIME:
        moment = _normal(moment)
    if moment:
        if moment > cell.last:  # noqa: PLR1730  (max would take as long as all the rest)
            cell.last = moment
        if not cell.first or moment < cell.first:
            cell.first = moment
    user = event.user
    name = user.username if user is not None and user.username else NOBODY
    cell.users[name] = cell.users.get(name, 0) + 1


def _normal(moment: str) -> str:
    """Return a time as the server writes it, so that times sort as texts; "" where it is none."""
    import re
    from datetime import datetime, timezone

    match = re.fullmatch(_ANY_TIME, moment, re.ASCII)
    if match is None:
        return ""
    date, clock, fraction, zone = match.groups()
    try:
        read = datetime.fromisoformat(f"{date}T{clock}.{(fraction or '')[:6]:0<6}{zone or '+00:00'}")
        return read.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    except (ValueError, OverflowError):
        return ""
