"""Rules that name one verb and forget its twin: update without patch, delete without deletecollection."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from auditlint.checks.queries import effects
from auditlint.checks.queries.coverage import silenced, twins
from auditlint.checks.queries.coverage.kinds import is_chatter
from auditlint.checks.suggestions.pasteable import block, inline
from auditlint.checks.suggestions.verbs import STREAMS, forgets_streams, forgotten, has_twins
from auditlint.kubernetes.engine.index import members, rule_set
from auditlint.kubernetes.engine.region import Region, Target, meet
from auditlint.kubernetes.policy import GroupResources, Policy
from auditlint.kubernetes.reach import FateKind, Reach
from auditlint.kubernetes.requests import NAMELESS_VERB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.catalogue import Resource
    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.kubernetes.requests import Request
    from auditlint.subjects.model import PolicySubject


_ORDER = ("get", "list", "watch", "create", "update", "patch", "delete", NAMELESS_VERB)
_OF_STREAMS = ("create", "get")
_STREAMS_NAMED = tuple(f"pods/{name}" for name in STREAMS)
_STREAMS = Region(targets=tuple(Target("", "pods", name) for name in STREAMS), urls=())
_WITH_BODIES = {"Request": ("update", "patch"), "RequestResponse": ("update", "patch", NAMELESS_VERB)}
"""The missing verbs whose requests or responses have bodies, by the level that logs them."""
_WITHOUT_BODIES = {"Metadata": (), "Request": ("Metadata",), "RequestResponse": ("Metadata", "Request")}
"""The levels that log less."""
_NAMESPACES = Region(targets=(Target("", "namespaces", ""),), urls=())


class VerbGap(NamedTuple):
    """A rule that lists verbs without their twins, and a request with the first twin that is lost."""

    rule: int
    missing: tuple[str, ...]
    request: Request
    taker: int
    """The rule that gets the request."""
    lower: bool = False
    """The request is logged, but without its body."""


def find(policy: PolicySubject) -> Iterator[VerbGap]:
    """Yield the gaps of the rules that log something, in their order: what is lost, or else what loses its body."""
    analysis = effects.covered(policy)
    if analysis is None:
        return
    lost = _Search(policy, analysis, rule_set(analysis.silencing))
    found_one = False
    for index, rule in _logging(analysis):
        gap = _gap(analysis, index, [(pair, lost.find(index, *pair)) for pair in _pairs(rule)])
        if gap:
            found_one = True
            yield gap
    # Before an open end the same verb falls off it for others, which is told of the end.
    if not found_one and analysis.reach.missing_catch_all.request is None:
        yield from _lower(policy, analysis)


def _lower(policy: PolicySubject, analysis: Analysis) -> Iterator[VerbGap]:
    """Yield the gaps through which a request comes to a rule that logs no body of it."""
    rules = analysis.policy.rules
    search = _Search(policy, analysis, analysis.reach.index.everything & ~rule_set(analysis.silencing))
    for index, rule in _logging(analysis):
        bodies = [pair for pair in _pairs(rule) if pair[1] in _WITH_BODIES.get(rule.level, ())]
        below = rule_set(at for at, other in enumerate(rules) if other.level in _WITHOUT_BODIES[rule.level])
        gap = _gap(analysis, index, [(pair, search.find(index, *pair, below)) for pair in bodies])
        if gap:
            yield gap._replace(lower=True)


def _logging(analysis: Analysis) -> Iterator[tuple[int, PolicyRule]]:
    """Yield the rules that log something and list a verb without its twin."""
    for index, rule in enumerate(analysis.policy.rules):
        if rule.level != "None" and analysis.reach.fates[index].may_match and has_twins(rule):
            yield index, rule


def _pairs(rule: PolicyRule) -> tuple[tuple[str, str], ...]:
    return (*forgotten(rule.verbs), *([_OF_STREAMS] if forgets_streams(rule) else []))


def _gap(analysis: Analysis, index: int, asked: list[tuple[tuple[str, str], Request | None]]) -> VerbGap | None:
    shown = [(pair[1], request) for pair, request in asked if request]
    taker = analysis.reach.first(shown[0][1]) if shown else None
    return None if taker is None else VerbGap(index, tuple(verb for verb, _ in shown), shown[0][1], taker)


def advice(analysis: Analysis, gap: VerbGap, line: Callable[[int], int]) -> str:
    """Return how a rule comes to log what is missing; the verbs where they concern all of its resources."""
    rule, taker = analysis.policy.rules[gap.rule], analysis.policy.rules[gap.taker]
    streams = "get" in gap.missing and any(not _is_stream(name) for one in rule.resources for name in one.resources)
    entries = (GroupResources("", _STREAMS_NAMED),)
    listed = ("get",) if streams else _in_order((*rule.verbs, *gap.missing))
    logging = rule._replace(verbs=listed, resources=entries if streams else rule.resources)
    if Reach(Policy((logging, taker))).fates[1].kind is not FateKind.REACHED:
        return f"Write `level: {rule.level}` in line {line(gap.taker)}"
    if streams:
        return f"Put this rule above line {line(min(gap.taker, gap.rule))}:\n{block([logging])}"
    move = f", and move this rule above line {line(gap.taker)}" if gap.taker < gap.rule else ""
    return f"Write `verbs: {inline(listed)}`{move}"


def _in_order(verbs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(verbs, key=lambda verb: _ORDER.index(verb) if verb in _ORDER else len(_ORDER)))


def _is_stream(name: str) -> bool:
    return name.rpartition("/")[2] in STREAMS


class _Search:
    """Looks for requests that come to some rules without a verb in another."""

    def __init__(self, policy: PolicySubject, analysis: Analysis, takers: int) -> None:
        self._policy = policy
        self._found = analysis
        self._takers = twins.Takers(takers)
        self._pairs = twins.Twins(analysis, self._takers)
        rules = enumerate(analysis.policy.rules)
        self._with_names = rule_set(
            at for at, rule in rules if any(entry.resources and entry.resource_names for entry in rule.resources)
        )

    def find(self, index: int, listed: str, missing: str, among: int = -1) -> Request | None:
        """Return a request with the missing verb that a taker gets where a rule logs the same with the listed one."""
        found = self._found
        whole = found.reach.region(index)._replace(verbs=(missing,))
        if missing == NAMELESS_VERB and whole.targets is not None:
            whole = whole._replace(targets=tuple(target for target in whole.targets if target.names is None))
        if (listed, missing) == _OF_STREAMS:
            whole = meet(whole, _STREAMS)
        may_take = found.reach.index.overlapping(whole) & self._takers.rules & among
        may_take &= ~self._indifferent(index, listed, missing)
        if not may_take:
            return None
        # it loads the catalogue of resources, which few policies need
        from auditlint.checks.queries.coverage import calls as known

        def change(request: Request) -> Request:
            name = found.reach.fresh.name if missing == NAMELESS_VERB else request.name
            return request._replace(verb=listed, name=name)

        def has_both(resource: Resource) -> bool:
            return listed in resource.verbs and not is_chatter(*resource[:3])

        parts = chain((whole,), (meet(whole, part) for part in _named(self._policy, found, may_take)))
        all_calls = (known.within(self._policy, found, part, (missing,), has_both) for part in parts)
        regions = (silenced.real(calls, found.known.minor) for calls in chain.from_iterable(all_calls))
        return self._pairs.find(regions, index, change, may_take)

    def _indifferent(self, index: int, listed: str, missing: str) -> int:
        """Return rules above one that take the listed verb from it wherever they take the missing one."""
        alike = self._found.reach.index.verbs.admitting(listed) & ((1 << index) - 1)
        return alike & ~self._with_names if missing == NAMELESS_VERB else alike


def _named(policy: PolicySubject, analysis: Analysis, rules: int) -> Iterator[Region]:
    """Yield the requests for custom resources and Namespace objects that nobody thinks of unless rules name them."""
    known_groups = {None, *policy.cluster.catalogue(policy.minor).built_in_groups}
    for taker in map(analysis.reach.region, members(rules)):
        targets = taker.targets or (Target(),)
        custom = tuple(Target(*target.key) for target in targets if target.group not in known_groups)
        if custom:
            yield Region(targets=custom, urls=())
        objects = meet(Region(namespaces=taker.namespaces, targets=targets), _NAMESPACES)
        if objects.namespaces or any(target.names for target in objects.targets or ()):
            yield objects
