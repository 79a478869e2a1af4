"""Reading one event from a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.events.event import NotAnEventError, events_in
from auditlint.events.stream import LONGEST_LINE, opened, texts
from auditlint.text.source import UnreadableError

if TYPE_CHECKING:
    from auditlint.events.event import Event


def read_event(path: str) -> Event:
    """Return the only event in a file, indented or not; `-` is standard input. Raises UnreadableError."""
    chunks, length = list[bytes](), 0
    with opened(path, lambda _: None) as read:
        while chunk := read(1 << 16):
            chunks.append(chunk)
            length += len(chunk)
            if length > LONGEST_LINE:
                raise UnreadableError(path, f"is longer than {LONGEST_LINE >> 20} MiB")
    content = b"".join(chunks)
    lines = [line for line in content.split(b"\n") if line.strip()]
    try:
        found = events_in(content)
    except NotAnEventError as error:
        if len(lines) > 1 and _is_event(lines[0]):
            raise UnreadableError(path, _several(len(lines))) from None
        raise UnreadableError(path, str(error)) from None
    if len(found) != 1:
        raise UnreadableError(path, _several(len(found)) if found else "holds no event")
    return found[0][0]


def begins_with_event(path: str) -> bool:
    """Tell whether the first text of a file is an audit event, or several; False for what cannot be read."""
    try:
        with opened(path, lambda _: None) as read:
            first = next((line for found in texts(read, lambda _: None) for line in found.lines if line.strip()), b"")
    except UnreadableError:
        return False
    return _is_event(first)


def _is_event(line: bytes) -> bool:
    try:
        return bool(events_in(line))
    except NotAnEventError:
        return False


def _several(number: int) -> str:
    return f"holds {number} events: pick one, or use auditlint replay"
