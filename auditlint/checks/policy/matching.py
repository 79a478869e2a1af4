"""Rules about which requests a policy's rules match, each decided exactly over all requests there can be."""

from __future__ import annotations

from auditlint import english
from auditlint.checks.queries import effects, list_gaps, overlaps
from auditlint.checks.repairs import policies
from auditlint.checks.suggestions import misreading, pasteable, rule_words, verbs
from auditlint.english import quoted
from auditlint.finding import Severity
from auditlint.kubernetes import served
from auditlint.kubernetes.engine.region import region_of
from auditlint.kubernetes.policy import GroupResources, PolicyRule
from auditlint.kubernetes.reach import FateKind
from auditlint.kubernetes.requests import NAMELESS_VERB, RESOURCE_VERBS, URL_VERBS
from auditlint.records import NamedTuple
from auditlint.rule import Category, Context
from auditlint.subjects.model import LoadedPolicy, PolicySubject
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.checks.queries.overlaps import Overlap
    from auditlint.finding import Finding, Related
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.engine.dead_selectors import DeadSelector
    from auditlint.kubernetes.match import Request

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
_GRAVE = frozenset({"secrets-not-audited", "exec-not-audited", "rbac-not-audited"})
"""Of these requests a closing None must not silence any unsaid."""
_CLOSE = "- level: Metadata"


class _Told(NamedTuple):
    """What is said of something, and what to do about it."""

    message: str
    help: str


@rule(
    "unreachable-rule",
    severity=Severity.ERROR,
    fixable=True,
    summary="earlier rules match every request that the rule asks for",
)
def unreachable_rule(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules behind others that match all their requests; consecutive ones with one cause are one finding."""
    analysis = policy.analysis
    fates = analysis.reach.fates if analysis else ()
    misread = misreading.rules(policy)
    number = 0
    while analysis and number < len(fates):
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
            yield _unreachable(policy, context, analysis, range(number, end))
        number = end


def _unreachable(policy: PolicySubject, context: Context, analysis: Analysis, dead: range) -> Finding:
    causes = analysis.reach.fates[dead[0]].taken_by
    told = _same_requests(policy, analysis, causes[0], dead) or _behind(policy, analysis, causes, dead)
    related = [context.related(policy.at("rules", index), "matches its requests first") for index in causes]
    related = related[:_MOST_SHOWN]
    related += [context.related(policy.at("rules", index), "unreachable for the same cause") for index in dead[1:]]
    example = _example(policy, analysis, dead[0], causes)
    place = policy.at("rules", dead[0])
    fix = policies.without_rules(policy, dead)
    return context.key(place, told.message, help=told.help, example=example, related=tuple(related), fix=fix)


def _same_requests(policy: PolicySubject, analysis: Analysis, cause: int, dead: range) -> _Told | None:
    """Return what to say of rules that differ from the one above them in their levels alone."""
    rules = analysis.policy.rules
    if any(_selectors(rules[index]) != _selectors(rules[cause]) for index in dead):
        return None
    alike = [at for at, rule in enumerate(rules) if at >= cause and _selectors(rule) == _selectors(rules[cause])]
    first = _line(policy, cause)
    if all(analysis.reach.same_outcome(index, cause) for index in dead):
        return _Told(f"never used: {_lines(policy, alike)} say the same", f"Delete {_them(dead)}")
    message = f"{_lines(policy, alike)} match the same requests, so only line {first} counts"
    return _Told(message, "Keep the one that you mean, and delete the others" if len(alike) > 1 else "")


def _selectors(rule: PolicyRule) -> tuple[object, ...]:
    """Return which requests a rule asks for, the same for two rules however their lists are sorted."""
    lists = (rule.users, rule.user_groups, rule.verbs, rule.namespaces, rule.non_resource_urls)
    entries = {(entry.group, frozenset(entry.resources), frozenset(entry.resource_names)) for entry in rule.resources}
    return (*map(frozenset, lists), frozenset(entries))


def _behind(policy: PolicySubject, analysis: Analysis, causes: Sequence[int], dead: range) -> _Told:
    others = "next one" if len(dead) == 2 else f"{len(dead) - 1} after it"  # noqa: PLR2004
    these = "never used" if len(dead) == 1 else f"this rule and the {others} are never used"
    all_requests = "all its requests" if len(dead) == 1 else "all their requests"
    message = f"{these}: {_matchers(policy, causes)} {all_requests}"
    if all(analysis.reach.same_outcome(index, cause) for index in dead for cause in causes):
        return _Told(message, f"Delete {_them(dead)}: nothing changes")
    return _Told(message, _out_of_the_way(policy, analysis, causes[0], dead))


def _out_of_the_way(policy: PolicySubject, analysis: Analysis, cause: int, dead: range) -> str:
    """Return how rules come to match something behind one that does not leave them anything."""
    first, rules = _line(policy, cause), analysis.policy.rules
    if rules[cause].has_selectors:
        return f"Move {_them(dead)} above line {first}, or delete {_them(dead)}"
    closed = any(not rule.has_selectors for rule in rules[cause + 1 :])
    rest = "the rule below it" if cause + 2 == len(rules) else "the rules below it"
    if closed:
        return f"Delete the rule of line {first}, or {rest}"
    return f"Move the rule of line {first} to the end of the list, or delete {rest}"


def _example(policy: PolicySubject, analysis: Analysis, index: int, causes: Sequence[int]) -> str | None:
    """Return one request of an unreachable rule and what becomes of it."""
    request = analysis.examples.example_of(index, causes)
    taker = analysis.reach.first(request) if request else None
    if request is None or taker is None:
        return None
    return f"{analysis.command(request)}: {_outcome(analysis.policy.rules[taker])}, by line {_line(policy, taker)}"


@rule(
    "never-matching-rule",
    severity=Severity.ERROR,
    summary="no request matches the rule, wherever it stands",
    gives_way_to=(*_SINGLE_VALUE_RULES, "name-never-present"),
)
def never_matching_rule(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules whose selectors no request can have."""
    analysis = policy.analysis
    for index, fate in enumerate(analysis.reach.fates if analysis else ()):
        if analysis and fate.kind is FateKind.NEVER:
            told = _why_never(analysis.policy.rules[index], fate.causes)
            message = f"no request matches this rule: {told.message}"
            yield context.key(policy.at("rules", index), message, help=told.help)


def _why_never(rule: PolicyRule, causes: Sequence[str]) -> _Told:
    """Return why no request can match a rule, from the fields that leave it none."""
    of_urls, of_resources = rule.only_urls, rule.only_resources
    fitting = [
        verb
        for verb in rule.verbs
        if verb in (URL_VERBS if of_urls else RESOURCE_VERBS if of_resources else verbs.KNOWN)
    ]
    if rule.verbs and not fitting:
        kind = " for a URL" if of_urls else " for a resource" if of_resources else ""
        some = '`verbs: ["get", "head"]`' if of_urls else '`verbs: ["get", "list", "watch"]`'
        return _Told(f"none{kind} has the verb {english.several(rule.verbs, last='or')}", f"Write verbs such as {some}")
    if causes == ("nonResourceURLs",):
        urls = english.several(rule.non_resource_urls)
        return _Told(f"kube-apiserver reads {urls} as requests for resources", "Name them under `resources:`")
    if causes == ("resources",):
        return _Told("its resources are written so that none can equal them", "Write them as `pods` or `pods/log`")
    if any(entry.resource_names for entry in rule.resources) and set(fitting) == {NAMELESS_VERB}:
        return _Told(f"none with the verb {quoted(NAMELESS_VERB)} carries a name", "Delete the rule")
    return _Told(f"its {english.listing(causes)} exclude each other", "Delete the rule")


@rule(
    "unserved-rule",
    severity=Severity.WARNING,
    summary="only requests that no cluster serves reach the rule",
    gives_way_to=("identity-overlap", "literal-wildcard", "empty-identity"),
)
def unserved_rule(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules that are reached in theory only."""
    analysis = policy.analysis
    for index in analysis.reached() if analysis else ():
        if analysis and analysis.is_served(index).impossible:
            told, takers = _why_unserved(policy, analysis, index)
            related = _related(policy, context, takers, "matches their requests first")
            yield context.key(policy.at("rules", index), told.message, help=told.help, related=related)


def _why_unserved(policy: PolicySubject, analysis: Analysis, index: int) -> tuple[_Told, tuple[int, ...]]:
    """Return why no request of a real cluster reaches a rule, with the earlier rules that match all there are."""
    listed = analysis.policy.rules[index].verbs
    if listed and served.UNSERVED_VERBS.issuperset(listed):
        return _Told(f"no request reaches this rule: no server serves the verb {english.several(listed)}", _DELETE), ()
    takers = overlaps.takers(analysis, index)
    if not takers:
        return _Told(f"no request reaches this rule: {_nobody(analysis.policy.rules[index])}", _DELETE), ()
    message = f"no request reaches this rule: {_matchers(policy, takers)} all that real users send"
    return _Told(message, f"Move it above line {_line(policy, takers[0])}, or delete it"), takers


def _nobody(rule: PolicyRule) -> str:
    """Return why no real user sends a request of a rule, whatever stands above it."""
    real = served.without_globs(region_of(rule))
    if real.namespaces == ():
        return "no namespace has such a name"
    if real.users is not None and not any(real.users):
        return "no user has such a name"
    return "none of its users is in its groups" if rule.users else "no real user has such groups"


@rule(
    "unreachable-selector",
    severity=Severity.WARNING,
    summary="one entry of a list of a reachable rule matches no request",
    gives_way_to=_SINGLE_VALUE_RULES,
)
def unreachable_selector(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report entries whose requests earlier rules match, while the rest of the rule is used."""
    analysis = policy.analysis
    misread = misreading.rules(policy)
    for dead in analysis.dead_selectors if analysis else ():
        if misread.isdisjoint((dead.rule, *dead.taken_by)):
            yield _dead_selector(policy, context, dead)


def _dead_selector(policy: PolicySubject, context: Context, dead: DeadSelector) -> Finding:
    who = _matchers(policy, dead.taken_by)
    reason = f"{who} all its requests" if who else "no request of this rule can have it"
    advice = "Delete it: nothing changes" if who and dead.same_outcome else "Delete it"
    if who and not dead.same_outcome:
        advice = f"Delete it, or move the rule above line {_line(policy, dead.taken_by[0])}"
    return context.value(
        policy.at("rules", dead.rule, *dead.selector.path),
        f"{_entry_words(dead)} has no effect here: {reason}",
        help=advice,
        severity=Severity.INFO if dead.same_outcome else None,
        related=_related(policy, context, dead.taken_by, "matches its requests first"),
    )


def _entry_words(dead: DeadSelector) -> str:
    whole = dead.selector.field == "resources" and not dead.selector.inner
    return f"this entry for {rule_words.group_name(dead.value)}" if whole else quoted(dead.value)


@rule(
    "redundant-rule",
    severity=Severity.INFO,
    fixable=True,
    summary="without the rule nothing changes",
    gives_way_to=("verb-gap",),
    silenced_by=("logs-nothing",),
)
def redundant_rule(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules whose requests would come to the same without them.

    Of an exemption, with rules below it that log, that echoes an open end: once the end logs, it changes something.
    """
    analysis = policy.analysis
    misread: frozenset[int | None] = misreading.rules(policy)
    for index in analysis.reached() if analysis else ():
        if not analysis or not analysis.reach.redundant(index):
            continue
        heirs, complete = analysis.reach.heirs(index, _MOST_SHOWN + 1)
        if misread.isdisjoint((index, *heirs)) and not (None in heirs and policy.shape == "snippet"):
            shown = sorted([heir for heir in heirs if heir is not None][:_MOST_SHOWN])
            told = _redundant(policy, analysis, index, shown, complete=complete and len(heirs) <= _MOST_SHOWN)
            related = _related(policy, context, shown, "does the same to its requests")
            fix = policies.without_rules(policy, [index])
            is_exemption = any(later.level != "None" for later in analysis.policy.rules[index + 1 :])
            echoes = ("missing-catch-all",) if None in heirs and is_exemption else ()
            yield context.key(
                policy.at("rules", index), told.message, help=told.help, related=related, fix=fix, echoes=echoes
            )


def _redundant(policy: PolicySubject, analysis: Analysis, index: int, heirs: list[int], *, complete: bool) -> _Told:
    level = analysis.policy.rules[index].level
    if not heirs:
        message = "redundant: without it no rule matches these requests, so they are not logged either"
        return _Told(message, "Delete it, and end the list with `- level: None`")
    lines = _lines(policy, heirs) if complete else f"{_lines(policy, heirs)} among others"
    one = len(heirs) == 1 and complete
    verb = ("drops" if one else "drop") if level == "None" else ("logs" if one else "log")
    at = "" if level == "None" else f" at {level}"
    return _Told(f"redundant: {lines} {verb} these requests{at} too", _DELETE)


@rule(
    "missing-catch-all",
    severity=Severity.WARNING,
    fixable=True,
    summary="some request matches no rule and is silently not logged",
    silenced_by=("logs-nothing",),
)
def missing_catch_all(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report policies that do not end by matching everything, with the most telling request that is lost."""
    analysis = policy.analysis
    if analysis is None or policy.shape == "snippet" or analysis.reach.missing_catch_all.request is None:
        return
    request = analysis.examples.telling(lambda one: analysis.reach.first(one) is None) or analysis.falls_off.request
    severity = None
    if request is None:
        request, told = _strangers_fall_off(analysis)
        severity = Severity.INFO
    else:
        told = f"{analysis.command(request)} matches no rule, so it is silently not logged"
    yield context.key(
        policy.at("rules"),
        told,
        help=f"End the list with `{_CLOSE}`, or with `- level: None` if the rest is meant to be dropped",
        severity=severity,
        witness=effects.witness(request),
        fix=policies.catch_all(policy),
    )


def _strangers_fall_off(analysis: Analysis) -> tuple[Request, str]:
    """Return a request that matches no rule where nobody who is logged in sends such, and what to say of it."""
    request = analysis.falls_off_without_login
    if request is None:
        raise AssertionError("something falls off")
    who = "requests without a login" if served.made_real(request) == request else "requests that no cluster serves"
    only = f"only {who}" if analysis.falls_off.complete else "some requests"
    return request, f"{only} match no rule and are not logged, such as {analysis.command(request)}"


@rule(
    "drops-the-rest",
    severity=Severity.INFO,
    fixable=True,
    summary="a closing rule of level None silences everything that no rule above matches",
    silenced_by=("logs-nothing",),
)
def drops_the_rest(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report a closing None, with what is lost by it; a warning where that is what an attacker does."""
    analysis = policy.analysis
    closing = analysis.closing if analysis and policy.shape != "snippet" else None
    if analysis is None or closing is None or analysis.policy.rules[closing].level != "None":
        return
    if analysis.reach.fates[closing].kind is not FateKind.REACHED:
        return
    from auditlint.checks.queries.coverage import cures, losses  # few policies end like this

    lost = () if policy.cluster.aggregated else tuple(losses.of_rule(policy, analysis, closing))
    grave = [one for one in lost if one.kind.rule in _GRAVE]
    words = english.listing([one.words for one in lost]) or "whatever no rule above matches"
    request = (grave or lost)[0].request if lost else analysis.examples.shown(closing)
    advice, fix = "Write `level: Metadata` here, unless all of this is meant to be dropped", None
    if grave:
        some = [(one.kind, loss) for one in lost if not one.kind.of_strangers for loss in one.losses]
        logging = tuple(cures.logging(some, analysis.policy.rules[closing], policy.minor))
        advice = f"Put these rules above it, or write `level: Metadata` here:\n{pasteable.block(logging)}"
        fix = policies.above(policy, closing, logging)
    yield context.key(
        policy.at("rules", closing),
        f"not logged from here on: {words}",
        help=advice,
        example=f"{analysis.command(request)}: not logged" if request else None,
        severity=Severity.WARNING if grave else None,
        witness=effects.witness(request) if request else None,
        fix=fix,
    )


@rule(
    "logs-nothing",
    severity=Severity.ERROR,
    summary="every request that a cluster serves gets level None",
)
def logs_nothing(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report policies by which nothing is ever logged."""
    analysis = policy.analysis
    if analysis is None or policy.shape == "snippet":
        return
    logging = [index for index, now in enumerate(analysis.policy.rules) if now.level != "None"]
    fates = analysis.reach.fates
    if any(fates[index].kind is FateKind.UNKNOWN for index in logging):
        return
    if all(fates[index].kind is not FateKind.REACHED or analysis.is_served(index).impossible for index in logging):
        told = _why_nothing(policy, analysis, logging)
        yield context.key(policy.at("rules"), f"nothing is logged: {told.message}", help=told.help)


def _why_nothing(policy: PolicySubject, analysis: Analysis, logging: list[int]) -> _Told:
    """Return why a policy logs nothing, and how it comes to log something."""
    closing = analysis.closing
    if closing is None:
        why = "no request reaches the rules of another level" if logging else "every rule has level None"
        return _Told(why, f"End the list with `{_CLOSE}`")
    line = _line(policy, closing)
    if not logging:
        where = "" if len(analysis.policy.rules) == 1 else f" in line {line}"
        return _Told("every rule has level None", f"Write `level: Metadata`{where}")
    if logging[-1] > closing:
        return _Told(
            f"line {line} drops every request before it reaches the rules below",
            f"Delete the rule of line {line}, or move it to the end of the list"
            if any(not rule.has_selectors for rule in analysis.policy.rules[closing + 1 :])
            else f"Move the rule of line {line} to the end of the list, with `level: Metadata`",
        )
    return _Told("no request reaches the rules of another level", f"Write `level: Metadata` in line {line}")


@rule(
    "parent-in-wildcard",
    severity=Severity.WARNING,
    summary="`pods/*` matches `pods` too, which a later rule names with another outcome",
)
def parent_in_wildcard(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report wildcards for subresources that keep their parent from a later rule."""
    analysis = policy.analysis
    misread = misreading.rules(policy)
    for index, entry, number, later, request in analysis.stolen_parents() if analysis else ():
        if not analysis or not misread.isdisjoint((index, later)):
            continue
        here, there, line = analysis.policy.rules[index], analysis.policy.rules[later], _line(policy, later)
        written = here.resources[entry].resources[number]
        parent = written.removesuffix("/*")
        would = "drop" if there.level == "None" else f"log at {there.level}"
        yield context.value(
            policy.at("rules", index, "resources", entry, "resources", number),
            f"{quoted(written)} matches {quoted(parent)} too, which line {line} would {would}",
            help=f"Move the rule of line {line} above this one, or name the subresources that you mean",
            example=f"{analysis.command(request)}: {_outcome(here)}, by this rule",
            related=(context.related(policy.at("rules", later), f"names {quoted(parent)}"),),
            witness=effects.witness(request),
        )


@rule(
    "namespaced-list-gap",
    severity=Severity.WARNING,
    fixable=True,
    summary="a sensitive resource is logged in namespaces, but not when it is listed across all of them",
    gives_way_to=("literal-wildcard",),
    silenced_by=("logs-nothing",),
)
def namespaced_list_gap(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules limited to namespaces that miss the list of all namespaces, which has none."""
    analysis = policy.analysis
    misread = misreading.rules(policy)
    for gap in list_gaps.find(analysis) if analysis else ():
        if not analysis or not misread.isdisjoint((gap.rule, gap.taker)):
            continue
        lists = PolicyRule("Metadata", verbs=("list",), resources=(GroupResources("", (gap.resource,)),))
        yield context.key(
            policy.at("rules", gap.rule, "namespaces"),
            f"{analysis.command(gap.request)} is not logged: a list of all namespaces has no namespace",
            help=f"Put this rule above line {_line(policy, gap.taker)}:\n{pasteable.block([lists])}",
            related=(context.related(policy.at("rules", gap.taker), "matches it, with level None"),),
            witness=effects.witness(gap.request),
            fix=policies.above(policy, gap.taker, [lists]),
        )


@rule(
    "identity-overlap",
    severity=Severity.ERROR,
    summary="users who are always in an earlier rule's group, or never in that of their own rule",
    gives_way_to=("empty-identity", "literal-wildcard", "dead-identity"),
)
def identity_overlap(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report users and groups whose requests never come here, by the groups that the server gives to users."""
    analysis = policy.analysis
    misread = misreading.rules(policy)
    told: set[int] = set()  # of a rule that is to be deleted one finding is enough
    for overlap in overlaps.find(analysis) if analysis else ():
        if not analysis or not misread.isdisjoint((overlap.rule, *overlap.taken_by)):
            continue
        same = bool(overlap.taken_by) and all(
            analysis.reach.same_outcome(overlap.rule, taker) for taker in overlap.taken_by
        )
        if overlap.rule in told:
            continue
        told |= {overlap.rule} if analysis.is_served(overlap.rule).impossible else set()
        yield context.value(
            policy.at("rules", overlap.rule, overlap.field, overlap.position),
            _overlap_words(policy, overlap),
            help=_overlap_advice(policy, analysis, overlap, same=same),
            severity=Severity.INFO if same else None,
            related=_related(policy, context, overlap.taken_by, "matches their requests first"),
        )


def _overlap_words(policy: PolicySubject, overlap: Overlap) -> str:
    number = len(overlap.names)
    names = quoted(overlap.names[0]) if number == 1 else f"{number} of these {_NOUNS[overlap.field]}"
    be, groups = english.noun(number, "is", "are"), english.several(overlap.groups)
    who = _matchers(policy, overlap.taken_by)
    if not who:
        return f"{names} {be} never in {groups}, so no request has both"
    always = f"{names} {be} always in {groups}, and {who}" if groups else f"{names} {be} too late here: {who}"
    return f"{always} all such requests"


def _overlap_advice(policy: PolicySubject, analysis: Analysis, overlap: Overlap, *, same: bool) -> str:
    if analysis.is_served(overlap.rule).impossible:
        what = "the rule"  # an emptied list would match everybody
    else:
        what = "it" if len(overlap.names) == 1 else english.listing([f"`{name}`" for name in overlap.names])
    if same or not overlap.taken_by:
        return f"Delete {what}: nothing changes" if same else f"Delete {what}"
    return f"Move the rule above line {_line(policy, overlap.taken_by[0])}, or delete {what}"


_NOUNS = {"users": "users", "userGroups": "groups"}
_DELETE = "Delete it"


def _related(policy: PolicySubject, context: Context, rules: Sequence[int], message: str) -> tuple[Related, ...]:
    return tuple(context.related(policy.at("rules", index), message) for index in rules[:_MOST_SHOWN])


def _matchers(policy: PolicySubject, rules: Sequence[int]) -> str:
    """Return rules as the subject of a sentence with its verb; "" for none."""
    if len(rules) > _MOST_SHOWN:
        return f"{len(rules)} rules from line {_line(policy, rules[0])} on together match"
    return f"{_lines(policy, rules)} {'together match' if len(rules) > 1 else 'matches'}" if rules else ""


def _lines(policy: PolicySubject, rules: Sequence[int]) -> str:
    numbers = [str(_line(policy, index)) for index in rules]
    return f"{english.noun(len(numbers), 'line')} {english.listing(numbers)}"


def _them(dead: range) -> str:
    return "it" if len(dead) == 1 else "them"


def _line(policy: PolicySubject, index: int) -> int:
    return policy.places.key(policy.at("rules", index)).line


def _outcome(rule: PolicyRule) -> str:
    return "not logged" if rule.level == "None" else f"logged at {rule.level}"
