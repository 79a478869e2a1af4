"""Says in words which requests the rules and entries of a policy ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.english import listing, several

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.kubernetes.policy import PolicyRule


def rule_words(rule: PolicyRule) -> str:
    """Return in words which requests a rule asks for: `every request`, `"get" of "secrets" of the core group`."""
    what = _verbs_of(rule) + _objects_of(rule)
    if rule.verbs and not (rule.resources or rule.namespaces or rule.non_resource_urls):
        what = f"every request with the verb {several(rule.verbs, last='or')}"
    who = "".join([_limit(" by ", rule.users), _limit(" by members of ", rule.user_groups)])
    return what + who + _limit(" in namespace ", rule.namespaces)


def entry_words(group: str, resources: Sequence[str], names: Sequence[str]) -> str:
    """Return in words what one entry of `resources` asks for."""
    what = several(resources) if resources and "*" not in resources else "every resource"
    return f"{what} of {group_name(group)}{_limit(' named ', names)}"


def group_name(group: str) -> str:
    """Return an API group as people say it."""
    return "the core group" if not group else "any group" if group == "*" else f'group "{group}"'


def _verbs_of(rule: PolicyRule) -> str:
    return f"{several(rule.verbs)} of " if rule.verbs else ""


def _objects_of(rule: PolicyRule) -> str:
    if rule.resources:
        parts = [entry_words(entry.group, entry.resources, entry.resource_names) for entry in rule.resources]
        return listing(parts) if len(parts) <= 3 else f"{len(parts)} kinds of resources"  # noqa: PLR2004
    if rule.namespaces:
        return "every resource"
    if rule.non_resource_urls:
        return f"URL {several(rule.non_resource_urls)}"
    return "every request"


def _limit(words: str, values: Sequence[str]) -> str:
    return words + several(values) if values else ""
