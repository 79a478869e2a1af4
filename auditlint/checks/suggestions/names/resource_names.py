"""Judges the groups and resources that a policy names by what a release of kube-apiserver serves."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from auditlint.checks.suggestions.names import name_advice
from auditlint.kubernetes.cluster import Cluster
from auditlint.kubernetes.policy import GroupResources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditlint.kubernetes.catalogue import Catalogue, Resource
    from auditlint.path import Path

_BEFORE = {
    "extensions": (
        "daemonsets daemonsets/status deployments deployments/rollback deployments/scale deployments/status "
        "networkpolicies podsecuritypolicies replicasets replicasets/scale replicasets/status "
        "replicationcontrollers replicationcontrollers/scale"
    ),
    "apps": "deployments/rollback",
    "admissionregistration.k8s.io": "externaladmissionhookconfigurations initializerconfigurations",
}
"""What releases before the oldest known one served, from the API documents of Kubernetes 1.8 to 1.17."""
_ANY_NAME = frozenset({"custom.metrics.k8s.io", "external.metrics.k8s.io"})
"""Groups in which the names of metrics stand where resources do."""
_KINDS_AS_PLURALS = frozenset({"constraints.gatekeeper.sh"})
"""Groups whose resources are called like their kinds, in lower case (open-policy-agent/frameworks, constraint)."""
_PLURALS_WITHOUT_S = ("data", "media", "criteria", "people", "children")
_GENERAL = frozenset({"*/status", "*/scale"})
"""Wildcards that people write for every group, whether one of its resources has the subresource yet or not."""
_PARTS = 2
_LONGEST_SHORT_NAME = 3
"""A longer short name that ends in s may as well be the plural of a custom resource."""


class Wrong(NamedTuple):
    """A name in one entry that is wrong: the rule that says so, where it stands in the entry, what to say."""

    rule: str
    path: Path
    words: name_advice.Words
    mild: bool = False
    """It may well stand there for the resources of releases to come."""
    gone: tuple[str, ...] = ()
    """What other releases serve: a group, or a group and a name; one finding of a policy tells of all its places."""

    @property
    def meant(self) -> tuple[str, str] | None:
        """The name that is meant, behind its group."""
        return self.words.meant

    @property
    def group(self) -> str | None:
        """The group that is certainly meant, where that is what is wrong."""
        entries = self.words.entries
        return entries[0].group if len(entries) == 1 else None


_Verdict = tuple[str, name_advice.Words]
"""The rule that finds fault with a name, and what it says."""


class Names:
    """What one cluster makes of the names in policies; each entry is judged once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._built_in = frozenset(one.group for one in catalogue.served if not one.is_custom)
        self._judged: dict[tuple[str, tuple[str, ...]], tuple[Wrong, ...]] = {}
        self._verdicts: dict[tuple[str, str], _Verdict | None] = {}

    def judge(self, entry: GroupResources) -> tuple[Wrong, ...]:
        """Return what is wrong with the group of an entry or, if nothing is, with its resources."""
        key = entry[:2]
        found = self._judged.get(key)
        if found is None:
            found = self._judged[key] = tuple(self._wrong(*key))
        return found

    def spelled(self, group: str, name: str) -> tuple[str, bool]:
        """Return a name as resources of its group are called, and whether that is more than likely."""
        for wrong in self.judge(GroupResources(group, (name,))):
            meant = wrong.meant
            if meant and meant[0] == group:
                sure = wrong.rule == "unknown-resource" or self._catalogue.ever(group, meant[1].partition("/")[0])
                return meant[1], bool(sure)
        return name, True

    def is_known(self, group: str, name: str) -> bool:
        """Tell whether some release serves a name in a group, or a definition in this run has it."""
        resource, _, subresource = name.partition("/")
        return self._catalogue.ever(group, resource, "" if subresource == "*" else subresource) is not None

    def scopes(self, entries: Iterable[GroupResources]) -> list[Resource] | None:
        """Return all resources that entries take, None where nobody knows all of them."""
        found: list[Resource] = []
        for entry in entries:
            for name in entry.resources or ("*",):
                members = self._taken(entry.group, name)
                if not members:
                    return None
                found += members
        return found

    def verbs(self, entries: Iterable[GroupResources]) -> frozenset[str] | None:
        """Return the verbs that the server serves for what entries match, None where nobody knows them all."""
        taken = self.scopes(entries)
        if taken is None or not all(one.verbs and one.served_in(self._catalogue.minor) for one in taken):
            return None
        return frozenset(verb for one in taken for verb in one.verbs)

    def _wrong(self, group: str, resources: tuple[str, ...]) -> Iterator[Wrong]:
        known = self._catalogue
        if group not in known.groups and group != "*":
            if group in known.built_in_groups:
                words = name_advice.removed_group(known, group, resources)
                yield Wrong("removed-resource", ("group",), words, gone=(group,))
                return
            from auditlint.checks.suggestions.names import group_names  # most policies have no such group

            if group in group_names.OF_FILES:
                yield Wrong("unknown-group", ("group",), name_advice.group_of_files(group))
                return
            likely = group_names.meant(group, resources, known)
            if likely is not None:
                yield Wrong("unknown-group", ("group",), name_advice.unknown_group(known, group, likely, resources))
                return
        for position, name in enumerate(resources):
            verdict = self._verdict(group, name)
            if verdict:
                rule, words = verdict
                gone = (group, name) if rule == "removed-resource" else ()
                yield Wrong(rule, ("resources", position), words, name in _GENERAL, gone)

    def _verdict(self, group: str, name: str) -> _Verdict | None:
        """Return what is wrong with a resource of a group, None if nothing is."""
        key = group, name
        if key not in self._verdicts:
            parts = _parts(name)
            self._verdicts[key] = self._of_parts(group, *parts) if parts else None
        return self._verdicts[key]

    def _of_parts(self, group: str, resource: str, subresource: str) -> _Verdict | None:
        if group == "*":
            return self._in_any_group(resource, subresource)
        if group not in self._built_in:
            return self._in_custom_group(group, resource, subresource)
        if resource == "*":
            return self._below_any(group, subresource)
        return self._in_built_in_group(group, resource, subresource)

    def _in_built_in_group(self, group: str, resource: str, subresource: str) -> _Verdict | None:
        known = self._catalogue
        here = known.get(group, resource)
        if here is None:
            if known.ever(group, resource) or _was_before(group, resource, ""):
                return "removed-resource", name_advice.removed(known, group, resource, "")
            return "unknown-resource", name_advice.unknown_resource(known, group, resource, subresource)
        if here.is_custom:
            return self._below_custom(here, subresource)
        if subresource in {"", "*"} or known.get(group, resource, subresource):
            return None
        if known.ever(group, resource, subresource) or _was_before(group, resource, subresource):
            return "removed-resource", name_advice.removed(known, group, resource, subresource)
        return "unknown-subresource", name_advice.unknown_subresource(known, group, resource, subresource)

    def _below_any(self, group: str, subresource: str) -> _Verdict | None:
        """Judge `*/scale`: some resource of the group must have it."""
        known = self._catalogue
        members = known.in_group(group)
        if not subresource or any(one.subresource == subresource or one.is_custom for one in members):
            return None
        if any(one.subresource == subresource for one in known.ever_in_group(group)):
            return "removed-resource", name_advice.removed(known, group, "*", subresource)
        return "unknown-subresource", name_advice.unknown_subresource(known, group, "*", subresource)

    def _in_any_group(self, resource: str, subresource: str) -> _Verdict | None:
        """Judge a name in group `*`, which may be that of any custom resource: kinds and short names are not."""
        named = [one for one in self._catalogue.named(resource) if one.served_in(self._catalogue.minor)]
        if not named or any(one.resource == resource for one in self._catalogue.named(resource)):
            return None
        if len(resource) > _LONGEST_SHORT_NAME and resource.endswith("s") and resource.islower():
            return None
        return "unknown-resource", name_advice.unknown_resource(self._catalogue, "*", resource, subresource)

    def _in_custom_group(self, group: str, resource: str, subresource: str) -> _Verdict | None:
        """Judge a name in a group of which some resources may be known: others may be there too."""
        known = self._catalogue
        here = known.get(group, resource)
        if here:
            return self._below_custom(here, subresource)
        if resource == "*" or group in _ANY_NAME:
            return None
        is_plural = resource.endswith(("s", *_PLURALS_WITHOUT_S))
        is_plural = is_plural or (group in _KINDS_AS_PLURALS and resource.islower())
        if not is_plural and name_advice.is_singular(known, group, resource):
            return "singular-resource", name_advice.singular(known, group, resource, subresource)
        misspelt = name_advice.misspelt_custom(known, group, resource, subresource)
        if misspelt:
            return "unknown-resource", misspelt
        return None if is_plural else ("singular-resource", name_advice.singular(known, group, resource, subresource))

    def _below_custom(self, here: Resource, subresource: str) -> _Verdict | None:
        """Judge a subresource of a custom resource: a definition tells them all, a configuration need not."""
        if subresource in {"", "*"} or self._catalogue.get(here.group, here.resource, subresource):
            return None
        wrong = name_advice.below_custom(self._catalogue, here, subresource)
        return ("unknown-subresource", wrong) if wrong else None

    def _taken(self, group: str, name: str) -> Sequence[Resource]:
        """Return the resources that a name takes, nothing where nobody knows them all."""
        known = self._catalogue
        parts = _parts(name)
        if parts is None or group == "*":
            return ()
        resource, subresource = parts
        if resource == "*":
            members = known.in_group(group) if group in self._built_in else ()
            if any(one.is_custom for one in members):
                return ()
            return [one for one in members if subresource in {"", one.subresource}]
        if subresource == "*":
            here = known.get(group, resource)
            return [here, *known.subresources(group, resource)] if here else ()
        one = known.ever(group, resource, subresource)
        return [one] if one else ()


@lru_cache(maxsize=4)
def of_cluster(minor: int, custom: tuple[Resource, ...]) -> Names:
    """Return what a cluster of a release with these custom resources makes of names."""
    return Names(Cluster(custom=custom).catalogue(minor))


def _parts(name: str) -> tuple[str, str] | None:
    """Return resource and subresource, "*" or "" among them; None for what other rules find fault with."""
    parts = name.split("/")
    if "" in parts or len(parts) > _PARTS or parts == ["*", "*"]:
        return None
    if any("*" in part and part != "*" for part in parts):
        return None
    return parts[0], parts[1] if len(parts) == _PARTS else ""


def _was_before(group: str, resource: str, subresource: str) -> bool:
    """Tell whether a release older than all known ones served it."""
    return f"{resource}/{subresource}".rstrip("/") in _BEFORE.get(group, "").split()
