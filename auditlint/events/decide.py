"""What one or two policies make of recorded events, fast: events that no policy can tell apart share one cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from auditlint.events.event import COMPLETED_VERBS, place_of, request_of
from auditlint.kubernetes.engine.index import Index, lowest
from auditlint.kubernetes.match import decision_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.events.event import Event, ObjectReference
    from auditlint.kubernetes.match import Decision, Request
    from auditlint.kubernetes.policy import Policy

MOST_CELLS = 50_000
"""So many cells are kept; then they are handed on and the memory starts anew, whatever a log holds."""

_UNLISTED = 0
"""Stands in a key for every value that no policy lists."""

_Key = tuple[object, ...]


class Loaded(Protocol):
    """A policy with where it stands in a file, as programs load it."""

    @property
    def held(self) -> Policy:
        """The policy as the server holds it in memory."""


def held(policy: Policy | Loaded) -> Policy:
    """Return a policy as the server holds it in memory."""
    return getattr(policy, "held", policy)  # type: ignore[arg-type]


class Cell:
    """Events of one stage and recorded level that every policy here treats alike, and what was counted of them."""

    __slots__ = (
        "decisions",
        "events",
        "example",
        "first",
        "last",
        "level",
        "request",
        "request_bytes",
        "response_bytes",
        "size",
        "stage",
        "tail",
        "taker",
        "users",
    )

    def __init__(self, decisions: tuple[Decision, ...], request: Request, stage: str, level: str) -> None:
        self.decisions = decisions
        """What each policy does with these events."""
        self.taker = tuple(decision.rule for decision in decisions)
        self.request = request
        """One of the requests; its verb, resource and whether it has a user are those of all."""
        self.stage = stage
        self.level = level
        self.tail = ""
        """For an output of single events: what is the same for all of them."""
        self.events = self.size = self.request_bytes = self.response_bytes = 0
        self.first = self.last = ""
        self.example = ""
        """The auditID of the event of the first time; of several the first in the alphabet."""
        self.users: dict[str, int] = {}


class Decider:
    """Evaluates policies on events, and remembers."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        self._policies = policies
        rules = [rule for policy in policies for rule in policy.rules]
        entries = [entry for rule in rules for entry in rule.resources]
        self._users = frozenset(user for rule in rules for user in rule.users)
        self._groups = frozenset(group for rule in rules for group in rule.user_groups)
        self._namespaces = frozenset(namespace for rule in rules for namespace in rule.namespaces)
        self._names = frozenset(name for entry in entries for name in entry.resource_names)
        self._places_matter = bool(self._namespaces or self._names)
        self.forget()

    def forget(self) -> None:
        """Drop everything that grows with the log."""
        self.cells: dict[_Key, Cell] = {}
        self._memberships: dict[tuple[str, ...] | None, tuple[str, ...]] = {None: ()}
        self._in_urls: dict[str, tuple[str, str] | None] = {}
        self._indexes = [Index(policy.rules) for policy in self._policies]

    @property
    def full(self) -> bool:
        """Whether it is time to hand the cells on and forget."""
        return max(len(self.cells), len(self._memberships), len(self._in_urls)) >= MOST_CELLS

    def cell(self, event: Event) -> Cell:
        """Return the cell that an event belongs to."""
        user = event.user
        if user is None or not user.username:
            who: object = request_of(event).user
        else:
            who = user.username if user.username in self._users else _UNLISTED
        groups = self._membership(user.groups) if user is not None and self._groups else ()
        reference = event.object_ref
        key: _Key
        if reference is None:
            path = (event.request_uri or "").partition("?")[0]
            key = (who, groups, event.verb, path, event.stage, event.level)
        else:
            namespace, name = self._place(event, reference) if self._places_matter else (_UNLISTED, _UNLISTED)
            target = (reference.api_group, reference.resource, reference.subresource)
            key = (who, groups, event.verb, *target, namespace, name, event.stage, event.level)
        cell = self.cells.get(key)
        return self._new_cell(key, event) if cell is None else cell

    def _membership(self, groups: tuple[str, ...] | None) -> tuple[str, ...]:
        """Return the groups that some policy lists."""
        found = self._memberships.get(groups)
        if found is None:
            found = tuple(group for group in groups or () if group in self._groups)
            self._memberships[groups] = found
        return found

    def _place(self, event: Event, reference: ObjectReference) -> tuple[object, object]:
        """Return namespace and name as far as some policy lists them."""
        namespace, name = reference.namespace or "", reference.name or ""
        if event.verb in COMPLETED_VERBS:
            uri = event.request_uri or ""
            if uri not in self._in_urls:
                self._in_urls[uri] = place_of(uri)
            namespace, name = self._in_urls[uri] or (namespace, name)
        return namespace if namespace in self._namespaces else _UNLISTED, name if name in self._names else _UNLISTED

    def _new_cell(self, key: _Key, event: Event) -> Cell:
        request = request_of(event)
        decisions = tuple(
            decision_of(policy, _taker(index, request))
            for policy, index in zip(self._policies, self._indexes, strict=True)
        )
        cell = self.cells[key] = Cell(decisions, request, event.stage or "", event.level or "")
        return cell


def _taker(index: Index, request: Request) -> int | None:
    rules = index.matching(request)
    return lowest(rules) if rules else None
