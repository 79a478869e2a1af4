"""CustomResourceDefinitions among the files of a run: they tell which resources a cluster has besides the built-in.

Nothing is said of them. They are big (a schema per version) and there may be hundreds, so a file is only remembered
when it is met, and read when a policy names something that does not come with Kubernetes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.carriers.first_look import as_text
from auditlint.kubernetes import catalogue
from auditlint.kubernetes.catalogue import Resource
from auditlint.kubernetes.releases import NEWEST
from auditlint.subjects.model import PolicySubject
from auditlint.text import reader, source
from auditlint.text.plain import plain
from auditlint.text.values import get, items, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditlint.kubernetes.cluster import Cluster
    from auditlint.subjects.model import Subject
    from auditlint.text.plain import Plain

KIND = "CustomResourceDefinition"
_GROUP = "apiextensions.k8s.io/"
_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
_SUBRESOURCE_VERBS = ("get", "patch", "update")
_DOCUMENT = r"(?m)^---(?=\s|\Z)"
_LONGEST_VERSION = 63
"""Characters: the name of a version is a DNS label."""
_VERSION = r"v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?"


class Definitions(NamedTuple):
    """A file that defines custom resources."""

    path: str
    data: bytes | None = None
    """Its content, if it cannot be read again (standard input)."""


def extended(cluster: Cluster, subjects: Iterable[Subject], files: Iterable[Definitions]) -> Cluster:
    """Return the cluster with the custom resources that policies among the subjects may mean."""
    words = frozenset(_unknown(subjects))
    found = {one.key: one for file in files for one in _in_file(file, words)} if words else {}
    named = tuple(one for one in cluster.custom if one.key not in found)
    return cluster._replace(custom=(*found.values(), *named)) if found else cluster


def _unknown(subjects: Iterable[Subject]) -> Iterator[str]:
    """Yield the groups and resources, in lower case, that policies name and no release of Kubernetes has."""
    known = catalogue.of_release(NEWEST)
    policies = (subject.loaded.policy for subject in subjects if isinstance(subject, PolicySubject))
    entries = (entry for policy in policies if policy for rule in policy.rules for entry in rule.resources)
    for entry in entries:
        if entry.group not in known.built_in_groups:
            if entry.group != "*":
                yield entry.group.lower()
            continue
        names = {spelling.partition("/")[0] for spelling in entry.resources} - {"", "*"}
        yield from (name.lower() for name in names if not known.named(name))


def _in_file(file: Definitions, words: frozenset[str]) -> Iterator[Resource]:
    """Yield what those documents of a file define that hold one of the words; nothing of what cannot be read."""
    try:
        content = as_text(source.read_file(file.path) if file.data is None else file.data)
    except source.UnreadableError:
        return
    for document in re.split(_DOCUMENT, content):
        lower = document.lower()
        if KIND in document and any(word in lower for word in words):
            for parsed in reader.read(document.encode("utf-8", "replace")).documents:
                yield from defined(plain(parsed.root))


def defined(value: Plain) -> Iterator[Resource]:
    """Yield the resources and subresources that a CustomResourceDefinition, or a list of some, defines."""
    kind = text(value, "kind")
    if kind in {"List", f"{KIND}List"}:
        for item in items(get(value, "items")):
            yield from _of_spec(get(item, "spec")) if kind != "List" else defined(item)
    elif kind == KIND and text(value, "apiVersion").startswith(_GROUP):
        yield from _of_spec(get(value, "spec"))


def _of_spec(spec: Plain) -> Iterator[Resource]:
    """Yield what the spec of a definition, as v1 or v1beta1 has it, defines.

    Source: `pkg/apis/apiextensions/v1beta1/defaults.go` and `pkg/apiserver/customresource_discovery_controller.go` of
    k8s.io/apiextensions-apiserver.
    """
    group, plural, kind = text(spec, "group"), text(spec, "names", "plural"), text(spec, "names", "kind")
    if not group or not plural:
        return
    versions = _served(spec)
    main = Resource(
        group,
        plural,
        namespaced=text(spec, "scope") != "Cluster",
        kind=kind,
        singular=text(spec, "names", "singular") or kind.lower(),
        short_names=tuple(name for name in items(get(spec, "names", "shortNames")) if isinstance(name, str)),
        verbs=_VERBS,
        versions=tuple((version, ()) for version in versions),
    )
    yield main
    for name, of_kind in (("status", kind), ("scale", "Scale")):
        having = tuple((version, ()) for version, below in versions.items() if get(below, name) is not None)
        if having:
            yield main._replace(
                subresource=name,
                kind=of_kind,
                singular="",
                short_names=(),
                verbs=_SUBRESOURCE_VERBS,
                versions=having,
            )


def _served(spec: Plain) -> dict[str, Plain]:
    """Return the subresources of each version that is served, the version that clients prefer first."""
    of_all = get(spec, "subresources")
    found = {
        text(version, "name"): get(version, "subresources") or of_all
        for version in items(get(spec, "versions"))
        if get(version, "served") is not False
    }
    found = found or {text(spec, "version"): of_all}
    return {version: found[version] for version in sorted(found, key=_preference) if version}


def _preference(version: str) -> tuple[int, int, int, str]:
    """Return what sorts versions as Kubernetes does: v2, v1, v1beta2, v1alpha1, then any other in the alphabet's order.

    Source: `pkg/version/helpers.go` of k8s.io/apimachinery.
    """
    match = re.fullmatch(_VERSION, version, re.ASCII)
    if match is None or len(version) > _LONGEST_VERSION:
        return 3, 0, 0, version
    return ["", "beta", "alpha"].index(match[2] or ""), -int(match[1]), -int(match[3] or 0), version
