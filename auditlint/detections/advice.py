"""What to write so that a detection sees: rules that take what it misses from those that blind it, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.detections.events import COMPLETE, LEVELS
from auditlint.detections.model import Addition, Advice
from auditlint.kubernetes.match import decision_of, takes_resource
from auditlint.kubernetes.policy import GroupResources, PolicyRule
from auditlint.kubernetes.requests import RESOURCE_VERBS, URL_VERBS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditlint.detections.acts import Act, What
    from auditlint.detections.model import Needs, Part
    from auditlint.kubernetes.policy import Policy

_MANY = 12
"""More resources than this are all resources."""
_SECRET = {("", "secrets"), ("", "configmaps"), ("authentication.k8s.io", "tokenreviews")}
_VERBS = tuple(dict.fromkeys((*RESOURCE_VERBS, *URL_VERBS)))
_EVERY_VERB = frozenset(RESOURCE_VERBS[:8])


def advise(parts: Sequence[Part], policy: Policy, needs: Needs) -> Advice | None:
    """Return what lets everything be seen; None where no level is enough, or only less than is logged today."""
    if needs.level is None:
        return None
    by_rule: dict[int | None, list[Act]] = {}
    for part in parts:
        for act in part.unseen:
            by_rule.setdefault(act.rule, []).append(act)
    stages = _blocked([act for acts in by_rule.values() for act in acts], policy, needs.level)
    additions = []
    for number in sorted(by_rule, key=lambda one: len(policy.rules) if one is None else one):
        decision = decision_of(policy, number)
        if decision.level != "None" and LEVELS.index(decision.level) > LEVELS.index(needs.level):
            return None
        own = () if number is None else policy.rules[number].omit_stages
        if decision.level != needs.level or own:
            rule = PolicyRule("") if number is None else policy.rules[number]
            added = _carved(rule, by_rule[number], needs.level)
            additions.append(Addition(added, number, _is_secret(by_rule[number]) and needs.level != LEVELS[0]))
    return Advice(tuple(additions), stages)


def _blocked(acts: Iterable[Act], policy: Policy, level: str) -> tuple[str, ...]:
    """Return stages that the policy itself must not leave out: one for each way in which all that would do are."""
    found: dict[str, None] = {}
    for act in acts:
        for way in sorted(act.ways, key=lambda one: (len(one), sorted(one))):
            stages = {event.stage for event in way if event.level == level}
            if stages <= set(policy.omit_stages) and not stages & found.keys():
                found[COMPLETE if COMPLETE in stages else min(stages)] = None
    return tuple(found)


def _is_secret(acts: Iterable[Act]) -> bool:
    """Tell whether the bodies of these requests hold what is secret."""
    whats = [what for act in acts for what in act.alike]
    return any(what.subresource == "token" or what.target[:2] in _SECRET for what in whats)


def _carved(rule: PolicyRule, acts: Iterable[Act], level: str) -> PolicyRule:
    """Return a rule that matches these acts, and nothing that the rule does not match."""
    whats = list(dict.fromkeys(what for act in acts for what in act.alike))
    verbs = {what.verb for what in whats}
    on_paths = any(what.path is not None for what in whats)
    targets = [what for what in whats if what.path is None]
    every = verbs >= _EVERY_VERB if targets else verbs >= set(URL_VERBS)
    return PolicyRule(
        level,
        rule.users,
        rule.user_groups,
        rule.verbs if every else tuple(verb for verb in _VERBS if verb in verbs),
        _entries(rule, targets) if targets and not on_paths else rule.resources,
        rule.namespaces,
        rule.non_resource_urls or (("*",) if on_paths and not targets else ()),
    )


def _entries(rule: PolicyRule, whats: Sequence[What]) -> tuple[GroupResources, ...]:
    """Return the entries of `resources` for these requests, within those of a rule."""
    broad = any(what.stands_for_any for what in whats) or len({what.target[:2] for what in whats}) > _MANY
    if rule.resources:
        entries = (_within(entry, whats, broad=broad) for entry in rule.resources)
        return tuple(entry for entry in entries if entry)
    if broad:
        return () if rule.namespaces else (GroupResources("*"),)
    groups: dict[str, dict[str, None]] = {}
    for what in whats:
        groups.setdefault("*" if what.in_any_group else what.group, {})[_name(what)] = None
    return tuple(GroupResources(group, tuple(names)) for group, names in groups.items())


def _within(entry: GroupResources, whats: Sequence[What], *, broad: bool) -> GroupResources | None:
    """Return what an entry takes of these requests; None if nothing."""
    taken = [what for what in whats if takes_resource(entry, *what.target)]
    if not taken or broad:
        return entry if taken else None
    return GroupResources(entry.group, tuple(dict.fromkeys(map(_name, taken))), entry.resource_names)


def _name(what: What) -> str:
    return f"{what.resource}/{what.subresource}" if what.subresource else what.resource


def written(rule: PolicyRule) -> str:
    """Return a rule as an item of `rules` in YAML, with a final newline."""
    lines = [f"- level: {rule.level}"]
    lists = {
        "users": rule.users,
        "userGroups": rule.user_groups,
        "verbs": rule.verbs,
        "namespaces": rule.namespaces,
        "nonResourceURLs": rule.non_resource_urls,
    }
    lines += [f"  {key}: {_list(values)}" for key, values in lists.items() if values]
    if rule.resources:
        lines.append("  resources:")
    for entry in rule.resources:
        lines.append(f"  - group: {_text(entry.group)}")
        lines += [f"    resources: {_list(entry.resources)}"] if entry.resources else []
        lines += [f"    resourceNames: {_list(entry.resource_names)}"] if entry.resource_names else []
    return "".join(f"{line}\n" for line in lines)


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def _text(value: str) -> str:
    """Return a string as YAML reads it back: bare where nothing else can be made of it."""
    import json

    bare = value.replace("-", "").replace(".", "").replace("/", "")
    plain = bare.isascii() and bare.isalnum() and bare.islower() and value[0].isalpha()
    words = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
    return value if plain and value not in words else json.dumps(value)
