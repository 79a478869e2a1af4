"""Everyday requests that show what a policy does: such as people and programs send to a real cluster."""

from __future__ import annotations

from functools import cached_property
from itertools import product

from auditlint.kubernetes import served
from auditlint.kubernetes.engine.region import Region, Target
from auditlint.kubernetes.match import matches
from auditlint.kubernetes.requests import Request, can_happen
from auditlint.kubernetes.well_known import ANYWHERE, Known
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.kubernetes.reach import Reach

_Who = tuple["str | None", tuple[str, ...]]
_FEW = 3
_NAMES = {"secrets": "db", "nodes": "node-1", "serviceaccounts": "build", "roles": "admin", "clusterroles": "admin"}
"""Names of objects that fit their kind better than `web`."""
_CUSTOM = ("example.com", "widgets")
"""A custom resource that may be in any cluster."""


class Examples:
    """Finds requests that show one rule of a policy or another, everyday ones where there are such."""

    def __init__(self, reach: Reach, known: Known) -> None:
        self.reach = reach
        self.rules = reach.rules
        self.known = known

    def ordinary(self, keep: Callable[[Request], bool]) -> Request | None:
        """Return the first of some everyday requests that is as asked for."""
        return next((request for request in self._everyday if keep(request)), None)

    def telling(self, keep: Callable[[Request], bool]) -> Request | None:
        """Return the most telling request that is as asked for: an everyday one, or one for a custom resource."""
        user = self.reach.fresh.user
        custom = Request("delete", user, served.groups_of(user), None, *_CUSTOM, "", self.reach.fresh.namespace, "web")
        requests = sorted((*self._everyday, custom), key=lambda one: one.path is not None)
        return next((request for request in requests if keep(request)), None)

    @cached_property
    def _everyday(self) -> tuple[Request, ...]:
        return self.everyday_by(self.reach.fresh.user)

    def everyday_by(self, user: str | None) -> tuple[Request, ...]:
        """Return everyday requests by a user, in its groups."""
        namespaces = dict.fromkeys(("prod", self.reach.fresh.namespace))
        requests = [request for namespace in namespaces for request in everyday(namespace)]
        groups = () if user is None else served.groups_of(user)
        return tuple(request._replace(user=user, groups=groups) for request in requests)

    def shown(
        self, index: int, keep: Callable[[Request], bool] | None = None, asked: PolicyRule | None = None
    ) -> Request | None:
        """Return a request that a rule takes, an everyday one by its users if there is one.

        `asked` is that rule with less in it, where a request for a part of it is looked for.
        """

        def taken(request: Request) -> bool:
            return self.reach.first(request) == index and (keep is None or keep(request))

        rule = asked or self.rules[index]
        request = self.ordinary(taken)
        for who in self._identities(rule) if request is None else ():
            request = next((one for one in requests_like(rule, who, self.known) if taken(one)), None)
            if request:
                break
        if request is None:
            witness = self.reach.fates[index].witness
            return witness if witness and (keep is None or keep(witness)) else None
        return request

    def example_of(self, index: int, takers: Sequence[int]) -> Request | None:
        """Return a request that a rule asks for and one of the takers gets, an everyday one by its users."""
        rule = self.rules[index]
        requests = (one for who in self._identities(rule) for one in requests_like(rule, who, self.known))
        return next((one for one in requests if matches(rule, one) and self.reach.first(one) in takers), None)

    def _identities(self, rule: PolicyRule) -> Iterator[_Who]:
        """Yield users, with their groups, that a rule may take."""
        for user in rule.users[:_FEW] or (self.reach.fresh.user,):
            always = served.groups_of(user)
            extra = () if served.has_fixed_groups(user) else rule.user_groups[:1]
            yield user, tuple(dict.fromkeys((*extra, *always)))
        if not rule.users and not rule.user_groups:
            yield served.ANONYMOUS, served.groups_of(served.ANONYMOUS)
            yield None, ()

    def likely(self, region: Region, index: int) -> Request | None:
        """Return a request for the first target of a region that a rule takes, if one of the obvious ones is."""
        rule = self.rules[index]
        target = (region.targets or (Target(),))[0]
        asked = Request("", None, (), None, target.group or "", target.resource or "", target.subresource or "")
        names = [name for entry in rule.resources for name in entry.resource_names[:1]]
        for who, verb in product(self._identities(rule), region.verbs or ()):
            if rule.verbs and verb not in rule.verbs:
                continue
            for namespace, name in product(rule.namespaces[:_FEW] or ("prod",), ("", *names[:_FEW])):
                request = asked._replace(user=who[0], groups=who[1], verb=verb, namespace=namespace, name=name)
                request = proper(request, self.known)
                if self.reach.first(request) == index and can_happen(request) and served.made_real(request) == request:
                    return request
        return None

    def tidy(self, request: Request, verbs: Sequence[str], also: int | None = None) -> Request:
        """Return a request with the first verb, an ordinary namespace and an ordinary name that the same rule takes.

        It matches the rule `also` as well, if one is given.
        """
        taker = self.reach.first(request)
        for verb in dict.fromkeys((*verbs, request.verb)):
            for namespace in dict.fromkeys(("prod" if request.namespace else "", request.namespace)):
                for name in dict.fromkeys(("", request.name)):
                    better = proper(request._replace(verb=verb, namespace=namespace, name=name), self.known)
                    if self.reach.first(better) != taker or not can_happen(better):
                        continue
                    if also is None or matches(self.rules[also], better):
                        return better
        return request


def proper(request: Request, known: Known = ANYWHERE) -> Request:
    """Return a request with the namespace and the name that its resource and verb call for."""
    kind = request.resource
    named = request.verb in {"get", "update", "patch", "delete"} or bool(request.subresource)
    name = (request.name or _NAMES.get(kind, "web")) if named else ""
    namespace = request.namespace if request.namespace and known.is_namespaced(request.api_group, kind) else ""
    if kind == "namespaces" and named:
        name = namespace = request.name or "prod"
    return request._replace(namespace=namespace, name=name)


def everyday(namespace: str) -> Iterator[Request]:
    """Yield requests that everybody knows, the most telling first."""
    yield Request("get", api_group="", resource="secrets", namespace=namespace, name="db")
    yield Request("delete", api_group="", resource="pods", namespace=namespace, name="web")
    yield Request("create", api_group="apps", resource="deployments", namespace=namespace)
    yield Request("create", api_group="", resource="pods", subresource="exec", namespace=namespace, name="web")
    yield Request("list", api_group="", resource="pods", namespace=namespace)
    yield Request("patch", api_group="apps", resource="deployments", namespace=namespace, name="web")
    yield Request("get", api_group="", resource="configmaps", namespace=namespace, name="web")
    yield Request("update", api_group="", resource="configmaps", namespace=namespace, name="web")
    yield Request("list", api_group="", resource="secrets")
    yield Request("create", api_group="rbac.authorization.k8s.io", resource="rolebindings", namespace=namespace)
    yield Request("watch", api_group="", resource="pods", namespace=namespace)
    yield Request("get", api_group="", resource="pods", subresource="log", namespace=namespace, name="web")
    yield Request("get", api_group="", resource="nodes", name="node-1")
    yield Request("delete", api_group="", resource="namespaces", namespace=namespace, name=namespace)
    yield Request("deletecollection", api_group="", resource="pods", namespace=namespace)
    yield Request("get", path="/healthz")
    yield Request("get", path="/metrics")
    yield Request("get", path="/api")


def requests_like(rule: PolicyRule, who: _Who, known: Known) -> Iterator[Request]:
    """Yield requests such as the rule asks for, with ordinary values where it leaves them open."""
    of_resources = bool(rule.namespaces or rule.resources)
    if rule.non_resource_urls and not of_resources:
        for url in rule.non_resource_urls[:_FEW]:
            path = (url.rstrip("*") or "/healthz") if url.endswith("*") else url
            for verb in rule.verbs or ("get",):
                yield from _if_sound(Request(verb, *who, path=path))
        return
    namespace = next((name for name in rule.namespaces if name), "" if rule.namespaces else "prod")
    for group, resource, subresource, name in _targets(rule, known):
        for verb in rule.verbs or known.verbs(group, resource, subresource):
            yield from _if_sound(
                proper(Request(verb, *who, None, group, resource, subresource, namespace, name), known)
            )
    if not of_resources:
        yield from (request._replace(user=who[0], groups=who[1]) for request in everyday("prod"))


def _targets(rule: PolicyRule, known: Known) -> Iterator[tuple[str, str, str, str]]:
    """Yield group, resource, subresource and name that the rule asks for; "" for a name left open."""
    if not rule.resources:
        yield from (("", "secrets", "", ""), ("", "pods", "", ""), ("apps", "deployments", "", ""))
    for entry in rule.resources[:_FEW]:
        group = "" if entry.group == "*" else entry.group
        name = entry.resource_names[0] if entry.resource_names else ""
        for written in entry.resources[:_FEW] or ("*",):
            resource, _, subresource = written.partition("/")
            resources: tuple[str, ...] = (resource,)
            if resource == "*":
                resources = ("pods",) if subresource and not group else known.telling(group)
            if subresource == "*":
                yield group, resources[0], "log" if resources[0] == "pods" else "status", name
                subresource = ""
            yield from ((group, one, subresource, name) for one in resources)


def _if_sound(request: Request) -> Iterator[Request]:
    if can_happen(request):
        yield request
