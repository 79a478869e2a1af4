"""The fields of an audit policy, and which of them people mean by other words."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from auditlint import spelling

POLICY, RULE, ENTRY = "policy", "rule", "group entry"

FIELDS = {
    POLICY: ("apiVersion", "kind", "metadata", "omitStages", "omitManagedFields", "rules"),
    RULE: (
        "level",
        "users",
        "userGroups",
        "verbs",
        "resources",
        "namespaces",
        "nonResourceURLs",
        "omitStages",
        "omitManagedFields",
    ),
    ENTRY: ("group", "resources", "resourceNames"),
}
ALL = frozenset(name for names in FIELDS.values() for name in names)
LISTS = frozenset(
    {"users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs", "omitStages", "resourceNames"}
)

_WORDS = {
    "level": "level levels audit-level log-level",
    "users": "user users username usernames subject subjects principal principals service-account service-accounts",
    "userGroups": "user-group user-groups groups-of-users",
    "verbs": "verb verbs method methods http-methods operation operations action actions",
    "namespaces": "namespace namespaces ns namespace-selector namespace-selectors",
    "nonResourceURLs": (
        "non-resource-url non-resource-urls non-resource-path non-resource-paths non-resource non-resources "
        "resource-urls path paths url urls uri uris request-uri"
    ),
    "omitStages": "omit-stage omit-stages stage stages skip-stages omitted-stages omit",
    "omitManagedFields": "omit-managed-field omit-managed-fields managed-fields",
    "group": "group groups api-group api-groups resource-group",
    "resources": "resource resources kind kinds object objects subresource subresources",
    "resourceNames": "resource-name resource-names name names object-names",
    "rules": "rule rules policies policy-rules",
}
"""Per field the words that people write for it, compared without case, dashes and underscores."""
_API_GROUP_WORDS = frozenset({"", "*", "core", "v1", "apps", "batch", "extensions", "policy", "autoscaling"})


class Meaning(NamedTuple):
    """The field that somebody meant by an unknown key, and the kind of mapping it belongs in."""

    place: str
    field: str


def meant_by(key: str, place: str, value: object = None) -> Meaning | None:
    """Return what an unknown key in a mapping of this place most likely means, None where nothing comes to mind."""
    word = spelling.plain(key)
    if place == RULE and word in {"group", "groups"}:
        return Meaning(ENTRY, "group") if _are_api_groups(value) else Meaning(RULE, "userGroups")
    for elsewhere in _looked_in(place):
        for name in FIELDS[elsewhere]:
            if word in _spellings(name):
                return Meaning(elsewhere, name)
    return _nearest(word, place)


def _looked_in(place: str) -> tuple[str, ...]:
    """Return the kinds of mappings whose fields may be meant, the key's own first."""
    return {POLICY: (POLICY, RULE), RULE: (RULE, ENTRY, POLICY), ENTRY: (ENTRY, RULE)}.get(place, ())


@lru_cache(maxsize=4096)
def _nearest(word: str, place: str) -> Meaning | None:
    for elsewhere in _looked_in(place):
        spellings = _all_spellings(elsewhere)
        found = spelling.nearest(word, spellings)
        if found:
            return Meaning(elsewhere, spellings[found])
    return None


@cache
def _all_spellings(place: str) -> dict[str, str]:
    """Return the fields of a kind of mapping, by all that people write for them."""
    return {spelling.plain(text): name for name in FIELDS[place] for text in (name, *_WORDS.get(name, "").split())}


@lru_cache(maxsize=256)
def _spellings(name: str) -> frozenset[str]:
    return frozenset(map(spelling.plain, (name, *_WORDS.get(name, "").split())))


def _are_api_groups(value: object) -> bool:
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(
        isinstance(item, str) and ":" not in item and (item in _API_GROUP_WORDS or "." in item) for item in values
    )
