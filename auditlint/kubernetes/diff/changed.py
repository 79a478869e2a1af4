"""Whether what the rules of a policy match keeps its outcome in another one: what fixes are proved by."""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import partial
from typing import TYPE_CHECKING

from auditlint.kubernetes.diff.joint import Joint
from auditlint.kubernetes.diff.pairs import answers
from auditlint.kubernetes.reach import STEPS_PER_POLICY, STEPS_PER_RULE, Answer
from auditlint.kubernetes.served import without_globs

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from auditlint.kubernetes.engine.region import Region, Target
    from auditlint.kubernetes.policy import Policy

_Ruling = tuple[object, ...]


def changed_outcome(old: Policy, new: Policy, unreal: Collection[tuple[str, str]] = ()) -> Answer:
    """Return a request that a rule of the old policy matches first, one that the new one lacks, and decides otherwise.

    There is none where rules were only rewritten, or match more than before. Requests for an `unreal` resource do not
    count: each is a group with a resource of it, "" for all of the group.
    """
    joint = Joint(old, new, STEPS_PER_POLICY + STEPS_PER_RULE * (len(old.rules) + len(new.rules)))
    rulings = _rulings(joint)
    lacking = _lacking(rulings[: joint.start - 1], rulings[joint.start : -1])
    complete = True
    for answer in answers(joint, lacking, partial(_real, unreal=frozenset(unreal))):
        if answer.pair:
            return Answer(answer.pair.witness)
        complete = complete and answer.complete
    return Answer(None, complete)


def _real(region: Region, unreal: frozenset[tuple[str, str]]) -> Region:
    """Return a region without what is for an unreal resource, for a name with a star or for a path with a query."""
    region = without_globs(region)
    if region.urls is not None:
        region = region._replace(urls=tuple(url for url in region.urls if "?" not in url))
    if region.targets is None:
        return region
    real = (one for one in region.targets if not _is_unreal(one, unreal))
    return region._replace(targets=tuple(one._replace(names=_without_stars(one.names)) for one in real))


def _without_stars(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(name for name in names if "*" not in name)


def _is_unreal(target: Target, unreal: frozenset[tuple[str, str]]) -> bool:
    name = "/".join(part or "*" for part in (target.resource, target.subresource) if part != "")
    return target.group is not None and bool({(target.group, ""), (target.group, name)} & unreal)


def _rulings(joint: Joint) -> list[_Ruling]:
    """Return what makes two rules the same: what they match, and its outcome."""
    bare = (rule._replace(level="", omit_stages=(), omit_managed_fields=None) for rule in joint.reach.rules)
    return list(zip(bare, joint.outcomes, strict=True))


def _lacking(old: Sequence[_Ruling], new: Sequence[_Ruling]) -> frozenset[int]:
    """Return the numbers of those that have no counterpart, in the order of both."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    kept = {number for block in blocks for number in range(block.a, block.a + block.size)}
    return frozenset(number for number in range(len(old)) if number not in kept)
