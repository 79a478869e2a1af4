"""What Python programs import, and the examples of docs/python.md."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

import auditlint

ROOT = Path(__file__).parent.parent


def test_the_examples_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "examples")
    result = doctest.testfile(str(ROOT / "docs/python.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert result.failed == 0
    assert result.attempted > 0


@pytest.mark.parametrize("name", [name for name in auditlint.__all__ if name != "__version__"])
def test_every_name_is_there(name: str) -> None:
    assert getattr(auditlint, name).__name__ == name


def test_no_other_name_is_there() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        auditlint.nonsense  # noqa: B018


def test_the_library_needs_no_command_line() -> None:
    script = (
        "import sys; from auditlint import Policy, Words\n"
        "policy = Policy.load('good/audit-policy.yaml')\n"
        "policy.eval(Words(verb='list', resource='pods')); policy.matrix(); policy.replay(['recorded']).summary\n"
        "sys.exit(str([name for name in sys.modules if name == 'click' or name.startswith('auditlint.cli')]))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT / "examples", capture_output=True, text=True, check=False
    )
    assert run.stderr == "[]\n"
