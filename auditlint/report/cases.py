"""What became of the cases of test files, as every output of `test` is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from auditlint.finding import Witness
    from auditlint.report.explained import Decided


class CaseResult(NamedTuple):
    """What became of one case."""

    name: str
    line: int
    message: str | None = None
    """What does not hold; None where all does."""
    got: Decided | None = None
    """What is decided on the request of the case; None where it is about every request of a set."""
    counterexample: Witness | None = None
    """A request of the set for which it does not hold."""
    shown: str = ""
    """The request of the case as a command."""

    @property
    def passed(self) -> bool:
        """Whether all that must hold does."""
        return self.message is None

    @property
    def outcome(self) -> str:
        """`passed` or `failed`."""
        return "passed" if self.passed else "failed"


class Uncovered(NamedTuple):
    """A rule of the policy that no case with a single request reaches."""

    rule: int
    line: int


class FileResult(NamedTuple):
    """What became of one file; where `error` says that it cannot be run, there are no cases."""

    path: str
    policy: str | None
    error: str | None = None
    cases: tuple[CaseResult, ...] = ()
    uncovered: tuple[Uncovered, ...] = ()

    @property
    def failures(self) -> tuple[CaseResult, ...]:
        """The cases that do not hold."""
        return tuple(case for case in self.cases if not case.passed)


class Results(NamedTuple):
    """What became of all files."""

    files: tuple[FileResult, ...]

    @property
    def passed(self) -> int:
        """How many cases hold."""
        return sum(len(file.cases) - len(file.failures) for file in self.files)

    @property
    def failed(self) -> int:
        """How many cases do not hold."""
        return sum(len(file.failures) for file in self.files)

    @property
    def errors(self) -> int:
        """How many files cannot be run."""
        return sum(file.error is not None for file in self.files)
