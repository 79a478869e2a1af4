"""Resources that everybody knows, told without loading the catalogue, and of all others what the catalogue tells.

Most requests that messages show are for these few; a test holds the tables to the catalogue of every release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes import catalogue
from auditlint.kubernetes.releases import NEWEST

if TYPE_CHECKING:
    from auditlint.kubernetes.catalogue import Resource

CORE = frozenset(
    {
        "bindings",
        "configmaps",
        "endpoints",
        "events",
        "limitranges",
        "namespaces",
        "nodes",
        "persistentvolumeclaims",
        "persistentvolumes",
        "pods",
        "podtemplates",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "serviceaccounts",
        "services",
    }
)
OTHERS = {
    "admissionregistration.k8s.io": "mutatingwebhookconfigurations validatingwebhookconfigurations",
    "apiextensions.k8s.io": "customresourcedefinitions",
    "apiregistration.k8s.io": "apiservices",
    "apps": "daemonsets deployments replicasets statefulsets",
    "authentication.k8s.io": "tokenreviews",
    "autoscaling": "horizontalpodautoscalers",
    "batch": "cronjobs jobs",
    "certificates.k8s.io": "certificatesigningrequests",
    "coordination.k8s.io": "leases",
    "discovery.k8s.io": "endpointslices",
    "networking.k8s.io": "ingresses networkpolicies",
    "policy": "poddisruptionbudgets",
    "rbac.authorization.k8s.io": "clusterrolebindings clusterroles rolebindings roles",
    "storage.k8s.io": "storageclasses",
}
"""The resources that kubectl knows by their singular without naming the group."""

_CLUSTER_SCOPED = frozenset(
    {
        "apiservices",
        "certificatesigningrequests",
        "clusterrolebindings",
        "clusterroles",
        "customresourcedefinitions",
        "mutatingwebhookconfigurations",
        "namespaces",
        "nodes",
        "persistentvolumes",
        "storageclasses",
        "tokenreviews",
        "validatingwebhookconfigurations",
    }
)
_VERBS = ("get", "create", "list", "delete", "patch", "update", "watch", "deletecollection")
"""The most telling first."""
_WITH_OTHER_VERBS = frozenset({"bindings", "namespaces", "tokenreviews"})
_FIRST = {"exec": "create", "attach": "create", "portforward": "create", "approval": "update"}
"""The most telling verb of a subresource where it is another one."""


def is_well_known(group: str, resource: str) -> bool:
    """Tell whether a resource is one of Kubernetes' own that everybody knows."""
    return resource in (OTHERS.get(group, "").split() if group else CORE)


def is_namespaced(group: str, resource: str) -> bool:
    """Tell whether objects of a resource are in namespaces; of one that nobody knows, it is believed."""
    if is_well_known(group, resource):
        return resource not in _CLUSTER_SCOPED
    known = _known(group, resource)
    return known is None or known.namespaced


def verbs(group: str, resource: str, subresource: str = "") -> tuple[str, ...]:
    """Return the verbs that kube-apiserver serves for a resource, the most telling first."""
    if not subresource and is_well_known(group, resource) and resource not in _WITH_OTHER_VERBS:
        return _VERBS
    known = _known(group, resource, subresource)
    if known is None:
        return ("get", "update", "patch") if subresource else _VERBS
    first = _FIRST.get(subresource)
    return tuple(sorted(known.verbs, key=lambda verb: (verb != first, _VERBS.index(verb))))


def version(group: str, resource: str, minor: int) -> str:
    """Return the version of a group's API under which clients of a release ask for a resource; v1 if nobody knows.

    Of a resource that the release does not have, it is the one that the nearest release has.
    """
    known = catalogue.of_release(minor).ever(group, resource) if group else None
    return (known.version_in(minor) or known.versions[0][0]) if known else "v1"


def _known(group: str, resource: str, subresource: str = "") -> Resource | None:
    """Return what Kubernetes serves, in this group or else in any: a policy that says `*` names no group."""
    everywhere = catalogue.of_release(NEWEST)
    homes = [group, *(one.group for one in everywhere.named(resource) if one.resource == resource)]
    found = (everywhere.ever(home, resource, subresource) for home in homes)
    return next((one for one in found if one), None)
