"""Rules limited to namespaces that miss lists of all namespaces at once, which have none."""

from __future__ import annotations

from auditlint.kubernetes.engine.region import Region, Target, meet, region_of
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.match import Request

_SENSITIVE = ("secrets", "configmaps")


class ListGap(NamedTuple):
    """A rule that logs lists of a resource in namespaces, and a list of all namespaces that a later one silences."""

    rule: int
    resource: str
    taker: int
    request: Request


def find(analysis: Analysis) -> Iterator[ListGap]:
    """Yield the gap of each rule that has one; secrets count wherever they are logged, configmaps where named."""
    told: set[int] = set()
    for resource in _SENSITIVE:
        lists = Region(verbs=("list",), targets=(Target("", resource, ""),), urls=())
        for index in analysis.may_take(lists):
            rule = analysis.policy.rules[index]
            if rule.level == "None" or not rule.namespaces or "" in rule.namespaces or index in told:
                continue
            if resource == _SENSITIVE[0] or any(resource in entry.resources for entry in rule.resources):
                for taker, request in _silenced(analysis, index, lists):
                    told.add(index)
                    yield ListGap(index, resource, taker, request)


def _silenced(analysis: Analysis, index: int, lists: Region) -> Iterator[tuple[int, Request]]:
    """Yield the first rule of level None that gets such a list of all namespaces, where the rule gets one of some."""
    here = meet(region_of(analysis.policy.rules[index]), lists)
    if not analysis.reach.find(here, (index,)).request:
        return
    everywhere = here._replace(namespaces=("",), targets=_unnamed(here.targets))
    silencing = set(analysis.silencing)
    for taker in analysis.may_take(everywhere):
        if taker in silencing:
            request = analysis.find_served(meet(everywhere, analysis.reach.region(taker)), (taker,)).request
            if request:
                yield taker, request
                return


def _unnamed(targets: tuple[Target, ...] | None) -> tuple[Target, ...]:
    """Return the targets without object names, which a list does not carry."""
    return tuple(target._replace(names=("",)) for target in targets or () if target.names is None)
