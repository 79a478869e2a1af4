"""Replaying logs against one policy or two, in several processes where that is worth it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from auditlint.events.files import STDIN, in_order
from auditlint.events.replay import Replay
from auditlint.events.summary import ReplayedPolicy, comparison, summary
from auditlint.report.printable import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from auditlint.events.decide import Cell
    from auditlint.events.event import Event
    from auditlint.events.summary import Summary
    from auditlint.events.totals import Totals
    from auditlint.policy.policy_file import PolicyFile

    Progress = Callable[[int, int | None], None]
    """Told now and then how many bytes were read, and of how many, None if nobody knows."""

WORTH_IT = 32 << 20
"""Bytes of log below which starting processes takes longer than it saves."""


class Replayed:
    """What one policy, or a new and an old one, make of the events of some logs."""

    def __init__(
        self, policies: Sequence[PolicyFile], files: int, totals: Totals, unmeasured: Sequence[str] = ()
    ) -> None:
        self._policies = policies
        self._files = files
        self.totals = totals
        self.unmeasured = unmeasured
        """Tables that do not say how many bytes their events took, which count as 0."""

    @property
    def summary(self) -> Summary:
        """The sums of each rule, or of what differs, as `replay --format json` prints them."""
        rules = [rules_of(policy) for policy in self._policies]
        if len(rules) > 1:
            return comparison(self.totals, self._files, *rules)
        return summary(self.totals, self._files, rules[0])

    @property
    def unreadable(self) -> list[tuple[str, str]]:
        """Logs that could not be read, or not to their end: the path and why."""
        return self.totals.unreadable

    @property
    def events(self) -> int:
        """How many events the logs hold."""
        return self.totals.events


def replay(
    policies: Sequence[PolicyFile], logs: Sequence[str], progress: Progress | None = None, jobs: int | None = None
) -> Replayed:
    """Replay files and folders of logs against a policy, or against a new and an old one.

    `jobs` is how many processes read large logs, else there is one for each core; the result is the same.
    """
    missing: list[tuple[str, str]] = []
    files = in_order(logs, lambda path, why: missing.append((path, why)))
    totals = _summed(policies, files, progress or (lambda _taken, _total: None), jobs)
    totals.unreadable[:0] = missing
    return Replayed(policies, len(files), totals)


def replay_by_engine(
    policies: Sequence[PolicyFile], logs: Sequence[str], engine: str, jobs: int | None = None
) -> Replayed:
    """Replay what an engine reads: files, folders, patterns and addresses of logs and tables. Raises EngineError."""
    from auditlint.events import engines

    found = engines.replay(engine, [policy.held for policy in policies], logs, jobs or cores())
    return Replayed(policies, found.files, found.totals, found.unmeasured)


def replay_one_by_one(
    policies: Sequence[PolicyFile],
    logs: Sequence[str],
    write: Callable[[bytes], None],
    progress: Progress | None = None,
) -> Replayed:
    """Replay logs and write one line of JSON for each event, in order; with two policies only where they differ."""
    missing: list[tuple[str, str]] = []
    files = in_order(logs, lambda path, why: missing.append((path, why)))
    run = Replay([policy.held for policy in policies], _growing(progress, None), _Lines(policies, write))
    for path in files:
        run.read(path)
    totals = run.totals
    totals.unreadable[:0] = missing
    return Replayed(policies, len(files), totals)


def rules_of(policy: PolicyFile) -> ReplayedPolicy:
    """Return the rules of a policy as sums need them."""
    return ReplayedPolicy(policy.held, policy.path, policy.place)


def _summed(policies: Sequence[PolicyFile], files: Sequence[str], progress: Progress, jobs: int | None) -> Totals:
    from auditlint.events.parallel import replay_all

    sizes = [_size(path) for path in files]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    worth_it = total is not None and total >= WORTH_IT
    workers = (jobs or cores()) if worth_it else 1
    return replay_all([policy.held for policy in policies], files, workers, lambda taken: progress(taken, total))


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _size(path: str) -> int | None:
    """Return the size of a regular file, 0 of one that is not there, None where it is not known."""
    if path == STDIN:
        return None
    try:
        return os.path.getsize(path) if os.path.isfile(path) or not os.path.exists(path) else None
    except OSError:
        return 0


def _growing(progress: Progress | None, total: int | None) -> Callable[[int], None]:
    """Return what is told of each piece that was read, and tells how much that is in all."""
    taken = 0

    def add(size: int) -> None:
        nonlocal taken
        taken += size
        if progress:
            progress(taken, total)

    return add


class _Lines:
    """Writes decisions on single events."""

    def __init__(self, policies: Sequence[PolicyFile], write: Callable[[bytes], None]) -> None:
        from json import JSONEncoder

        self._encode = JSONEncoder(separators=(",", ":")).encode
        self._rules = [rules_of(policy) for policy in policies]
        self._write = write
        self._waiting: list[str] = []

    def event(self, event: Event, cell: Cell) -> None:
        """Write what is decided on one event."""
        if not cell.tail:
            cell.tail = self._tail(cell)
        if cell.tail != _SAME:
            self._waiting += ('{"event":', self._encode(event.audit_id), cell.tail)

    def pause(self) -> None:
        """Write what is waiting: after each piece of the log, so that nobody waits for the end of a live one."""
        if self._waiting:
            self._write(inert("".join(self._waiting)).encode())
            self._waiting.clear()

    def _tail(self, cell: Cell) -> str:
        """Return everything behind the event's ID."""
        new, *old = self._rules
        decision = new.decision(cell.taker[0])
        if old:
            if new.outcome(cell.taker[0]) == old[0].outcome(cell.taker[1]):
                return _SAME
            decision["against"] = old[0].decision(cell.taker[1])
        return f",{self._encode(decision)[1:]}\n"


_SAME = "same"
"""The tail of events that both policies treat alike: they are not written."""
