"""Rules about auditlint's own ignore comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint import spelling
from auditlint.finding import Finding, Severity
from auditlint.rule import REGISTRY, Category, Context
from auditlint.subjects.model import IgnoreComments

if TYPE_CHECKING:
    from collections.abc import Iterator

rule = Category("hygiene", IgnoreComments)


@rule(
    "unused-ignore",
    severity=Severity.WARNING,
    summary="an ignore comment that covers no finding",
)
def unused_ignore(comments: IgnoreComments, context: Context) -> Iterator[Finding]:
    """Report each known rule that an ignore comment names for nothing."""
    for ignore, name in comments.unused:
        if name in comments.known:
            yield context.at(
                ignore.span, "", f'nothing to ignore: no "{name}" finding is covered by this comment, remove it'
            )


@rule(
    "unknown-ignore",
    severity=Severity.WARNING,
    summary="an ignore comment that names no rule",
)
def unknown_ignore(comments: IgnoreComments, context: Context) -> Iterator[Finding]:
    """Report each name in an ignore comment that no rule has."""
    for ignore in comments.ignores:
        for name in ignore.names:
            if name not in comments.known:
                hint = spelling.suggestion(name, comments.known) or "; `auditlint rules` lists them"
                if name in {rule.category for rule in REGISTRY.values()}:
                    hint = ": it is a category, and a comment names rules, which `auditlint rules` lists"
                yield context.at(ignore.span, "", f'"{name}" is not a rule, so this comment ignores nothing{hint}')


@rule(
    "malformed-ignore",
    severity=Severity.WARNING,
    summary="a comment for auditlint that is not understood",
)
def malformed_ignore(comments: IgnoreComments, context: Context) -> Iterator[Finding]:
    """Report comments that speak to auditlint without the form it takes."""
    for span, text in comments.malformed:
        yield context.at(
            span,
            "",
            f'"{text}" ignores nothing: write `# auditlint: ignore[rule-name] reason`, '
            "or `# auditlint: ignore-file[rule-name] reason` before the first key",
        )
