"""How much of the log is kept: as many days as guides ask for, in the files that so many days take."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from auditlint.english import counted
from auditlint.kubernetes import traffic

if TYPE_CHECKING:
    from auditlint.kubernetes.policy import Policy

DAYS = 30
"""What CIS and the STIG ask for at least."""
_FILES = 10
_SIZE = 100
"""Megabytes of one file: the least that CIS and the STIG ask for."""
_SIZES = (_SIZE, 200, 500, 1000)
_MOST_FILES = 100
_GIGABYTE = 1000


class Limits(NamedTuple):
    """What the flags of the log say, and what that is worth."""

    days: int
    files: int
    """Old files that are kept."""
    size: int
    """Megabytes of each."""
    idle: float
    """Megabytes that the cluster logs in a day on which nobody uses it."""

    @property
    def room(self) -> int:
        """The megabytes that the log and its old files may take."""
        return (self.files + 1) * self.size

    @property
    def flags(self) -> tuple[tuple[str, str], ...]:
        """The flags of kube-apiserver."""
        return (
            ("audit-log-maxage", str(self.days)),
            ("audit-log-maxbackup", str(self.files)),
            ("audit-log-maxsize", str(self.size)),
        )


DEFAULT_FLAGS = Limits(DAYS, _FILES, _SIZE, 0).flags
"""What a small cluster gets."""


def of(policy: Policy, minor: int, nodes: int) -> Limits:
    """Return limits that hold DAYS of what an idle cluster of so many nodes logs under a policy.

    They hold those of a cluster of traffic.NODES too, which the rules about retention count with.
    """
    idle = traffic.idle(policy, minor, nodes).megabytes
    wanted = DAYS * max(idle, traffic.idle(policy, minor).megabytes)
    size = next((size for size in _SIZES if wanted <= size * _MOST_FILES), _SIZES[-1])
    return Limits(DAYS, max(ceil(wanted / size) - 1, _FILES), size, idle)


def in_words(limits: Limits, nodes: int) -> str:
    """Return what the limits mean for the disk of a control plane node."""
    lasts = int(limits.room / limits.idle)
    return (
        f"The log takes up to {_amount(limits.room)} on each control plane node. With {counted(nodes, 'node')} an idle "
        f"cluster writes {_amount(limits.idle)} a day, which fills it in {counted(lasts, 'day')}; a busy one, sooner"
    )


def _amount(megabytes: float) -> str:
    return f"{megabytes / _GIGABYTE:,.1f} GB" if megabytes >= _GIGABYTE else f"{ceil(megabytes)} MB"
