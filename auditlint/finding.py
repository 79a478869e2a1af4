"""What a check reports and where: severities, spans, findings, notices. Knows neither YAML nor Kubernetes."""

from __future__ import annotations

import enum

from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from auditlint.change import Change, Repair
    from auditlint.path import Path

Witness = dict[str, object]
"""One request as the report prints it: user, groups, verb and either path or the resource attributes."""


class Severity(enum.IntEnum):
    """How bad a finding is, ordered so that `max` is the worst."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The word that every output uses: `info`, `warning` or `error`."""
        return self.name.lower()


class Span(NamedTuple):
    """Lines and columns from 1; columns count Unicode code points; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def start(self) -> tuple[int, int]:
        """Line and column where it begins."""
        return self.line, self.column

    @property
    def end(self) -> tuple[int, int]:
        """Line and column behind its last character."""
        return self.end_line, self.end_column


class DecodedSpan(Span):
    """The place of an encoded text (base64) in which something stands that has no place on disk of its own."""

    inner: Span
    """Where it stands in the decoded text."""

    @classmethod
    def of(cls, whole: Span, inner: Span) -> DecodedSpan:
        """Return the place of the whole encoded text for a span of the decoded one."""
        span = cls(*whole)
        span.inner = inner
        return span


class Places(Protocol):
    """Where the values of one document stand in the file on disk."""

    @property
    def document(self) -> int:
        """The index of the document on disk, from 0; of a piece in a document, that of the document around it."""

    def value(self, path: Path, occurrence: int | None = None) -> Span:
        """Return the span of the value at path; of a mapping or list in a list its first key or item starts it.

        A path that leads to nothing gives the span of the deepest key that exists.
        """

    def key(self, path: Path, occurrence: int | None = None) -> Span:
        """Return the span of the key at path; `occurrence` (from 0) picks among duplicates, the last by default.

        The key of the document's root, and of a list item, is its first key (or the item itself).
        """

    def pointer(self, path: Path) -> str:
        """Return path as an RFC 6901 pointer from the root of the document on disk."""

    def written(self, path: Path) -> str:
        """Return what a scalar says before it has a type, such as `007`; "" where there is none."""

    def edits(self, path: str, changes: tuple[Change, ...]) -> tuple[Edit, ...]:
        """Return what changes of the document replace in the file at `path`; () where they cannot be made."""


class Related(NamedTuple):
    """A second place that explains a finding."""

    path: str
    span: Span
    message: str
    rule: str | None = None
    """The rule whose finding there was folded into this one."""


class Edit(NamedTuple):
    """Replace the text of `span` in the file at `path` by `text`."""

    path: str
    span: Span
    text: str


class Fix(NamedTuple):
    """What repairs a finding, in the file at `path`."""

    repair: Repair
    path: str
    places: Places
    """Where the values of the document stand."""

    @property
    def title(self) -> str:
        """What it does, as a command."""
        return self.repair.title

    @property
    def safe(self) -> bool:
        """Whether it keeps what the author meant."""
        return self.repair.safe

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What it replaces in the file; () where that cannot be done without changing more."""
        return self.places.edits(self.path, self.repair.changes)


class Suppressed(NamedTuple):
    """Why a finding does not count: by an ignore comment (`comment`), and its reason."""

    by: str
    reason: str


class Finding(NamedTuple):
    """One report of one rule at one place."""

    rule: str
    category: str
    severity: Severity
    refused: bool
    path: str
    span: Span
    document: int
    pointer: str
    message: str
    """What is wrong and what the server does: one sentence, lower case, without a full stop."""
    help: str = ""
    """What to write or do instead, without a full stop; empty where the message says all.

    Lines behind the first are a block to paste: outputs with several lines show them as they are, never wrapped.
    """
    example: str | None = None
    """One request as a command, and what becomes of it."""
    related: tuple[Related, ...] = ()
    witness: Witness | None = None
    fix: Fix | None = None
    suppressed: Suppressed | None = None
    about: tuple[str, ...] = ()
    """The flags or other things that it is about, where its rule may speak of several."""
    note: str = ""
    """What is said of it where it is folded into another finding; empty: the message."""
    echoes: tuple[str, ...] = ()
    """Rules whose finding in the same document, wherever it stands, this one follows from and gives way to."""
    ahead_of: tuple[str, ...] = ()
    """Rules that its own rule gives way to, and whose findings here give way to this one."""
    controls: tuple[str, ...] = ()
    """The controls of the chosen profiles that are not met because of it, such as `CIS 1.12 3.2.2`."""


class Notice(NamedTuple):
    """Something the user should know that is not a finding; printed on stderr."""

    path: str
    message: str
    line: int | None = None
