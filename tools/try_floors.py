"""Runs the tests of the commands with the lowest version of every dependency that `pyproject.toml` allows.

The extra `detect` has an environment of its own: what it needs is newer than the lowest versions of the others.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent
_DEPENDENCY = re.compile(r"([\w.-]+)>=([\w.]+)(?:,<[\w.]+)?(?:\s*;\s*(.+))?")
TESTS = ("tests/cli", "tests/report", "tests/settings", "tests/lint")
TESTS_OF_DETECT = ("tests/detections", "tests/cli/test_detect.py", "tests/report/test_detect.py")


def floors(dependencies: list[str]) -> list[str]:
    """Return each dependency pinned to its floor, such as `click==8.1.7`; ValueError for one without a floor."""
    pinned = []
    for text in dependencies:
        match = _DEPENDENCY.fullmatch(text)
        if match is None:
            raise ValueError(f'"{text}" has no floor: write NAME>=VERSION')
        name, version, marker = match.groups()
        pinned.append(f"{name}=={version}" + (f"; {marker}" if marker else ""))
    return pinned


def main() -> int:
    """Make the environments and run the tests named on the command line, or those of the commands."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own, of_detect = project["dependencies"], project["optional-dependencies"]["detect"]
    tests = sys.argv[1:] or [name for name in TESTS if (ROOT / name).exists()]
    left_out = [f"--ignore={name}" for name in TESTS_OF_DETECT]
    code = run("floors", floors(own), [*tests, *left_out])
    return code or run("floors-detect", [*own, *floors(of_detect)], TESTS_OF_DETECT)


def run(name: str, wanted: Sequence[str], tests: Sequence[str]) -> int:
    """Make an environment with these packages and run tests in it; return what pytest ended with."""
    folder = ROOT / ".cache" / name
    python = folder / "bin" / "python"
    venv.create(folder, clear=True, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *wanted, "pytest>=8.2", "hypothesis>=6.100"], check=True)
    print("lowest versions:", *wanted, flush=True)
    command = [str(python), "-m", "pytest", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
