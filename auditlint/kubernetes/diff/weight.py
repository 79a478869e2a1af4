"""How much a change matters: which of the requests that people watch for are in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes.engine.region import Region, Target, contains, meet

if TYPE_CHECKING:
    from auditlint.kubernetes.diff.narrowing import Narrowing
    from auditlint.kubernetes.requests import Request

_WRITES = ("create", "update", "patch", "delete", "deletecollection")

CLASSES = (
    Region(targets=(Target("", "secrets", ""),), urls=()),
    Region(verbs=("create",), targets=(Target("", "serviceaccounts", "token"),), urls=()),
    Region(targets=(Target("rbac.authorization.k8s.io"),), urls=()),
    Region(targets=tuple(Target("", "pods", name) for name in ("exec", "attach", "portforward")), urls=()),
    Region(verbs=_WRITES, urls=()),
)
"""Secrets, tokens, RBAC, connections into Pods, writes of resources: what matters most first."""

LEAST = len(CLASSES)


def weight_of(narrowing: Narrowing, region: Region) -> tuple[int, Request | None]:
    """Return the first class that the requests left of a region have some of, LEAST if of none, and one of these."""
    for number, wanted in enumerate(CLASSES):
        if request := narrowing.example(meet(region, wanted)).request:
            return number, request
    return LEAST, None


def is_of(request: Request, weight: int) -> bool:
    """Tell whether a request is in a class; every request is in the last."""
    return weight == LEAST or contains(CLASSES[weight], request)
