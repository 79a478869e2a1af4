"""Rules about names of resources, held against what the target release serves, and about names of users and groups.

Most policies name what every release serves: that is told without the catalogue, which takes longer to load.
"""

from __future__ import annotations

from functools import cached_property
from weakref import WeakKeyDictionary

from auditlint import english
from auditlint.checks.suggestions import pasteable
from auditlint.finding import Severity
from auditlint.kubernetes.engine.region import region_of
from auditlint.kubernetes.match import resource_spellings
from auditlint.kubernetes.policy import LEVELS, GroupResources, PolicyRule
from auditlint.kubernetes.requests import RESOURCE_VERBS
from auditlint.kubernetes.well_known import ANYWHERE, has_well_known, is_always_served, is_well_known
from auditlint.records import NamedTuple
from auditlint.rule import Category, Context
from auditlint.subjects.model import ClusterPolicy
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditlint.change import Repair
    from auditlint.checks.suggestions.names.resource_names import Names, Wrong
    from auditlint.finding import Finding
    from auditlint.kubernetes.catalogue import Resource
    from auditlint.kubernetes.policy import Policy
    from auditlint.path import Path

rule = Category("policy-catalogue", ClusterPolicy)
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
_WITH_BODIES = LEVELS[2:]
_SECRET = {"": ("secrets", "serviceaccounts/token"), "authentication.k8s.io": ("tokenreviews",)}
"""Resources whose bodies nobody wants in the log, by group."""
_RULE = "Delete the rule"
_NO_NAMESPACES = "Delete `namespaces`"
_UNLESS_SHARED = ", unless servers of other releases share this policy"


class _Entry(NamedTuple):
    """An entry of `resources`, with the policy rule that it is in, and the indexes of both."""

    rule: int
    number: int
    held: PolicyRule
    entry: GroupResources
    listed: _Listed


class _Listed:
    """What the entries of a rule name, each place by group and name; looked through once for all questions."""

    def __init__(self, entries: Sequence[GroupResources]) -> None:
        self._entries = entries

    def taking(self, wanted: GroupResources) -> Path | None:
        """Return the way to the first name that takes the one resource wanted, for all names that the entry gives."""
        resource, _, subresource = wanted.resources[0].partition("/")
        found = [
            place
            for group in dict.fromkeys((wanted.group, "*"))
            for name in resource_spellings(resource, subresource)
            for place in self._places.get((group, name), ())
            if self._has_all(self._entries[place[0]].resource_names, wanted.resource_names or ("",))
        ]
        return ("resources", min(found)[0], "resources", min(found)[1]) if found else None

    @staticmethod
    def _has_all(names: Sequence[str], wanted: Sequence[str]) -> bool:
        return not names or set(wanted).issubset(names)

    @cached_property
    def _places(self) -> dict[tuple[str, str], list[tuple[int, int]]]:
        """Of each name the first few places: one and the same name has others behind them only to no purpose."""
        places: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for number, entry in enumerate(self._entries):
            for position, name in enumerate(entry.resources or ("*",)):
                known = places.setdefault((entry.group, name), [])
                if len(known) < _FEW:
                    known.append((number, position))
        return places


_FEW = 20


class _Misnamed(NamedTuple):
    path: Path
    message: str
    help: str
    severity: Severity | None
    others: tuple[Path, ...] = ()
    """Where the same is wrong for the same reason."""
    fix: Repair | None = None


_FOUND: WeakKeyDictionary[ClusterPolicy, dict[str, list[_Misnamed]]] = WeakKeyDictionary()
_NAMES: WeakKeyDictionary[ClusterPolicy, Names] = WeakKeyDictionary()


@rule(
    "unknown-group",
    severity=Severity.ERROR,
    fixable=True,
    summary="a misspelt API group, or a word that is none, such as core or v1",
    gives_way_to=_TELL_MORE,
)
def unknown_group(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report groups that are plainly meant to be one of Kubernetes' own."""
    return _misnamed(policy, context)


@rule(
    "unknown-resource",
    severity=Severity.ERROR,
    fixable=True,
    summary="a name that no resource of a built-in group has: of another group, a kind, singular, short or misspelt",
    gives_way_to=_TELL_MORE,
)
def unknown_resource(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report names in built-in groups that no known release serves there."""
    return _misnamed(policy, context)


@rule(
    "unknown-subresource",
    severity=Severity.ERROR,
    fixable=True,
    summary="a subresource that its resource does not have",
    gives_way_to=_TELL_MORE,
)
def unknown_subresource(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report subresources of built-in resources that no known release serves."""
    return _misnamed(policy, context)


@rule(
    "removed-resource",
    severity=Severity.INFO,
    summary="a group, resource or subresource that only older or newer servers have",
    gives_way_to=_TELL_MORE,
)
def removed_resource(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report what the target release does not serve and another one does."""
    return _misnamed(policy, context)


@rule(
    "singular-resource",
    severity=Severity.INFO,
    summary="in a group that is not built in, a name that does not end in s",
    gives_way_to=_TELL_MORE,
)
def singular_resource(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report names of custom resources that look like a singular or a kind."""
    return _misnamed(policy, context)


@rule(
    "cluster-scoped-namespace",
    severity=Severity.ERROR,
    summary="namespaces given for resources that are in none",
    gives_way_to=_TELL_MORE,
)
def cluster_scoped_namespace(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report rules for cluster-scoped resources only whose namespaces keep all their requests out."""
    for index, held in _resource_rules(policy):
        if not held.namespaces or "" in held.namespaces or any(map(_is_well_known_in_namespaces, held.resources)):
            continue
        known = _names(policy).scopes(held.resources)
        if known is None or not all(_is_outside(one, held.verbs) for one in known):
            continue
        names = list(dict.fromkeys(one.name for one in known))
        message = (
            f"{english.several(names)} {english.noun(len(names), 'is', 'are')} cluster-scoped, so no request has one "
            "of these namespaces and the rule matches none"
        )
        quiet = held.level == LEVELS[0]
        help = "Delete the rule: without `namespaces` it would silence these requests" if quiet else _NO_NAMESPACES
        yield context.value(policy.at("rules", index, "namespaces"), message, help=help)


@rule(
    "unsupported-verb",
    severity=Severity.INFO,
    summary="none of the listed verbs is served by any of the named resources",
    gives_way_to=(*_TELL_MORE, "unknown-verb", "verb-mismatch", "unserved-rule", "never-matching-rule"),
)
def unsupported_verb(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report rules that match only requests to which the server responds with 405, method not allowed."""
    for index, held in _resource_rules(policy):
        if not held.verbs or (not _USUAL_VERBS.isdisjoint(held.verbs) and any(map(_is_well_known, held.resources))):
            continue
        if not any(verb in RESOURCE_VERBS for verb in held.verbs):
            continue  # no request at all, so none that fails
        served = _names(policy).verbs(held.resources)
        if served and served.isdisjoint(held.verbs):
            what = english.several([name for entry in held.resources for name in entry.resources or (entry.group,)])
            message = (
                f"1.{policy.minor} serves no {english.listing(held.verbs, 'or')} of {what}, so this rule matches only "
                "requests that fail"
            )
            help = _served_verbs(held, served)
            yield context.value(policy.at("rules", index, "verbs"), message, help=help)


@rule(
    "dead-identity",
    severity=Severity.ERROR,
    summary="a group among users, a user among groups, or a name that no longer exists",
    gives_way_to=(*_TELL_MORE, "empty-identity"),
)
def dead_identity(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Report names of users and groups that nobody has, by the names that Kubernetes itself gives."""
    suspects = [*_suspects(policy.judged)]
    if not suspects:
        return
    from auditlint.checks.suggestions.names.identity_names import Identities

    identities = Identities(
        policy.judged.rules, policy.minor, lambda index: policy.places.key(policy.at("rules", index)).line
    )
    for index, field, position, name in suspects:
        dead = identities.dead(index, field, name)
        if dead:
            severity = Severity.INFO if dead.gone and field == "users" else None
            path = policy.at("rules", index, field, position)
            yield context.value(path, dead.message, help=dead.help, severity=severity)


def _served_verbs(held: PolicyRule, served: frozenset[str]) -> str:
    """Return what to write for verbs that are not served, so that nothing is silenced and no secret logged by it."""
    written = f"`verbs: {pasteable.inline(sorted(served))}`"
    if held.level == LEVELS[0]:
        return f"Delete the rule, or write {written} to silence these"
    secret = held.level in _WITH_BODIES and any(
        not entry.resources or not {"*", *_SECRET.get(entry.group, ())}.isdisjoint(entry.resources)
        for entry in held.resources
    )
    return f"Write {written} and `level: Metadata`" if secret else f"Write {written}"


def _suspects(policy: Policy) -> Iterator[tuple[int, str, int, str]]:
    """Yield the names, with their places, of which it is not told at once that they are, or may be, somebody's."""
    for index, held in enumerate(policy.rules):
        for field, names in (("users", held.users), ("userGroups", held.user_groups)):
            for position, name in enumerate(names):
                if name not in _LIVING[field] and "*" not in name and name.lower().startswith(_KUBERNETES_OWN):
                    yield index, field, position, name


def _misnamed(policy: ClusterPolicy, context: Context) -> Iterator[Finding]:
    """Yield the findings of one of the rules about names, all of which are worked out together."""
    found = _FOUND.get(policy)
    if found is None:
        found = _FOUND[policy] = {}
        for kind, one in _all_misnamed(policy):
            found.setdefault(kind, []).append(one)
    for one in found.get(context.rule.name, ()):
        related = tuple(context.related(path, "named here too", key=False) for path in one.others)
        yield context.value(one.path, one.message, help=one.help, severity=one.severity, related=related, fix=one.fix)


def _all_misnamed(policy: ClusterPolicy) -> Iterator[tuple[str, _Misnamed]]:
    """Yield each name that is wrong, with the rule that says so; what is gone once for all its places."""
    gone: dict[tuple[str, ...], list[tuple[_Entry, Wrong]]] = {}
    for index, held in _resource_rules(policy):
        listed = _Listed(held.resources)
        for number, entry in enumerate(held.resources):
            for wrong in () if _is_plain(entry) else _names(policy).judge(entry):
                place = _Entry(index, number, held, entry, listed)
                if wrong.gone:
                    gone.setdefault(wrong.gone, []).append((place, wrong))
                else:
                    yield wrong.rule, _misnamed_here(policy, place, wrong)
    for places in gone.values():
        (first, wrong), *others = places
        told = _misnamed_here(policy, first, wrong)
        yield wrong.rule, told._replace(others=tuple(_path(policy, place, one) for place, one in others))


def _misnamed_here(policy: ClusterPolicy, place: _Entry, wrong: Wrong) -> _Misnamed:
    severity = Severity.INFO if wrong.mild else None
    path, help, fix = _path(policy, place, wrong), _help(policy, place, wrong), _fix(policy, place, wrong)
    return _Misnamed(path, wrong.words.message, help, severity, fix=fix)


def _fix(policy: ClusterPolicy, place: _Entry, wrong: Wrong) -> Repair | None:
    """Return the fix of a wrong name in an entry of a rule; none that would log what is secret."""
    if wrong.gone or wrong.mild or _secret(policy, place, _wanted(place, wrong)):
        return None
    from auditlint.checks.repairs import names  # few policies need it

    path = policy.at("rules", place.rule, "resources", place.number)
    taken = _taken_already(place, _wanted(place, wrong)) is not None
    return names.name(path, place.held, wrong, _names(policy), taken=taken)


def _path(policy: ClusterPolicy, place: _Entry, wrong: Wrong) -> Path:
    return policy.at("rules", place.rule, "resources", place.number, *wrong.path)


def _help(policy: ClusterPolicy, place: _Entry, wrong: Wrong) -> str:
    """Return what to do with a wrong name: to delete it where the same policy rule matches what was meant."""
    words = wrong.words
    if words.help:
        return words.help
    wanted = _wanted(place, wrong)
    if not wanted:
        return _delete(place, wrong) + (_UNLESS_SHARED if wrong.gone else "")
    path = _taken_already(place, wanted)
    if path is not None:
        line = policy.places.value(policy.at("rules", place.rule, *path)).line
        return f"{_delete(place, wrong)}: line {line} has {english.quoted(wanted[0].resources[0])} already"
    return _with_secrets(policy, place, wrong, wanted)


def _wanted(place: _Entry, wrong: Wrong) -> tuple[GroupResources, ...]:
    """Return what was meant, as entries of `resources`; nothing where that is not known."""
    meant = (GroupResources(wrong.meant[0], (wrong.meant[1],)),) if wrong.meant else wrong.words.entries
    return tuple(one._replace(resource_names=place.entry.resource_names) for one in meant)


def _with_secrets(policy: ClusterPolicy, place: _Entry, wrong: Wrong, wanted: tuple[GroupResources, ...]) -> str:
    """Return what to write for an entry: what nobody wants in the log with its bodies in a rule above, at Metadata."""
    secret = _secret(policy, place, wanted)
    if not secret:
        return _write(place, wrong, wanted)
    left = tuple(one for one in (_without(entry, secret) for entry in wanted) if one)
    done = _write(place, wrong, left) if left else _delete(place, wrong)
    if all(one.resources and "*" not in one.resources for one in wanted) and _logged_below(policy, place, secret):
        return f"{done}: a rule below logs {english.listing(secret[0].resources)} without the content"
    above = f"`{pasteable.on_one_line(place.held._replace(level=LEVELS[1], resources=secret))}`"
    if left:
        return f"{done}, below a rule {above}"
    return f"Write {above} instead of this rule" if done == _RULE else f"{done}, and put {above} above this rule"


def _without(entry: GroupResources, secret: Iterable[GroupResources]) -> GroupResources | None:
    """Return an entry without the names that are secret; None if it has no others."""
    hidden = {name for one in secret if one.group == entry.group for name in one.resources}
    if not entry.resources:
        return entry
    names = tuple(name for name in entry.resources if name not in hidden)
    return entry._replace(resources=names) if names else None


def _logged_below(policy: ClusterPolicy, place: _Entry, secret: tuple[GroupResources, ...]) -> bool:
    """Tell whether all requests for what is secret are logged at Metadata by later rules."""
    region = region_of(place.held._replace(resources=secret))
    others = (index for index, one in enumerate(policy.judged.rules) if one.level != LEVELS[1])
    return policy.analysis.reach.find(region, others, or_no_rule=True).impossible


def _delete(place: _Entry, wrong: Wrong) -> str:
    """Return how to delete a name, which must not leave a list empty: that would match everything."""
    if wrong.path[0] == "resources" and len(place.entry.resources) > 1:
        return "Delete it"
    return "Delete this entry" if len(place.held.resources) > 1 else _RULE


def _write(place: _Entry, wrong: Wrong, wanted: Sequence[GroupResources]) -> str:
    """Return what to write for an entry, or for a name in it."""
    first = wanted[0]
    if len(wanted) > 1:
        return f"Write an entry for each group: {english.listing([_listed(one) for one in wanted])}"
    if place.entry.resources == first.resources:
        return f'Write `group: "{first.group}"`'
    if wrong.path[0] == "group":
        return f'Write `group: "{first.group}"` and `resources: {pasteable.inline(first.resources)}`'
    if place.entry.group in {first.group, "*"}:
        return f'Write `"{first.resources[0]}"`'
    if len(place.entry.resources) > 1:
        return f"Move it to an entry of its own: {_listed(first)}"
    return f'Write `group: "{first.group}"` and `resources: {pasteable.inline(first.resources)}`'


def _listed(entry: GroupResources) -> str:
    return f"`- {pasteable.inline_entry(entry)}`"


def _secret(policy: ClusterPolicy, place: _Entry, wanted: Iterable[GroupResources]) -> tuple[GroupResources, ...]:
    """Return what of some entries a rule would log with bodies that nobody wants in the log."""
    found = []
    for one in wanted if place.held.level in _WITH_BODIES else ():
        every = not one.resources or "*" in one.resources
        names = tuple(name for name in _SECRET.get(one.group, ()) if every or name in one.resources)
        region = region_of(place.held._replace(resources=(one._replace(resources=names),)))
        later = range(place.rule, len(policy.judged.rules))
        if names and not policy.analysis.reach.find(region, later, or_no_rule=True).impossible:
            found.append(one._replace(resources=names))
    return tuple(found)


def _taken_already(place: _Entry, wanted: Sequence[GroupResources]) -> Path | None:
    """Return the way to what matches the one resource meant in a policy rule, for all names that an entry gives."""
    if len(wanted) != 1 or len(wanted[0].resources) != 1:
        return None
    return place.listed.taking(wanted[0])


def _resource_rules(policy: ClusterPolicy) -> Iterator[tuple[int, PolicyRule]]:
    """Yield the rules that name groups, with their indexes."""
    for index, one in enumerate(policy.judged.rules):
        if one.resources:
            yield index, one


def _names(policy: ClusterPolicy) -> Names:
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
