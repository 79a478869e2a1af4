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
from auditlint.kubernetes.reach import Answer
from auditlint.kubernetes.releases import name
from auditlint.kubernetes.upgrade import policies as facts
from auditlint.kubernetes.upgrade.steps import crosses, since
from auditlint.kubernetes.well_known import Known
from auditlint.subjects.model import ClusterPolicy, LoadedPolicy
from auditlint.upgrading.changes import differs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditlint.checks.queries.coverage.kinds import Calls
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.cluster import Cluster
    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.kubernetes.requests import Request
    from auditlint.kubernetes.upgrade.policies import Moved
    from auditlint.path import Path
    from auditlint.report.upgraded import Change
    from auditlint.subjects.model import PolicySubject
    from auditlint.upgrading.changes import Way

    TooHard = Callable[[PolicySubject, int], None]
    """Is told the number of a rule about which a question was too hard."""

_MANAGED = "omitManagedFields"
_WITH_OBJECT = frozenset({"create", "update", "patch"})
"""The verbs of requests that bring an object along."""


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
    """Yield the fields that the two releases read differently, each once."""
    known = Known(way.newer, after.cluster)
    found = facts.reread(before.loaded, after.loaded, known)
    for index in found.undecided:
        too_hard(after, index)

    def differs_at(path: Path) -> Callable[[int], bool]:
        return lambda minor: (
            path in {one.path for one in facts.reread(before.loaded, after.decode(minor), known).fields}
        )

    for one in found.fields:
        yield _told(after, one, way, since(*way, differs_at(one.path)))


def _told(policy: LoadedPolicy, one: facts.Reread, way: Way, since_minor: int) -> Change:
    field = str(one.path[-1])
    if field != _MANAGED or one.before.level != one.after.level:
        message = f"{way.new} reads {field} otherwise than {way.old}, because it is written twice"
        help = "Write it once"
    elif way.up:
        message = f"{way.new} obeys {field}, which {way.old} drops: objects are logged without managedFields"
        help = "Delete it if you need managedFields in the log"
    else:
        message = f"{way.new} drops {field}, which {way.old} obeys: objects are logged with managedFields"
        help = "Expect larger events"
    request = _with_object(policy, one)
    path = policy.at(*one.path)
    return differs(policy, path, "dropped-field", since_minor, message, help=help, **_witness(policy, request))


def _with_object(policy: LoadedPolicy, one: facts.Reread) -> Request:
    """Return a request that shows it: one that brings an object, if a rule matches such where only fields differ."""

    def brings_object(request: Request) -> bool:
        return request.is_resource and not request.subresource and request.verb in _WITH_OBJECT

    fields_only = one.path[-1] == _MANAGED
    shown = policy.analysis.examples.shown(one.rule, brings_object) if fields_only else None
    return shown or one.witness


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
        return f"Put a rule above this one if requests for {it} should be logged"
    if rule.level in OBJECT_LEVELS:
        return f"Put a rule with `level: Metadata` above this one if what is in {it} should not be logged"
    return ""
