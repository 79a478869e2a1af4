"""The rows of a matrix: resources and paths, each with the verbs that a server answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.cluster import ORDINARY as UNKNOWN
from auditlint.kubernetes.engine.fresh import Fresh, unnamed
from auditlint.kubernetes.requests import URL_VERBS, is_resource_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditlint.kubernetes.catalogue import Catalogue, Resource
    from auditlint.kubernetes.cluster import Cluster, Named
    from auditlint.kubernetes.engine.index import Index
    from auditlint.kubernetes.policy import GroupResources, Policy

SENSITIVE = "sensitive"
ORDINARY = "ordinary"
NAMED = "named"
PATHS = "paths"
SECTIONS = (SENSITIVE, ORDINARY, NAMED, PATHS)
"""Resources that hold or give away secrets and power, others, those the policy names besides, and paths."""

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
"""The verbs that servers answer for resources."""

_SENSITIVE = (
    ("", "secrets configmaps serviceaccounts/token pods/exec pods/attach pods/portforward pods/proxy"),
    ("", "pods/ephemeralcontainers services/proxy nodes/proxy"),
    ("authentication.k8s.io", "tokenreviews"),
    ("rbac.authorization.k8s.io", "roles rolebindings clusterroles clusterrolebindings"),
    ("certificates.k8s.io", "certificatesigningrequests certificatesigningrequests/approval"),
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations validatingwebhookconfigurations"),
    ("apiextensions.k8s.io", "customresourcedefinitions"),
    ("apiregistration.k8s.io", "apiservices"),
)
_ORDINARY = (
    ("", "pods pods/log pods/status services namespaces nodes"),
    ("apps", "deployments"),
    ("", "events"),
    ("events.k8s.io", "events"),
    ("coordination.k8s.io", "leases"),
    ("discovery.k8s.io", "endpointslices"),
)
_PATHS = ("/healthz", "/livez", "/readyz", "/metrics", "/version", "/api", "/apis", "/openapi/v2")
_SUBRESOURCE_VERBS = {"status": ("get", "update", "patch"), "scale": ("get", "update", "patch")}
_ANY_SUBRESOURCE_VERBS = ("get", "create", "update", "patch", "delete")


class Row(NamedTuple):
    """A resource (of a namespace, of the cluster, or None: nobody knows) or a path, and the verbs asked of it."""

    section: str
    verbs: tuple[str, ...]
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespaced: bool | None = None
    path: str | None = None
    title: str = ""
    """What it stands for where resource or path is only an example of many: `any other path`."""

    @property
    def name(self) -> str:
        """How kubectl writes it: `pods/exec`, `deployments.apps/scale`; the path itself; or the title."""
        if self.title or self.path is not None:
            return self.title or self.path or ""
        group = f".{self.group}" if self.group else ""
        return f"{self.resource}{group}" + (f"/{self.subresource}" if self.subresource else "")


def default_rows(
    policies: Sequence[Policy], catalogue: Catalogue, index: Index, cluster: Cluster = UNKNOWN
) -> tuple[Row, ...]:
    """Return the resources and paths that everybody asks about, and those that the policies name.

    An aggregated API server has other resources than kube-apiserver. `index` is that of all rules of the policies.
    """
    fresh = Fresh(index)
    named = [
        *_known(SENSITIVE, () if cluster.aggregated else _SENSITIVE, catalogue),
        *(resource_row(SENSITIVE, *resource, catalogue) for resource in cluster.sensitive),
        *_known(ORDINARY, () if cluster.aggregated else _ORDINARY, catalogue),
        *(resource_row(ORDINARY, *one.key, catalogue) for one in cluster.custom),
        *_named_resources(policies, catalogue),
    ]
    resources: dict[tuple[object, ...], Row] = {}
    for row in named:
        resources.setdefault(row[2:5], row)
    others = (*_patterns(policies, catalogue, index), *_other_resources(policies, resources.values(), index))
    paths = (row for url in sorted({*_PATHS, *_named_paths(policies)}) for row in path_rows(url, fresh))
    found = (*resources.values(), *others, *dict.fromkeys(paths), *path_rows("/*", fresh))
    return tuple(sorted(dict.fromkeys(found), key=lambda row: SECTIONS.index(row.section)))


def resource_row(section: str, group: str, resource: str, subresource: str, catalogue: Catalogue) -> Row:
    """Return the row of a resource; of one that the catalogue does not know everything is possible."""
    known = catalogue.get(group, resource, subresource) or catalogue.ever(group, resource, subresource)
    if known is None or not known.verbs:  # a configuration names custom resources, and says no more of them
        parent = catalogue.ever(group, resource) if subresource else None
        scope = parent.namespaced if parent and parent.verbs else None
        verbs = _SUBRESOURCE_VERBS.get(subresource, _ANY_SUBRESOURCE_VERBS) if subresource else VERBS
        return Row(section, verbs, group, resource, subresource, scope)
    return _row(section, known)


def rest_row(section: str, group: str | None, resource: str | None, subresource: str, index: Index) -> Row:
    """Return the row of what rules and catalogue do not speak of more closely: an example that no rule names.

    None: any group, any resource; the subresource * is any, "" none.
    """
    verbs = _SUBRESOURCE_VERBS.get(subresource, _ANY_SUBRESOURCE_VERBS) if subresource else VERBS
    example = (
        unnamed(("example.com",), index.target_groups) if group is None else group,
        resource or unnamed(("widgets", "gadgets"), index.resource_words),
        unnamed(("example",), index.resource_words) if subresource == "*" else subresource,
    )
    return Row(section, verbs, *example, title=_rest_title(group, resource, subresource))


def _rest_title(group: str | None, resource: str | None, subresource: str) -> str:
    if resource is None and not subresource:
        return "any other resource" if group is None else f"others in {group or 'the core group'}"
    within = f".{group or '*'}" if group or (resource and group is None) else ""
    return f"{resource or '*'}{within}" + (f"/{subresource}" if subresource else "")


def path_rows(url: str, fresh: Fresh) -> tuple[Row, ...]:
    """Return the row of one entry of nonResourceURLs; () where all its paths are those of resources.

    What ends in a star stands for the paths with this prefix that no rule speaks of more closely.
    """
    if not url.startswith("/") and url != "*":
        return ()
    if not url.endswith("*"):
        return () if is_resource_path(url) else (Row(PATHS, URL_VERBS, path=url),)
    prefix = url.rstrip("*") or "/"
    paths = fresh.paths(prefix)
    title = "any other path" if prefix == "/" else f"{prefix}*"
    return (Row(PATHS, URL_VERBS, path=paths[-1], title=title),) if paths else ()


def _known(section: str, names: Iterable[tuple[str, str]], catalogue: Catalogue) -> Iterator[Row]:
    """Yield the resources that this release serves."""
    for group, resource, subresource in ((group, *_parts(name)) for group, line in names for name in line.split()):
        if known := catalogue.get(group, resource, subresource):
            yield _row(section, known)


def _parts(name: str) -> tuple[str, str]:
    resource, _, subresource = name.partition("/")
    return resource, subresource


def _row(section: str, known: Resource) -> Row:
    verbs = tuple(verb for verb in VERBS if verb in known.verbs)
    return Row(section, verbs, known.group, known.resource, known.subresource, known.namespaced)


def _entries(policies: Sequence[Policy]) -> Iterator[GroupResources]:
    return (entry for policy in policies for rule in policy.rules for entry in rule.resources)


def _named_resources(policies: Sequence[Policy], catalogue: Catalogue) -> Iterator[Row]:
    for entry in dict.fromkeys(entry._replace(resource_names=()) for entry in _entries(policies)):
        for spelling in entry.resources:
            for key in _meant(entry.group, spelling, catalogue):
                yield resource_row(NAMED, *key, catalogue)


def _meant(group: str, spelling: str, catalogue: Catalogue) -> Iterator[Named]:
    """Yield what a string under `resources` speaks of by name; of `*/status` in every group there is no end."""
    if not _can_match(spelling):
        return
    resource, _, subresource = spelling.partition("/")
    if resource == "*":
        members = () if group == "*" else catalogue.in_group(group)
        yield from (one.key for one in members if one.subresource == subresource)
        return
    for member in _groups(group, resource, catalogue):
        yield member, resource, "" if subresource == "*" else subresource
        if subresource == "*":
            yield from (one.key for one in catalogue.subresources(member, resource))


def _can_match(spelling: str) -> bool:
    """Tell whether a string under `resources` can match something, and less than everything."""
    resource, slash, subresource = spelling.partition("/")
    return bool(resource) and "/" not in subresource and bool(subresource or not slash) and spelling not in {"*", "*/*"}


def _groups(group: str, resource: str, catalogue: Catalogue) -> Iterable[str]:
    if group != "*":
        return (group,)
    return dict.fromkeys(one.group for one in catalogue.named(resource) if one.resource == resource)


def _patterns(policies: Sequence[Policy], catalogue: Catalogue, index: Index) -> Iterator[Row]:
    """Yield rows for what strings under `resources` take besides the resources that are known.

    All that is in a group of Kubernetes is known; of others, and where nothing is known, there is a row for the rest.
    """
    for entry in dict.fromkeys(entry._replace(resource_names=()) for entry in _entries(policies)):
        for spelling in filter(_can_match, entry.resources):
            resource, _, subresource = spelling.partition("/")
            group = None if entry.group == "*" else entry.group
            known = [key for key in _meant(entry.group, spelling, catalogue) if key[2] or subresource != "*"]
            if known and (group in catalogue.built_in_groups or "*" not in (resource, subresource)):
                continue
            if not known or group is not None:
                yield rest_row(NAMED, group, None if resource == "*" else resource, subresource, index)


def _other_resources(policies: Sequence[Policy], rows: Iterable[Row], index: Index) -> Iterator[Row]:
    """Yield the rest of each group that rules name as a whole, then everything that no rule names.

    The rest is left out where some row of the group is one that no rule names.
    """
    shown = {row.group for row in rows if row.resource not in index.resource_words}
    for group in dict.fromkeys(entry.group for entry in _entries(policies) if _takes_all(entry)):
        if group not in shown and group != "*":
            yield rest_row(NAMED, group, None, "", index)
    yield rest_row(ORDINARY, None, None, "", index)


def _takes_all(entry: GroupResources) -> bool:
    return not entry.resources or "*" in entry.resources


def _named_paths(policies: Sequence[Policy]) -> Iterator[str]:
    """Yield the entries of nonResourceURLs, apart from those that take every path."""
    for policy in policies:
        for rule in policy.rules:
            if not rule.resources and not rule.namespaces:
                urls = (url.rstrip("*") + "*" if url.endswith("*") else url for url in rule.non_resource_urls)
                yield from (url for url in urls if url not in {"*", "/*"})
