"""Rules about events that cost much and tell little.

What a cluster sends by itself is in auditlint.kubernetes.traffic.
"""

from __future__ import annotations

from functools import cache
from weakref import WeakKeyDictionary

from auditlint import english
from auditlint.checks.queries import chatter, effects
from auditlint.checks.repairs import policies
from auditlint.checks.suggestions import pasteable
from auditlint.english import quoted
from auditlint.finding import Severity
from auditlint.kubernetes import served, traffic
from auditlint.kubernetes.engine.region import Region, Target, meet, region_of
from auditlint.kubernetes.match import decision_of
from auditlint.kubernetes.reach import FateKind
from auditlint.kubernetes.well_known import ANYWHERE, is_well_known
from auditlint.records import NamedTuple
from auditlint.rule import Category, Context
from auditlint.subjects.model import ClusterPolicy
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from auditlint.change import Repair
    from auditlint.checks.queries.chatter import Loud
    from auditlint.finding import Finding, Related
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.match import Request
    from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
    from auditlint.subjects.model import ApiServer

rule = Category("policy-cost", ClusterPolicy)
_EVENT_GROUPS = ("", "events.k8s.io")
_MOST_RELATED = 5
_MANAGED_FIELDS_SINCE = 23
_READS = ("list", "get")
_WITH_ANSWERS = ("list", "get", "create", "update", "patch", "delete", "deletecollection")
_WITH_MANAGED_FIELDS = {"RequestResponse": ("get", "list", "create", "update", "patch"), "Request": ("update",)}
"""The verbs whose bodies hold managedFields, by the level that logs them."""
_ONLY_CREATED = frozenset({"authentication.k8s.io", "authorization.k8s.io"})
"""API groups that serve reviews alone, which nobody can read."""
_PROXIED = frozenset({"metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"})
"""API groups that another server answers: kube-apiserver sees no bodies there."""
_SECRETS = Region(
    verbs=_WITH_ANSWERS, targets=(Target("", "secrets", ""), Target("", "serviceaccounts", "token")), urls=()
)


@rule(
    "leases-logged",
    severity=Severity.INFO,
    fixable=True,
    summary="the renewals of leases are logged, most requests of an idle cluster",
    silenced_by=("logs-nothing",),
)
def leases_logged(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report that heartbeats of nodes, and of leaders of the control plane, are logged."""

    def message(analysis: Analysis, loud: Loud) -> str:
        return f"lease renewals by {english.listing(loud.who)} are logged{_at(analysis, loud)}: {_a_day(loud)}"

    yield from _chatter(policy, context, "leases", message)


@rule(
    "health-checks-logged",
    severity=Severity.INFO,
    fixable=True,
    summary="the health checks of kube-apiserver are logged",
    gives_way_to=("leases-logged",),
    silenced_by=("logs-nothing",),
)
def health_checks_logged(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report that GETs of /livez, /readyz and /healthz by probes and load balancers are logged."""

    def message(analysis: Analysis, loud: Loud) -> str:
        number = f": {loud.number:,} a day from kubeadm's probes of each kube-apiserver" if loud.number else ""
        return f"health checks of {english.listing(loud.who)} are logged{_at(analysis, loud)}{number}"

    yield from _chatter(policy, context, "health checks", message)


@rule(
    "noisy-watch",
    severity=Severity.INFO,
    fixable=True,
    summary="the endless watches of kubelets and kube-proxy are logged",
    gives_way_to=("leases-logged", "health-checks-logged"),
    silenced_by=("logs-nothing",),
)
def noisy_watch(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report watches that every node ends and starts again all day."""

    def message(analysis: Analysis, loud: Loud) -> str:
        resources = list(dict.fromkeys(part.requests[0].resource for part in loud.parts))
        watches = f"watches of {english.listing(resources)} by {english.listing(loud.who)}"
        return f"{watches} are logged{_at(analysis, loud)}: {_a_day(loud)}"

    yield from _chatter(policy, context, "watches", message)


@rule(
    "events-logged",
    severity=Severity.INFO,
    fixable=True,
    summary="the events that kubelets and controllers write are logged once more",
    gives_way_to=("leases-logged", "health-checks-logged", "noisy-watch"),
    silenced_by=("logs-nothing",),
)
def events_logged(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report that writes of Event objects are logged, of both API groups or of one."""

    def message(analysis: Analysis, loud: Loud) -> str:
        silencer, group = _half_silenced(analysis, loud)
        if silencer is None:
            number = f": {loud.number} for each Pod that starts" if loud.number else ""
            return f"events written by {english.listing(loud.who)} are logged{_at(analysis, loud)}{number}"
        other = _EVENT_GROUPS[group == ""]
        silent = f"line {_line(policy, silencer)} silences those of group {quoted(other)}"
        return f"events of group {quoted(group)} are logged{_at(analysis, loud)}, while {silent}"

    yield from _chatter(policy, context, "events", message)


def _chatter(
    policy: ClusterPolicy, context: Context, kind: str, message: Callable[[Analysis, Loud], str]
) -> Iterator[Finding]:
    """Report one kind of chatter at the first rule that logs it; the help silences all kinds that are logged."""
    analysis = _whole(policy)
    if not analysis:
        return
    known = _NOISE.get(policy)
    if known is None:
        known = _NOISE[policy] = _noise(policy, analysis)
    if kind in known.loud:
        loud = known.loud[kind]
        advice, fix = _silencing(policy, known, loud.first), known.fix
        yield _finding(policy, context, message(analysis, loud), loud.takers, help=advice, about=("chatter",), fix=fix)


class _Noise(NamedTuple):
    """All chatter that a policy logs, and what silences it."""

    loud: dict[str, Loud]
    first: int = 0
    """The first rule of the policy that logs some of it."""
    fix: Repair | None = None
    """Puts the rules above that."""
    rules: tuple[PolicyRule, ...] = ()
    block: str = ""
    """The rules as they are pasted."""


_NOISE: WeakKeyDictionary[ClusterPolicy, _Noise] = WeakKeyDictionary()
"""Worked out once for each policy: four rules of auditlint say the same of it."""


def _noise(policy: ClusterPolicy, analysis: Analysis) -> _Noise:
    loud = chatter.logged(analysis, policy.minor)
    if not loud:
        return _Noise(loud)
    first = min(one.first for one in loud.values())
    rules, block = _silencers(tuple(loud), policy.minor)
    return _Noise(loud, first, policies.above(policy, first, rules), rules, block)


@cache
def _silencers(kinds: tuple[str, ...], minor: int) -> tuple[tuple[PolicyRule, ...], str]:
    """Return the rules that silence some kinds of chatter, and these as they are pasted."""
    rules = tuple(one for kind in kinds for one in chatter.KINDS[kind].silencers(minor))
    return rules, pasteable.block(rules)


def _silencing(policy: ClusterPolicy, noise: _Noise, here: int) -> str:
    """Return the advice to put the rules that silence all chatter above the first rule that logs some of it."""
    where = "this one" if noise.first == here else f"line {_line(policy, noise.first)}"
    return f"Put {'these rules' if len(noise.rules) > 1 else 'this rule'} above {where}:\n{noise.block}"


@rule(
    "reads-with-bodies",
    severity=Severity.INFO,
    summary="reads are logged with their whole response",
    gives_way_to=("everything-with-bodies", "secret-bodies-logged"),
    silenced_by=("logs-nothing",),
)
def reads_with_bodies(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report get and list at RequestResponse, at the first rule of which nothing worse is said if there is one."""
    analysis = policy.analysis
    takers = _with_answers(policy, analysis, _READS)
    if not takers:
        return
    spared = {index: one for index, one in takers.items() if not _is_worse(analysis, index)}
    takers = spared or takers
    index = min(takers)
    objects = ", all objects of the list" if takers[index].verb == "list" else ""
    message = f"{analysis.command(takers[index])} is logged with its whole response{objects}"
    yield _finding(policy, context, message, takers, help=_without_bodies(analysis.policy.rules[index]))


@rule(
    "everything-with-bodies",
    severity=Severity.INFO,
    summary="a rule without selectors logs all that is left with request and response",
    gives_way_to=("secret-bodies-logged",),
    silenced_by=("logs-nothing",),
)
def everything_with_bodies(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report a catch-all at RequestResponse that matches some request with a response."""
    analysis = policy.analysis
    index = analysis.closing
    if index is None or not _keeps_answers(analysis, index):
        return
    request = _readable(policy, analysis, index, _WITH_ANSWERS)
    if request:
        message = "everything that no rule above matches is logged with the bodies of request and response"
        yield _finding(
            policy,
            context,
            message,
            {index: request},
            help="Write `level: Metadata` here, and above it RequestResponse rules for the bodies that you need",
            example=f"{analysis.command(request)}: logged with its whole response",
        )


@rule(
    "managed-fields-logged",
    severity=Severity.INFO,
    summary="bodies are logged with their managedFields",
    silenced_by=("logs-nothing",),
    default=False,
)
def managed_fields_logged(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report bodies that are logged with the record of which client set which field."""
    analysis = _whole(policy)
    if not analysis or policy.minor < _MANAGED_FIELDS_SINCE:
        return
    takers: dict[int, Request] = {}
    for index, now in enumerate(analysis.policy.rules):
        verbs = _WITH_MANAGED_FIELDS.get(now.level, ())
        if verbs and not decision_of(analysis.policy, index).omit_managed_fields and _completes(analysis, index):
            request = _readable(policy, analysis, index, verbs)
            if request:
                takers[index] = request
        if len(takers) > _MOST_RELATED:
            break
    if takers:
        index = min(takers)
        own = analysis.policy.rules[index].omit_managed_fields is not None
        message = f"{analysis.command(takers[index])} is logged with managedFields, which only say who set which field"
        yield _finding(policy, context, message, takers, help=_without_managed_fields(analysis.policy, own=own))


@rule(
    "request-received-logged",
    severity=Severity.INFO,
    fixable=True,
    summary="requests are logged twice, as they arrive and with their response",
    silenced_by=("logs-nothing",),
)
def request_received_logged(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report that the stage RequestReceived is kept where ResponseComplete says the same and more."""
    analysis = _whole(policy)
    strict = _is_strict(context.links.servers_of.get(policy, ()))
    if not analysis or "RequestReceived" in analysis.policy.omit_stages or strict:
        return
    twice = [index for index, now in enumerate(analysis.policy.rules) if _logs_twice(analysis, now)]
    forgot, habit = _forgot(analysis, twice)
    request = next(filter(None, (_one_of(analysis, [index]) for index in forgot)), None) or _one_of(analysis, twice)
    if not request:
        return
    first = analysis.reach.first(request)
    related: tuple[Related, ...] = ()
    fix = policies.omitting_received(policy, forgot if first in forgot else ())
    if first is not None and first in forgot:
        place, more = policy.at("rules", first), [index for index in forgot if index != first]
        related = tuple(context.related(policy.at("rules", index), "this rule too") for index in more[:_MOST_RELATED])
        where = f"{'these rules' if more else 'this rule'}, as {habit} others have it"
    else:
        place, where = policy.at("omitStages") if analysis.policy.omit_stages else policy.at(), "the policy"
    message = (
        f"{analysis.command(request)} is logged twice, the first time (RequestReceived) without outcome and bodies"
    )
    advice = f'Add `omitStages: ["RequestReceived"]` to {where}'
    yield context.key(place, message, help=advice, related=related, witness=effects.witness(request), fix=fix)


def _whole(policy: ClusterPolicy) -> Analysis | None:
    """Return the analysis of a policy of which everything is known, not some of its rules."""
    return None if policy.shape == "snippet" else policy.analysis


def _without_bodies(rule: PolicyRule) -> str:
    """Return the advice to log reads at Metadata: the rule itself where it matches nothing else."""
    if rule.verbs and set(rule.verbs) - {"watch"} <= set(_READS):
        return "Write `level: Metadata`"
    reads = rule._replace(level="Metadata", verbs=("get", "list", "watch"), omit_stages=(), omit_managed_fields=None)
    return f"Put this rule above this one:\n{pasteable.block([reads])}"


def _without_managed_fields(policy: Policy, *, own: bool) -> str:
    if not own:
        return "Add `omitManagedFields: true` to the policy"
    if policy.omit_managed_fields:
        return "Delete `omitManagedFields: false`"
    return "Write `omitManagedFields: true`"


def _finding(
    policy: ClusterPolicy, context: Context, message: str, takers: Mapping[int, Request], **details: Any
) -> Finding:
    """Return the one finding about a cause, at the first rule, the other rules as notes; details as for `at`."""
    first, *others = sorted(takers)
    related: tuple[Related, ...] = tuple(
        context.related(policy.at("rules", index), "logs others of these requests") for index in others[:_MOST_RELATED]
    )
    witness = effects.witness(takers[first])
    return context.key(policy.at("rules", first), message, related=related, witness=witness, **details)


def _a_day(loud: Loud) -> str:
    """Return how many requests that is a day, to two or three digits, for the cluster of a few nodes."""
    return f"about {round(loud.number, -2):,} a day with {traffic.NODES} nodes"


def _at(analysis: Analysis, loud: Loud) -> str:
    return f" at {analysis.policy.rules[loud.first].level}"


def _line(policy: ClusterPolicy, index: int) -> int:
    return policy.places.key(policy.at("rules", index)).line


def _half_silenced(analysis: Analysis, loud: Loud) -> tuple[int | None, str]:
    """Return the rule above the first that logs events which silences those of the other API group, and the group."""
    groups = {part.requests[0].api_group for part in loud.parts}
    if len(groups) > 1:
        return None, ""
    (group,) = groups
    for index in analysis.silencing:
        named = {entry.group for entry in analysis.policy.rules[index].resources if "events" in entry.resources}
        if index < loud.first and named and named.isdisjoint({group, "*"}):
            return index, group
    return None, group


def _keeps_answers(analysis: Analysis, index: int) -> bool:
    return analysis.policy.rules[index].level == "RequestResponse" and _completes(analysis, index)


def _completes(analysis: Analysis, index: int) -> bool:
    """Tell whether a rule takes something and logs the stage that holds the bodies of requests that are no watch."""
    omitted = (*analysis.policy.omit_stages, *analysis.policy.rules[index].omit_stages)
    return "ResponseComplete" not in omitted and analysis.reach.fates[index].kind is FateKind.REACHED


def _with_answers(policy: ClusterPolicy, analysis: Analysis, verbs: tuple[str, ...]) -> dict[int, Request]:
    """Return the first rules that log the answers of requests with these verbs, each with such a request."""
    takers: dict[int, Request] = {}
    for index in range(len(analysis.policy.rules)):
        if _keeps_answers(analysis, index):
            request = _readable(policy, analysis, index, verbs)
            if request:
                takers[index] = request
        if len(takers) > _MOST_RELATED:
            break
    return takers


def _is_worse(analysis: Analysis, index: int) -> bool:
    """Tell whether another rule of auditlint has more to say of a policy rule that logs answers."""
    return index == analysis.closing or bool(analysis.reach.find(_SECRETS, (index,)).request)


def _readable(policy: ClusterPolicy, analysis: Analysis, index: int, verbs: tuple[str, ...]) -> Request | None:
    """Return a request with one of the verbs, for objects that kube-apiserver itself holds, that a rule takes.

    Its user is logged in: what anonymous users and failed logins get is a short refusal.
    """
    rule = analysis.policy.rules[index]
    if rule.only_urls or (rule.verbs and set(rule.verbs).isdisjoint(verbs)):
        return None
    targets = _objects(policy, analysis, rule)
    first = next(targets, None)
    if first is None:
        return None
    likely = analysis.examples.likely(Region(verbs=verbs, targets=(first,), urls=()), index)
    if likely and likely.user not in {None, served.ANONYMOUS}:
        return likely
    asked = Region(verbs=verbs, targets=tuple(dict.fromkeys((first, *targets))), urls=())
    asked = served.without_globs(meet(asked, region_of(rule)))
    parts = served.served_with_login(asked, analysis.named_users)
    request = analysis.first_answer(parts, (index,), or_no_rule=False).request
    return analysis.examples.tidy(request, verbs) if request else None


def _objects(policy: ClusterPolicy, analysis: Analysis, rule: PolicyRule) -> Iterator[Target]:
    """Yield the resources that a rule names which can be read, or some that everybody knows where it takes all."""
    for entry in rule.resources:
        if entry.group not in _ONLY_CREATED and entry.group not in _PROXIED:
            yield from _objects_of(policy, analysis, entry)
    if not rule.resources:
        yield from _known(policy, analysis, "*")


def _objects_of(policy: ClusterPolicy, analysis: Analysis, entry: GroupResources) -> Iterator[Target]:
    names = entry.resource_names or None
    for name in entry.resources or ("*",):
        resource = name.removesuffix("/*")
        if resource == "*":
            yield from (target._replace(names=names) for target in _known(policy, analysis, entry.group))
        elif "/" not in resource and _can_be_listed(policy, entry.group, resource):
            yield Target(None if entry.group == "*" else entry.group, resource, "", names)


def _can_be_listed(policy: ClusterPolicy, group: str, resource: str) -> bool:
    """Tell whether kube-apiserver lists a resource, as far as it is known to the catalogue."""
    if is_well_known(group, resource):
        return "list" in ANYWHERE.verbs(group, resource)
    catalogue = policy.cluster.catalogue(policy.minor)
    if group not in catalogue.built_in_groups:
        return True
    known = catalogue.get(group, resource)
    return known is not None and _is_read(known.verbs)


def _known(policy: ClusterPolicy, analysis: Analysis, group: str) -> Iterator[Target]:
    """Yield resources of a group, or of any, one of which is left for a rule if any is."""
    likely = analysis.reach.fresh.target(None if group == "*" else group, None)
    if group == "*" or is_well_known(*likely):
        yield Target(*likely, "")
    served = policy.cluster.catalogue(policy.minor).in_group(group)
    yield from (Target(group, one.resource, "") for one in served if not one.subresource and _is_read(one.verbs))
    if group != "*" and not served:
        yield Target(*likely, "")


def _is_read(verbs: tuple[str, ...]) -> bool:
    return "list" in verbs or not verbs


def _logs_twice(analysis: Analysis, rule: PolicyRule) -> bool:
    return rule.level != "None" and not {"RequestReceived", "ResponseComplete"} & {
        *analysis.policy.omit_stages,
        *rule.omit_stages,
    }


def _forgot(analysis: Analysis, twice: list[int]) -> tuple[list[int], int]:
    """Return the rules that log requests twice where more rules omit RequestReceived, and how many; else none."""
    reached = [index for index in twice if analysis.reach.fates[index].kind is FateKind.REACHED]
    habit = sum(rule.level != "None" and "RequestReceived" in rule.omit_stages for rule in analysis.policy.rules)
    return (reached if len(reached) < habit else []), habit


def _one_of(analysis: Analysis, rules: list[int]) -> Request | None:
    """Return a request that one of the rules takes and a cluster serves, an everyday one if there is one."""
    numbers = set(rules)
    request = analysis.examples.ordinary(lambda one: analysis.reach.first(one) in numbers) if rules else None
    if request:
        return request
    reached = (index for index in rules if analysis.reach.fates[index].kind is FateKind.REACHED)
    return next((one for index in reached if (one := _served(analysis, index))), None)


def _served(analysis: Analysis, index: int) -> Request | None:
    shown = analysis.examples.shown(index, lambda one: served.made_real(one) == one)
    return shown or analysis.is_served(index).request


def _is_strict(servers: Iterable[ApiServer]) -> bool:
    """Tell whether a server fails requests whose event is lost, which it does at the stage RequestReceived only."""
    uses = [server.flags.last(f"audit-{backend}-mode") for server in servers for backend in ("log", "webhook")]
    return any(use is not None and use.value == "blocking-strict" for use in uses)
