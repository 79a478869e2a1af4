"""What several outputs of `check` say in the same words."""

from __future__ import annotations

from auditlint import english
from auditlint.finding import Severity
from auditlint.report.printable import printable
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.finding import Finding, Related, Span
    from auditlint.report.medium import Medium
    from auditlint.report.model import Report, SubjectSummary


def said(finding: Finding) -> str:
    """Return the message, and behind it what to do about it; what is to be pasted, if it is longer, is `block`."""
    sentence, *lines = finding.help.split("\n")
    sentence = " ".join((sentence, *(lines if len(lines) == 1 else ())))
    return f"{finding.message}. {sentence}" if sentence else finding.message


def block(finding: Finding) -> tuple[str, ...]:
    """Return the lines to paste that the help of a finding ends with; a single one is said with it."""
    lines = tuple(finding.help.split("\n")[1:])
    return lines if len(lines) > 1 else ()


def whole(finding: Finding) -> tuple[str, ...]:
    """Return the message and the help, and behind it the lines to paste."""
    return said(finding), *block(finding)


def notes(finding: Finding, medium: Medium) -> Iterator[str]:
    """Yield what else is said of a finding: its example, then its related places, each with its place and rule.

    Paths are as seen from the repository's root.
    """
    if finding.example:
        yield finding.example
    for note in finding.related:
        yield f"{place(medium.located(note.path), note.span)}: {noted(note)}"


def noted(note: Related) -> str:
    """Return what is said of a related place, with the name of the rule whose finding was folded."""
    return f"{note.message} [{note.rule}]" if note.rule else note.message


def place(path: str, span: Span) -> str:
    """Return where something stands: `audit-policy.yaml:4:10`."""
    return f"{path}:{span.line}:{span.column}"


def closing_line(report: Report) -> str:
    """Return the end of a run in one line: what will not start, what was recognised and passed over, the counts.

    Where something could not be done that comes first, for no count is whole then; last what was hidden, and by what.
    """
    failed = len({notice.path for notice in (*report.failed, *report.crashed)})
    verdicts = [*([f"{english.counted(failed, 'path')} failed"] if failed else []), *_verdicts(report)]
    if failed and not (report.subjects or report.live):
        return "; ".join((*verdicts, "nothing was checked"))
    hidden = ", ".join(_hidden(report))
    parts = (
        ", ".join(verdicts),
        ", ".join(_found(report)),
        ", ".join(_counts(report)) or "no findings",
        hidden and f"hidden: {hidden}",
        report.settings_of and f"settings of {report.settings_of}",
    )
    return printable("; ".join(part for part in parts if part))


def _verdicts(report: Report) -> Iterator[str]:
    """Yield what the server refuses; nothing where everything starts."""
    servers = [subject for subject in report.subjects if not subject.policy]
    policies = [subject for subject in report.subjects if subject.policy]
    if refused := _refused(servers):
        yield f"{refused} of {english.counted(len(servers), 'kube-apiserver')} will not start"
    if refused := _refused(policies):
        verb = english.noun(refused, "is", "are")
        yield f"{refused} of {english.counted(len(policies), 'policy', 'policies')} {verb} refused"


def _refused(subjects: Sequence[SubjectSummary]) -> int:
    return sum(bool(subject.refused_by) for subject in subjects)


def _found(report: Report) -> Iterator[str]:
    kinds = [subject.kind for subject in report.subjects]
    yield english.counted(kinds.count("policy"), "policy", "policies")
    yield english.counted(kinds.count("apiserver"), "apiserver")
    if report.definitions:
        yield f"{english.counted(report.definitions, 'file')} with custom resources"
    if report.passed_over:
        unread = f" ({report.unread} with audit settings that were not read)" if report.unread else ""
        yield f"{english.counted(report.passed_over, 'file')} passed over{unread}"


def _counts(report: Report) -> Iterator[str]:
    """Yield how many findings there are, worst first, and whether they are shown."""
    for severity in sorted(Severity, reverse=True):
        if number := report.count(severity):
            hidden = "" if severity >= report.min_severity else " not shown"
            yield f"{english.counted(number, severity.word)}{hidden}"


def _hidden(report: Report) -> Iterator[str]:
    """Yield what was hidden, and by what."""
    for hidden in report.hidden:
        counts = (hidden.findings, "finding"), (hidden.files, "file"), (hidden.folders, "folder")
        if said := [english.counted(number, noun) for number, noun in counts if number]:
            yield f"{english.listing(said)} by {hidden.by}"
