"""What the starter of a carrier is given, and what it returns."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, NamedTuple

from auditlint.starter import policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditlint.starter.limits import Limits
    from auditlint.starter.policy import Draft

NAME = "audit-policy.yaml"
"""What the file of the policy is called."""
POLICY = f"/etc/kubernetes/{NAME}"
LOGS = "/var/log/kubernetes/audit"
"""The folder of the log: one that holds nothing else, so that it can be mounted as a whole."""
LOG = f"{LOGS}/audit.log"


class Plan(NamedTuple):
    """What to write, whatever the carrier."""

    draft: Draft
    minor: int
    limits: Limits
    keeps_files: bool = False
    """A profile asks for files of the log that are kept."""

    @property
    def policy(self) -> str:
        """The text of the policy."""
        return policy.text(self.draft)

    @property
    def policy_file(self) -> File:
        """The policy as a file of its own."""
        return File(NAME, self.policy)

    def flags(self, policy: str = POLICY, log: str = LOG) -> list[tuple[str, str | None]]:
        """Return the flags, for a policy and a log at these paths."""
        return [("audit-policy-file", policy), ("audit-log-path", log), *self.limits.flags]


class File(NamedTuple):
    """A file to write; `name` is its path in the folder that the user chose."""

    name: str
    text: str


class Step(NamedTuple):
    """Something for the user to do."""

    words: str
    """A sentence, without a full stop."""
    line: str = ""
    """What to type or to write, where words do not do."""


class Start(NamedTuple):
    """What a starter comes to."""

    files: tuple[File, ...]
    steps: tuple[Step, ...]
    """What the user is to do with the files, in order."""
    notes: tuple[str, ...] = ()
    """What else there is to know."""
    limits_log: bool = True
    """The files say how much of the log is kept."""


def lines(of: Iterable[str], blanks: int) -> str:
    """Return lines with so many blanks in front, to be put into the text of a file."""
    return indent("\n".join(of), " " * blanks)


def below(text: str, blanks: int) -> str:
    """Return a text with so many blanks in front of its lines, as the value behind `|`."""
    return indent(text.rstrip("\n"), " " * blanks)
