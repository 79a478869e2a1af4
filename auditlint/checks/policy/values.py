"""Rules about single values in a policy that do not do what they look like."""

from __future__ import annotations

from auditlint import english
from auditlint.checks.queries import effects
from auditlint.checks.repairs import values as repairs
from auditlint.checks.suggestions import urls, verbs, wildcards
from auditlint.english import quoted
from auditlint.finding import Severity
from auditlint.kubernetes.engine.region import Region, Target
from auditlint.kubernetes.policy import STAGES
from auditlint.records import NamedTuple
from auditlint.rule import Category, Context
from auditlint.subjects.model import PolicySubject
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.finding import Finding
    from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
    from auditlint.path import Path

rule = Category("policy-matching", PolicySubject)
_NAMELESS_VERBS = frozenset({"create", "list", "watch", "deletecollection"})
_READS = frozenset({"get", "list", "watch"})
_SECRET_READS = Region(verbs=("get", "list"), targets=(Target("", "secrets", ""),), urls=())
_STREAMS = frozenset({"exec", "attach", "portforward", "proxy"})
_AGGREGATED = frozenset({"metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"})
"""API groups that kube-apiserver always hands on to another server: it sees no bodies there."""
_WITH_BODIES = ("Request", "RequestResponse")
_OF_READS = "reads send no body"
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
    fixable=True,
    summary="a star where kube-apiserver compares letter by letter",
    gives_way_to=("unrendered-template",),
)
def literal_wildcard(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report globs in lists that know no wildcards."""
    for item in _values(policy, "users", "userGroups", "verbs", "namespaces", "resources", "resourceNames"):
        if "*" in item.value and not wildcards.is_known(item.field, item.value):
            what = wildcards.NOUNS[item.field]
            nothing = "nobody" if item.field in {"users", "userGroups"} else "no request"
            message = f"{what} {quoted(item.value)} is compared letter by letter and matches {nothing}"
            help = wildcards.advice(item.rule, item.field, item.value)
            path = policy.at(*item.path)
            fix = repairs.wildcard(path, item.value, item.rule, item.field)
            yield context.value(path, message, help=help, fix=fix)


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
            help = "Delete it" if others else f"Delete the rule: without `{item.field}` it would match everybody"
            message = f'no {noun} has the name "", so it matches no request; a failed login has no user at all'
            path = policy.at(*item.path)
            yield context.value(path, message, help=help, fix=repairs.deleted(path) if others else None)


@rule(
    "unknown-verb",
    severity=Severity.ERROR,
    fixable=True,
    summary="a verb that no request has",
    gives_way_to=("unrendered-template",),
)
def unknown_verb(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report verbs that kube-apiserver gives to no request; a star is `literal-wildcard`'s."""
    for item in _values(policy, "verbs"):
        if item.value not in verbs.KNOWN and "*" not in item.value:
            wrong = verbs.unknown(item.value, item.rule)
            path = policy.at(*item.path)
            fix = repairs.verb(path, item.value, item.rule)
            yield context.value(path, f"{wrong.fault}, so it matches nothing", help=wrong.help, fix=fix)


@rule(
    "verb-mismatch",
    severity=Severity.ERROR,
    fixable=True,
    summary="a verb of resources with nonResourceURLs, or an HTTP method with resources",
)
def verb_mismatch(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report verbs that exist, but not for what the rule asks for."""
    for item in _values(policy, "verbs"):
        wrong = verbs.OF_RESOURCES_ONLY if item.rule.only_urls else verbs.OF_URLS_ONLY
        if item.value and item.value in wrong and (item.rule.only_urls or item.rule.only_resources):
            told = verbs.mismatch(item.value, item.rule)
            path = policy.at(*item.path)
            yield context.value(path, told.fault, help=told.help, fix=repairs.verb(path, item.value, item.rule))


@rule(
    "resource-path-url",
    severity=Severity.ERROR,
    fixable=True,
    summary="a URL that only requests for resources could have, or none",
)
def resource_path_url(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report paths of the API among nonResourceURLs: they are requests for resources, which these never match."""
    for item in _values(policy, "nonResourceURLs"):
        asked = urls.of_resource(item.value)
        path = policy.at(*item.path)
        if asked:
            message = f"{quoted(item.value)} asks for a resource, which nonResourceURLs never match"
            yield context.value(path, message, help=urls.write_resource(asked, item.rule))
        elif "?" in item.value:
            message = f"{quoted(item.value)} matches no request: the query is no part of the path"
            right = urls.without_query(item.value)
            fix = repairs.written(path, right, item.rule.non_resource_urls)
            yield context.value(path, message, help=f'Write `"{right}"`', fix=fix)
        elif urls.is_below_version(item.value) or urls.is_believed_to_be_the_api(item.value, item.rule.level):
            severity = None if urls.is_below_version(item.value) else Severity.WARNING
            message = f"{quoted(item.value)} matches API discovery only, no request for a resource"
            yield context.value(path, message, help=urls.write_api(item.value, item.rule), severity=severity)


@rule(
    "unmatchable-resource",
    severity=Severity.ERROR,
    fixable=True,
    summary="a resource written in a way that matches none",
)
def unmatchable_resource(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report entries under resources that no resource and subresource can equal."""
    for item in _values(policy, "resources"):
        if wildcards.is_unmatchable(item.value):
            message = f"{quoted(item.value)} matches no resource: it is neither a resource nor resource/subresource"
            path = policy.at(*item.path)
            fix = repairs.resource(path, item.value)
            yield context.value(path, message, help=wildcards.matchable(item.value), fix=fix)


@rule(
    "name-never-present",
    severity=Severity.ERROR,
    summary="resourceNames with verbs whose requests carry no name",
)
def name_never_present(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report names that cannot be compared, because requests with the rule's verbs come without one."""
    for index, held in _rules(policy):
        if not held.verbs or not set(held.verbs) <= _NAMELESS_VERBS:
            continue
        for number, entry in enumerate(held.resources):
            never = set(held.verbs) == {"deletecollection"}
            if entry.resource_names and (never or not any("/" in name for name in entry.resources)):
                path = policy.at("rules", index, "resources", number, "resourceNames")
                severity = None if never else Severity.WARNING
                yield context.key(path, _nameless(held, entry), help=_named(never=never), severity=severity)


@rule(
    "no-body-to-log",
    severity=Severity.INFO,
    summary="a level that asks for bodies where no request of the rule has one",
    gives_way_to=_SPARED,
)
def no_body_to_log(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules at Request or RequestResponse that log no more than Metadata would."""
    for index, held in _rules(policy):
        reason = _no_body(held)
        if reason and effects.is_reached(policy, index):
            has_responses = reason == _OF_READS and not _reads_secrets(policy, index)
            other = ", or `level: RequestResponse` to log responses" if has_responses else ""
            message = f"level {held.level} logs no more than Metadata here: {reason}"
            yield context.value(policy.at("rules", index, "level"), message, help=f"Write `level: Metadata`{other}")


@rule(
    "all-stages-omitted",
    severity=Severity.ERROR,
    summary="omitStages leaves no stage in which an event is written",
)
def all_stages_omitted(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report stages omitted so that nothing, or only a panic, is left to be logged."""
    for path, omitted, what in _omissions(policy):
        left = [stage for stage in STAGES if stage not in omitted]
        if left in ([], ["Panic"]):
            but_panic, panicking = (" but Panic", " unless kube-apiserver fails") if left else ("", "")
            message = f"every stage{but_panic} is omitted, so no {what} is logged{panicking}"
            severity = Severity.WARNING if left else None
            yield context.key(policy.at(*path), message, help=_with_responses(policy, path), severity=severity)


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
            message = f"ResponseComplete is omitted, so the log holds neither status nor response of any {what}"
            help = _with_responses(policy, path)
            yield context.value(policy.at(*_stage_path(policy, path)), message, help=help)


@rule(
    "repeated-entry",
    severity=Severity.INFO,
    fixable=True,
    summary="the same value twice in one list, or a stage that the policy omits already",
)
def repeated_entry(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report each value that stands in its list already, or a rule's stage in the policy's list."""
    for path, values in _lists(policy):
        seen: set[object] = set()
        for number, value in enumerate(values if len(set(values)) < len(values) else ()):
            if value in seen:
                what = quoted(value) if isinstance(value, str) else "this entry"
                place = context.value if isinstance(value, str) else context.key
                message, fix = (
                    f"{what} is listed twice, which changes nothing",
                    repairs.repeated(policy, (*path, number)),
                )
                yield place(policy.at(*path, number), message, help="Delete it", fix=fix)
            seen.add(value)
    yield from _omitted_twice(policy, context)


def _omitted_twice(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Yield the stages in rules that the policy omits already; where a rule repeats all of them, its list."""
    held = policy.judged
    top = frozenset(held.omit_stages if held else ())
    for index, one in _rules(policy):
        path = policy.at("rules", index, "omitStages")
        repeated = [number for number, stage in enumerate(one.omit_stages) if stage in top]
        if not repeated:
            continue
        line = policy.places.key(policy.at("omitStages")).line
        if len(repeated) == len(one.omit_stages):
            message = f"the policy omits {english.listing(one.omit_stages)} already, in line {line}"
            yield context.key(path, message, help="Delete `omitStages` here", fix=repairs.deleted(path))
            continue
        for number in repeated:
            message = f"the policy omits {one.omit_stages[number]} already, in line {line}"
            yield context.value((*path, number), message, help="Delete it", fix=repairs.deleted((*path, number)))


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


def _lists_of(rule: PolicyRule) -> Iterator[tuple[Path, tuple[str, ...]]]:
    yield ("users",), rule.users
    yield ("userGroups",), rule.user_groups
    yield ("verbs",), rule.verbs
    yield ("namespaces",), rule.namespaces
    yield ("nonResourceURLs",), rule.non_resource_urls
    for number, entry in enumerate(rule.resources):
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


def _nameless(held: PolicyRule, entry: GroupResources) -> str:
    these = english.several(entry.resource_names)
    if set(held.verbs) == {"deletecollection"}:
        return f"requests to delete a collection carry no name, so {these} matches nothing"
    verbs, resources = english.listing(sorted(set(held.verbs)), "or"), english.listing(entry.resources[:3], "or")
    return f"requests to {verbs} {resources} carry no name, so {these} matches almost none"


def _named(*, never: bool) -> str:
    """Return what to write where names are compared with requests that carry none."""
    if never:
        return "Delete the rule, or `resourceNames` to match every deletecollection"
    return 'Write `verbs: ["get", "update", "patch", "delete"]`, whose requests carry a name'


def _no_body(rule: PolicyRule) -> str:
    """Return why no request of the rule has a body that its level would log; "" if some has."""
    if rule.level not in _WITH_BODIES:
        return ""
    if rule.only_urls:
        return "bodies of URLs are never logged"
    listed = set(rule.verbs)
    if listed and listed <= ({"watch"} if rule.level == "RequestResponse" else _READS):
        return "the response of a watch is never logged" if listed == {"watch"} else _OF_READS
    if rule.resources and all(_streams(entry) for entry in rule.resources):
        return "these connections have no body that kube-apiserver sees"
    return ""


def _reads_secrets(policy: PolicySubject, index: int) -> bool:
    """Tell whether a rule matches reads of secrets, whose responses nobody wants in the log."""
    analysis = policy.analysis
    return analysis is not None and analysis.reach.find(_SECRET_READS, (index,)).impossible is False


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
    if any(rule.level != "None" for rule in held.rules):
        yield ("omitStages",), base, "request"
    for index, rule in enumerate(held.rules):
        if rule.level != "None" and not base.issuperset(rule.omit_stages):
            yield ("rules", index, "omitStages"), base.union(rule.omit_stages), "request of this rule"


def _stage_path(policy: PolicySubject, path: Path) -> Path:
    """Return the way to ResponseComplete in a list of stages, to the list where it comes from elsewhere."""
    held: Policy | None = policy.loaded.policy
    stages = () if held is None else held.omit_stages if len(path) == 1 else held.rules[int(path[1])].omit_stages
    return (*path, stages.index("ResponseComplete")) if "ResponseComplete" in stages else path


def _with_responses(policy: PolicySubject, path: Path) -> str:
    """Return how to mend a list that omits ResponseComplete, or the policy's list if that does."""
    held = policy.loaded.policy
    top = held.omit_stages if held else ()
    if len(path) > 1 and "ResponseComplete" not in top:
        return "Delete `omitStages` here" if "RequestReceived" in top else 'Write `omitStages: ["RequestReceived"]`'
    if len(path) == 1:
        return 'Write `omitStages: ["RequestReceived"]`'
    line = policy.places.key(policy.at("omitStages")).line
    return f'Write `omitStages: ["RequestReceived"]` in line {line}, and delete `omitStages` here'
