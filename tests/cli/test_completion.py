"""Shell completion: what docs/integrations.md says, and a real bash that completes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

PROGRAM = (sys.executable, "-m", "auditlint")


def completed(*words: str) -> list[str]:
    """Return what may stand in the place of the last word."""
    variables = {
        "_AUDITLINT_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("auditlint", *words)),
        "COMP_CWORD": str(len(words)),
    }
    run = subprocess.run(PROGRAM, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    return [line.partition(",")[2] for line in run.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("co",), ["config"]),
        (("config", "s"), ["show"]),
        (("check", "--write-b"), ["--write-baseline"]),
        (("check", "--add-"), ["--add-ignores"]),
        (("check", "--min-severity", "w"), ["warning"]),
        (("schema", "base"), ["baseline"]),
    ],
)
def test_what_follows(words: tuple[str, ...], found: list[str]) -> None:
    assert completed(*words) == found


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
def test_the_script_is_one_that_bash_takes() -> None:
    environment = {**os.environ, "_AUDITLINT_COMPLETE": "bash_source"}
    script = subprocess.run(PROGRAM, env=environment, capture_output=True, text=True, check=False)
    assert (script.returncode, script.stderr) == (0, "")
    asked = f"{script.stdout}\ncomplete -p auditlint"
    run = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=False)
    assert (run.returncode, "_auditlint_completion" in run.stdout) == (0, True)
