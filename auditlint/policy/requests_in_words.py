"""Sets of requests in the words of a reviewer: `get, list and watch of secrets by system:nodes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint.english import listing
from auditlint.kubernetes.diff.narrowing import simple
from auditlint.kubernetes.engine.region import Region, Target, meet, region_of
from auditlint.kubernetes.kubectl import dotted
from auditlint.kubernetes.requests import RESOURCE_VERBS, URL_VERBS
from auditlint.kubernetes.served import UNSERVED_VERBS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.kubernetes.diff import Requests
    from auditlint.kubernetes.engine.region import Values

_MOST_VALUES = 8
"""So many values of a list are named."""
_MOST_EXCEPTIONS = 3
_ORDER = {verb: at for at, verb in enumerate(dict.fromkeys((*RESOURCE_VERBS, *URL_VERBS)))}
_SYSTEM = "system:"


class _Words(NamedTuple):
    """What is said of a set of requests; "" where nothing is."""

    verbs: str
    things: str
    where: str
    who: str


def in_words(requests: Requests) -> str:
    """Return what the requests are, and what earlier rules match of them."""
    within = _words(requests.within)
    text = _sentence(within) + _tail(within)
    excepted = requests.excepted
    if not excepted:
        return text
    if len(excepted) > _MOST_EXCEPTIONS:
        return f"{text}, except what {len(excepted)} earlier rules match"
    phrases = [_exception(requests.within, within, region_of(rule)) for rule in excepted]
    several = ":" if len(phrases) > 1 else ""
    return f"{text}, except{several} {'; '.join(phrases)}"


def region_in_words(region: Region) -> str:
    """Return what the requests of a region are."""
    words = _words(simple(region))
    return _sentence(words) + _tail(words)


def _sentence(words: _Words) -> str:
    if words.verbs:
        return f"{words.verbs} of {words.things or 'anything'}"
    return f"any request for {words.things}" if words.things else "any request"


def _tail(words: _Words) -> str:
    return "".join(f" {part}" for part in (words.where, words.who) if part)


def _exception(region: Region, said: _Words, taken: Region) -> str:
    """Return what a rule matches of a region, as far as that was not said of the whole."""
    shared = simple(meet(region, taken))
    words = _words(shared)._replace(who=_who_else(region, shared))
    new = _Words(*("" if word == known else word for word, known in zip(words, said, strict=True)))
    things = " of ".join(
        filter(None, (new.verbs, new.things or ("" if said.things else "anything" if new.verbs else "")))
    )
    return " ".join(filter(None, (things, new.where, new.who))) or "what an earlier rule matches"


def _words(region: Region) -> _Words:
    return _Words(_verbs(region), _things(region), _where(region.namespaces), _who(region))


def _verbs(region: Region) -> str:
    if region.verbs is None:
        return ""
    possible = URL_VERBS if region.targets == () else RESOURCE_VERBS if region.urls == () else _ORDER
    verbs = [verb for verb in _ORDER if verb in region.verbs and verb in possible]
    usual = [verb for verb in verbs if verb not in UNSERVED_VERBS]
    return listing(usual if usual == verbs else [*usual, "unusual verbs"])


def _things(region: Region) -> str:
    if region.targets == ():
        return "any path" if region.urls is None or "*" in region.urls else _few(region.urls, "and")
    if region.targets is None:
        return "any resource" if region.urls == () else ""
    whole = [target.group for target in region.targets if target == Target(target.group)]
    groups = [group or "the core group" for group in whole if group is not None]
    named = [_target(target) for target in region.targets if target != Target(target.group)]
    return _few([*named, *([f"any resource of {_few(groups, 'and')}"] if groups else [])], "and")


def _target(target: Target) -> str:
    names = [name for name in target.names or () if name]
    named = [f"named {_few(names, 'or')}"] if names else []
    nameless = ["without a name"] if "" in (target.names or ()) else []
    return " ".join([_resource(target), *filter(None, [" or ".join([*named, *nameless])])])


def _resource(target: Target) -> str:
    """Return a resource as policies and kubectl write it: `pods/*` is pods with every subresource."""
    group, resource, subresource = target.key
    written = "*" if subresource is None else subresource
    if group is None:
        return f"{resource or '*'}{f'/{written}' if written else ''} of any group"
    if resource is None:
        return f"*/{written} of {group or 'the core group'}"
    return dotted(group, resource, written)


def _where(namespaces: Values | None) -> str:
    if namespaces is None:
        return ""
    names = [name for name in namespaces if name]
    inside = [f"in {_few(names, 'and')}"] if names else []
    return " and ".join([*inside, *(["cluster-wide"] if "" in namespaces else [])])


def _who(region: Region) -> str:
    """Return users and groups; that a group is one is said where its name does not."""
    if region.nobody:
        return "with a login that fails"
    if region.users is not None:
        users = _few([user or '""' for user in region.users], "and")
        return f"by {users}{f' in {_memberships(region.groups)}' if region.groups else ''}"
    if not region.groups:
        return ""
    if len(region.groups) > 1:
        return f"by members of {_memberships(region.groups)}"
    (groups,) = region.groups
    return f"by {'' if all(group.startswith(_SYSTEM) for group in groups) else 'members of '}{_few(groups, 'and')}"


def _memberships(choices: Sequence[Values]) -> str:
    """Return groups of each of which, or of one of several, somebody is a member at once."""
    single = [group for choice in choices if len(choice) == 1 for group in choice]
    several = [f"one of {_few(choice, 'and')}" for choice in choices if len(choice) > 1]
    return ", and ".join([listing(single), *several] if single else several)


def _who_else(region: Region, shared: Region) -> str:
    """Return who of those in a region is in a part of it, "" for all of them."""
    groups = tuple(choice for choice in shared.groups if choice not in region.groups)
    return _who(Region(users=None if shared.users == region.users else shared.users, groups=groups))


def _few(words: Sequence[str], last: str) -> str:
    if len(words) <= _MOST_VALUES:
        return listing(words, last)
    return f"{', '.join(words[:_MOST_VALUES])} {last} {len(words) - _MOST_VALUES} more"
