"""Writes audit events as kube-apiserver writes them (pkg/audit/request.go)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.kubernetes.requests import Request

AUDIT_ID = "5ef0e4a0-0c7c-4f5c-9f7d-0d6b9f0f7a11"


def recorded(request: Request, uri: str, body: tuple[str, str] = ("", ""), **fields: Any) -> dict[str, Any]:
    """Return the event of a request; what is empty is left out, as Go does it.

    `body` is the namespace and name in the object that was sent, with which the server completes `objectRef`.
    """
    event: dict[str, Any] = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": AUDIT_ID,
        "stage": "ResponseComplete",
        "requestURI": uri,
        "verb": request.verb,
        "user": {} if request.user is None else _filled(username=request.user, groups=list(request.groups)),
        "sourceIPs": ["127.0.0.1"],
        "requestReceivedTimestamp": "2024-05-01T00:00:00.000000Z",
        "stageTimestamp": "2024-05-01T00:00:00.100000Z",
    }
    if request.path is None:
        namespace, name = request.namespace, request.name
        if request.verb in {"create", "update", "patch"}:
            namespace, name = namespace or body[0], name or body[1]
        event["objectRef"] = _filled(
            resource=request.resource,
            namespace=namespace,
            name=name,
            apiGroup=request.api_group,
            apiVersion="v1",
            subresource=request.subresource,
        )
    return {**event, **fields}


def _filled(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def as_lines(events: Sequence[dict[str, Any]]) -> bytes:
    """Return events as the log backend writes them."""
    return b"".join(as_line(event) + b"\n" for event in events)


def as_line(event: dict[str, Any]) -> bytes:
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
