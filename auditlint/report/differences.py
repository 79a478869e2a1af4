"""What `diff` found, as every output is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from auditlint.finding import Witness

GROUPS = {
    "lost": "what was recorded no longer is",
    "gained": "what was not recorded is",
    "dearer": "more is recorded than was",
    "cheaper": "less is recorded than was",
}
"""The groups of changes, what is worst first, and what they mean."""


STAGES = {"RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"}


class Recorded(NamedTuple):
    """The outcome of requests: what a log shows of them."""

    level: str
    omit_stages: tuple[str, ...] = ()
    """() at None, where nothing is recorded."""
    omit_managed_fields: bool = False

    @property
    def left_out(self) -> tuple[str, ...]:
        """The stages and fields that are left out."""
        return (*self.omit_stages, *(("managedFields",) if self.omit_managed_fields else ()))


class RuleAt(NamedTuple):
    """A rule of a policy, and where it stands."""

    rule: int
    pointer: str
    path: str
    line: int


class Box(NamedTuple):
    """Requests field by field; None: whatever it is. `resources` or `paths` () leaves out the requests for such.

    `groups`: the user is in one of each tuple. Resources are group, resource, subresource and names; paths are written
    as in nonResourceURLs.
    """

    users: tuple[str, ...] | None
    groups: tuple[tuple[str, ...], ...]
    verbs: tuple[str, ...] | None
    namespaces: tuple[str, ...] | None
    resources: tuple[ResourceBox, ...] | None
    paths: tuple[str, ...] | None


class ResourceBox(NamedTuple):
    """What a request is for; None: whatever it is. A subresource "" is none, and a name "" is none."""

    api_group: str | None
    resource: str | None
    subresource: str | None
    names: tuple[str, ...] | None


class Changed(NamedTuple):
    """Requests whose outcome was one and is another."""

    group: str
    before: Recorded
    after: Recorded
    what: str
    """The requests in words."""
    served: bool
    """Whether a cluster serves one of them."""
    example: str
    """The witness as a command, and who sends it."""
    witness: Witness
    old: RuleAt | None
    new: RuleAt | None
    within: Box
    except_old: tuple[int, ...]
    """The requests are those within the box that these rules of either policy do not match."""
    except_new: tuple[int, ...]

    @property
    def remark(self) -> str:
        """What there is to say of the requests besides, "" mostly."""
        return "" if self.served else "no cluster serves these"

    @property
    def outcomes(self) -> tuple[str, str]:
        """What was recorded and what is, in words: the levels, and what only one of the two leaves out."""
        return _beside(self.before, self.after), _beside(self.after, self.before)


def _beside(recorded: Recorded, other: Recorded) -> str:
    """Return an outcome: `Metadata without ResponseStarted`."""
    left_out = [what for what in recorded.left_out if what not in other.left_out and other.level != "None"]
    if set(recorded.omit_stages) == STAGES:
        return f"{recorded.level} without any stage"
    return f"{recorded.level} without {', '.join(left_out)}" if left_out else recorded.level


class Compared(NamedTuple):
    """A policy that is compared: its file, and the release that it is judged for."""

    path: str
    kubernetes: str


class Differences(NamedTuple):
    """All changes between two policies; `equal` None: not known. `notices` say what was not compared."""

    old: Compared
    new: Compared
    equal: bool | None
    complete: bool
    changes: tuple[Changed, ...]
    notices: tuple[str, ...]

    def of(self, group: str) -> tuple[Changed, ...]:
        """Return the changes of a group."""
        return tuple(change for change in self.changes if change.group == group)
