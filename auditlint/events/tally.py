"""What is counted while a log is replayed: per pair of decisions, in memory that does not grow with the log."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from auditlint.events.decide import Cell
    from auditlint.kubernetes.match import Request

MOST_NAMES = 4096
"""So many users or resources are counted for one rule; then the rarer half is dropped, the busiest stay."""

Taker = tuple[int | None, ...]
"""The rule that takes an event, or None, for each policy."""

REQUEST_KEY = len(',"requestObject":')
RESPONSE_KEY = len(',"responseObject":')
_READS = frozenset({"get", "list", "watch"})
_WITHOUT_RESPONSE = frozenset({"watch", "proxy", ""})
_AT_LEAST_REQUEST = frozenset({"Request", "RequestResponse"})


LAST = "\U0010ffff"
"""Sorts behind every time and every auditID."""


class Earliest(NamedTuple):
    """The first event of some: when it was written and its auditID, both LAST where it does not say."""

    at: str
    audit_id: str


_LATEST = Earliest(LAST, LAST)


class Sizes:
    """Bytes of events, and how much of them are bodies."""

    def __init__(self) -> None:
        self.size = self.request = self.response = 0
        self.unknown_requests = self.unknown_responses = 0
        """Events whose request (or response) has a body that the log does not hold: its level was too low."""

    def add(self, cell: Cell) -> None:
        """Add the events of a cell."""
        self.size += cell.size
        self.request += cell.request_bytes
        self.response += cell.response_bytes
        if _may_have_request(cell.request, cell.stage) and cell.level not in _AT_LEAST_REQUEST:
            self.unknown_requests += cell.events
        if _may_have_response(cell.request, cell.stage) and cell.level != "RequestResponse":
            self.unknown_responses += cell.events

    def merge(self, other: Sizes) -> None:
        """Add the sizes of other events."""
        for field, value in vars(other).items():
            setattr(self, field, getattr(self, field) + value)

    def at(self, level: str) -> int:
        """Return the bytes that the events would take at a level, as far as the log holds their bodies."""
        if level == "None":
            return 0
        without = self.response if level == "Request" else self.response + self.request if level == "Metadata" else 0
        return self.size - without

    def unknown_at(self, level: str) -> int:
        """Return how many events would have a body at a level that the log does not hold."""
        if level == "Request":
            return self.unknown_requests
        return max(self.unknown_requests, self.unknown_responses) if level == "RequestResponse" else 0


class Tally:
    """The events that went to the same rule of each policy."""

    def __init__(self) -> None:
        self.events = 0
        self.sizes = Sizes()
        """Of all the events as recorded."""
        self.kept = tuple[Sizes, ...]()
        """For each policy, of those events whose stage it does not omit."""
        self.first = self.last = ""
        self.stages: Counter[str] = Counter()
        self.failed_logins = 0
        """Events of ResponseStarted without a user: the only one that the server writes of a failed login."""
        self.users: dict[str, int] = {}
        self.verbs: dict[str, int] = {}
        self.resources: dict[str, int] = {}
        self.earliest = _LATEST
        """When the first event was written, and its auditID; of those of the same time the first in the alphabet."""

    @property
    def example(self) -> str:
        """The auditID of the first event; "" where it has none."""
        return self.earliest.audit_id.rstrip(LAST)

    def add(self, cell: Cell) -> None:
        """Add a cell; its users are counted as they come, by the reader of the log."""
        self.events += cell.events
        self.sizes.add(cell)
        self.kept = self.kept or tuple(Sizes() for _ in cell.decisions)
        for sizes, decision in zip(self.kept, cell.decisions, strict=True):
            if cell.stage not in decision.omit_stages:
                sizes.add(cell)
        self._extend(cell.first, cell.last)
        self.earliest = min(self.earliest, Earliest(cell.first or LAST, cell.example or LAST))
        self.stages[cell.stage] += cell.events
        if cell.request.user is None and cell.stage == "ResponseStarted":
            self.failed_logins += cell.events
        count(self.verbs, cell.request.verb, cell.events)
        count(self.resources, label(cell.request), cell.events)

    def merge(self, other: Tally) -> None:
        """Add what was counted in a later file."""
        self.events += other.events
        self.sizes.merge(other.sizes)
        self.kept = self.kept or tuple(Sizes() for _ in other.kept)
        for mine, theirs in zip(self.kept, other.kept, strict=True):
            mine.merge(theirs)
        self._extend(other.first, other.last)
        self.stages.update(other.stages)
        self.failed_logins += other.failed_logins
        for field in ("users", "verbs", "resources"):
            for name, number in getattr(other, field).items():
                count(getattr(self, field), name, number)
        self.earliest = min(self.earliest, other.earliest)

    @property
    def requests(self) -> int:
        """How many requests the events are of, at least: a request has one event at most of each stage."""
        stages = self.stages
        ended = stages["ResponseComplete"] + stages["Panic"]
        return max(max(stages["RequestReceived"], ended) + self.failed_logins, stages["ResponseStarted"])

    def _extend(self, first: str, last: str) -> None:
        if first and (not self.first or first < self.first):
            self.first = first
        self.last = max(self.last, last)


def count(counts: dict[str, int], name: str, number: int) -> None:
    """Count a name, and drop rare ones when there are too many."""
    counts[name] = counts.get(name, 0) + number
    prune(counts)


def prune(counts: dict[str, int]) -> None:
    """Keep the busier half of MOST_NAMES names, if there are more than that many."""
    if len(counts) > MOST_NAMES:
        kept = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[: MOST_NAMES // 2]
        counts.clear()
        counts.update(kept)


def label(request: Request) -> str:
    """Return what a request is for as people write it: `deployments.apps/scale`, or the path."""
    if request.path is not None:
        return request.path
    group = f".{request.api_group}" if request.api_group else ""
    return f"{request.resource}{group}" + (f"/{request.subresource}" if request.subresource else "")


def _may_have_request(request: Request, stage: str) -> bool:
    ended = stage in {"ResponseComplete", "Panic"}
    return ended and request.is_resource and request.verb not in _READS


def _may_have_response(request: Request, stage: str) -> bool:
    return stage == "ResponseComplete" and request.is_resource and request.verb not in _WITHOUT_RESPONSE
