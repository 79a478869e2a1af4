"""Rules that name one verb and forget its twin: update without patch, delete without deletecollection."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from auditlint.checks.queries import effects
from auditlint.checks.queries.coverage import silenced, twins
from auditlint.checks.suggestions.verbs import forgotten
from auditlint.kubernetes.engine.index import members, rule_set
from auditlint.kubernetes.engine.region import Region, Target, meet
from auditlint.kubernetes.requests import NAMELESS_VERB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.catalogue import Resource
    from auditlint.kubernetes.requests import Request
    from auditlint.subjects.model import PolicySubject


_NAMESPACES = Region(targets=(Target("", "namespaces", ""),), urls=())


class VerbGap(NamedTuple):
    """A rule that lists verbs without their twins, and a request with the first twin that is lost."""

    rule: int
    listed: tuple[str, ...]
    missing: tuple[str, ...]
    request: Request


def find(policy: PolicySubject) -> Iterator[VerbGap]:
    """Yield the gaps of the rules that log something, in their order."""
    found = effects.covered(policy)
    if found is None:
        return
    search = _Search(policy, found)
    for index, rule in enumerate(found.policy.rules):
        if rule.level == "None" or not found.reach.fates[index].may_match:
            continue
        lost = [(pair, search.lost(index, *pair)) for pair in forgotten(rule.verbs)]
        gaps = [(pair, request) for pair, request in lost if request]
        if gaps:
            listed, missing = zip(*(pair for pair, _ in gaps), strict=True)
            yield VerbGap(index, listed, missing, gaps[0][1])


class _Search:
    """Looks for requests that are lost for want of a verb."""

    def __init__(self, policy: PolicySubject, found: Analysis) -> None:
        self._policy = policy
        self._found = found
        # Of a snippet nobody knows what stands behind it.
        falls_off = policy.shape != "snippet" and found.reach.missing_catch_all.request is not None
        self._takers = twins.Takers(rule_set(found.silencing), falls_off)
        self._pairs = twins.Twins(found, self._takers)
        rules = enumerate(found.policy.rules)
        self._with_names = rule_set(
            at for at, rule in rules if any(entry.resources and entry.resource_names for entry in rule.resources)
        )

    def lost(self, index: int, listed: str, missing: str) -> Request | None:
        """Return a request with the missing verb that is lost where a rule logs the same with the listed one."""
        found = self._found
        whole = found.reach.region(index)._replace(verbs=(missing,))
        if missing == NAMELESS_VERB and whole.targets is not None:
            whole = whole._replace(targets=tuple(target for target in whole.targets if target.names is None))
        may_take = (
            found.reach.index.overlapping(whole) & self._takers.rules & ~self._indifferent(index, listed, missing)
        )
        if not (may_take or self._takers.or_no_rule):
            return None
        # it loads the catalogue of resources, which few policies need
        from auditlint.checks.queries.coverage import calls as known

        def change(request: Request) -> Request:
            name = found.reach.fresh.name if missing == NAMELESS_VERB else request.name
            return request._replace(verb=listed, name=name)

        def has_both(resource: Resource) -> bool:
            return listed in resource.verbs

        parts = chain((whole,), (meet(whole, part) for part in _named(self._policy, found, may_take)))
        all_calls = (known.within(self._policy, found, part, (missing,), has_both) for part in parts)
        regions = (silenced.real(calls, found.known.minor) for calls in chain.from_iterable(all_calls))
        return self._pairs.find(regions, index, change, may_take)

    def _indifferent(self, index: int, listed: str, missing: str) -> int:
        """Return rules above one that take the listed verb from it wherever they take the missing one."""
        alike = self._found.reach.index.verbs.admitting(listed) & ((1 << index) - 1)
        return alike & ~self._with_names if missing == NAMELESS_VERB else alike


def _named(policy: PolicySubject, found: Analysis, rules: int) -> Iterator[Region]:
    """Yield the requests for custom resources and Namespace objects that nobody thinks of unless rules name them."""
    known_groups = {None, *policy.cluster.catalogue(policy.minor).built_in_groups}
    for taker in map(found.reach.region, members(rules)):
        targets = taker.targets or (Target(),)
        custom = tuple(Target(*target.key) for target in targets if target.group not in known_groups)
        if custom:
            yield Region(targets=custom, urls=())
        objects = meet(Region(namespaces=taker.namespaces, targets=targets), _NAMESPACES)
        if objects.namespaces or any(target.names for target in objects.targets or ()):
            yield objects
