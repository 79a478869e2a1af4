"""Kubeconfigs of audit webhooks: files that `--audit-webhook-config-file` of a manifest of the same run names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.subjects.links import nearest, way
from auditlint.subjects.model import ApiServer, WebhookConfig
from auditlint.text.values import get, has, items, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.carriers.candidate import Candidate
    from auditlint.rule import Subject

FLAG = "audit-webhook-config-file"


def find(candidate: Candidate) -> WebhookConfig | None:
    """Return the kubeconfig that a document is; None if it is something else."""
    value = candidate.value
    if text(value, "kind") != "Config" or text(value, "apiVersion") not in {"", "v1"}:
        return None
    if not (has(value, "current-context") or items(get(value, "clusters"))):
        return None
    return WebhookConfig(candidate.path, candidate.document, candidate.places, value)


def link(subjects: Sequence[Subject]) -> tuple[Subject, ...]:
    """Return the subjects in their order, each kubeconfig with its apiserver and each apiserver with its kubeconfig."""
    configs = [subject for subject in subjects if isinstance(subject, WebhookConfig) and subject.document == 0]
    servers = [subject for subject in subjects if isinstance(subject, ApiServer) and subject.flags.text(FLAG)]
    if not configs or not servers:
        return tuple(subjects)
    placed = [(config, way(config.path)) for config in configs]
    linked: dict[int, Subject] = {}
    for server in servers:
        config = nearest(server, FLAG, placed)
        if config is not None:
            served = server.replace(webhook=config)
            linked[id(server)] = served
            linked.setdefault(id(config), config._replace(server=served))
    return tuple(linked.get(id(subject), subject) for subject in subjects)
