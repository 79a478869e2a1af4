"""Which rule of a policy takes one request, as kube-apiserver decides it, and why another rule does not.

Source: k8s.io/apiserver, pkg/audit/policy/checker.go.
"""

from __future__ import annotations

from auditlint.kubernetes.policy import OBJECT_LEVELS, STAGES
from auditlint.kubernetes.requests import Request
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule

__all__ = [
    "Decision",
    "Mismatch",
    "Outcome",
    "Prescribed",
    "Request",
    "decision_of",
    "evaluate",
    "matches",
    "path_matches",
    "why_not",
]


class Outcome(NamedTuple):
    """What a log shows of how a request was decided; two policies differ on a request where this differs.

    The server stores objects, and so leaves managed fields out of them, at Request and RequestResponse only
    (pkg/audit/request.go).
    """

    level: str
    stages: frozenset[str]
    """At which events are written; empty at level None."""
    without_managed_fields: bool


class Prescribed(NamedTuple):
    """What a policy says of a request, also where nothing of it shows, except for the stages of level None.

    By this alone a rule is redundant: without it the policy would have to say the same.
    """

    level: str
    stages: frozenset[str]
    omit_managed_fields: bool


class Decision(NamedTuple):
    """What the policy decides on a request: `rule` is the index of the first rule that matches, None if none does."""

    rule: int | None
    level: str
    omit_stages: tuple[str, ...]
    omit_managed_fields: bool

    @property
    def outcome(self) -> Outcome:
        """What a log shows of it."""
        managed = self.omit_managed_fields and self.level in OBJECT_LEVELS
        return Outcome(self.level, frozenset(self.stages), managed)

    @property
    def prescribed(self) -> Prescribed:
        """What the policy says, whether or not a log shows it."""
        return Prescribed(self.level, frozenset(self.stages), self.omit_managed_fields)

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages at which events are written, in the order in which a request passes them; none at level None."""
        return tuple(stage for stage in STAGES if self.level != "None" and stage not in self.omit_stages)


class Mismatch(NamedTuple):
    """One field of a policy rule that keeps the rule from matching a request, named as in the policy's text."""

    field: str
    reason: str


def evaluate(policy: Policy, request: Request) -> Decision:
    """Return what the policy makes of a request: the first rule that matches decides, else level None."""
    for index, rule in enumerate(policy.rules):
        if matches(rule, request):
            return decision_of(policy, index)
    return decision_of(policy, None)


def decision_of(policy: Policy, index: int | None) -> Decision:
    """Return what happens to the requests that a rule takes, or with None to those that no rule takes."""
    if index is None:
        return Decision(None, "None", in_stage_order(policy.omit_stages), policy.omit_managed_fields)
    rule = policy.rules[index]
    managed = policy.omit_managed_fields if rule.omit_managed_fields is None else rule.omit_managed_fields
    return Decision(index, rule.level, in_stage_order((*policy.omit_stages, *rule.omit_stages)), managed)


def matches(rule: PolicyRule, request: Request) -> bool:
    """Return whether a rule, taken alone, matches a request."""
    if rule.users and (request.user is None or request.user not in rule.users):
        return False
    if rule.user_groups and (request.user is None or not any(group in rule.user_groups for group in request.groups)):
        return False
    if rule.verbs and request.verb not in rule.verbs:
        return False
    if rule.namespaces or rule.resources:
        return request.path is None and _matches_resource(rule, request)
    if rule.non_resource_urls:
        return request.path is not None and any(path_matches(request.path, url) for url in rule.non_resource_urls)
    return True


def path_matches(path: str, url: str) -> bool:
    """Return whether one entry of nonResourceURLs takes a path: `*`, the path itself, or a prefix before a `*`."""
    return url in {"*", path} or (url.endswith("*") and path.startswith(url.rstrip("*")))


def _matches_resource(rule: PolicyRule, request: Request) -> bool:
    if rule.namespaces and request.namespace not in rule.namespaces:
        return False
    return not rule.resources or any(_entry_matches(entry, request) for entry in rule.resources)


def _entry_matches(entry: GroupResources, request: Request) -> bool:
    """Return whether one entry of `resources` takes the request; without resources its names are not looked at."""
    if entry.resources and entry.resource_names and request.name not in entry.resource_names:
        return False
    return takes_resource(entry, request.api_group, request.resource, request.subresource)


def takes_resource(entry: GroupResources, group: str, resource: str, subresource: str) -> bool:
    """Return whether one entry of `resources` takes a resource, whatever it says of names."""
    if entry.group not in {group, "*"}:
        return False
    return not entry.resources or any(wanted in entry.resources for wanted in resource_spellings(resource, subresource))


def resource_spellings(resource: str, subresource: str) -> tuple[str, ...]:
    """Return every string that, listed under `resources`, takes a resource: `pods/log` is also `*`, `*/log`, `pods/*`.

    `pods/*` takes plain `pods` too.
    """
    if subresource:
        return f"{resource}/{subresource}", "*", f"*/{subresource}", f"{resource}/*"
    return resource, "*", f"{resource}/*"


def why_not(rule: PolicyRule, request: Request) -> tuple[Mismatch, ...]:
    """Return the fields that keep a rule from matching, in the order the server looks at them; () if it matches."""
    found = [
        _identity_mismatch("users", rule.users, request.user, () if request.user is None else (request.user,)),
        _identity_mismatch("userGroups", rule.user_groups, request.user, request.groups),
        _value_mismatch("verbs", rule.verbs, request.verb),
        *_attribute_mismatches(rule, request),
    ]
    return tuple(mismatch for mismatch in found if mismatch)


def _quoted(values: tuple[str, ...]) -> str:
    return ", ".join(f'"{value}"' for value in values)


def _identity_mismatch(field: str, listed: tuple[str, ...], user: str | None, had: tuple[str, ...]) -> Mismatch | None:
    if not listed or (user is not None and any(value in listed for value in had)):
        return None
    if user is None:
        return Mismatch(field, "the request has no user")
    if not had:
        return Mismatch(field, "the user is in no group")
    return Mismatch(field, f"{_quoted(had)} {'is' if len(had) == 1 else 'are'} not listed")


def _value_mismatch(field: str, listed: tuple[str, ...], had: str) -> Mismatch | None:
    return Mismatch(field, f'"{had}" is not listed') if listed and had not in listed else None


def _attribute_mismatches(rule: PolicyRule, request: Request) -> list[Mismatch | None]:
    """Return what is wrong with namespace, resource or path."""
    if not rule.namespaces and not rule.resources:
        return [_url_mismatch(rule.non_resource_urls, request.path)]
    if request.path is not None:
        field = "resources" if rule.resources else "namespaces"
        return [Mismatch(field, "the request is for a path, not for a resource")]
    resource = None
    if rule.resources and not any(_entry_matches(entry, request) for entry in rule.resources):
        resource = _resource_mismatch(rule.resources, request)
    return [_value_mismatch("namespaces", rule.namespaces, request.namespace), resource]


def _url_mismatch(listed: tuple[str, ...], path: str | None) -> Mismatch | None:
    if not listed or (path is not None and any(path_matches(path, url) for url in listed)):
        return None
    reason = "the request is for a resource, not for a path" if path is None else f'"{path}" is not listed'
    return Mismatch("nonResourceURLs", reason)


def _resource_mismatch(entries: tuple[GroupResources, ...], request: Request) -> Mismatch:
    """Return how close the entries come: no such group, no such resource in it, or not this name."""
    entries = tuple(entry for entry in entries if entry.group in {request.api_group, "*"})
    if not entries:
        return Mismatch("resources", f'no entry for group "{request.api_group}"')
    spellings = resource_spellings(request.resource, request.subresource)
    if any(wanted in entry.resources for entry in entries for wanted in spellings):
        return Mismatch("resources", f'name "{request.name}" is not listed')
    return Mismatch("resources", f'"{spellings[0]}" is not listed for group "{request.api_group}"')


def in_stage_order(stages: Collection[str]) -> tuple[str, ...]:
    """Return each stage once, in the order in which a request passes them."""
    return tuple(stage for stage in STAGES if stage in stages)
