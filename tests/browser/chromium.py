"""Finds the Chromium that the tests of the page drive; tests/browser/install looks in the same places."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

INSTALLED = Path(__file__).parents[2] / ".cache" / "browser" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", str(INSTALLED))
ADVICE = "needs Chromium and playwright: tests/browser/install finds or installs them"
REQUIRED = "AUDITLINT_BROWSER"
"""Set to `required` where the tests must not be skipped, as in CI."""


def find() -> str | None:
    """Return the path of a browser that starts, None if there is none."""
    named = os.environ.get("AUDITLINT_CHROMIUM")
    candidates = (named,) if named else NAMES
    return next((path for name in candidates if (path := shutil.which(name)) and _starts(path)), None)


def _starts(path: str) -> bool:
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0
