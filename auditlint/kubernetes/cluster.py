"""What is known of the cluster that a policy is for, beyond its release."""

from __future__ import annotations

from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.kubernetes.catalogue import Catalogue, Resource

Named = tuple[str, str, str]
"""Group, resource and subresource ("" for the resource itself)."""


class Cluster(NamedTuple):
    """What runs with the policy and what the cluster holds besides what comes with Kubernetes."""

    aggregated: bool = False
    """The policy is for an aggregated API server: it serves other resources than kube-apiserver."""
    custom: tuple[Resource, ...] = ()
    """Resources of CustomResourceDefinitions in the run, and those that the configuration names."""
    sensitive: tuple[Named, ...] = ()
    """Resources that the configuration calls sensitive, besides those that are known to be."""

    def catalogue(self, minor: int) -> Catalogue:
        """Return what such a cluster of release 1.`minor` serves, as far as it is known."""
        from auditlint.kubernetes import catalogue

        return catalogue.of_release(minor, self.custom) if self.custom else catalogue.of_release(minor)


ORDINARY = Cluster()
"""A cluster of which nothing is known: kube-apiserver, and any custom resources."""


def named(text: str) -> Named:
    """Return what `pods/exec`, `deployments.apps` or `deployments.apps/scale` names."""
    whole, _, subresource = text.partition("/")
    resource, _, group = whole.partition(".")
    return group, resource, subresource
