"""What another release makes of a policy that both load: fields that only one of them obeys, and what only one serves.

Source: pkg/apis/audit/v1/types.go (omitManagedFields, from 1.23), pkg/audit/request.go (responses of subresources, from
1.22: kubernetes/kubernetes#102040) of k8s.io/apiserver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.decode import ProblemKind
from auditlint.kubernetes.diff import difference
from auditlint.kubernetes.match import takes_resource
from auditlint.kubernetes.upgrade.steps import since

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditlint.kubernetes.catalogue import Catalogue, Key
    from auditlint.kubernetes.decode import Loaded, Path
    from auditlint.kubernetes.match import Outcome
    from auditlint.kubernetes.policy import GroupResources, Policy
    from auditlint.kubernetes.requests import Request
    from auditlint.kubernetes.well_known import Known

TOKENS_LOGGED_FROM = 22
"""From this minor the responses of subresources such as `serviceaccounts/token` are logged at RequestResponse."""
TOKENS: Key = ("", "serviceaccounts", "token")
_DROPPED = frozenset({ProblemKind.UNKNOWN_FIELD, ProblemKind.UNSUPPORTED_FIELD})
_MANAGED = "omitManagedFields"


class Reread(NamedTuple):
    """A request whose outcome is another one because two releases read a policy differently."""

    path: Path
    """The way to the field that they read differently; to the rule where no field alone is the reason."""
    rule: int
    before: Outcome
    after: Outcome
    witness: Request


class RereadFields(NamedTuple):
    """All fields that two releases read differently, each once; and the rules about which that stays open."""

    fields: tuple[Reread, ...] = ()
    undecided: tuple[int, ...] = ()


def reread(before: Loaded, after: Loaded, known: Known) -> RereadFields:
    """Return the fields that two releases read differently, where the outcome of some request depends on it."""
    old, new = before.policy, after.policy
    if old is None or new is None or old == new:
        return RereadFields()
    found = difference(old, new, known)
    fields = dropped(before) ^ dropped(after)
    obeyed = old if dropped(after) - dropped(before) else new
    by_path: dict[Path, Reread] = {}
    for change in found.changes:
        rule = _reader(old, new, (change.old, change.new))
        path = _cause(fields, obeyed, rule) or _repeated(after, rule)
        by_path.setdefault(path, Reread(path, rule, change.before, change.after, change.witness))
    undecided = {_reader(old, new, (one.old, one.new)) for one in found.undecided}
    return RereadFields(tuple(by_path.values()), tuple(sorted(undecided)))


def _reader(old: Policy, new: Policy, takers: tuple[int | None, int | None]) -> int:
    """Return the rule that two releases read differently, of those that match a request in one and in the other."""
    numbers = [number for number in takers if number is not None and number >= 0]
    other = (number for number in numbers if old.rules[number] != new.rules[number])
    return next(other, min(numbers, default=0))


def dropped(loaded: Loaded) -> frozenset[Path]:
    """Return the ways to the fields that a release does not know, and drops."""
    return frozenset(problem.path for problem in loaded.problems if problem.kind in _DROPPED)


def _cause(fields: frozenset[Path], obeyed: Policy, index: int) -> Path | None:
    """Return the field that only one release obeys and a rule goes by: its own wins over that of the policy."""
    own: Path = ("rules", index, _MANAGED)
    if own in fields and obeyed.rules[index].omit_managed_fields is not None:
        return own
    return (_MANAGED,) if (_MANAGED,) in fields else None


def _repeated(loaded: Loaded, index: int) -> Path:
    """Return the key of a rule that is written twice, which JSON decoders read differently; else the rule."""
    rule: Path = ("rules", index)
    twice = (one.path for one in loaded.problems if one.kind is ProblemKind.DUPLICATE_KEY and one.path[:2] == rule)
    return next(twice, rule)


class Moved(NamedTuple):
    """A resource or subresource that only one of two releases serves."""

    key: Key
    since: int
    """The minor in which it came or went."""
    gone: bool


def moved(before: Catalogue, after: Catalogue) -> tuple[Moved, ...]:
    """Return what only one of two releases serves, in their order."""
    old, new = ({one.key: None for one in catalogue.served} for catalogue in (before, after))
    return tuple(
        Moved(key, since(before.minor, after.minor, _serving(after, key, so=key in new)), key in old)
        for key in (*old, *new)
        if (key in old) is not (key in new)
    )


def _serving(catalogue: Catalogue, key: Key, *, so: bool) -> Callable[[int], bool]:
    """Return what tells whether a release serves a resource, or (`so` False) does not."""
    releases = catalogue.releases(*key)
    return lambda minor: any(first <= minor <= last for first, last in releases) is so


def matching(entries: tuple[GroupResources, ...], key: Key) -> Iterator[int]:
    """Return the numbers of the entries of `resources` that match a resource, whatever they say of names."""
    return (number for number, entry in enumerate(entries) if takes_resource(entry, *key))


def names(entry: GroupResources, key: Key) -> bool:
    """Tell whether an entry names a resource itself, with no wildcard."""
    _, resource, subresource = key
    return entry.group == key[0] and (f"{resource}/{subresource}" if subresource else resource) in entry.resources
