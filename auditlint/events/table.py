"""Events as rows of a table: what decides on each and what is counted of it, for any policy.

A log that is read once and kept like this, as Parquet or in a lake, is replayed by SQL from then on (projection.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.events.event import NotAnEventError, events_in, identity
from auditlint.events.files import STDIN
from auditlint.events.moments import moment_of
from auditlint.events.tally import REQUEST_KEY, RESPONSE_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditlint.events.event import Event


class Row(NamedTuple):
    """One event, or with `malformed` one line that is none, or without a `line` a log that could not be read."""

    path: str
    """The log, as it was named."""
    line: int | None = None
    malformed: str | None = None
    """Why the line is no event, or why the log could not be read to its end."""
    audit_id: str | None = None
    level: str | None = None
    stage: str | None = None
    request_uri: str | None = None
    verb: str | None = None
    username: str | None = None
    """None: nobody was authenticated."""
    user_groups: tuple[str, ...] | None = None
    is_resource: bool | None = None
    """Whether the event has an `objectRef`, even an empty one: else it is of a path."""
    api_group: str | None = None
    resource: str | None = None
    subresource: str | None = None
    namespace: str | None = None
    name: str | None = None
    written_at: str | None = None
    """When the stage was reached, else when the request came in, as the server writes it; "" where it is not said."""
    bytes: int | None = None
    """Of the event in the log, with the end of its line."""
    request_bytes: int | None = None
    """Of these the body of the request, with its key."""
    response_bytes: int | None = None


def rows(lines: Iterable[bytes], path: str = STDIN, number: int = 1) -> Iterator[Row]:
    """Yield the rows of lines without their ends; the first has this number. Empty lines have none."""
    for at, line in enumerate(lines, number):
        try:
            found = events_in(line)
        except NotAnEventError as error:
            if line.strip():
                yield Row(path, at, str(error))
            continue
        for event, size in found:
            yield _row(path, at, event, size)


def _row(path: str, line: int, event: Event, size: int) -> Row:
    user, groups = identity(event.user)
    reference = event.object_ref
    what = (
        (reference.api_group, reference.resource, reference.subresource, reference.namespace, reference.name)
        if reference
        else (None,) * 5
    )
    request, response = len(event.request_object), len(event.response_object)
    return Row(
        path,
        line,
        None,
        event.audit_id,
        event.level,
        event.stage,
        event.request_uri,
        event.verb,
        user,
        groups,
        reference is not None,
        *what,
        moment_of(event),
        size,
        request and request + REQUEST_KEY,
        response and response + RESPONSE_KEY,
    )
