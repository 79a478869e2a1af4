"""Every kind of request a policy can tell apart, tried one by one: the slow and simple truth about small policies."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import TYPE_CHECKING, Any

from hypothesis import assume
from hypothesis import strategies as st

from auditlint.kubernetes.match import evaluate, matches
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.kubernetes.requests import RESOURCE_VERBS, URL_VERBS, Request, can_happen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NEW = "new"
"""A value that the policies of these tests never name."""

Path = tuple[str | int, ...]


def domain(policy: Policy, most_groups: int = 2) -> list[Request]:
    """Return requests such that every request there is gets from this policy what one of these gets.

    A user is in at most `most_groups` groups: two are enough to match two rules that name groups.
    """
    rules = policy.rules
    users = {None, NEW, *chain.from_iterable(rule.users for rule in rules)}
    groups = sorted(set(chain.from_iterable(rule.user_groups for rule in rules)))
    memberships = list(chain.from_iterable(combinations(groups, size) for size in range(most_groups + 1)))
    people = [(user, member) for user, member in product(users, memberships) if user is not None or not member]
    found = chain(
        (Request(verb, *who, path=path) for who, verb, path in product(people, URL_VERBS, paths(rules))),
        (
            Request(verb, *who, None, *target, name)
            for who, verb, target, name in product(people, verbs(rules), targets(rules), names(rules))
        ),
    )
    return [request for request in found if can_happen(request)]


def verbs(rules: tuple[PolicyRule, ...]) -> Iterable[str]:
    """Return all verbs; if no rule lists any, only those that differ in what may stand beside them."""
    return RESOURCE_VERBS if any(rule.verbs for rule in rules) else ("get", "list", "deletecollection", "proxy")


def paths(rules: tuple[PolicyRule, ...]) -> set[str]:
    """Return the paths rules name, with and without slashes at the end, and longer ones."""
    urls = {"/", *(url.rstrip("*") for rule in rules for url in rule.non_resource_urls)}
    return {url + end for url in urls for end in ("", "/", "//", "///", NEW, "/" + NEW)}


def targets(rules: tuple[PolicyRule, ...]) -> Iterator[tuple[str, str, str, str]]:
    """Yield API group, resource, subresource and namespace."""
    entries = [entry for rule in rules for entry in rule.resources]
    words = {part for entry in entries for resource in entry.resources for part in resource.split("/")}
    groups = {NEW, *(entry.group for entry in entries)}
    namespaces = {"", NEW, *(namespace for rule in rules for namespace in rule.namespaces)}
    yield from product(groups, words | {NEW}, words | {"", NEW} if words else {""}, namespaces)


def names(rules: tuple[PolicyRule, ...]) -> set[str]:
    """Return objects' names."""
    return {"", NEW, *(name for rule in rules for entry in rule.resources for name in entry.resource_names)}


def narrowed(rule: PolicyRule) -> Iterator[tuple[Path, PolicyRule]]:
    """Yield each selector's path and the rule narrowed to it."""
    fields = {"users": "users", "userGroups": "user_groups", "verbs": "verbs", "namespaces": "namespaces"}
    for field, attribute in {**fields, "nonResourceURLs": "non_resource_urls"}.items():
        for at, value in enumerate(getattr(rule, attribute)):
            change: dict[str, Any] = {attribute: (value,)}
            yield (field, at), rule._replace(**change)
    for number, entry in enumerate(rule.resources):
        yield ("resources", number), rule._replace(resources=(entry,))
        for at, resource in enumerate(entry.resources):
            only = entry._replace(resources=(resource,))
            yield ("resources", number, "resources", at), rule._replace(resources=(only,))
        for at, name in enumerate(entry.resource_names):
            only = entry._replace(resource_names=(name,))
            yield ("resources", number, "resourceNames", at), rule._replace(resources=(only,))


@dataclass
class Truth:
    """What trying every request shows."""

    policy: Policy
    requests: list[Request]
    takers: list[int | None]

    def taken_by(self, rule: PolicyRule) -> set[int | None]:
        """Return who takes the requests that a rule matches."""
        return {taker for request, taker in zip(self.requests, self.takers, strict=True) if matches(rule, request)}

    def fate(self, number: int) -> str:
        takers = self.taken_by(self.policy.rules[number])
        return "never" if not takers else "reached" if number in takers else "unreachable"

    def dead_selectors(self, number: int) -> dict[Path, set[int | None]]:
        """Return selectors of a reached rule that take nothing, with who takes their requests."""
        dead: dict[Path, set[int | None]] = {}
        for path, rule in narrowed(self.policy.rules[number]):
            takers = self.taken_by(rule)
            if number not in takers and path[:2] not in dead:
                dead[path] = takers
        return dead

    def redundant(self, number: int) -> bool:
        rules = self.policy.rules
        if len(rules) == 1 or self.fate(number) != "reached":
            return False
        if number == len(rules) - 1 and rules[number] == PolicyRule(
            rules[number].level,
            omit_stages=rules[number].omit_stages,
            omit_managed_fields=rules[number].omit_managed_fields,
        ):
            return False
        without = self.policy._replace(rules=rules[:number] + rules[number + 1 :])
        return all(
            effect(self.policy, request) == effect(without, request)
            for request, taker in zip(self.requests, self.takers, strict=True)
            if taker == number
        )


def effect(policy: Policy, request: Request) -> tuple[str, frozenset[str], bool]:
    _, level, stages, managed = evaluate(policy, request)
    return level, frozenset(() if level == "None" else stages), managed


def try_all(policy: Policy) -> Truth:
    requests = domain(policy)
    return Truth(policy, requests, [evaluate(policy, request).rule for request in requests])


def some(values: Iterable[str], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(list(values)), max_size=most).map(tuple)


FIELDS = {
    "users": some(["a", "b"]),
    "user_groups": some(["g", "h", "i"]),
    "verbs": some(["get", "list", "create", "delete", "deletecollection", "proxy", "", "post", "GET"], 3),
    "namespaces": some(["", "n", "x/y"]),
}
URLS = some(
    [
        *("*", "/", "/*", "/a", "/a*", "/a/b*", "//*", "/api*", "/api//*"),
        *("/api/v1/*", "/api/v1/", "/api/v1", "/api/v1//", "/api/v1/p"),
        *("/apis/*", "/apis/a/*", "/apis/a/b/*", "/apis/a/b/", "/apis/a/b//*"),
    ],
    3,
)
RESOURCES = some(["p", "p/l", "p/*", "*/l", "*", "*/*", "q", "status", "status/l", "p/l/x", "", "/l"], 3)
ENTRIES = st.lists(
    st.builds(GroupResources, st.sampled_from(["", "", "e", "*"]), RESOURCES, some(["", "m", "o"])).map(
        lambda entry: entry if entry.resources else entry._replace(resource_names=())
    ),
    max_size=2,
).map(tuple)
OUTCOME = {
    "level": st.sampled_from(["None", "Metadata", "Request"]),
    "omit_stages": some(["RequestReceived", "Panic"], 1),
    "omit_managed_fields": st.sampled_from([None, None, True]),
}
LARGEST = 6000


def make_rule(**fields: Any) -> PolicyRule:
    """Make a rule; given the class itself, hypothesis would make up the fields that are left out."""
    return PolicyRule(**fields)


@st.composite
def policies(draw: st.DrawFn, most: int = 6) -> Policy:
    """Policies that use a few of the fields each, so that trying every request stays quick."""
    used = draw(st.sets(st.sampled_from([*FIELDS, "resources", "non_resource_urls"]), min_size=1, max_size=4))
    common = {name: strategy for name, strategy in FIELDS.items() if name in used and name != "namespaces"}
    kinds: list[st.SearchStrategy[PolicyRule]] = [st.builds(make_rule, **OUTCOME, **common)]
    if used & {"namespaces", "resources"}:
        placed = {"namespaces": FIELDS["namespaces"]} if "namespaces" in used else {}
        entries = {"resources": ENTRIES} if "resources" in used else {}
        kinds = [st.builds(make_rule, **OUTCOME, **common, **placed, **entries)] * 2
    if "non_resource_urls" in used:
        kinds.append(st.builds(make_rule, **OUTCOME, **common, non_resource_urls=URLS))
    rules = st.lists(st.one_of(kinds), min_size=1, max_size=most).map(tuple)
    policy = draw(st.builds(Policy, rules, OUTCOME["omit_stages"], st.booleans()))
    assume(size(policy) <= LARGEST)
    return policy


def size(policy: Policy) -> int:
    """Return about how many requests the policy's domain has."""
    rules = policy.rules
    groups = len({group for rule in rules for group in rule.user_groups})
    people = (len({user for rule in rules for user in rule.users}) + 1) * (1 + groups * (groups + 1) // 2)
    resources = len(list(targets(rules))) * len(names(rules)) * len(list(verbs(rules)))
    return people * (resources + len(paths(rules)) * len(URL_VERBS))
