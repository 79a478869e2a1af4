"""What another release makes of a policy that both load: fields that only one of them obeys, and what only one serves.

Source: pkg/apis/audit/v1/types.go (omitManagedFields, from 1.23), pkg/audit/request.go (responses of subresources, from
1.22: kubernetes/kubernetes#102040) of k8s.io/apiserver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.kubernetes.decode import ProblemKind
from auditlint.kubernetes.match import decision_of, resource_spellings
from auditlint.kubernetes.upgrade.steps import since

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditlint.kubernetes.catalogue import Catalogue, Key
    from auditlint.kubernetes.decode import Loaded, Path
    from auditlint.kubernetes.match import Outcome
    from auditlint.kubernetes.policy import GroupResources, Policy

TOKENS_LOGGED_FROM = 22
"""From this minor the responses of subresources such as `serviceaccounts/token` are logged at RequestResponse."""
TOKENS: Key = ("", "serviceaccounts", "token")
_DROPPED = frozenset({ProblemKind.UNKNOWN_FIELD, ProblemKind.UNSUPPORTED_FIELD})
_MANAGED = "omitManagedFields"


class Reread(NamedTuple):
    """A rule whose requests have another outcome because only one of two releases obeys a field."""

    path: Path
    """The way to the field in the policy; to the rule where no field alone is the reason."""
    rule: int
    before: Outcome
    after: Outcome


def reread(before: Loaded, after: Loaded) -> Iterator[Reread]:
    """Yield the rules that say something else in another release, as long as they are the same rules in both."""
    old, new = before.policy, after.policy
    if old is None or new is None or old == new:
        return
    fields = dropped(before) ^ dropped(after)
    obeyed = old if dropped(after) - dropped(before) else new
    for index in range(min(len(old.rules), len(new.rules))):
        was, becomes = (decision_of(policy, index).outcome for policy in (old, new))
        if was != becomes:
            yield Reread(_cause(fields, obeyed, index), index, was, becomes)


def dropped(loaded: Loaded) -> frozenset[Path]:
    """Return the ways to the fields that a release does not know, and drops."""
    return frozenset(problem.path for problem in loaded.problems if problem.kind in _DROPPED)


def _cause(fields: frozenset[Path], obeyed: Policy, index: int) -> Path:
    """Return the field for which a rule says something else: its own wins over that of the policy."""
    own = ("rules", index, _MANAGED)
    if own in fields and obeyed.rules[index].omit_managed_fields is not None:
        return own
    return (_MANAGED,) if (_MANAGED,) in fields else ("rules", index)


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
    """Yield the numbers of the entries of `resources` that match a resource, whatever they say of names."""
    group, resource, subresource = key
    spellings = resource_spellings(resource, subresource)
    for number, entry in enumerate(entries):
        if entry.group in {group, "*"} and (not entry.resources or not set(spellings).isdisjoint(entry.resources)):
            yield number


def names(entry: GroupResources, key: Key) -> bool:
    """Tell whether an entry names a resource itself, with no wildcard."""
    _, resource, subresource = key
    return entry.group == key[0] and (f"{resource}/{subresource}" if subresource else resource) in entry.resources
