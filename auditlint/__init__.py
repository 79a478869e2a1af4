"""auditlint: a linter for Kubernetes audit policies and kube-apiserver manifests.

What Python programs use is named here, and loaded when it is first asked for: see docs/python.md.
"""

from __future__ import annotations

from importlib import import_module

from auditlint.version import __version__

# As in `typing`, which `python -m` would load from the working directory if that has one.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from auditlint.checking import check_paths, check_text
    from auditlint.errors import AuditlintError, PolicyError, QuestionError, RefusedError
    from auditlint.finding import Finding, Severity
    from auditlint.kubernetes.requests import Request
    from auditlint.policy import Evaluation, Policy
    from auditlint.policy.asking import Words
    from auditlint.report.model import Report
    from auditlint.report.upgraded import Upgraded
    from auditlint.settings import Settings
    from auditlint.upgrading import upgrade_paths

__all__ = [
    "AuditlintError",
    "Evaluation",
    "Finding",
    "Policy",
    "PolicyError",
    "QuestionError",
    "RefusedError",
    "Report",
    "Request",
    "Settings",
    "Severity",
    "Upgraded",
    "Words",
    "__version__",
    "check_paths",
    "check_text",
    "upgrade_paths",
]
_HOMES = {
    "AuditlintError": "errors",
    "Evaluation": "policy",
    "Finding": "finding",
    "Policy": "policy",
    "PolicyError": "errors",
    "QuestionError": "errors",
    "RefusedError": "errors",
    "Report": "report.model",
    "Request": "kubernetes.requests",
    "Settings": "settings",
    "Severity": "finding",
    "Upgraded": "report.upgraded",
    "Words": "policy.asking",
    "check_paths": "checking",
    "check_text": "checking",
    "upgrade_paths": "upgrading",
}
"""The module that each name comes from."""


def __getattr__(name: str) -> object:
    """Load a name from its module: a start of the command line needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f'module "auditlint" has no "{name}"')
    return getattr(import_module(f"auditlint.{_HOMES[name]}"), name)
