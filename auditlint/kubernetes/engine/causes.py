"""Why a rule matches nothing even alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.kubernetes.policy import PolicyRule

if TYPE_CHECKING:
    from collections.abc import Callable


def causes_of_never(rule: PolicyRule, possible: Callable[[PolicyRule], bool]) -> tuple[str, ...]:
    """Return the fields of a rule that keep it from matching anything.

    Those that would do so on their own; where none would, those without which the rule would match something; else all.
    """
    alone, without = _fields_alone(rule), _fields_left_out(rule)
    found = [field for field, narrowed in alone.items() if not possible(narrowed)]
    found = found or [field for field, widened in without.items() if possible(widened)]
    if "resourceNames" in found:  # leaving out resources leaves out the names as well
        found.remove("resources")
    return tuple(found or without)


def _fields_alone(rule: PolicyRule) -> dict[str, PolicyRule]:
    nameless = tuple(entry._replace(resource_names=()) for entry in rule.resources)
    only = PolicyRule(rule.level)
    fields = {
        "verbs": only._replace(verbs=rule.verbs),
        "namespaces": only._replace(namespaces=rule.namespaces),
        "resources": only._replace(resources=nameless),
        "nonResourceURLs": only._replace(non_resource_urls=rule.non_resource_urls),
    }
    return {field: narrowed for field, narrowed in fields.items() if narrowed != only}


def _fields_left_out(rule: PolicyRule) -> dict[str, PolicyRule]:
    nameless = tuple(entry._replace(resource_names=()) for entry in rule.resources)
    fields = {
        "verbs": rule._replace(verbs=()),
        "namespaces": rule._replace(namespaces=()),
        "resources": rule._replace(resources=()),
        "resourceNames": rule._replace(resources=nameless),
        "nonResourceURLs": rule._replace(non_resource_urls=()),
    }
    return {field: widened for field, widened in fields.items() if widened != rule}
