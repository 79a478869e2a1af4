"""What a policy means without a key that kube-apiserver drops, and what to write in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint import english
from auditlint.checks.suggestions import fields
from auditlint.checks.suggestions.pasteable import inline
from auditlint.checks.suggestions.rule_words import entry_words, rule_words
from auditlint.kubernetes.policy import STAGES, GroupResources, PolicyRule

if TYPE_CHECKING:
    from auditlint.checks.suggestions.fields import Meaning
    from auditlint.finding import Path
    from auditlint.kubernetes.decoding.problems import Problem, Value
    from auditlint.kubernetes.policy import Policy
    from auditlint.subjects.model import PolicySubject

_SELECTORS = frozenset({"users", "userGroups", "verbs", "namespaces", "nonResourceURLs"})
"""The lists of strings by which a rule is limited."""
_LONGEST_EXAMPLE = 60
_SURE = "as URLs have them"
_LIKELY = "with names as URLs have them, most likely"
_HOLDERS = {fields.POLICY: "A policy", fields.RULE: "A rule", fields.ENTRY: "An entry of resources"}


class Dropped(NamedTuple):
    """An unknown key: where it stands, what was meant, and the rule and entry (by index) that hold it."""

    key: str
    place: str
    value: Value
    meaning: Meaning | None
    rule: int | None
    entry: int | None
    hint: str = ""
    """How names of resources are to be read that are not spelled as they stand in the text."""


def dropped(problem: Problem, policy: PolicySubject) -> Dropped:
    """Return what an `unknown-field` problem is about, with names of resources as they should be."""
    key = str(problem.path[-1])
    rule, entry = _indexes(problem.path)
    meaning = fields.meant_by(key, problem.detail, problem.value)
    drop = Dropped(key, problem.detail, problem.value, meaning, rule, entry)
    group = _group(drop, policy.loaded.policy)
    if group is None or policy.cluster.aggregated or not meaning or meaning.field != "resources":
        return drop
    from auditlint.checks.suggestions.names import resource_names

    known = resource_names.of_cluster(policy.minor, policy.cluster.custom)
    written = _texts(problem.value)
    spelled = [known.spelled(group, name) for name in written]
    names: list[Value] = [name for name, _ in spelled]
    if tuple(names) == written:
        return drop
    return drop._replace(value=names, hint=_SURE if all(sure for _, sure in spelled) else _LIKELY)


def intended(drop: Dropped, policy: Policy) -> PolicyRule | None:
    """Return the rule as it was meant, if the key was to limit it and nothing else does so; else None.

    None as well where dropping the key leaves the same requests, such as `verb: "*"` or `groups: ""`.
    """
    if drop.meaning is None or drop.rule is None or drop.rule >= len(policy.rules):
        return None
    rule = policy.rules[drop.rule]
    entries = _written_entries(drop.value)
    if drop.meaning.field == "resources" and drop.place == fields.RULE and entries:
        return None if rule.resources or rule.non_resource_urls else rule._replace(resources=entries)
    values = _texts(drop.value)
    if not values:
        return None
    if drop.meaning.field in _SELECTORS:
        return _with_selector(rule, drop.meaning.field, values)
    if drop.meaning.place == fields.ENTRY or drop.meaning.field == "resources":
        return _with_entry(rule, drop, drop.meaning.field, values)
    return None


def consequence(drop: Dropped, policy: Policy | None) -> str:
    """Return what follows from dropping a key, to stand behind `is dropped`."""
    field = drop.meaning.field if drop.meaning else ""
    if field == "omitStages":
        return ", so every stage is logged" if not (policy and policy.omit_stages) else ""
    if policy is None or field in {"level", "omitManagedFields", "rules", "metadata"}:
        return ""
    now = meaning_now(drop, policy)
    return f", so {now}" if now else ""


def meaning_now(drop: Dropped, policy: Policy) -> str:
    """Return what the entry or rule asks for without the key, such as `this rule means every request`."""
    if drop.rule is None or drop.rule >= len(policy.rules):
        return ""
    rule = policy.rules[drop.rule]
    if drop.place == fields.ENTRY and drop.entry is not None and drop.entry < len(rule.resources):
        entry = rule.resources[drop.entry]
        return f"this entry means {entry_words(entry.group, entry.resources, entry.resource_names)}"
    return f"this rule means {rule_words(rule)}"


def advice(drop: Dropped) -> str:
    """Return what to write instead of the key, as a sentence."""
    from auditlint.checks.suggestions import broken_text

    space = broken_text.odd_space(drop.key)
    if space:
        return f"The key holds {space}: replace it by a space, or delete it"
    if drop.meaning is None:
        known = english.listing(fields.FIELDS.get(drop.place, ()))
        return f"{_HOLDERS[drop.place]} knows {known}" if known else "Delete it"
    text = _spelled(drop, drop.meaning.field)
    if drop.meaning.place == drop.place:
        return f"Write {text}"
    if (drop.place, drop.meaning.place) == (fields.ENTRY, fields.RULE):
        return f"Write {text} one level up, in the rule itself"
    if drop.meaning.place == fields.ENTRY:
        return f"Write {text} into an entry of `resources:`"
    return f"Write {text} {'into a rule' if drop.meaning.place == fields.RULE else 'at the top of the file'}"


def _indexes(path: Path) -> tuple[int | None, int | None]:
    rule = path[1] if len(path) > 2 and path[0] == "rules" else None  # noqa: PLR2004  (rules, its index, a key)
    entry = path[3] if rule is not None and len(path) > 4 and path[2] == "resources" else None  # noqa: PLR2004
    return rule if isinstance(rule, int) else None, entry if isinstance(entry, int) else None


def _group(drop: Dropped, policy: Policy | None) -> str | None:
    """Return the API group of the entry that holds the key, None if no entry does."""
    if policy is None or drop.rule is None or drop.entry is None or drop.rule >= len(policy.rules):
        return None
    entries = policy.rules[drop.rule].resources
    return entries[drop.entry].group if drop.entry < len(entries) else None


def _texts(value: Value) -> tuple[str, ...]:
    """Return the value as the list of strings that it was meant to be, empty if it says nothing."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",")) if value else ("",)
    if isinstance(value, list):
        return tuple(item for item in value if isinstance(item, str))
    return ()


def _written_entries(value: Value) -> tuple[GroupResources, ...]:
    """Return the entries of a list that was to be the `resources` of a rule; () if it is none."""
    written = [dict(item) for item in value if isinstance(item, tuple)] if isinstance(value, list) else []
    return tuple(
        GroupResources(
            "".join(_texts(entry.get("group"))), _texts(entry.get("resources")), _texts(entry.get("resourceNames"))
        )
        for entry in written
    )


def _with_selector(rule: PolicyRule, field: str, values: tuple[str, ...]) -> PolicyRule | None:
    if not any(values) or ("*" in values and field != "nonResourceURLs"):
        return None
    of_resources = bool(rule.resources or rule.namespaces)
    if field == "users":
        return None if rule.users else rule._replace(users=values)
    if field == "userGroups":
        return None if rule.user_groups else rule._replace(user_groups=values)
    if field == "verbs":
        return None if rule.verbs else rule._replace(verbs=values)
    if field == "namespaces":
        return None if rule.namespaces or rule.non_resource_urls else rule._replace(namespaces=values)
    return None if rule.non_resource_urls or of_resources else rule._replace(non_resource_urls=values)


def _with_entry(rule: PolicyRule, drop: Dropped, field: str, values: tuple[str, ...]) -> PolicyRule | None:
    """Return the rule with the entry (or, for a key of the rule, its only one) as it was meant."""
    if drop.place == fields.RULE:
        if rule.resources or rule.non_resource_urls or "*" in values:
            return None
        return rule._replace(resources=_entries(GroupResources(), field, values))
    if drop.entry is None or drop.entry >= len(rule.resources):
        return None
    entry = rule.resources[drop.entry]
    limited = {"group": entry.group, "resources": entry.resources, "resourceNames": entry.resource_names}[field]
    if limited or "*" in values or (field == "group" and "" in values) or not any(values):
        return None
    before, after = rule.resources[: drop.entry], rule.resources[drop.entry + 1 :]
    return rule._replace(resources=(*before, *_entries(entry, field, values), *after))


def _entries(entry: GroupResources, field: str, values: tuple[str, ...]) -> tuple[GroupResources, ...]:
    if field == "group":
        return tuple(entry._replace(group=value) for value in values)
    if field == "resources":
        return (entry._replace(resources=values),)
    return (entry._replace(resource_names=values),)


def _spelled(drop: Dropped, field: str) -> str:
    """Return the field as it should be written, with the value if it is short and can be taken over as it stands."""
    texts = _texts(drop.value)
    word = drop.key.lower()
    if field == "group" and len(texts) > 1:
        return f'one entry for each group, the first with `group: "{texts[0]}"`'
    if field == "users" and word.startswith("service"):
        return '`users: ["system:serviceaccount:NAMESPACE:NAME"]`'
    if field == "resources" and word.startswith(("subresource", "kind", "object")):
        return '`resources:` with plural names, such as `resources: ["pods", "pods/log"]`'
    if field == "omitStages" and word in {"stage", "stages"}:
        left_out = [stage for stage in STAGES if stage not in (*texts, "Panic")]
        return f"`omitStages: {inline(left_out)}`, which lists the stages that are not to be logged"
    if (
        not (any(texts) or (texts and field == "group"))
        or field in {"rules", "metadata"}
        or (field == "resources" and drop.place == fields.RULE)
    ):
        return f"`{field}:`"
    if drop.hint == _LIKELY:
        return f"`{field}:` {_LIKELY} {inline(texts)}"
    text = inline(texts) if field in fields.LISTS else f'"{texts[0]}"' if field == "group" else texts[0]
    hint = f", {drop.hint}" if drop.hint else ""
    return (f"`{field}: {text}`" if len(text) <= _LONGEST_EXAMPLE else f"`{field}:`") + hint
