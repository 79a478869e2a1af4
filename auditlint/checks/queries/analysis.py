"""What the exact engine says of one policy, worked out once and shared by the rules and the report."""

from __future__ import annotations

from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from auditlint.checks import wording
from auditlint.kubernetes import reach, served
from auditlint.kubernetes.engine.dead_selectors import dead_selectors
from auditlint.kubernetes.engine.fresh import USERS
from auditlint.kubernetes.engine.index import members
from auditlint.kubernetes.engine.region import EVERYTHING, Region, Target, meet, region_of
from auditlint.kubernetes.engine.search import BudgetSpentError
from auditlint.kubernetes.match import Request, matches
from auditlint.kubernetes.policy import Policy
from auditlint.kubernetes.reach import Reach
from auditlint.kubernetes.requests import can_happen
from auditlint.kubernetes.well_known import Known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from auditlint.kubernetes.engine.dead_selectors import DeadSelector
    from auditlint.kubernetes.policy import PolicyRule
    from auditlint.subjects.model import PolicySubject

_FEW_LATER_RULES = 8
"""How many rules behind `pods/*` that name `pods` are looked at."""
_FEW_RULES = 300
"""Up to so many rules a policy is analysed a second time to show what one unknown key did."""


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

    @cached_property
    def closing(self) -> int | None:
        """The first rule without selectors: nothing falls off behind it."""
        rules = enumerate(self.policy.rules)
        return next((index for index, rule in rules if wording.takes_everything(rule)), None)

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
        everyday_ones = (*self.everyday_by(served.ANONYMOUS), *self.everyday_by(None))
        found = next((request for request in everyday_ones if self.reach.first(request) is None), None)
        found = found or self.find_served(EVERYTHING, (), or_no_rule=True).request
        return found or self.reach.missing_catch_all.request

    def reached(self) -> Iterator[int]:
        """Yield the indexes of the rules that take some request."""
        for index, fate in enumerate(self.reach.fates):
            if fate.kind == reach.REACHED:
                yield index

    def command(self, request: Request) -> str:
        """Return a request as the words of a message; a made-up user is left out."""
        show_user = request.user not in USERS or request.user in self.named_users
        return wording.command(request, show_user=show_user, known=self.known)

    def without_rule(self, request: Request, index: int) -> int | None:
        """Return the rule that takes a request if the rule at index is not there."""
        return self.first_of(self.reach.index.matching(request) & ~(1 << index))

    @staticmethod
    def first_of(rules: int) -> int | None:
        """Return the first in a set of rules, None if it is empty."""
        return (rules & -rules).bit_length() - 1 if rules else None

    def ordinary(self, keep: Callable[[Request], bool]) -> Request | None:
        """Return the first of some everyday requests that is as asked for."""
        return next((request for request in self._everyday if keep(request)), None)

    @cached_property
    def _everyday(self) -> tuple[Request, ...]:
        return self.everyday_by(self.reach.fresh.user)

    def everyday_by(self, user: str | None) -> tuple[Request, ...]:
        """Return everyday requests by a user, in its groups."""
        namespaces = dict.fromkeys(("prod", self.reach.fresh.namespace))
        requests = [request for namespace in namespaces for request in everyday(namespace)]
        groups = () if user is None else served.groups_of(user)
        return tuple(request._replace(user=user, groups=groups) for request in requests)

    def shown(
        self, index: int, keep: Callable[[Request], bool] | None = None, asked: PolicyRule | None = None
    ) -> Request | None:
        """Return a request that a rule takes, an everyday one by its users if there is one.

        `asked` is that rule with less in it, where a request for a part of it is looked for.
        """

        def taken(request: Request) -> bool:
            return self.reach.first(request) == index and (keep is None or keep(request))

        rule = asked or self.policy.rules[index]
        request = self.ordinary(taken)
        for who in self._identities(rule) if request is None else ():
            request = next((one for one in _as_rule_says(rule, who, self.known) if taken(one)), None)
            if request:
                break
        if request is None:
            witness = self.reach.fates[index].witness
            return witness if witness and (keep is None or keep(witness)) else None
        return request

    def example_of(self, index: int, takers: Sequence[int]) -> Request | None:
        """Return a request that a rule asks for and one of the takers gets, an everyday one by its users."""
        rule = self.policy.rules[index]
        requests = (one for who in self._identities(rule) for one in _as_rule_says(rule, who, self.known))
        return next((one for one in requests if matches(rule, one) and self.reach.first(one) in takers), None)

    def _identities(self, rule: PolicyRule) -> Iterator[_Who]:
        """Yield users, with their groups, that a rule may take."""
        for user in rule.users[:_FEW] or (self.reach.fresh.user,):
            always = served.groups_of(user)
            extra = () if served.has_fixed_groups(user) else rule.user_groups[:1]
            yield user, tuple(dict.fromkeys((*extra, *always)))
        if not rule.users and not rule.user_groups:
            yield served.ANONYMOUS, served.groups_of(served.ANONYMOUS)
            yield None, ()

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
                yield Theft(index, at, number, other, self.tidy(request, (), also=other))
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

    def likely(self, region: Region, index: int) -> Request | None:
        """Return a request for the first target of a region that a rule takes, if one of the obvious ones is."""
        rule = self.policy.rules[index]
        target = (region.targets or (Target(),))[0]
        asked = Request("", None, (), None, target.group or "", target.resource or "", target.subresource or "")
        names = [name for entry in rule.resources for name in entry.resource_names[:1]]
        for who, verb in product(self._identities(rule), region.verbs or ()):
            if rule.verbs and verb not in rule.verbs:
                continue
            for namespace, name in product(rule.namespaces[:_FEW] or ("prod",), ("", *names[:_FEW])):
                request = asked._replace(user=who[0], groups=who[1], verb=verb, namespace=namespace, name=name)
                request = wording.proper(request, self.known)
                if self.reach.first(request) == index and served.made_real(request) == request:
                    return request
        return None

    def tidy(self, request: Request, verbs: Sequence[str], also: int | None = None) -> Request:
        """Return a request with the first verb, an ordinary namespace and an ordinary name that the same rule takes.

        It matches the rule `also` as well, if one is given.
        """
        taker = self.reach.first(request)
        for verb in dict.fromkeys((*verbs, request.verb)):
            for namespace in dict.fromkeys(("prod" if request.namespace else "", request.namespace)):
                for name in dict.fromkeys(("", request.name)):
                    better = wording.proper(request._replace(verb=verb, namespace=namespace, name=name), self.known)
                    if self.reach.first(better) != taker or not can_happen(better):
                        continue
                    if also is None or matches(self.policy.rules[also], better):
                        return better
        return request

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


_Who = tuple["str | None", tuple[str, ...]]
_FEW = 3

_ANALYSES: WeakKeyDictionary[PolicySubject, Analysis] = WeakKeyDictionary()


def judged(subject: PolicySubject) -> Policy | None:
    """Return the policy if it is judged further: the server loads it, or would with the right apiVersion and kind."""
    loaded = subject.loaded
    return loaded.policy if loaded.policy and (not loaded.refused or loaded.head_only) else None


def of(subject: PolicySubject) -> Analysis | None:
    """Return the analysis of a policy, None if it is refused for more than its head."""
    found = _ANALYSES.get(subject)
    if found is None:
        policy = judged(subject)
        if policy is None:
            return None
        found = _ANALYSES[subject] = Analysis(policy, Known(subject.minor, subject.cluster))
    return found


def covered(subject: PolicySubject) -> Analysis | None:
    """Return the analysis of a policy for the rules about coverage, None where they have nothing to say.

    An aggregated API server serves other resources than those that they know.
    """
    return None if subject.cluster.aggregated else of(subject)


def is_reached(subject: PolicySubject, index: int) -> bool:
    """Tell whether a rule takes some request, or may."""
    analysis = of(subject)
    return analysis is not None and analysis.reach.fates[index].kind in {reach.REACHED, reach.UNKNOWN}


def command(subject: PolicySubject, request: Request) -> str:
    """Return a request as the words of a message; a made-up user is left out."""
    analysis = of(subject)
    if analysis is None:
        return wording.command(request, known=Known(subject.minor, subject.cluster))
    return analysis.command(request)


def taken_beyond(subject: PolicySubject, index: int, narrower: PolicyRule) -> Request | None:
    """Return a request that a rule takes and would not take if it were as narrow as it was meant to be.

    If one of the obvious ones would get another level then, it is that one.
    """
    analysis = of(subject)
    if analysis is None:
        return None

    def beyond(request: Request) -> bool:
        return not matches(narrower, request)

    def changed(request: Request) -> bool:
        now, otherwise = levels(subject, index, request)
        return now != otherwise and beyond(request)

    rules = analysis.policy.rules
    widened = tuple(entry for entry in rules[index].resources if entry not in narrower.resources)
    asked = rules[index]._replace(resources=widened or rules[index].resources)
    found = analysis.shown(index, changed, asked) or analysis.shown(index, beyond, asked)
    if found or len(rules) > _FEW_RULES:
        return found
    doubled = Reach(Policy((*rules[:index], narrower, *rules[index:])))
    return doubled.find(region_of(rules[index]), (index + 1,)).request


def levels(subject: PolicySubject, index: int, request: Request) -> tuple[str, str]:
    """Return the levels of a request that a rule takes: as the rule says, and if the rule did not take it."""
    analysis = of(subject)
    if analysis is None:
        return "None", "None"
    rules = analysis.policy.rules
    other = analysis.without_rule(request, index)
    return rules[index].level, "None" if other is None else rules[other].level


def gave_up(subject: PolicySubject) -> tuple[int, ...]:
    """Return the indexes of the rules about which some question was too hard for the engine."""
    analysis = of(subject)
    return tuple(sorted(analysis.reach.gave_up)) if analysis else ()


def summary(subject: PolicySubject) -> dict[str, object]:
    """Return what the report's `subjects` says of a policy's rules; nothing if it is refused for more than its head."""
    analysis = of(subject)
    if analysis is None:
        return {}
    rules = [
        {
            "pointer": subject.places.pointer(subject.at("rules", index)),
            "line": subject.places.key(subject.at("rules", index)).line,
            "level": rule.level,
            "fate": fate.kind,
        }
        for index, (rule, fate) in enumerate(zip(analysis.policy.rules, analysis.reach.fates, strict=True))
    ]
    return {"catch_all": _catch_all(analysis.reach.missing_catch_all), "rules": rules}


def _catch_all(missing: reach.Answer) -> bool | None:
    """Return whether every request reaches a rule; None where that was too hard to tell."""
    return None if missing.request is None and not missing.complete else missing.impossible


def _without(rule: PolicyRule, at: int, number: int) -> PolicyRule:
    """Return a rule without one resource of one entry; one that matches nothing where nothing is left."""
    entry = rule.resources[at]
    resources = (*entry.resources[:number], *entry.resources[number + 1 :]) or ("/",)
    entries = (*rule.resources[:at], entry._replace(resources=resources), *rule.resources[at + 1 :])
    return rule._replace(resources=entries)


def everyday(namespace: str) -> Iterator[Request]:
    """Yield requests that everybody knows, the most telling first."""
    yield Request("get", api_group="", resource="secrets", namespace=namespace, name="db")
    yield Request("delete", api_group="", resource="pods", namespace=namespace, name="web")
    yield Request("create", api_group="apps", resource="deployments", namespace=namespace)
    yield Request("create", api_group="", resource="pods", subresource="exec", namespace=namespace, name="web")
    yield Request("list", api_group="", resource="pods", namespace=namespace)
    yield Request("patch", api_group="apps", resource="deployments", namespace=namespace, name="web")
    yield Request("get", api_group="", resource="configmaps", namespace=namespace, name="web")
    yield Request("update", api_group="", resource="configmaps", namespace=namespace, name="web")
    yield Request("list", api_group="", resource="secrets")
    yield Request("create", api_group="rbac.authorization.k8s.io", resource="rolebindings", namespace=namespace)
    yield Request("watch", api_group="", resource="pods", namespace=namespace)
    yield Request("get", api_group="", resource="pods", subresource="log", namespace=namespace, name="web")
    yield Request("get", api_group="", resource="nodes", name="node-1")
    yield Request("delete", api_group="", resource="namespaces", namespace=namespace, name=namespace)
    yield Request("deletecollection", api_group="", resource="pods", namespace=namespace)
    yield Request("get", path="/healthz")
    yield Request("get", path="/metrics")
    yield Request("get", path="/api")


def _as_rule_says(rule: PolicyRule, who: _Who, known: Known) -> Iterator[Request]:
    """Yield requests such as the rule asks for, with ordinary values where it leaves them open."""
    of_resources = bool(rule.namespaces or rule.resources)
    if rule.non_resource_urls and not of_resources:
        for url in rule.non_resource_urls[:_FEW]:
            path = (url.rstrip("*") or "/healthz") if url.endswith("*") else url
            for verb in rule.verbs or ("get",):
                yield from _if_sound(Request(verb, *who, path=path))
        return
    namespace = next((name for name in rule.namespaces if name), "" if rule.namespaces else "prod")
    for group, resource, subresource, name in _targets(rule, known):
        for verb in rule.verbs or known.verbs(group, resource, subresource):
            yield from _if_sound(
                wording.proper(Request(verb, *who, None, group, resource, subresource, namespace, name), known)
            )
    if not of_resources:
        yield from (request._replace(user=who[0], groups=who[1]) for request in everyday("prod"))


def _targets(rule: PolicyRule, known: Known) -> Iterator[tuple[str, str, str, str]]:
    """Yield group, resource, subresource and name that the rule asks for; "" for a name left open."""
    if not rule.resources:
        yield from (("", "secrets", "", ""), ("", "pods", "", ""), ("apps", "deployments", "", ""))
    for entry in rule.resources[:_FEW]:
        group = "" if entry.group == "*" else entry.group
        name = entry.resource_names[0] if entry.resource_names else ""
        for written in entry.resources[:_FEW] or ("*",):
            resource, _, subresource = written.partition("/")
            resources: tuple[str, ...] = (resource,)
            if resource == "*":
                resources = ("pods",) if subresource and not group else known.telling(group)
            if subresource == "*":
                yield group, resources[0], "log" if resources[0] == "pods" else "status", name
                subresource = ""
            yield from ((group, one, subresource, name) for one in resources)


def _if_sound(request: Request) -> Iterator[Request]:
    if can_happen(request):
        yield request
