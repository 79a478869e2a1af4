"""Differences as Markdown, such as for a comment on a pull request: a table for each group of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.diff.text import place, summary
from auditlint.report.differences import GROUPS
from auditlint.report.printable import markdown, row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.report.differences import Changed, Compared, Differences
    from auditlint.report.medium import Medium


def render(found: Differences, _medium: Medium) -> str:
    """Return a heading, the tables, what was not compared and the counts."""
    return "".join(f"{line}\n" for line in _lines(found))


def _lines(found: Differences) -> Iterator[str]:
    yield f"# What changes from {_policy(found.old)} to {_policy(found.new)}"
    yield ""
    for group, meaning in GROUPS.items():
        if changes := found.of(group):
            yield f"## {group.capitalize()}: {meaning}"
            yield ""
            yield "| requests | was | is | such as | rules |"
            yield "|---|---|---|---|---|"
            yield from map(_row, changes)
            yield ""
    yield from (f"- not compared: {markdown(notice)}" for notice in found.notices)
    said = summary(found)
    yield f"{said[0].upper()}{said[1:]}."


def _policy(compared: Compared) -> str:
    return f"{markdown(compared.path)} (Kubernetes {compared.kubernetes})"


def _row(change: Changed) -> str:
    rules = f"{place(change.old)} → {place(change.new)}"
    remark = f" ({change.remark})" if change.remark else ""
    return row((f"{change.what}{remark}", *change.outcomes, change.example, rules))
