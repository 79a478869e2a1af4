"""Replaying with an engine: what it reads, and who decides on it; one module each, its name the word for `--engine`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from auditlint.errors import AuditlintError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.events.totals import Totals
    from auditlint.kubernetes.policy import Policy

ENGINES = ("duckdb", "spark")


class EngineError(AuditlintError):
    """The engine is not there, or cannot read what it is given."""


class Replayed(NamedTuple):
    """What was counted, and in how many logs."""

    totals: Totals
    files: int
    unmeasured: tuple[str, ...] = ()
    """Tables that do not say how many bytes their events took."""


def replay(engine: str, policies: Sequence[Policy], logs: Sequence[str], jobs: int) -> Replayed:
    """Return what policies make of logs and tables that an engine reads: files, folders, patterns, addresses.

    `jobs` is how many processes read what auditlint reads itself. Raises EngineError.
    """
    from auditlint.events.engines.inputs import sorted_out

    if engine not in ENGINES:
        raise EngineError(f'no engine "{engine}": there are {" and ".join(ENGINES)}')
    run = import_module(f"auditlint.events.engines.{engine}").replay
    found: Replayed = run(policies, sorted_out(logs), jobs)
    return found


def reason(error: Exception) -> str:
    """Return the first sentence of what an engine complains of, on one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
