"""What an editor is shown, and what it has to make of each line: file, line, column, kind."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

NAME = "audit-policy.yaml"
POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - {level: Metadata, users: ["жанна", "*"]}
  - level: Metadata
    verbs: ["GET"]
  - level: None
  - level: Request
"""
"""One with an error, a warning, an info and notes, the first behind letters that take several bytes."""


class Mark(NamedTuple):
    """One line of the report, as an editor has to show it."""

    file: str
    line: int
    column: int
    kind: str


def marks(folder: Path, path: str, *options: str) -> list[Mark]:
    """Return what the lines of a report on the file in a folder say, whose name is known and holds no colon."""
    command = ["auditlint", "check", "--format=text", *options, NAME]
    run = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    parts = [line.split(":", 4) for line in run.stdout.splitlines()]
    assert {file for file, *_ in parts} == {NAME}
    return [Mark(file, int(line), int(column), kind.strip()) for file, line, column, kind, _ in parts]
