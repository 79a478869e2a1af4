"""Resources that everybody knows, told without loading the catalogue, and of all others what the catalogue tells.

Most requests that messages show are for these few; a test holds the tables to the catalogue of every release.
"""

from __future__ import annotations

from itertools import islice

from auditlint.kubernetes.cluster import ORDINARY, Cluster
from auditlint.kubernetes.releases import NEWEST
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.kubernetes.catalogue import Catalogue, Resource

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
_ELSEWHERE_UNTIL = {"ingresses": 21}
"""The last minor in which a resource was in another group as well, `extensions`, that kubectl looks in first."""
_SERVED_TOO = {
    "authorization.k8s.io": "localsubjectaccessreviews selfsubjectaccessreviews selfsubjectrulesreviews "
    "subjectaccessreviews",
    "events.k8s.io": "events",
    "node.k8s.io": "runtimeclasses",
    "scheduling.k8s.io": "priorityclasses",
}
"""Further resources that many policies name and every release serves."""

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
_TELLING = {
    "": ("secrets", "pods", "configmaps"),
    "apps": ("deployments", "statefulsets", "daemonsets"),
    "batch": ("jobs", "cronjobs"),
    "rbac.authorization.k8s.io": ("roles", "clusterroles", "rolebindings"),
}
"""What an API group is known for, where that is not the first in the alphabet."""
_FEW = 3
_FIRST = {"exec": "create", "attach": "create", "portforward": "create", "approval": "update"}
"""The most telling verb of a subresource where it is another one."""


def is_well_known(group: str, resource: str) -> bool:
    """Tell whether a resource is one of Kubernetes' own that everybody knows."""
    return resource in (OTHERS.get(group, "").split() if group else CORE)


def home_of(resource: str) -> str:
    """Return the API group of a resource that everybody knows, "" for any other."""
    return next((group for group, names in OTHERS.items() if resource in names.split()), "")


def has_well_known(group: str) -> bool:
    """Tell whether a group holds resources of Kubernetes' own that everybody knows."""
    return not group or group in OTHERS


def is_always_served(group: str, resource: str) -> bool:
    """Tell at once of most resources that policies name whether every release serves them; False: it is not known."""
    return is_well_known(group, resource) or resource in _SERVED_TOO.get(group, "").split()


class Known:
    """What is known of the resources of one cluster: those that everybody knows, and what its catalogue tells."""

    def __init__(self, minor: int, cluster: Cluster = ORDINARY) -> None:
        self.minor = minor
        self._cluster = cluster

    def is_namespaced(self, group: str, resource: str) -> bool:
        """Tell whether objects of a resource are in namespaces; of one that nobody knows, it is believed."""
        if is_well_known(group, resource):
            return resource not in _CLUSTER_SCOPED
        known = self._find(group, resource)
        return known is None or known.namespaced

    def is_cluster_scoped(self, group: str, resource: str) -> bool:
        """Tell whether this very resource is known to have no namespaces."""
        if is_well_known(group, resource):
            return resource in _CLUSTER_SCOPED
        known = self._catalogue.ever(group, resource)
        return known is not None and not known.namespaced

    def needs_no_group(self, group: str, resource: str) -> bool:
        """Tell whether kubectl finds a well-known resource without its group."""
        return is_well_known(group, resource) and self.minor > _ELSEWHERE_UNTIL.get(resource, 0)

    def resolves(self, group: str, resource: str) -> bool:
        """Tell whether kubectl finds a resource by plural and group; of groups that nobody knows, it is believed."""
        if is_always_served(group, resource):
            return True
        known = self._catalogue.ever(group, resource)
        if known is None:
            return bool(group) and next(iter(self._catalogue.in_group(group)), None) is None
        return known.served_in(self.minor)

    def verbs(self, group: str, resource: str, subresource: str = "") -> tuple[str, ...]:
        """Return the verbs that kube-apiserver serves for a resource, the most telling first."""
        if not subresource and is_well_known(group, resource) and resource not in _WITH_OTHER_VERBS:
            return _VERBS
        known = self._find(group, resource, subresource)
        if known is None or not known.verbs:
            return ("get", "update", "patch") if subresource else _VERBS
        first = _FIRST.get(subresource)
        return tuple(sorted(known.verbs, key=lambda verb: (verb != first, _VERBS.index(verb))))

    def telling(self, group: str) -> tuple[str, ...]:
        """Return some resources of an API group that everybody knows, else of those that it has, else made-up ones."""
        everyday = _TELLING.get(group) or (OTHERS.get(group) or _SERVED_TOO.get(group, "")).split()
        if everyday:
            return tuple(everyday)
        members = (one.resource for one in self._catalogue.in_group(group) if not one.subresource)
        return (*islice(members, _FEW),) or ("widgets", "gadgets")

    def members(self, group: str) -> tuple[tuple[str, str], ...]:
        """Return resource and subresource of all that a group of Kubernetes' own serves; () of other groups."""
        members = self._catalogue.in_group(group)
        return () if any(one.is_custom for one in members) else tuple(one.key[1:] for one in members)

    def version(self, group: str, resource: str) -> str:
        """Return the version of a group's API under which clients ask for a resource; v1 if nobody knows.

        Of a resource that the release does not have, it is the one that the nearest release has.
        """
        known = self._catalogue.ever(group, resource) if group else None
        return (known.version_in(self.minor) or known.versions[0][0]) if known and known.versions else "v1"

    @property
    def _catalogue(self) -> Catalogue:
        return self._cluster.catalogue(self.minor)

    def _find(self, group: str, resource: str, subresource: str = "") -> Resource | None:
        """Return a resource of this group or else of any built-in one: a policy that says `*` names no group."""
        found = self._catalogue.ever(group, resource, subresource)
        if found or self._catalogue.ever(group, resource):
            return found
        homes = (one.group for one in self._catalogue.named(resource) if one.resource == resource)
        elsewhere = (self._catalogue.ever(home, resource, subresource) for home in homes)
        return next((one for one in elsewhere if one and not one.is_custom), None)


ANYWHERE = Known(NEWEST)
"""What is known of clusters of which nothing is known."""
