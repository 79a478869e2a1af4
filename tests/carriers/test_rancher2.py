"""Terraform's clusters of RKE: attributes of blocks, at their place; policies in here-documents beside them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditlint import lint, registry
from auditlint.finding import Severity
from auditlint.lint import Source
from auditlint.settings import Settings
from auditlint.subjects.model import ApiServer
from tests.carriers.recognition import subjects, texts

registry.load()

CLUSTER = """\
resource "rancher2_cluster" "x" {
  rke_config {
    services {
      kube_api {
        audit_log {
          enabled = true # {
          configuration {
            max_age = "30d"
            max_size = var.size
            path = "/var/log/kube-audit/a.log"
            policy = <<EOF
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: metadata
EOF
          }
        }
        extra_args = {
          "audit-log-mode" = "blocked"
        }
      }
      kubelet { extra_args = { "audit-log-mode" = "x" } }
    }
  }
}
"""


def told(content: str) -> list[tuple[str, str, str]]:
    report = lint.check([Source("main.tf", named=True, data=content.encode())], Settings())
    assert not report.crashed
    findings = [one for one in report.findings if one.severity is not Severity.INFO]
    return [(one.rule, f"{one.span.line}:{one.span.column}", one.help) for one in findings]


def test_attributes_and_the_policy() -> None:
    servers = [one for one in subjects(CLUSTER, "main.tf") if isinstance(one, ApiServer)]
    assert [(one.carrier, texts(one)) for one in servers] == [
        (
            "rancher2",
            ["--audit-log-maxage=30d", "--audit-log-path=/var/log/kube-audit/a.log", "--audit-log-mode=blocked"],
        )
    ]
    *first, last = told(CLUSTER)
    assert first == [
        ("invalid-flag-value", "8:13", "Write max_age = 30"),
        ("invalid-level", "15:10", "Write `level: Metadata`"),
    ]
    assert last[:2] == ("invalid-flag-value", "20:11")
    assert last[2].startswith('Write "audit-log-mode" = "batch"')


@pytest.mark.parametrize(
    "content", ["kube_api {", "kube_api {}\n", 'kube_api {\n path = "/a\n', "kube_api {\n format = }\n"]
)
def test_what_never_ends_or_says_nothing(content: str) -> None:
    told(content)


@given(st.text(st.sampled_from('{}"=#\\ \nabk'), max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_borne(text: str) -> None:
    told(text.replace("k", "\nkube_api {\n").replace("a", "\nmax_age ="))
