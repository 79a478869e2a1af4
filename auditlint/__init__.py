"""auditlint: a linter for Kubernetes audit policies and kube-apiserver manifests.

What Python programs use is named here, and loaded when it is first asked for: see docs/python.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from auditlint.version import __version__

if TYPE_CHECKING:
    from auditlint.errors import AuditlintError, PolicyError, QuestionError, RefusedError
    from auditlint.kubernetes.requests import Request
    from auditlint.policy import Evaluation, Policy
    from auditlint.policy.asking import Words

__all__ = [
    "AuditlintError",
    "Evaluation",
    "Policy",
    "PolicyError",
    "QuestionError",
    "RefusedError",
    "Request",
    "Words",
    "__version__",
]
_HOMES = {
    "AuditlintError": "errors",
    "Evaluation": "policy",
    "Policy": "policy",
    "PolicyError": "errors",
    "QuestionError": "errors",
    "RefusedError": "errors",
    "Request": "kubernetes.requests",
    "Words": "policy.asking",
}
"""The module that each name comes from."""


def __getattr__(name: str) -> object:
    """Load a name from its module: a start of the command line needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f'module "auditlint" has no "{name}"')
    return getattr(import_module(f"auditlint.{_HOMES[name]}"), name)
