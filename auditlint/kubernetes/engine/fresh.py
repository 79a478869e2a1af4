"""Values that no rule of a policy speaks of, the most ordinary ones there are."""

from __future__ import annotations

from functools import cached_property
from itertools import chain, count

from auditlint.kubernetes.requests import NAMESPACE_SUBRESOURCES, is_resource_path
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from auditlint.kubernetes.engine.index import Index

USERS = ("alice", "bob", "jane", "carol", "dave")
NAMESPACES = ("default", "prod", "dev", "team-a")
NAMES = ("web", "db", "app", "example")
RESOURCES = (
    ("", "pods"),
    ("apps", "deployments"),
    ("", "configmaps"),
    ("", "services"),
    ("batch", "jobs"),
    ("networking.k8s.io", "ingresses"),
    ("rbac.authorization.k8s.io", "roles"),
    ("apps", "statefulsets"),
    ("batch", "cronjobs"),
    ("policy", "poddisruptionbudgets"),
    ("autoscaling", "horizontalpodautoscalers"),
    ("coordination.k8s.io", "leases"),
    ("discovery.k8s.io", "endpointslices"),
    ("", "persistentvolumeclaims"),
    ("", "secrets"),
    ("", "serviceaccounts"),
    ("", "endpoints"),
    ("", "events"),
)
"""Namespaced resources that every cluster serves, the most ordinary first."""

SUBRESOURCES = {
    "pods": ("log", "exec", "status", "portforward", "eviction", "binding", "attach", "proxy"),
    "deployments": ("scale", "status"),
    "serviceaccounts": ("token",),
    "services": ("proxy", "status"),
    "nodes": ("proxy", "status"),
}
PATHS = ("healthz", "metrics", "version", "livez", "readyz", "logs", "apis", "openapi/v2", "debug/pprof", "check")
_BELOW = ("/ping", "/check")
_REST = ("scale", "status", "example")


class Fresh:
    """Picks values that the rules of one policy do not name."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._paths: dict[str, tuple[str, ...]] = {}
        self._targets: dict[tuple[str | None, str | None], tuple[str, str]] = {}

    @cached_property
    def user(self) -> str:
        """A user that no rule names."""
        return unnamed(USERS, self._index.users.listed)

    @cached_property
    def namespace(self) -> str:
        """A namespace that no rule names."""
        return unnamed(NAMESPACES, self._index.namespaces.listed)

    @cached_property
    def name(self) -> str:
        """An object's name that no rule names."""
        return unnamed(NAMES, self._index.names)

    def subresource(self, resource: str) -> str:
        """Return a subresource that no rule names, a real one of the resource if there is one."""
        return unnamed((*SUBRESOURCES.get(resource, ()), *_REST), self._index.resource_words)

    def target(self, group: str | None, resource: str | None) -> tuple[str, str]:
        """Return API group and resource, where each that is None is one that no rule names."""
        if group is not None and resource is not None:
            return group, resource
        key = (group, resource)
        if key not in self._targets:
            self._targets[key] = self._new_target(group, resource)
        return self._targets[key]

    def _new_target(self, group: str | None, resource: str | None) -> tuple[str, str]:
        groups, words = self._index.target_groups, self._index.resource_words
        for real_group, real_resource in RESOURCES:
            right_group = real_group not in groups if group is None else real_group == group
            right_resource = real_resource not in words if resource is None else real_resource == resource
            if right_group and right_resource:
                return real_group, real_resource
        new_resource = unnamed(("widgets",), words | set(NAMESPACE_SUBRESOURCES)) if resource is None else resource
        return (unnamed(("example.com",), groups) if group is None else group), new_resource

    def paths(self, prefix: str) -> tuple[str, ...]:
        """Return paths of non-resource requests with a prefix, one of which no more rules admit than any other such.

        () where every path with this prefix is one of a resource.
        """
        if prefix not in self._paths:
            self._paths[prefix] = self._new_paths(prefix)
        return self._paths[prefix]

    def _new_paths(self, prefix: str) -> tuple[str, ...]:
        """Return one path that no rule names, or those that differ from the prefix by slashes at the end only.

        The server trims slashes: `/api/v1/` is no resource's path, though everything longer below it is. Rules may name
        some of these one by one, so all are of interest up to the first that none names.
        """
        words = (prefix + word for word in (PATHS if prefix.endswith("/") else _BELOW))
        ordinary = (path for path in words if not is_resource_path(path))
        letters = (prefix + chr(code) for code in chain(range(ord("a"), ord("z") + 1), count(0x100)))
        fresh = next(path for path in chain(ordinary, letters) if self._is_unnamed(prefix, path))
        if not is_resource_path(fresh):
            return (fresh,)
        found: list[str] = []
        while not is_resource_path(prefix):
            found.append(prefix)
            if not self._index.names_path(prefix):
                break
            prefix += "/"
        return tuple(found)

    def _is_unnamed(self, prefix: str, path: str) -> bool:
        """Return whether no rule names the path, nor a prefix of it that is longer than the given one."""
        longer = (path[:length] for length in range(len(prefix) + 1, len(path) + 1))
        return not any(self._index.names_path(part) for part in longer)


def unnamed(ordinary: Iterable[str], named: Container[str]) -> str:
    """Return the first ordinary value that is not named, else one made from the last with a number."""
    last = ""
    for value in ordinary:
        if value not in named:
            return value
        last = value
    return next(value for number in count(1) if (value := f"{last}-{number}") not in named)
