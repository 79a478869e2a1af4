"""Where the tests of this folder find real runners and editors, and what they are shown: files with findings."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.places.shown import NAME, POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
PLACE = ROOT / ".cache" / "places"
ADVICE = "is not installed: tests/places/install does it"
REQUIRED = "AUDITLINT_PLACES"
"""Set to `required` where the tests must not be skipped, as in CI."""
_FOLDERS = (PLACE, PLACE / "node" / "node_modules" / ".bin", ROOT / ".venv" / "bin")


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Return the path of a program; a test that needs one which is not there is skipped, or fails where it must run."""

    def find(name: str) -> str:
        folders = os.pathsep.join([*map(str, _FOLDERS), os.environ["PATH"]])
        found = shutil.which(name, path=folders)
        if found is None:
            (pytest.fail if os.environ.get(REQUIRED) == "required" else pytest.skip)(f"{name} {ADVICE}")
        return found

    return find


@pytest.fixture(scope="session")
def own_path() -> str:
    """A PATH on which auditlint is the one of this checkout."""
    return f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the policy that editors are shown."""
    (tmp_path / NAME).write_text(POLICY, encoding="utf-8")
    return tmp_path
