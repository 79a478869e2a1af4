"""What people watch for, and how much a change matters by it."""

from __future__ import annotations

from auditlint.kubernetes.engine.region import EVERYTHING, Region, Target

_WRITES = ("create", "update", "patch", "delete", "deletecollection")

CLASSES = (
    Region(targets=(Target("", "secrets", ""),), urls=()),
    Region(verbs=("create",), targets=(Target("", "serviceaccounts", "token"),), urls=()),
    Region(targets=(Target("rbac.authorization.k8s.io"),), urls=()),
    Region(targets=tuple(Target("", "pods", name) for name in ("exec", "attach", "portforward")), urls=()),
    Region(verbs=_WRITES, urls=()),
    EVERYTHING,
)
"""Secrets, tokens, RBAC, connections into Pods, writes of resources, all others: what matters most first."""

LEAST = len(CLASSES)
"""How much a change matters of which no cluster answers any request."""
