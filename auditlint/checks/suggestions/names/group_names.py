"""Which built-in API group somebody meant by a group that no known release has.

The group of a CustomResourceDefinition holds a dot (k8s.io/apiextensions-apiserver, validation.go), so a word such as
`core` is none. A group of an aggregated server need not (k8s.io/kube-aggregator, validation.go): a word without a dot
that resembles nothing is left alone too. Of groups with a dot only what can hardly be anything else is recognised: a
slip of the pen in a built-in one, for names below k8s.io are given out by the community, and those in use are far
enough from the built-in ones.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint import spelling

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditlint.kubernetes.catalogue import Catalogue

OF_FILES = frozenset(
    {
        "apiserver.config.k8s.io",
        "audit.k8s.io",
        "controllermanager.config.k8s.io",
        "cloudcontrollermanager.config.k8s.io",
        "credentialprovider.kubelet.k8s.io",
        "kubeadm.k8s.io",
        "kubelet.config.k8s.io",
        "kubeproxy.config.k8s.io",
        "kubescheduler.config.k8s.io",
        "pod-security.admission.config.k8s.io",
    }
)
"""Groups of configuration files, from the reference of the Kubernetes documentation ("Configuration APIs")."""
_VERSION = re.compile(r"v\d+((alpha|beta)\d+)?")
_CORE = frozenset({"core", "api", "apis", "legacy", "kubernetes", "k8s"})
_DOMAIN = "k8s.io"
_LABELS_OF_DOMAIN = 2
_ENDINGS = frozenset({"io", "oi", "i", "o"})
"""Last labels that are, or are meant to be, `io`; any other may be somebody's own domain."""
_COMMUNITY = frozenset({_DOMAIN, "kubernetes.io"})
"""Where only names that the community approved are (k8s.io/apiextensions-apiserver, pkg/apihelpers/helpers.go)."""


def meant(group: str, resources: Iterable[str], catalogue: Catalogue) -> str | None:
    """Return the built-in group that somebody meant, None where it may be one that nobody here knows."""
    built_in = sorted(catalogue.built_in_groups)
    if "." not in group:
        return _of_word(group, built_in, catalogue)
    for find in (_misspelt, _rearranged, _with_version):
        found = find(group, built_in)
        if found is not None:
            return found
    return _with_resource(group, catalogue) or _of_head(group, resources, catalogue)


def _of_word(word: str, built_in: list[str], catalogue: Catalogue) -> str | None:
    """Return the group that a word without a dot stands for."""
    if word in _CORE or _VERSION.fullmatch(word):
        return ""
    heads = {group.split(".")[0]: group for group in built_in if group}
    if word in heads:
        return heads[word]
    named = [one for one in catalogue.named(word) if not one.is_custom]
    named.sort(key=lambda one: not one.served_in(catalogue.minor))
    if named:
        return named[0].group
    return next((heads[head] for head in heads if spelling.nearest(word, (head,), spelling.strict)), None)


def _misspelt(group: str, built_in: list[str]) -> str | None:
    """Return the group that this one is a slip of the pen away from: in its own name, or in the domain behind it."""
    head, domain = _split(group)
    if domain.rpartition(".")[2] not in _ENDINGS:
        return None
    for known in built_in:
        known_head, known_domain = _split(known)
        if known_domain != _DOMAIN:
            continue
        forgiven = spelling.strict(len(head), len(known_head)) if head.count(".") <= known_head.count(".") else 1
        if domain == _DOMAIN and spelling.distance(head, known_head, forgiven) <= forgiven:
            return known
        if head == known_head and spelling.distance(domain, _DOMAIN, 1) <= 1:
            return known
    return None


def _rearranged(group: str, built_in: list[str]) -> str | None:
    """Return the group whose parts these are in another order, or that breaks off here."""
    labels = sorted(group.split("."))
    for known in built_in:
        if known.startswith(f"{group}.") or sorted(known.split(".")) == labels:
            return known
    return None


def _with_version(group: str, built_in: list[str]) -> str | None:
    """Return the group that has a version before or behind it, as in the name of an APIService."""
    rest = ".".join(label for label in group.split(".") if not _VERSION.fullmatch(label))
    return "" if rest == "core" else rest if rest != group and rest in built_in else None


def _with_resource(group: str, catalogue: Catalogue) -> str | None:
    """Return the group behind a resource of it: `deployments.apps`, as kubectl writes it."""
    resource, _, rest = group.partition(".")
    return rest if catalogue.ever(rest, resource) else None


def _of_head(group: str, resources: Iterable[str], catalogue: Catalogue) -> str | None:
    """Return the group that is meant by its first word in a domain of Kubernetes, as in apps.k8s.io.

    Some resource that is named must live there. With more words in between, it is somebody's: batch.sigs.k8s.io.
    """
    head, _, domain = group.partition(".")
    if domain not in _COMMUNITY:
        return None
    homes = {one.group for name in resources for one in catalogue.named(name.partition("/")[0]) if not one.is_custom}
    return next((home for home in sorted(homes) if (home.split(".")[0] or "core") == head), None)


def _split(group: str) -> tuple[str, str]:
    """Return what stands before the domain, and the domain."""
    labels = group.split(".")
    return ".".join(labels[:-_LABELS_OF_DOMAIN]), ".".join(labels[-_LABELS_OF_DOMAIN:])
