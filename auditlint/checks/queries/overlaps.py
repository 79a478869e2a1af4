"""Finds users and groups in a rule that earlier rules take by the groups every server gives to users."""

from __future__ import annotations

from auditlint.kubernetes import served
from auditlint.kubernetes.engine.region import Region, contains, meet, region_of
from auditlint.kubernetes.engine.search import BudgetSpentError
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.analysis import Analysis


class Overlap(NamedTuple):
    """Names in a list of a rule that take no request: behind earlier rules, or never in the rule's own groups."""

    rule: int
    field: str
    position: int
    """The index of the first of the names in its list."""
    names: tuple[str, ...]
    groups: tuple[str, ...]
    """The groups they are always in and that earlier rules name, or those they are never in."""
    taken_by: tuple[int, ...]


def find(analysis: Analysis) -> Iterator[Overlap]:
    """Yield what each reached rule lists for nothing; names with the same cause are one."""
    known = analysis.reach.index.groups.listed
    automatic = 0
    for group, rules in known.items():
        if _is_automatic(group):
            automatic |= rules
    for index in analysis.reached():
        yield from _of_rule(analysis, index, concerned=bool(automatic & ((1 << (index + 1)) - 1)))


def _is_automatic(group: str) -> bool:
    fixed = {served.AUTHENTICATED, served.UNAUTHENTICATED, served.NODES, served.SERVICE_ACCOUNTS}
    return group in fixed or group.startswith(f"{served.SERVICE_ACCOUNTS}:")


def _of_rule(analysis: Analysis, index: int, *, concerned: bool) -> Iterator[Overlap]:
    """Yield the overlaps of one rule; `concerned` if a group that the server gives to users is in it or before it."""
    rule = analysis.policy.rules[index]
    if not concerned and not (rule.user_groups and any(map(served.has_fixed_groups, rule.users))):
        return
    for field, values in (("users", rule.users), ("userGroups", rule.user_groups)):
        causes: dict[tuple[tuple[str, ...], tuple[int, ...]], list[int]] = {}
        for position, name in enumerate(values):
            cause = _cause(analysis, index, field, name)
            if cause:
                causes.setdefault(cause, []).append(position)
        for (groups, taken_by), positions in causes.items():
            names = tuple(values[position] for position in positions)
            yield Overlap(index, field, positions[0], names, groups, taken_by)


def takers(analysis: Analysis, index: int) -> tuple[int, ...]:
    """Return the rules that together match what a cluster serves of a rule's requests before it; () if that is none."""
    return _takers(analysis, index, analysis.reach.region(index)) or ()


def _takers(analysis: Analysis, index: int, region: Region) -> tuple[int, ...] | None:
    """Return the rules that together match all served requests of a region before a rule; None if too hard to say."""
    try:
        spaces = [
            space for part in served.served(region, analysis.named_users) for space in analysis.reach.spaces_of(part)
        ]
        return analysis.reach.cover(spaces, (1 << index) - 1) if spaces else ()
    except BudgetSpentError:
        return None


def _cause(analysis: Analysis, index: int, field: str, name: str) -> tuple[tuple[str, ...], tuple[int, ...]] | None:
    """Return groups and earlier rules by which a name takes no real request, None if it takes one or never could."""
    region = region_of(analysis.policy.rules[index])
    one = Region(users=(name,)) if field == "users" else Region(groups=((name,),))
    narrowed = region._replace(users=(name,)) if field == "users" else meet(region, one)
    if (
        _shown(analysis, index, field, name, narrowed)
        or analysis.find_served(narrowed, (index,)).impossible is False
        or not analysis.reach.find(narrowed, (index,)).request
    ):
        return None
    taken_by = _takers(analysis, index, narrowed)
    if taken_by is None:
        return None
    always = served.groups_of(name) if field == "users" else (served.AUTHENTICATED,)
    if not taken_by:
        return (analysis.policy.rules[index].user_groups, ()) if field == "users" else None
    named = {group for rule in taken_by for group in analysis.policy.rules[rule].user_groups}
    # The widest group last: it is the one that users of different kinds share.
    return tuple(group for group in always if group in named)[-1:], taken_by


def _shown(analysis: Analysis, index: int, field: str, name: str, narrowed: Region) -> bool:
    """Tell whether the witness of a rule, made one of the name, is served and taken; most are, and it is soon asked."""
    witness = analysis.reach.fates[index].witness
    if witness is None:
        return False
    if field == "users":
        real = served.made_real(witness._replace(user=name))
    else:
        real = served.made_real(witness._replace(groups=(name, *witness.groups)))
    return real is not None and contains(narrowed, real) and analysis.reach.first(real) == index
