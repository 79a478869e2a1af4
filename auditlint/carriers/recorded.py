"""Recorded audit events, which look like rules of a policy (they have a level) and are none."""

from __future__ import annotations

import re

from auditlint.carriers.first_look import as_text
from auditlint.text.values import pairs, text
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.text.plain import Plain

NOTICE = "holds recorded audit events, no policy: `auditlint replay POLICY LOG` tells what a policy makes of them"
_KEYS = frozenset({"auditID", "stage", "requestURI", "stageTimestamp", "requestReceivedTimestamp"})
"""Keys that an event has and a rule has not."""
_FIRST = r"""\s*\{[^\n]{0,400}"kind"\s*:\s*"Event(?:List)?\""""
_ENOUGH = 1000
"""Bytes of a file that show what its first line is."""


def is_event(value: Plain) -> bool:
    """Tell whether a mapping is a recorded event, or an object with a list of them."""
    if not isinstance(value, tuple):
        return False
    return text(value, "kind") in {"Event", "EventList"} or any(key in _KEYS for key, _ in pairs(value))


def may_be(data: bytes) -> bool:
    """Tell whether a text has words that all recorded events have."""
    return b"audit.k8s.io" in data and b"Event" in data


def are_in(data: bytes, document: Plain) -> bool:
    """Tell whether a text is recorded events: one object, one a line, or a list of them."""
    if any(is_event(item) for item in (document if isinstance(document, list) else [document])):
        return True
    return re.match(_FIRST, as_text(data[:_ENOUGH])) is not None
