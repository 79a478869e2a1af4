"""Totals as JSON: how what one machine has counted comes to the one that adds it all up.

ASCII, so that any engine can carry it as a string: a path may hold bytes that are not UTF-8.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from auditlint.events.tally import BadLine, Earliest, Sizes, Tally, Totals

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = 1
_SIZES = {
    "bytes": "size",
    "requestBytes": "request",
    "responseBytes": "response",
    "unknownRequests": "unknown_requests",
    "unknownResponses": "unknown_responses",
}


def written(totals: Totals) -> str:
    """Return totals as one JSON object."""
    return json.dumps(
        {
            "version": VERSION,
            "tallies": [{"rules": taker, **_tally(tally)} for taker, tally in totals.tallies.items()],
            "malformed": {"lines": totals.bad.count, "first": totals.bad.first},
            "unreadable": totals.unreadable,
        },
        separators=(",", ":"),
    )


def read(text: str | bytes) -> Totals:
    """Return the totals in what `written` returned; ValueError where it is something else."""
    try:
        values = json.loads(text)
        if values["version"] != VERSION:
            raise ValueError(f"totals of version {values['version']}: this auditlint reads version {VERSION}")
        totals = Totals()
        totals.tallies = {tuple(tally["rules"]): _read_tally(tally) for tally in values["tallies"]}
        totals.bad.count = int(values["malformed"]["lines"])
        totals.bad.first = [BadLine(*bad) for bad in values["malformed"]["first"]]
        totals.unreadable = [(path, why) for path, why in values["unreadable"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no totals of a replay: {error!r}") from None
    return totals


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "events": tally.events,
        "sizes": _sizes(tally.sizes),
        "kept": [_sizes(sizes) for sizes in tally.kept],
        "first": tally.first,
        "last": tally.last,
        "stages": tally.stages,
        "failedLogins": tally.failed_logins,
        "users": tally.users,
        "verbs": tally.verbs,
        "resources": tally.resources,
        "earliest": tally.earliest,
    }


def _sizes(sizes: Sizes) -> dict[str, int]:
    return {name: getattr(sizes, field) for name, field in _SIZES.items()}


def _read_tally(values: Mapping[str, Any]) -> Tally:
    tally = Tally()
    tally.events = int(values["events"])
    tally.sizes = _read_sizes(values["sizes"])
    tally.kept = tuple(_read_sizes(sizes) for sizes in values["kept"])
    tally.first, tally.last = values["first"], values["last"]
    tally.stages = Counter(values["stages"])
    tally.failed_logins = int(values["failedLogins"])
    tally.users, tally.verbs, tally.resources = values["users"], values["verbs"], values["resources"]
    tally.earliest = Earliest(*values["earliest"])
    return tally


def _read_sizes(values: Mapping[str, Any]) -> Sizes:
    sizes = Sizes()
    for name, field in _SIZES.items():
        setattr(sizes, field, int(values[name]))
    return sizes
