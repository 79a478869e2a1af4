"""The real reviewdog reads what is written for it; it is built from the Go module proxy and kept in `.cache/`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.report.test_readers import FINDINGS, rendered

ROOT = Path(__file__).parent.parent.parent
VERSION = "v0.21.0"
MODULE = "github.com/reviewdog/reviewdog"
BINARY = ROOT / ".cache" / f"reviewdog-{VERSION}" / "reviewdog"


@pytest.fixture(scope="module")
def reviewdog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the program, built where it is not there yet."""
    if BINARY.exists():
        return BINARY
    if shutil.which("go") is None:
        pytest.skip("Go is not installed")
    folder = tmp_path_factory.mktemp("reviewdog")
    for arguments in (
        ("mod", "init", "program"),
        ("get", "-tool", f"{MODULE}/cmd/reviewdog@{VERSION}"),
        ("build", "-buildvcs=false", "-o", "reviewdog", f"{MODULE}/cmd/reviewdog"),
    ):
        subprocess.run(["go", *arguments], cwd=folder, check=True, capture_output=True)
    BINARY.parent.mkdir(parents=True, exist_ok=True)
    partial = BINARY.with_name(f"reviewdog.{os.getpid()}")
    shutil.copy(folder / "reviewdog", partial)
    partial.replace(BINARY)
    return BINARY


@pytest.mark.parametrize("output_format", ["rdjson", "checkstyle"])
def test_reviewdog_reads_every_finding(output_format: str, reviewdog: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    done = subprocess.run(
        [reviewdog, f"-f={output_format}", "-reporter=rdjson", "-filter-mode=nofilter", "-diff=git diff"],
        input=rendered(output_format).encode(),
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    diagnostics = json.loads(done.stdout)["diagnostics"]
    places = [(one["location"]["path"], one["location"]["range"]["start"]["line"]) for one in diagnostics]
    assert sorted(places) == sorted((f"policies/{one.path}", one.span.line) for one in FINDINGS)
