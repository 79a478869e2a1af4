"""What the tests of commands share: running auditlint as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: ["RequestReceived"]
rules:
- level: Metadata
"""
BAD_LEVEL = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: metadata\n"


class Auditlint(Protocol):
    def __call__(self, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def auditlint(tmp_path: Path) -> Auditlint:
    """Run auditlint in the test's own folder."""

    def call(*arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
        run = subprocess.run(
            [sys.executable, "-m", "auditlint", *arguments],
            cwd=tmp_path,
            input=stdin or b"",
            capture_output=True,
            check=False,
        )
        return subprocess.CompletedProcess(run.args, run.returncode, run.stdout.decode(), run.stderr.decode())

    return call


@pytest.fixture
def write(tmp_path: Path) -> object:
    """Write a file in the test's own folder."""

    def make(name: str, content: str | bytes) -> str:
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    return make
