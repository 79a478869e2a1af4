"""Cases as they are read: what is asked, and what must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from auditlint.kubernetes.requests import Request
    from auditlint.policy import Policy
    from auditlint.testing.every import Every
    from auditlint.testing.expected import Expected
    from auditlint.text.nodes import Node
    from auditlint.text.whole import Whole


class Case(NamedTuple):
    """One case: what must hold of one request, or of every request of a set."""

    name: str
    number: int
    """Its index in the file."""
    line: int
    expected: Expected
    asked: Request | Every


class CaseFile(NamedTuple):
    """A file of cases, read; `root` and `text` say where all of it stands."""

    path: str
    policy: Policy
    cases: tuple[Case, ...]
    root: Node
    text: Whole
