"""Ignore comments: what each covers, held to the definition; texts in texts; what comments are not understood."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditlint import check_text
from auditlint.finding import DecodedSpan, Finding, Severity, Span
from auditlint.lint.ignores import END, apply, mentions_us
from auditlint.settings import Settings
from auditlint.subjects.model import Ignore

if TYPE_CHECKING:
    from auditlint.report.model import Report

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"
RULES = ("invalid-level", "invalid-url", "unknown-field")
WITHIN = (None, Span(7, 1, 7, 9), Span(8, 1, 8, 9))


def found(rule: str, span: Span) -> Finding:
    return Finding(rule, "policy-values", Severity.ERROR, True, "p.yaml", span, 0, "", rule)  # noqa: FBT003


PLACES = st.tuples(st.integers(1, 6), st.integers(1, 3))
SPANS = st.builds(
    lambda at, within: DecodedSpan.of(within, Span(*at, *at)) if within else Span(*at, *at),
    PLACES,
    st.sampled_from(WITHIN),
)
IGNORES = st.builds(
    lambda at, names, first, last, within: Ignore(Span(*at, *at), names, str(at), first, last, within),
    PLACES,
    st.lists(st.sampled_from(RULES), min_size=1, max_size=3).map(tuple),
    PLACES,
    PLACES | st.just(END),
    st.sampled_from(WITHIN),
)


def covers(ignore: Ignore, one: Finding) -> bool:
    """Tell what a comment covers, as `Ignore` says it."""
    span = one.span
    if ignore.within is not None and isinstance(span, DecodedSpan):
        return (
            one.rule in ignore.names and ignore.within == Span(*span) and ignore.first <= span.inner[:2] < ignore.last
        )
    return ignore.within is None and one.rule in ignore.names and ignore.first <= span[:2] < ignore.last


@given(st.lists(st.builds(found, st.sampled_from(RULES), SPANS), max_size=12), st.lists(IGNORES, max_size=6))
def test_each_finding_is_covered_by_the_first_comment_that_covers_it(
    findings: list[Finding], ignores: list[Ignore]
) -> None:
    marked, unused = apply(findings, tuple(ignores))
    assert [one._replace(suppressed=None) for one in marked] == findings
    for one in marked:
        by = [ignore for ignore in ignores if covers(ignore, one)]
        assert (one.suppressed.reason if one.suppressed else None) == (by[0].reason if by else None)
    for number, ignore in enumerate(ignores):
        idle = {
            name for name in ignore.names if not any(covers(ignore._replace(names=(name,)), one) for one in findings)
        }
        assert {name for at, name in unused if at == number} == idle
    assert len(set(unused)) == len(unused)
    assert [ignores[number].span for number, _ in unused] == sorted(ignores[number].span for number, _ in unused)


def lines(report: Report) -> list[tuple[str, int]]:
    """Return rule and line of what is found, negative where a comment hides it."""
    return [(one.rule, -one.span.line if one.suppressed else one.span.line) for one in report.findings]


def check(text: str, name: str = "p.yaml", **settings: object) -> list[tuple[str, int]]:
    return lines(check_text(text, Settings(**settings), name=name))  # type: ignore[arg-type]


COVERED = {
    "the line": ("- level: a # auditlint: ignore[invalid-level]\n- level: b\n", [-4, 5]),
    "the line, not the one below": ("- level: None # auditlint: ignore[invalid-level]\n- level: b\n", [5]),
    "the key below": ("- users: [x]\n  # auditlint: ignore[invalid-level]\n  level: a\n- level: b\n", [-6, 7]),
    "the item below": ("# auditlint: ignore[invalid-level]\n- users: [x]\n  level: a\n- level: b\n", [-6, 7]),
    "blank lines between": ("# auditlint: ignore[invalid-level]\n\n# other\n- level: a\n- level: b\n", [-7, 8]),
    "comments one above the other": (
        (
            "# auditlint: ignore[invalid-level] one\n# auditlint: ignore[invalid-url] two\n"
            "- level: a\n  nonResourceURLs: [b]\n- level: b\n"
        ),
        [-6, -7, 8],
    ),
    "nothing below the end": ("- level: a\n# auditlint: ignore[invalid-level]\n", [4]),
    "a list in one line": ("- {level: a, users: [x]} # auditlint: ignore[invalid-level]\n- level: b\n", [-4, 5]),
    "a value of several lines": (
        "- level: None\n  # auditlint: ignore[invalid-url]\n  nonResourceURLs:\n  - a\n  - b\n- level: b\n",
        [-7, -8, 9],
    ),
    "what an alias repeats": (
        "- level: &a x # auditlint: ignore[invalid-level]\n- level: *a\n",
        [-4, 5],
    ),
}


@pytest.mark.parametrize(("rules", "expected"), COVERED.values(), ids=COVERED)
def test_what_a_comment_covers(rules: str, expected: list[int]) -> None:
    told = [line for rule, line in check(HEAD + rules) if rule in {"invalid-level", "invalid-url"}]
    assert sorted(told, key=abs) == expected


@pytest.mark.parametrize("head", ["", "# first\n", "\n\n", "%YAML 1.1\n---\n", "---\n"])
def test_a_comment_for_the_file_stands_above_all_that_is_in_it(head: str) -> None:
    comment = "# auditlint: ignore-file[invalid-level] all of it\n"
    rules = "- level: a\n- level: b\n"
    first = head.count("\n") + 5
    hides = [("invalid-level", -first), ("invalid-level", -first - 1)]
    assert check(f"{head}{comment}{HEAD}{rules}") == hides
    late = check(f"{head}{HEAD}{comment}{rules}")
    assert ("malformed-ignore", first - 1) in late
    assert ("invalid-level", first) in late


def test_a_comment_for_the_file_counts_in_all_its_documents() -> None:
    policy = "".join(f"    {line}\n" for line in f"{HEAD}- level: a".splitlines())
    maps = f"kind: ConfigMap\ndata:\n  a.yaml: |\n{policy}"
    text = f"# auditlint: ignore-file[invalid-level]\n{maps}---\n{maps}"
    assert [line for rule, line in check(text) if rule == "invalid-level"] == [-8, -16]


@pytest.mark.parametrize(
    ("comment", "names"),
    [
        ("# auditlint: ignore[a]", None),
        ("#auditlint:ignore[a]", None),
        ("##  AuditLint :  IGNORE [ a , b ] because", None),
        ("# auditlint: ignore[a]because", None),
        ("# auditlint: ignore[a,]", "# auditlint: ignore[a,]"),
        ("# auditlint: ignore[ ]", "# auditlint: ignore[ ]"),
        ("# auditlint ignore[a]", "# auditlint ignore[a]"),
        ("# auditlint", "# auditlint"),
        ("# auditlinter: ignore[a]", ""),
        ("# see auditlint: ignore[a]", ""),
    ],
)
def test_what_is_understood(comment: str, names: str | None) -> None:
    """None: it is; else what is told as not understood, or nothing where it is no comment for auditlint."""
    rules = {rule for rule, _ in check(f"{HEAD}- level: None {comment}\n") if "ignore" in rule}
    assert rules == ({"unknown-ignore"} if names is None else {"malformed-ignore"} if names else set())


def test_the_place_of_a_comment_that_is_not_understood() -> None:
    report = check_text(f"{HEAD}- level: None  # auditlint: ignore a  \n", name="p.yaml")
    (one,) = (one for one in report.findings if one.rule == "malformed-ignore")
    assert one.span == Span(4, 16, 4, 37)


POLICY = f"{HEAD}- level: a # auditlint: ignore[invalid-level]\n- level: b\n"


def test_a_text_in_a_text_has_comments_of_its_own() -> None:
    body = "".join(f"    {line}\n" for line in POLICY.splitlines())
    text = f"kind: ConfigMap\ndata:\n  audit-policy.yaml: |\n{body}  other.yaml: |\n{body}"
    assert [line for rule, line in check(text) if rule == "invalid-level"] == [-7, 8, -13, 14]


def test_a_comment_for_the_file_in_a_text_is_one_for_all_of_the_file() -> None:
    inner = "".join(
        f"    {line}\n" for line in f"# auditlint: ignore-file[invalid-level]\n{HEAD}- level: a\n".splitlines()
    )
    text = f"kind: ConfigMap\ndata:\n  audit-policy.yaml: |\n{inner}"
    assert [line for rule, line in check(text) if rule == "invalid-level"] == [-8]


def test_an_encoded_text_has_comments_of_its_own() -> None:
    packed = base64.b64encode(POLICY.encode()).decode()
    text = f"kind: Secret\ndata:\n  audit-policy.yaml: {packed}\n  other.yaml: {packed}\n"
    assert [line for rule, line in check(text) if rule == "invalid-level"] == [-3, 3, -4, 4]


def test_comments_may_be_in_any_encoding() -> None:
    for codec in ("utf-8", "utf-8-sig", "utf-16", "utf-16-be"):
        data = POLICY.encode(codec)
        if codec == "utf-16-be":
            data = b"\xfe\xff" + data
        assert mentions_us(data)
        assert [line for rule, line in lines(check_text(data, name="p.yaml")) if rule == "invalid-level"] == [-4, 5]
    assert mentions_us(b"# AuditLint")
    assert not mentions_us(HEAD.encode())


def test_comments_on_the_first_line_of_a_text_in_a_text() -> None:
    """All of the line is covered, from its first column on."""
    bad = (
        "foo: 1 # auditlint: ignore[unknown-field]\nkind: Policy\napiVersion: audit.k8s.io/v1\nrules: [{level: None}]\n"
    )
    body = "".join(f"    {line}\n" for line in bad.splitlines())
    assert [line for rule, line in check(bad) if rule == "unknown-field"] == [-1]
    text = f"kind: ConfigMap\ndata:\n  audit-policy.yaml: |\n{body}"
    assert [line for rule, line in check(text) if rule == "unknown-field"] == [-4]


def test_a_comment_for_the_file_behind_its_first_value_is_late() -> None:
    text = HEAD.replace("v1", "v1 # auditlint: ignore-file[invalid-level]", 1) + "- level: a\n"
    assert ("malformed-ignore", 1) in check(text)
    assert ("invalid-level", 4) in check(text)


UNUSED = f"{HEAD}- level: Metadata # auditlint: ignore[invalid-level, secrets-not-audited]\n"


def test_a_name_that_covers_nothing_is_told() -> None:
    told = [one.message for one in check_text(UNUSED, name="p.yaml").findings if one.rule == "unused-ignore"]
    assert [("invalid-level" in one, "secrets-not-audited" in one) for one in told] == [(True, False), (False, True)]


def test_only_names_of_rules_that_take_part_are_unused() -> None:
    off = check_text(UNUSED, Settings(ignore=("policy-coverage",)), name="p.yaml")
    assert [rule for rule, _ in lines(off)].count("unused-ignore") == 1
    refused = check_text(UNUSED.replace("Metadata", "x"), name="p.yaml")
    assert [(rule, line) for rule, line in lines(refused) if rule in {"invalid-level", "unused-ignore"}] == [
        ("invalid-level", -4)
    ]


def test_the_line_that_a_comment_misses_is_the_first() -> None:
    text = f"{HEAD}- level: None # auditlint: ignore[invalid-level]\n- level: a\n- level: b\n"
    (one,) = (one for one in check_text(text, name="p.yaml").findings if one.rule == "unused-ignore")
    assert "5" in one.message + one.help
    assert "6" not in one.message + one.help


def test_what_is_said_of_comments_is_said_of_the_file() -> None:
    (one,) = (
        one
        for one in check_text(UNUSED, name="p.yaml").findings
        if one.rule == "unused-ignore" and "level" in one.message
    )
    assert (one.document, one.pointer, one.path) == (0, "", "p.yaml")
