"""Compares what a server recorded with what auditlint says of each request and of each event."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.kubernetes.match import Decision, evaluate
from auditlint.kubernetes.policy import STAGES
from tests.e2e import judging

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from auditlint.kubernetes.policy import Policy
    from auditlint.kubernetes.requests import Request
    from tests.e2e.asking import Answer, Ask

Event = dict[str, Any]

_LONG_VERBS = frozenset({"watch", "proxy"})
_LONG_SUBRESOURCES = frozenset({"attach", "exec", "proxy", "log", "portforward"})
_LONG_PATHS = "/debug/pprof/"
_COMPLETED = frozenset({"create", "update", "patch"})
_FAILURES = 300


class Sent(NamedTuple):
    """A request that was sent under an audit ID, and what came back."""

    ask: Ask
    audit_id: str
    answer: Answer


def events_in(log: bytes) -> list[Event]:
    """Return the events in a log: one a line, or an EventList a line; other lines are passed over."""
    events: list[Event] = []
    for line in log.splitlines():
        if line.startswith(b"{"):
            found = json.loads(line)
            events += found["items"] if found["kind"] == "EventList" else [found]
    return events


def stages_passed(request: Request) -> tuple[str, ...]:
    """Return the stages of a request that ends well, before any is omitted; long-running ones have one more.

    Who is turned away before anybody knows who it is has one stage only. Source: pkg/endpoints/filters/audit.go of
    k8s.io/apiserver, pkg/controlplane/apiserver/config.go of k8s.io/kubernetes.
    """
    if request.user is None:
        return ("ResponseStarted",)
    if request.path is not None:
        long = request.path.startswith(_LONG_PATHS)
    else:
        long = request.verb in _LONG_VERBS or request.subresource in _LONG_SUBRESOURCES
    return STAGES[:3] if long else ("RequestReceived", "ResponseComplete")


def compare_sent(policy: Policy, sent: Sequence[Sent], events: Sequence[Event]) -> Iterator[str]:
    """Yield a sentence for each request whose events are others than auditlint's library expects."""
    recorded: dict[str, list[Event]] = {}
    for event in events:
        recorded.setdefault(event["auditID"], []).append(event)
    for one in sent:
        for disagreement in _compare_one(policy, one, recorded.get(one.audit_id, [])):
            yield f"{one.ask.name} ({one.audit_id}): {disagreement}"


def _compare_one(policy: Policy, sent: Sent, events: Sequence[Event]) -> Iterator[str]:
    request = judging.request_of(sent.ask)
    if request is None:
        if events:
            yield "auditlint says that the server does not read this request, but it was recorded"
        return
    outcome = evaluate(policy, request)
    stages = () if outcome.level == "None" else stages_passed(request)
    expected = [(outcome.level, stage) for stage in stages if stage not in outcome.omit_stages]
    found = [(event["level"], event["stage"]) for event in events]
    if found != expected:
        yield f"auditlint says rule {outcome.rule}: {_words(expected)}; recorded: {_words(found)}"
    for event in events:
        yield from _compare_attributes(request, event)
        yield from _compare_bodies(request, outcome, sent.answer, event)


def _words(found: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{level} at {stage}" for level, stage in found) or "nothing"


def _compare_attributes(request: Request, event: Event) -> Iterator[str]:
    """Yield what the server read in another way than auditlint: user, verb, resource, place."""
    user = event["user"]
    who = user.get("username"), sorted(user.get("groups", ()))
    if who != (request.user, sorted(request.groups)):
        yield f"recorded as from {who}, taken for {request.user}, {request.groups}"
    reference = event.get("objectRef")
    if event["verb"] != request.verb or (reference is None) != (request.path is not None):
        yield f"recorded as {event['verb']} {reference}, read as {request}"
    elif reference is not None:
        fields = ["apiGroup", "resource", "subresource"]
        fields += [] if request.verb in _COMPLETED else ["namespace", "name"]
        read = dict(zip(("apiGroup", "resource", "subresource", "namespace", "name"), request.words, strict=True))
        for field in fields:
            if reference.get(field, "") != read[field]:
                yield f'recorded with {field} "{reference.get(field, "")}", read as "{read[field]}"'


def _compare_bodies(request: Request, outcome: Decision, answer: Answer, event: Event) -> Iterator[str]:
    """Yield bodies that should not be there, are missing from what ended well, or hold managed fields or none."""
    received, answered = "requestObject" in event, "responseObject" in event
    if event["level"] == "Metadata" and (received or answered):
        yield "a body was recorded at level Metadata"
    if event["level"] == "Request" and answered:
        yield "the answer was recorded at level Request"
    done = event["stage"] == "ResponseComplete" and answer.status < _FAILURES and request.resource == "configmaps"
    if not done or request.verb not in {"get", "create", "update"}:
        return
    if request.verb != "get" and received != (event["level"] in {"Request", "RequestResponse"}):
        yield f"the request's body was {'' if received else 'not '}recorded at level {event['level']}"
    if answered != (event["level"] == "RequestResponse"):
        yield f"the answer was {'' if answered else 'not '}recorded at level {event['level']}"
    if answered and ("managedFields" in event["responseObject"]["metadata"]) == outcome.omit_managed_fields:
        yield f"auditlint says omitManagedFields is {outcome.omit_managed_fields}"


def compare_replayed(decisions: Sequence[Mapping[str, Any]], events: Sequence[Event]) -> Iterator[str]:
    """Yield a sentence for each event of the log, the server's own too, of which `replay` says something else."""
    if len(decisions) != len(events):
        yield f"replay says something of {len(decisions)} events, the log holds {len(events)}"
        return
    complete = {(event["auditID"], event["stage"]) for event in events}
    for event, said in zip(events, decisions, strict=True):
        name = f"{event['auditID']}, {event['verb']} {event['requestURI']}, {event['stage']}"
        if said["event"] != event["auditID"] or said["level"] != event["level"]:
            yield f"{name}: replay says {said['level']} of {said['event']}, recorded at {event['level']}"
        if event["stage"] in said["omitStages"]:
            yield f"{name}: replay says that this stage is omitted"
        received = event["stage"] != "ResponseComplete" or (event["auditID"], "RequestReceived") in complete
        if not received and "RequestReceived" not in said["omitStages"]:
            yield f"{name}: replay says that RequestReceived is not omitted, but it was not recorded"


def compare_fates(decisions: Sequence[Mapping[str, Any]], fates: Sequence[str]) -> Iterator[str]:
    """Yield a sentence for each rule that took an event although `check` says that it takes none."""
    for index in sorted({said["rule"] for said in decisions if said["rule"] is not None}):
        if fates[index] != "reached":
            yield f'rule {index} took a request, but check calls it "{fates[index]}"'


def examples(policy: Policy, sent: Sequence[Sent], most: int) -> dict[Decision, Ask]:
    """Return one request for each outcome, for the command `eval`, which takes a process each."""
    found: dict[Decision, Ask] = {}
    for one in sent:
        request = judging.request_of(one.ask)
        if request is not None and len(found) < most:
            found.setdefault(evaluate(policy, request), one.ask)
    return found


def compare_eval(said: Mapping[str, Any], outcome: Decision) -> Iterator[str]:
    """Yield what the command `eval` says differently from the library, which was compared with the server."""
    got = Decision(said["rule"], said["level"], tuple(said["omitStages"]), said["omitManagedFields"])
    if got != outcome:
        yield f"eval says {got}, the library {outcome}"
