"""The plug-in in the real pytest."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent.parent
MODULE = "auditlint.testing.plugin"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    installed = any(entry.value == MODULE for entry in entry_points(group="pytest11"))
    named = () if installed else ("-p", MODULE)  # an environment from before there was a plug-in
    command = [sys.executable, "-m", "pytest", *named, "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tmp_path / "p.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_each_case_is_a_test(folder: Path) -> None:
    text = (
        "policy: p.yaml\ncases:\n- {name: holds, path: /a, level: Metadata}\n- {name: not so, path: /b, level: None}\n"
    )
    (folder / "c.test.yaml").write_text(text, encoding="utf-8")
    (folder / "other.test.yaml").write_text("cases: nothing of ours\n", encoding="utf-8")
    done = run(folder, "-v")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "c.test.yaml::holds PASSED" in done.stdout
    assert "c.test.yaml::not so FAILED" in done.stdout
    assert "c.test.yaml:4: `kubectl get --raw /b` by system:anonymous" in done.stdout
    assert "the level is Metadata, not None (p.yaml:5, rules[0])" in done.stdout
    assert "Traceback" not in done.stdout
    assert "1 failed, 1 passed" in done.stdout


def test_a_file_that_cannot_be_run_is_an_error(folder: Path) -> None:
    (folder / "c.test.yml").write_text("policy: p.yaml\ncases:\n- {path: /a}\n", encoding="utf-8")
    done = run(folder)
    assert done.returncode == 2
    assert "c.test.yml:3: nothing must hold" in done.stdout
    assert "1 error" in done.stdout


def test_tests_are_chosen_by_name(folder: Path) -> None:
    text = (
        "policy: p.yaml\ncases:\n- {name: one, path: /a, level: Metadata}\n- {name: two, path: /b, level: Metadata}\n"
    )
    (folder / "c.test.yaml").write_text(text, encoding="utf-8")
    done = run(folder, "-k", "two")
    assert (done.returncode, "1 passed, 1 deselected" in done.stdout) == (0, True)


def test_pytest_finds_it_where_auditlint_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"auditlint": MODULE}
