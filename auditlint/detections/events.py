"""The events that a server can write for one request: at which stages, and what stands in which field.

Source: k8s.io/apiserver, pkg/apis/audit/v1/types.go, pkg/audit/request.go, pkg/endpoints/filters/audit.go and
pkg/endpoints/filters/authn_audit.go.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from auditlint.detections import bodies

if TYPE_CHECKING:
    from auditlint.detections.condition import Field
    from auditlint.kubernetes.requests import Request

LEVELS = ("Metadata", "Request", "RequestResponse")
RECEIVED, STARTED, COMPLETE = "RequestReceived", "ResponseStarted", "ResponseComplete"
"""The stages of which some event is certain; a panic is not."""

_STREAMED_VERBS = frozenset({"watch", "proxy"})
_STREAMED = frozenset({"attach", "exec", "proxy", "log", "portforward"})
_CONNECTED = frozenset({"attach", "exec", "proxy", "portforward"})
"""Subresources that are connections: they carry no objects."""
_SENDING = frozenset({"create", "update", "patch"})
UNAUTHORIZED = "401"
"""The code of a failed login, and of nothing else."""


class Kind(Enum):
    """When a field can be read that a request may have."""

    ALWAYS = "always"
    LATER = "after RequestReceived"
    SENT = "at Request and above, after RequestReceived"
    RETURNED = "at RequestResponse, at ResponseComplete"


class Hidden(NamedTuple):
    """A field that no policy can know of."""

    kind: Kind
    certain: bool = False
    """Whether each such request has it."""
    only: tuple[str, ...] = ()
    """All values that it can have; () where it can have any."""
    ordinary: tuple[str, ...] = ()
    """Some values that it often has."""


class Written(NamedTuple):
    """One event that may be written of a request."""

    stage: str
    level: str

    def shows(self, hidden: Hidden) -> bool:
        """Tell whether the event has a field that the request has."""
        match hidden.kind:
            case Kind.ALWAYS:
                return True
            case Kind.LATER:
                return self.stage != RECEIVED
            case Kind.SENT:
                return self.stage != RECEIVED and self.level in LEVELS[1:]
            case Kind.RETURNED:
                return self.stage == COMPLETE and self.level == LEVELS[2]


def stages_of(request: Request) -> tuple[str, ...]:
    """Return the stages at which events of a request are written."""
    if request.user is None:
        return (STARTED,)
    if request.path is None and (request.verb in _STREAMED_VERBS or request.subresource in _STREAMED):
        return RECEIVED, STARTED, COMPLETE
    return RECEIVED, COMPLETE


_USUAL_CODES = ("200", "201", "403", "404", "409", "500")
_CODES = tuple(dict.fromkeys((*_USUAL_CODES, *(str(code) for code in range(100, 600) if str(code) != UNAUTHORIZED))))
_AGENTS = ("kubectl/v1.37.1 (linux/amd64) kubernetes/0a1b2c3",)
_OWN_KEYS = frozenset({"uid", "extra"})
RAW_TIME = "#time"
"""The time of an event as Falco counts it."""
FREE = "#free"
"""What a field begins with that is added to events on their way, or made of others: anything may stand there."""
_ANY_REQUEST = {
    "auditID": Hidden(Kind.ALWAYS, certain=True),
    "requestReceivedTimestamp": Hidden(Kind.ALWAYS, certain=True),
    "stageTimestamp": Hidden(Kind.ALWAYS, certain=True),
    "timestamp": Hidden(Kind.ALWAYS, certain=True),
    FREE: Hidden(Kind.ALWAYS),
    RAW_TIME: Hidden(Kind.ALWAYS, certain=True, only=("1790000000000000000",)),
    "requestURI": Hidden(Kind.ALWAYS),
    "userAgent": Hidden(Kind.ALWAYS, ordinary=_AGENTS),
    "sourceIPs": Hidden(Kind.ALWAYS, certain=True, ordinary=("10.0.0.7", "203.0.113.9")),
}


def hidden_field(field: Field, request: Request, minor: int) -> Hidden | None:
    """Return what is to be known of a field that is no attribute of a request; None: its events never have it."""
    name = field[0]
    if name in _ANY_REQUEST:
        return _ANY_REQUEST[name] if len(field) == 1 or name == FREE else None
    if name == "user":
        return Hidden(Kind.ALWAYS) if request.user is not None and field[1:2] and field[1] in _OWN_KEYS else None
    if name in {"annotations", "impersonatedUser"}:
        return None if request.user is None else _said_of(field)
    if name == "objectRef":
        return _referred(field, request)
    if name == "responseStatus":
        return _status(field, request)
    if name == "requestObject":
        return _sent(field, request, minor)
    return _returned(field, request, minor) if name == "responseObject" else None


DECISION = ("annotations", "authorization.k8s.io/decision")


def _said_of(field: Field) -> Hidden | None:
    """Return what is to be known of an annotation, or of who is impersonated."""
    if field in {DECISION, ("annotations",)}:
        only = ("allow", "forbid") if len(field) > 1 else ()
        return Hidden(Kind.LATER, certain=True, only=only)
    known = {"username", "uid", "groups", "extra"}
    if field[0] == "impersonatedUser" and len(field) > 1 and field[1] not in known:
        return None
    return Hidden(Kind.LATER)


def _referred(field: Field, request: Request) -> Hidden | None:
    """Return what is to be known of a part of objectRef that the request does not decide."""
    if request.path is not None or len(field) == 1:
        return None
    if field[1] == "name" and request.verb == "create" and not request.name:
        return Hidden(Kind.LATER)
    return Hidden(Kind.LATER) if field[1] in {"uid", "resourceVersion"} and field[2:] == () else None


_STATUS_KEYS = frozenset({"metadata", "status", "message", "reason", "details", "code", "kind", "apiVersion"})


def _status(field: Field, request: Request) -> Hidden | None:
    if len(field) > 1 and field[1] not in _STATUS_KEYS:
        return None
    if field[1:] == ("code",):
        if request.user is None:
            return Hidden(Kind.LATER, certain=True, only=(UNAUTHORIZED,))
        return Hidden(Kind.LATER, certain=True, only=_CODES)
    return Hidden(Kind.LATER, certain=len(field) == 1)


def _sent(field: Field, request: Request, minor: int) -> Hidden | None:
    if request.user is None or request.path is not None or request.verb not in _SENDING:
        return None
    if request.subresource in _CONNECTED:
        return None
    target = (request.api_group, request.resource, request.subresource)
    if bodies.may_be_sent(target, keys_of(field), minor) is False:
        return None
    return Hidden(Kind.SENT, certain=len(field) == 1)


def _returned(field: Field, request: Request, minor: int) -> Hidden | None:
    if request.user is None or request.path is not None:
        return None
    if request.verb in _STREAMED_VERBS or request.subresource in _CONNECTED | {"log"}:
        return None
    target = (request.api_group, request.resource, request.subresource)
    if bodies.may_be_returned(target, request.verb, keys_of(field), minor) is False:
        return None
    return Hidden(Kind.RETURNED, certain=len(field) == 1)


def keys_of(field: Field) -> Field:
    """Return the keys below the first, without a view."""
    return tuple(key for key in field[1:] if not key.startswith("#"))


def level_of(field: Field) -> str:
    """Return the lowest level at which a field can be read."""
    return {"requestObject": LEVELS[1], "responseObject": LEVELS[2]}.get(field[0], LEVELS[0])


def shown(field: Field) -> str:
    """Return a field as rules and people write it."""
    return ".".join(key for key in field if not key.startswith("#"))
