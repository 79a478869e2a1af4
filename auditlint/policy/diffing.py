"""What two policies make different, for programs and for the outputs of `diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.checks.queries.effects import witness
from auditlint.kubernetes import kubectl
from auditlint.kubernetes.diff import difference
from auditlint.kubernetes.diff.joint import ANY
from auditlint.kubernetes.policy import STAGES
from auditlint.kubernetes.well_known import Known
from auditlint.policy.requests_in_words import in_words
from auditlint.report.differences import Box, Changed, Compared, Differences, Recorded, ResourceBox, RuleAt

if TYPE_CHECKING:
    from auditlint.kubernetes.diff import Change, Difference, OpenPair
    from auditlint.kubernetes.engine.region import Region, Target
    from auditlint.kubernetes.match import Outcome
    from auditlint.policy.policy_file import PolicyFile

_MOST_NOTICES = 5


class Diff(NamedTuple):
    """The requests whose outcome differs between two policies: complete, without overlap, what matters most first."""

    old: PolicyFile
    new: PolicyFile
    found: Difference

    @property
    def equal(self) -> bool | None:
        """Whether every request has the same outcome; None where that was too hard to see."""
        return self.found.equal

    @property
    def complete(self) -> bool:
        """Whether the changes hold every request that differs."""
        return self.found.complete

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes: group, outcomes before and after, the set of requests, a witness, the rules that match it."""
        return self.found.changes

    def words(self, change: Change) -> str:
        """Return the requests of a change in words."""
        return in_words(change.requests)

    @property
    def report(self) -> Differences:
        """What the outputs are made of."""
        known = Known(self.new.subject.minor, self.new.cluster)
        return Differences(
            Compared(self.old.path, self.old.kubernetes_version),
            Compared(self.new.path, self.new.kubernetes_version),
            self.equal,
            self.complete,
            tuple(self._changed(change, known) for change in self.changes),
            _notices(self),
        )

    def _changed(self, change: Change, known: Known) -> Changed:
        return Changed(
            change.group.word,
            _recorded(change.before),
            _recorded(change.after),
            in_words(change.requests),
            change.served,
            kubectl.command(change.witness, known=known),
            witness(change.witness),
            _rule(self.old, change.old),
            _rule(self.new, change.new),
            _box(change.requests.within),
            change.requests.except_old,
            change.requests.except_new,
        )


def diff(old: PolicyFile, new: PolicyFile) -> Diff:
    """Return what the new policy makes different."""
    return Diff(old, new, difference(old.held, new.held, Known(new.subject.minor, new.cluster)))


def _recorded(outcome: Outcome) -> Recorded:
    left_out = () if outcome.level == "None" else tuple(stage for stage in STAGES if stage not in outcome.stages)
    return Recorded(outcome.level, left_out, outcome.without_managed_fields)


def _rule(policy: PolicyFile, number: int | None) -> RuleAt | None:
    if number is None:
        return None
    place = policy.place(number)
    return RuleAt(number, place.pointer, place.path, place.line)


def _box(region: Region) -> Box:
    targets = region.targets
    return Box(
        region.users,
        region.groups,
        region.verbs,
        region.namespaces,
        None if targets is None else tuple(map(_resource, targets)),
        region.urls,
    )


def _resource(target: Target) -> ResourceBox:
    return ResourceBox(*target.key, target.names)


def _notices(found: Diff) -> tuple[str, ...]:
    """Return what was too hard to compare, many pairs of rules as their number."""
    undecided = found.found.undecided
    said = [_notice(found, pair) for pair in undecided[:_MOST_NOTICES]]
    more = len(undecided) - len(said)
    return (*said, *([f"{more} more pairs of rules"] if more else []))


def _notice(found: Diff, pair: OpenPair) -> str:
    old = _named(found.old, pair.old)
    other = "the rules of the new policy" if pair.new == ANY else _named(found.new, pair.new)
    return f"whether some request meets {old} and {other} first: too many cases"


def _named(policy: PolicyFile, number: int | None) -> str:
    if number is None:
        return f"no rule of {policy.path}"
    return f"{policy.path}:{policy.place(number).line} (rules[{number}])"
