"""What the parts of an idle cluster ask of kube-apiserver by themselves, day and night, and which rules log it.

The intervals are the defaults of Kubernetes' own code. Sources, in k8s.io/kubernetes: pkg/kubelet/kubelet.go and
pkg/kubelet/apis/config/v1beta1/defaults.go (node leases), pkg/controlplane/apiserver/server.go (the server's lease),
cmd/kubeadm/app/util/staticpod/utils.go and cmd/kubeadm/app/phases/controlplane/manifests.go (probes),
cmd/kube-proxy/app/server.go; k8s.io/component-base, config/v1alpha1/defaults.go (leader election); k8s.io/client-go,
tools/cache/reflector.go (watches).
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes import served
from auditlint.kubernetes.engine.fresh import unnamed
from auditlint.kubernetes.engine.region import Region, Target
from auditlint.kubernetes.match import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.policy import Policy, PolicyRule

NODES = 3
"""How many nodes, the control plane among them, the cluster has for which numbers are given."""
_DAY = 86_400
_NODE_LEASE = 10
_LEADER_LEASE = 2
_SERVER_LEASE = 10
_WATCH = 450
"""Seconds from one request to the next; a watch ends after 5 to 10 minutes, evenly spread."""
_EVERY_NAMESPACE = "*"
_MOST_TRIED = 1_000
"""Requests of one rule: one that lists more nodes and namespaces than that is looked at so far only."""
_MOST_SHOWN = 6
_ENDPOINT_SLICES_SINCE = 19
_SERVER_LEASE_SINCE = 26
_READYZ_PROBED_SINCE = 19


class Chatter(NamedTuple):
    """Requests that one part of a cluster keeps sending.

    `requests`: the same request as the installations of Kubernetes send it, by one identity or by another: a policy
    that knows one of them knows the part. A user `system:node:` stands for every node, a namespace `*` for every one.
    """

    who: str
    requests: tuple[Request, ...]
    number: int = 0
    """How many a day, in the cluster of NODES nodes; of events, how many for one Pod that starts."""


def leases(minor: int) -> tuple[Chatter, ...]:
    """Return the renewals of leases."""
    leader = _DAY // _LEADER_LEASE
    found = [
        Chatter("kubelets", (_lease(served.NODE, "kube-node-lease", ""),), NODES * _DAY // _NODE_LEASE),
        *(
            Chatter(name, (_lease(f"system:{name}", "kube-system", name),), leader)
            for name in ("kube-controller-manager", "kube-scheduler")
        ),
    ]
    if minor >= _SERVER_LEASE_SINCE:
        request = _lease(served.LOOPBACK, "kube-system", "apiserver-x7k2m")
        found.append(Chatter("kube-apiserver", (request,), _DAY // _SERVER_LEASE))
    return tuple(found)


def events() -> tuple[Chatter, ...]:
    """Return the events that are written where a Pod of a ReplicaSet starts: new ones, and patches that count on."""
    controller = "system:serviceaccount:kube-system:replicaset-controller"
    return (
        *_events("kubelets", served.NODE, "", 4),
        *_events("controllers", controller, "", 1),
        *_events("kube-scheduler", "system:kube-scheduler", "events.k8s.io", 1),
    )


def health_checks(minor: int) -> tuple[Chatter, ...]:
    """Return the checks of kube-apiserver by kubeadm's probes, and by load balancers, whose pace nobody knows."""
    probed = {"/livez": _DAY // 10, "/readyz": _DAY} if minor >= _READYZ_PROBED_SINCE else {"/healthz": _DAY // 10}
    who = (served.ANONYMOUS, served.groups_of(served.ANONYMOUS))
    return tuple(
        Chatter(path, (Request("get", *who, path=path),), probed.get(path, 0))
        for path in ("/livez", "/readyz", "/healthz")
    )


def watches(minor: int) -> tuple[Chatter, ...]:
    """Return the watches of every node: each ends after a while and is started again."""
    a_day = NODES * _DAY // _WATCH
    kubelet = [
        Chatter("kubelets", (_watch(served.NODE, "", resource),), a_day) for resource in ("pods", "services", "nodes")
    ]
    slices = ("discovery.k8s.io", "endpointslices") if minor >= _ENDPOINT_SLICES_SINCE else ("", "endpoints")
    proxies = ("system:serviceaccount:kube-system:kube-proxy", "system:kube-proxy")
    proxy = [
        Chatter("kube-proxy", tuple(_watch(user, *target) for user in proxies), a_day)
        for target in (("", "services"), slices)
    ]
    return (*kubelet, *proxy)


def takers(found: Analysis, chatter: Chatter) -> dict[int, Request]:
    """Return the rules that log what one part of a cluster sends, with a request each; {} if it is not all logged."""
    logged = [_takers(found, request) for request in chatter.requests]
    return logged[0] if all(logged) else {}


def logs(policy: Policy, index: int, verb: str) -> bool:
    """Tell whether the requests that a rule takes leave an event in the log (but for those that panic)."""
    rule = policy.rules[index]
    if rule.level == "None":
        return False
    stages = {"RequestReceived", "ResponseComplete", "ResponseStarted" if verb == "watch" else "ResponseComplete"}
    return not stages <= {*policy.omit_stages, *rule.omit_stages}


def _takers(found: Analysis, asked: Request) -> dict[int, Request]:
    """Return the rules that log a kind of request, each with the request that shows it."""
    rules, first = found.policy.rules, found.reach.first
    plain = next(iter(_as_listed(found, None, asked)))
    taker = first(plain)
    shown = {taker: plain} if taker is not None and logs(found.policy, taker, asked.verb) else {}
    if plain == asked or not (found.reach.index.namespaces.listed or found.named_users):
        return shown
    for index in found.may_take(_region(asked)):
        rule = rules[index]
        if len(shown) < _MOST_SHOWN and (rule.users or rule.namespaces) and logs(found.policy, index, asked.verb):
            request = next((one for one in _as_listed(found, rule, asked) if first(one) == index), None)
            if request:
                shown.setdefault(index, request)
    return shown


def _as_listed(found: Analysis, rule: PolicyRule | None, asked: Request) -> Iterable[Request]:
    """Return the requests of a kind by the nodes and in the namespaces that a rule lists.

    Where it lists none (or there is no rule), by one and in one that no rule names: more rules take any other.
    """
    namespaces: Iterable[str] = (asked.namespace,)
    if asked.namespace == _EVERY_NAMESPACE:
        listed = rule.namespaces if rule else ()
        namespaces = [name for name in listed if name and "*" not in name] or (found.reach.fresh.namespace,)
    if asked.user != served.NODE:
        return (asked._replace(namespace=namespace) for namespace in namespaces)
    users: Iterable[str] = rule.users if rule else ()
    nodes = [user for user in users if user.startswith(served.NODE) and "*" not in user]
    nodes = nodes or [unnamed((served.NODE + "node-1",), found.named_users)]
    return (_by_node(asked, *who) for who in islice(product(nodes, namespaces), _MOST_TRIED))


def _by_node(asked: Request, user: str, namespace: str) -> Request:
    """Return a request as a node sends it; its lease and its Node are called as it is."""
    own = asked.resource in {"leases", "nodes"}
    name = user.removeprefix(served.NODE) if own else asked.name
    return asked._replace(user=user, groups=served.groups_of(user), namespace=namespace, name=name)


def _region(asked: Request) -> Region:
    return Region(
        namespaces=None if asked.namespace == _EVERY_NAMESPACE else (asked.namespace,),
        users=None if asked.user in {None, served.NODE} else (asked.user or "",),
        verbs=(asked.verb,),
        targets=(Target(asked.api_group, asked.resource, asked.subresource),),
        urls=(),
    )


def _by(user: str) -> tuple[str, tuple[str, ...]]:
    return user, served.groups_of(user)


def _lease(user: str, namespace: str, name: str) -> Request:
    return Request("update", *_by(user), None, "coordination.k8s.io", "leases", "", namespace, name)


def _watch(user: str, group: str, resource: str) -> Request:
    return Request("watch", *_by(user), None, group, resource)


def _events(who: str, user: str, group: str, for_a_pod: int) -> tuple[Chatter, Chatter]:
    new = Request("create", *_by(user), None, group, "events", "", _EVERY_NAMESPACE)
    return (
        Chatter(who, (new,), for_a_pod),
        Chatter(who, (new._replace(verb="patch", name="web.18a4c0e2f3b1d5a7"),)),
    )
