"""The text that `eval` prints: what is decided on one request, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.printable import printable

if TYPE_CHECKING:
    from auditlint.report.explained import Explained
    from auditlint.report.medium import Medium


def render(explained: Explained, _medium: Medium) -> str:
    """Return the decision, a line for each of its parts, then the rules that were passed over."""
    rows = [
        ("request", explained.request),
        ("user", explained.identity),
        ("level", explained.decided.level),
        ("stages", _stages(explained)),
        ("rule", explained.rule),
        ("bodies", "without managedFields" if explained.without_managed_fields else ""),
        ("recorded", explained.recorded),
    ]
    lines = [f"{name + ':':<10}{printable(value)}" for name, value in rows if value]
    if explained.passed_over:
        lines.append("passed over:")
        lines += [f"  {printable(place)}: {printable(reason)}" for place, reason in explained.passed_over]
    if explained.hidden:
        lines.append(f"  and {explained.hidden} more; --verbose shows them")
    return "\n".join(lines) + "\n"


def _stages(explained: Explained) -> str:
    """Return the stages that are logged; which of them a request passes depends on how it goes."""
    if explained.decided.level == "None":
        return "none, nothing is logged"
    if not explained.stages:
        return "none, all of them are omitted: nothing is logged"
    omitted = ", ".join(explained.decided.omit_stages)
    return ", ".join(explained.stages) + (f" (omitted: {omitted})" if omitted else "")
