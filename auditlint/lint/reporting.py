"""What of the findings of a file is reported: comments and severities first, folding last, over what is live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.lint import ignores, precedence
from auditlint.lint.judging import run_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.finding import Finding
    from auditlint.lint.guard import Guard
    from auditlint.lint.judging import Terms
    from auditlint.lint.selection import Selection
    from auditlint.lint.workspace import Facts


def reported(
    file: Facts, findings: Sequence[Finding], selection: Selection, terms: Terms, guard: Guard
) -> tuple[Finding, ...]:
    """Return what is reported of all that the rules find in a file.

    Ignore comments hide the findings of the rules that they name and no others, so they come before folding.
    """
    if file.comments is not None:
        findings, about_comments = ignores.heed(file.comments, findings, file.subjects, selection)
        findings = (*findings, *run_rules(about_comments, terms, guard, {}))
    selected = [finding for finding in findings if selection.reports(finding.rule)]
    folded = precedence.fold(selected, selection.weighed)
    return tuple(map(told_with_controls, folded) if terms.profiles else folded)


def told_with_controls(finding: Finding) -> Finding:
    """Return a finding whose message ends with the controls that are not met because of it."""
    if not finding.controls:
        return finding
    from auditlint import profiles

    return finding._replace(message=f"{finding.message} ({profiles.in_words(finding.controls)})")


def order(finding: Finding) -> tuple[str, int, int, str, str, int]:
    """Return what findings are sorted by: path, line, column, rule."""
    return finding.path, finding.span.line, finding.span.column, finding.rule, finding.pointer, finding.document
