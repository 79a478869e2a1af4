"""Runs the tests of the commands with the lowest version of every dependency that `pyproject.toml` allows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
_DEPENDENCY = re.compile(r"([\w.-]+)>=([\w.]+)(?:,<[\w.]+)?(?:\s*;\s*(.+))?")
TESTS = ("tests/cli", "tests/report", "tests/settings", "tests/lint")


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
    """Make the environment and run the tests named on the command line, or those of the commands."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    folder = ROOT / ".cache" / "floors"
    python = folder / "bin" / "python"
    venv.create(folder, clear=True, with_pip=True)
    pinned = floors([*project["dependencies"], *project["optional-dependencies"]["detect"]])
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *pinned, "pytest>=8.2", "hypothesis>=6.100"], check=True)
    print("lowest versions:", *pinned, flush=True)
    tests = sys.argv[1:] or [name for name in TESTS if (ROOT / name).exists()]
    command = [str(python), "-m", "pytest", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
