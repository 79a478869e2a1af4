"""Says what a server makes of a wrong group or resource, and what to write instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint import spelling
from auditlint.checks.suggestions.rule_words import group_name
from auditlint.english import listing, quoted, several
from auditlint.kubernetes.releases import NEWEST_KNOWN, OLDEST

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
_EVERYTHING = frozenset({"all", "any", "every"})
_FEW = 3
_SHORT_NAME = 5
"""Names with fewer letters are too easily those of two resources."""


class Words(NamedTuple):
    """A message; where a certain name is meant, that name behind its group, and the message without the advice."""

    message: str
    fact: str = ""
    meant: tuple[str, str] | None = None


class _Advice(NamedTuple):
    text: str
    meant: tuple[str, str] | None = None


def unknown_group(known: Catalogue, group: str, meant: str, resources: Iterable[str]) -> str:
    """Return the words for a group that no server has, where another one was meant."""
    homes = _homes_of_all(known, resources, meant)
    words = f"{_no(known)} group {quoted(group)}, so this takes nothing: "
    if len(homes) > 1:
        places = [f"{several(names)} in {_written(home)}" for home, names in homes.items()]
        return f"{words}write an entry for each group, {listing(places[:_FEW])}"
    meant = next(iter(homes), meant)
    if sure_group(known, meant, resources) is None:
        ranges = [span for one in known.ever_in_group(meant) for span in one.releases]
        return f"{words}did you mean {quoted(meant)}? {_only(known, ranges).capitalize()} that"
    return f'{words}write `group: "{meant}"`' + ("" if meant else ", as the core group is called")


def sure_group(known: Catalogue, meant: str, resources: Iterable[str]) -> str | None:
    """Return the one group that serves all resources of an entry, where a group that no server has means another."""
    homes = _homes_of_all(known, resources, meant)
    group = next(iter(homes), meant)
    return group if len(homes) <= 1 and group in known.groups else None


def removed_group(known: Catalogue, group: str, resources: Iterable[str]) -> str:
    """Return the words for a group that only other releases have."""
    ranges = [span for one in known.ever_in_group(group) for span in one.releases]
    words = f"{_only(known, ranges)} group {quoted(group)}, so with 1.{known.minor} this takes nothing"
    homes = _homes_of_all(known, resources)
    now = [f"{several(names)} in {_written(home)}" for home, names in homes.items()]
    return f"{words}: 1.{known.minor} serves {listing(now[:_FEW])}" if now else f"{words}. {_KEEP}"


def removed(known: Catalogue, group: str, resource: str, subresource: str) -> Words:
    """Return the words for a resource or subresource that only other releases have in its group."""
    name = _joined(resource, subresource)
    if resource == "*":
        below = [one for one in known.ever_in_group(group) if one.subresource == subresource]
        ranges: Ranges = tuple(span for one in below for span in one.releases)
    else:
        ranges = known.releases(group, resource, subresource)
    words = f"{_only(known, ranges)} {quoted(name)} of {group_name(group)}, so with 1.{known.minor} this takes nothing"
    homes = [one.group for one in _named_exactly(known, resource) if not subresource]
    return Words(f"{words}: 1.{known.minor} serves it in {_written(homes[0])}" if homes else f"{words}. {_KEEP}")


def unknown_subresource(known: Catalogue, group: str, resource: str, subresource: str) -> Words:
    """Return the words for a subresource that its resource does not have."""
    message = _no_subresource(known, group, resource, subresource)
    near = _near_subresource(known, group, resource, subresource)
    fact = message.rpartition(": did you mean ")[0] if near else ""
    return Words(message, fact, (group, _joined(resource, near)) if fact and near else None)


def _near_subresource(known: Catalogue, group: str, resource: str, subresource: str) -> str | None:
    names = {one.subresource for one in known.in_group(group) if resource in {"*", one.resource} and one.subresource}
    return spelling.nearest(subresource, sorted(names), spelling.alike)


def below_custom(known: Catalogue, here: Resource, subresource: str) -> Words | None:
    """Return the words for a subresource that no definition has, None where one may have it."""
    names = [one.subresource for one in known.subresources(here.group, here.resource)]
    if here.verbs:
        below = [_joined(here.resource, name) for name in sorted(names)]
        words = f"the definition of {quoted(f'{here.resource}.{here.group}')} has no subresource {quoted(subresource)}"
        near = _slip(subresource, names)
        if near:
            return Words(f"{words}, so this takes nothing: did you mean {quoted(_joined(here.resource, near))}?")
        has = f": it has {several(below)}" if below else ""
        return Words(f"{words}, so this takes nothing{has}. {_DELETE}")
    near = _slip(subresource, names)
    return _defined_nowhere(here.group, here.resource, subresource, _joined(here.resource, near)) if near else None


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


def _no_subresource(known: Catalogue, group: str, resource: str, subresource: str) -> str:
    name = quoted(_joined(resource, subresource))
    if subresource == "finalizers" or subresource in _RBAC_SUBRESOURCES.get(resource, ()):
        return f"no request is for {name}: only RBAC knows it. {_DELETE}"
    if (group, resource) == ("", "nodes") and subresource in _NODE_API:
        return (
            f"no request is for {name}: RBAC knows it for the kubelet's own port, which kube-apiserver does not see. "
            'Through kube-apiserver it is "nodes/proxy"'
        )
    below = [one for one in known.in_group(group) if resource in {"*", one.resource} and one.subresource]
    names = tuple(sorted({one.subresource for one in below}))
    words = f"{_no(known)} {name} in {group_name(group)}, so this takes nothing"
    near = _near_subresource(known, group, resource, subresource)
    if near:
        return f"{words}: did you mean {quoted(_joined(resource, near))}?"
    if not names:
        which = "no resource there has any" if resource == "*" else f"{quoted(resource)} has no subresources"
        return f"{words}: {which}. {_DELETE}"
    return f"{words}: write {several([_joined(resource, one) for one in names], most=9, last='or')}"


def unknown_resource(known: Catalogue, group: str, resource: str, subresource: str) -> Words:
    """Return the words for a resource that its group does not have."""
    name = quoted(_joined(resource, subresource))
    where = "any group" if group == "*" else group_name(group)
    fact = f"{_no(known)} {name} in {where}, so this takes nothing"
    text, meant = next(_advice(known, group, resource, subresource))
    return Words(f"{fact}: {text}", fact, meant)


def singular(known: Catalogue, group: str, resource: str, subresource: str) -> Words:
    """Return the words for a name in a custom group that looks like no plural."""
    own = [one.resource for one in known.named(resource) if one.group == group]
    if own:
        fact = f"{quoted(resource)} takes only what is called so, and resources are called by their plural, as in URLs"
        return Words(f'{fact}: write "{own[0]}"', fact, (group, _joined(own[0], subresource)))
    fact = (
        f"{quoted(resource)} takes only what is called so in URLs, letter by letter: a singular or a kind takes nothing"
    )
    advice = "If it is one, write the plural, which `kubectl api-resources` prints first"
    return Words(f"{fact}. {advice}", fact, (group, _joined(_plural(resource.lower()), subresource)))


def _advice(known: Catalogue, group: str, resource: str, subresource: str) -> Iterator[_Advice]:
    """Yield what to write for an unknown resource, the likeliest first; always something."""
    word = resource.strip().lower()
    served = _served(known, word)
    here = [one for one in served if group in {"*", one.group}]
    if here:
        name = _fitting(known, here[0], subresource)
        yield _Advice(f"resources are plurals in lower case, as in URLs. Write {quoted(name)}", (here[0].group, name))
    if resource in _RBAC_RESOURCES and group in {"", "authentication.k8s.io", "certificates.k8s.io"}:
        yield _Advice(f"only RBAC knows it, for {_RBAC_RESOURCES[resource]}. {_DELETE}")
    if served:
        yield _where(known, served, subresource)
    yield from _dotted(known, group, word, subresource)
    yield from _as_subresource(known, group, word)
    if word in _ELSEWHERE:
        yield _Advice(f'there is one in group "{_ELSEWHERE[word]}"')
    if word in _EVERYTHING:
        yield _Advice('write "*" for every resource')
    yield from _misspelt(known, group, word, subresource)
    gone = known.named(word)
    if gone:
        yield _Advice(f"{_only(known, gone[0].releases)} it, in {_written(gone[0].group)}")
    yield _Advice("write a name that `kubectl api-resources` prints, with the group before the `/` of its APIVERSION")


def _dotted(known: Catalogue, group: str, word: str, subresource: str) -> Iterator[_Advice]:
    """Yield what `deployments.apps`, `apps/deployments` and `v1/pods` stand for."""
    first, _, rest = word.partition(".")
    if rest:
        yield from _without_group(known, group, _served(known, first), subresource)
    if word in known.groups or word in {"core", "api"} or _VERSION.fullmatch(word):
        yield from _without_group(known, group, _served(known, subresource), "")


def _without_group(known: Catalogue, group: str, served: Sequence[Resource], subresource: str) -> Iterator[_Advice]:
    """Yield where a resource lives that is written with a group or a version."""
    here = next((one for one in served if group in {"*", one.group}), None)
    if here:
        name = _fitting(known, here, subresource)
        yield _Advice(f"resources are written without group and version. Write {quoted(name)}", (here.group, name))
    elif served:
        yield _where(known, served, subresource)


def _as_subresource(known: Catalogue, group: str, word: str) -> Iterator[_Advice]:
    """Yield the full name of a subresource that stands alone, or of what a kind is only ever sent to."""
    for one in sorted(known.served, key=lambda one: (one.group != group, one.resource != "pods", one.name)):
        if one.subresource and (
            word.removesuffix("s") == one.subresource.removesuffix("s") or word.removesuffix("s") == one.kind.lower()
        ):
            general = f"*/{one.subresource}" if one.subresource in {"status", "scale"} else one.name
            place = "" if one.group == group else f" in {_written(one.group)}"
            meant = (one.group, general) if general == one.name else None
            yield _Advice(f'it is a subresource. Write "{general}"{place}', meant)
            return


def _misspelt(known: Catalogue, group: str, word: str, subresource: str) -> Iterator[_Advice]:
    """Yield the resource whose name is nearest, one of the same group if possible."""
    for members in (known.in_group(group), known.served):
        words = {text: one for one in members if not one.subresource for text in (one.singular, one.resource) if text}
        near = spelling.nearest(word, words, spelling.alike)
        if near:
            one = words[near]
            name = _fitting(known, one, subresource)
            place = "" if group in {"*", one.group} else f" of {_written(one.group)}"
            yield _Advice(f"did you mean {quoted(name)}{place}?", (one.group, name))
            return


def _where(known: Catalogue, served: Iterable[Resource], subresource: str) -> _Advice:
    """Return where a resource lives, as an entry to write; other groups that have it too are named."""
    first, *others = served
    also = f" (also in {listing([_written(one.group) for one in others[:_FEW]])})" if others else ""
    fitting = _fitting(known, first, subresource)
    home = f"it is in {group_name(first.group)}{also}"
    written = f'`group: "{first.group}"` with `resources: [{quoted(fitting)}]`'
    return _Advice(f"{home}. Write {written}", (first.group, fitting))


def _fitting(known: Catalogue, resource: Resource, subresource: str) -> str:
    """Return the right name of a resource, with a subresource that it has."""
    if not subresource or subresource == "*" or known.get(resource.group, resource.resource, subresource):
        return _joined(resource.resource, subresource)
    names = tuple(one.subresource for one in known.subresources(resource.group, resource.resource))
    return _joined(resource.resource, spelling.nearest(subresource, names, spelling.alike) or "")


def _defined_nowhere(group: str, resource: str, subresource: str, meant: str) -> Words:
    """Return the words for a name that is nearly one of a known custom resource."""
    fact = (
        f"{quoted(_joined(resource, subresource))} of {group_name(group)} is defined neither in this run nor in the "
        "configuration, so this most likely takes nothing"
    )
    return Words(f"{fact}: did you mean {quoted(meant)}?", fact, (group, meant))


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


def _homes_of_all(known: Catalogue, resources: Iterable[str], best: str = "") -> dict[str, list[str]]:
    """Return the groups in which this release serves some of the resources, each with those names."""
    homes: dict[str, list[str]] = {}
    for name in resources:
        groups = [one.group for one in _named_exactly(known, name.partition("/")[0])]
        if groups:
            homes.setdefault(best if best in groups else groups[0], []).append(name)
    return homes


_DELETE = "Delete it, with the rule if it stands alone"
_KEEP = "Keep it only for the sake of such servers"


def _no(known: Catalogue) -> str:
    return f"1.{known.minor} serves no"


def _only(known: Catalogue, ranges: Iterable[tuple[int, int]]) -> str:
    """Return which releases serve something, as the begin of a sentence about it."""
    spans = sorted(ranges) or [(0, OLDEST - 1)]
    first, last = spans[0][0], max(span[1] for span in spans)
    if last < known.minor:
        return f"only servers up to 1.{last} have"
    until = "on" if last == NEWEST_KNOWN else f"to 1.{last}"
    return f"only servers from 1.{first} {until} have"


def _written(group: str) -> str:
    return f'group "{group}"' if group else 'the core group ("")'


def _joined(resource: str, subresource: str) -> str:
    return f"{resource}/{subresource}" if subresource else resource


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in set("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("x", "z", "ch", "sh")) else f"{word}s"
