"""The fields that Elastic's integration for Kubernetes makes of an audit event.

Source: elastic/integrations, packages/kubernetes/data_stream/audit_logs (fields and ingest pipeline).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.detections.events import FREE
from auditlint.detections.languages.texts import field_of
from auditlint.detections.unreadable import UnreadableError

if TYPE_CHECKING:
    from auditlint.detections.condition import Field

PREFIX = "kubernetes.audit."
DATASET = "kubernetes.audit_logs"
_MAPPED: dict[str, Field] = {
    "event.action": ("verb",),
    "user.name": ("user", "username"),
    "user.id": ("user", "uid"),
    "source.ip": ("sourceIPs",),
    "source.address": ("sourceIPs",),
    "client.ip": ("sourceIPs",),
    "user_agent.original": ("userAgent",),
    "url.original": ("requestURI",),
}
_FIXED = {
    "data_stream.dataset": DATASET,
    "event.dataset": DATASET,
    "event.module": "kubernetes",
    "event.kind": "event",
    "data_stream.type": "logs",
}
_ADDED = (
    "@timestamp",
    "agent.",
    "cloud.",
    "cluster.",
    "data_stream.namespace",
    "ecs.version",
    "elastic_agent.",
    "event.",
    "host.",
    "input.type",
    "labels.",
    "log.",
    "message",
    "orchestrator.",
    "related.",
    "source.as.",
    "source.geo.",
    "tags",
    "user_agent.",
)
"""What is added to every event on its way: any value may stand there."""


def field(name: str) -> Field | str:
    """Return the field of the event that a field of an index is, or its value where all events have the same.

    UnreadableError where it is no field of audit events.
    """
    if name in _FIXED:
        return _FIXED[name]
    if name in _MAPPED:
        return _MAPPED[name]
    if name.startswith(PREFIX):
        found = field_of(name.removeprefix(PREFIX))
        if found[0] == "annotations" and len(found) > 1:
            domain, slash, key = found[1].partition("/")
            return ("annotations", f"{domain.replace('_', '.')}{slash}{key}")
        return found
    if name.startswith(_ADDED):
        return FREE, *name.split(".")
    raise UnreadableError(f"`{name}`, which is no field of audit events")
