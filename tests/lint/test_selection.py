"""Which rules are reported: by name before category, `ignore` before `select`, and what is off by default."""

from __future__ import annotations

from typing import Any

import pytest

from auditlint import registry
from auditlint.finding import Finding, Severity, Span
from auditlint.lint.selection import Selection, counts, of
from auditlint.report.model import Report
from auditlint.rule import REGISTRY
from auditlint.settings import Settings

registry.load()
ON, ALIKE, OTHER = "invalid-level", "invalid-url", "unreachable-rule"
OFF = next(name for name, rule in sorted(REGISTRY.items()) if not rule.default and not rule.needs_profile)
PROFILE = next(name for name, rule in sorted(REGISTRY.items()) if rule.needs_profile)
CATEGORY, OFF_CATEGORY = REGISTRY[ON].category, REGISTRY[OFF].category


def test_the_rules_are_as_these_tests_take_them() -> None:
    assert REGISTRY[ALIKE].category == CATEGORY != REGISTRY[OTHER].category
    assert all(REGISTRY[name].default for name in (ON, ALIKE, OTHER))


SELECTIONS: dict[str, tuple[dict[str, Any], dict[str, bool]]] = {
    "nothing said": ({}, {ON: True, OTHER: True, OFF: False}),
    "a name": ({"select": (ON,)}, {ON: True, ALIKE: False, OTHER: False}),
    "a category": ({"select": (CATEGORY,)}, {ON: True, ALIKE: True, OTHER: False}),
    "a category does not turn on what is off": ({"select": (OFF_CATEGORY,)}, {OFF: False}),
    "a name does": ({"select": (OFF,)}, {OFF: True, ON: False}),
    "a severity does": ({"severities": {OFF: Severity.INFO}}, {OFF: True, ON: True}),
    "but is no selection": ({"severities": {OFF: Severity.INFO}, "select": (ON,)}, {OFF: False, ON: True}),
    "ignored by name": ({"ignore": (ON,)}, {ON: False, ALIKE: True}),
    "ignored by category": ({"ignore": (CATEGORY,)}, {ON: False, ALIKE: False, OTHER: True}),
    "the name before the category": ({"select": (ON,), "ignore": (CATEGORY,)}, {ON: True, ALIKE: False}),
    "ignore before select": ({"select": (ON, CATEGORY), "ignore": (ON,)}, {ON: False, ALIKE: True}),
    "off": ({"severities": {ON: None}, "select": (ON,)}, {ON: False}),
    "hidden in a file": ({"hidden": frozenset({ON}), "select": (ON,)}, {ON: False}),
    "hidden in a file by category": ({"hidden": frozenset({CATEGORY}), "select": (ON,)}, {ON: False, ALIKE: False}),
    "a profile": ({"profile_rules": frozenset({OFF})}, {OFF: True, ON: True}),
    "a profile and its category": ({"profile_rules": frozenset({OFF}), "select": (OFF_CATEGORY,)}, {OFF: True}),
}


@pytest.mark.parametrize(("said", "reported"), SELECTIONS.values(), ids=SELECTIONS)
def test_what_is_reported(said: dict[str, Any], reported: dict[str, bool]) -> None:
    selection = Selection(**said)
    assert {name: selection.reports(name) for name in reported} == reported
    assert {name: selection.reports_known(name) for name in reported} == reported
    assert selection.reports_known("no-such-rule")


def test_a_rule_takes_part_though_others_are_selected() -> None:
    assert Selection(select=(ON,)).is_on(OTHER)
    assert not Selection(select=(ON,), ignore=(OTHER,)).is_on(OTHER)
    assert not Selection().is_on(OFF)
    assert not Selection().is_on("no-such-rule")
    assert Selection(select=(OFF,)).is_on(OFF)


def test_a_rule_of_profiles_takes_part_where_one_is_chosen() -> None:
    assert not Selection().is_on(PROFILE)
    assert not Selection(select=(PROFILE,)).is_on(PROFILE)
    assert Selection(profile_rules=frozenset({PROFILE})).is_on(PROFILE)


@pytest.mark.parametrize(
    ("pattern", "path", "hidden"),
    [
        ("*.yaml", "a.yaml", True),
        ("*.yaml", "sub/a.yaml", True),
        ("sub/**", "sub/a.yaml", True),
        ("sub/**", "a.yaml", False),
        ("/a.yaml", "sub/a.yaml", False),
    ],
)
def test_what_is_ignored_in_some_files(pattern: str, path: str, hidden: bool) -> None:  # noqa: FBT001
    selection = Selection(per_file_ignores={pattern: (ON,), "other": (ALIKE,)})
    assert selection.of_file(path).reports(ON) is not hidden
    assert selection.of_file(path).reports(ALIKE)
    assert selection.reports(ON)


def finding(severity: Severity, *, refused: bool = False) -> Finding:
    return Finding(ON, CATEGORY, severity, refused, "p.yaml", Span(1, 1, 1, 1), 0, "", "x")


def test_severities_of_the_configuration_decide_what_is_shown() -> None:
    selection = Selection(severities={ON: Severity.INFO}, shown_from=Severity.WARNING)
    assert selection.weighed(finding(Severity.ERROR)).severity is Severity.INFO
    assert not selection.shows(finding(Severity.ERROR))
    assert Selection(shown_from=Severity.WARNING).shows(finding(Severity.WARNING))
    assert not Selection(shown_from=Severity.WARNING).shows(finding(Severity.INFO))
    assert not Selection(ignore=(ON,)).shows(finding(Severity.ERROR))


def test_settings_make_a_selection() -> None:
    settings = Settings(select=(ON,), ignore=(ALIKE,), severities={OTHER: None}, untrusted=True)
    found = of(settings)
    assert (found.select, found.ignore, found.severities) == ((ON,), (ALIKE,), {OTHER: None})
    assert not found.heeds_comments
    assert of(Settings()).heeds_comments


@pytest.mark.parametrize(
    ("fail_on", "severity", "refused", "fails"),
    [
        ("never", Severity.ERROR, True, False),
        ("refused", Severity.ERROR, False, False),
        ("refused", Severity.WARNING, True, True),
        ("warning", Severity.WARNING, False, True),
        ("error", Severity.WARNING, False, False),
        ("info", Severity.INFO, False, True),
    ],
)
def test_when_a_run_fails(fail_on: str, severity: Severity, refused: bool, fails: bool) -> None:  # noqa: FBT001
    report = Report((), (finding(severity, refused=refused),), (), 1)
    assert counts(report, fail_on) is fails
    assert not counts(Report((), (), (), 1), fail_on)
