"""Requests and policies as formulas for an SMT solver, written from the server's sources and from nothing of ours.

Sources: pkg/audit/policy/checker.go and pkg/endpoints/request/requestinfo.go of k8s.io/apiserver. Words of which only
equality counts are integers, one for each word that is written down and all others for the words that are not; a path
is a string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import z3

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditlint.kubernetes.diff import Requests
    from auditlint.kubernetes.engine.region import Region, Target
    from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule

    Formula = Any

_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "proxy", "")
_METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")


def _words(*words: str) -> Formula:
    return z3.Union(*(z3.Re(word) for word in words)) if len(words) > 1 else z3.Re(words[0])


_TRUE, _FALSE = z3.And(), z3.Or()
_ANY = z3.AllChar(z3.ReSort(z3.StringSort()))
_SLASH = z3.Re("/")
_NO_SLASH = z3.Intersect(_ANY, z3.Complement(_SLASH))
_PART = z3.Star(_NO_SLASH)
_REST = z3.Concat(z3.Star(_ANY), _NO_SLASH, z3.Star(_SLASH))
_OF_RESOURCE = z3.Union(
    z3.Concat(z3.Plus(_SLASH), _words("api"), _SLASH, _PART, _SLASH, _REST),
    z3.Concat(z3.Plus(_SLASH), _words("apis"), _SLASH, _PART, _SLASH, _PART, _SLASH, _REST),
)
"""Paths that are read as those of a resource: without slashes around it, /api and two parts, /apis and three."""


class Unknown:
    """One request that is not known yet: what is asked of it are formulas."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {"": 0}
        self._asks_for_paths = False
        self.user, self.has_user = z3.Int("user"), z3.Bool("has_user")
        self.verb = z3.Int("verb")
        self.is_resource, self.path = z3.Bool("is_resource"), z3.String("path")
        self.api_group, self.resource, self.subresource, self.namespace, self.name = map(
            z3.Int, ("api_group", "resource", "subresource", "namespace", "name")
        )

    def word(self, text: str) -> int:
        """Return the number of a word."""
        return self._numbers.setdefault(text, len(self._numbers))

    def is_one_of(self, value: Formula, words: Iterable[str]) -> Formula:
        return z3.Or(*(value == self.word(word) for word in words))

    def in_group(self, group: str) -> Formula:
        return z3.Bool(f"in group {self.word(group)}")

    def can_happen(self) -> Formula:
        """Say what every request keeps to; to be asked when all words are known."""
        parts = (self.api_group, self.resource, self.subresource, self.namespace, self.name)
        slashed = [number for word, number in self._numbers.items() if "/" in word]
        named = self.is_one_of(self.verb, ("get", "delete"))
        empty = self.word("")
        resource = z3.And(
            self.is_one_of(self.verb, _VERBS),
            self.resource != empty,
            *(part != number for part in parts for number in slashed),
            z3.Implies(named, self.name != empty),
            z3.Implies(self.verb == self.word("deletecollection"), self.name == empty),
            z3.Implies(self.verb == self.word("proxy"), self.subresource == empty),
            z3.Implies(self.is_one_of(self.resource, ("status", "finalize")), self.namespace == empty),
        )
        path = [self.is_one_of(self.verb, _METHODS)]
        if self._asks_for_paths:  # else any path will do, and strings are what costs time
            path += [z3.PrefixOf(z3.StringVal("/"), self.path), z3.Not(z3.InRe(self.path, _OF_RESOURCE))]
        nobody = z3.And(*(z3.Not(self.in_group(word)) for word in list(self._numbers)))
        return z3.And(z3.If(self.is_resource, resource, z3.And(*path)), z3.Or(self.has_user, nobody))

    def matches(self, rule: PolicyRule) -> Formula:
        """Say that a rule matches the request (ruleMatches of checker.go)."""
        said = [self._identified(rule)]
        if rule.verbs:
            said.append(self.is_one_of(self.verb, rule.verbs))
        if rule.namespaces or rule.resources:
            said.append(self.is_resource)
            if rule.namespaces:
                said.append(self.is_one_of(self.namespace, rule.namespaces))
            if rule.resources:
                said.append(z3.Or(*map(self._takes, rule.resources)))
        elif rule.non_resource_urls:
            said += [z3.Not(self.is_resource), z3.Or(*map(self._has_path, rule.non_resource_urls))]
        return z3.And(*said)

    def _identified(self, rule: PolicyRule) -> Formula:
        said = [_TRUE]
        if rule.users:
            said += [self.has_user, self.is_one_of(self.user, rule.users)]
        if rule.user_groups:
            said += [self.has_user, z3.Or(*map(self.in_group, rule.user_groups))]
        return z3.And(*said)

    def _takes(self, entry: GroupResources) -> Formula:
        """Say that an entry of `resources` takes the resource (ruleMatchesResource)."""
        said = [_TRUE]
        if entry.group != "*":
            said.append(self.api_group == self.word(entry.group))
        if entry.resources:
            said.append(z3.Or(*map(self._is_spelled, entry.resources)))
            if entry.resource_names:
                said.append(self.is_one_of(self.name, entry.resource_names))
        return z3.And(*said)

    def _is_spelled(self, text: str) -> Formula:
        """Say that the resource, with its subresource behind a slash, is listed as this text."""
        empty = self.word("")
        if text == "*":
            return _TRUE
        head, slash, tail = text.partition("/")
        resource, subresource = self.resource == self.word(head), self.subresource == self.word(tail)
        if not slash:
            return z3.And(resource, self.subresource == empty)
        exact = z3.And(resource, subresource, self.subresource != empty)
        of_any = z3.And(subresource, self.subresource != empty) if head == "*" else _FALSE
        with_any = resource if tail == "*" else _FALSE
        return z3.Or(exact, of_any, with_any)

    def _has_path(self, url: str) -> Formula:
        """Say that an entry of nonResourceURLs takes the path (pathMatches)."""
        if url == "*":
            return _TRUE
        self._asks_for_paths = True
        exact = self.path == z3.StringVal(url)
        return z3.Or(exact, z3.PrefixOf(z3.StringVal(url.rstrip("*")), self.path)) if url.endswith("*") else exact

    def is_in(self, region: Region) -> Formula:
        """Say that the request is in a region of the engine; those of the tests ask for no exact groups."""
        assert region.exact_groups is None
        said = [z3.Not(self.has_user) if region.nobody else _TRUE]
        if region.users is not None:
            said += [self.has_user, self.is_one_of(self.user, region.users)]
        for groups in region.groups:
            said += [self.has_user, z3.Or(*map(self.in_group, groups))]
        for value, words in ((self.verb, region.verbs), (self.namespace, region.namespaces)):
            if words is not None:
                said.append(self.is_one_of(value, words))
        if region.namespaces is not None:
            said.append(self.is_resource)
        if region.targets is not None:
            said.append(z3.Or(z3.Not(self.is_resource), *map(self._hits, region.targets)))
        if region.urls is not None:
            said.append(z3.Or(self.is_resource, *map(self._has_path, region.urls)))
        return z3.And(*said)

    def _hits(self, target: Target) -> Formula:
        said = [_TRUE]
        for value, word in (
            (self.api_group, target.group),
            (self.resource, target.resource),
            (self.subresource, target.subresource),
        ):
            if word is not None:
                said.append(value == self.word(word))
        if target.names is not None:
            said.append(self.is_one_of(self.name, target.names))
        return z3.And(*said)

    def is_among(self, requests: Requests) -> Formula:
        """Say that the request is in a set that `diff` tells of."""
        return z3.And(self.is_in(requests.within), *(z3.Not(self.matches(rule)) for rule in requests.excepted))

    def first(self, policy: Policy) -> list[tuple[Formula, int | None]]:
        """Return for each rule, and for none at all, the formula that it is the one that takes the request."""
        found: list[tuple[Formula, int | None]] = []
        before: list[Formula] = []
        for number, rule in enumerate(policy.rules):
            here = self.matches(rule)
            found.append((z3.And(here, *map(z3.Not, before)), number))
            before.append(here)
        return [*found, (z3.And(*map(z3.Not, before)), None)]


def possible(asked: Unknown, formulas: Sequence[Formula]) -> bool:
    """Tell whether some request fulfils all formulas; fails where the solver does not know."""
    solver = z3.Solver()
    solver.set("timeout", 60_000)
    solver.add(asked.can_happen(), *formulas)
    answer = solver.check()
    assert answer != z3.unknown, solver.reason_unknown()
    return bool(answer == z3.sat)
