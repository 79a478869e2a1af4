"""What of the findings of a file is reported: comments and severities first, folding last, over what is live."""

from __future__ import annotations

from bisect import bisect_left
from types import MappingProxyType

from auditlint.lint import ignores, precedence
from auditlint.lint.judging import run_rules
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Mapping, Sequence

    from auditlint.finding import Finding, Span
    from auditlint.lint.baseline import Key
    from auditlint.lint.facts import Facts
    from auditlint.lint.guard import Guard
    from auditlint.lint.judging import Terms
    from auditlint.lint.selection import Selection

_OF_TEMPLATES = frozenset({"unrendered-template", "yaml-syntax"})
"""The rules that speak of marks themselves."""


class Reported(NamedTuple):
    """What is reported of one file."""

    findings: tuple[Finding, ...] = ()
    by_settings: int = 0
    """How many findings the configuration keeps from being shown."""
    live: tuple[Finding, ...] = ()
    """Those that no comment hides, before they are folded into one another: what a baseline is written of."""
    left: Mapping[Key, int] = MappingProxyType({})
    """How many findings that the baseline knows were not there."""


class Told(NamedTuple):
    """What is told of one file: findings, and its lines if there are any."""

    reported: Reported = Reported()
    lines: tuple[str, ...] = ()


class Limits(NamedTuple):
    """What keeps findings of one file from being told."""

    selection: Selection
    without: Selection | None = None
    """The selection without the configuration, if there is any."""
    known: Counter[Key] | None = None
    """What a baseline knows of the file, if there is one."""
    lines: tuple[str, ...] = ()
    """The lines of the file, for the baseline."""


def reported(file: Facts, findings: Sequence[Finding], limits: Limits, terms: Terms, guard: Guard) -> Reported:
    """Return what is reported of all that the rules find in a file.

    Ignore comments hide the findings of the rules that they name and no others, so they come before folding; so does a
    baseline, whose findings are folded by themselves: what is new is not folded into what is known.
    """
    selection = limits.selection
    findings = _once(beyond_marks(findings, file.marks))
    if file.comments is not None and selection.heeds_comments:
        findings, about_comments = ignores.heed(file.comments, findings, file.subjects, selection)
        findings = (*findings, *run_rules(about_comments, terms, guard, {}))
    selected = _once(finding for finding in findings if selection.reports(finding.rule))
    live = tuple(finding for finding in selected if finding.suppressed is None)
    hidden: list[Finding] = []
    left: Mapping[Key, int] = {}
    if limits.known is not None:
        from auditlint.lint import baseline

        selected, hidden, left = baseline.hide(selected, limits.known, limits.lines)
        hidden = [baseline.marked(one) for one in precedence.fold(hidden, selection.weighed)]
    folded = [*precedence.fold(selected, selection.weighed), *hidden]
    told = tuple(map(told_with_controls, folded) if terms.profiles else folded)
    by_settings = _hidden(findings, selection, limits.without) if limits.without else 0
    return Reported(told, by_settings, live, left)


def _hidden(findings: Sequence[Finding], selection: Selection, without: Selection) -> int:
    """Return how many findings would be shown without the configuration, and are not."""
    if all(selection.shows(one) or not without.shows(one) for one in findings):
        return 0
    folded = precedence.fold([one for one in findings if without.reports(one.rule)], without.weighed)
    return sum(one.suppressed is None and without.shows(one) and not selection.shows(one) for one in folded)


def beyond_marks(findings: Sequence[Finding], marks: Sequence[Span]) -> Sequence[Finding]:
    """Return findings without those about what the marks of a template touch: nobody knows what is there in the end."""
    if not marks:
        return findings
    return [one for one in findings if one.rule in _OF_TEMPLATES or not _touches(one.span, marks)]


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings without those that say the same of the same place, such as of the volumes that servers share."""
    said = {(one.rule, one.span, one.pointer, one.document, one.message): one for one in findings}
    return list(said.values())


def _touches(span: Span, marks: Sequence[Span]) -> bool:
    """Tell whether a span has anything of a mark in it; marks are in order, and apart."""
    last = bisect_left(marks, span.end, key=lambda mark: mark.start) - 1
    return last >= 0 and marks[last].end > span.start


def told_with_controls(finding: Finding) -> Finding:
    """Return a finding whose message ends with the controls that are not met because of it."""
    if not finding.controls:
        return finding
    from auditlint import profiles

    return finding._replace(message=f"{finding.message} ({profiles.in_words(finding.controls)})")


def order(finding: Finding) -> tuple[str, int, int, str, str, int]:
    """Return what findings are sorted by: path, line, column, rule."""
    return finding.path, finding.span.line, finding.span.column, finding.rule, finding.pointer, finding.document
