"""Runs the tests of the commands with the lowest and the newest versions of every dependency: `tools/dev versions`.

The lowest are those that `pyproject.toml` allows; the newest are those that the registry has today.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROOT = Path(__file__).parent.parent
_DEPENDENCY = re.compile(r"([\w.-]+)>=([\w.]+)(?:,<[\w.]+)?(?:\s*;\s*(.+))?")
TESTS = ("tests/cli", "tests/report", "tests/lint")
TESTS_OF_DETECT = ("tests/detections", "tests/cli/test_detect.py", "tests/report/test_detect.py")
_OF_TESTS = ("pytest>=8.2", "hypothesis>=6.100", "markdown-it-py>=3")
WHICH = ("lowest", "newest")


class Trial(NamedTuple):
    """Tests that are to pass in an environment of their own."""

    name: str
    wanted: Sequence[str]
    """What is installed, in the words of pip."""
    tests: Sequence[str]


def floors(dependencies: Iterable[str]) -> list[str]:
    """Return each dependency pinned to its floor, such as `click==8.1.7`; ValueError for one without a floor."""
    pinned = []
    for text in dependencies:
        match = _DEPENDENCY.fullmatch(text)
        if match is None:
            raise ValueError(f'"{text}" has no floor: write NAME>=VERSION')
        name, version, marker = match.groups()
        pinned.append(f"{name}=={version}" + (f"; {marker}" if marker else ""))
    return pinned


def trials(own: Sequence[str], of_detect: Sequence[str], which: Iterable[str], tests: Sequence[str]) -> Iterator[Trial]:
    """Yield what is to be tried.

    `own` and `of_detect`: the dependencies of the project and of its extra, which needs newer ones than the lowest.
    """
    without_detect = [*tests, *(f"--ignore={name}" for name in TESTS_OF_DETECT)]
    for one in which:
        if one == "newest":
            yield Trial("newest", [*own, *of_detect], [*tests, TESTS_OF_DETECT[0]])
        else:
            yield Trial("lowest", floors(own), without_detect)
            yield Trial("lowest of the extra detect", [*own, *floors(of_detect)], TESTS_OF_DETECT)


def main() -> int:
    """Make the environments and run the tests named on the command line, or those of the commands."""
    parser = argparse.ArgumentParser(prog="tools/dev versions", description=__doc__)
    parser.add_argument("--python", action="append", metavar="PROGRAM", help="an interpreter; the project's if none")
    parser.add_argument("--only", choices=WHICH, help="the lowest or the newest versions alone")
    parser.add_argument("tests", nargs="*", default=TESTS)
    given = parser.parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own, of_detect = project["dependencies"], project["optional-dependencies"]["detect"]
    codes = {
        f"{version_of(python)}, {trial.name}": run(python, trial)
        for python in given.python or [sys.executable]
        for trial in trials(own, of_detect, [given.only] if given.only else WHICH, given.tests)
    }
    for name, code in codes.items():
        print(f"{name}: {'failed' if code else 'passed'}")
    return max(codes.values())


def version_of(python: str) -> str:
    """Return what an interpreter calls itself, such as `Python 3.13.0`."""
    return subprocess.run([python, "--version"], check=True, capture_output=True, text=True).stdout.strip()


def run(python: str, trial: Trial) -> int:
    """Make the environment of a trial and run its tests; return what pytest ended with."""
    print(f"== {version_of(python)}, {trial.name}: {', '.join(trial.wanted)}", flush=True)
    folder = ROOT / ".cache" / "versions"
    own = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
    pip = [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade"]
    subprocess.run([*pip, *trial.wanted, *_OF_TESTS], check=True)
    command = [own, "-m", "pytest", "-p", "no:cacheprovider", *trial.tests]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
