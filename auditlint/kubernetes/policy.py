"""An audit policy as kube-apiserver holds it in memory (k8s.io/apiserver/pkg/apis/audit/types.go)."""

from __future__ import annotations

from auditlint.records import NamedTuple

LEVELS = ("None", "Metadata", "Request", "RequestResponse")
OBJECT_LEVELS = frozenset({"Request", "RequestResponse"})
"""The levels at which the server stores objects (pkg/audit/request.go)."""
STAGES = ("RequestReceived", "ResponseStarted", "ResponseComplete", "Panic")


class GroupResources(NamedTuple):
    """One entry of a rule's `resources`: an API group, resources in it (empty: all), object names (empty: any)."""

    group: str = ""
    resources: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()


class PolicyRule(NamedTuple):
    """One entry of a policy's `rules`; an empty list places no limit."""

    level: str
    users: tuple[str, ...] = ()
    user_groups: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    resources: tuple[GroupResources, ...] = ()
    namespaces: tuple[str, ...] = ()
    non_resource_urls: tuple[str, ...] = ()
    omit_stages: tuple[str, ...] = ()
    omit_managed_fields: bool | None = None

    @property
    def only_resources(self) -> bool:
        """Whether it asks for resources."""
        return bool(self.resources or self.namespaces)

    @property
    def only_urls(self) -> bool:
        """Whether it asks for URLs and for nothing else."""
        return bool(self.non_resource_urls) and not self.only_resources

    @property
    def has_selectors(self) -> bool:
        """Whether it asks for some requests only."""
        asked = self.users, self.user_groups, self.verbs, self.resources, self.namespaces, self.non_resource_urls
        return any(asked)


class Policy(NamedTuple):
    """A policy: the first rule that matches a request sets its level."""

    rules: tuple[PolicyRule, ...] = ()
    omit_stages: tuple[str, ...] = ()
    omit_managed_fields: bool = False
