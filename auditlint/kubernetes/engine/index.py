"""For each value a request can have, the set of rules that admit it: one big integer, with bit i for rule i.

The rules that match a request are then the intersection of a handful of such integers, however many rules there are.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from auditlint.kubernetes.match import resource_spellings
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditlint.kubernetes.engine.region import Region, Target
    from auditlint.kubernetes.policy import GroupResources, PolicyRule
    from auditlint.kubernetes.requests import Request

_TargetKey = tuple[str, "str | None", "str | None"]


class Field:
    """One list of plain values in every rule (users, verbs …): which rules admit a value."""

    __slots__ = ("listed", "unlimited")

    def __init__(self, lists: Iterable[tuple[str, ...]]) -> None:
        self.unlimited = 0
        """The rules that leave the list empty and so admit everything."""
        self.listed: dict[str, int] = {}
        for number, values in enumerate(lists):
            bit = 1 << number
            if not values:
                self.unlimited |= bit
            for value in values:
                self.listed[value] = self.listed.get(value, 0) | bit

    def admitting(self, value: str) -> int:
        """Return the rules that admit a value."""
        return self.unlimited | self.listed.get(value, 0)

    def admitting_any(self, values: Iterable[str]) -> int:
        """Return the rules that admit one of the values."""
        found = self.unlimited
        for value in values:
            found |= self.listed.get(value, 0)
        return found


class Index:
    """The rules of one policy by the values that they admit."""

    def __init__(self, rules: tuple[PolicyRule, ...]) -> None:
        self._rules = rules
        self.everything = (1 << len(rules)) - 1
        self.users = Field(rule.users for rule in rules)
        self.groups = Field(rule.user_groups for rule in rules)
        self.verbs = Field(rule.verbs for rule in rules)
        self.namespaces = Field(rule.namespaces for rule in rules)
        self.unlimited_targets = self.unlimited_paths = 0
        """The rules that take resource requests whatever the resource, and paths whatever the path."""
        self._only_paths = 0
        self.target_groups: set[str] = set()
        self.resource_words: set[str] = set()
        """Everything between slashes under `resources`."""
        self.names: set[str] = set()
        self.prefixes: dict[str, int] = {}
        """The rules by each prefix (without its `*`) under `nonResourceURLs`."""
        self.urls: dict[str, int] = {}
        """The rules by each path under `nonResourceURLs` that stands there as it is."""
        self._entries: dict[_TargetKey, int] = {}
        self._target_cache: dict[tuple[str, str, str, str], int] = {}
        for number, rule in enumerate(rules):
            self._add(rule, 1 << number)
        self._prefix_lengths = sorted({len(prefix) for prefix in self.prefixes})

    def _add(self, rule: PolicyRule, bit: int) -> None:
        if rule.namespaces or rule.resources:
            for entry in rule.resources:
                self._add_entry(entry, bit)
            self.unlimited_targets |= 0 if rule.resources else bit
        elif rule.non_resource_urls:
            self._only_paths |= bit
            for url in rule.non_resource_urls:
                book, url_or_prefix = (self.prefixes, url.rstrip("*")) if url.endswith("*") else (self.urls, url)
                book[url_or_prefix] = book.get(url_or_prefix, 0) | bit
        else:
            self.unlimited_targets |= bit
            self.unlimited_paths |= bit

    def _add_entry(self, entry: GroupResources, bit: int) -> None:
        self.target_groups.add(entry.group)
        names = entry.resource_names if entry.resources else ()
        self.names.update(names)
        for resource in entry.resources or (None,):
            if resource is not None:
                self.resource_words.update(resource.split("/"))
            for name in names or (None,):
                key = (entry.group, resource, name)
                self._entries[key] = self._entries.get(key, 0) | bit

    def user_admitting(self, user: str | None) -> int:
        """Return the rules that admit a user; without one only those that list no users."""
        return self.users.unlimited if user is None else self.users.admitting(user)

    def target_admitting(self, api_group: str, resource: str, subresource: str, name: str) -> int:
        """Return the rules that admit what a resource request is for, apart from its namespace."""
        key = (api_group, resource, subresource, name)
        if key not in self._target_cache:
            self._target_cache[key] = self._look_up_target(*key)
        return self._target_cache[key]

    def _look_up_target(self, api_group: str, resource: str, subresource: str, name: str) -> int:
        entries = self._entries
        found = self.unlimited_targets
        for group in self.target_groups.intersection((api_group, "*")):
            found |= entries.get((group, None, None), 0)
            for spelling in resource_spellings(resource, subresource):
                found |= entries.get((group, spelling, None), 0) | entries.get((group, spelling, name), 0)
        return found

    def path_admitting(self, path: str) -> int:
        """Return the rules that admit the path of a non-resource request."""
        found = self.unlimited_paths | self.urls.get(path, 0)
        for length in self._prefix_lengths:
            found |= self.prefixes.get(path[:length], 0)
            if length >= len(path):
                break
        return found

    def matching(self, request: Request) -> int:
        """Return all rules that match a request; the lowest bit is the one that takes it."""
        if request.path is None:
            found = self.target_admitting(request.api_group, request.resource, request.subresource, request.name)
            found &= self.namespaces.admitting(request.namespace)
        else:
            found = self.path_admitting(request.path)
        if request.user is None:
            return found & self.verbs.admitting(request.verb) & self.users.unlimited & self.groups.unlimited
        identity = self.users.admitting(request.user) & self.groups.admitting_any(request.groups)
        return found & self.verbs.admitting(request.verb) & identity

    def overlapping(self, region: Region) -> int:
        """Return the rules that may share a request with a region; of others it is certain that they share none."""
        found = self._possible_identity(region)
        for field, values in ((self.verbs, region.verbs), (self.namespaces, region.namespaces)):
            if values is not None:
                found &= field.admitting_any(values)
        targets = self.everything if region.targets is None else self._possible_targets(region.targets)
        paths = self.unlimited_paths | self._only_paths if region.urls is None else self._possible_paths(region.urls)
        return found & (targets & ~self._only_paths | paths)

    def _possible_paths(self, urls: Iterable[str]) -> int:
        """Return the rules that admit a path of one of the entries of nonResourceURLs."""
        found = 0
        for url in urls:
            path = url.rstrip("*")
            found |= self.path_admitting(path)
            if url.endswith("*"):
                for names, rules in ((self._sorted_urls, self.urls), (self._sorted_prefixes, self.prefixes)):
                    at = bisect_left(names, path)
                    while at < len(names) and names[at].startswith(path):
                        found |= rules[names[at]]
                        at += 1
        return found

    @cached_property
    def _sorted_urls(self) -> list[str]:
        return sorted(self.urls)

    @cached_property
    def _sorted_prefixes(self) -> list[str]:
        return sorted(self.prefixes)

    def _possible_identity(self, region: Region) -> int:
        if region.nobody:
            return self.users.unlimited & self.groups.unlimited
        found = self.everything if region.users is None else self.users.admitting_any(region.users)
        return found if region.exact_groups is None else found & self.groups.admitting_any(region.exact_groups)

    def _possible_targets(self, targets: Iterable[Target]) -> int:
        found = 0
        for group, resource, names in {(target.group, target.resource, target.names) for target in targets}:
            rules = self.everything if group is None else self._by_group.admitting(group)
            if resource is not None:
                rules &= self._by_resource.admitting(resource)
            if names is not None:
                rules &= self._by_name.admitting_any(names)
            found |= rules
        return found

    @cached_property
    def _by_group(self) -> Field:
        """Rules by the API groups that their `resources` name."""
        lists = (tuple({entry.group for entry in rule.resources}) for rule in self._rules)
        return Field(() if "*" in groups else groups for groups in lists)

    @cached_property
    def _by_resource(self) -> Field:
        """Rules by the resources that they name, whatever the subresource."""
        return Field(map(_resources_named, self._rules))

    @cached_property
    def _by_name(self) -> Field:
        """Rules by the objects that they name."""
        return Field(map(_objects_named, self._rules))

    def names_path(self, path: str) -> bool:
        """Return whether some rule's nonResourceURLs speak of exactly this path, as itself or as a prefix."""
        return path in self.urls or path in self.prefixes


def _resources_named(rule: PolicyRule) -> tuple[str, ...]:
    """Return what stands before the slash in a rule's resources, () where that may be anything."""
    if not all(entry.resources for entry in rule.resources):
        return ()
    named = {resource.partition("/")[0] for entry in rule.resources for resource in entry.resources}
    return () if "*" in named else tuple(named)


def _objects_named(rule: PolicyRule) -> tuple[str, ...]:
    """Return the resourceNames of a rule, () where some of its entries have none."""
    if not all(entry.resources and entry.resource_names for entry in rule.resources):
        return ()
    return tuple({name for entry in rule.resources for name in entry.resource_names})


def lowest(rules: int) -> int:
    """Return the smallest number in a non-empty set of rules."""
    return (rules & -rules).bit_length() - 1


def members(rules: int) -> tuple[int, ...]:
    """Return the numbers in a set of rules, ascending."""
    found = []
    while rules:
        found.append(lowest(rules))
        rules &= rules - 1
    return tuple(found)


def rule_set(numbers: Iterable[int]) -> int:
    """Return a set of rules as an integer: bit i for rule i."""
    found = 0
    for number in numbers:
        found |= 1 << number
    return found
