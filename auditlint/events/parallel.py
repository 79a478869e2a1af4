"""Replays several files at once, one process for each core."""

from __future__ import annotations

import multiprocessing
import signal
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from auditlint.events.replay import Replay
from auditlint.events.tally import Totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from auditlint.kubernetes.policy import Policy

_TURN = 0.1
"""Seconds between two looks at how far the processes are."""

_shared: dict[str, Any] = {}
"""What a process is given when it starts: the policies, the count of bytes, and whether to stop."""


class _StoppedError(Exception):
    """The user has interrupted the run."""


def replay_all(policies: Sequence[Policy], paths: Sequence[str], workers: int, done: Callable[[int], None]) -> Totals:
    """Return the totals of all files; `done` is told now and then how many bytes were taken so far."""
    taken, stop = multiprocessing.Value("Q", 0), multiprocessing.Event()
    pool = ProcessPoolExecutor(workers, initializer=_start, initargs=(tuple(policies), taken, stop))
    totals = Totals()
    try:
        with _without_interrupts():
            futures = [pool.submit(_replay, path) for path in paths]
        for future in futures:
            totals.merge(_result(future, lambda: done(taken.value)))
    except BaseException:
        stop.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return totals


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


def _result(future: Future[Totals], tell: Callable[[], None]) -> Totals:
    while not wait([future], _TURN).done:
        tell()
    return future.result()


def _start(policies: tuple[Policy, ...], taken: Any, stop: Any) -> None:
    """Begin in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _shared.update(policies=policies, taken=taken, stop=stop)


def _replay(path: str) -> Totals:
    def progress(size: int) -> None:
        if _shared["stop"].is_set():
            raise _StoppedError
        with _shared["taken"].get_lock():
            _shared["taken"].value += size

    replay = Replay(_shared["policies"], progress)
    replay.read(path)
    replay.fold()
    return replay.totals
