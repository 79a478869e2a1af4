"""Rules about which requests a policy's rules take, each decided exactly over all requests there can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint import english
from auditlint.checks.queries import effects, overlaps
from auditlint.checks.suggestions.rule_words import group_name
from auditlint.checks.suggestions.unknown_keys import misread_rules
from auditlint.checks.suggestions.verbs import KNOWN
from auditlint.english import quoted
from auditlint.finding import Severity
from auditlint.kubernetes import served
from auditlint.kubernetes.engine.region import Region, Target, meet, region_of
from auditlint.kubernetes.reach import FateKind
from auditlint.kubernetes.requests import NAMELESS_VERB, RESOURCE_VERBS, URL_VERBS
from auditlint.rule import Category, Context
from auditlint.subjects.model import LoadedPolicy, PolicySubject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.checks.queries.overlaps import Overlap
    from auditlint.finding import Finding, Related
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.engine.dead_selectors import DeadSelector
    from auditlint.kubernetes.match import Request
    from auditlint.kubernetes.policy import PolicyRule

rule = Category("policy-matching", LoadedPolicy)
_SINGLE_VALUE_RULES = (
    "literal-wildcard",
    "unknown-verb",
    "verb-mismatch",
    "unmatchable-resource",
    "resource-path-url",
    "empty-identity",
)
_MOST_SHOWN = 5
_LIST_READS = ("list", "watch")
"""The verbs that read a resource of all namespaces at once."""
_SENSITIVE = ("secrets", "configmaps")


@rule(
    "unreachable-rule",
    severity=Severity.ERROR,
    summary="earlier rules take every request that the rule asks for",
)
def unreachable_rule(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules behind others that take all their requests; consecutive ones with one cause are one finding."""
    found = policy.analysis
    fates = found.reach.fates if found else ()
    misread = misread_rules(policy)
    number = 0
    while found and number < len(fates):
        fate = fates[number]
        end = number + 1
        while (
            fate.kind is FateKind.UNREACHABLE
            and end < len(fates)
            and fates[end].taken_by == fate.taken_by
            and fates[end].kind == fate.kind
        ):
            end += 1
        if fate.kind is FateKind.UNREACHABLE and misread.isdisjoint((*range(number, end), *fate.taken_by)):
            yield _unreachable(policy, context, found, range(number, end))
        number = end


@rule(
    "never-matching-rule",
    severity=Severity.ERROR,
    summary="no request matches the rule, wherever it stands",
    gives_way_to=(*_SINGLE_VALUE_RULES, "name-never-present"),
)
def never_matching_rule(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules whose selectors no request can have."""
    found = policy.analysis
    for index, fate in enumerate(found.reach.fates if found else ()):
        if found and fate.kind is FateKind.NEVER:
            reason = _why_never(found.policy.rules[index], fate.causes)
            yield context.key(policy.at("rules", index), f"no request matches this rule: {reason}")


@rule(
    "unserved-rule",
    severity=Severity.WARNING,
    summary="only requests that no cluster serves reach the rule",
    gives_way_to=("identity-overlap", "literal-wildcard", "empty-identity"),
)
def unserved_rule(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules that are reached in theory only."""
    found = policy.analysis
    for index in found.reached() if found else ():
        if found and found.is_served(index).impossible:
            listed = found.policy.rules[index].verbs
            if listed and served.UNSERVED_VERBS.issuperset(listed):
                reason = f"no server answers requests with the verb {english.several(listed)} any more"
            else:
                reason = "the rules above take all that users with their real groups can send"
            message = f"no request in a real cluster reaches this rule: {reason}. Delete it, or move it up"
            yield context.key(policy.at("rules", index), message)


@rule(
    "unreachable-selector",
    severity=Severity.WARNING,
    summary="one entry of a list of a reachable rule takes no request",
    gives_way_to=_SINGLE_VALUE_RULES,
)
def unreachable_selector(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report entries whose requests earlier rules take, while the rest of the rule is used."""
    found = policy.analysis
    misread = misread_rules(policy)
    for dead in found.dead_selectors if found else ():
        if misread.isdisjoint((dead.rule, *dead.taken_by)):
            yield _dead_selector(policy, context, dead)


@rule(
    "redundant-rule",
    severity=Severity.INFO,
    summary="without the rule nothing changes",
)
def redundant_rule(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules whose requests would come to the same without them."""
    found = policy.analysis
    misread: frozenset[int | None] = misread_rules(policy)
    for index in found.reached() if found else ():
        if not found or not found.reach.redundant(index):
            continue
        request = found.examples.shown(index)
        heir = found.without_rule(request, index) if request else None
        if not misread.isdisjoint((index, heir)):
            continue
        effect = "no rule would take its requests, and they would not be logged either"
        related: tuple[Related, ...] = ()
        if heir is not None:
            level = found.policy.rules[heir].level
            outcome = "does not log them either" if level == "None" else f"logs them at {level} too"
            effect = f"line {_line(policy, heir)} would take its requests, which {outcome}"
            related = (context.related(policy.at("rules", heir), "does the same to its requests"),)
        message = f"this rule changes nothing: without it {effect}"
        yield context.key(policy.at("rules", index), message, related=related)


@rule(
    "missing-catch-all",
    severity=Severity.WARNING,
    summary="some request reaches no rule and is silently not logged",
)
def missing_catch_all(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report policies that do not end by taking everything, with the most ordinary request that is lost."""
    found = policy.analysis
    if found is None or policy.shape == "snippet" or found.reach.missing_catch_all.request is None:
        return
    request = found.examples.ordinary(lambda one: found.reach.first(one) is None) or found.falls_off.request
    severity = None if request else Severity.INFO
    request = request or found.falls_off_without_login
    if request is None:
        return
    command = found.command(request)
    message = f"{command} reaches no rule and is silently not logged"
    if severity:
        message = f"only requests without a login reach no rule and are not logged, such as {command}"
    message += ". End the list with `- level: Metadata`"
    yield context.key(policy.at("rules"), message, severity=severity, witness=effects.witness(request))


@rule(
    "drops-the-rest",
    severity=Severity.INFO,
    summary="a closing rule of level None silences everything that no rule above takes",
    silenced_by=("logs-nothing",),
)
def drops_the_rest(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report a closing None, with the things that are lost by it."""
    found = policy.analysis
    closing = found.closing if found and policy.shape != "snippet" else None
    if found is None or closing is None or found.policy.rules[closing].level != "None":
        return
    if found.reach.fates[closing].kind is not FateKind.REACHED:
        return
    lost = [words for words, region in _LOSSES.items() if found.reach.find(region, (closing,)).request]
    request = found.examples.shown(closing)
    example = f", such as {found.command(request)}" if request else ""
    list_of = f": {english.listing(lost)}" if lost else ""
    message = f"everything that no rule above takes is silenced here{example}. Lost are, at least in part{list_of}"
    if not lost:
        message = f"everything that no rule above takes is silenced here{example}"
    witness = effects.witness(request) if request else None
    yield context.key(policy.at("rules", closing), message, witness=witness)


@rule(
    "logs-nothing",
    severity=Severity.ERROR,
    summary="every request that a cluster serves gets level None",
)
def logs_nothing(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report policies by which nothing is ever logged."""
    found = policy.analysis
    if found is None or policy.shape == "snippet":
        return
    logging = [index for index, now in enumerate(found.policy.rules) if now.level != "None"]
    fates = found.reach.fates
    if any(fates[index].kind is FateKind.UNKNOWN for index in logging):
        return
    if all(fates[index].kind is not FateKind.REACHED or found.is_served(index).impossible for index in logging):
        why = "no rule has another level" if not logging else "no request reaches the rules of another level"
        message = (
            f"nothing is ever logged: every request gets level None, for {why}. Add a rule such as `- level: Metadata`"
        )
        yield context.key(policy.at("rules"), message)


@rule(
    "parent-in-wildcard",
    severity=Severity.WARNING,
    summary="`pods/*` takes `pods` too, which a later rule names with another outcome",
)
def parent_in_wildcard(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report wildcards for subresources that take their parent away from a later rule."""
    found = policy.analysis
    for index, entry, number, later, request in found.stolen_parents() if found else ():
        if not found:
            continue
        here, there = found.policy.rules[index], found.policy.rules[later]
        written = here.resources[entry].resources[number]
        parent = written.removesuffix("/*")
        message = (
            f"{quoted(written)} takes {quoted(parent)} itself too: {found.command(request)} {_logged(here)} here, and "
            f"line {_line(policy, later)} would {_log(there)}. Name the subresources, or move that rule above this one"
        )
        related = (context.related(policy.at("rules", later), f"names {quoted(parent)}"),)
        path = policy.at("rules", index, "resources", entry, "resources", number)
        yield context.value(path, message, related=related, witness=effects.witness(request))


@rule(
    "namespaced-list-gap",
    severity=Severity.WARNING,
    summary="a sensitive resource is logged in namespaces, but not when it is listed across all of them",
    gives_way_to=("literal-wildcard",),
    silenced_by=("logs-nothing",),
)
def namespaced_list_gap(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules limited to namespaces that miss the list of the whole cluster, which has namespace ""."""
    found = policy.analysis
    gaps = _gaps(found) if found else {}
    for index, request in gaps.items():
        if not found:
            continue
        taker = found.reach.first(request)
        fate = "reaches no rule and is not logged" if taker is None else f"is silenced by line {_line(policy, taker)}"
        message = (
            f"these namespaces leave out lists of the whole cluster, whose namespace is empty: "
            f'{found.command(request)} {fate}. Add `""` to the list'
        )
        yield context.key(policy.at("rules", index, "namespaces"), message, witness=effects.witness(request))


@rule(
    "identity-overlap",
    severity=Severity.ERROR,
    summary="users who are always in an earlier rule's group, or never in that of their own rule",
    gives_way_to=("empty-identity", "literal-wildcard"),
)
def identity_overlap(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report users and groups whose requests never come here, by the groups that the server gives to users."""
    found = policy.analysis
    if found is None:
        return
    for overlap in overlaps.find(found):
        message = _overlap_words(policy, found, overlap)
        related = tuple(
            context.related(policy.at("rules", index), "takes their requests") for index in overlap.taken_by
        )
        yield context.value(policy.at("rules", overlap.rule, overlap.field, overlap.position), message, related=related)


def _overlap_words(policy: PolicySubject, found: Analysis, overlap: Overlap) -> str:
    names, groups = english.several(overlap.names), english.several(overlap.groups)
    be = english.noun(len(overlap.names), "is", "are")
    who = _takers(policy, overlap.taken_by)
    if not who:
        return f"{names} {be} never in {groups}, so no request has both. Delete one of the two"
    always = f"always in {groups}, and {who}" if groups else f"shut out, for {who}"
    advice = _overlap_advice(policy, found, overlap)
    return f"{names} {be} {always} all such requests before: this rule never sees them. {advice}"


def _overlap_advice(policy: PolicySubject, found: Analysis, overlap: Overlap) -> str:
    them = "it" if len(overlap.names) == 1 else "them"
    if found.is_served(overlap.rule).impossible:
        # An emptied list would take everybody.
        them = "the rule"
    if all(found.reach.same_outcome(overlap.rule, taker) for taker in overlap.taken_by):
        return f"Delete {them}, for nothing changes"
    return f"Move the rule above line {_line(policy, overlap.taken_by[0])}, or delete {them}"


def _unreachable(policy: PolicySubject, context: Context, found: Analysis, dead: range) -> Finding:
    causes = found.reach.fates[dead[0]].taken_by
    others = "next one" if len(dead) == 2 else f"{len(dead) - 1} after it"  # noqa: PLR2004
    these = "this rule is" if len(dead) == 1 else f"this rule and the {others} are"
    same = all(found.reach.same_outcome(index, cause) for index in dead for cause in causes)
    move = f"Move it above line {_line(policy, causes[0])}, or delete it"
    advice = "Delete it, for nothing changes" if same else move
    message = (
        f"{these} never used: {_takers(policy, causes)} every such request first{_example(found, dead[0], causes)}"
    )
    related = [context.related(policy.at("rules", index), "takes its requests first") for index in causes[:_MOST_SHOWN]]
    related += [context.related(policy.at("rules", index), "unreachable for the same cause") for index in dead[1:]]
    return context.key(policy.at("rules", dead[0]), f"{message}. {advice}", related=tuple(related))


def _example(found: Analysis, index: int, causes: Sequence[int]) -> str:
    """Return one request of an unreachable rule and what happens to it, to stand behind the reason."""
    request = found.examples.example_of(index, causes)
    if request is None:
        return ""
    taker = found.reach.first(request)
    return f", so {found.command(request)} {_logged(found.policy.rules[taker or 0])}"


def _dead_selector(policy: PolicySubject, context: Context, dead: DeadSelector) -> Finding:
    who = _takers(policy, dead.taken_by)
    reason = f"{who} all its requests before" if who else "no request of this rule can have it"
    advice = "Delete it, or move the rule up" if who and not dead.same_outcome else "Delete it"
    related = tuple(
        context.related(policy.at("rules", index), "takes its requests first") for index in dead.taken_by[:_MOST_SHOWN]
    )
    return context.value(
        policy.at("rules", dead.rule, *dead.selector.path),
        f"{_entry_words(dead)} takes no request here, for {reason}. {advice}",
        severity=Severity.INFO if dead.same_outcome else None,
        related=related,
    )


def _entry_words(dead: DeadSelector) -> str:
    whole = dead.selector.field == "resources" and not dead.selector.inner
    return f"this entry for {group_name(dead.value)}" if whole else quoted(dead.value)


def _takers(policy: PolicySubject, rules: Sequence[int]) -> str:
    """Return the rules that take requests as the subject of a sentence with its verb; "" for none."""
    lines = [str(_line(policy, index)) for index in rules]
    if len(lines) > _MOST_SHOWN:
        return f"{len(lines)} rules from line {lines[0]} on together take"
    return (
        f"lines {english.listing(lines)} together take" if len(lines) > 1 else f"line {lines[0]} takes" if lines else ""
    )


def _why_never(now: PolicyRule, causes: Sequence[str]) -> str:
    """Return why no request can match a rule, from the fields that leave it none."""
    of_urls, of_resources = now.only_urls, now.only_resources
    fitting = [
        verb for verb in now.verbs if verb in (URL_VERBS if of_urls else RESOURCE_VERBS if of_resources else KNOWN)
    ]
    if now.verbs and not fitting:
        kind = " for a URL" if of_urls else " for a resource" if of_resources else ""
        return f"none has the verb {english.several(now.verbs, last='or')}{kind}"
    if causes == ("nonResourceURLs",):
        return f"kube-apiserver reads {english.several(now.non_resource_urls)} as requests for resources"
    if causes == ("resources",):
        return "its resources are written so that none can equal them"
    if any(entry.resource_names for entry in now.resources) and set(fitting) == {NAMELESS_VERB}:
        return f"none with the verb {quoted(NAMELESS_VERB)} carries a name"
    return f"its {english.listing(causes)} can not go together"


def _gaps(found: Analysis) -> dict[int, Request]:
    """Return for each rule that has a gap a list of the whole cluster that is lost."""
    gaps: dict[int, Request] = {}
    for resource in _SENSITIVE:
        lists = Region(verbs=_LIST_READS, targets=(Target("", resource, ""),), urls=())
        for index in found.may_take(lists):
            now = found.policy.rules[index]
            if now.level == "None" or not now.namespaces or "" in now.namespaces or index in gaps:
                continue
            if resource == _SENSITIVE[0] or any(resource in entry.resources for entry in now.resources):
                request = _gap(found, index, lists)
                if request:
                    gaps[index] = request
    return gaps


def _gap(found: Analysis, index: int, lists: Region) -> Request | None:
    """Return a list of the whole cluster that is lost, where the rule takes the same list of a namespace."""
    here = meet(region_of(found.policy.rules[index]), lists)
    if not found.reach.find(here, (index,)).request:
        return None
    everywhere = here._replace(namespaces=("",), targets=_unnamed(here.targets))
    request = found.find_served(everywhere, (), or_no_rule=True).request
    silencing = set(found.silencing)
    for taker in found.may_take(everywhere) if request is None else ():
        if taker in silencing:
            request = request or found.find_served(meet(everywhere, found.reach.region(taker)), (taker,)).request
    return request


def _unnamed(targets: tuple[Target, ...] | None) -> tuple[Target, ...]:
    """Return the targets without object names, which a list does not carry."""
    return tuple(target._replace(names=("",)) for target in targets or () if target.names is None)


def _line(policy: PolicySubject, index: int) -> int:
    return policy.places.key(policy.at("rules", index)).line


def _logged(now: PolicyRule) -> str:
    return "is not logged" if now.level == "None" else f"is logged at {now.level}"


def _log(now: PolicyRule) -> str:
    return "silence it" if now.level == "None" else f"log it at {now.level}"


def _on(group: str, resources: str, verbs: str = "") -> Region:
    targets = [Target(group, *(name.split("/") if "/" in name else (name, ""))) for name in resources.split()]
    return Region(verbs=tuple(verbs.split()) or None, targets=tuple(targets), urls=())


_WRITES = "create update patch delete deletecollection"
_LOSSES = {
    "reads of secrets": _on("", "secrets", "get list watch"),
    "changes of secrets": _on("", "secrets", _WRITES),
    "shells in pods (pods/exec, pods/attach)": _on("", "pods/exec pods/attach", "create get"),
    "changes of roles and bindings": _on(
        "rbac.authorization.k8s.io", "roles rolebindings clusterroles clusterrolebindings", _WRITES
    ),
    "changes of pods and deployments": meet(
        Region(verbs=tuple(_WRITES.split()), urls=()),
        Region(targets=(Target("", "pods", ""), Target("apps", "deployments", ""))),
    ),
    "new service account tokens": _on("", "serviceaccounts/token", "create"),
}
