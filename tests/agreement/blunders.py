"""Mistakes that people make in policies, made in the tree of a good one, before it is written as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditlint.kubernetes.decode import Value
    from tests.agreement.dice import Dice

    Entry = tuple[str, Value]
    Blunder = Callable[[Entry, Dice], list[Entry]]


class Raw(str):
    """A text that goes into the file as it stands, whatever YAML makes of it."""

    __slots__ = ()


MISSPELT = {
    "apiVersion": ("apiversion", "apiVersoin", "version", "apiVersion ", "api_version"),
    "kind": ("Kind", "type"),
    "rules": ("rule", "Rules", "policies"),
    "level": ("Level", "lvl", "levels", "LEVEL"),
    "users": ("user", "Users", "userNames"),
    "userGroups": ("groups", "usergroups", "userGroup", "user_groups"),
    "verbs": ("verb", "Verbs", "methods"),
    "resources": ("resource", "Resources", "resourses"),
    "namespaces": ("namespace", "Namespaces"),
    "nonResourceURLs": ("nonResourceUrls", "nonResourceURL", "paths", "nonresourceurls"),
    "omitStages": ("omitstages", "omitStage", "stages"),
    "omitManagedFields": ("omitmanagedfields", "omitManagedField"),
    "group": ("groups", "apiGroup", "apiGroups", "Group"),
    "resourceNames": ("names", "resourceName", "resourcenames"),
}
ODD_VALUES = (
    *("", "~", "null", "yes", "on", "N", "true", '"true"', "!!bool yes", "!!null x", "=", "<<"),
    *(
        "12",
        "012",
        "1e3",
        "0x1f",
        "1_000",
        "0o7",
        "0b1",
        "1:30",
        "+1",
        ".5",
        "1.",
        "-.inf",
        ".nan",
        "1e400",
        "0x",
        "-0",
    ),
    *("9223372036854775808", "18446744073709551616", "!!int '3'", "!!float 1", "!!str 12", "!!str", "'12'"),
    *("2024-01-01", "2024-01-01T00:00:00Z", "!!timestamp 2024-01-01", "!!binary Z2V0", "!!binary '*'", "!custom get"),
    *("metadata", "METADATA", "Audit", "Metadata ", "'None '", '"\\u004eone"', '"Meta\\\ndata"', "é", "\u00a0None"),
    *("'*'", "*", "*.example", "pods/*", "apps/v1", "v1", "/healthz", "healthz", "/a*b", "RequestReceived"),
    *("{{ .Values.level }}", "{{.x}}", "${LEVEL}", "<level>", "{%- if x %}", "$(LEVEL)", "'{{ .x }}'"),
    *("[]", "{}", "[[]]", "[null]", "[{}]", "{a: 1, a: 2}", "[get list]", "[a, [b]]", "get, list", "a: b", "- get"),
    *("[~, get]", "[on, get]", "[1.0]", "!!set {a, b}", "!!omap [a: b]", "{? a}", "[? a : b]", "{<<: {a: b}}"),
    *("'unclosed", '"unclosed', "@x", "%x", "`x", "|", ">-", "|\n      text", "&x y", "*x", "&r [*r]", "&r {a: *r}"),
    *("audit.k8s.io/v1", "audit.k8s.io/v1beta1", "audit.k8s.io/v1alpha1", "audit.k8s.io/v2", "Policy", "policy"),
    *("PolicyList", "Event", "audit.k8s.io/v1 # now", "audit.k8s.io/v1#now", "'' #", "a" * 300, f"[{'a, ' * 400}]"),
)
ODD_KEYS = (
    *("1", "1.0", "1e3", "true", "yes", "on", "~", "null", "''", "[a]", "{a: b}", "? [a, b]\n", "2024-01-01", ".inf"),
    *("!!binary Z2V0", "<<", "*a1", "&k level", "- level", "{{ .key }}", "a b", "'a: b'", "012", "=", "k" * 1030),
)
UNKNOWN: tuple[Entry, ...] = (
    ("x-common", ["get"]),
    ("description", "why"),
    ("metadata", (("name", "audit"), ("labels", (("app", "audit"),)))),
    ("metadata", (("labels", (("app", 1),)),)),
    ("namespace", "kube-system"),
    ("verb", ["get"]),
    ("omitManagedFields", True),
    ("omitManagedFields", "true"),
    ("omitStages", ["RequestReceived", "panic"]),
    ("omitStages", ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"]),
    ("resourceNames", ["a"]),
    ("nonResourceURLs", ["/healthz"]),
    ("namespaces", [""]),
    ("resources", ["pods"]),
    ("spec", (("rules", [(("level", "None"),)]),)),
    ("level", "None"),
    ("users", None),
    ("rules", []),
)


def _misspell(entry: Entry, dice: Dice) -> list[Entry]:
    name, value = entry
    return [(dice.pick(MISSPELT.get(name, (name.upper(), name.capitalize()))), value)]


def _leave_out(entry: Entry, dice: Dice) -> list[Entry]:  # noqa: ARG001 # as its siblings
    del entry
    return []


def _repeat(entry: Entry, dice: Dice) -> list[Entry]:
    return [entry, (entry[0], dice.pick((entry[1], None, Raw(dice.pick(ODD_VALUES)))))]


def _unlist(entry: Entry, dice: Dice) -> list[Entry]:
    """Take an item of a list, or what the list's mappings hold, for the list; put anything else into one."""
    name, value = entry
    if not isinstance(value, list):
        return [(name, [value])]
    if value and isinstance(value[0], tuple) and dice.once_in(2):
        return [(name, [inner for item in value if isinstance(item, tuple) for _, inner in item])]
    return [(name, value[0] if value else "")]


def _odd_value(entry: Entry, dice: Dice) -> list[Entry]:
    name, value = entry
    odd = Raw(dice.pick(ODD_VALUES))
    return [(name, [*value, odd] if isinstance(value, list) and dice.once_in(2) else odd)]


def _odd_key(entry: Entry, dice: Dice) -> list[Entry]:
    odd = Raw(dice.pick(ODD_KEYS))
    return [(odd, entry[1])] if dice.once_in(3) else [entry, (odd, dice.pick((None, "x", entry[1])))]


def _unknown_beside(entry: Entry, dice: Dice) -> list[Entry]:
    other = dice.pick(UNKNOWN)
    return [entry, other] if dice.once_in(2) else [other, entry]


def _wrap(entry: Entry, dice: Dice) -> list[Entry]:
    return [(dice.pick(("spec", "policy", "rules", "data")), (entry,))]


BLUNDERS: tuple[Blunder, ...] = (
    _odd_value,
    _misspell,
    _unknown_beside,
    _repeat,
    _unlist,
    _leave_out,
    _wrap,
    _odd_key,
    _misspell,
    _odd_value,
    _unknown_beside,
)


def blundered(policy: Value, dice: Dice) -> Value:
    """Return the policy with no, one or a few mistakes in it."""
    for _ in range(dice.pick((0, 0, 0, 0, 1, 1, 2, 3))):
        count = _count(policy)
        if count:
            policy = _changed(policy, [dice.number(count)], dice.pick(BLUNDERS), dice)
    return policy


def _count(value: Value) -> int:
    """Return how many entries the mappings of a tree have."""
    if isinstance(value, tuple):
        return len(value) + sum(_count(inner) for _, inner in value)
    return sum(_count(item) for item in value) if isinstance(value, list) else 0


def _changed(value: Value, left: list[int], blunder: Blunder, dice: Dice) -> Value:
    """Return the tree with one entry changed, the one at which `left` has counted down to nothing."""
    if isinstance(value, list):
        return [_changed(item, left, blunder, dice) for item in value]
    if not isinstance(value, tuple):
        return value
    entries: list[Entry] = []
    for name, inner in value:
        left[0] -= 1
        entries += blunder((name, inner), dice) if left[0] == -1 else [(name, _changed(inner, left, blunder, dice))]
    return tuple(entries)
