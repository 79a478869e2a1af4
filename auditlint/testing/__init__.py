"""Unit tests of policies: files of cases, each a request or a set of requests and what must hold of them.

`read` reads a file, `run` runs its cases, `update` writes what the policy does today into them.
"""

from __future__ import annotations

from auditlint.errors import CaseFileError
from auditlint.testing.reading import Given, read
from auditlint.testing.running import run, run_files
from auditlint.testing.updating import update

__all__ = ["CaseFileError", "Given", "read", "run", "run_files", "update"]
