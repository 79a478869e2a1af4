"""The text of a replay's summary: tables of the rules that were hit, and what else there is to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlint.english import noun
from auditlint.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditlint.report.medium import Medium

    Summary = Mapping[str, Any]

LEVELS = ("None", "Metadata", "Request", "RequestResponse")
LINES_SHOWN = 200
_LONGEST_NAME = 48
_UNKNOWN = "or more, ?: the log does not hold all the bodies that this level would add\n"
_UNSEEN = "what was not logged when the log was written is not in these numbers\n"
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_THOUSAND = 1000


def render(summary: Summary, _medium: Medium) -> str:
    """Return the summary of a log under one policy, or what differs between two."""
    return _differing(summary) if "differences" in summary else _taken(summary)


def _taken(summary: Summary) -> str:
    rows = [row for row in (*summary["rules"], summary["unmatched"]) if row["events"]]
    parts = [_head(summary), _hits(rows), _busiest(rows), _volumes(summary, rows), _never_hit(summary)]
    return "\n".join(part for part in parts if part)


def _differing(summary: Summary) -> str:
    head = _head(summary)
    if not summary["differences"]:
        return f"{head}\nevery event gets the same from both policies\n"
    differing = f"{summary['differing']:,} events get something else from the new policy than from the old one\n"
    volume = summary["volume"]
    day = ""
    if volume["perDay"] is not None:
        day = f"a day: {_size(volume['againstPerDay'])} by the old policy, {_size(volume['perDay'])} by the new one\n"
    return "\n".join(part for part in (head, differing, _differences(summary["differences"]), day) if part)


def _head(summary: Summary) -> str:
    files = f"{summary['files']:,} {noun(summary['files'], 'file')}"
    counts = f"{summary['events']:,} events of at least {summary['requests']:,} requests"
    lines = [f"{counts} in {files}, {_size(summary['bytes'])}"]
    if summary["first"]:
        lines.append(f"from {_moment(summary['first'])} to {_moment(summary['last'])}")
    if bad := summary["malformed"]["lines"]:
        lines.append(f"{bad:,} {noun(bad, 'line is', 'lines are')} no audit event")
    return "\n".join(lines) + "\n"


def _hits(rows: Sequence[Summary]) -> str:
    heading = ("RULE", "LEVEL", ">EVENTS", ">SHARE", ">REQUESTS", ">BYTES", "FIRST SEEN", "LAST SEEN")
    return _table(
        heading,
        (
            (
                _rule(row),
                row["level"],
                f"{row['events']:,}",
                _percent(row["share"]),
                f"{row['requests']:,}",
                _size(row["bytes"]),
                _moment(row["first"]),
                _moment(row["last"]),
            )
            for row in rows
        ),
    )


def _busiest(rows: Sequence[Summary]) -> str:
    return _table(
        ("BUSIEST OF", "USER", "VERB", "RESOURCE"),
        ((_rule(row), *(_name(row["busiest"][what]) for what in ("user", "verb", "resource"))) for row in rows),
    )


def _volumes(summary: Summary, rows: Sequence[Summary]) -> str:
    """Return the estimate for a day, and what each level would save or cost; "" if the log covers no time."""
    volume = summary["volume"]
    if volume["perDay"] is None:
        return ""
    heading = ("A DAY", ">RECORDED", ">THIS POLICY", *(f">AT {level}" for level in LEVELS))
    table = _table(
        heading,
        (
            (
                _rule(row),
                _size(row["volume"]["recordedPerDay"]),
                _size(row["volume"]["perDay"]),
                *(_change(row, level) for level in LEVELS),
            )
            for row in rows
        ),
    )
    total = f"all: {_size(volume['recordedPerDay'])} a day recorded, {_size(volume['perDay'])} by this policy\n"
    unknown = any(row["volume"]["levels"][level]["unknown"] for row in rows for level in LEVELS)
    return table + total + (_UNKNOWN if unknown else "") + _UNSEEN


def _change(row: Summary, level: str) -> str:
    if level == row["level"]:
        return "="
    estimate = row["volume"]["levels"][level]
    change, unknown = estimate["change"], estimate["unknown"]
    if unknown and not change:
        return "?"
    sign = "-" if change < 0 else "+" if change > 0 else ""
    return f"{sign}{_size(abs(change))}{' or more' if unknown else ''}"


def _never_hit(summary: Summary) -> str:
    rules = [summary["rules"][number] for number in summary["neverHit"]]
    if not rules:
        return "every rule was hit\n"
    lines = ", ".join(str(rule["line"]) for rule in rules[:LINES_SHOWN])
    more = f" and {len(rules) - LINES_SHOWN:,} more" if len(rules) > LINES_SHOWN else ""
    where = f"{printable(rules[0]['path'])} {noun(len(rules), 'line')} {lines}{more}"
    return f"never hit: {len(rules):,} of {len(summary['rules']):,} rules, {where}\n"


def _differences(differences: Iterable[Summary]) -> str:
    return _table(
        (">EVENTS", "OLD RULE", "OLD LEVEL", "NEW RULE", "NEW LEVEL", "MOSTLY", "FIRST AUDIT ID"),
        (
            (
                f"{row['events']:,}",
                _rule(row["against"]),
                _level(row["against"]),
                _rule(row),
                _level(row),
                " ".join(row["busiest"][what]["name"] for what in ("user", "verb", "resource")),
                row["example"] or "",
            )
            for row in differences
        ),
    )


def _level(row: Summary) -> str:
    """Return the level, with what else two policies may differ in."""
    if row["level"] == "None":
        return "None"
    omitted = f" without {', '.join(row['omitStages'])}" if row["omitStages"] else ""
    managed = ", no managedFields" if row["omitManagedFields"] else ""
    return f"{row['level']}{omitted}{managed}"


def _rule(row: Summary) -> str:
    return "no rule" if row["rule"] is None else f"{row['path']}:{row['line']}"


def _name(busiest: Summary) -> str:
    name: str = busiest["name"] or '""'
    shown = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return f"{shown} {_percent(busiest['share'])}"


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _moment(moment: str | None) -> str:
    """Return a time to the second."""
    return moment[:19].replace("T", " ") if moment else "-"


def _size(size: int) -> str:
    """Return bytes with a unit, to three digits."""
    if size < _THOUSAND:
        return f"{size} B"
    power = min(len(str(size)) - 1, 17) // 3
    number = size / _THOUSAND**power
    return f"{number:.{max(0, 3 - len(str(int(number))))}f} {_UNITS[power]}"


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows below a heading, in columns; those whose heading starts with `>` are flush right. "" without rows."""
    rows = tuple(rows)
    if not rows:
        return ""
    right = [cell.startswith(">") for cell in heading]
    cells = [tuple(cell.lstrip(">") for cell in heading), *(tuple(map(printable, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = (
        "  ".join(
            cell.rjust(width) if flush else cell.ljust(width)
            for cell, width, flush in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in cells
    )
    return "\n".join(lines) + "\n"
