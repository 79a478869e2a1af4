"""Rules about auditlint's own ignore comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint import spelling
from auditlint.change import Delete, Repair
from auditlint.english import quoted
from auditlint.finding import Finding, Severity
from auditlint.rule import REGISTRY, Category, Context
from auditlint.subjects.model import IgnoreComments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.subjects.model import Ignore

rule = Category("hygiene", IgnoreComments)


@rule(
    "unused-ignore",
    severity=Severity.WARNING,
    fixable=True,
    summary="an ignore comment that covers no finding",
)
def unused_ignore(comments: IgnoreComments, context: Context) -> Iterator[Finding]:
    """Report each known rule that an ignore comment names for nothing."""
    for number, name in comments.unused:
        if name in comments.known:
            ignore = comments.ignores[number]
            line, fix = comments.missed.get(name), None
            if line is None:
                fix = Repair("Delete it", (Delete((number, name)),))
                message = f"{_for_nothing(ignore, name)}: there is no {name} here"
                help = "Delete it" if len(ignore.names) == 1 else f"Delete `{name}` from the comment"
            else:
                message = f"{_for_nothing(ignore, name)}: {name} is found in line {line}, which it does not cover"
                help = f"Write it at the end of line {line}, or alone on the line above"
            yield context.at(ignore.span, "", message, help=help, fix=fix)


def _for_nothing(ignore: Ignore, name: str) -> str:
    """Return the start of a sentence about a name; the others in the same comment may ignore something."""
    return "this comment ignores nothing" if len(ignore.names) == 1 else f"this comment names {name} for nothing"


@rule(
    "unknown-ignore",
    severity=Severity.WARNING,
    summary="an ignore comment that names no rule",
)
def unknown_ignore(comments: IgnoreComments, context: Context) -> Iterator[Finding]:
    """Report each name in an ignore comment that no rule has."""
    known = sorted(comments.known)
    for ignore in comments.ignores:
        for name in ignore.names:
            if name not in comments.known:
                what = "this comment" if len(ignore.names) == 1 else "it"
                message = f"{quoted(name)} is not a rule, so {what} ignores nothing"
                yield context.at(ignore.span, "", message, help=_meant(name, known))


def _meant(name: str, known: Sequence[str]) -> str:
    if name in {rule.category for rule in REGISTRY.values()}:
        return "Write the name of a rule, this is a category: `auditlint rules` lists both"
    near = spelling.meant(name, known)
    return f"Write `{near}`" if near else "Write the name of a rule, `auditlint rules` lists them"


@rule(
    "malformed-ignore",
    severity=Severity.WARNING,
    summary="a comment for auditlint that is not understood",
)
def malformed_ignore(comments: IgnoreComments, context: Context) -> Iterator[Finding]:
    """Report comments that speak to auditlint without the form it takes."""
    for span, text in comments.malformed:
        yield context.at(span, "", f"{quoted(text)} ignores nothing", help=_FORM)


_FORM = (
    "Write `# auditlint: ignore[rule-name] reason`; for the whole file, before the first key, "
    "`# auditlint: ignore-file[rule-name] reason`"
)
