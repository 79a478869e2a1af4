"""What a cluster asks of kube-apiserver by itself, day and night: who sends what, how often, and how large it is.

One model for the rules about cost and retention. An idle cluster has NODES nodes unless another number is given, one of
them the control plane, as kubeadm installs it, and nobody uses it: every real cluster sends more.

The intervals are the defaults of Kubernetes' own code. Sources, in k8s.io/kubernetes: pkg/kubelet/kubelet.go and
pkg/kubelet/apis/config/v1beta1/defaults.go (node leases, node status), pkg/controlplane/apiserver/server.go (the
server's lease), pkg/controlplane/controller/kubernetesservice/controller.go (the endpoints of the server),
cmd/kubeadm/app/util/staticpod/utils.go and cmd/kubeadm/app/phases/controlplane/manifests.go (probes),
pkg/controller/garbagecollector and pkg/controller/resourcequota (discovery), cmd/kube-proxy/app/server.go;
k8s.io/component-base, config/v1alpha1/defaults.go (leader election); k8s.io/client-go, tools/cache/reflector.go
(watches).
"""

from __future__ import annotations

from functools import cache

from auditlint.kubernetes import served
from auditlint.kubernetes.match import evaluate
from auditlint.kubernetes.requests import Request
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.kubernetes.policy import Policy

NODES = 3
"""How many nodes, the control plane among them, the cluster has for which numbers are given."""
_DAY = 86_400
_NODE_LEASE = 10
_LEADER_LEASE = 2
_SERVER_LEASE = 10
_NODE_STATUS = 10
_NODE_REPORT = 300
_ENDPOINTS = 10
_DISCOVERY = 30
_WATCH = 450
"""Seconds from one request to the next; a watch ends after 5 to 10 minutes, evenly spread."""
ANY_NAMESPACE = "*"
_ENDPOINT_SLICES_SINCE = 19
SERVER_LEASE_SINCE = 26
_READYZ_PROBED_SINCE = 19
_EVENT_BYTES = 700
"""What one audit event takes in the log without bodies: the median of a small recorded log, kept low on purpose."""
_LEASE_BYTES = 500
_NODE_BYTES = 9_000
"""What the body of a Lease or a Node adds to an event."""


class Chatter(NamedTuple):
    """Requests that one part of a cluster keeps sending.

    `requests`: the same request as the installations of Kubernetes send it, by one identity or by another: a policy
    that knows one of them knows the part. A user `system:node:` stands for every node, a namespace `*` for every one.
    """

    who: str
    requests: tuple[Request, ...]
    number: int = 0
    """How many a day, in the whole cluster; of events, how many for one Pod that starts."""
    body: int = 0
    """Bytes of the object that a request, and its response, carries."""


@cache
def leases(minor: int, nodes: int = NODES) -> tuple[Chatter, ...]:
    """Return the renewals of leases."""
    leader = _DAY // _LEADER_LEASE
    found = [
        Chatter("kubelets", (_lease(served.NODE, "kube-node-lease", ""),), nodes * _DAY // _NODE_LEASE, _LEASE_BYTES),
        *(
            Chatter(name, (_lease(f"system:{name}", "kube-system", name),), leader, _LEASE_BYTES)
            for name in ("kube-controller-manager", "kube-scheduler")
        ),
    ]
    if minor >= SERVER_LEASE_SINCE:
        request = _lease(served.LOOPBACK, "kube-system", "apiserver-x7k2m")
        found.append(Chatter("kube-apiserver", (request,), _DAY // _SERVER_LEASE, _LEASE_BYTES))
    return tuple(found)


@cache
def events() -> tuple[Chatter, ...]:
    """Return the events that are written where a Pod of a ReplicaSet starts: new ones, and patches that count on."""
    controller = "system:serviceaccount:kube-system:replicaset-controller"
    return (
        *_events("kubelets", served.NODE, "", 4),
        *_events("controllers", controller, "", 1),
        *_events("kube-scheduler", "system:kube-scheduler", "events.k8s.io", 1),
    )


@cache
def health_checks(minor: int) -> tuple[Chatter, ...]:
    """Return the checks of kube-apiserver by kubeadm's probes, and by load balancers, whose pace nobody knows."""
    probed = {"/livez": _DAY // 10, "/readyz": _DAY} if minor >= _READYZ_PROBED_SINCE else {"/healthz": _DAY // 10}
    who = (served.ANONYMOUS, served.groups_of(served.ANONYMOUS))
    return tuple(
        Chatter(path, (Request("get", *who, path=path),), probed.get(path, 0))
        for path in ("/livez", "/readyz", "/healthz")
    )


@cache
def watches(minor: int, nodes: int = NODES) -> tuple[Chatter, ...]:
    """Return the watches of every node: each ends after a while and is started again."""
    a_day = nodes * _DAY // _WATCH
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


def upkeep(minor: int, nodes: int = NODES) -> tuple[Chatter, ...]:
    """Return what else the parts of a cluster ask for all day: no rule speaks of it, but it fills the log too."""
    asker = (served.NODE, served.groups_of(served.NODE), None, "", "nodes")
    manager = _by("system:kube-controller-manager")
    slices = ("discovery.k8s.io", "endpointslices") if minor >= _ENDPOINT_SLICES_SINCE else ("", "endpoints")
    own = Request("get", *_by(served.LOOPBACK), None, *slices, "", "default", "kubernetes")
    return (
        Chatter("kubelets", (Request("get", *asker, "", "", "node-1"),), nodes * _DAY // _NODE_STATUS, _NODE_BYTES),
        Chatter(
            "kubelets", (Request("patch", *asker, "status", "", "node-1"),), nodes * _DAY // _NODE_REPORT, _NODE_BYTES
        ),
        Chatter("kube-apiserver", (own,), _DAY // _ENDPOINTS, _LEASE_BYTES),
        Chatter("kube-controller-manager", (Request("get", *manager, path="/apis"),), 2 * _DAY // _DISCOVERY),
    )


class Amount(NamedTuple):
    """What a policy logs in a day."""

    events: int
    bytes: int

    @property
    def megabytes(self) -> float:
        """The bytes in the unit of `--audit-log-maxsize`, which counts 1024 × 1024 of them."""
        return self.bytes / (1 << 20)


def idle(policy: Policy, minor: int, nodes: int = NODES) -> Amount:
    """Return what the policy logs of an idle cluster of so many nodes in a day: no real cluster writes less."""
    found = [_amount(policy, part) for part in _all(minor, nodes)]
    return Amount(sum(one.events for one in found), sum(one.bytes for one in found))


def _all(minor: int, nodes: int) -> tuple[Chatter, ...]:
    return (*leases(minor, nodes), *health_checks(minor), *watches(minor, nodes), *upkeep(minor, nodes))


def _amount(policy: Policy, part: Chatter) -> Amount:
    """Return what the policy logs of one part's requests: where they may come in several forms, the smallest."""
    return min(_logged(policy, _concrete(request), part) for request in part.requests)


def _concrete(request: Request) -> Request:
    """Return the request with one node and one namespace for those that stand for every one."""
    user = f"{served.NODE}node-1" if request.user == served.NODE else request.user
    namespace = "default" if request.namespace == ANY_NAMESPACE else request.namespace
    return request._replace(
        user=user, namespace=namespace, name=request.name or ("node-1" if request.verb in _NAMED else "")
    )


def _logged(policy: Policy, request: Request, part: Chatter) -> Amount:
    outcome = evaluate(policy, request)
    stages = _stages(request.verb) - set(outcome.omit_stages)
    if outcome.level == "None" or not stages:
        return Amount(0, 0)
    bodies = 0
    if "ResponseComplete" in stages and request.verb != "watch":
        sent = outcome.level in {"Request", "RequestResponse"} and request.verb in {"create", "update", "patch"}
        bodies = part.body * (sent + (outcome.level == "RequestResponse"))
    return Amount(part.number * len(stages), part.number * (len(stages) * _EVENT_BYTES + bodies))


def _stages(verb: str) -> set[str]:
    """Return the stages that a request passes: a watch is also logged when its response begins."""
    return {"RequestReceived", "ResponseComplete", *(("ResponseStarted",) if verb == "watch" else ())}


_NAMED = frozenset({"get", "update", "patch"})


def _by(user: str) -> tuple[str, tuple[str, ...]]:
    return user, served.groups_of(user)


def _lease(user: str, namespace: str, name: str) -> Request:
    return Request("update", *_by(user), None, "coordination.k8s.io", "leases", "", namespace, name)


def _watch(user: str, group: str, resource: str) -> Request:
    return Request("watch", *_by(user), None, group, resource)


def _events(who: str, user: str, group: str, for_a_pod: int) -> tuple[Chatter, Chatter]:
    new = Request("create", *_by(user), None, group, "events", "", ANY_NAMESPACE)
    return (
        Chatter(who, (new,), for_a_pod),
        Chatter(who, (new._replace(verb="patch", name="web.18a4c0e2f3b1d5a7"),)),
    )
