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
    from collections.abc import Iterable, Sequence

    from auditlint.kubernetes.diff import Requests
    from auditlint.kubernetes.engine.region import Values

_MOST_VALUES = 8
"""So many values of a list are named."""
_MOST_EXCEPTED = 3
"""So many users and groups are named in an exception."""
_MOST_VERBS = 5
"""Of more verbs it is said which are missing."""
_MOST_EXCEPTIONS = 3
_ORDER = {verb: at for at, verb in enumerate(dict.fromkeys((*RESOURCE_VERBS, *URL_VERBS)))}
_SYSTEM = "system:"
_UNUSUAL = "unusual verbs"


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
    short = _words(shared, _MOST_EXCEPTED)._replace(who=_who_else(region, shared))
    triples = zip(said, _words(shared), short, strict=True)
    new = _Words(*("" if known == in_full else word for known, in_full, word in triples))
    things = " of ".join(
        filter(None, (new.verbs, new.things or ("" if said.things else "anything" if new.verbs else "")))
    )
    return " ".join(filter(None, (things, new.where, new.who))) or "what an earlier rule matches"


def _words(region: Region, most: int = _MOST_VALUES) -> _Words:
    """Return what is said of a region; of users, groups and API groups `most` are named."""
    return _Words(_verbs(region), _things(region, most), _where(region.namespaces), _who(region, most))


def _verbs(region: Region) -> str:
    if region.verbs is None:
        return ""
    possible = URL_VERBS if region.targets == () else RESOURCE_VERBS if region.urls == () else _ORDER
    verbs = _named(verb for verb in _ORDER if verb in region.verbs and verb in possible)
    if len(verbs) <= _MOST_VERBS or possible is _ORDER:
        return listing(verbs)
    others = [verb for verb in _named(possible) if verb not in (*verbs, _UNUSUAL)]
    every = "every verb" if _UNUSUAL in verbs or _UNUSUAL not in _named(possible) else "every usual verb"
    return f"{every} but {listing(others)}" if others else every


def _named(verbs: Iterable[str]) -> list[str]:
    """Return what verbs are called, those that no server answers as one."""
    return list(dict.fromkeys(_UNUSUAL if verb in UNSERVED_VERBS else verb for verb in verbs))


def _things(region: Region, most: int) -> str:
    if region.targets == ():
        return "any path" if region.urls is None or "*" in region.urls else _few(region.urls, "and")
    if region.targets is None:
        return "any resource" if region.urls == () else ""
    whole = [target.group for target in region.targets if target == Target(target.group)]
    groups = [group or "the core group" for group in whole if group is not None]
    named = [_target(target) for target in region.targets if target != Target(target.group)]
    return _few([*named, *([f"any resource of {_few(groups, 'and', most)}"] if groups else [])], "and")


def _target(target: Target) -> str:
    names = [name for name in target.names or () if name]
    named = [f"named {_few(names, 'or')}"] if names else []
    nameless = ["without a name"] if "" in (target.names or ()) else []
    with_all = ["with subresources"] if target.resource and target.subresource is None else []
    return " ".join([_resource(target), *filter(None, [" or ".join([*named, *nameless])]), *with_all])


def _resource(target: Target) -> str:
    """Return a resource as policies and kubectl write it, without a word on whether all its subresources are meant."""
    group, resource, subresource = target.key
    if group is None:
        return f"{resource or '*'}{f'/{subresource}' if subresource else ''} of any group"
    if resource is None:
        return f"*/{subresource} of {group or 'the core group'}"
    return dotted(group, resource, subresource or "")


def _where(namespaces: Values | None) -> str:
    if namespaces is None:
        return ""
    names = [name for name in namespaces if name]
    inside = [f"in {_few(names, 'and')}"] if names else []
    return " and ".join([*inside, *(["cluster-wide"] if "" in namespaces else [])])


def _who(region: Region, most: int) -> str:
    """Return users and groups; that a group is one is said where its name does not."""
    if region.nobody:
        return "with a login that fails"
    if region.users is not None:
        users = _few([user or '""' for user in region.users], "and", most)
        member = "a member" if len(region.users) == 1 else "members"
        return f"by {users}{f', as {member} of {_memberships(region.groups)}' if region.groups else ''}"
    if not region.groups:
        return ""
    if len(region.groups) > 1:
        return f"by members of {_memberships(region.groups)}"
    (groups,) = region.groups
    known = all(group.startswith(_SYSTEM) for group in groups)
    return f"by {'' if known else 'members of '}{_few(groups, 'and', most)}"


def _memberships(choices: Sequence[Values]) -> str:
    """Return groups of each of which, or of one of several, somebody is a member at once: `a, b and of c or d`."""
    single = [group for choice in choices if len(choice) == 1 for group in choice]
    several = [_few(choice, "or") for choice in choices if len(choice) > 1]
    return " and of ".join([listing(single), *several] if single else several)


def _who_else(region: Region, shared: Region) -> str:
    """Return who of those in a region is in a part of it, "" for all of them."""
    groups = tuple(choice for choice in shared.groups if choice not in region.groups)
    users = None if shared.users == region.users else shared.users
    return _who(Region(users=users, groups=groups), _MOST_EXCEPTED)


def _few(words: Sequence[str], last: str, most: int = _MOST_VALUES) -> str:
    if len(words) <= most + 1:
        return listing(words, last)
    return f"{', '.join(words[:most])} {last} {len(words) - most} more"
