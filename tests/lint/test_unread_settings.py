"""Nothing is called clean that was not read: audit settings that no carrier takes are named with their line."""

from __future__ import annotations

import pytest

from auditlint import lint
from auditlint.lint import Source
from auditlint.settings import Settings


def notices(text: str, path: str = "plane.yaml") -> list[tuple[int | None, str]]:
    report = lint.check([Source(path, named=False, data=text.encode())], Settings())
    return [(notice.line, notice.message) for notice in report.notices]


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("auditPolicyFile: /etc/a.yaml", "auditPolicyFile"),
        ("  audit_log_path: /var/log/a.log", "audit_log_path"),
        ("  apiserver.audit-webhook-config-file: /etc/w.yaml", "apiserver.audit-webhook-config-file"),
        ("kube_audit_log_maxage: 30", "kube_audit_log_maxage"),
    ],
)
def test_a_setting_is_named_with_its_line(setting: str, name: str) -> None:
    text = f"settings:\n# of ours\nmine:\n{setting}\n"
    told = f"holds audit settings in a form that auditlint does not read: line 4, {name}"
    assert notices(text) == [(4, told)]


@pytest.mark.parametrize("text", ["a: audit\n", "audit: {enabled: true}\n", "# audit-log-path: /x\na: b\n"])
def test_other_words_are_none(text: str) -> None:
    assert notices(text) == []
