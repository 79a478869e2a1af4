"""Files as they are in a revision of a git repository: `HEAD~1:audit-policy.yaml`."""

from __future__ import annotations

import os
import subprocess

from auditlint.text.source import LIMIT, UnreadableError, read_file


def read(name: str) -> bytes:
    """Return the content of a file, or of `REVISION:PATH` where no file is called just that; raises UnreadableError.

    As git reads it: PATH is from the root of the repository, ./PATH from the working directory, and without a revision
    it is what is staged.
    """
    if ":" not in name or os.path.lexists(name):
        return read_file(name)
    try:
        done = subprocess.run(["git", "cat-file", "blob", _no_option(name)], capture_output=True, check=False)  # noqa: S603, S607
    except OSError:
        raise UnreadableError(name, "no such file, and no git to look for a revision") from None
    if done.returncode:
        raise UnreadableError(name, f"no such file, and git says: {_said(done.stderr)}")
    if len(done.stdout) > LIMIT:
        raise UnreadableError(name, f"is larger than {LIMIT >> 20} MiB")
    return done.stdout


def _no_option(name: str) -> str:
    if name.startswith("-"):
        raise UnreadableError(name, "no such file, and no revision begins with a dash")
    return name


def _said(message: bytes) -> str:
    """Return the first line of what git complains about."""
    lines = message.decode(errors="replace").strip().splitlines()
    return lines[0].removeprefix("fatal: ") if lines else "nothing"
