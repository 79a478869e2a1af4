"""The text that `eval` prints: what is decided on one request, and why."""

from __future__ import annotations

from typing import NamedTuple

from auditlint.report.text import printable


class PassedOver(NamedTuple):
    """An earlier rule, where it stands, and what keeps it from taking the request."""

    place: str
    reason: str


class Explained(NamedTuple):
    """A decision with its reasons."""

    request: str
    identity: str
    level: str
    stages: tuple[str, ...]
    omitted: tuple[str, ...]
    rule: str
    """The rule that decides and where it stands, or that none does."""
    without_managed_fields: bool
    passed_over: tuple[PassedOver, ...]
    hidden: int = 0
    """Earlier rules that are not shown."""
    recorded: str = ""
    """What the event itself says that happened."""


def render(explained: Explained) -> str:
    """Return the decision, a line for each of its parts, then the rules that were passed over."""
    rows = [
        ("request", explained.request),
        ("user", explained.identity),
        ("level", explained.level),
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
    if explained.level == "None":
        return "none, nothing is logged"
    if not explained.stages:
        return "none, all of them are omitted: nothing is logged"
    omitted = f" (omitted: {', '.join(explained.omitted)})" if explained.omitted else ""
    return ", ".join(explained.stages) + omitted
