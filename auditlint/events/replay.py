"""Replays logs: each event is decided and counted, in constant memory, by one process or by several."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Protocol

from auditlint.events.decide import Decider, held
from auditlint.events.event import NotAnEventError, events_in
from auditlint.events.files import STDIN
from auditlint.events.moments import LENGTH, normal
from auditlint.events.stream import TOO_LONG, Part, lines, opened, texts
from auditlint.events.tally import REQUEST_KEY, RESPONSE_KEY, prune
from auditlint.events.totals import BadLines, Totals
from auditlint.text.source import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from auditlint.events.decide import Cell, Loaded
    from auditlint.events.event import Event
    from auditlint.kubernetes.policy import Policy

    Progress = Callable[[int], None]

_OFTEN = 200_000
"""After so many events the users that were seen once or twice are dropped from the counts."""

_FEW = 1000
"""So many lines that are fed are taken together."""

NOBODY = "(nobody)"
"""What failed logins are counted as where users are counted."""


class Listener(Protocol):
    """Somebody who wants to know of every event, in order."""

    def event(self, event: Event, cell: Cell) -> None:
        """Take note of an event and the cell that it belongs to."""

    def pause(self) -> None:
        """Do what has to be done before more of a log is waited for."""


class Replay:
    """Replays logs, parts of logs or lines, one after the other, and counts what policies make of the events."""

    def __init__(
        self, policies: Sequence[Policy | Loaded], progress: Progress | None = None, listener: Listener | None = None
    ) -> None:
        """`progress` is told how many bytes were taken, after every few lines."""
        self._totals = Totals()
        self._since = 0
        self._fed = 0
        self._decider = Decider([held(policy) for policy in policies])
        self._progress = progress or _untold
        self._listener = listener

    @property
    def totals(self) -> Totals:
        """What was counted so far."""
        if self._decider.cells:
            self.fold()
        return self._totals

    def feed(self, lines: Iterable[bytes | str], path: str = STDIN) -> None:
        """Replay lines, with or without their ends; `path` is what bad ones among them are named by."""
        for some in _batches(lines):
            self._since += self._take(path, self._fed + 1, some)
            self._fed += len(some)
            self._fold_in_time()

    def read(self, path: str, start: int = 0, end: int | None = None) -> None:
        """Replay one log, or of a plain one, an event on each line, the lines that begin in a range of bytes.

        Ranges that follow each other count every line once. What is wrong with a log is counted and named in the
        totals.
        """
        known = self._totals.bad
        self._totals.bad = BadLines()
        self.read_part(path, Part(start, end))
        found, self._totals.bad = self._totals.bad, known
        known.merge(found, _lines_before(path, start) if found.first and start else 0)

    def read_part(self, path: str, part: Part) -> int:
        """Replay a part of a log, in which bad lines are counted from 1, and return how many lines it has."""
        last = 0

        def too_long(line: int) -> None:
            nonlocal last
            last = line
            self._totals.bad.add(path, line, TOO_LONG)

        try:
            with opened(path, self._progress, part) as read:
                found = lines(read, too_long) if part.start else texts(read, too_long)
                for number, some in found:
                    self._since += self._take(path, number, some)
                    last = max(last, number + len(some) - 1)
                    self._fold_in_time()
        except UnreadableError as error:
            self._totals.unreadable.append((error.path, error.reason))
        return last

    def _fold_in_time(self) -> None:
        if self._since >= _OFTEN or self._decider.full:
            self.fold()

    def fold(self) -> None:
        """Hand what was counted so far on to the totals."""
        hand_on(self._decider, self._totals)
        self._since = 0

    def _take(self, path: str, number: int, lines: Sequence[bytes]) -> int:
        """Count the events in some lines, and return how many they are."""
        cell_of, listener, taken = self._decider.cell, self._listener, 0
        for at, line in enumerate(lines, number):
            try:
                found = events_in(line)
            except NotAnEventError as error:
                if line.strip():
                    self._totals.bad.add(path, at, str(error))
                continue
            taken += len(found)
            for event, size in found:
                cell = cell_of(event)
                if not cell.events:
                    cell.users = self._totals.tally(cell.taker).users
                cell.events += 1
                cell.size += size
                _measure(cell, event)
                if listener:
                    listener.event(event, cell)
        if listener:
            listener.pause()
        return taken


def hand_on(decider: Decider, totals: Totals) -> None:
    """Add what is counted in the cells of a decider to totals, and begin with none."""
    for cell in decider.cells.values():
        totals.tally(cell.taker).add(cell)
    decider.forget()
    for tally in totals.tallies.values():
        prune(tally.users)


def _untold(_size: int) -> None:
    """Take no note of progress."""


def _batches(lines: Iterable[bytes | str]) -> Iterator[list[bytes]]:
    waiting = iter(lines)
    while some := list(islice(waiting, _FEW)):
        texts = (line.encode("utf-8", "surrogateescape") if isinstance(line, str) else line for line in some)
        yield [text.removesuffix(b"\n") for text in texts]


def _lines_before(path: str, start: int) -> int:
    """Return how many lines of a file begin before a place in it, that is not its beginning."""
    number, left = 1, start - 1
    with open(path, "rb") as log:
        while left > 0 and (taken := log.read(min(left, 1 << 20))):
            number += taken.count(b"\n")
            left -= len(taken)
    return number


def _measure(cell: Cell, event: Event) -> None:
    """Count bodies, time and user of an event."""
    request, response, moment = event.request_object, event.response_object, event.at or event.received
    if size := len(request):
        cell.request_bytes += size + REQUEST_KEY
    if size := len(response):
        cell.response_bytes += size + RESPONSE_KEY
    if moment and len(moment) != LENGTH:
        moment = normal(moment)
    if moment:
        if moment > cell.last:  # noqa: PLR1730  (max would take as long as all the rest)
            cell.last = moment
        if not cell.first or moment <= cell.first:
            note_first(cell, moment, event.audit_id)
    elif not cell.first:
        note_first(cell, "", event.audit_id)
    user = event.user
    name = user.username if user is not None and user.username else NOBODY
    cell.users[name] = cell.users.get(name, 0) + 1


def note_first(cell: Cell, moment: str, audit_id: str | None) -> None:
    """Take down an event as the first of its cell, or as one of those written at the same time as the first."""
    if moment == cell.first and cell.example:
        cell.example = min(cell.example, audit_id or cell.example)
    else:
        cell.first, cell.example = moment, audit_id or ""
