"""Every act that a condition is about, played through a policy: a request with all that a policy cannot know.

The requests are those that a cluster serves. Their attributes are looked at value by value, of each kind that neither
the policy nor the condition tells apart only one: so nothing is left out, and little is done twice.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.detections import events, values
from auditlint.detections.condition import OPEN, Constant, can_hold, numbered, numbers_in, simplified, value
from auditlint.detections.events import LEVELS, Hidden, Written
from auditlint.detections.people import people, unnamed
from auditlint.detections.unreadable import UnreadableError
from auditlint.kubernetes.engine.index import Index, lowest
from auditlint.kubernetes.requests import URL_VERBS, Request, is_resource_path
from auditlint.kubernetes.well_known import is_well_known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditlint.detections.condition import Comparison, Condition, Field, Numbered, Open, Values
    from auditlint.detections.people import Person
    from auditlint.kubernetes.catalogue import Catalogue
    from auditlint.kubernetes.policy import Policy

MOST_ACTS = 40_000
"""So many kinds of requests are looked at for one detection: eight times those of well-known policies."""
_MOST_PAIRS = 1_000_000
"""So many pairs of somebody and something are compared with the rules of the policy."""
_MOST_TOLD = 50_000_000
"""So many answers of tests about somebody and something are put together, which is for half a minute."""
_MOST_WAYS = 20_000
"""In so many ways fields that no policy knows of may come out."""
_NAMED = frozenset({"get", "update", "patch", "delete"})
_COLLECTIONS = frozenset({"list", "watch"})
_CUSTOM_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
_GROUP = "example.com"
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_RESOURCE = re.compile(r"[a-z](?:[a-z0-9-]*[a-z0-9])?")
_NAMES = {"secrets": "db", "nodes": "node-1", "serviceaccounts": "build", "roles": "admin", "clusterroles": "admin"}
_PATHS = ("/healthz", "/livez", "/readyz", "/metrics", "/version", "/api", "/apis", "/openapi/v2", "/", "/logs/x7q")

Ways = frozenset[frozenset[Written]]
"""For each way in which hidden fields can come out the events, of those that some policy writes, that make it true."""


class What(NamedTuple):
    """A verb, and what it is for."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespaced: bool = False
    version: str = ""
    path: str | None = None
    in_any_group: bool = False
    """Whether its group stands for any that nobody names."""
    stands_for_any: bool = False
    """Whether the resource stands for any that nobody names."""

    @property
    def target(self) -> tuple[str, str, str]:
        """Group, resource and subresource."""
        return self.group, self.resource, self.subresource


class Act(NamedTuple):
    """Acts that neither the policy nor the condition tells apart."""

    request: Request
    """One of their requests."""
    alike: tuple[What, ...]
    """What they are for."""
    ways: Ways
    """Not empty, and neither are its members."""
    rule: int | None
    """The first rule of the policy that matches them."""


class TooManyActsError(UnreadableError):
    """A policy and a condition tell so many requests apart that only these acts were looked at."""

    def __init__(self, acts: list[Act]) -> None:
        super().__init__("the policy and the rule tell too many people and resources apart to look at them all")
        self.acts = acts


class _Spec(NamedTuple):
    """A kind of What, with all that are of it."""

    members: tuple[What, ...]
    said: tuple[bool | Open | None, ...]


_WHAT, _WHO, _WHERE, _NAME, _URI, _EVENT, _HIDDEN = "what", "who", "where", "name", "uri", "event", "hidden"
_DIMENSIONS: dict[Field, str] = {
    ("verb",): _WHAT,
    ("objectRef",): _WHAT,
    ("objectRef", "resource"): _WHAT,
    ("objectRef", "apiGroup"): _WHAT,
    ("objectRef", "subresource"): _WHAT,
    ("objectRef", "apiVersion"): _WHAT,
    ("apiVersion",): _WHAT,
    ("kind",): _WHAT,
    ("user",): _WHO,
    ("user", "username"): _WHO,
    ("user", "groups"): _WHO,
    ("objectRef", "namespace"): _WHERE,
    ("objectRef", "name"): _NAME,
    ("requestURI",): _URI,
    ("stage",): _EVENT,
    ("level",): _EVENT,
}


_READ: dict[Field, Callable[[What], object]] = {
    ("verb",): lambda what: what.verb,
    ("objectRef",): lambda what: what.path is None,
    ("objectRef", "resource"): lambda what: what.resource,
    ("objectRef", "apiGroup"): lambda what: what.group,
    ("objectRef", "subresource"): lambda what: what.subresource,
    ("objectRef", "apiVersion"): lambda what: (what.path is None, what.version),
}
"""What a test of verb or resource depends on."""


class Player:
    """Plays acts through one policy."""

    def __init__(self, policy: Policy, minor: int, catalogue: Catalogue) -> None:
        self.index = Index(policy.rules)
        self.minor = minor
        self.catalogue = catalogue

    def acts(self, condition: Condition) -> list[Act]:
        """Return the acts that a condition is about; TooManyActsError where they are too many to look at."""
        return _Play(self, condition).acts()

    @cached_property
    def built_in(self) -> tuple[What, ...]:
        """Everything that the release serves, what everybody knows first."""
        served = sorted(
            self.catalogue.served, key=lambda one: (not is_well_known(one.group, one.resource), one.subresource != "")
        )
        return tuple(
            What(verb, *one.key, one.namespaced, one.version_in(self.minor) or "v1")
            for one in served
            for verb in one.verbs or _CUSTOM_VERBS
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """The resources that the release serves."""
        return frozenset(one.resource for one in self.catalogue.served)


class _Play:
    """One condition, played through a policy."""

    def __init__(self, player: Player, condition: Condition) -> None:
        self.player = player
        self.index = player.index
        self.numbered: Numbered = numbered(condition)
        self.tests: tuple[Comparison, ...] = self.numbered.tests
        self._where = [_DIMENSIONS.get(test.field, _HIDDEN) for test in self.tests]
        self._together = values.together(condition)
        self._ways_of: dict[object, Ways] = {}
        self._fields: dict[object, dict[Field, Hidden | None]] = {}
        self._said_of_values: dict[object, bool | None] = {}
        self._looked = self._pairs = self._told = 0

    def acts(self) -> list[Act]:
        """Return the acts that the condition is about."""
        whos = self._people()
        found: dict[tuple[object, ...], Act] = {}
        for spec in self._specs():
            what = spec.members[0]
            self._told += len(whos) * len(self.tests)
            if self._told > _MOST_TOLD:
                raise TooManyActsError(list(found.values()))
            able = [(who, said) for who, said in whos if can_hold(self.numbered.tree, _merged(spec.said, said))]
            for name, where in self._places(what) if able else ():
                rules = self.index.verbs.admitting(what.verb) & self._admitting(what, name, where)
                told: set[object] = set()
                self._pairs += len(able)
                if self._pairs > _MOST_PAIRS or self._looked > MOST_ACTS:
                    raise TooManyActsError(list(found.values()))
                for who, said in able:
                    key = (rules & who.rules, who.user is None, said)
                    if key not in told:
                        told.add(key)
                        act = self._act(spec, _request(what, name, where, who), said, rules & who.rules)
                        if act is not None:
                            found.setdefault((id(spec), act.rule, act.ways, who.user is None, where, name), act)
        return list(found.values())

    def _act(self, spec: _Spec, request: Request, said: tuple[Any, ...], rules: int) -> Act | None:
        self._looked += 1
        ways = self._ways(spec, request, said)
        if not ways:
            return None
        return Act(request, spec.members, ways, lowest(rules) if rules else None)

    def _people(self) -> list[tuple[Person, tuple[Any, ...]]]:
        users = self._examples(("user", "username"))
        groups = self._examples(("user", "groups"))

        def told(user: str | None, member_of: tuple[str, ...]) -> tuple[Any, ...]:
            return self._said(_WHO, Request("", user, member_of))

        return [(who, told(who.user, who.groups)) for who in people(self.index, users, groups, told)]

    def _examples(self, field: Field) -> list[str]:
        asked = [test for test in self.tests if test.field == field]
        found = values.candidates(asked, self._together.get(field, ()))
        return [value for value in found if value != values.FILLER]

    def _said(self, dimension: str, request: Request, version: str = "") -> tuple[Any, ...]:
        """Return what the tests of one kind of attribute say of a request, OPEN of the others."""
        return tuple(
            test.holds(_attribute(test.field, request, version)) if here == dimension else OPEN
            for test, here in zip(self.tests, self._where, strict=True)
        )

    def _specs(self) -> list[_Spec]:
        """Return what requests may be for, each kind once, those that can make the condition true."""
        kinds: dict[object, list[What]] = {}
        said_of: dict[object, tuple[Any, ...]] = {}
        for what in self._whats():
            said = self._said_of(what)
            if can_hold(self.numbered.tree, said):
                key = self._kind(what, said)
                kinds.setdefault(key, []).append(what)
                said_of[key] = said
        return [_Spec(tuple(members), said_of[key]) for key, members in kinds.items()]

    def _said_of(self, what: What) -> tuple[Any, ...]:
        """Return what the tests of verb and resource say, OPEN of the others; each value is looked at once."""
        said: list[Any] = [OPEN] * len(self.tests)
        for number, test in self._tests_of_what:
            read = _READ.get(test.field)
            key = (number, None if read is None else read(what))
            if key not in self._said_of_values:
                request = _request(what, "", "", None)
                self._said_of_values[key] = test.holds(_attribute(test.field, request, what.version))
            said[number] = self._said_of_values[key]
        return tuple(said)

    @cached_property
    def _tests_of_what(self) -> list[tuple[int, Comparison]]:
        return [(number, test) for number, test in enumerate(self.tests) if self._where[number] == _WHAT]

    def _kind(self, what: What, said: tuple[Any, ...]) -> object:
        """Return what tells one What from others, as far as the policy and the condition go."""
        rules = self.index.verbs.admitting(what.verb)
        if what.path is not None:
            return what.path, rules & self.index.path_admitting(what.path), said, self._uri_key(what)
        admitting = tuple(rules & self.index.target_admitting(*what.target, name) for name in self._names_known)
        places = (what.namespaced, what.resource == "namespaces", _naming(what))
        request = _request(what, "web", "", None)._replace(user="")
        hidden = tuple(self._hidden_fields(request).items())
        stages = events.stages_of(request)
        return admitting, said, places, hidden, stages, self._uri_key(what)

    def _uri_key(self, what: What) -> object:
        """Return what stands for the URI, where the condition looks at it."""
        return what if _URI in self._where else None

    @cached_property
    def _names_known(self) -> tuple[str, ...]:
        return (values.FILLER, *sorted(self.index.names))

    def _whats(self) -> Iterator[What]:
        yield from self.player.built_in
        groups = (*sorted(self.index.target_groups), *self._examples(("objectRef", "apiGroup")))
        taken = self.player.catalogue.groups
        custom = dict.fromkeys((_GROUP, *(group for group in groups if "." in group and group not in taken)))
        words = (*sorted(self.index.resource_words), *self._examples(("objectRef", "resource")))
        known = self.player.names
        names = dict.fromkeys(word for word in words if _RESOURCE.fullmatch(word) and word not in known)
        fresh = unnamed("widgets", (*names, *known))
        for group, name, verb in product(custom, (fresh, *names), _CUSTOM_VERBS):
            for namespaced in (True, False):
                yield What(verb, group, name, "", namespaced, "v1", None, group == _GROUP, name == fresh)
        for path, method in product(self._paths(), URL_VERBS):
            yield What(method, path=path)

    def _paths(self) -> Iterator[str]:
        urls = (*self.index.prefixes, *(f"{prefix}{values.FILLER}" for prefix in self.index.prefixes))
        asked = (uri.partition("?")[0] for uri in self._examples(("requestURI",)))
        listed = (*self.index.urls, *urls, *asked, *_PATHS, f"/{values.FILLER}")
        yield from dict.fromkeys(path for path in listed if path.startswith("/") and not is_resource_path(path))

    def _places(self, what: What) -> Iterator[tuple[str, str]]:
        """Yield names and namespaces that a request may be for, of each kind one."""
        if what.path is not None:
            yield "", ""
            return
        seen: set[object] = set()
        own = what.resource == "namespaces" and what.verb not in _COLLECTIONS
        for name, space in product(self._names_for(what), self._spaces_for(what)):
            where = name if own else space
            request = _request(what, name, where, None)
            said = (self._said(_NAME, request) if name else None, self._said(_WHERE, request))
            uri = (name, where) if _URI in self._where else None
            key = (self._admitting(what, name, where), said, bool(name), uri)
            if key not in seen:
                seen.add(key)
                yield name, where

    def _admitting(self, what: What, name: str, where: str) -> int:
        if what.path is not None:
            return self.index.path_admitting(what.path)
        return self.index.target_admitting(*what.target, name) & self.index.namespaces.admitting(where)

    def _names_for(self, what: What) -> list[str]:
        naming = _naming(what)
        if naming is False:
            return [""]
        asked = [name for name in self._examples(("objectRef", "name")) if name and "/" not in name]
        taken = (*self.index.names, *asked)
        usual = "prod" if what.resource == "namespaces" else _NAMES.get(what.resource, "web")
        named = [unnamed(usual, taken), *sorted(self.index.names), *asked]
        if what.resource == "namespaces":
            named += [*self.index.namespaces.listed, *self._examples(("objectRef", "namespace"))]
        return ["", *named] if naming is None else named

    def _spaces_for(self, what: What) -> list[str]:
        if not what.namespaced:
            return [""]
        asked = [space for space in self._examples(("objectRef", "namespace")) if _LABEL.fullmatch(space)]
        listed = [space for space in self.index.namespaces.listed if space and "*" not in space]
        spaces = [unnamed("prod", (*listed, *asked)), *listed, *asked]
        return [*spaces, ""] if what.verb in _COLLECTIONS else spaces

    def _ways(self, spec: _Spec, request: Request, who: tuple[Any, ...]) -> Ways:
        """Return in which ways the condition can be true of a request."""
        what = spec.members[0]
        nowhere = request.path is not None
        named = self._said(_NAME, request) if nowhere or request.name or what.verb != "create" else None
        where = self._said(_WHERE, request)
        said: list[Any] = [OPEN] * len(self.tests)
        for number, dimension in enumerate(self._where):
            if dimension == _WHAT:
                said[number] = spec.said[number]
            elif dimension == _WHO:
                said[number] = who[number]
            elif dimension == _WHERE:
                said[number] = where[number]
            elif dimension == _NAME and named is not None:
                said[number] = named[number]
        hidden = self._hidden_fields(request)
        for number, test in enumerate(self.tests):
            if said[number] is OPEN and test.field in hidden and hidden[test.field] is None:
                said[number] = test.holds(None)
        stages = events.stages_of(request)
        uri = _uri(request, what.version) if _URI in self._where else ""
        facts = tuple(hidden.items())
        key = (tuple(said), stages, uri, facts)
        if key not in self._ways_of:
            self._ways_of[key] = self._look(said, stages, hidden, uri)
        return self._ways_of[key]

    def _hidden_fields(self, request: Request) -> dict[Field, Hidden | None]:
        """Return what is to be known of each field that the condition reads and no policy knows of."""
        key = (request.verb, *request.words[:3], request.path is None, request.user is None, bool(request.name))
        if key not in self._fields:
            wanted = (_HIDDEN, _URI, *((_NAME,) if request.verb == "create" and not request.name else ()))
            self._fields[key] = {
                test.field: events.hidden_field(test.field, request, self.player.minor)
                for test, here in zip(self.tests, self._where, strict=True)
                if here in wanted
            }
        return self._fields[key]

    def _look(self, said: list[Any], stages: tuple[str, ...], hidden: dict[Field, Hidden | None], uri: str) -> Ways:
        tree = simplified(self.numbered.tree, said)
        if isinstance(tree, Constant):
            return frozenset([_written(stages)]) if tree.value else frozenset()
        left = numbers_in(tree)
        fields = {
            field: [number for number in sorted(left) if self.tests[number].field == field]
            for field in dict.fromkeys(self.tests[number].field for number in sorted(left))
        }
        of_event = [number for number in left if self._where[number] == _EVENT]
        options = [
            (numbers, hidden[field], list(self._kinds(field, numbers, hidden[field], uri)))
            for field, numbers in fields.items()
            if field in hidden
        ]
        ways = 1
        for _, _, kinds in options:
            ways *= len(kinds)
        if ways > _MOST_WAYS:
            names = ", ".join(events.shown(field) for field in fields if field in hidden)
            raise UnreadableError(f"too many values of {names} to look at")
        found: set[frozenset[Written]] = set()
        written = sorted(_written(stages))
        for chosen in product(*(kinds for _, _, kinds in options)):
            true = frozenset(
                event
                for event in written
                if self._is_true(tree, event, of_event, list(zip(options, chosen, strict=True)))
            )
            if true:
                found.add(true)
        return frozenset(found)

    def _is_true(self, tree: Any, event: Written, of_event: Sequence[int], chosen: Sequence[Any]) -> bool:
        said: list[bool | None] = [None] * len(self.tests)
        for number in of_event:
            test = self.tests[number]
            said[number] = test.holds(frozenset((event.stage if test.field == ("stage",) else event.level,)))
        for (numbers, field, _), outcome in chosen:
            if event.shows(field):
                for number, one in zip(numbers, outcome, strict=True):
                    said[number] = one
        return value(tree, said) is True

    def _kinds(self, field: Field, numbers: Sequence[int], hidden: Hidden | None, uri: str) -> Iterator[Any]:
        """Yield the ways in which the tests of a hidden field can come out."""
        assert hidden is not None
        asked = [self.tests[number] for number in numbers]
        if field == ("requestURI",):
            queries = (one.partition("?")[2] or one.lstrip("/") for one in self._examples(field))
            single = [uri, f"{uri}?{values.FILLER}", *(f"{uri}?{query}" for query in queries)]
            yield from values.kinds(asked, single, certain=True, listed=False)
            return
        if hidden.only:
            single = list(hidden.only)
        else:
            single = values.candidates(asked, (*hidden.ordinary, *self._together.get(field, ())))
        listed = hidden.kind in {events.Kind.SENT, events.Kind.RETURNED} or field[0] in {
            "sourceIPs",
            "impersonatedUser",
        }
        yield from values.kinds(asked, single, certain=hidden.certain, listed=listed and not hidden.only)


def _merged(
    one: tuple[bool | Open | None, ...], other: tuple[bool | Open | None, ...]
) -> tuple[bool | Open | None, ...]:
    """Return what tests say of which one or the other knows it."""
    return tuple(theirs if mine is OPEN else mine for mine, theirs in zip(one, other, strict=True))


def _naming(what: What) -> bool | None:
    """Tell whether a request has an object's name in its path; None: it may have one or not."""
    if what.path is not None or what.verb == "deletecollection":
        return False
    if what.verb in _COLLECTIONS:
        return None
    return what.verb in _NAMED or bool(what.subresource)


def _request(what: What, name: str, where: str, who: Person | None) -> Request:
    user, groups = (None, ()) if who is None else (who.user, who.groups)
    return Request(what.verb, user, groups, what.path, *what.target, where, name)


def _written(stages: tuple[str, ...]) -> frozenset[Written]:
    return frozenset(Written(stage, level) for stage in stages for level in LEVELS)


def _attribute(field: Field, request: Request, version: str) -> Values | None:
    """Return what stands in a field that the request decides."""
    match field:
        case ("verb",):
            return frozenset((request.verb,))
        case ("apiVersion",):
            return frozenset(("audit.k8s.io/v1",))
        case ("kind",):
            return frozenset(("Event",))
        case ("user",) | ("user", "username"):
            return None if request.user is None else frozenset((request.user,))
        case ("user", "groups"):
            return frozenset(request.groups) if request.user is not None and request.groups else None
    if request.path is not None:
        return None
    named = {
        "resource": request.resource,
        "apiGroup": request.api_group,
        "subresource": request.subresource,
        "apiVersion": version,
        "namespace": request.namespace,
        "name": request.name,
    }
    text = named[field[1]] if len(field) > 1 else request.resource
    return frozenset((text,)) if text else None


def _uri(request: Request, version: str) -> str:
    """Return the path of a request as clients of the release send it."""
    if request.path is not None:
        return request.path
    prefix = f"/apis/{request.api_group}/{version}" if request.api_group else f"/api/{version or 'v1'}"
    if request.namespace and request.resource != "namespaces":
        prefix += f"/namespaces/{request.namespace}"
    named = request.name if request.verb not in _COLLECTIONS else ""
    return "/".join(part for part in (prefix, request.resource, named, request.subresource) if part)
