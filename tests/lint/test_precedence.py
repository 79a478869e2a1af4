"""Which finding stands for which: nothing is lost, and what is said twice is said by the better rule."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditlint import registry
from auditlint.finding import Finding, Related, Severity, Span, Suppressed
from auditlint.lint.precedence import fold
from auditlint.rule import REGISTRY

registry.load()
BETTER, WORSE, WORST = "leases-logged", "health-checks-logged", "noisy-watch"
"""Each gives way to those before it."""
SILENT = "logs-nothing"
"""It silences all of them."""
OTHER = "invalid-level"


def finding(rule: str, pointer: str = "/rules/0", **said: Any) -> Finding:
    known = REGISTRY[rule]
    span = Span(said.pop("line", 1), 1, 1, 2)
    severity = known.severity or Severity.WARNING
    return Finding(rule, known.category, severity, False, "p.yaml", span, 0, pointer, rule)._replace(**said)  # noqa: FBT003


def same(found: Finding) -> Finding:
    return found


def said(*findings: Finding) -> list[tuple[str, list[str | None]]]:
    """Return the rules that are reported, each with those that were folded into it."""
    return [(one.rule, [related.rule for related in one.related]) for one in fold(findings, same)]


def test_rules_are_as_these_tests_take_them() -> None:
    assert REGISTRY[WORSE].gives_way_to == (BETTER,) or BETTER in REGISTRY[WORSE].gives_way_to
    assert {BETTER, WORSE} <= {*REGISTRY[WORST].gives_way_to}
    assert all(SILENT in REGISTRY[rule].silenced_by for rule in (BETTER, WORSE, WORST))


@pytest.mark.parametrize(
    ("better", "worse", "folds"),
    [
        ("/rules/0", "/rules/0", True),
        ("/rules/0/verbs", "/rules/0", True),
        ("/rules/0/verbs/1", "/rules/0", True),
        ("/rules/0", "/rules/0/verbs/1", True),
        ("", "/rules/0", True),
        ("/rules/0", "", True),
        ("/rules/1", "/rules/0", False),
        ("/rules/1", "/rules/10", False),
        ("/rules/0/verbs/1", "/rules/0/verbs/2", False),
    ],
)
def test_one_on_the_same_branch_stands_for_the_other(better: str, worse: str, folds: bool) -> None:  # noqa: FBT001
    together = [(BETTER, [WORSE])]
    apart: list[tuple[str, list[str | None]]] = [(BETTER, []), (WORSE, [])]
    assert said(finding(BETTER, better), finding(WORSE, worse)) == (together if folds else apart)
    assert said(finding(WORSE, worse), finding(BETTER, better)) == (together if folds else apart[::-1])


def test_findings_of_other_documents_have_nothing_to_do_with_it() -> None:
    assert len(said(finding(BETTER), finding(WORSE, document=1))) == 2
    assert len(said(finding(SILENT), finding(WORSE, document=1))) == 2


def test_a_rule_that_gives_way_to_no_other_stays() -> None:
    assert said(finding(BETTER), finding(OTHER)) == [(BETTER, []), (OTHER, [])]


def test_what_is_folded_twice_ends_in_the_last() -> None:
    assert said(finding(WORST), finding(WORSE), finding(BETTER)) == [(BETTER, [WORST, WORSE])]
    chain = [finding(WORST, "/rules/0/verbs"), finding(WORSE, "/rules/0"), finding(BETTER, "/rules/0/users")]
    assert said(*chain) == [(BETTER, [WORST, WORSE])]


def test_of_several_better_ones_the_first_counts() -> None:
    first, second = finding(BETTER, "/rules/0/verbs/0"), finding(BETTER, "/rules/0/verbs/1")
    assert said(first, second, finding(WORSE)) == [(BETTER, [WORSE]), (BETTER, [])]


def test_what_is_folded_is_in_the_order_of_its_places_and_says_its_note() -> None:
    late, early = finding(WORSE, line=5), finding(WORST, line=3, note="in short")
    (found,) = fold([finding(BETTER, related=(Related("p.yaml", Span(9, 1, 9, 2), "old"),)), late, early], same)
    assert [(one.span.line, one.message) for one in found.related] == [(9, "old"), (3, "in short"), (5, WORSE)]


def test_what_is_pointless_beside_another_is_dropped() -> None:
    assert said(finding(WORSE), finding(SILENT, "")) == [(SILENT, [])]
    assert said(finding(WORSE), finding(OTHER)) == [(WORSE, []), (OTHER, [])]


def test_a_suppressed_finding_takes_no_part_and_stays() -> None:
    hidden = Suppressed("comment", "known")
    assert said(finding(SILENT, suppressed=hidden), finding(WORSE)) == [(SILENT, []), (WORSE, [])]
    assert said(finding(BETTER, suppressed=hidden), finding(WORSE)) == [(BETTER, []), (WORSE, [])]
    assert said(finding(BETTER), finding(WORSE, suppressed=hidden)) == [(BETTER, []), (WORSE, [])]


def weighing(**severities: Severity) -> Any:
    by_rule = {name.replace("_", "-"): severity for name, severity in severities.items()}
    return lambda one: one._replace(severity=by_rule.get(one.rule, one.severity))


def test_the_settings_turn_it_round() -> None:
    two = [finding(BETTER, severity=Severity.WARNING), finding(WORSE, severity=Severity.WARNING)]
    (found,) = fold(two, weighing(leases_logged=Severity.INFO))
    assert (found.rule, found.severity, [one.rule for one in found.related]) == (WORSE, Severity.WARNING, [BETTER])
    (found,) = fold(two, weighing(health_checks_logged=Severity.INFO))
    assert (found.rule, [one.rule for one in found.related]) == (BETTER, [WORSE])
    (found,) = fold(two, weighing(leases_logged=Severity.INFO, health_checks_logged=Severity.INFO))
    assert found.rule == BETTER
    (found,) = fold([two[0]._replace(severity=Severity.INFO), two[1]], same)
    assert found.rule == BETTER, "it is the lesser one by itself"


def test_what_the_settings_made_lesser_silences_nothing() -> None:
    two = [finding(SILENT, severity=Severity.WARNING), finding(WORSE, severity=Severity.WARNING)]
    assert [one.rule for one in fold(two, weighing(logs_nothing=Severity.INFO))] == [SILENT, WORSE]
    assert [one.rule for one in fold(two, weighing(logs_nothing=Severity.ERROR))] == [SILENT]


def test_what_follows_from_another_is_folded_into_it_wherever_it_stands() -> None:
    echo = finding(OTHER, "/rules/5", echoes=(BETTER,))
    assert said(echo, finding(BETTER, "/rules/1")) == [(BETTER, [OTHER])]
    assert said(echo, finding(WORSE, "/rules/1")) == [(OTHER, []), (WORSE, [])]


def test_a_finding_may_be_ahead_of_a_rule_that_its_own_gives_way_to() -> None:
    assert said(finding(BETTER), finding(WORSE, ahead_of=(BETTER,))) == [(WORSE, [BETTER])]
    assert said(finding(BETTER), finding(WORSE, ahead_of=(OTHER,))) == [(BETTER, [WORSE])]


@pytest.mark.parametrize(
    ("better", "worse", "folds"),
    [
        (("a", "b"), ("a",), True),
        (("a",), ("a",), True),
        (("a",), ("a", "b"), False),
        (("b",), ("a",), False),
        ((), ("a",), False),
    ],
)
def test_one_about_all_that_another_is_about_stands_for_it(
    better: tuple[str, ...],
    worse: tuple[str, ...],
    folds: bool,  # noqa: FBT001
) -> None:
    found = said(finding(BETTER, "/x", about=better), finding(WORSE, "/y", about=worse))
    assert found == ([(BETTER, [WORSE])] if folds else [(BETTER, []), (WORSE, [])])


def test_several_may_be_about_all_of_it_together() -> None:
    two = finding(BETTER, "/x", about=("a",)), finding(BETTER, "/y", about=("b",))
    assert said(*two, finding(WORSE, "/z", about=("b", "a"))) == [(BETTER, []), (BETTER, [WORSE])]


def test_controls_are_those_of_all_and_make_a_warning() -> None:
    two = finding(BETTER, severity=Severity.INFO, controls=("CIS 1",)), finding(WORSE, controls=("NSA 2", "CIS 1"))
    (found,) = fold(two, same)
    assert (found.controls, found.severity) == (("CIS 1", "NSA 2"), Severity.WARNING)
    (found,) = fold([finding(BETTER, severity=Severity.INFO), finding(WORSE)], same)
    assert found.severity is Severity.INFO
    (found,) = fold([finding(BETTER, severity=Severity.ERROR, controls=("CIS 1",)), finding(WORSE)], same)
    assert found.severity is Severity.ERROR


NAMES = sorted(name for name, rule in REGISTRY.items() if rule.gives_way_to or rule.silenced_by)
FINDINGS = st.builds(
    finding,
    st.sampled_from([*NAMES, SILENT, BETTER, OTHER]),
    st.sampled_from(["", "/rules", "/rules/0", "/rules/0/verbs", "/rules/0/verbs/1", "/rules/1"]),
    document=st.integers(0, 1),
    line=st.integers(1, 1_000_000),
    suppressed=st.sampled_from([None, None, Suppressed("comment", "")]),
    severity=st.sampled_from(Severity),
)


@given(
    st.lists(FINDINGS, max_size=8, unique_by=lambda one: one.span),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(Severity)),
)
def test_nothing_is_lost(findings: list[Finding], severities: dict[str, Severity]) -> None:
    """Each finding is reported, held by exactly one that is, or silenced by a rule that is live in its document."""

    def weigh(one: Finding) -> Finding:
        return one._replace(severity=severities.get(one.rule, one.severity))

    reported = fold(findings, weigh)
    lines = [one.span.line for one in reported]
    assert lines == [one.span.line for one in findings if one.span.line in lines]
    held = [related.span.line for one in reported for related in one.related]
    assert len({*lines, *held}) == len(lines) + len(held)
    live = {(one.rule, one.document) for one in findings if one.suppressed is None}
    for one in findings:
        silenced = any((name, one.document) in live for name in REGISTRY[one.rule].silenced_by)
        assert one.span.line in {*lines, *held} or (silenced and one.suppressed is None)
    assert [one.severity for one in reported] == [weigh(one).severity for one in findings if one.span.line in lines]
