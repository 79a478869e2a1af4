"""What a host of code is given: a repository with a policy in which a comment hides its own finding."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BAD = (
    "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"
    "- level: metadata # auditlint: ignore[invalid-level] nobody is to see this\n"
)


def committed(folder: Path) -> None:
    """Make a folder a repository, with all that is in it committed."""
    who = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    for arguments in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "all")):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
