"""Replays files and parts of large files, several at once: the sums are the same for any number of processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from concurrent.futures import ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.errors import AuditlintError
from auditlint.events.replay import Replay
from auditlint.events.stream import WHOLE, Part, one_a_line
from auditlint.events.totals import Totals
from auditlint.text.source import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from auditlint.kubernetes.policy import Policy

    Progress = Callable[[int], None]

BLOCK = 32 << 20
"""Bytes that are replayed on their own. Names too rare to be kept are dropped block by block, so it never depends on
the number of processes."""

_AHEAD = 3
"""So many blocks are begun for each process."""

_TURN = 0.1
"""Seconds between two looks at how far the processes are."""

_shared: dict[str, Any] = {}
"""What a process is given when it starts: the policies, the count of bytes, and whether to stop."""


class _StoppedError(Exception):
    """The user has interrupted the run."""


class WorkerLostError(AuditlintError):
    """A process that read a part of the logs has ended before it was done: killed, mostly for lack of memory."""


class Block(NamedTuple):
    """A file, or a part of a large one: what is replayed on its own, however many processes there are."""

    path: str
    part: Part


def blocks(path: str) -> Iterator[Block]:
    """Yield the parts that a file is replayed in: plain lines in parts of BLOCK bytes, everything else whole."""
    size = os.path.getsize(path) if os.path.isfile(path) else 0
    try:
        divided = size > BLOCK and one_a_line(path)
    except UnreadableError:
        divided = False
    if not divided:
        yield Block(path, WHOLE)
        return
    starts = range(0, size, BLOCK)
    for start in starts:  # the last part is open: a log that grows is read to its end
        yield Block(path, Part(start, None if start == starts[-1] else start + BLOCK))


def replay_all(policies: Sequence[Policy], paths: Sequence[str], workers: int, done: Progress) -> Totals:
    """Return the totals of all files, the same ones for any number of workers, which are processes if several.

    `done` is told now and then how many bytes were taken so far. Raises WorkerLostError.
    """
    everything = (block for path in paths for block in blocks(path))
    first = list(islice(everything, 2))
    counted = _one_by_one if workers == 1 or len(first) == 1 else _by_processes
    totals, before = Totals(), 0
    for block, found in counted(policies, chain(first, everything), workers, done):
        before = before if block.part.start else 0
        totals.merge(found.totals, before)
        before += found.lines
    return totals


class _Counted(NamedTuple):
    """What was counted in one block; its bad lines are numbered from 1."""

    totals: Totals
    lines: int


def _one_by_one(
    policies: Sequence[Policy], everything: Iterator[Block], _workers: int, done: Progress
) -> Iterator[tuple[Block, _Counted]]:
    taken = 0

    def progress(size: int) -> None:
        nonlocal taken
        taken += size
        done(taken)

    for block in everything:
        yield block, _count(policies, block, progress)


def _by_processes(
    policies: Sequence[Policy], everything: Iterator[Block], workers: int, done: Progress
) -> Iterator[tuple[Block, _Counted]]:
    """Yield the blocks in order, with a few more of them begun than there are processes: nothing piles up."""
    taken, stop = multiprocessing.Value("Q", 0), multiprocessing.Event()
    pool = ProcessPoolExecutor(workers, initializer=_start, initargs=(tuple(policies), taken, stop))
    begun: deque[tuple[Block, Future[_Counted]]] = deque()
    try:
        while True:
            with _without_interrupts():
                for block in islice(everything, workers * _AHEAD - len(begun)):
                    begun.append((block, pool.submit(_replay, block)))
            if not begun:
                return
            block, future = begun.popleft()
            yield block, _result(future, lambda: done(taken.value))
    except BrokenProcessPool:
        stop.set()
        raise WorkerLostError(
            "a process that read the logs was killed, perhaps because memory ran out; with --jobs 1 there is only one"
        ) from None
    except BaseException:
        stop.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back while processes start: they inherit that, and leave it to the first one to stop them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _result(future: Future[_Counted], tell: Callable[[], None]) -> _Counted:
    while not wait([future], _TURN).done:
        tell()
    return future.result()


def _start(policies: tuple[Policy, ...], taken: Any, stop: Any) -> None:
    """Begin in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _shared.update(policies=policies, taken=taken, stop=stop)


def _replay(block: Block) -> _Counted:
    def progress(size: int) -> None:
        if _shared["stop"].is_set():
            raise _StoppedError
        with _shared["taken"].get_lock():
            _shared["taken"].value += size

    return _count(_shared["policies"], block, progress)


def _count(policies: Sequence[Policy], block: Block, progress: Callable[[int], None]) -> _Counted:
    replay = Replay(policies, progress)
    lines = replay.read_part(*block)
    return _Counted(replay.totals, lines)
