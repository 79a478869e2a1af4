"""Policies for the tests of the rules about them, and what auditlint finds in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint import lint, registry
from auditlint.kubernetes.releases import NEWEST
from auditlint.kubernetes.requests import Request
from auditlint.lint import Source
from auditlint.settings import Settings

if TYPE_CHECKING:
    from auditlint.finding import Finding
    from auditlint.kubernetes.policy import Policy

registry.load()

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
CLOSING = "- level: Metadata\n"
CLEAN = """\
- level: Metadata
  resources:
  - {group: "", resources: [secrets, serviceaccounts/token]}
  - {group: authentication.k8s.io, resources: [tokenreviews]}
"""
"""Rules that keep secrets out of the log, for tests of something else."""


def rules(text: str) -> str:
    """Return a policy with these rules."""
    return f"{HEAD}rules:\n{text}"


def findings(text: str, rule: str = "", *, minor: int = NEWEST, as_kind: str | None = None) -> list[Finding]:
    """Return what auditlint finds in a policy, of one rule if one is named; else without what its log costs."""
    source = Source("audit-policy.yaml", named=True, data=text.encode("utf-8", "surrogateescape"))
    report = lint.check([source], Settings(minor=minor, ignore=() if rule else ("policy-cost",)), as_kind=as_kind)
    assert not report.crashed
    return [finding for finding in report.findings if rule in ("", finding.rule)]


def only(text: str, rule: str, *, minor: int = NEWEST) -> Finding:
    """Return the one finding of a rule."""
    (found,) = findings(text, rule, minor=minor)
    return found


def shorts(text: str, rule: str = "", *, minor: int = NEWEST, as_kind: str | None = None) -> list[str]:
    """Return findings as `rule severity[ refused] @ the text of the span`."""
    return [short(text, finding) for finding in findings(text, rule, minor=minor, as_kind=as_kind)]


def short(text: str, finding: Finding) -> str:
    """Return a finding without its message; a span of several lines is cut after the first."""
    span = finding.span
    line = text.split("\n")[span.line - 1]
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    refused = " refused" if finding.refused else ""
    return f"{finding.rule} {finding.severity.word}{refused} @ {line[span.column - 1 : end]}"


def request_of(finding: Finding) -> Request:
    """Return the witness of a finding as a request."""
    witness = finding.witness
    assert witness is not None
    user, verb, groups = witness["user"], witness["verb"], witness["groups"]
    assert isinstance(groups, list)
    assert isinstance(verb, str)
    assert user is None or isinstance(user, str)
    names = ("apiGroup", "resource", "subresource", "namespace", "name")
    path = witness.get("path")
    return Request(
        verb, user, tuple(groups), None if path is None else str(path), *(str(witness.get(n, "")) for n in names)
    )


def as_text(policy: Policy) -> str:
    """Return a policy as YAML."""
    import json

    lines = [HEAD + "rules:"]
    for rule in policy.rules:
        fields = {
            "users": rule.users,
            "userGroups": rule.user_groups,
            "verbs": rule.verbs,
            "namespaces": rule.namespaces,
            "nonResourceURLs": rule.non_resource_urls,
            "resources": [
                {"group": entry.group, "resources": entry.resources, "resourceNames": entry.resource_names}
                for entry in rule.resources
            ],
        }
        lines.append(f"- level: {rule.level}")
        lines += [f"  {name}: {json.dumps(values)}" for name, values in fields.items() if values]
    return "\n".join(lines) + "\n"


def advised(help: str) -> tuple[str, object]:
    """Return the sentence of advice and what is to be pasted, however that is written."""
    import yaml

    sentence, _, block = help.partition("\n")
    return sentence, yaml.safe_load(block)
