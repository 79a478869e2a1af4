"""Real editors, run without a window and without anybody's configuration."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOUND = "found.json"
"""Where a script of an editor leaves what it found."""


def left_by(command: Sequence[str], folder: Path, path: str, **more: str) -> Any:
    """Run an editor in a folder, with programs of a PATH and more variables; return what it leaves in FOUND."""
    run = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8", **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (folder / FOUND).exists(), run.stdout + run.stderr
    return json.loads((folder / FOUND).read_text())
