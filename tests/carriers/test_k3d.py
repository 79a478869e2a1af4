"""k3d: flags for k3s in its containers, and what has to be mounted into them."""

from __future__ import annotations

import pytest

from auditlint import lint
from auditlint.finding import Severity
from auditlint.lint import Source
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer
from tests.carriers.forms import FOLDER, FORMS, GOOD
from tests.carriers.recognition import only, subjects, texts


def check(content: str) -> list[tuple[str, int, bool]]:
    report = lint.check([Source("k3d.yaml", named=True, data=content.encode())], Settings())
    assert not report.crashed
    return [(one.rule, one.span.line, one.refused) for one in report.findings if one.severity > Severity.INFO]


@pytest.mark.parametrize(
    ("volume", "filters", "expected"),
    [
        (f"./audit:{FOLDER}", "['server:*']", []),
        (f"${{PWD}}/audit:{FOLDER}:ro", "[all]", []),
        (f"C:\\audit:{FOLDER}", "[]", []),
        (f"./audit:{FOLDER}", "['agent:*']", [("broken-mount-chain", 11, True)]),
        ("./audit:/etc/elsewhere", "['server:0']", [("broken-mount-chain", 11, True)]),
    ],
)
def test_what_is_mounted_into_servers(volume: str, filters: str, expected: list[tuple[str, int, bool]]) -> None:
    content = FORMS["k3d"].write(GOOD).replace(f"./audit:{FOLDER}", volume).replace("['server:*']", filters)
    assert check(content) == expected


def test_arguments_for_servers_only() -> None:
    content = FORMS["k3d"].write({"audit-log-path": "/a"}) + (
        "    - {arg: --kube-apiserver-arg=audit-log-maxage=7, nodeFilters: ['agent:0']}\n"
        "    - {arg: --kube-apiserver-arg=--audit-log-maxsize=9, nodeFilters: ['server:0']}\n"
        "    - {arg: --tls-san=audit.example.com}\n"
        "    - {arg: '--kube-apiserver-arg=audit-log-maxbackup=5@agent:*'}\n"
        "    - {arg: '--kube-apiserver-arg=audit-log-maxbackup=6@server:*'}\n"
    )
    assert texts(only(ApiServer, content)) == [
        "--audit-log-path=/a",
        "--audit-log-maxsize=9",
        "--audit-log-maxbackup=6",
    ]


def test_clusters_without_auditing() -> None:
    content = (
        "apiVersion: k3d.io/v1alpha5\nkind: Simple\noptions: {k3s: {extraArgs: [{arg: --tls-san=a}, 3]}}\n# audit\n"
    )
    assert subjects(content) == ()
