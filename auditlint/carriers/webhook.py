"""Kubeconfigs of audit webhooks: files that `--audit-webhook-config-file` of a manifest of the same run names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers.carrier import Carrier
from auditlint.subjects.model import WebhookConfig
from auditlint.text.values import get, has, items, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate


def find(candidate: Candidate) -> Iterator[WebhookConfig]:
    """Yield the kubeconfig that a document is."""
    value = candidate.value
    if text(value, "kind") != "Config" or text(value, "apiVersion") not in {"", "v1"}:
        return
    if has(value, "current-context") or items(get(value, "clusters")):
        yield WebhookConfig(
            path=candidate.path,
            document=candidate.document,
            places=candidate.places,
            value=value,
            file=candidate.file,
        )


CARRIER = Carrier(
    title="Kubeconfigs of audit webhooks",
    checked=(
        "Files that `--audit-webhook-config-file` of a kube-apiserver of the same run names: what keeps it from "
        "starting."
    ),
    words=(b"current-context", b"clusters:", b'"clusters"'),
    in_document=find,
)
