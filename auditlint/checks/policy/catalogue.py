"""Rules about names of resources, held against what the target release serves, and about names of users and groups.

Most policies name what every release serves: that is told without the catalogue, which takes longer to load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from auditlint import english
from auditlint.finding import Severity
from auditlint.kubernetes.match import Request, matches
from auditlint.kubernetes.policy import GroupResources, PolicyRule
from auditlint.kubernetes.well_known import ANYWHERE, has_well_known, is_always_served, is_well_known
from auditlint.rule import Category, Context
from auditlint.subjects.model import PolicySubject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.change import Repair
    from auditlint.checks.suggestions.names.resource_names import Names, Wrong
    from auditlint.finding import Finding, Path
    from auditlint.kubernetes.catalogue import Resource
    from auditlint.kubernetes.policy import Policy

rule = Category("policy-catalogue", PolicySubject)
_TELL_MORE = ("unrendered-template", "literal-wildcard")
"""Rules that know better what is wrong with a value."""
_ALWAYS_SERVED = frozenset(
    {
        "pods/attach",
        "pods/exec",
        "pods/log",
        "pods/portforward",
        "pods/proxy",
        "pods/status",
        "nodes/proxy",
        "nodes/status",
        "serviceaccounts/token",
        "services/proxy",
        "services/status",
    }
)
"""Subresources of the core group that every known release serves."""
_USUAL_VERBS = frozenset({"get", "list", "watch", "create", "update", "patch", "delete"})


_LIVING = {
    "users": frozenset(
        {
            "system:anonymous",
            "system:apiserver",
            "system:kube-controller-manager",
            "system:kube-proxy",
            "system:kube-scheduler",
        }
    ),
    "userGroups": frozenset(
        {
            "system:authenticated",
            "system:masters",
            "system:nodes",
            "system:serviceaccounts",
            "system:unauthenticated",
        }
    ),
}
"""Names that stand where they belong in most policies."""
_KUBERNETES_OWN = ("system", "kube", "serviceaccount")
"""What names begin with that Kubernetes gives; of any other nobody can say that it is nobody's."""


class _Misnamed(NamedTuple):
    path: Path
    message: str
    severity: Severity | None
    others: tuple[Path, ...] = ()
    """Where the same is wrong for the same reason."""
    fix: Repair | None = None


_FOUND: WeakKeyDictionary[PolicySubject, dict[str, list[_Misnamed]]] = WeakKeyDictionary()
_NAMES: WeakKeyDictionary[PolicySubject, Names] = WeakKeyDictionary()


@rule(
    "unknown-group",
    severity=Severity.ERROR,
    summary="a misspelt API group, or a word that is none, such as core or v1",
    gives_way_to=_TELL_MORE,
)
def unknown_group(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report groups that are plainly meant to be one of Kubernetes' own."""
    return _misnamed(policy, context)


@rule(
    "unknown-resource",
    severity=Severity.ERROR,
    summary="a name that no resource of a built-in group has: of another group, a kind, singular, short or misspelt",
    gives_way_to=_TELL_MORE,
)
def unknown_resource(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report names in built-in groups that no known release serves there."""
    return _misnamed(policy, context)


@rule(
    "unknown-subresource",
    severity=Severity.ERROR,
    summary="a subresource that its resource does not have",
    gives_way_to=_TELL_MORE,
)
def unknown_subresource(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report subresources of built-in resources that no known release serves."""
    return _misnamed(policy, context)


@rule(
    "removed-resource",
    severity=Severity.INFO,
    summary="a group, resource or subresource that only older or newer servers have",
    gives_way_to=_TELL_MORE,
)
def removed_resource(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report what the target release does not serve and another one does."""
    return _misnamed(policy, context)


@rule(
    "singular-resource",
    severity=Severity.INFO,
    summary="in a group that is not built in, a name that does not end in s",
    gives_way_to=_TELL_MORE,
)
def singular_resource(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report names of custom resources that look like a singular or a kind."""
    return _misnamed(policy, context)


@rule(
    "cluster-scoped-namespace",
    severity=Severity.ERROR,
    summary="namespaces given for resources that are in none",
    gives_way_to=_TELL_MORE,
)
def cluster_scoped_namespace(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules for cluster-scoped resources only whose namespaces keep all their requests out."""
    for index, now in _resource_rules(policy):
        if not now.namespaces or "" in now.namespaces or any(_is_well_known_in_namespaces(e) for e in now.resources):
            continue
        known = _names(policy).scopes(now.resources)
        if known is None or not all(_is_outside(one, now.verbs) for one in known):
            continue
        named = english.several(list(dict.fromkeys(one.name for one in known)))
        message = (
            f"{named} {'are' if len(known) > 1 else 'is'} cluster-scoped: such requests have an empty namespace, "
            "so this rule takes none of them. Delete `namespaces:`"
        )
        yield context.value(policy.at("rules", index, "namespaces"), message)


@rule(
    "unsupported-verb",
    severity=Severity.INFO,
    summary="none of the listed verbs is served by any of the named resources",
    gives_way_to=(*_TELL_MORE, "unknown-verb", "verb-mismatch", "unserved-rule", "never-matching-rule"),
)
def unsupported_verb(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules that take only requests which the server answers with 405, method not allowed."""
    for index, now in _resource_rules(policy):
        if not now.verbs or (not _USUAL_VERBS.isdisjoint(now.verbs) and any(map(_is_well_known, now.resources))):
            continue
        served = _names(policy).verbs(now.resources)
        if served and served.isdisjoint(now.verbs):
            what = english.several([name for entry in now.resources for name in entry.resources or (entry.group,)])
            message = (
                f"1.{policy.minor} serves no {english.listing(now.verbs, 'or')} of {what}, so this rule takes only "
                f"requests that fail. It serves {english.listing(sorted(served))}"
            )
            yield context.value(policy.at("rules", index, "verbs"), message)


@rule(
    "dead-identity",
    severity=Severity.ERROR,
    summary="a group among users, a user among groups, or a name that no longer exists",
    gives_way_to=(*_TELL_MORE, "empty-identity"),
)
def dead_identity(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report names of users and groups that nobody has, by the names that Kubernetes itself gives."""
    held = None if policy.cluster.aggregated else policy.judged
    suspects = [*_suspects(held)] if held else []
    if not held or not suspects:
        return
    from auditlint.checks.suggestions.names.identity_names import Identities

    identities = Identities(held.rules, policy.minor, lambda index: policy.places.key(policy.at("rules", index)).line)
    for index, field, position, name in suspects:
        dead = identities.dead(index, field, name)
        if dead:
            severity = Severity.INFO if dead.gone and field == "users" else None
            yield context.value(policy.at("rules", index, field, position), dead.message, severity=severity)


def _suspects(policy: Policy) -> Iterator[tuple[int, str, int, str]]:
    """Yield the names, with their places, of which it is not told at once that they are, or may be, somebody's."""
    for index, now in enumerate(policy.rules):
        for field, names in (("users", now.users), ("userGroups", now.user_groups)):
            for position, name in enumerate(names):
                if name not in _LIVING[field] and "*" not in name and name.lower().startswith(_KUBERNETES_OWN):
                    yield index, field, position, name


def _misnamed(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Yield the findings of one of the rules about names, all of which are worked out together."""
    found = _FOUND.get(policy)
    if found is None:
        found = _FOUND[policy] = {}
        for kind, one in _all_misnamed(policy):
            found.setdefault(kind, []).append(one)
    for one in found.get(context.rule.name, ()):
        related = tuple(context.related(path, "named here too", key=False) for path in one.others)
        yield context.value(one.path, one.message, severity=one.severity, related=related, fix=one.fix)


def _all_misnamed(policy: PolicySubject) -> Iterator[tuple[str, _Misnamed]]:
    """Yield each name that is wrong, with the rule that says so; what is gone once for all its places."""
    gone: dict[tuple[str, ...], list[tuple[Path, GroupResources]]] = {}
    for index, now in _resource_rules(policy):
        for number, entry in enumerate(now.resources):
            for wrong in () if _is_plain(entry) else _names(policy).judge(entry):
                path = policy.at("rules", index, "resources", number, *wrong.path)
                if wrong.gone:
                    gone.setdefault(wrong.gone, []).append((path, entry))
                    continue
                severity = Severity.INFO if wrong.mild else None
                message = _message(policy, index, entry, wrong)
                yield wrong.rule, _Misnamed(path, message, severity, fix=_fix(policy, index, number, wrong))
    for what, places in gone.items():
        yield "removed-resource", _gone(policy, what, places)


def _gone(policy: PolicySubject, what: tuple[str, ...], places: list[tuple[Path, GroupResources]]) -> _Misnamed:
    """Return the one finding about a group, or a resource, that other releases have, with all its places."""
    names = what[1:] or tuple(dict.fromkeys(name for _, entry in places for name in entry.resources))
    (wrong,) = _names(policy).judge(GroupResources(what[0], names))
    first, *others = (path for path, _ in places)
    return _Misnamed(first, wrong.message, None, tuple(others))


def _message(policy: PolicySubject, index: int, entry: GroupResources, wrong: Wrong) -> str:
    """Return what to say of a wrong name: to delete it where the same policy rule takes what was meant."""
    path = _taken_already(policy, index, entry, wrong.meant) if wrong.meant else None
    if wrong.meant is None or path is None:
        return wrong.message
    line = policy.places.value(policy.at("rules", index, *path)).line
    return f"{wrong.fact}. Delete it: line {line} takes {english.quoted(wrong.meant[1])} already"


def _fix(policy: PolicySubject, index: int, number: int, wrong: Wrong) -> Repair | None:
    """Return the fix of a wrong name in an entry of a rule."""
    held = policy.judged
    if held is None or wrong.mild:
        return None
    from auditlint.checks.repairs import names  # few policies need it

    own, path = held.rules[index], policy.at("rules", index, "resources", number)
    taken = wrong.meant is not None and _taken_already(policy, index, own.resources[number], wrong.meant) is not None
    return names.name(path, own, wrong, _names(policy), taken=taken)


def _taken_already(policy: PolicySubject, index: int, entry: GroupResources, meant: tuple[str, str]) -> Path | None:
    """Return the way to what takes a resource in a policy rule, for all names of objects that an entry gives."""
    held = policy.judged
    group, name = meant
    resource, _, subresource = name.partition("/")
    requests = [
        Request("get", "", (), None, group, resource, subresource, "", one) for one in entry.resource_names or ("",)
    ]
    for number, other in enumerate(held.rules[index].resources if held else ()):
        for position, one in enumerate(other.resources or ("*",)):
            alone = PolicyRule("Metadata", resources=(other._replace(resources=(one,)),))
            if all(matches(alone, request) for request in requests):
                return ("resources", number, "resources", position)
    return None


def _resource_rules(policy: PolicySubject) -> Iterator[tuple[int, PolicyRule]]:
    """Yield the rules that name groups, with their indexes; none of a policy for an aggregated server."""
    held = None if policy.cluster.aggregated else policy.judged
    for index, now in enumerate(held.rules if held else ()):
        if now.resources:
            yield index, now


def _names(policy: PolicySubject) -> Names:
    found = _NAMES.get(policy)
    if found is None:
        from auditlint.checks.suggestions.names import resource_names

        found = _NAMES[policy] = resource_names.of_cluster(policy.minor, policy.cluster.custom)
    return found


def _is_plain(entry: GroupResources) -> bool:
    """Tell at once of most entries that all names in them are known to every release."""
    if not entry.resources:
        return entry.group in {"", "*"} or has_well_known(entry.group)
    return all(_is_plain_name(entry.group, name) for name in entry.resources)


def _is_plain_name(group: str, name: str) -> bool:
    if name == "*":
        return has_well_known(group)
    known = is_always_served(group, name) or is_well_known(group, name.removesuffix("/*"))
    return known or (not group and name in _ALWAYS_SERVED)


def _is_well_known(entry: GroupResources) -> bool:
    """Tell of most entries that they name a resource which serves the usual verbs."""
    if not entry.resources:
        return entry.group == "*" or (has_well_known(entry.group) and entry.group != "authentication.k8s.io")
    return any(
        is_well_known(entry.group, name) and name not in {"bindings", "tokenreviews"} for name in entry.resources
    )


def _is_well_known_in_namespaces(entry: GroupResources) -> bool:
    return any(
        is_well_known(entry.group, name) and ANYWHERE.is_namespaced(entry.group, name) for name in entry.resources
    )


def _is_outside(resource: Resource, verbs: tuple[str, ...]) -> bool:
    """Tell whether no request with these verbs for a resource has a namespace.

    One for a namespace by name has that name as its namespace (pkg/endpoints/request/requestinfo.go).
    """
    if resource.namespaced:
        return False
    if resource.group or resource.resource != "namespaces":
        return True
    return not resource.subresource and bool(verbs) and {"list", "create", "deletecollection"}.issuperset(verbs)
