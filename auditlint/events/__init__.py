"""Recorded audit events: finding and reading logs, deciding on each event, counting.

What programs use of it is named here, and loaded when it is first asked for: see docs/lake.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.events.batches import BatchDecider, decide_batches, row_batches, tabulate_batches
    from auditlint.events.projection import Plan, plan
    from auditlint.events.replay import Replay
    from auditlint.events.table import Row, rows
    from auditlint.events.totals import Totals

__all__ = [
    "BatchDecider",
    "Plan",
    "Replay",
    "Row",
    "Totals",
    "decide_batches",
    "plan",
    "row_batches",
    "rows",
    "tabulate_batches",
]
_HOMES = {
    "BatchDecider": "batches",
    "Plan": "projection",
    "Replay": "replay",
    "Row": "table",
    "Totals": "totals",
    "decide_batches": "batches",
    "plan": "projection",
    "row_batches": "batches",
    "rows": "table",
    "tabulate_batches": "batches",
}
"""The module that each name comes from."""


def __getattr__(name: str) -> object:
    """Load a name from its module: most runs need none of them."""
    if name not in _HOMES:
        raise AttributeError(f'module "auditlint.events" has no "{name}"')
    return getattr(import_module(f"auditlint.events.{_HOMES[name]}"), name)
