"""Judgements for people at a terminal: a table, then every detection that does not see all, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.report.detections import VERDICTS, summary
from auditlint.report.printable import printable
from auditlint.report.styles import BOLD, COLORS, DIM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.report.detections import Blinding, Judged, Judgements
    from auditlint.report.medium import Medium

_COLORS = {
    "blind": COLORS["error"],
    "partly": COLORS["warning"],
    "not-judged": COLORS["note"],
    "never": COLORS["info"],
    "sees": "\x1b[1;32m",
}


_MOST_LINES = 30
"""So many lines of what to write are shown."""


def render(found: Judgements, medium: Medium) -> str:
    """Return the table by tactic and severity, the detections by verdict, and the counts."""
    return "".join(f"{line}\n" for line in _lines(found, medium))


def _lines(found: Judgements, medium: Medium) -> Iterator[str]:
    yield from _table(found)
    yield ""
    for verdict, meaning in VERDICTS.items():
        detections = found.of(verdict)
        if detections:
            yield f"{medium.styled(verdict, _COLORS[verdict])}: {meaning}"
            for one in detections:
                yield from _detection(one, medium)
            yield ""
    yield printable(summary(found))


def _table(found: Judgements) -> Iterator[str]:
    """Yield how many detections of each tactic and severity there are, and how many of them see all."""
    severities = found.severities
    rows = [["sees all / detections", *severities, "any"]]
    for tactic in [*found.tactics, None]:
        cells = [found.cell(tactic, severity) for severity in [*severities, None]]
        rows.append([printable(tactic or "any tactic"), *map(_cell, cells)])
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        padded = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join([row[0].ljust(widths[0]), *padded])


def _cell(counts: dict[str, int]) -> str:
    return f"{counts.get('sees', 0)}/{sum(counts.values())}" if counts else "-"


def _detection(one: Judged, medium: Medium) -> Iterator[str]:
    tactics = f" ({', '.join(one.tactics)})" if one.tactics else ""
    facts = " ".join(filter(None, (one.language, one.severity)))
    yield f"  {medium.styled(printable(one.name), BOLD)} [{printable(facts)}]{printable(tactics)}"
    yield _quiet(f"      {one.path}:{one.line}", medium)
    if one.verdict == "sees":
        yield from (f"      note: {printable(note)}" for note in one.notes)
        return
    yield f"      {printable(one.reason or '')}"
    if one.example:
        yield f"      such as {printable(one.example)}"
    if one.blinded_by:
        yield _quiet(f"      {place(one.blinded_by)}", medium)
    if one.help:
        yield "      write:"
        yield from _help(one.help.splitlines())
    yield from (f"      note: {printable(note)}" for note in one.notes)


def _help(lines: list[str]) -> Iterator[str]:
    yield from (f"        {printable(line)}" for line in lines[:_MOST_LINES])
    if len(lines) > _MOST_LINES:
        yield f"        # and {len(lines) - _MOST_LINES} more lines: --format json and html show them"


def place(rule: Blinding) -> str:
    """Return the rule that matches: `audit-policy.yaml:4 (rules[0])`."""
    return f"{rule.path}: no rule matches it" if rule.rule is None else f"{rule.path}:{rule.line} (rules[{rule.rule}])"


def _quiet(text: str, medium: Medium) -> str:
    return medium.styled(printable(text), DIM)
