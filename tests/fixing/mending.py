"""Texts mended as `check --fix` does it."""

from __future__ import annotations

from auditlint.checking import check_paths, fix_paths
from auditlint.finding import Severity
from auditlint.settings import Settings

NAME = "audit-policy.yaml"
HEAD = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: ["RequestReceived"]\nrules:\n'
ALL = Settings(min_severity=Severity.INFO)


def mended(
    text: str, *, unsafe: bool = False, name: str = NAME, select: tuple[str, ...] = (), minor: int | None = None
) -> str:
    """Return a text after its fixes; a second run, and --diff, have nothing to add."""
    settings = ALL._replace(select=select, minor=minor)
    after = _once(text.encode(), name, settings, unsafe=unsafe)
    assert _once(after, name, settings, unsafe=unsafe) == after
    return after.decode()


def _once(data: bytes, name: str, settings: Settings, *, unsafe: bool) -> bytes:
    fixed = fix_paths((), settings, texts={name: data}, unsafe=unsafe)
    assert not fixed.report.crashed
    return fixed.files[0].after if fixed.files else data


def told(text: str, name: str = NAME) -> dict[str, int]:
    """Return how often each rule finds something in a text."""
    report = check_paths((), ALL, texts={name: text.encode()})
    rules = [finding.rule for finding in report.findings]
    return {rule: rules.count(rule) for rule in rules}
