"""Asking a condition about one event, given as the values of its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.detections.condition import numbered, value
from auditlint.detections.languages.texts import field_of

if TYPE_CHECKING:
    from auditlint.detections.condition import Condition

Event = dict[str, "str | list[str]"]


def says(condition: Condition, event: Event) -> bool | None:
    """Return what a condition says of an event in which all other fields are absent."""
    fields = {field_of(name): frozenset([one] if isinstance(one, str) else one) for name, one in event.items()}
    counted = numbered(condition)
    return value(counted.tree, [test.holds(fields.get(test.field)) for test in counted.tests])
