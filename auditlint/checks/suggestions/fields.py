"""The fields of an audit policy, and which of them people mean by other words."""

from __future__ import annotations

from typing import NamedTuple

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
    "namespaces": "namespace namespaces ns",
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
_LONGEST_SHORT_WORD = 4


class Meaning(NamedTuple):
    """The field that somebody meant by an unknown key, and the kind of mapping it belongs into."""

    place: str
    field: str


def meant_by(key: str, place: str, value: object = None) -> Meaning | None:
    """Return what an unknown key in a mapping of this place most likely means, None where nothing comes to mind."""
    word = _plain(key)
    if place == RULE and word in {"group", "groups"}:
        return Meaning(ENTRY, "group") if _are_api_groups(value) else Meaning(RULE, "userGroups")
    for elsewhere in _looked_in(place):
        for name in FIELDS[elsewhere]:
            if word in _spellings(name):
                return Meaning(elsewhere, name)
    return _nearest(word, place)


def nearest(word: str, known: tuple[str, ...]) -> str | None:
    """Return the known word that this one is a slip of the pen away from, else None."""
    plain = _plain(word)
    same = [name for name in known if _plain(name) == plain]
    if same:
        return same[0]
    most = 1 if len(plain) <= _LONGEST_SHORT_WORD else 2
    ranked = sorted((distance(plain, _plain(name)), index) for index, name in enumerate(known))
    return known[ranked[0][1]] if ranked and ranked[0][0] <= most else None


def distance(one: str, other: str) -> int:
    """Return how many letters must be added, taken away, changed or swapped with the next to turn one into other."""
    if abs(len(one) - len(other)) > 3:  # noqa: PLR2004  (further away than anybody asks for)
        return abs(len(one) - len(other))
    older: list[int] = []
    previous = list(range(len(other) + 1))
    for row, char in enumerate(one, 1):
        current = [row]
        for column, wanted in enumerate(other, 1):
            best = min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (char != wanted))
            if row > 1 and column > 1 and char == other[column - 2] and one[row - 2] == wanted:
                best = min(best, older[column - 2] + 1)
            current.append(best)
        older, previous = previous, current
    return previous[-1]


def _looked_in(place: str) -> tuple[str, ...]:
    """Return the kinds of mappings whose fields may be meant, the key's own first."""
    return {POLICY: (POLICY, RULE), RULE: (RULE, ENTRY, POLICY), ENTRY: (ENTRY, RULE)}.get(place, ())


def _nearest(word: str, place: str) -> Meaning | None:
    for elsewhere in _looked_in(place):
        names = FIELDS[elsewhere]
        spellings = {_plain(text): name for name in names for text in (name, *_WORDS.get(name, "").split())}
        found = nearest(word, tuple(spellings))
        if found:
            return Meaning(elsewhere, spellings[found])
    return None


def _spellings(name: str) -> frozenset[str]:
    return frozenset(map(_plain, (name, *_WORDS.get(name, "").split())))


def _plain(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "").replace(" ", "")


def _are_api_groups(value: object) -> bool:
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(
        isinstance(item, str) and ":" not in item and (item in _API_GROUP_WORDS or "." in item) for item in values
    )
