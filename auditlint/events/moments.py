"""When an event was written, as text that sorts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.events.event import Event

LENGTH = len("2024-05-01T00:00:00.000000Z")
"""Of a time as the server writes it; what has it is taken as it is."""

_ANY_TIME = r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|([+-]\d\d:\d\d))"


def moment_of(event: Event) -> str:
    """Return when the stage was reached, else when the request came in; "" where neither is said."""
    return normal(event.at or event.received or "")


def normal(moment: str) -> str:
    """Return a time as the server writes it, so that times sort as texts; "" where it is none."""
    if len(moment) == LENGTH or not moment:
        return moment
    import re
    from datetime import datetime, timezone

    match = re.fullmatch(_ANY_TIME, moment, re.ASCII)
    if match is None:
        return ""
    date, clock, fraction, zone = match.groups()
    try:
        read = datetime.fromisoformat(f"{date}T{clock}.{(fraction or '')[:6]:0<6}{zone or '+00:00'}")
        return read.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    except (ValueError, OverflowError):
        return ""
