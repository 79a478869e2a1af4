"""The pytest plug-in: files called `*.test.yaml` that name a policy are test files, each case in them a test."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditlint.policy import Policy
    from auditlint.testing.model import Case

_ENDINGS = (".test.yaml", ".test.yml")
_POLICY = re.compile(rb"^[\"']?policy[\"']?\s*:", re.MULTILINE)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PolicyTests | None:
    """Collect a file of cases; others of that name are not looked at."""
    if not file_path.name.endswith(_ENDINGS) or not _POLICY.search(file_path.read_bytes()):
        return None
    found: PolicyTests = PolicyTests.from_parent(parent, path=file_path)
    return found


class CaseFailedError(Exception):
    """What must hold does not."""


class PolicyTests(pytest.File):
    """A file of cases."""

    def collect(self) -> Iterator[PolicyCase]:
        """Yield a test for each case; a file that cannot be run is an error of collection."""
        from auditlint.errors import AuditlintError
        from auditlint.testing.reading import read

        try:
            file = read(os.path.relpath(self.path))
        except AuditlintError as error:
            raise self.CollectError(str(error)) from None
        for case in file.cases:
            yield PolicyCase.from_parent(self, name=case.name, case=case, policy=file.policy)


class PolicyCase(pytest.Item):
    """A case as a test."""

    def __init__(self, *, case: Case, policy: Policy, **rest: Any) -> None:
        super().__init__(**rest)
        self._case = case
        self._policy = policy

    def runtest(self) -> None:
        """Run it; raises CaseFailedError where it does not hold."""
        from auditlint.testing.running import run_case

        result = run_case(self._case, self._policy)
        if result.message is not None:
            raise CaseFailedError("\n".join(filter(None, (result.shown, result.message))))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Say what does not hold, without a traceback."""
        if isinstance(excinfo.value, CaseFailedError):
            return f"{os.path.relpath(self.path)}:{self._case.line}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the case stands, lines from 0."""
        return self.path, self._case.line - 1, self.name
