"""The scripts of the project, as shellcheck reads them, and what Emacs says when it compiles its part."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.places.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def scripts() -> Iterator[str]:
    """Yield the tracked files that a shell runs."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        with (ROOT / name).open("rb") as file:
            if file.readline().rstrip() in {b"#!/bin/sh", b"#!/usr/bin/env bash"}:
                yield name


def test_shellcheck(program: Callable[[str], str]) -> None:
    found = sorted(scripts())
    assert {"integrations/install", "integrations/github/check", "tests/places/install", "tools/dev"} <= set(found)
    run = subprocess.run([program("shellcheck"), *found], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.stdout + run.stderr, run.returncode) == ("", 0)


def test_emacs_compiles_the_checker(tmp_path: Path, program: Callable[[str], str]) -> None:
    source = ROOT / "integrations/emacs/flycheck-auditlint.el"
    target = tmp_path / source.name
    target.write_bytes(source.read_bytes())
    command = ["--batch", "--eval", "(package-initialize)", "--eval", "(setq byte-compile-error-on-warn t)"]
    run = subprocess.run(
        [program("emacs"), *command, "--funcall", "batch-byte-compile", str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert target.with_suffix(".elc").exists()
