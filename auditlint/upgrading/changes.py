"""What both kinds of changes are made with: the way between two releases, and places in a subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.kubernetes.releases import name
from auditlint.report.upgraded import DIFFERS, Change

if TYPE_CHECKING:
    from auditlint.path import Path
    from auditlint.subjects.model import Subject


class Way(NamedTuple):
    """From one release to another, by their minors."""

    before: int
    after: int

    @property
    def up(self) -> bool:
        """Whether the release to come is the newer one."""
        return self.before < self.after

    @property
    def newer(self) -> int:
        """The newer of the two."""
        return max(self)

    @property
    def old(self) -> str:
        """The release of today as people write it."""
        return name(self.before)

    @property
    def new(self) -> str:
        """The release to come."""
        return name(self.after)


def differs(
    subject: Subject, path: Path, topic: str, since: int, message: str, *, key: bool = True, **details: Any
) -> Change:
    """Return a change at the key (or the value) that a path leads to: both releases take it, and it is otherwise."""
    places = subject.places
    span = places.key(path) if key else places.value(path)
    at = (subject.path, span, places.document, places.pointer(path))
    return Change(DIFFERS, None, topic, name(since), *at, message, **details)
