"""Says what a server makes of a wrong group or resource, and what to write instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint import spelling
from auditlint.checks.suggestions.rule_words import group_name
from auditlint.english import listing, quoted
from auditlint.kubernetes.policy import GroupResources
from auditlint.kubernetes.releases import OLDEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditlint.kubernetes.catalogue import Catalogue, Ranges, Resource

_NODE_API = frozenset({"checkpoint", "configz", "healthz", "log", "metrics", "pods", "spec", "stats", "statusz"})
"""What the kubelet calls parts of its own API when it asks whether somebody may use them.

Source: pkg/kubelet/server/auth.go.
"""
_RBAC_SUBRESOURCES = {
    "endpoints": {"restricted"},
    "certificatesigningrequests": {"nodeclient", "selfnodeclient", "selfnodeserver"},
    "resourceclaims": {"binding", "driver"},
}
_RBAC_RESOURCES = {
    "users": "impersonation",
    "groups": "impersonation",
    "uids": "impersonation",
    "userextras": "impersonation",
    "signers": "the approval and signing of certificates",
}
"""Resources that no path has: authorizers are asked about them, with verbs such as impersonate, approve and sign."""
_ELSEWHERE = {
    "volumesnapshots": "snapshot.storage.k8s.io",
    "volumesnapshotclasses": "snapshot.storage.k8s.io",
    "volumesnapshotcontents": "snapshot.storage.k8s.io",
    "verticalpodautoscalers": "autoscaling.k8s.io",
    "gateways": "gateway.networking.k8s.io",
    "httproutes": "gateway.networking.k8s.io",
    "adminnetworkpolicies": "policy.networking.k8s.io",
    "securitycontextconstraints": "security.openshift.io",
    "routes": "route.openshift.io",
    "projects": "project.openshift.io",
    "projectrequests": "project.openshift.io",
    "deploymentconfigs": "apps.openshift.io",
    "buildconfigs": "build.openshift.io",
    "builds": "build.openshift.io",
    "imagestreams": "image.openshift.io",
    "oauthclients": "oauth.openshift.io",
    "oauthaccesstokens": "oauth.openshift.io",
    "servicemonitors": "monitoring.coreos.com",
    "certificates": "cert-manager.io",
}
"""Resources of custom groups that many clusters have: a hint, never a verdict."""
_VERSION = re.compile(r"v\d+((alpha|beta)\d+)?")
_OTHER_NAMES = {
    "validatingadmissionwebhook": "validatingwebhookconfigurations",
    "validatingwebhook": "validatingwebhookconfigurations",
    "mutatingadmissionwebhook": "mutatingwebhookconfigurations",
    "mutatingwebhook": "mutatingwebhookconfigurations",
}
"""Names of admission plugins, in the singular, for the resources that configure them."""
_EVERYTHING = frozenset({"all", "any", "every"})
_FEW = 3
_SHORT_NAME = 5
"""Names with fewer letters are too easily those of two resources."""


class Words(NamedTuple):
    """What is wrong with a name, and what to write: `help`, or what is meant; if nothing of that, to delete it."""

    message: str
    help: str = ""
    meant: tuple[str, str] | None = None
    """The name that is meant, behind its group."""
    entries: tuple[GroupResources, ...] = ()
    """Where the group is wrong: what is meant by the entry, one for each group."""


def unknown_group(known: Catalogue, group: str, meant: str, resources: Sequence[str]) -> Words:
    """Return the words for a group that no server has, where another one was meant."""
    entries = _entries(known, resources, meant)
    message = f"{_no(known)} group {quoted(group)}, so this matches nothing"
    home = entries[0].group
    if home in known.groups:
        return Words(message, entries=entries)
    ranges = [span for one in known.ever_in_group(home) for span in one.releases]
    return Words(f"{message}; group {quoted(home)} {_only(known, ranges)}")


def group_of_files(group: str) -> Words:
    """Return the words for a group of configuration files."""
    return Words(f"group {quoted(group)} is for configuration files and not served, so this matches nothing")


def removed_group(known: Catalogue, group: str, resources: Sequence[str]) -> Words:
    """Return the words for a group that only other releases have."""
    ranges = [span for one in known.ever_in_group(group) for span in one.releases]
    message = f"group {quoted(group)} {_only(known, ranges)}, so this matches nothing in 1.{known.minor}"
    return Words(message, entries=_entries(known, resources))


def removed(known: Catalogue, group: str, resource: str, subresource: str) -> Words:
    """Return the words for a resource or subresource that only other releases have in its group."""
    name = _joined(resource, subresource)
    if resource == "*":
        below = [one for one in known.ever_in_group(group) if one.subresource == subresource]
        ranges: Ranges = tuple(span for one in below for span in one.releases)
    else:
        ranges = known.releases(group, resource, subresource)
    fate = f"{_only(known, ranges)}, so this matches nothing in 1.{known.minor}"
    homes = [one.group for one in _named_exactly(known, resource) if not subresource]
    return Words(f"{quoted(name)} of {group_name(group)} {fate}", meant=(homes[0], name) if homes else None)


def below_custom(known: Catalogue, here: Resource, subresource: str) -> Words | None:
    """Return the words for a subresource that no definition has, None where one may have it."""
    near = _slip(subresource, [one.subresource for one in known.subresources(here.group, here.resource)])
    meant = (here.group, _joined(here.resource, near)) if near else None
    if here.verbs:
        named = quoted(f"{here.resource}.{here.group}")
        message = f"the definition of {named} has no subresource {quoted(subresource)}, so this matches nothing"
        return Words(message, meant=meant)
    return _defined_nowhere(here.group, here.resource, subresource, meant[1]) if meant else None


def misspelt_custom(known: Catalogue, group: str, resource: str, subresource: str) -> Words | None:
    """Return the words for what is a slip of the pen away from a known custom resource of its group, else None.

    Others whose definitions are not here may be called alike: less is forgiven than in built-in groups.
    """
    named = next((one for one in known.named(resource) if one.group == group), None)
    words = {text: one for one in known.in_group(group) for text in (one.singular, one.resource) if text}
    near = named or words.get(_slip(resource.lower(), list(words)) or "")
    return _defined_nowhere(group, resource, subresource, _fitting(known, near, subresource)) if near else None


def is_singular(known: Catalogue, group: str, resource: str) -> bool:
    """Tell whether a name is the singular, the kind or a short name of a known custom resource of its group."""
    named = any(one.group == group and one.resource != resource.lower() for one in known.named(resource))
    return named or known.ever(group, _plural(resource.lower())) is not None


def unknown_subresource(known: Catalogue, group: str, resource: str, subresource: str) -> Words:
    """Return the words for a subresource that its resource does not have."""
    name = quoted(_joined(resource, subresource))
    if subresource == "finalizers" or subresource in _RBAC_SUBRESOURCES.get(resource, ()):
        return Words(f"{name} exists in RBAC only, so this matches nothing")
    if (group, resource) == ("", "nodes") and subresource in _NODE_API:
        message = f"{name} is what RBAC calls a part of the kubelet's own port, so this matches nothing"
        return Words(message, 'Write `"nodes/proxy"`')
    below = [one for one in known.in_group(group) if resource in {"*", one.resource} and one.subresource]
    names = tuple(sorted({one.subresource for one in below}))
    message = f"{_no(known)} {name} in {group_name(group)}, so this matches nothing"
    near = spelling.nearest(subresource, names, spelling.alike)
    if near or not names:
        return Words(message, meant=(group, _joined(resource, near)) if near else None)
    listed = listing([f'`"{_joined(resource, one)}"`' for one in names], last="or")
    return Words(message, f"Write {listed}")


def unknown_resource(known: Catalogue, group: str, resource: str, subresource: str) -> Words:
    """Return the words for a resource that its group does not have."""
    where = "any group" if group == "*" else group_name(group)
    fault = f"{_no(known)} {quoted(_joined(resource, subresource))} in {where}"
    told = next(_told(known, group, resource, subresource))
    return told._replace(message=f"{told.message or fault}, so this matches nothing")


def singular(known: Catalogue, group: str, resource: str, subresource: str) -> Words:
    """Return the words for a name in a custom group that looks like no plural."""
    message = f"{quoted(resource)} looks like a singular or a kind, and only the plural, as in URLs, matches requests"
    own = [one.resource for one in known.named(resource) if one.group == group]
    meant = group, _joined(own[0] if own else _plural(resource.lower()), subresource)
    help = "" if own else "Write the plural, which `kubectl api-resources` prints first, unless this is it"
    return Words(message, help, meant)


def _told(known: Catalogue, group: str, resource: str, subresource: str) -> Iterator[Words]:
    """Yield what to say of an unknown resource, the likeliest first; always something.

    Messages are empty where nothing is to be said but that it does not exist, and lack what this comes to.
    """
    word = resource.strip().lower()
    served = _served(known, word)
    here = [one for one in served if group in {"*", one.group}]
    if here:
        yield Words("", meant=(here[0].group, _fitting(known, here[0], subresource)))
    if resource in _RBAC_RESOURCES and group in {"", "authentication.k8s.io", "certificates.k8s.io"}:
        yield Words(f"{quoted(resource)} exists in RBAC only, for {_RBAC_RESOURCES[resource]}")
    if served:
        yield _elsewhere(known, group, served, subresource)
    yield from _dotted(known, group, word, subresource)
    yield from _as_subresource(known, group, word)
    if word in _ELSEWHERE:
        yield Words("", meant=(_ELSEWHERE[word], _joined(word, subresource)))
    if word in _EVERYTHING:
        yield Words("", meant=(group, "*"))
    yield from _misspelt(known, group, _OTHER_NAMES.get(word.removesuffix("s"), word), subresource)
    gone = known.named(word)
    if gone:
        yield Words(f"{quoted(resource)} of {_written(gone[0].group)} {_only(known, gone[0].releases)}")
    yield Words("", "Write a name that `kubectl api-resources` prints, with the group before the `/` of its APIVERSION")


def _dotted(known: Catalogue, group: str, word: str, subresource: str) -> Iterator[Words]:
    """Yield what `deployments.apps`, `apps/deployments` and `v1/pods` stand for."""
    first, _, rest = word.partition(".")
    if rest:
        yield from _without_group(known, group, _served(known, first), subresource)
    if word in known.groups or word in {"core", "api"} or _VERSION.fullmatch(word):
        yield from _without_group(known, group, _served(known, subresource), "")


def _without_group(known: Catalogue, group: str, served: Sequence[Resource], subresource: str) -> Iterator[Words]:
    """Yield where a resource lives that is written with a group or a version."""
    here = next((one for one in served if group in {"*", one.group}), None)
    if here:
        yield Words("", meant=(here.group, _fitting(known, here, subresource)))
    elif served:
        yield _elsewhere(known, group, served, subresource)


def _as_subresource(known: Catalogue, group: str, word: str) -> Iterator[Words]:
    """Yield the full name of a subresource that stands alone, or of what a kind is only ever sent to."""
    for one in sorted(known.served, key=lambda one: (one.group != group, one.resource != "pods", one.name)):
        if one.subresource and (
            word.removesuffix("s") == one.subresource.removesuffix("s") or word.removesuffix("s") == one.kind.lower()
        ):
            general = one.subresource in {"status", "scale"}
            yield Words("", meant=(one.group, f"*/{one.subresource}" if general else one.name))
            return


def _misspelt(known: Catalogue, group: str, word: str, subresource: str) -> Iterator[Words]:
    """Yield the resource whose name is nearest, one of the same group if possible."""
    for members in (known.in_group(group), known.served):
        words = {text: one for one in members if not one.subresource for text in (one.singular, one.resource) if text}
        near = spelling.nearest(word, words, spelling.alike)
        if near:
            yield Words("", meant=(words[near].group, _fitting(known, words[near], subresource)))
            return


def _elsewhere(known: Catalogue, group: str, served: Sequence[Resource], subresource: str) -> Words:
    """Return where a resource lives; other groups that have it too are named."""
    homes = listing([_written(one.group) for one in served[:_FEW]])
    fitting = _fitting(known, served[0], subresource)
    return Words(f"{quoted(fitting)} is in {homes}, not in {group_name(group)}", meant=(served[0].group, fitting))


def _fitting(known: Catalogue, resource: Resource, subresource: str) -> str:
    """Return the right name of a resource, with a subresource that it has."""
    if not subresource or subresource == "*" or known.get(resource.group, resource.resource, subresource):
        return _joined(resource.resource, subresource)
    names = tuple(one.subresource for one in known.subresources(resource.group, resource.resource))
    return _joined(resource.resource, spelling.nearest(subresource, names, spelling.alike) or "")


def _defined_nowhere(group: str, resource: str, subresource: str, meant: str) -> Words:
    """Return the words for a name that is nearly one of a known custom resource."""
    name = quoted(_joined(resource, subresource))
    message = f"no definition is known of {name} in {group_name(group)}, so this most likely matches nothing"
    return Words(message, meant=(group, meant))


def _slip(word: str, names: Sequence[str]) -> str | None:
    """Return the name that one slip of the pen makes this word of, behind the first letter and not in a number."""
    return next((name for name in names if _is_slip(word, name)), None)


def _is_slip(word: str, name: str) -> bool:
    if min(len(word), len(name)) < _SHORT_NAME or word[0] != name[0]:
        return False
    return spelling.distance(word, name, 1) <= 1 and re.findall(r"\d", word) == re.findall(r"\d", name)


def _served(known: Catalogue, word: str) -> list[Resource]:
    """Return the resources of this release with such a name, those first whose plural it is, then those that are so."""
    found = [one for one in known.named(word) if one.served_in(known.minor)]
    return sorted(found, key=lambda one: (one.resource != word, one.is_custom, one.group))


def _named_exactly(known: Catalogue, resource: str) -> list[Resource]:
    return [one for one in _served(known, resource) if one.resource == resource]


def _entries(known: Catalogue, resources: Sequence[str], best: str | None = None) -> tuple[GroupResources, ...]:
    """Return names by the groups in which this release serves them, the others with the best group, or the first."""
    homes: dict[str, list[str]] = {} if best is None or resources else {best: []}
    others = []
    for name in resources:
        groups = [one.group for one in _named_exactly(known, name.partition("/")[0])]
        if groups:
            homes.setdefault(best if best is not None and best in groups else groups[0], []).append(name)
        else:
            others.append(name)
    rest = best if best in homes or not homes else next(iter(homes))
    if others and rest is not None:
        homes.setdefault(rest, []).extend(others)
    return tuple(GroupResources(group, tuple(names)) for group, names in homes.items())


def _no(known: Catalogue) -> str:
    return f"1.{known.minor} serves no"


def _only(known: Catalogue, ranges: Iterable[tuple[int, int]]) -> str:
    """Return when something was served, or will be, as the end of a sentence about it."""
    spans = sorted(ranges) or [(0, OLDEST - 1)]
    first, last = spans[0][0], max(span[1] for span in spans)
    if last < known.minor:
        return f"ended with 1.{last}"
    later = next((span[0] for span in spans if span[0] > known.minor), first)
    return f"comes with 1.{later}"


def _written(group: str) -> str:
    return f'group "{group}"' if group else 'the core group ("")'


def _joined(resource: str, subresource: str) -> str:
    return f"{resource}/{subresource}" if subresource else resource


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in set("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("x", "z", "ch", "sh")) else f"{word}s"
