"""Rules that name one verb and forget its twin: update without patch, delete without deletecollection."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.checks import analysis, silenced, twins
from auditlint.kubernetes import reach
from auditlint.kubernetes.index import rule_set
from auditlint.kubernetes.requests import NAMELESS_VERB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.subjects import PolicySubject
    from auditlint.checks.analysis import Analysis
    from auditlint.kubernetes.catalogue import Resource
    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.kubernetes.requests import Request

_TWINS = (("update", "patch"), ("delete", NAMELESS_VERB))


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
        lost = [(pair, _lost(policy, found, index, pair, takers)) for pair in _forgotten(rule)]
        gaps = [(pair, request) for pair, request in lost if request]
        if gaps:
            listed, missing = zip(*(pair for pair, _ in gaps), strict=True)
            yield VerbGap(index, listed, missing, gaps[0][1])


def _forgotten(rule: PolicyRule) -> tuple[tuple[str, str], ...]:
    """Return the verbs that a rule lists, each with the twin that it does not."""
    if rule.level == "None" or not rule.verbs:
        return ()
    return tuple((listed, missing) for listed, missing in _TWINS if listed in rule.verbs and missing not in rule.verbs)


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

    regions = (silenced.real(calls) for calls in known.within(policy, found, whole, (missing,), has_both))
    return twins.first_of_parts(found, regions, takers._replace(rules=may_take), index, change)
