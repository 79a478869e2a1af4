"""Turns a matrix and the policies it is about into the document that every output is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes import releases
from auditlint.kubernetes.match import decision_of
from auditlint.report.tables.document import FORMAT_VERSION, Document
from auditlint.text import source
from auditlint.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.finding import Span
    from auditlint.kubernetes.match import Decision
    from auditlint.kubernetes.matrix import Line, Matrix, Table, cells
    from auditlint.kubernetes.matrix.people import Identity
    from auditlint.policy.policy_file import PolicyFile
    from auditlint.report.tables import document as plain

MOST_VALUES = 100
"""So many of the namespaces or names of one case are listed, the rest are counted."""
MOST_LINES = 200
"""So many lines of one rule are shown."""
LONGEST_LINE = 400


def document(
    found: Matrix, policies: Sequence[PolicyFile], namespace: str | None, *, narrowed: bool = False
) -> Document:
    """Return a matrix of one policy, or of a new and an old one, as plain data; `narrowed`: of some rows only."""
    known: dict[cells.Cell, plain.Cell] = {}
    return {
        "version": FORMAT_VERSION,
        "tool": {"name": "auditlint", "version": __version__},
        "policy": _policy(policies[0]),
        "against": _policy(policies[1]) if len(policies) > 1 else None,
        "namespace": namespace,
        "narrowed": narrowed,
        "tables": [_table(table, known) for table in found.tables],
        "hidden_rows": found.hidden_rows,
        "hidden_paths": found.hidden_paths,
        "hidden_identities": found.hidden_identities,
    }


def _policy(policy: PolicyFile) -> plain.PolicyText:
    lines = source.lines(policy.content)
    return {
        "path": policy.path,
        "kubernetes": releases.name(policy.subject.minor),
        "rules": [_rule(policy, number, lines) for number in range(len(policy.held.rules))],
    }


def _rule(policy: PolicyFile, number: int, lines: Sequence[str]) -> plain.RuleText:
    path = policy.subject.at("rules", number)
    span = policy.subject.places.value(path)
    return {
        **_decision(decision_of(policy.held, number)),
        "pointer": policy.subject.places.pointer(path),
        "line": span.line,
        "end_line": span.end_line,
        "text": _text(lines, span),
    }


def _text(lines: Sequence[str], span: Span) -> list[str]:
    """Return the lines of a rule, without what other rules have on them."""
    found = list(lines[span.line - 1 : span.end_line][:MOST_LINES])
    if len(found) == span.end_line - span.line + 1:
        behind = found[-1][span.end_column - 1 :].strip()
        if behind and not behind.startswith("#"):
            found[-1] = found[-1][: span.end_column - 1]
    if found and found[0][: span.column - 1].strip() not in {"", "-"}:
        found[0] = found[0][span.column - 1 :]
    return [line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…" for line in found]


def _table(table: Table, known: dict[cells.Cell, plain.Cell]) -> plain.Table:
    return {
        "identities": [_identity(identity) for identity in table.identities],
        "rows": [_row(line, known) for line in table.lines],
    }


def _identity(identity: Identity) -> plain.Identity:
    return {
        "kind": identity.kind,
        "name": identity.name,
        "user": identity.user,
        "groups": list(identity.groups),
        "added_groups": list(identity.added),
    }


def _row(line: Line, known: dict[cells.Cell, plain.Cell]) -> plain.Row:
    """Return a row; equal cells are one object, whatever tables they stand in."""
    row, found = line
    for cell in found:
        if cell not in known:
            known[cell] = _cell(cell)
    return {
        "section": row.section,
        "name": row.name,
        "apiGroup": row.group,
        "resource": row.resource,
        "subresource": row.subresource,
        "path": row.path,
        "cells": [known[cell] for cell in found],
    }


def _cell(cell: cells.Cell) -> plain.Cell:
    return {
        "verb": cell.verb,
        "levels": list(cell.levels),
        "exact": cell.exact,
        "cases": [_case(case) for case in cell.cases],
        "more_cases": cell.hidden,
    }


def _case(case: cells.Case) -> plain.Case:
    now, *before = case.decisions
    return {
        **_decision(now),
        "was": _decision(before[0]) if before else None,
        "otherwise": case.otherwise,
        "where": [{"namespace": _choice(where.namespace), "name": _choice(where.name)} for where in case.where],
    }


def _decision(decision: Decision) -> plain.Decision:
    return {
        "rule": decision.rule,
        "level": decision.level,
        "omitStages": list(decision.omit_stages),
        "omitManagedFields": decision.omit_managed_fields,
    }


def _choice(choice: cells.Choice | None) -> plain.Choice | None:
    if choice is None:
        return None
    values = list(choice.values[:MOST_VALUES])
    return {"others": choice.others, "values": values, "more": len(choice.values) - len(values)}
