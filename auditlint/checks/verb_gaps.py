"""Rules that name one verb and forget its twin: update without patch, delete without deletecollection."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from auditlint.checks import analysis, silenced, twins
from auditlint.checks.verbs import forgotten
from auditlint.kubernetes import reach
from auditlint.kubernetes.index import members, rule_set
from auditlint.kubernetes.region import Region, Target, meet
from auditlint.kubernetes.requests import NAMELESS_VERB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.subjects import PolicySubject
    from auditlint.checks.analysis import Analysis
    from auditlint.kubernetes.catalogue import Resource
    from auditlint.kubernetes.requests import Request


_NAMESPACES = Region(targets=(Target("", "namespaces", ""),), urls=())


class VerbGap(NamedTuple):
    """A rule that lists verbs without their twins, and a request with the first twin that is lost."""

    rule: int
    listed: tuple[str, ...]
    missing: tuple[str, ...]
    request: Request


def find(policy: PolicySubject) -> Iterator[VerbGap]:
    """Yield the gaps of the rules that log something, in their order."""
    found = analysis.covered(policy)
    if found is None:
        return
    or_no_rule = policy.shape != "snippet" and found.reach.missing_catch_all.request is not None
    takers = twins.Takers(rule_set(found.silencing), or_no_rule)
    for index, rule in enumerate(found.policy.rules):
        if rule.level == "None":
            continue
        lost = [(pair, _lost(policy, found, index, pair, takers)) for pair in forgotten(rule.verbs)]
        gaps = [(pair, request) for pair, request in lost if request]
        if gaps:
            listed, missing = zip(*(pair for pair, _ in gaps), strict=True)
            yield VerbGap(index, listed, missing, gaps[0][1])


def _lost(
    policy: PolicySubject, found: Analysis, index: int, pair: tuple[str, str], takers: twins.Takers
) -> Request | None:
    """Return a request with the missing verb that is lost where the rule logs the same with the listed one."""
    listed, missing = pair
    whole = found.reach.region(index)._replace(verbs=(missing,))
    if missing == NAMELESS_VERB and whole.targets is not None:
        whole = whole._replace(targets=tuple(target for target in whole.targets if target.names is None))
    may_take = found.reach.index.overlapping(whole) & takers.rules
    if not (may_take or takers.or_no_rule) or found.reach.fates[index].kind not in {reach.REACHED, reach.UNKNOWN}:
        return None
    from auditlint.checks import calls as known  # it loads the catalogue of resources, which few policies need

    def change(request: Request) -> Request:
        name = found.reach.fresh.name if missing == NAMELESS_VERB else request.name
        return request._replace(verb=listed, name=name)

    def has_both(resource: Resource) -> bool:
        return listed in resource.verbs

    parts = chain((whole,), (meet(whole, part) for part in _named(policy, found, may_take)))
    all_calls = chain.from_iterable(known.within(policy, found, part, (missing,), has_both) for part in parts)
    regions = (silenced.real(calls) for calls in all_calls)
    return twins.find(found, regions, takers._replace(rules=may_take), index, change)


def _named(policy: PolicySubject, found: Analysis, rules: int) -> Iterator[Region]:
    """Yield the requests for custom resources and Namespace objects that nobody thinks of unless rules name them."""
    known_groups = {None, *policy.cluster.catalogue(policy.minor).built_in_groups}
    for taker in map(found.reach.region, members(rules)):
        targets = taker.targets or (Target(),)
        custom = tuple(Target(*target[:3]) for target in targets if target.group not in known_groups)
        if custom:
            yield Region(targets=custom, urls=())
        objects = meet(Region(namespaces=taker.namespaces, targets=targets), _NAMESPACES)
        if objects.namespaces or any(target.names for target in objects.targets or ()):
            yield objects
