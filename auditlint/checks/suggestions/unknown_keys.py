"""What a policy means without a key that kube-apiserver drops, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint import english
from auditlint.checks.suggestions import fields, levels, misreading, pasteable, right_types, rule_words
from auditlint.kubernetes.policy import STAGES, GroupResources, PolicyRule
from auditlint.records import NamedTuple

if TYPE_CHECKING:
    from auditlint.checks.suggestions.fields import Meaning
    from auditlint.kubernetes.decoding.problems import Problem, Value
    from auditlint.kubernetes.policy import Policy
    from auditlint.subjects.model import PolicySubject

_LONGEST_EXAMPLE = 60
_UNLIMITED = {
    "users": "every user",
    "userGroups": "members of any group",
    "verbs": "every verb",
    "namespaces": "requests in all namespaces",
    "nonResourceURLs": "more than these URLs",
}
"""What a rule matches without a list, for each of its lists."""


class Dropped(NamedTuple):
    """An unknown key: where it stands, what was meant, and the rule and entry (by index) that hold it."""

    key: str
    place: str
    value: Value
    meaning: Meaning | None
    rule: int | None
    entry: int | None
    respelled: bool = False
    """Whether `value` holds names of resources that the text spells otherwise."""
    sure: bool = True
    """Whether those are certainly the names that URLs have."""

    @property
    def is_item(self) -> bool:
        """Whether the key was to be the first of an item, such as `-level`: its dash has no space behind it."""
        return self.key.startswith("-") and self.key[1:] in fields.ALL


def dropped(problem: Problem, policy: PolicySubject) -> Dropped:
    """Return what an `unknown-field` problem is about, with names of resources as they should be."""
    key = str(problem.path[-1])
    rule, entry = misreading.indexes(problem.path)
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
    return drop._replace(value=names, respelled=True, sure=all(sure for _, sure in spelled))


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
    if drop.meaning.field in misreading.SELECTORS:
        return _with_selector(rule, drop.meaning.field, values)
    if drop.meaning.place == fields.ENTRY or drop.meaning.field == "resources":
        return _with_entry(rule, drop, drop.meaning.field, values)
    return None


def meaning(drop: Dropped, policy: Policy | None) -> str:
    """Return what a rule or an entry means without the key, such as `this rule matches every verb`; "" if unsaid."""
    field = drop.meaning.field if drop.meaning else ""
    if field == "omitStages":
        return "" if policy and policy.omit_stages else "every stage is logged"
    if policy is None or drop.rule is None or drop.rule >= len(policy.rules):
        return ""
    rule = policy.rules[drop.rule]
    if rule.level == "None" and not rule.has_selectors:
        return "this rule silences every request that reaches it"
    if drop.entry is not None and drop.entry < len(rule.resources) and field in fields.FIELDS[fields.ENTRY]:
        return f"this entry matches {rule_words.entry_words(*rule.resources[drop.entry])}"
    if field in _UNLIMITED:
        values = _values(rule, field)
        return f"this rule matches {english.several(values) if values else _UNLIMITED[field]}"
    return ""


def advice(drop: Dropped) -> str:
    """Return what to write instead of the key."""
    from auditlint.checks.suggestions import broken_text

    space = broken_text.odd_space(drop.key)
    if space:
        return f"Replace the {space} in this key by a space, or delete it"
    if drop.is_item:
        return f"Write `- {drop.key[1:]}: {_flow(drop.value)}`, with a space after the dash"
    if drop.meaning is None:
        return "Delete it"
    if drop.place == fields.POLICY and drop.key in fields.FIELDS[fields.RULE]:
        return "Indent it, and what follows, as part of the rule above"
    text = _spelled(drop, drop.meaning.field)
    if drop.meaning.place == drop.place:
        return text
    if (drop.place, drop.meaning.place) == (fields.ENTRY, fields.RULE):
        return f"{text} one level up, in the rule itself"
    if drop.meaning == fields.Meaning(fields.ENTRY, "resourceNames") and any(_texts(drop.value)):
        names = pasteable.inline(_texts(drop.value))
        entry = f'{{group: "", resources: ["configmaps"], resourceNames: {names}}}'
        return f"Write the names beside what they name, such as `resources: [{entry}]`"
    if drop.meaning.place == fields.ENTRY:
        return f"{text} in an entry of `resources:`"
    return f"{text} {'in a rule' if drop.meaning.place == fields.RULE else 'at the top of the file'}"


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
    if field == "level":
        return f"Write `level: {levels.level_meant(str(drop.value)) or 'Metadata'}`"
    if field == "group" and len(texts) > 1:
        return f'Write an entry for each group, the first with `group: "{texts[0]}"`'
    if field == "users" and word.startswith("service"):
        return 'Write `users: ["system:serviceaccount:NAMESPACE:NAME"]`'
    if field == "resources" and word.startswith(("subresource", "kind", "object")):
        return 'Write `resources:` with plural names, such as `resources: ["pods", "pods/log"]`'
    if field == "omitStages" and word in {"stage", "stages"}:
        left_out = [stage for stage in STAGES if stage not in (*texts, "Panic")]
        return f"Write `omitStages: {pasteable.inline(left_out)}`, the stages that are not to be logged"
    if field == "resources" and drop.place == fields.RULE and any(texts):
        return right_types.as_entries(texts)
    text = _value(drop, field, texts)
    if not text or len(text) > _LONGEST_EXAMPLE:
        return f"Rename it to `{field}:`" if _fits(drop, field) else f"Write `{field}:` with a list of names"
    return f"Write `{field}: {text}`" + ("" if drop.sure else ", most likely the names that URLs have")


def _value(drop: Dropped, field: str, texts: tuple[str, ...]) -> str:
    """Return the value as the field needs it, "" where it says nothing."""
    if field in fields.LISTS:
        return pasteable.inline(texts) if any(texts) else ""
    if field == "group":
        return f'"{texts[0]}"' if texts else ""
    return _flow(drop.value) if isinstance(drop.value, (str, bool)) else ""


def _fits(drop: Dropped, field: str) -> bool:
    """Tell whether the value may stay as it is under the right key."""
    if field == "rules" or field in fields.LISTS:
        return isinstance(drop.value, list) and not drop.respelled
    return isinstance(drop.value, str)


def _flow(value: Value) -> str:
    """Return a scalar as YAML."""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _values(rule: PolicyRule, field: str) -> tuple[str, ...]:
    return {
        "users": rule.users,
        "userGroups": rule.user_groups,
        "verbs": rule.verbs,
        "namespaces": rule.namespaces,
        "nonResourceURLs": rule.non_resource_urls,
    }[field]
