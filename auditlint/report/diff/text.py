"""Differences for people at a terminal: the changes of each group, what matters most first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.english import counted
from auditlint.report.differences import GROUPS
from auditlint.report.printable import printable
from auditlint.report.styles import BOLD, COLORS, DIM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.report.differences import Changed, Differences, RuleAt
    from auditlint.report.medium import Medium

_COLORS = {"lost": COLORS["error"], "gained": COLORS["info"], "dearer": COLORS["warning"], "cheaper": COLORS["note"]}
EQUAL = "same outcome for every request"
UNKNOWN = "no change found, but not everything could be compared"


def render(found: Differences, medium: Medium) -> str:
    """Return a line for each change, an example and the rules below it; then what was not compared and the counts."""
    return "".join(f"{line}\n" for line in _lines(found, medium))


def _lines(found: Differences, medium: Medium) -> Iterator[str]:
    for group, meaning in GROUPS.items():
        changes = found.of(group)
        if changes:
            yield f"{medium.styled(group, _COLORS[group])}: {meaning}"
            for change in changes:
                yield from _change(change, medium)
            yield ""
    yield from (f"not compared: {printable(notice)}" for notice in found.notices)
    yield summary(found)


def _change(change: Changed, medium: Medium) -> Iterator[str]:
    remark = f" ({change.remark})" if change.remark else ""
    yield f"  {medium.styled(printable(change.what), BOLD)}: {' → '.join(change.outcomes)}{remark}"
    yield f"      {printable(change.example)}"
    yield f"      {medium.styled(printable(f'{place(change.old)} → {place(change.new)}'), DIM)}"


def place(rule: RuleAt | None) -> str:
    """Return where a rule stands: `audit-policy.yaml:4 (rules[0])`."""
    return "no rule" if rule is None else f"{rule.path}:{rule.line} (rules[{rule.rule}])"


def summary(found: Differences) -> str:
    """Return how many changes there are, or that there are none."""
    if not found.changes:
        return EQUAL if found.equal else UNKNOWN
    groups = ", ".join(f"{len(found.of(group))} {group}" for group in GROUPS if found.of(group))
    more = "" if found.complete else ", and there may be more"
    return f"{counted(len(found.changes), 'change')}: {groups}{more}"
