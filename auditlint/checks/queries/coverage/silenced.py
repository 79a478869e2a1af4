"""Which rules of level None take requests that should be logged: worked out once per policy, each with a witness."""

from __future__ import annotations

from functools import lru_cache
from weakref import WeakKeyDictionary

from auditlint.checks.queries import effects
from auditlint.checks.queries.coverage import senders
from auditlint.checks.queries.coverage.kinds import (
    ANY_WRITES,
    KINDS,
    PRIVILEGED,
    WRITES,
    calls_of,
    outline_of,
    takes_only_chatter,
)
from auditlint.kubernetes import reach, served
from auditlint.kubernetes.engine.index import members, rule_set
from auditlint.kubernetes.engine.ordinary import ordinary
from auditlint.kubernetes.engine.region import EVERYTHING, Region, Target, contains, meet, targets_of
from auditlint.kubernetes.engine.search import BudgetSpentError
from auditlint.kubernetes.requests import Request
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.checks.queries.coverage.kinds import Calls, Kind
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.engine.region import Values
    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.subjects.model import PolicySubject

_CONTROLLERS = (
    "attachdetach-controller certificate-controller clusterrole-aggregation-controller cronjob-controller "
    "daemon-set-controller deployment-controller disruption-controller endpoint-controller endpointslice-controller "
    "endpointslicemirroring-controller ephemeral-volume-controller expand-controller generic-garbage-collector "
    "horizontal-pod-autoscaler job-controller namespace-controller node-controller persistent-volume-binder "
    "pod-garbage-collector pv-protection-controller pvc-protection-controller replicaset-controller "
    "replication-controller resource-claim-controller resourcequota-controller root-ca-cert-publisher "
    "route-controller service-account-controller service-controller statefulset-controller ttl-controller "
    "ttl-after-finished-controller"
)
"""The service accounts of kube-controller-manager's controllers, in kube-system.

Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go of Kubernetes.
"""
_COMPONENTS = frozenset(
    {
        *(served.LOOPBACK, "system:kube-controller-manager", "system:kube-scheduler", "system:kube-proxy"),
        *(f"system:serviceaccount:kube-system:{name}" for name in ("kube-proxy", *_CONTROLLERS.split())),
    }
)
_PRIVILEGED_GROUPS = (served.MASTERS, served.AUTHENTICATED)
_PRIVILEGED_USERS = ("kubernetes-admin", "system:admin")

Gaps = dict[int, "list[tuple[Kind, Request]]"]
"""For each rule that silences too much what it takes, in the order of the kinds, each with a request."""
_GAPS: WeakKeyDictionary[PolicySubject, Gaps] = WeakKeyDictionary()


def gaps(policy: PolicySubject) -> Gaps:
    """Return what the rules of level None of a policy take that should be logged."""
    found = _GAPS.get(policy)
    if found is None:
        found = _GAPS[policy] = _find_gaps(policy)
    return found


def _find_gaps(policy: PolicySubject) -> Gaps:
    analysis = effects.covered(policy)
    if analysis is None:
        return {}
    rules, fates = analysis.policy.rules, analysis.reach.fates
    end = analysis.closing if policy.shape != "snippet" else None  # what reaches it is told by drops-the-rest
    alive = [index for index in analysis.silencing if index != end and fates[index].may_match]
    gaps: dict[tuple[int, int], tuple[Kind, Request]] = {}
    judged = rule_set(index for index in alive if not by_loopback(rules[index].users))
    for number, kind in enumerate(KINDS):
        for this, calls in _calls(policy, analysis, kind, judged):
            who = kind.who if kind.of_strangers else senders.SOMEBODY
            for index in members(analysis.reach.index.overlapping(meet(calls.region, who)) & judged):
                region = meet(meet(calls.region, analysis.reach.region(index)), who)
                request = None if (index, number) in gaps else taken(analysis, index, calls._replace(region=region))
                if request:
                    gaps[index, number] = (this, request)
    for index in alive:
        for kind in _kinds_of_writes(rules[index]):
            request = _write(policy, analysis, index, kind)
            if request:
                gaps[index, len(KINDS)] = (kind, request)
    by_rule: Gaps = {}
    for index, number in sorted(gaps):
        by_rule.setdefault(index, []).append(gaps[index, number])
    return by_rule


def _calls(policy: PolicySubject, analysis: Analysis, kind: Kind, rules: int) -> Iterator[tuple[Kind, Calls]]:
    """Yield the calls of a kind, with the kind to name them; none of those that clearly no rule takes."""
    if analysis.reach.index.overlapping(outline_of(kind, policy.minor)) & rules:
        yield from ((kind, calls) for calls in calls_of(kind, policy.minor))
    if kind is KINDS[0] and rules:
        yield from ((kind, one) for _, calls in sensitive(policy, analysis) for one in calls)


def sensitive(policy: PolicySubject, analysis: Analysis) -> tuple[tuple[Target, tuple[Calls, ...]], ...]:
    """Return what the configuration calls as sensitive as secrets, each resource with the requests for it."""
    if not policy.cluster.sensitive:
        return ()
    # it loads the catalogue of resources, which few policies need
    from auditlint.checks.queries.coverage import calls as known

    return tuple((Target(*one), known.access(policy, analysis, *one)) for one in policy.cluster.sensitive)


def taken(
    analysis: Analysis, index: int, calls: Calls, *, logged_in: bool = False, like: Request | None = None
) -> Request | None:
    """Return one of some calls within a rule that it takes, by somebody who is in a real cluster.

    `logged_in`: only a request whose login did not fail, so that it was answered. `like`: a request that the rule
    takes, which is tried first for what else these calls are for; far cheaper, but the answer is no choice example.
    """
    region = real(calls, analysis.known.minor)
    if () in (region.verbs, region.targets, region.namespaces, region.users):
        return None
    other = like and not senders.is_limited(like) and _in_place_of(like, region, named=calls.named)
    if other and analysis.reach.first(other) == index:
        return other
    settled = region.nobody or region.exact_groups is not None
    for part in (region,) if settled else _sent(analysis, region):
        request = None if logged_in and part.nobody else _first(analysis, index, part)
        if request:
            return _tidied(analysis, request, part, region.verbs or ())
    return None


def _in_place_of(like: Request, region: Region, *, named: bool) -> Request | None:
    """Return a request of a region with the sender of another; None if that sender is not in it."""
    target = (region.targets or (Target(),))[0]
    group, resource, subresource = (word or "" for word in target.key)
    other = Request(
        _one(region.verbs, like.verb),
        like.user,
        like.groups,
        None,
        group,
        resource,
        subresource,
        _one(region.namespaces, like.namespace),
        _one(target.names, (like.name or "web") if named else ""),
    )
    return other if bool(other.name) == named and contains(region, other) else None


def _one(values: Values | None, wanted: str) -> str:
    """Return the wanted one of some values, or else the first; None: any will do."""
    return wanted if values is None or wanted in values else values[0]


def _sent(analysis: Analysis, region: Region) -> Iterator[Region]:
    """Yield the parts of a region that real people send, by the most powerful first."""
    for part in senders.parts(region, analysis.known.minor):
        if () not in (part.verbs, part.targets):
            yield from served.served(part, analysis.named_users)


def _tidied(analysis: Analysis, request: Request, part: Region, verbs: Values) -> Request:
    """Return a request as ordinary as can be that the same people send."""
    better = analysis.examples.tidy(request, tuple(verb for verb in verbs if verb in (part.verbs or verbs)))
    return better if contains(part, better) else request


def _first(analysis: Analysis, index: int, region: Region) -> Request | None:
    """Return a request of a region within a rule that no rule above takes."""
    try:
        answer = analysis.reach.escape(analysis.reach.spaces_of(region), (1 << index) - 1)
    except BudgetSpentError:
        answer = reach.Answer(None, complete=False)
    if not answer.complete:
        analysis.reach.gave_up.add(index)
    if answer.request is None:
        return None
    return ordinary(answer.request, lambda one: contains(region, one) and analysis.reach.first(one) == index)


def real(calls: Calls, minor: int) -> Region:
    """Return the region of calls without users, namespaces and names that nobody and nothing is called.

    Components of the control plane come last among the users: somebody else is the better example.
    """
    region = served.without_globs(calls.region)
    users, namespaces = region.users, region.namespaces
    if users is not None:
        users = _people_first(users, minor)
    if namespaces is not None and calls.placed:
        namespaces = tuple(name for name in namespaces if name)
    targets = tuple(_sound(target, named=calls.named) for target in region.targets or ())
    return region._replace(
        users=users, namespaces=namespaces, targets=tuple(target for target in targets if target.names != ())
    )


@lru_cache(maxsize=256)
def _people_first(users: Values, minor: int) -> Values:
    gone = {served.LOOPBACK} if not by_loopback(users) else set()
    gone |= {served.UNSECURED} if minor > served.LAST_UNSECURED else set()
    return tuple(sorted((user for user in users if user not in gone), key=_COMPONENTS.__contains__))


def _sound(target: Target, *, named: bool) -> Target:
    if target.names is None:
        return target
    return target._replace(names=tuple(name for name in target.names if "*" not in name and (name or not named)))


def by_loopback(users: Values) -> bool:
    """Tell whether users are the server's own client and nobody else; nobody's name has a star in it."""
    return {user for user in users if "*" not in user} == {served.LOOPBACK}


def by_components(users: Values) -> bool:
    """Tell whether users are components of the control plane and nobody else: many silence these on purpose."""
    people = {user for user in users if "*" not in user}
    return bool(people) and people <= _COMPONENTS


def _kinds_of_writes(rule: PolicyRule) -> tuple[Kind, ...]:
    """Return the kinds that speak of all writes of a rule: for privileged users, or for anybody."""
    if rule.non_resource_urls and not (rule.namespaces or rule.resources):
        return ()
    if rule.verbs and not set(WRITES).intersection(rule.verbs):
        return ()
    if not rule.users and not rule.user_groups:
        targets = targets_of(rule.resources) or (Target(),)
        return () if all(map(takes_only_chatter, targets)) else (ANY_WRITES,)
    return (PRIVILEGED,) if any(True for _ in _privileged(rule)) else ()


def _write(policy: PolicySubject, analysis: Analysis, index: int, kind: Kind) -> Request | None:
    """Return a write that a rule takes and that the kind speaks of."""
    # it loads the catalogue of resources, which few policies need
    from auditlint.checks.queries.coverage import calls as known

    rule = analysis.policy.rules[index]
    all_calls = known.writes(policy, analysis, analysis.reach.region(index), by_name=kind is PRIVILEGED)
    whoever = tuple(_privileged(rule)) if kind is PRIVILEGED else (senders.SOMEBODY,)
    found_ones = (
        taken(analysis, index, calls._replace(region=meet(calls.region, who))) for calls in all_calls for who in whoever
    )
    return next(filter(None, found_ones), None)


def names_privileged_group(rule: PolicyRule) -> bool:
    """Tell whether a rule names a group whose members may do everything, or everybody with a login."""
    return not set(_PRIVILEGED_GROUPS).isdisjoint(rule.user_groups)


def privileged_names(rule: PolicyRule) -> frozenset[str]:
    """Return the users and groups of a rule that may do everything, or are everybody with a login."""
    return frozenset((*rule.users, *rule.user_groups)) & {*_PRIVILEGED_USERS, *_PRIVILEGED_GROUPS}


def _privileged(rule: PolicyRule) -> Iterator[Region]:
    """Yield who is privileged among those that a rule names."""
    if by_loopback(rule.users):
        yield EVERYTHING
    users = tuple(user for user in rule.users if user in _PRIVILEGED_USERS)
    groups = tuple(group for group in _PRIVILEGED_GROUPS if group in rule.user_groups)
    if users:
        yield Region(users=users)
    yield from (Region(groups=((group,),)) for group in groups)
