"""Differences as JSON, version 1; `schemas/diff.schema.json` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlint.report.printable import as_json

if TYPE_CHECKING:
    from auditlint.report.differences import Box, Changed, Differences, Recorded, ResourceBox
    from auditlint.report.medium import Medium

FORMAT_VERSION = 1


def render(found: Differences, _medium: Medium) -> str:
    """Return one JSON object with a final newline."""
    document = {
        "version": FORMAT_VERSION,
        "equal": found.equal,
        "complete": found.complete,
        "old": found.old._asdict(),
        "new": found.new._asdict(),
        "changes": [_change(change) for change in found.changes],
        "notices": list(found.notices),
    }
    return as_json(document)


def _change(change: Changed) -> dict[str, Any]:
    return {
        "group": change.group,
        "from": _outcome(change.before),
        "to": _outcome(change.after),
        "what": change.what,
        "served": change.served,
        "witness": change.witness,
        "example": change.example,
        "rules": [rule and rule._asdict() for rule in (change.old, change.new)],
        "requests": {
            "within": _box(change.within),
            "except": {"old": list(change.except_old), "new": list(change.except_new)},
        },
    }


def _outcome(recorded: Recorded) -> dict[str, Any]:
    return {
        "level": recorded.level,
        "omitStages": list(recorded.omit_stages),
        "omitManagedFields": recorded.omit_managed_fields,
    }


def _box(box: Box) -> dict[str, Any]:
    return {**box._asdict(), "resources": None if box.resources is None else [_resource(one) for one in box.resources]}


def _resource(box: ResourceBox) -> dict[str, Any]:
    return {
        "apiGroup": box.api_group,
        "resource": box.resource,
        "subresource": box.subresource,
        "names": box.names,
    }
