"""An audit log to measure on: events of 1 to 2 KB as a busy cluster writes them, the same ones for the same seed."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2024, 5, 1, tzinfo=timezone.utc)
_AUTHENTICATED = "system:authenticated"
_SYSTEM = "kube-system"
_VERB_METHODS = ("get", "list", "watch", "create", "update", "patch", "delete")
_RESOURCES = (
    ("", "pods", True),
    ("", "configmaps", True),
    ("", "secrets", True),
    ("", "events", True),
    ("", "nodes", False),
    ("apps", "deployments", True),
    ("apps", "replicasets", True),
    ("coordination.k8s.io", "leases", True),
    ("rbac.authorization.k8s.io", "clusterroles", False),
)
_PATHS = ("/healthz", "/livez?verbose", "/readyz", "/openapi/v2?timeout=32s", "/apis/apps/v1", "/version", "/metrics")


def lines(count: int, seed: int = 0) -> Iterator[bytes]:
    """Yield events as the log backend writes them, one a line."""
    chance = random.Random(seed)
    moment = START
    for number in range(count):
        moment += timedelta(microseconds=chance.randint(1, 20_000))
        yield json.dumps(event(chance, number, moment), separators=(",", ":")).encode() + b"\n"


def event(chance: random.Random, number: int, moment: datetime) -> dict[str, Any]:
    """Return one event: mostly of a resource request, now and then of a path or of a failed login."""
    if chance.random() < 0.06:  # noqa: PLR2004
        return _of_path(chance, number, moment)
    verb = chance.choice(_VERB_METHODS)
    group, resource, namespaced = chance.choice(_RESOURCES)
    namespace = f"team-{chance.randrange(60)}" if namespaced else ""
    name = f"{resource}-{chance.randrange(5000)}" if verb not in {"list", "watch", "create"} else ""
    uri = _url(group, resource, namespace, name)
    made = _envelope(chance, number, moment, verb, uri)
    reference = {"resource": resource, "namespace": namespace, "name": name, "apiGroup": group, "apiVersion": "v1"}
    made["objectRef"] = {key: value for key, value in reference.items() if value}
    if verb in {"create", "update", "patch"}:
        made["level"] = "RequestResponse" if chance.random() < 0.5 else "Request"  # noqa: PLR2004
        made["requestObject"] = _body(chance, resource, namespace, name)
        if made["level"] == "RequestResponse":
            made["responseObject"] = made["requestObject"]
    return made


def _url(group: str, resource: str, namespace: str, name: str) -> str:
    start = f"/apis/{group}/v1" if group else "/api/v1"
    middle = f"/namespaces/{namespace}" if namespace else ""
    return f"{start}{middle}/{resource}" + (f"/{name}" if name else "?limit=500&resourceVersion=0")


def _of_path(chance: random.Random, number: int, moment: datetime) -> dict[str, Any]:
    made = _envelope(chance, number, moment, "get", chance.choice(_PATHS))
    if chance.random() < 0.1:  # noqa: PLR2004
        made["user"] = {}
    return made


def _envelope(chance: random.Random, number: int, moment: datetime, verb: str, uri: str) -> dict[str, Any]:
    received = moment - timedelta(microseconds=chance.randint(500, 90_000))
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": f"{chance.getrandbits(32):08x}-7a1c-4f5e-9b1d-{number:012x}",
        "stage": "ResponseComplete",
        "requestURI": uri,
        "verb": verb,
        "user": _user(chance),
        "sourceIPs": [f"10.0.{chance.randrange(256)}.{chance.randrange(256)}"],
        "userAgent": "kube-controller-manager/v1.31.2 (linux/amd64) kubernetes/5864a46/system:serviceaccount:team",
        "responseStatus": {"metadata": {}, "code": 200},
        "requestReceivedTimestamp": received.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "stageTimestamp": moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "annotations": {
            "authorization.k8s.io/decision": "allow",
            "authorization.k8s.io/reason": 'RBAC: allowed by ClusterRoleBinding "system:controller:generic-workers" of '
            'ClusterRole "system:controller:generic-workers" to ServiceAccount "generic-workers/kube-system"',
        },
    }


def _user(chance: random.Random) -> dict[str, Any]:
    if chance.random() < 0.2:  # noqa: PLR2004
        return {"username": "system:kube-scheduler", "groups": [_AUTHENTICATED]}
    namespace = chance.choice((_SYSTEM, f"team-{chance.randrange(60)}"))
    return {
        "username": f"system:serviceaccount:{namespace}:robot-{chance.randrange(9)}",
        "uid": "5f0d3a2c-1f0b-4a53-8b4b-3c8a2a8e6c11",
        "groups": ["system:serviceaccounts", f"system:serviceaccounts:{namespace}", _AUTHENTICATED],
        "extra": {"authentication.kubernetes.io/credential-id": ["JTI=8f4b0a57-3c2e-4f47-9a55-0d5f1b0e7c11"]},
    }


def _body(chance: random.Random, resource: str, namespace: str, name: str) -> dict[str, Any]:
    labels = {f"app.kubernetes.io/{word}": f"value-{chance.randrange(99)}" for word in ("name", "part-of", "version")}
    return {
        "kind": resource.capitalize(),
        "apiVersion": "v1",
        "metadata": {"name": name, "namespace": namespace, "labels": labels, "resourceVersion": "81726354"},
        "spec": {"holderIdentity": f"node-{chance.randrange(99)}", "leaseDurationSeconds": 40, "replicas": 3},
        "status": {"conditions": [{"type": "Ready", "status": "True", "reason": "Ok", "message": "all is well"}]},
    }
