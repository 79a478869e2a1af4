"""To add an output is to add one module: a scratch copy of the program gets one more for each command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auditlint.report import formats

ROOT = Path(__file__).parent.parent.parent
MODULE = '''"""The name of the document, and nothing else."""


def render(document: object, medium: object) -> str:
    return type(document).__name__ + "\\n"
'''
POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"
COMMANDS = {
    "check": (("check", "policy.yaml"), "Report"),
    "matrix": (("matrix", "policy.yaml"), "dict"),
    "diff": (("diff", "policy.yaml", "policy.yaml"), "Differences"),
    "eval": (("eval", "policy.yaml", "--path", "/healthz"), "Explained"),
    "test": (("test", "cases.test.yaml"), "Results"),
    "upgrade": (("upgrade", "policy.yaml", "--from", "1.30", "--to", "1.37"), "Upgraded"),
    "replay": (("replay", "policy.yaml", "audit.log"), "dict"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_module_is_an_output(command: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "auditlint", tmp_path / "auditlint", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("rules", "schemas"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / "auditlint" / "report" / command / "added.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "cases.test.yaml").write_text("policy: policy.yaml\ncases: []\n", encoding="utf-8")
    (tmp_path / "audit.log").write_text("", encoding="utf-8")
    arguments, expected = COMMANDS[command]
    done = subprocess.run(
        [sys.executable, "-m", "auditlint", *arguments, "--format", "added"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == (f"{expected}\n", 0), done.stderr


def test_the_outputs() -> None:
    assert {command: formats(command) for command in COMMANDS} == {
        "check": (
            *("checkstyle", "full", "github", "gitlab", "html", "json", "junit", "markdown", "rdjson", "sarif", "text"),
        ),
        "matrix": ("csv", "html", "json", "markdown", "text"),
        "diff": ("json", "markdown", "text"),
        "eval": ("json", "text"),
        "replay": ("json", "text"),
        "test": ("json", "junit", "tap", "text"),
        "upgrade": ("json", "markdown", "text"),
    }
