"""Gardener: Shoots, and the virtual cluster of a Garden.

Gardener (read at 1.130) runs the control plane itself: a Shoot names a ConfigMap whose key `policy` holds the policy,
which its admission checks; without one the policy has level None.
Sources: gardener, pkg/apis/core/v1beta1/types_shoot.go (`AuditConfig`),
pkg/component/kubernetes/apiserver/configmaps.go (`defaultAuditPolicy`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers import apiserver
from auditlint.carriers.carrier import Carrier
from auditlint.carriers.configurations.extra_args import as_text
from auditlint.carriers.containers.command import CommandLine
from auditlint.kubernetes.releases import from_text
from auditlint.subjects.model import DefaultPolicy, Runs
from auditlint.text.values import get, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.subjects.model import ApiServer

_CLUSTERS: dict[str, tuple[str, ...]] = {
    "Shoot": ("spec", "kubernetes"),
    "Garden": ("spec", "virtualCluster", "kubernetes"),
}
_REFERENCE = ("auditConfig", "auditPolicy", "configMapRef", "name")
_ADVICE = "Put a policy into a ConfigMap, and name it in kubeAPIServer.auditConfig.auditPolicy.configMapRef.name"


def find(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver of a Shoot or a Garden; of a part of one, if it says something of auditing."""
    value = candidate.value
    whole = "gardener.cloud/" in text(value, "apiVersion")
    way = _CLUSTERS.get(text(value, "kind"), _CLUSTERS["Shoot"] if candidate.as_kind else ())
    base = (*way, "kubeAPIServer")
    if not way or not whole:
        way, base = _CLUSTERS["Shoot"], (*_CLUSTERS["Shoot"], "kubeAPIServer")
        if not candidate.as_kind and get(value, *base, "auditConfig") is None:
            return
    there = next(base[:end] for end in range(len(base), -1, -1) if not end or get(value, *base[:end]) is not None)
    named = get(value, *base, *_REFERENCE) is not None
    settings = apiserver.Settings(
        carrier="gardener",
        runs=Runs.POD,
        shown=from_text(as_text(get(value, *way, "version"))),
        tool="Gardener",
        default_policy=None if named or not whole else DefaultPolicy(there, advice=_ADVICE),
    )
    yield apiserver.build(candidate, there, CommandLine((), there), settings)


CARRIER = Carrier(
    title="Shoots of Gardener",
    checked=(
        "Whether a Shoot, or the virtual cluster of a Garden, names a ConfigMap with a policy; the policy is checked "
        "in the ConfigMap."
    ),
    words=(b"gardener.cloud/", b"auditConfig"),
    in_document=find,
)
