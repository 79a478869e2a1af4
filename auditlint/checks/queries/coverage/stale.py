"""Rules of level None for names that newer clusters no longer use: what they meant is logged under its new name."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from auditlint.checks.queries import effects
from auditlint.checks.queries.coverage import silenced, twins
from auditlint.checks.queries.coverage.kinds import Row, served_calls
from auditlint.checks.suggestions.pasteable import block, inline
from auditlint.kubernetes import served
from auditlint.kubernetes.engine.index import rule_set
from auditlint.kubernetes.engine.region import Target, meet
from auditlint.kubernetes.policy import GroupResources
from auditlint.kubernetes.requests import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.subjects.model import PolicySubject

_PROXY = "system:kube-proxy"
_PROXY_ACCOUNT = "system:serviceaccount:kube-system:kube-proxy"
_SLICES = ("discovery.k8s.io", "endpointslices")
_FIRST_WITH_SLICES = 21
"""The minor of the first release that serves discovery.k8s.io/v1, from which on kube-proxy reads endpointslices."""
_ROWS = (
    Row("", "services endpoints", "watch list"),
    Row(*_SLICES, "watch list"),
    Row("", "nodes", "watch list get", namespaced=False),
)
"""What kube-proxy asks for all the time."""
_READS = ("watch", "list")
"""What clients do with endpoints; a get and an update of one was leader election, which endpointslices do not do."""
WHERE = {
    _PROXY_ACCOUNT: "kube-proxy's service account, its name in newer clusters, is",
    _SLICES[1]: "endpointslices (discovery.k8s.io), which newer clients watch, are",
}
"""What the new names are, with the verb."""


def advice(rule: PolicyRule, new: str) -> str:
    """Return how a rule names what newer clusters use as well."""
    if new == _PROXY_ACCOUNT:
        return f"Write `users: {inline((*rule.users, new))}`"
    entry = GroupResources(_SLICES[0], (_SLICES[1],))
    others = rule._replace(resources=(entry,))
    return f"Put this rule below this one:\n{block([others])}"


class Stale(NamedTuple):
    """A rule that silences an old name, the new name, and a request with it that is logged."""

    rule: int
    old: str
    new: str
    request: Request


def find(policy: PolicySubject, most: int) -> Iterator[Stale]:
    """Yield the stale exemptions of a policy, `most` of each name: those for kube-proxy, then those for endpoints."""
    analysis = effects.covered(policy)
    if analysis is None:
        return
    pairs = twins.Twins(analysis, twins.Takers(analysis.reach.index.everything & ~rule_set(analysis.silencing)))
    alive = [index for index in analysis.silencing if analysis.reach.fates[index].may_match]
    for old, new, names_it, renamed in _NAMES:
        if new == _SLICES[1] and policy.minor < _FIRST_WITH_SLICES:
            continue
        asked = ((index, renamed(analysis, index, pairs)) for index in alive if names_it(analysis.policy.rules[index]))
        yield from islice((Stale(index, old, new, request) for index, request in asked if request), most)


def _names_proxy(rule: PolicyRule) -> bool:
    return _PROXY in rule.users and _PROXY_ACCOUNT not in rule.users


def _as_account(analysis: Analysis, index: int, pairs: twins.Twins) -> Request | None:
    """Return a request of kube-proxy's service account that is logged where the rule silences the old user's."""
    rule = analysis.reach.region(index)
    whoever = rule._replace(users=(_PROXY_ACCOUNT,), groups=(), exact_groups=served.groups_of(_PROXY_ACCOUNT))
    regions = [
        meet(calls.region, whoever)
        for row in _ROWS
        for calls in served_calls(
            [Target(row.group, name, "") for name in row.resources.split()],
            tuple(row.verbs.split()),
            namespaced=row.namespaced,
        )
    ]
    for group in analysis.policy.rules[index].user_groups or ("",):
        groups = tuple(filter(None, (group, served.AUTHENTICATED)))
        real = served.made_real(Request("get", _PROXY, groups))
        if real is None or real.groups != tuple(dict.fromkeys(groups)) or "*" in group:
            continue  # the old user is never in this group

        def change(request: Request, groups: tuple[str, ...] = groups) -> Request:
            return request._replace(user=_PROXY, groups=groups)

        request = pairs.find(regions, index, change)
        if request:
            return request
    return None


def _names_endpoints(rule: PolicyRule) -> bool:
    return any(entry.group == "" and "endpoints" in entry.resources for entry in rule.resources)


def _as_slices(analysis: Analysis, index: int, pairs: twins.Twins) -> Request | None:
    """Return a request for endpointslices that is logged where the rule silences the same for endpoints."""
    rule = analysis.reach.region(index)
    here = [target for target in rule.targets or () if target.key == ("", "endpoints", "")]
    targets = [target._replace(group=_SLICES[0], resource=_SLICES[1]) for target in here]
    verbs = tuple(verb for verb in _READS if rule.verbs is None or verb in rule.verbs)
    regions = [
        silenced.real(calls._replace(region=meet(calls.region, rule._replace(targets=None))), analysis.known.minor)
        for calls in served_calls(targets, verbs, namespaced=True)
    ]

    def change(request: Request) -> Request:
        return request._replace(api_group="", resource="endpoints")

    return pairs.find(regions, index, change)


_NAMES: tuple[
    tuple[str, str, Callable[[PolicyRule], bool], Callable[[Analysis, int, twins.Twins], Request | None]], ...
] = (
    (_PROXY, _PROXY_ACCOUNT, _names_proxy, _as_account),
    ("endpoints", _SLICES[1], _names_endpoints, _as_slices),
)
