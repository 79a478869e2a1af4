"""What `upgrade` found, as every output is made of it: plain facts, which know no Kubernetes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.records import NamedTuple

if TYPE_CHECKING:
    from auditlint.finding import Notice, Span, Witness

BREAKS, DIFFERS, MENDS = "breaks", "differs", "mends"
KINDS = {
    BREAKS: "it works now, and the other release refuses it",
    DIFFERS: "both releases accept it, and it does something else",
    MENDS: "it is refused now, and the other release accepts it",
}
"""The kinds of changes, what is worst first, and what they mean."""


class Judged(NamedTuple):
    """One thing found, and what each of the two releases makes of it."""

    kind: str
    """`policy` or `apiserver`."""
    path: str
    carrier: str
    document: int
    pointer: str
    line: int
    before: str
    """The release that it runs on now, such as `1.30`."""
    before_source: str
    """Who says so: `option`, `file`, `server` (a manifest of the run) or `config`."""
    refused_before: tuple[str, ...]
    """Empty where the server starts, else some of `policy`, `flags`, `files`, `pod`."""
    refused_after: tuple[str, ...]


class Change(NamedTuple):
    """One thing that is otherwise in the release to come."""

    kind: str
    rule: str | None
    """The rule whose finding refuses it, in one of the two releases."""
    topic: str | None
    """What differs, in one word; None where something breaks or is mended."""
    since: str
    """The release in which it changes; on the way back, the last one in which it has not changed yet."""
    path: str
    span: Span
    document: int
    pointer: str
    message: str
    """One sentence, lower case, without a full stop."""
    help: str = ""
    """What to do, without a full stop; lines behind the first are a block to paste."""
    example: str | None = None
    """The witness as a command; of what is refused, the words of the server."""
    witness: Witness | None = None
    resources: tuple[str, ...] = ()
    """The resources that are new or gone."""

    @property
    def shown(self) -> str:
        """The example as a sentence goes on with it; "" where there is none."""
        return f"such as {self.example}" if self.example and self.witness else self.example or ""

    @property
    def word(self) -> str:
        """The rule, or else the topic."""
        return self.rule or self.topic or ""


class Upgraded(NamedTuple):
    """All changes between two releases, by place."""

    before: str | None
    """The release that everything runs on now; None where that differs, or nothing was found."""
    after: str
    subjects: tuple[Judged, ...]
    changes: tuple[Change, ...]
    notices: tuple[Notice, ...] = ()
    failed: tuple[Notice, ...] = ()
    """Paths that could not be read; the command ends with exit code 2."""
    crashed: tuple[Notice, ...] = ()
    """What failed through a bug of ours; the command ends with exit code 3."""

    def of(self, kind: str) -> tuple[Change, ...]:
        """Return the changes of a kind."""
        return tuple(change for change in self.changes if change.kind == kind)
