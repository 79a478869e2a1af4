"""Judges the groups and resources that a policy names by what a release of kube-apiserver serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.checks import name_advice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditlint.finding import Path
    from auditlint.kubernetes.catalogue import Catalogue, Resource
    from auditlint.kubernetes.policy import GroupResources

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
    message: str
    mild: bool = False
    """It may well stand there for the resources of releases to come."""


class Names:
    """What one cluster makes of the names in policies; each entry is judged once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._built_in = frozenset(one.group for one in catalogue.served if not one.is_custom)
        self._judged: dict[tuple[str, tuple[str, ...]], tuple[Wrong, ...]] = {}
        self._verdicts: dict[tuple[str, str], tuple[str, str] | None] = {}

    def judge(self, entry: GroupResources) -> tuple[Wrong, ...]:
        """Return what is wrong with the group of an entry or, if nothing is, with its resources."""
        key = entry[:2]
        found = self._judged.get(key)
        if found is None:
            found = self._judged[key] = tuple(self._wrong(*key))
        return found

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
        """Return the verbs that the server answers for what entries take, None where nobody knows them all."""
        taken = self.scopes(entries)
        if taken is None or not all(one.verbs and one.served_in(self._catalogue.minor) for one in taken):
            return None
        return frozenset(verb for one in taken for verb in one.verbs)

    def _wrong(self, group: str, resources: tuple[str, ...]) -> Iterator[Wrong]:
        known = self._catalogue
        if group not in known.groups and group != "*":
            if group in known.built_in_groups:
                yield Wrong("removed-resource", ("group",), name_advice.removed_group(known, group, resources))
                return
            from auditlint.checks import group_names  # most policies have no such group

            meant = group_names.meant(group, resources, known)
            if meant is not None:
                yield Wrong("unknown-group", ("group",), name_advice.unknown_group(known, group, meant, resources))
                return
        for position, name in enumerate(resources):
            verdict = self._verdict(group, name)
            if verdict:
                yield Wrong(verdict[0], ("resources", position), verdict[1], mild=name in _GENERAL)

    def _verdict(self, group: str, name: str) -> tuple[str, str] | None:
        """Return the rule and the message for a resource of a group, None if nothing is wrong with it."""
        key = group, name
        if key not in self._verdicts:
            parts = _parts(name)
            self._verdicts[key] = self._of_parts(group, *parts) if parts else None
        return self._verdicts[key]

    def _of_parts(self, group: str, resource: str, subresource: str) -> tuple[str, str] | None:
        if group == "*":
            return self._in_any_group(resource, subresource)
        if group not in self._built_in:
            return self._in_custom_group(group, resource)
        if resource == "*":
            return self._below_any(group, subresource)
        return self._in_built_in_group(group, resource, subresource)

    def _in_built_in_group(self, group: str, resource: str, subresource: str) -> tuple[str, str] | None:
        known = self._catalogue
        here = known.get(group, resource)
        if here is None:
            if known.ever(group, resource) or _was_before(group, resource, ""):
                return "removed-resource", name_advice.removed(known, group, resource, "")
            return "unknown-resource", name_advice.unknown_resource(known, group, resource, subresource)
        if here.is_custom or subresource in {"", "*"} or known.get(group, resource, subresource):
            return None
        if known.ever(group, resource, subresource) or _was_before(group, resource, subresource):
            return "removed-resource", name_advice.removed(known, group, resource, subresource)
        return "unknown-subresource", name_advice.unknown_subresource(known, group, resource, subresource)

    def _below_any(self, group: str, subresource: str) -> tuple[str, str] | None:
        """Judge `*/scale`: some resource of the group must have it."""
        known = self._catalogue
        members = known.in_group(group)
        if not subresource or any(one.subresource == subresource or one.is_custom for one in members):
            return None
        if any(one.subresource == subresource for one in known.ever_in_group(group)):
            return "removed-resource", name_advice.removed(known, group, "*", subresource)
        return "unknown-subresource", name_advice.unknown_subresource(known, group, "*", subresource)

    def _in_any_group(self, resource: str, subresource: str) -> tuple[str, str] | None:
        """Judge a name in group `*`, which may be that of any custom resource: kinds and short names are not."""
        named = [one for one in self._catalogue.named(resource) if one.served_in(self._catalogue.minor)]
        if not named or any(one.resource == resource for one in self._catalogue.named(resource)):
            return None
        if len(resource) > _LONGEST_SHORT_NAME and resource.endswith("s") and resource.islower():
            return None
        return "unknown-resource", name_advice.unknown_resource(self._catalogue, "*", resource, subresource)

    def _in_custom_group(self, group: str, resource: str) -> tuple[str, str] | None:
        if resource.endswith(("s", *_PLURALS_WITHOUT_S)) or resource == "*" or group in _ANY_NAME:
            return None
        if self._catalogue.ever(group, resource):
            return None
        return "singular-resource", name_advice.singular(self._catalogue, group, resource)

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
