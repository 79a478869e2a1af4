"""Ignore comments and severities come first, folding last: over what is live."""

from __future__ import annotations

from auditlint import check_text
from auditlint.finding import Finding, Severity
from auditlint.settings import Settings

HEAD = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: ["RequestReceived"]\nrules:\n'
SILENT = HEAD + '- level: None%s\n  verbs: ["get", "list", "watch", "create"]\n- level: Metadata\n'
FOLDED = ["token-requests", "exec", "rbac", "workload-changes", "control-plane-changes", "failed-logins", "anonymous"]
GAPS = [f"{name}-not-audited" for name in (*FOLDED, "writes")]


def told(text: str, **settings: object) -> list[Finding]:
    found = check_text(text, Settings(ignore=("policy-cost",))._replace(**settings), name="p.yaml").findings  # type: ignore[arg-type]
    return [one for one in found if one.suppressed is None]


def rules_held(finding: Finding) -> list[str | None]:
    return [related.rule for related in finding.related]


def test_what_is_folded_is_named_among_the_related_places() -> None:
    (found,) = told(SILENT % "")
    assert (found.rule, found.severity) == ("secrets-not-audited", Severity.WARNING)
    assert rules_held(found) == GAPS


def test_a_comment_hides_the_rule_that_it_names_and_no_other() -> None:
    (found,) = told(SILENT % " # auditlint: ignore[secrets-not-audited] watched elsewhere")
    assert (found.rule, rules_held(found)) == (GAPS[0], GAPS[1:])


def test_a_comment_may_name_what_would_be_folded() -> None:
    (found,) = told(SILENT % " # auditlint: ignore[exec-not-audited] recorded by the bastion")
    assert found.rule == "secrets-not-audited"
    assert rules_held(found) == [name for name in GAPS if name != "exec-not-audited"]


def test_the_graver_finding_stands_for_the_one_that_settings_made_lesser() -> None:
    (found,) = told(SILENT % "", severities={"secrets-not-audited": Severity.INFO})
    assert (found.rule, found.severity) == (GAPS[0], Severity.WARNING)
    assert sorted(map(str, rules_held(found))) == sorted(["secrets-not-audited", *GAPS[1:]])
    (found,) = told(SILENT % "", severities={"exec-not-audited": Severity.ERROR})
    assert (found.rule, found.severity) == ("exec-not-audited", Severity.ERROR)


def test_a_rule_that_is_not_selected_folds_nothing() -> None:
    (found,) = told(SILENT % "", select=("exec-not-audited",))
    assert (found.rule, found.related) == ("exec-not-audited", ())


def test_a_privileged_group_comes_first() -> None:
    (found,) = told(SILENT.replace("- level: None%s", '- level: None\n  userGroups: ["system:masters"]'))
    assert found.rule == "privileged-user-not-audited"
    assert rules_held(found)[0] == "secrets-not-audited"


def test_what_another_rule_says_of_the_whole_policy_silences_only_where_it_is_live() -> None:
    text = HEAD + '- level: None\n  resources: [{group: "", resources: ["secrets"]}]\n- level: None%s\n'
    assert "secrets-not-audited" not in {one.rule for one in told(text % "")}
    assert "secrets-not-audited" in {
        one.rule for one in told(text % "", select=("policy-coverage",), ignore=("logs-nothing", "drops-the-rest"))
    }
