"""What the exact engine says of one policy, worked out once and shared by all who ask."""

from __future__ import annotations

from functools import cached_property

from auditlint.kubernetes import kubectl, reach, served
from auditlint.kubernetes.engine.dead_selectors import dead_selectors
from auditlint.kubernetes.engine.fresh import USERS
from auditlint.kubernetes.engine.index import members
from auditlint.kubernetes.engine.region import EVERYTHING, Region, Target, meet, region_of
from auditlint.kubernetes.engine.search import BudgetSpentError
from auditlint.kubernetes.examples import Examples
from auditlint.kubernetes.match import Request, matches
from auditlint.kubernetes.reach import FateKind, Reach
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditlint.kubernetes.engine.dead_selectors import DeadSelector
    from auditlint.kubernetes.policy import Policy, PolicyRule
    from auditlint.kubernetes.well_known import Known

_FEW_LATER_RULES = 8
"""How many rules behind `pods/*` that name `pods` are looked at."""


class Theft(NamedTuple):
    """`pods/*`, number `number` in entry `entry` of a rule, takes a request that the rule `later` names `pods` for."""

    rule: int
    entry: int
    number: int
    later: int
    request: Request


class Analysis:
    """The answers about one policy that the server would load, each worked out when it is first asked for."""

    def __init__(self, policy: Policy, known: Known) -> None:
        self.policy = policy
        self.known = known
        self.reach = Reach(policy)
        self.named_users = frozenset(self.reach.index.users.listed)
        self.examples = Examples(self.reach, known)

    @cached_property
    def closing(self) -> int | None:
        """The first rule without selectors: nothing falls off behind it."""
        rules = enumerate(self.policy.rules)
        return next((index for index, rule in rules if not rule.has_selectors), None)

    @cached_property
    def silencing(self) -> tuple[int, ...]:
        """The rules of level None."""
        return tuple(index for index, rule in enumerate(self.policy.rules) if rule.level == "None")

    @cached_property
    def dead_selectors(self) -> tuple[DeadSelector, ...]:
        """The entries of lists of reached rules that take no request."""
        return tuple(dead for index in self.reached() for dead in dead_selectors(self.reach, index))

    @cached_property
    def falls_off(self) -> reach.Answer:
        """A request of a user who is logged in that no rule takes and a cluster serves."""
        parts = served.served_with_login(EVERYTHING, self.named_users)
        return self.first_answer(parts, (), or_no_rule=True)

    @cached_property
    def falls_off_without_login(self) -> Request | None:
        """A request that no rule takes, where all such are by nobody or by system:anonymous, or never served."""
        everyday_ones = (*self.examples.everyday_by(served.ANONYMOUS), *self.examples.everyday_by(None))
        found = next((request for request in everyday_ones if self.reach.first(request) is None), None)
        found = found or self.find_served(EVERYTHING, (), or_no_rule=True).request
        return found or self.reach.missing_catch_all.request

    @property
    def gave_up(self) -> tuple[int, ...]:
        """The rules about which some question was too hard for the engine."""
        return tuple(sorted(self.reach.gave_up))

    def reached(self) -> Iterator[int]:
        """Yield the indexes of the rules that take some request."""
        for index, fate in enumerate(self.reach.fates):
            if fate.kind is FateKind.REACHED:
                yield index

    def command(self, request: Request) -> str:
        """Return a request as the words of a message; a made-up user is left out."""
        show_user = request.user not in USERS or request.user in self.named_users
        return kubectl.command(request, show_user=show_user, known=self.known)

    def without_rule(self, request: Request, index: int) -> int | None:
        """Return the rule that takes a request if the rule at index is not there."""
        return self.first_of(self.reach.index.matching(request) & ~(1 << index))

    @staticmethod
    def first_of(rules: int) -> int | None:
        """Return the first in a set of rules, None if it is empty."""
        return (rules & -rules).bit_length() - 1 if rules else None

    def stolen_parents(self) -> Iterator[Theft]:
        """Yield where `pods/*` takes a request for `pods` that a later rule names and would treat otherwise."""
        naming: dict[str, list[int]] = {}
        for index, rule in enumerate(self.policy.rules):
            for name in {name for entry in rule.resources for name in entry.resources}:
                naming.setdefault(name, []).append(index)
        for index in self.reached():
            for at, entry in enumerate(self.policy.rules[index].resources):
                for number, name in enumerate(entry.resources):
                    if name.endswith("/*") and name.count("/") == 1 and name != "*/*":
                        later = [other for other in naming.get(name[:-2], ()) if other > index]
                        yield from self._theft(index, at, number, later[:_FEW_LATER_RULES])

    def _theft(self, index: int, at: int, number: int, later: list[int]) -> Iterator[Theft]:
        """Yield the first theft of one wildcard, if there is one."""
        rule = self.policy.rules[index]
        entry = rule.resources[at]
        group = None if entry.group == "*" else entry.group
        parent = Target(group, entry.resources[number][:-2], "", entry.resource_names or None)
        for other in later:
            if self.reach.same_outcome(index, other):
                continue
            shared = meet(region_of(rule), region_of(self.policy.rules[other]))
            request = self._would_fall_to(meet(shared, Region(targets=(parent,), urls=())), index, other)
            if request and not matches(_without(rule, at, number), request):
                yield Theft(index, at, number, other, self.examples.tidy(request, (), also=other))
                return

    def _would_fall_to(self, region: Region, index: int, other: int) -> Request | None:
        """Return a request of a region that one rule takes and that another would take if that one were not there."""
        blockers = ((1 << other) - 1) & ~(1 << index)
        try:
            for part in served.served(region, self.named_users):
                request = self.reach.escape(self.reach.spaces_of(part), blockers).request
                if request:
                    return request
        except BudgetSpentError:
            self.reach.gave_up.add(index)
        return None

    def may_take(self, region: Region) -> tuple[int, ...]:
        """Return the rules that may share a request with a region; of the others it is certain that they do not."""
        return members(self.reach.index.overlapping(region))

    def find_served(self, region: Region, rules: Iterable[int], *, or_no_rule: bool = False) -> reach.Answer:
        """Return a request of a region that a cluster serves and that one of the rules (or none at all) takes."""
        rules = tuple(rules)
        return self.first_answer(served.served(region, self.named_users), rules, or_no_rule=or_no_rule)

    def first_answer(self, regions: Iterable[Region], rules: tuple[int, ...], *, or_no_rule: bool) -> reach.Answer:
        """Return the first request that is found in one of the regions."""
        complete = True
        for region in regions:
            answer = self.reach.find(region, rules, or_no_rule=or_no_rule)
            if answer.request:
                return answer
            complete = complete and answer.complete
        return reach.Answer(None, complete)

    def is_served(self, index: int) -> reach.Answer:
        """Return a request that a rule takes and a cluster serves; its own witness is tried first."""
        witness = self.reach.fates[index].witness
        if witness:
            real = served.made_real(witness)
            if real and self.reach.first(real) == index:
                return reach.Answer(real)
        return self.find_served(region_of(self.policy.rules[index]), (index,))


def _without(rule: PolicyRule, at: int, number: int) -> PolicyRule:
    """Return a rule without one resource of one entry; one that matches nothing where nothing is left."""
    entry = rule.resources[at]
    resources = (*entry.resources[:number], *entry.resources[number + 1 :]) or ("/",)
    entries = (*rule.resources[:at], entry._replace(resources=resources), *rule.resources[at + 1 :])
    return rule._replace(resources=entries)
