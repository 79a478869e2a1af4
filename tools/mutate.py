"""Changes one thing at a time in a module and runs its tests, which should fail: `tools/dev mutate MODULE TEST...`.

A change that no test notices is printed with its line: a test is missing there, or the code says more than it means.
The tests run once to learn which of them run which line of the module. A change is then tried with those that run its
line, the quickest first, and with all the others only if these notice nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click  # noqa: F401 -- what each run of the tests would import anew
import jsonschema  # noqa: F401
import msgspec  # noqa: F401
import pytest
import ruamel.yaml  # noqa: F401
import yaml  # noqa: F401
from mutants import Mutant, mutants_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import FrameType

ROOT = Path(__file__).parent.parent
_OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=1")
_NO_TESTS = 5  # what pytest returns where none was chosen
_MOST_MEMORY = 6 << 30


def main() -> None:
    """Try the mutants of one module; the process ends with 1 if some live."""
    parser = argparse.ArgumentParser(prog="tools/dev mutate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("module", help="such as auditlint/kubernetes/match.py")
    parser.add_argument("tests", nargs="+", help="files of tests")
    parser.add_argument("--most", type=int, default=40, help="mutants to try, drawn at random [40]")
    parser.add_argument("--seed", type=int, default=1, help="of the draw [1]")
    parser.add_argument("--lines", default="", help="only changes in these, such as 20-40")
    given = parser.parse_args()
    first, _, last = given.lines.partition("-")
    mutants = mutants_of((ROOT / given.module).read_text(encoding="utf-8"))
    if first:
        mutants = [one for one in mutants if int(first) <= one.line <= int(last or first)]
    chosen = sorted(random.Random(given.seed).sample(mutants, min(given.most, len(mutants))))
    with tempfile.TemporaryDirectory() as scratch:
        living = list(survivors(copied(ROOT, Path(scratch)), given.module, chosen, given.tests))
    print(f"{given.module}: {len(chosen) - len(living)} of {len(chosen)} mutants died, of {len(mutants)} there are")
    sys.exit(int(bool(living)))


def copied(root: Path, folder: Path) -> Path:
    """Return a copy of what the tests need."""
    for name in ("auditlint", "tests", "tools"):
        if (root / name).exists():
            shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for path in root.iterdir():
        if (path.name == ".cache" or not path.name.startswith(".")) and not (folder / path.name).exists():
            (folder / path.name).symlink_to(path)
    return folder


def survivors(folder: Path, module: str, mutants: Iterable[Mutant], tests: Sequence[str]) -> Iterator[Mutant]:
    """Yield the mutants that live, and print them; the module in the folder is written anew for each."""
    path = folder / module
    source = path.read_text(encoding="utf-8")
    record = recorded(folder, module, tests)
    for mutant in mutants:
        path.write_text(text_of(source, mutant), encoding="utf-8")
        near = record.running(range(mutant.line, mutant.end + 1))
        far = [one for one in record.seconds if one not in near]
        if not any(noticed(folder, record, some) for some in (near, far) if some):
            print(
                f"{module}:{mutant.line}: {mutant.what}: lives{'' if near else ' (no test runs this line)'}", flush=True
            )
            yield mutant
    path.write_text(source, encoding="utf-8")


class Record(NamedTuple):
    """What a run of the tests without a change showed: seconds by test, and the lines of the module each runs."""

    seconds: dict[str, float]
    lines: dict[str, list[int]]

    def running(self, lines: range) -> list[str]:
        """Return the tests that run one of some lines, the quickest first."""
        some = [test for test, ran in self.lines.items() if any(line in lines for line in ran)]
        return sorted(some, key=self.seconds.__getitem__)


class _Recorder:
    """A plug-in of pytest: writes down for each test how long it takes and which lines of a file it runs."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self.seconds: dict[str, float] = {}
        self.lines: dict[str, list[int]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        ran: set[int] = set()

        def line(frame: FrameType, _event: str, _value: object) -> object:
            ran.add(frame.f_lineno)
            return line

        def call(frame: FrameType, event: str, value: object) -> object:
            return line(frame, event, value) if frame.f_code.co_filename == self._path else None

        start = time.perf_counter()
        sys.settrace(call)  # type: ignore[arg-type]
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.seconds[item.nodeid] = time.perf_counter() - start
            self.lines[item.nodeid] = sorted(ran)


class _Chosen:
    """A plug-in of pytest: keeps some tests, in their order."""

    def __init__(self, tests: Iterable[str]) -> None:
        self._place = {test: at for at, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((one for one in items if one.nodeid in self._place), key=lambda one: self._place[one.nodeid])


def recorded(folder: Path, module: str, tests: Sequence[str]) -> Record:
    """Run the tests without a change; the process ends if they fail."""
    recorder, kept = _Recorder(folder / module), folder / "record.json"

    def run() -> int:
        code = pytest.main([*_OPTIONS, *tests], plugins=[recorder])
        kept.write_text(json.dumps([recorder.seconds, recorder.lines]), encoding="utf-8")
        return code

    if _in_a_child(folder, run, None):
        raise SystemExit("the tests fail without a change: mend that first")
    return Record(*json.loads(kept.read_text(encoding="utf-8")))


def noticed(folder: Path, record: Record, tests: Sequence[str]) -> bool:
    """Tell whether one of some tests fails; that they take ten times as long and half a minute is a failure too."""

    def run() -> int:
        sys.dont_write_bytecode = True  # two changes of one second have the same time, and may have the same size
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        files = dict.fromkeys(test.partition("::")[0] for test in tests)
        return pytest.main([*_OPTIONS, *files], plugins=[_Chosen(tests)])

    return _in_a_child(folder, run, 30 + 10 * sum(record.seconds[test] for test in tests)) not in {0, _NO_TESTS}


def _in_a_child(folder: Path, run: Callable[[], int], seconds: float | None) -> int:
    """Return how a function ended in a process of its own, in a folder; one that is stopped ends with a signal.

    The process begins where this one is, with what most tests import. It may use 6 GiB.
    """
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        os.environ["PYTHONPATH"] = str(folder)  # for what tests start
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1" if seconds else ""
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
        signal.alarm(int(seconds or 0))
        code = 1
        try:
            code = run()
        except BaseException:  # noqa: BLE001 -- the process ends here
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        with suppress(ProcessLookupError):  # what the tests started, and the tests after Ctrl-C
            os.killpg(child, signal.SIGKILL)


if __name__ == "__main__":
    main()
