"""An audit event as the log and the webhook write it, and the request that it records.

Source: k8s.io/apiserver, pkg/apis/audit/v1/types.go, pkg/audit/request.go and pkg/endpoints/filters/audit.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from auditlint.kubernetes.requests import Request, UnreadableRequestError, resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

COMPLETED_VERBS = frozenset({"create", "update", "patch"})
"""Of these requests the server completes `objectRef` from the body, after the policy was evaluated."""

_VERSIONS = frozenset({"audit.k8s.io/v1", "audit.k8s.io/v1beta1"})


class NotAnEventError(ValueError):
    """A text that is no audit event; the message says why."""


class User(msgspec.Struct, gc=False):
    """Who was authenticated. Impersonation happens after the policy was evaluated, so nobody else matters."""

    username: str | None = None
    uid: str | None = None
    groups: tuple[str, ...] | None = None
    extra: msgspec.Raw = msgspec.Raw()


class ObjectReference(msgspec.Struct, gc=False, rename="camel"):
    """What a resource request is for."""

    api_group: str | None = None
    resource: str | None = None
    subresource: str | None = None
    namespace: str | None = None
    name: str | None = None


class Event(
    msgspec.Struct,
    gc=False,
    rename={
        "api_version": "apiVersion",
        "audit_id": "auditID",
        "request_uri": "requestURI",
        "object_ref": "objectRef",
        "request_object": "requestObject",
        "response_object": "responseObject",
        "received": "requestReceivedTimestamp",
        "at": "stageTimestamp",
    },
):
    """The fields of an event that matter here; bodies stay undecoded."""

    kind: str | None = None
    api_version: str | None = None
    level: str | None = None
    audit_id: str | None = None
    stage: str | None = None
    request_uri: str | None = None
    verb: str | None = None
    user: User | None = None
    object_ref: ObjectReference | None = None
    request_object: msgspec.Raw = msgspec.Raw()
    response_object: msgspec.Raw = msgspec.Raw()
    received: str | None = None
    at: str | None = None
    items: msgspec.Raw = msgspec.Raw()


_decode = msgspec.json.Decoder(Event).decode
_decode_list = msgspec.json.Decoder(list[msgspec.Raw]).decode


def events_in(text: bytes) -> Sequence[tuple[Event, int]]:
    """Return the events of one JSON text and the bytes that each takes: an event, an EventList or a list of events.

    Raises NotAnEventError, also where only one event of a list is wrong.
    """
    try:
        if text.startswith(b"["):
            return [_in_list(item) for item in _decode_list(text)]
        event = _decode(text)
        if event.kind == "Event" and event.api_version in _VERSIONS:
            return ((event, len(text) + 1),)
        if event.kind == "EventList":
            return [_in_list(item) for item in _decode_list(event.items)] if len(event.items) else ()
    except RecursionError:
        raise NotAnEventError("is nested too deeply") from None
    except msgspec.ValidationError as error:
        raise NotAnEventError(f"is no audit event: {_reason(error)}") from None
    except UnicodeDecodeError:
        raise NotAnEventError("is not UTF-8") from None
    except msgspec.DecodeError as error:
        raise NotAnEventError(f"is not JSON: {_reason(error)}") from None
    _check(event)
    return ((event, len(text) + 1),)


def _in_list(item: msgspec.Raw) -> tuple[Event, int]:
    """Return the event that one item of a list is: items may leave out kind and apiVersion."""
    event = _decode(item)
    if event.kind == "EventList":
        raise NotAnEventError("is a list of events inside a list of events")
    _check(event)
    return event, len(item) + 1


def _check(event: Event) -> None:
    """Raise NotAnEventError unless this is an audit event, if only because it says nothing else and has a verb."""
    if event.api_version and event.api_version not in _VERSIONS:
        raise NotAnEventError(f'is no audit event of audit.k8s.io/v1: its apiVersion is "{event.api_version}"')
    if event.kind and event.kind != "Event":
        raise NotAnEventError(f'is no audit event: its kind is "{event.kind}"')
    if not event.kind and event.verb is None:
        raise NotAnEventError("is no audit event: it has neither kind nor verb")


def _reason(error: Exception) -> str:
    """Return the decoder's words as the end of a sentence."""
    text = str(error).replace("`", '"').removeprefix("JSON is malformed: ")
    return text[:1].lower() + text[1:]


def request_of(event: Event) -> Request:
    """Return the request that an event records, as the server's policy saw it."""
    user, groups = identity(event.user)
    verb = event.verb or ""
    reference = event.object_ref
    if reference is None:
        return Request(verb, user, groups, path=path_of(event.request_uri or ""))
    namespace, name = reference.namespace or "", reference.name or ""
    if verb in COMPLETED_VERBS:
        namespace, name = place_of(event.request_uri or "") or (namespace, name)
    target = (reference.api_group or "", reference.resource or "", reference.subresource or "")
    return Request(verb, user, groups, None, *target, namespace, name)


def identity(user: User | None) -> tuple[str | None, tuple[str, ...]]:
    """Return user name and groups; None and no groups where nothing at all is said: nobody was authenticated."""
    if user is None or not (user.username or user.groups or user.uid or bytes(user.extra) not in {b"", b"{}", b"null"}):
        return None, ()
    return user.username or "", user.groups or ()


def path_of(uri: str) -> str:
    """Return the percent-decoded path of a request URI; bytes that are not UTF-8 become lone surrogates."""
    return unquote(uri.partition("?")[0], errors="surrogateescape")


def place_of(uri: str) -> tuple[str, str] | None:
    """Return namespace and name as the URI of a create, update or patch has them; None if it is no resource's."""
    try:
        request = resolve("POST", uri)
    except UnreadableRequestError:
        return None
    return (request.namespace, request.name) if request.is_resource else None
