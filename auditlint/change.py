"""What a fix does to a document, in the words of its values: a change at a path. Edits of the text are made from it."""

from __future__ import annotations

from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.path import Path

Content = bool | int | float | str | list["Content"] | tuple[tuple[str, "Content"], ...] | None
"""A value to write; a mapping is a tuple of (key, value) pairs in their order."""


class SetValue(NamedTuple):
    """Write a value at a path; a key that is not there is added behind the others, and so are the mappings above it."""

    path: Path
    value: Content


class RenameKey(NamedTuple):
    """Give the key that a path ends in another name; its value stays."""

    path: Path
    name: str


class Delete(NamedTuple):
    """Take out the key that a path ends in, with its value, or the list item."""

    path: Path


class Insert(NamedTuple):
    """Put an item into a list, or pairs into a mapping, in front of the item or key that a path leads to."""

    path: Path
    value: Content


class Append(NamedTuple):
    """Put an item behind the last one of the list at a path; a list that is not there is added."""

    path: Path
    value: Content


class Rewrite(NamedTuple):
    """Put other characters between two offsets of the string at a path, such as a word of a shell's script."""

    path: Path
    start: int
    end: int
    text: str


Change = SetValue | RenameKey | Delete | Insert | Append | Rewrite


class Repair(NamedTuple):
    """What a rule proposes to change in the document, so that its finding is gone."""

    title: str
    """What it does, as a command: `Write level: Metadata`."""
    changes: tuple[Change, ...]
    safe: bool = True
    """It keeps what the author meant."""
    revives: bool = False
    """What the server ignored until now counts afterwards: requests may be decided otherwise."""
    reveals: bool = False
    """What matched no request does so afterwards: other rules may find more."""
    unreal: tuple[tuple[str, str], ...] = ()
    """Groups with a resource, by which a policy rule matches requests that no cluster gets; "" for all of a group."""
