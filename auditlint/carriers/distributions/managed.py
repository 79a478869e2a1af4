"""Clusters of clouds that run kube-apiserver themselves: EKS, GKE and AKS have policies of their own.

Sources: docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html, cloud.google.com/kubernetes-engine/docs/
concepts/audit-policy, learn.microsoft.com/azure/aks/monitor-aks (`kube-audit`, `kube-audit-admin`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers.carrier import Carrier
from auditlint.subjects.model import ManagedService
from auditlint.text.values import text, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.text.plain import Plain


class _Service(NamedTuple):
    name: str
    instead: str


_EKS = _Service("EKS", "turn the log type `audit` on: events go to CloudWatch")
_GKE = _Service("GKE", "read Cloud Audit Logs: admin activity is always there, data access can be turned on")
_AKS = _Service("AKS", "send the categories `kube-audit` or `kube-audit-admin` somewhere, in the diagnostic settings")
_SERVICES = (
    (re.compile(r"eksctl\.io/|eks\.|AWSManaged|EKSConfig|EKSCluster"), _EKS),
    (re.compile(r"container\.cnrm\.|container\.gcp\.|GCPManaged|GKECluster"), _GKE),
    (re.compile(r"containerservice\.azure\.|containerservice\.|AzureManaged|AKSCluster"), _AKS),
)
_SETTING = re.compile(
    r"(?:--)?audit[-_](?:policy|log|webhook)[-_a-z]*(?:=.*)?|audit(?:Policy|Log|Webhook)[A-Z]?\w*", re.DOTALL
)


def find(candidate: Candidate) -> Iterator[ManagedService]:
    """Yield the first setting about auditing of kube-apiserver in an object that describes such a cluster."""
    said = f"{text(candidate.value, 'apiVersion')} {text(candidate.value, 'kind')}"
    service = next((service for pattern, service in _SERVICES if pattern.search(said)), None)
    place = _setting(candidate.value) if service else None
    if service is not None and place is not None:
        yield ManagedService(candidate.path, candidate.document, candidate.places, place, service.name, service.instead)


def _setting(document: Plain) -> Path | None:
    """Return the way to the first key or argument that sets something about auditing."""
    for value, path in walk(document, aliases=True):
        words = [word for word in (*path[-1:], value) if isinstance(word, str)]
        if any(_SETTING.fullmatch(word) for word in words):
            return path
    return None


CARRIER = Carrier(
    title="Clusters of EKS, GKE and AKS",
    checked="Objects that describe one and try to set the audit policy or its flags, which these services do not take.",
    words=(
        *(b"eksctl.io/", b"eks.aws", b"eks.services", b"AWSManaged", b"EKSConfig", b"EKSCluster"),
        *(b"container.cnrm", b"container.gcp", b"GCPManaged", b"containerservice", b"AzureManaged"),
    ),
    in_document=find,
)
