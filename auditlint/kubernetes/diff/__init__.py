"""What two policies make different: the sets of requests whose outcome is not the same, complete and without overlap.

The requests are those of requests.can_happen. Both policies become one list of rules for the exact engine; a change is
what one rule of the old policy and one of the new are the first to match, where these two say different things; or
what a rule of one policy is the first to match, where several rules of the other say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.diff.joint import Joint
from auditlint.kubernetes.diff.merging import merged
from auditlint.kubernetes.diff.narrowing import Narrowing
from auditlint.kubernetes.diff.outcomes import Group, group_of
from auditlint.kubernetes.diff.pairs import Pair, pairs_that_differ
from auditlint.kubernetes.diff.showing import Showing
from auditlint.kubernetes.diff.weight import LEAST
from auditlint.kubernetes.engine.region import contains
from auditlint.kubernetes.match import matches
from auditlint.kubernetes.well_known import ANYWHERE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.kubernetes.engine.region import Region
    from auditlint.kubernetes.match import Outcome
    from auditlint.kubernetes.policy import Policy, PolicyRule
    from auditlint.kubernetes.requests import Request
    from auditlint.kubernetes.well_known import Known

__all__ = ["Change", "Difference", "Group", "OpenPair", "Requests", "difference"]


@dataclass(frozen=True)
class Requests:
    """A set of requests: those within a region that none of some earlier rules of either policy matches.

    No value that the region lists can be left out, except where that was too hard to see.
    """

    within: Region
    except_old: tuple[int, ...]
    except_new: tuple[int, ...]
    """Rules by their index; what both policies say in the same words is named on the old side only."""
    policies: tuple[Policy, Policy]

    def __contains__(self, request: Request) -> bool:
        """Tell whether a request is in the set; it must be one that can happen."""
        return contains(self.within, request) and not any(matches(rule, request) for rule in self.excepted)

    @property
    def excepted(self) -> tuple[PolicyRule, ...]:
        """The rules whose requests are not in the set."""
        old, new = self.policies
        return (*(old.rules[number] for number in self.except_old), *(new.rules[number] for number in self.except_new))


class Change(NamedTuple):
    """Requests of which the policies decide differently, in the same way for all of them."""

    group: Group
    before: Outcome
    after: Outcome
    requests: Requests
    witness: Request
    """One of the requests: one as people send it, if there is such."""
    old: int | None
    """The index of the old policy's rule that is the first to match the witness, None where none is."""
    new: int | None
    weight: int
    """How much it matters, 0 the most: see weight.CLASSES."""

    @property
    def served(self) -> bool:
        """Whether some cluster answers a request of it: one of its users, in their groups, for what a release has."""
        return self.weight < LEAST


class OpenPair(NamedTuple):
    """Two rules (None: no rule) of which it is not known whether some request meets both; `new` -1: any rule."""

    old: int | None
    new: int | None


class Difference(NamedTuple):
    """All changes, what matters most first, and what was too hard to compare."""

    changes: tuple[Change, ...]
    undecided: tuple[OpenPair, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the changes hold every request of which the policies decide differently."""
        return not self.undecided

    @property
    def equal(self) -> bool | None:
        """Whether the outcome of every request is the same; None where that stays open."""
        if self.changes:
            return False
        return True if self.complete else None


def difference(old: Policy, new: Policy, known: Known = ANYWHERE, *, steps: int | None = None) -> Difference:
    """Return the requests whose outcome differs; `steps` bounds how far the search goes, else the policies' size."""
    joint = Joint(old, new, steps)
    found = pairs_that_differ(joint)
    changes = [change for pair in merged(joint, found.pairs) for change in _changes(joint, pair, known)]
    changes.sort(key=_rank)
    return Difference(
        tuple(changes), tuple(OpenPair(*map(joint.index_of, open_pair)) for open_pair in found.open_pairs)
    )


def _rank(change: Change) -> tuple[int, ...]:
    """Return what changes are sorted by: what matters most first, then what is worst, then the order of the rules."""
    places = (len(policy.rules) if rule is None else rule for policy, rule in _rules(change))
    return change.weight, change.group.value, *places


def _rules(change: Change) -> Iterator[tuple[Policy, int | None]]:
    yield from zip(change.requests.policies, (change.old, change.new), strict=True)


def _changes(joint: Joint, pair: Pair, known: Known) -> Iterator[Change]:
    narrowing = Narrowing(joint.reach, pair.blockers)
    whole = pair._replace(region=narrowing.narrowed(pair.region))
    for part in _kinds(whole, narrowing) or (whole,):
        yield _change(joint, part, narrowing, known)


def _kinds(pair: Pair, narrowing: Narrowing) -> list[Pair]:
    """Return the parts of a pair that are told apart; none where it stays open whether each has a request."""
    parts = narrowing.kinds(pair.region)
    witnesses = [narrowing.example(part).request for part in parts]
    found = [pair._replace(region=part, witness=one) for part, one in zip(parts, witnesses, strict=True) if one]
    return found if len(found) == len(parts) else []


def _change(joint: Joint, pair: Pair, narrowing: Narrowing, known: Known) -> Change:
    region = pair.region
    excepted = narrowing.exceptions(region)
    before, after = joint.outcomes[pair.old], joint.outcomes[pair.new]
    witness, weight = Showing(joint, narrowing, known).show(region, pair.witness)
    old, new = joint.takers(witness)
    return Change(
        group_of(before, after),
        before,
        after,
        Requests(region, *joint.sides(excepted), joint.policies),
        witness,
        joint.index_of(old),
        joint.index_of(new),
        weight,
    )
