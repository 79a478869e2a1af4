"""A document that may hold something to judge, as the recognisers of all carriers see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from auditlint.finding import Places
    from auditlint.text.plain import Plain


class Candidate(NamedTuple):
    """One document, and how the user wants it taken."""

    path: str
    document: int
    """The index of the document in the file, from 0."""
    value: Plain
    places: Places
    minor: int | None
    """The release to judge for, if the user named one; else it is what the document says."""
    as_kind: str | None = None
    """What the user says that this is, whatever it looks like."""
    from_json: bool = False
