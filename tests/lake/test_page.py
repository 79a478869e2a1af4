"""The examples of docs/lake.md."""

from __future__ import annotations

import doctest
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lake.conftest import demand

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parent.parent.parent


def test_the_examples_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demand("duckdb", "pyarrow")
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path / "examples")
    result = doctest.testfile(str(ROOT / "docs/lake.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert result.failed == 0
    assert result.attempted > 5
