"""One run: builds the programs, plays the cases, ends everything, and says what it found.

Arguments are names of cases, and `attacks` for what `attacking.py` does; without any, all are played. Exit codes: 0 no
disagreement; 1 disagreements; 2 the comparison could not be done; 130 it was interrupted.
"""

from __future__ import annotations

import fcntl
import shutil
import sys
import time
from contextlib import closing, contextmanager
from http.client import HTTPException
from subprocess import SubprocessError
from typing import TYPE_CHECKING

from tests.e2e import attacking, programs, servers
from tests.e2e.cases import Case, every_case
from tests.e2e.judging import JudgeError
from tests.e2e.playing import Run
from tests.e2e.processes import Interrupted, end_on_signals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ATTACKS = "attacks"
"""The name of what `attacking.py` does."""
_FAILURES = (programs.ProgramsError, servers.ServersError, JudgeError)
_FAILED = 2
_INTERRUPTED = 130


@contextmanager
def _alone() -> Iterator[None]:
    """Keep a second run out of the folders of this one."""
    programs.CACHE.mkdir(parents=True, exist_ok=True)
    with (programs.CACHE / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise servers.ServersError("another run is under way") from None
        yield


def _chosen(names: Sequence[str]) -> list[Case]:
    """Return the cases that are named, by the whole name or by that of their policy or flags; without names all."""
    cases = every_case()
    parts = {case: {case.name, *case.name.split("+")} for case in cases}
    known = set().union(*parts.values())
    if unknown := sorted(set(names) - known):
        raise servers.ServersError(f"no case is called {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return [case for case in cases if not names or parts[case].intersection(names)]


def _play(cases: Sequence[Case], *, attacks: bool) -> int:
    built = programs.build()
    began = time.monotonic()
    folder = programs.CACHE / "last"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    servers.make_keys(built, folder / "keys")
    with closing(servers.Webhook()) as webhook, servers.etcd(built, folder / "etcd") as etcd:
        world = servers.World(built, folder / "keys", etcd)
        run = Run(folder, world, webhook, cases)
        for case in cases:
            run.play(case)
        if attacks:
            for wrong in attacking.play(world, folder / "attacks"):
                run.tally.attacks += 1
                run.tally.tell(wrong)
    print(f"kube-apiserver {built.version}, {time.monotonic() - began:.0f} seconds, logs in {folder}")
    print(run.tally.summary())
    return 1 if run.tally.disagreements else 0


def main() -> int:
    """Play the cases that are named, and return the exit code."""
    end_on_signals()
    try:
        names = [name for name in sys.argv[1:] if name != ATTACKS]
        cases = _chosen(names) if names or not sys.argv[1:] else []
        with _alone():
            return _play(cases, attacks=len(names) < len(sys.argv[1:]) or not names)
    except Interrupted:
        print("interrupted: everything that was started has ended", file=sys.stderr)
        return _INTERRUPTED
    except (*_FAILURES, OSError, HTTPException, SubprocessError) as error:
        print(f"tests/e2e/run: {error or type(error).__name__}", file=sys.stderr)
        return _FAILED


if __name__ == "__main__":
    sys.exit(main())
