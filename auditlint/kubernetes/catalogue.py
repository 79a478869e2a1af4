"""The resources that kube-apiserver serves, per release: groups, subresources, scope, verbs and names.

The facts are in `schemas/resources.json`, made from the Kubernetes modules by `tools/generate_resources.py`. Custom
resources that a run or its configuration knows of extend them. A group that nobody knows is never said not to exist.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.kubernetes import data

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Key = tuple[str, str, str]
"""Group, resource, subresource."""
Ranges = tuple[tuple[int, int], ...]
"""First and last minor of each range of releases, the oldest first."""


_VERSION = re.compile(r"v\d+(?:(?:alpha|beta)\d+)?")
_FIRST_GROUPS = ("", "apps")
"""The API groups that a server lists before all others that have a resource of the same name."""


class Resource(NamedTuple):
    """One resource or subresource, as some releases serve it; others may serve it with another scope or other verbs."""

    group: str
    resource: str
    """The plural, as it stands in URLs."""
    subresource: str = ""
    namespaced: bool = True
    kind: str = ""
    singular: str = ""
    """Empty where the release does not tell."""
    short_names: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    """Empty where nobody knows (custom resources named in a configuration)."""
    releases: Ranges = ()
    """The releases that have it just so; empty of a custom resource: no release decides."""
    versions: tuple[tuple[str, Ranges], ...] = ()
    """The versions of the group's API that have it, those that clients prefer first, with their releases."""

    @property
    def key(self) -> Key:
        """Group, resource and subresource."""
        return self.group, self.resource, self.subresource

    @property
    def name(self) -> str:
        """How policies write it: `pods`, `pods/exec`."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource

    @property
    def is_custom(self) -> bool:
        """Whether it comes from a CustomResourceDefinition or a configuration, not with Kubernetes."""
        return not self.releases

    def served_in(self, minor: int) -> bool:
        """Tell whether kube-apiserver of a release can serve it."""
        return self.is_custom or within(minor, self.releases)

    def version_in(self, minor: int) -> str:
        """Return the version of the group's API that clients of a release use for it; "" where nobody knows."""
        known = (version for version, releases in self.versions if not releases or within(minor, releases))
        return next(known, "")


class Catalogue:
    """What a cluster of one release serves, as far as it is known."""

    def __init__(self, minor: int, custom: Sequence[Resource] = ()) -> None:
        self.minor = minor
        self._ever: dict[Key, list[Resource]] = {}
        for resource in (*_built_in(), *custom):
            self._ever.setdefault(resource.key, []).append(resource)
        for resource in custom:  # a configuration may name `widgets.example.com/scale` alone
            main = Resource(resource.group, resource.resource)
            self._ever.setdefault(main.key, [main])

    def get(self, group: str, resource: str, subresource: str = "") -> Resource | None:
        """Return a resource that this release serves, None if it does not or nobody knows."""
        known = self._ever.get((group, resource, subresource), ())
        return next((one for one in known if one.served_in(self.minor)), None)

    def ever(self, group: str, resource: str, subresource: str = "") -> Resource | None:
        """Return a resource that some release serves, as this one or the nearest that has it serves it."""
        known = self._ever.get((group, resource, subresource), ())
        return min(known, key=self._distance, default=None)

    def releases(self, group: str, resource: str, subresource: str = "") -> Ranges:
        """Return all releases that serve a resource, however they do; () for a custom one and one nobody knows."""
        known = self._ever.get((group, resource, subresource), ())
        return _together(span for one in known for span in one.releases)

    @cached_property
    def served(self) -> tuple[Resource, ...]:
        """Everything that this release serves, custom resources last."""
        return tuple(one for known in self._ever.values() for one in known if one.served_in(self.minor))

    def ever_in_group(self, group: str) -> tuple[Resource, ...]:
        """Return what any release serves in a group, subresources too."""
        return tuple(one for known in self._ever.values() for one in known if one.group == group)

    @property
    def ever_built_in(self) -> tuple[Resource, ...]:
        """What comes with Kubernetes in any release, subresources too."""
        return _built_in()

    @cached_property
    def groups(self) -> frozenset[str]:
        """The API groups of this release, with those of custom resources."""
        return frozenset(one.group for one in self.served)

    @cached_property
    def built_in_groups(self) -> frozenset[str]:
        """The API groups that come with Kubernetes in any release."""
        return frozenset(one.group for one in _built_in())

    @cached_property
    def _by_group(self) -> dict[str, tuple[Resource, ...]]:
        by_group: dict[str, list[Resource]] = {}
        for one in self.served:
            by_group.setdefault(one.group, []).append(one)
        return {group: tuple(members) for group, members in by_group.items()}

    def in_group(self, group: str) -> tuple[Resource, ...]:
        """Return what this release serves in a group, subresources too."""
        return self._by_group.get(group, ())

    def subresources(self, group: str, resource: str) -> tuple[Resource, ...]:
        """Return the subresources that this release serves below a resource."""
        return tuple(one for one in self.in_group(group) if one.resource == resource and one.subresource)

    @cached_property
    def _by_word(self) -> dict[str, tuple[Resource, ...]]:
        by_word: dict[str, dict[Key, Resource]] = {}
        for known in self._ever.values():
            for one in known:
                if not one.subresource:
                    for word in {one.resource, one.kind.lower(), one.singular, *one.short_names} - {""}:
                        by_word.setdefault(word, {})[one.key] = self.ever(*one.key) or one
        return {word: tuple(found.values()) for word, found in by_word.items()}

    def named(self, word: str) -> tuple[Resource, ...]:
        """Return the resources, of any release, that are called so: plural, singular, kind or short name; any case."""
        return self._by_word.get(word.lower(), ())

    def meant(self, word: str, group: str | None) -> tuple[str, str]:
        """Return API group and resource of a word as kubectl finds them: by plural, singular, kind or short name.

        Of several groups that have it, the one that the server lists first. A word that names nothing stays as it is,
        in the core group where none is given.
        """
        known = [one for one in self.named(word) if group in {one.group, None}]
        served = [one for one in known if one.served_in(self.minor)] or known
        if not served:
            return group or "", word
        best = min(
            served, key=lambda one: _FIRST_GROUPS.index(one.group) if one.group in _FIRST_GROUPS else len(_FIRST_GROUPS)
        )
        return best.group, best.resource

    def _distance(self, resource: Resource) -> int:
        """Return how many releases lie between this one and the nearest that serves the resource."""
        gaps = [max(first - self.minor, self.minor - last, 0) for first, last in resource.releases]
        return min(gaps, default=0)


def split(name: str) -> tuple[str, str | None]:
    """Return word and API group of `deployments.apps` or `deployments.v1.apps`; None where no group is given."""
    word, _, group = name.partition(".")
    version, dot, rest = group.partition(".")
    if _VERSION.fullmatch(version):
        group = rest if dot else ""
    return word, group or None


@cache
def of_release(minor: int, custom: tuple[Resource, ...] = ()) -> Catalogue:
    """Return what comes with Kubernetes 1.`minor`, and custom resources."""
    return Catalogue(minor, custom)


@cache
def _built_in() -> tuple[Resource, ...]:
    return tuple([_resource(row) for row in data.table("resources")["resources"]])


def _resource(row: dict[str, Any]) -> Resource:
    return Resource(
        row["group"],
        row["resource"],
        row["subresource"],
        row["namespaced"],
        row["kind"],
        row["singular"],
        tuple(row["shortNames"]),
        tuple(row["verbs"]),
        tuple(map(span_of, row["releases"])),
        tuple((version, tuple(map(span_of, releases))) for version, releases in row["versions"].items()),
    )


@cache
def span_of(text: str) -> tuple[int, int]:
    """Return the first and last minor of `1.18-1.21`."""
    first, _, last = text.partition("-")
    return int(first[2:]), int(last[2:])


def within(minor: int, ranges: Iterable[tuple[int, int]]) -> bool:
    """Tell whether a release is in one of some ranges."""
    return any(first <= minor <= last for first, last in ranges)


def _together(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return ranges in order, those that follow each other as one."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and found[-1][1] >= first - 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)
