"""The output for a person at a terminal, and the closing line."""

from __future__ import annotations

import pytest

from auditlint.finding import Finding, Notice, Related, Severity, Span
from auditlint.report import Medium, render
from auditlint.report.model import PolicyFacts, Report, SubjectSummary
from auditlint.report.words import closing_line

LINES = ("apiVersion: audit.k8s.io/v1", "kind: Policy", "rules:", "  - level: None", "  - level: Metadata")


def finding(line: int, rule: str = "some-rule", *, refused: bool = False, **details: object) -> Finding:
    given: dict[str, object] = {"severity": Severity.ERROR, "message": "this rule is never used", **details}
    span = Span(line, 5, line, 10)
    return Finding(rule, "some", refused=refused, path="p.yaml", span=span, document=0, pointer="", **given)  # type: ignore[arg-type]


def full(*findings: Finding, width: int = 80, color: bool = False) -> str:
    report = Report((), findings, (), 1, lines={"p.yaml": LINES})
    return render("check", "full", report, Medium(color, width))


def test_a_finding() -> None:
    related = (
        Related("p.yaml", Span(4, 5, 4, 10), "matches its requests first"),
        Related("p.yaml", Span(5, 5, 5, 10), "also not logged", "exec-not-audited"),
        Related("other.yaml", Span(1, 1, 1, 4), "the manifest"),
    )
    example = "`kubectl get secret db -n prod` is not logged"
    assert full(finding(5, help="Move it above line 4", example=example, related=related)) == (
        "error[some-rule]: this rule is never used\n"
        "  p.yaml:5:5\n"
        "    4 |   - level: None\n"
        "      |     -----\n"
        "    5 |   - level: Metadata\n"
        "      |     ^^^^^\n"
        "  other.yaml:1:1\n"
        "  example: `kubectl get secret db -n prod` is not logged\n"
        "  help: Move it above line 4\n"
        "  note: line 4: matches its requests first\n"
        "  note: also not logged [exec-not-audited]\n"
        "  note: other.yaml:1:1: the manifest\n"
    )


def test_what_is_refused_comes_first() -> None:
    text = full(finding(1, "a"), finding(2, "b", refused=True), finding(3, "c"))
    assert [block.split("[")[1][0] for block in text.split("\n\n")] == ["b", "a", "c"]


def test_sentences_fit_and_commands_stay_whole() -> None:
    message = "this is said at some length, and `kubectl get secret db -n prod` is one command of it"
    lines = full(finding(1, message=message, help=message), width=50).splitlines()
    assert max(map(len, lines)) <= 50
    assert sum("`kubectl get secret db -n prod`" in line for line in lines) == 2


def test_a_long_line_is_shown_around_its_mark() -> None:
    span = Span(1, 301, 1, 304)
    report = Report((), (finding(1)._replace(span=span),), (), 1, lines={"p.yaml": ("x" * 300 + "abc" + "y" * 300,)})
    _, _, source, caret = render("check", "full", report, Medium(width=60)).splitlines()
    assert len(source) <= 60
    assert source[caret.index("^") : caret.rindex("^") + 1] == "abc"


def test_colours_only_where_asked() -> None:
    assert "\x1b" not in full(finding(1, help="a"))
    assert full(finding(1, help="a"), color=True).startswith("\x1b[1;31merror[some-rule]:\x1b[0m this")


def subject(*refused_by: str, policy: bool = False) -> SubjectSummary:
    facts = PolicyFacts(lenient=False) if policy else None
    return SubjectSummary("p.yaml", "policy", 0, "", 1, "1.37", "default", refused_by, facts)


@pytest.mark.parametrize(
    ("subjects", "counts", "line"),
    [
        ((), (0, 0, 0), "0 policies, 0 apiservers, 3 files passed over; no findings"),
        ((subject(policy=True),), (0, 0, 2), "1 policy, 0 apiservers, 3 files passed over; 2 infos not shown"),
        (
            (subject("flags"), subject(), subject(policy=True)),
            (2, 1, 5),
            (
                "1 of 2 kube-apiservers will not start; 1 policy, 2 apiservers, 3 files passed over; "
                "2 errors, 1 warning, 5 infos not shown"
            ),
        ),
        (
            (subject("policy", policy=True), subject("policy", policy=True)),
            (2, 0, 0),
            "2 of 2 policies are refused; 2 policies, 0 apiservers, 3 files passed over; 2 errors",
        ),
    ],
)
def test_closing_line(subjects: tuple[SubjectSummary, ...], counts: tuple[int, ...], line: str) -> None:
    severities = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    findings = tuple(
        finding(1, severity=severity) for severity, n in zip(severities, counts, strict=True) for _ in range(n)
    )
    report = Report(subjects, findings, (), 1, passed_over=3, min_severity=Severity.WARNING)
    assert closing_line(report) == line


def test_what_failed_comes_first_and_nothing_is_called_clean_that_was_not_read() -> None:
    missing = (Notice("a.yaml", "no such file or folder"), Notice("b.yaml", "no such file or folder"))
    assert closing_line(Report((), (), (), 0, failed=missing)) == "2 paths failed; nothing was checked"
    some = Report((subject("policy", policy=True),), (finding(1),), (), 1, failed=missing[:1])
    assert closing_line(some) == "1 path failed, 1 of 1 policy is refused; 1 policy, 0 apiservers; 1 error"
