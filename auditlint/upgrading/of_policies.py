"""What another release makes of a policy that both load, each change with a request that shows it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.checks.queries import effects
from auditlint.checks.queries.coverage import leaks
from auditlint.checks.queries.coverage.calls import access
from auditlint.checks.queries.coverage.kinds import served_calls
from auditlint.checks.queries.coverage.silenced import real
from auditlint.english import listing, noun
from auditlint.kubernetes import kubectl, served
from auditlint.kubernetes.engine.region import Region, Target, contains, meet, region_of
from auditlint.kubernetes.policy import OBJECT_LEVELS
from auditlint.kubernetes.reach import Answer, FateKind
from auditlint.kubernetes.releases import name
from auditlint.kubernetes.upgrade import policies as facts
from auditlint.kubernetes.upgrade.steps import crosses, since
from auditlint.subjects.model import ClusterPolicy, LoadedPolicy
from auditlint.upgrading.changes import differs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditlint.checks.queries.coverage.kinds import Calls
    from auditlint.finding import Path
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.cluster import Cluster
    from auditlint.kubernetes.match import Outcome
    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.kubernetes.requests import Request
    from auditlint.kubernetes.upgrade.policies import Moved
    from auditlint.report.upgraded import Change
    from auditlint.subjects.model import PolicySubject
    from auditlint.upgrading.changes import Way

    TooHard = Callable[[PolicySubject, int], None]
    """Is told the number of a rule about which a question was too hard."""


def of_policy(before: PolicySubject, after: PolicySubject, way: Way, too_hard: TooHard) -> Iterator[Change]:
    """Yield what is otherwise with a policy that both releases load."""
    if before.loaded.refused or after.loaded.refused:
        return
    if isinstance(before, LoadedPolicy) and isinstance(after, LoadedPolicy):
        yield from _reread(before, after, way, too_hard)
    if isinstance(before, ClusterPolicy) and isinstance(after, ClusterPolicy):
        yield from _tokens(before, after, way, too_hard)
        yield from _resources(before, after, way, too_hard)


def _reread(before: LoadedPolicy, after: LoadedPolicy, way: Way, too_hard: TooHard) -> Iterator[Change]:
    """Yield the fields that only one of the releases obeys, each once, with a request of the first rule that shows it.

    The rules match the same requests in both releases, so a rule that is reached shows it.
    """
    told: set[Path] = set()
    for one in facts.reread(before.loaded, after.loaded):
        fate = after.analysis.reach.fates[one.rule]
        if fate.kind is FateKind.UNKNOWN:
            too_hard(after, one.rule)
        request = None if one.path in told else _shown(after.analysis, one, fate.witness)
        if request is not None:
            told.add(one.path)
            yield _told(after, one, request, way)


def _shown(analysis: Analysis, one: facts.Reread, witness: Request | None) -> Request | None:
    """Return a request that a rule takes: one with a body, if there is one and it is bodies that differ."""
    if witness is None:
        return None
    bodies = one.before.without_managed_fields is not one.after.without_managed_fields
    found = analysis.examples.shown(one.rule, lambda request: request.is_resource) if bodies else None
    return found or analysis.examples.shown(one.rule) or witness


def _told(policy: LoadedPolicy, one: facts.Reread, request: Request, way: Way) -> Change:
    path, field = policy.at(*one.path), str(one.path[-1])
    if len(one.path) == 2:  # noqa: PLR2004 (a rule as a whole)
        message = f"{way.new} reads this rule otherwise: {_words(one.after)} instead of {_words(one.before)}"
        help = "Write each key once"
    elif way.up:
        message = f"{way.new} obeys {field}, which {way.old} drops: objects are logged without managedFields"
        help = "Delete it if you need managedFields in the log"
    else:
        message = f"{way.new} drops {field}, which {way.old} obeys: objects are logged with managedFields"
        help = "Expect larger events"

    before = policy.decode(way.before)

    def is_so(minor: int) -> bool:
        there = facts.reread(before, policy.decode(minor))
        return any((here.rule, here.after) == (one.rule, one.after) for here in there)

    details = _witness(policy, request)
    return differs(policy, path, "dropped-field", since(*way, is_so), message, help=help, **details)


def _words(outcome: Outcome) -> str:
    fields = " without managedFields" if outcome.without_managed_fields else ""
    return f"{outcome.level}{fields}"


def _witness(policy: LoadedPolicy, request: Request) -> dict[str, Any]:
    return {"example": policy.analysis.command(request), "witness": effects.witness(request)}


def _tokens(before: ClusterPolicy, after: ClusterPolicy, way: Way, too_hard: TooHard) -> Iterator[Change]:
    """Yield the rules that log the tokens which are in the responses of serviceaccounts/token."""
    if not crosses(*way, facts.TOKENS_LOGGED_FROM):
        return
    policy = after if way.up else before
    analysis = policy.analysis
    (calls,) = served_calls((Target(*facts.TOKENS),), ("create",), namespaced=True)
    for index in analysis.may_take(calls.region):
        if not leaks.logs_bodies(analysis.policy, index, leaks.OF_TOKENS.levels):
            continue
        found = _taken(analysis, index, calls, with_login=True)
        if not found.complete:
            too_hard(policy, index)
        if found.request:
            yield _tokens_of(policy, index, found.request, way)


def _tokens_of(policy: ClusterPolicy, index: int, request: Request, way: Way) -> Change:
    what = "the responses to create of serviceaccounts/token, which are live tokens"
    help = ""
    if way.up:
        message = f"{way.new} logs {what}, under this rule; {way.old} does not"
        help = leaks.advice(policy.judged.rules[index], [(leaks.OF_TOKENS, request)])
    else:
        message = f"{way.new} does not log {what}; {way.old} does, under this rule"
    details = _witness(policy, request)
    path = policy.at("rules", index)
    return differs(policy, path, "token-bodies", facts.TOKENS_LOGGED_FROM, message, help=help, **details)


def _taken(analysis: Analysis, index: int, calls: Calls, *, with_login: bool = False) -> Answer:
    """Return one of some calls that a rule is the first to match and that a cluster serves.

    `with_login`: of somebody whose login did not fail, so that there is a response with an object.
    """
    within = meet(calls.region, analysis.reach.region(index))
    region = real(calls._replace(region=within), analysis.known.minor)
    if () in (region.verbs, region.targets, region.namespaces, region.users):
        return Answer(None)
    parts = (part for part in served.served(region, analysis.named_users) if not (with_login and part.nobody))
    found = analysis.first_answer(parts, (index,), or_no_rule=False)
    if found.request is None:
        return found
    better = analysis.examples.tidy(found.request, region.verbs or ())
    is_real = contains(region, better) and served.made_real(better) == better
    return Answer(better if is_real else found.request)


class _Entry(NamedTuple):
    """One entry of one rule of a policy, and what it matches that only one of the releases serves."""

    policy: ClusterPolicy
    rule: int
    number: int
    gone: bool
    since: int


def _resources(before: ClusterPolicy, after: ClusterPolicy, way: Way, too_hard: TooHard) -> Iterator[Change]:
    """Yield for each entry and release the resources that come or go there, if the rule takes some request for one."""
    book: dict[_Entry, list[tuple[Moved, Request]]] = {}
    for moved in _moved(way.before, way.after, after.cluster):
        policy = before if moved.gone else after
        for index, number, request in _entries(policy, moved, too_hard):
            book.setdefault(_Entry(policy, index, number, moved.gone, moved.since), []).append((moved, request))
    for entry, found in book.items():
        yield _come_or_gone(entry, found, way)


@cache
def _moved(before: int, after: int, cluster: Cluster) -> tuple[Moved, ...]:
    return facts.moved(cluster.catalogue(before), cluster.catalogue(after))


def _entries(policy: ClusterPolicy, moved: Moved, too_hard: TooHard) -> Iterator[tuple[int, int, Request]]:
    """Yield the rules that take some request for a resource, each with the first entry that matches such a one."""
    analysis = policy.analysis
    calls: tuple[Calls, ...] | None = None
    for index in analysis.may_take(Region(targets=(Target(*moved.key),), urls=())):
        rule = analysis.policy.rules[index]
        for number in facts.matching(rule.resources, moved.key):
            calls = access(policy, analysis, *moved.key) if calls is None else calls
            found = _first(analysis, index, rule._replace(resources=(rule.resources[number],)), calls)
            if not found.complete:
                too_hard(policy, index)
            if found.request:
                yield index, number, found.request
                break


def _first(analysis: Analysis, index: int, narrower: PolicyRule, calls: Sequence[Calls]) -> Answer:
    complete = True
    for one in calls:
        found = _taken(analysis, index, one._replace(region=meet(one.region, region_of(narrower))))
        if found.request:
            return found
        complete = complete and found.complete
    return Answer(None, complete)


def _come_or_gone(entry: _Entry, found: Sequence[tuple[Moved, Request]], way: Way) -> Change:
    policy, keys = entry.policy, [moved.key for moved, _ in found]
    rule = policy.judged.rules[entry.rule]
    named = [facts.names(rule.resources[entry.number], key) for key in keys]
    words = [kubectl.dotted(*key) for key in keys]
    release = name(entry.since)
    does = _does(entry, release, way)
    match = "names" if all(named) else "matches"
    it = noun(len(words), "it", "them")
    recorded = "are not logged" if rule.level == "None" else f"are logged at {rule.level}"
    happens = f"no request for {it} succeeds" if entry.gone else f"requests for {it} {recorded}"
    message = f"{does} {listing(words)}, which this entry {match}: {happens}"
    topic = "resource-gone" if entry.gone else "resource-new"
    help = _advice(entry, rule, all_named=all(named), it=it)
    path = policy.at("rules", entry.rule, "resources", entry.number)
    details = _witness(policy, found[0][1])
    resources = tuple(words)
    return differs(policy, path, topic, entry.since, message, key=False, help=help, resources=resources, **details)


def _does(entry: _Entry, release: str, way: Way) -> str:
    if way.up:
        return f"{release} no longer serves" if entry.gone else f"{release} can serve"
    older = name(entry.since - 1)
    return f"{older} does not serve yet" if entry.gone else f"{older} can still serve"


def _advice(entry: _Entry, rule: PolicyRule, *, all_named: bool, it: str) -> str:
    if entry.gone:
        return "Delete what it names once no older server reads this policy" if all_named else ""
    if rule.level == "None":
        return f"Put a rule above this one if {it} should be logged"
    if rule.level in OBJECT_LEVELS:
        return f"Put a rule with `level: Metadata` above this one if what is in {it} should not be logged"
    return ""
