"""Audit settings that no carrier takes are told of, with their line."""

from __future__ import annotations

import pytest

from auditlint import lint
from auditlint.carriers import unread_settings
from auditlint.lint import Source
from auditlint.report.words import closing_line
from auditlint.settings import Settings


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("a:\n  auditPolicyFile: /etc/audit.yaml\n", (2, "auditPolicyFile")),
        ("audit_log_maxage = 30\n", (1, "audit_log_maxage")),
        ('x "--audit-log-path=/a", y\n', (1, "--audit-log-path")),
        ("x\r\n\r--audit-log-path /a\n", (3, "--audit-log-path")),
        ("# audit-log-path=/a\n// audit-log-path=/b audit-log-path=/c\nAUDIT_LOG_PATH=/d", (3, "AUDIT_LOG_PATH")),
        ("kube_audit_log_maxage: 30", (1, "kube_audit_log_maxage")),
        ("p = { apiVersion = 'audit.k8s.io/v1beta1' }", (1, "audit.k8s.io/v1beta1")),
        ("level => 'RequestResponse'", (1, "level => 'RequestResponse")),
    ],
)
def test_the_first_setting_is_found(text: str, setting: tuple[int, str]) -> None:
    assert unread_settings.first("a", text.encode()) == setting
    assert unread_settings.first("a.md", text.encode()) is None


@pytest.mark.parametrize(
    "text",
    [
        "Set `--audit-log-path` to the path of the log.\n",
        "level: Request\nlevel: None\n",
        "| audit-log-maxage | days |\n",
        "audit-log: true\nauditLog: {enabled: true}\naudit: x\n",
        "nonaudit-log-path-x: 1\n",
        "policy: audit-policy.yaml\ncases:\n- {path: /a, level: Metadata}\n",
    ],
)
def test_words_are_no_settings(text: str) -> None:
    assert unread_settings.first("a", text.encode()) is None


@pytest.mark.parametrize("named", [True, False])
def test_a_file_that_was_not_read_is_told_of_and_counted(named: bool) -> None:  # noqa: FBT001
    data = b"kind: ControlPlane\napiServer:\n  settings:\n    auditLogPath: /var/log/audit.log\n"
    report = lint.check([Source("plane.yaml", named=named, data=data)], Settings())
    assert [(one.path, one.message, one.line) for one in report.notices] == [
        (
            "plane.yaml",
            "holds audit settings in a form that auditlint does not read: line 4, auditLogPath",
            4,
        )
    ]
    assert "1 file passed over (1 with audit settings that were not read)" in closing_line(report)


def test_definitions_describe_settings_and_have_none() -> None:
    data = b"kind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\n# audit\nx: {auditLogPath: {a: 1}}\n"
    assert lint.check([Source("crd.yaml", named=True, data=data)], Settings()).notices == ()
