"""Which rules of a policy log what a cluster asks of kube-apiserver by itself, and the rules that would silence it."""

from __future__ import annotations

from itertools import islice, product

from auditlint.kubernetes import served, traffic
from auditlint.kubernetes.engine.fresh import unnamed
from auditlint.kubernetes.engine.region import Region, Target
from auditlint.kubernetes.policy import GroupResources, PolicyRule
from auditlint.kubernetes.traffic import ANY_NAMESPACE
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.match import Request
    from auditlint.kubernetes.policy import Policy
    from auditlint.kubernetes.traffic import Chatter

_MOST_TRIED = 1_000
"""Requests of one rule: one that lists more nodes and namespaces than that is looked at so far only."""
_MOST_SHOWN = 6


def takers(analysis: Analysis, part: Chatter) -> dict[int, Request]:
    """Return the rules that log what one part of a cluster sends, with a request each; {} if it is not all logged."""
    logged = [_takers(analysis, request) for request in part.requests]
    return logged[0] if all(logged) else {}


def logs(policy: Policy, index: int, verb: str) -> bool:
    """Tell whether the requests that a rule takes leave an event in the log (but for those that panic)."""
    rule = policy.rules[index]
    if rule.level == "None":
        return False
    stages = {"RequestReceived", "ResponseComplete", "ResponseStarted" if verb == "watch" else "ResponseComplete"}
    return not stages <= {*policy.omit_stages, *rule.omit_stages}


def _takers(analysis: Analysis, asked: Request) -> dict[int, Request]:
    """Return the rules that log a kind of request, each with the request that shows it."""
    rules, first = analysis.policy.rules, analysis.reach.first
    plain = next(iter(_as_listed(analysis, None, asked)))
    taker = first(plain)
    shown = {taker: plain} if taker is not None and logs(analysis.policy, taker, asked.verb) else {}
    if plain == asked or not (analysis.reach.index.namespaces.listed or analysis.named_users):
        return shown
    for index in analysis.may_take(_region(asked)):
        rule = rules[index]
        if len(shown) < _MOST_SHOWN and (rule.users or rule.namespaces) and logs(analysis.policy, index, asked.verb):
            request = next((one for one in _as_listed(analysis, rule, asked) if first(one) == index), None)
            if request:
                shown.setdefault(index, request)
    return shown


def _as_listed(analysis: Analysis, rule: PolicyRule | None, asked: Request) -> Iterable[Request]:
    """Return the requests of a kind by the nodes and in the namespaces that a rule lists.

    Where it lists none (or there is no rule), by one and in one that no rule names: more rules take any other.
    """
    namespaces: Iterable[str] = (asked.namespace,)
    if asked.namespace == ANY_NAMESPACE:
        listed = rule.namespaces if rule else ()
        namespaces = [name for name in listed if name and set(name).isdisjoint("*/")] or (
            analysis.reach.fresh.namespace,
        )
    if asked.user != served.NODE:
        return (asked._replace(namespace=namespace) for namespace in namespaces)
    users: Iterable[str] = rule.users if rule else ()
    nodes = [user for user in users if user.startswith(served.NODE) and "*" not in user]
    nodes = nodes or [unnamed((served.NODE + "node-1",), analysis.named_users)]
    return (_by_node(asked, *who) for who in islice(product(nodes, namespaces), _MOST_TRIED))


def _by_node(asked: Request, user: str, namespace: str) -> Request:
    """Return a request as a node sends it; its lease and its Node are called as it is."""
    own = asked.resource in {"leases", "nodes"}
    name = user.removeprefix(served.NODE) if own else asked.name
    return asked._replace(user=user, groups=served.groups_of(user), namespace=namespace, name=name)


def _region(asked: Request) -> Region:
    return Region(
        namespaces=None if asked.namespace == ANY_NAMESPACE else (asked.namespace,),
        users=None if asked.user in {None, served.NODE} else (asked.user or "",),
        verbs=(asked.verb,),
        targets=(Target(asked.api_group, asked.resource, asked.subresource),),
        urls=(),
    )


def leases(minor: int) -> tuple[PolicyRule, ...]:
    """Return the rules that silence the renewals of leases, and nothing that a person does to one."""
    resources = (GroupResources("coordination.k8s.io", ("leases",)),)
    leaders = ("system:kube-controller-manager", "system:kube-scheduler")
    own = (served.LOOPBACK,) if minor >= traffic.SERVER_LEASE_SINCE else ()
    return (
        _none(user_groups=(served.NODES,), verbs=("update",), resources=resources, namespaces=("kube-node-lease",)),
        _none(users=(*leaders, *own), verbs=("get", "update"), resources=resources, namespaces=("kube-system",)),
    )


def events(_: int) -> tuple[PolicyRule, ...]:
    """Return the rule that silences the events which are written; who deletes one stays in the log."""
    groups = tuple(GroupResources(group, ("events",)) for group in ("", "events.k8s.io"))
    return (_none(verbs=("create", "update", "patch"), resources=groups),)


def health_checks(minor: int) -> tuple[PolicyRule, ...]:
    """Return the rule that silences the checks of kube-apiserver's health."""
    return (_none(verbs=("get",), non_resource_urls=tuple(f"{one.who}*" for one in traffic.health_checks(minor))),)


def watches(minor: int) -> tuple[PolicyRule, ...]:
    """Return the rules that silence the watches of every node."""
    asked = [request for part in traffic.watches(minor) for request in part.requests]
    by_node = dict.fromkeys(one.resource for one in asked if one.user == served.NODE)
    proxies = tuple(dict.fromkeys(one.user or "" for one in asked if one.user != served.NODE))
    seen = dict.fromkeys((one.api_group, one.resource) for one in asked if one.user != served.NODE)
    groups = dict.fromkeys(group for group, _ in seen)
    entries = tuple(GroupResources(group, tuple(name for other, name in seen if other == group)) for group in groups)
    return (
        _none(user_groups=(served.NODES,), verbs=("watch",), resources=(GroupResources("", tuple(by_node)),)),
        _none(users=proxies, verbs=("watch",), resources=entries),
    )


def _none(**limits: Any) -> PolicyRule:
    return PolicyRule("None", **limits)


class Kind(NamedTuple):
    """One kind of chatter: what is sent, and the rules that silence it."""

    parts: Callable[[int], Iterable[Chatter]]
    silencers: Callable[[int], tuple[PolicyRule, ...]]


KINDS = {
    "leases": Kind(traffic.leases, leases),
    "health checks": Kind(traffic.health_checks, health_checks),
    "watches": Kind(traffic.watches, watches),
    "events": Kind(lambda _: traffic.events(), events),
}
"""Every kind of chatter, the most frequent first."""


class Loud(NamedTuple):
    """The chatter of one kind that a policy logs."""

    parts: tuple[Chatter, ...]
    takers: dict[int, Request]
    """The rules that log it, each with a request."""

    @property
    def first(self) -> int:
        """The first rule that logs some of it."""
        return min(self.takers)

    @property
    def who(self) -> tuple[str, ...]:
        """Who sends it, each once."""
        return tuple(dict.fromkeys(part.who for part in self.parts))

    @property
    def number(self) -> int:
        """How many requests a day; of events, how many for one Pod that starts."""
        return sum(part.number for part in self.parts)


def logged(analysis: Analysis, minor: int) -> dict[str, Loud]:
    """Return what a policy logs of each kind of chatter; kinds of which nothing is logged are left out."""
    kinds = {name: _loud(analysis, kind.parts(minor)) for name, kind in KINDS.items()}
    return {name: loud for name, loud in kinds.items() if loud.takers}


def _loud(analysis: Analysis, parts: Iterable[Chatter]) -> Loud:
    by_part = [(part, takers(analysis, part)) for part in parts]
    merged: dict[int, Request] = {}
    for _, rules in by_part:
        merged = {**rules, **merged}
    return Loud(tuple(part for part, rules in by_part if rules), merged)
