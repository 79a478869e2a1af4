"""Rules about single values in a policy that do not do what they look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint import english
from auditlint.checks.queries import effects
from auditlint.checks.suggestions import verbs
from auditlint.english import quoted
from auditlint.finding import Severity
from auditlint.kubernetes.engine.region import Region, Target
from auditlint.kubernetes.policy import STAGES
from auditlint.kubernetes.requests import is_resource_path
from auditlint.rule import Category, Context
from auditlint.subjects.model import PolicySubject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding, Path
    from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule

rule = Category("policy-matching", PolicySubject)
_NAMELESS_VERBS = frozenset({"create", "list", "watch", "deletecollection"})
_READS = frozenset({"get", "list", "watch"})
_SECRET_READS = Region(verbs=("get", "list"), targets=(Target("", "secrets", ""),), urls=())
_STREAMS = frozenset({"exec", "attach", "portforward", "proxy"})
_AGGREGATED = frozenset({"metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"})
"""API groups that kube-apiserver always hands on to another server: it sees no bodies there."""
_WITH_BODIES = ("Request", "RequestResponse")
_SPARED = ("unreachable-rule", "never-matching-rule")


class _Listed(NamedTuple):
    """One value of one list of a policy rule."""

    rule: PolicyRule
    field: str
    path: Path
    value: str


@rule(
    "literal-wildcard",
    severity=Severity.ERROR,
    summary="a star where kube-apiserver compares letter by letter",
    gives_way_to=("unrendered-template",),
)
def literal_wildcard(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report globs in lists that know no wildcards."""
    for item in _values(policy, "users", "userGroups", "verbs", "namespaces", "resources", "resourceNames"):
        if "*" in item.value and not _is_resource_wildcard(item):
            noun, advice = _wildcard_words(item)
            message = f"{noun} {quoted(item.value)} is compared letter by letter and takes nothing else: {advice}"
            yield context.value(policy.at(*item.path), message)


@rule(
    "empty-identity",
    severity=Severity.ERROR,
    summary="an empty string among users or groups",
)
def empty_identity(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report empty names in users and userGroups."""
    for item in _values(policy, "users", "userGroups"):
        if not item.value:
            noun = "user" if item.field == "users" else "group"
            others = any(item.rule.users if item.field == "users" else item.rule.user_groups)
            delete = "delete it" if others else f"delete the rule, or all of `{item.field}:` to take everybody"
            message = f'"" is the name of no {noun}, so it takes no request: {delete}'
            yield context.value(
                policy.at(*item.path), f"{message}. Failed logins reach only rules without {item.field}"
            )


@rule(
    "unknown-verb",
    severity=Severity.ERROR,
    summary="a verb that no request has",
    gives_way_to=("unrendered-template",),
)
def unknown_verb(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report verbs that kube-apiserver gives to no request; a star is `literal-wildcard`'s."""
    for item in _values(policy, "verbs"):
        if item.value not in verbs.KNOWN and "*" not in item.value:
            of_urls, of_resources = item.rule.only_urls, item.rule.only_resources
            alone = all(verbs.is_hopeless(verb, of_resources=of_resources) for verb in item.rule.verbs)
            advice = verbs.advice(item.value, of_urls=of_urls, alone=alone)
            yield context.value(policy.at(*item.path), f"no request has the verb {quoted(item.value)}: {advice}")


@rule(
    "verb-mismatch",
    severity=Severity.ERROR,
    summary="a verb of resources with nonResourceURLs, or an HTTP method with resources",
)
def verb_mismatch(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report verbs that exist, but not for what the rule asks for."""
    for item in _values(policy, "verbs"):
        of_urls, of_resources = item.rule.only_urls, item.rule.only_resources
        wrong = verbs.OF_RESOURCES_ONLY if of_urls else verbs.OF_URLS_ONLY
        if item.value and item.value in wrong and (of_urls or of_resources):
            better, reason = verbs.mismatch(item.value, of_urls=of_urls)
            noun = "URL" if of_urls else "resource"
            alone = all(verbs.is_hopeless(verb, of_resources=of_resources) for verb in item.rule.verbs)
            delete = not better or better in item.rule.verbs
            advice = verbs.without(alone=alone) if delete else f'Write "{better}"'
            message = f"no request for a {noun} has the verb {quoted(item.value)}: {reason}. {advice}"
            yield context.value(policy.at(*item.path), message)


@rule(
    "resource-path-url",
    severity=Severity.ERROR,
    summary="a URL that only requests for resources could have",
)
def resource_path_url(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report paths of the API among nonResourceURLs: they are requests for resources, which these never take."""
    for item in _values(policy, "nonResourceURLs"):
        if _only_resources_below(item.value):
            message = (
                f"{quoted(item.value)} takes no request: kube-apiserver reads such a path as a request for a resource. "
                f"Write {_resources_of_path(item.value)}"
            )
            yield context.value(policy.at(*item.path), message)
        elif item.value.endswith("*") and _believed_to_be_the_api(item.value, item.rule.level):
            message = (
                f"{quoted(item.value)} takes API discovery only, no call for a resource such as "
                "`kubectl get pods -A`: write a rule with `resources:`, or without any selector, for those"
            )
            yield context.value(policy.at(*item.path), message, severity=Severity.WARNING)


@rule(
    "unmatchable-resource",
    severity=Severity.ERROR,
    summary="a resource written in a way that matches none",
)
def unmatchable_resource(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report entries under resources that no resource and subresource can equal."""
    for item in _values(policy, "resources"):
        if _is_unmatchable(item.value):
            parts = [part for part in item.value.split("/") if part]
            write = f'write "{"/".join(parts[:2])}"' if parts else 'write "*" or leave the list out for every resource'
            message = f"{quoted(item.value)} matches no resource, which is a name or name/subresource: {write}"
            yield context.value(policy.at(*item.path), message)


@rule(
    "name-never-present",
    severity=Severity.ERROR,
    summary="resourceNames with verbs whose requests carry no name",
)
def name_never_present(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report names that cannot be compared, because requests with the rule's verbs come without one."""
    for index, now in _rules(policy):
        if not now.verbs or not set(now.verbs) <= _NAMELESS_VERBS:
            continue
        for number, entry in enumerate(now.resources):
            never = set(now.verbs) == {"deletecollection"}
            if entry.resource_names and (never or not any("/" in name for name in entry.resources)):
                message = _nameless_words(now, entry)
                path = policy.at("rules", index, "resources", number, "resourceNames")
                yield context.key(path, message, severity=None if never else Severity.WARNING)


@rule(
    "no-body-to-log",
    severity=Severity.INFO,
    summary="a level that asks for bodies where no request of the rule has one",
    gives_way_to=_SPARED,
)
def no_body_to_log(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules at Request or RequestResponse that log no more than Metadata would."""
    for index, now in _rules(policy):
        reason = _no_body(now)
        if reason and effects.is_reached(policy, index):
            has_answers = reason.startswith("reads") and not _reads_secrets(policy, index)
            answers = "`level: RequestResponse` for the answers, or " if has_answers else ""
            message = f"level {now.level} logs no more than Metadata here: {reason}. Write {answers}`level: Metadata`"
            yield context.value(policy.at("rules", index, "level"), message)


@rule(
    "all-stages-omitted",
    severity=Severity.ERROR,
    summary="omitStages leaves no stage in which an event is written",
)
def all_stages_omitted(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report stages omitted so that nothing, or only a panic, is left to be logged."""
    for path, omitted, what in _omissions(policy):
        left = [stage for stage in STAGES if stage not in omitted]
        if left not in ([], ["Panic"]):
            continue
        message = f"every stage is omitted, so {what} is never logged: keep ResponseComplete"
        if left:
            message = f"only the stage Panic is left, so {what} is logged only when kube-apiserver itself fails: "
            message += "keep ResponseComplete"
        yield context.key(policy.at(*path), message, severity=Severity.WARNING if left else None)


@rule(
    "response-stage-omitted",
    severity=Severity.WARNING,
    summary="ResponseComplete is omitted, and with it outcome and bodies",
    gives_way_to=("all-stages-omitted",),
)
def response_stage_omitted(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report that the stage with the outcome is not logged while others are."""
    for path, omitted, what in _omissions(policy):
        if "ResponseComplete" in omitted:
            message = (
                f"ResponseComplete is omitted, so the log never says how {what} ended, nor holds its answer: "
                "omit RequestReceived instead"
            )
            yield context.value(policy.at(*_stage_path(policy, path)), message)


@rule(
    "repeated-entry",
    severity=Severity.INFO,
    summary="the same value twice in one list",
)
def repeated_entry(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report each value that stands in its list already."""
    for path, values in _lists(policy):
        seen: set[object] = set()
        for number, value in enumerate(values if len(set(values)) < len(values) else ()):
            if value in seen:
                what = f"{quoted(value)} stands" if isinstance(value, str) else "this entry stands"
                message = f"{what} twice in this list, which changes nothing: delete one"
                place = context.value if isinstance(value, str) else context.key
                yield place(policy.at(*path, number), message)
            seen.add(value)


def _rules(policy: PolicySubject) -> Iterator[tuple[int, PolicyRule]]:
    """Yield the rules of a policy that is judged further, with their indexes."""
    held = policy.judged
    return enumerate(held.rules) if held else iter(())


def _values(policy: PolicySubject, *fields: str) -> Iterator[_Listed]:
    """Yield every string in the lists of these names of every rule."""
    for index, now in _rules(policy):
        for steps, values in _lists_of(now):
            field = str(steps[-1])
            if values and field in fields:
                for number, value in enumerate(values):
                    yield _Listed(now, field, ("rules", index, *steps, number), value)


def _lists_of(now: PolicyRule) -> Iterator[tuple[Path, tuple[str, ...]]]:
    yield ("users",), now.users
    yield ("userGroups",), now.user_groups
    yield ("verbs",), now.verbs
    yield ("namespaces",), now.namespaces
    yield ("nonResourceURLs",), now.non_resource_urls
    for number, entry in enumerate(now.resources):
        yield ("resources", number, "resources"), entry.resources
        yield ("resources", number, "resourceNames"), entry.resource_names


def _lists(policy: PolicySubject) -> Iterator[tuple[Path, tuple[object, ...]]]:
    """Yield every list of a policy with its path."""
    held = policy.judged
    yield ("omitStages",), held.omit_stages if held else ()
    for index, now in _rules(policy):
        for steps, values in _lists_of(now):
            yield ("rules", index, *steps), values
        yield ("rules", index, "omitStages"), now.omit_stages
        yield ("rules", index, "resources"), now.resources


def _is_resource_wildcard(item: _Listed) -> bool:
    """Tell whether a star stands where kube-apiserver knows it: `*`, `*/scale` and `pods/*` under resources."""
    text = item.value
    if item.field != "resources":
        return False
    resource, slash, subresource = text.partition("/")
    if not slash:
        return text == "*"
    if _is_unmatchable(text):
        return True  # another rule's
    return (resource == "*") != (subresource == "*") and "*" not in resource.strip("*") + subresource.strip("*")


def _is_unmatchable(text: str) -> bool:
    parts = text.split("/")
    return "" in parts or len(parts) > 2  # noqa: PLR2004  (resource and subresource)


def _wildcard_words(item: _Listed) -> tuple[str, str]:
    """Return what the value is, and what to write instead."""
    value = item.value
    noun = {"userGroups": "group", "resourceNames": "name"}.get(item.field, item.field.removesuffix("s"))
    if item.field == "users":
        return noun, _users_advice(value)
    if item.field == "userGroups":
        return noun, _groups_advice(value)
    if item.field == "resources" and value == "*/*":
        return noun, 'write "*", which takes subresources too'
    return noun, f"leave `{item.field}:` out to take every {noun}" if value == "*" else f"list the {noun}s one by one"


def _users_advice(value: str) -> str:
    parts = value.split(":")
    if value == "*":
        return "leave `users:` out to take every user"
    if value.startswith("system:serviceaccount"):
        named = len(parts) == 4 and "*" not in parts[2] and parts[3] == "*"  # noqa: PLR2004
        group = f"system:serviceaccounts:{parts[2]}" if named else "system:serviceaccounts"
        return f'write `userGroups: ["{group}"]` for these service accounts'
    if value.startswith("system:node"):
        return 'write `userGroups: ["system:nodes"]` for the kubelets'
    return "list the users one by one, or take a group of theirs with `userGroups:`"


def _groups_advice(value: str) -> str:
    if value == "*":
        return 'leave `userGroups:` out, or write "system:authenticated" for everybody who is logged in'
    if value.startswith("system:serviceaccount"):
        return 'write "system:serviceaccounts" for all service accounts'
    return "list the groups one by one"


def _only_resources_below(url: str) -> bool:
    """Tell whether every path that the URL takes is one of a resource."""
    if not url.endswith("*"):
        return is_resource_path(url)
    prefix = url.rstrip("*")
    return is_resource_path(prefix) and is_resource_path(prefix.rstrip("/"))


def _believed_to_be_the_api(url: str, level: str) -> bool:
    """Tell whether a pattern looks like one for API calls: with a level that logs, or down to a version."""
    prefix = url.rstrip("*")
    if is_resource_path(prefix + "x"):
        return True
    below = prefix.startswith(("/api/", "/apis/"))
    return (level != "None" and below) or (level in _WITH_BODIES and prefix in {"/api", "/apis"})


def _resources_of_path(url: str) -> str:
    """Return the resources that a path of the API is for, as a rule writes them."""
    parts = url.rstrip("*/").strip("/").split("/")
    group, rest = ("", parts[2:]) if parts[0] == "api" else (parts[1], parts[3:])
    if rest[:1] == ["namespaces"] and len(rest) > 2:  # noqa: PLR2004  (namespaces, a name, a resource)
        rest = rest[2:]
    resource = rest[0] if rest and "*" not in rest[0] else "pods"
    return f'`resources: [{{group: "{group}", resources: ["{resource}"]}}]` instead'


def _nameless_words(now: PolicyRule, entry: GroupResources) -> str:
    these = english.several(entry.resource_names)
    if set(now.verbs) == {"deletecollection"}:
        return f"a deletecollection never carries a name, so {these} matches nothing: delete resourceNames, or the rule"
    return (
        f"a request to {english.listing(sorted(set(now.verbs)), 'or')} {english.listing(entry.resources[:3], 'or')} "
        f"carries no name (but for a field selector on metadata.name), so {these} matches hardly anything: "
        "write verbs that have one, such as get, update, patch and delete"
    )


def _no_body(now: PolicyRule) -> str:
    """Return why no request of the rule has a body that its level would log; "" if some has."""
    if now.level not in _WITH_BODIES:
        return ""
    if now.only_urls:
        return "bodies of URLs are never logged"
    listed = set(now.verbs)
    if listed and listed <= ({"watch"} if now.level == "RequestResponse" else _READS):
        return "the answer of a watch is never logged" if listed == {"watch"} else "reads send no body"
    if now.resources and all(_streams(entry) for entry in now.resources):
        return "these connections have no body that kube-apiserver sees"
    return ""


def _reads_secrets(policy: PolicySubject, index: int) -> bool:
    """Tell whether a rule takes reads of secrets, whose answers nobody wants in the log."""
    found = policy.analysis
    return found is not None and found.reach.find(_SECRET_READS, (index,)).impossible is False


def _streams(entry: GroupResources) -> bool:
    if entry.group in _AGGREGATED:
        return True
    return bool(entry.resources) and all(name.partition("/")[2] in _STREAMS for name in entry.resources)


def _omissions(policy: PolicySubject) -> Iterator[tuple[Path, frozenset[str], str]]:
    """Yield the lists that omit stages: the policy's own, then each rule's where it adds to that and logs anything."""
    held = policy.judged
    if held is None:
        return
    base = frozenset(held.omit_stages)
    if any(now.level != "None" for now in held.rules):
        yield ("omitStages",), base, "a request"
    for index, now in enumerate(held.rules):
        if now.level != "None" and not base.issuperset(now.omit_stages):
            yield ("rules", index, "omitStages"), base.union(now.omit_stages), "a request of this rule"


def _stage_path(policy: PolicySubject, path: Path) -> Path:
    """Return the way to ResponseComplete in a list of stages, to the list where it comes from elsewhere."""
    held: Policy | None = policy.loaded.policy
    stages = () if held is None else held.omit_stages if len(path) == 1 else held.rules[int(path[1])].omit_stages
    return (*path, stages.index("ResponseComplete")) if "ResponseComplete" in stages else path
