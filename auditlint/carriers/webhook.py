"""Kubeconfigs of audit webhooks: files that `--audit-webhook-config-file` of a manifest of the same run names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.subjects.model import WebhookConfig
from auditlint.text.values import get, has, items, text

if TYPE_CHECKING:
    from auditlint.carriers.candidate import Candidate


def find(candidate: Candidate) -> WebhookConfig | None:
    """Return the kubeconfig that a document is; None if it is something else."""
    value = candidate.value
    if text(value, "kind") != "Config" or text(value, "apiVersion") not in {"", "v1"}:
        return None
    if not (has(value, "current-context") or items(get(value, "clusters"))):
        return None
    return WebhookConfig(path=candidate.path, document=candidate.document, places=candidate.places, value=value)
