"""The matrix as CSV (RFC 4180): a line for each person, cell and case."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from auditlint.report.printable import printable
from auditlint.report.tables import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.report.medium import Medium
    from auditlint.report.tables.document import Case, Cell, Decision, Document, Identity, PolicyText, Row

HEADINGS = ("who", "name", "groups", "section", "resource", "verb", "when", "level", "rule", "line", "omitted")
BEFORE = ("was_level", "was_rule", "was_line", "was_omitted")
_FORMULA = frozenset("=+-@")
"""What a formula begins with."""
_MANY = 1_000_000
_UNKNOWN = "too many cases to try"


def render(document: Document, _medium: Medium) -> str:
    """Return a line of headings, then the cells; rules count from 0, as `rules[0]` does.

    A value that a spreadsheet would take for a formula has an apostrophe before it.
    """
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow((*HEADINGS, *(BEFORE if document["against"] else ())))
    for table in document["tables"]:
        for identity in table["identities"]:
            for row in table["rows"]:
                for cell in row["cells"]:
                    writer.writerows(map(_safe, _lines(document, identity, row, cell)))
    return output.getvalue()


def _safe(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return fields that no spreadsheet takes for a formula and that hold no control characters."""
    shown = map(printable, fields)
    return tuple(f"'{field}" if field.lstrip()[:1] in _FORMULA else field for field in shown)


def _lines(document: Document, identity: Identity, row: Row, cell: Cell) -> Iterator[tuple[str, ...]]:
    who = (identity["kind"], identity["name"], " ".join(identity["groups"]))
    what = (row["section"], row["name"], cell["verb"])
    for case in cell["cases"]:
        when = "always" if len(cell["cases"]) == 1 else words.where_words(case, _MANY)
        yield (*who, *what, when, *_outcome(document, case))
    if not cell["exact"]:
        yield (*who, *what, _UNKNOWN, " or ".join(cell["levels"]))
    if cell["more_cases"]:
        yield (*who, *what, f"{cell['more_cases']} more cases", " or ".join(cell["levels"]))


def _outcome(document: Document, case: Case) -> tuple[str, ...]:
    now = _decision(case, document["policy"])
    against = document["against"]
    return now if against is None or case["was"] is None else (*now, *_decision(case["was"], against))


def _decision(decision: Decision, policy: PolicyText) -> tuple[str, ...]:
    rule = decision["rule"]
    managed = ("managedFields",) if decision["omitManagedFields"] else ()
    place = ("", "") if rule is None else (str(rule), str(policy["rules"][rule]["line"]))
    return (decision["level"], *place, " ".join((*decision["omitStages"], *managed)))
