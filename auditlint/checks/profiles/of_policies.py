"""What the profiles ask of a policy, beyond what is wrong without a profile; decided exactly over the requests meant.

Requests that an explicit rule of level None takes belong to the rules about coverage, as far as these speak of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditlint import english, profiles
from auditlint.checks.queries import effects
from auditlint.checks.queries.coverage import kinds, silenced
from auditlint.checks.queries.coverage.kinds import Row
from auditlint.kubernetes import served
from auditlint.kubernetes.engine.index import members, rule_set
from auditlint.kubernetes.engine.region import EVERYTHING, Region, meet
from auditlint.kubernetes.match import Request
from auditlint.kubernetes.policy import LEVELS, Policy, PolicyRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditlint.finding import Finding
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.rule import Context
    from auditlint.subjects.model import PolicySubject

_FEW = 3
"""How many of the things that are missing a message names; the notes name all."""
_EVERYTHING_WITH_BODIES = Policy(rules=(PolicyRule(LEVELS[-1]),))
_ALL = f"get list watch {' '.join(kinds.WRITES)}"
_CHANGES = " ".join(kinds.WRITES)
_WITH_BODIES = "create update patch delete"
_RBAC = "rbac.authorization.k8s.io"


class _Area(NamedTuple):
    """Requests that a profile wants logged."""

    words: str
    rows: tuple[Row, ...]
    quiet: tuple[str, ...] = ()
    """The levels that are too low when a rule sets them for users whom no rule names."""


class _Gap(NamedTuple):
    """Requests that are not logged as a profile asks: in words, one of them, and the rule that takes it, if any."""

    words: str
    request: Request
    taker: int | None


_KEY_CONCERNS = (
    _Area("access to secrets", (Row("", "secrets", _ALL),)),
    _Area("changes of pods", (Row("", "pods", _CHANGES),)),
    _Area("changes of deployments", (Row("apps", "deployments", _CHANGES),)),
    _Area(
        "use of exec, port-forward and proxies",
        (
            Row("", "pods/exec pods/portforward", "create get"),
            Row("", "pods/proxy services/proxy", "get create update patch delete"),
        ),
    ),
    _Area("access to configmaps", (Row("", "configmaps", _ALL),), ("None",)),
    _Area("token reviews", (Row("authentication.k8s.io", "tokenreviews", "create", namespaced=False),), ("None",)),
)
_CRITICAL = (
    _Area("changes of pods", (Row("", "pods", _WITH_BODIES),), LEVELS[1:3]),
    _Area("changes of deployments", (Row("apps", "deployments", _WITH_BODIES),), LEVELS[1:3]),
    _Area(
        "changes of roles and bindings",
        (
            Row(_RBAC, "clusterrolebindings clusterroles", _WITH_BODIES, namespaced=False),
            Row(_RBAC, "rolebindings roles", _WITH_BODIES),
        ),
        LEVELS[1:3],
    ),
)


def below_profile(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Yield one finding for each control of the chosen profiles that the policy does not meet."""
    analysis = effects.covered(policy)
    if analysis is None or policy.shape == "snippet":
        return
    asked = profiles.controls(context.profiles, policy.minor)
    about = {about for control in asked if context.rule.name in control.rules for about in control.about}
    if "coverage" in about:
        yield from _coverage(policy, context, analysis)
    if "changes" in about:
        yield from _changes(policy, context, analysis)
    if "one-rule" in about and not profiles.conflicts(context.profiles, policy.minor):
        yield from _one_rule(policy, context, analysis)


def conflict(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Yield what chosen profiles ask and no policy can do at once."""
    if policy.shape == "snippet" or policy.loaded.refused:
        return
    for one, others in profiles.conflicts(context.profiles, policy.minor):
        against = english.listing([f"{_guide(other)} ({other.in_short})" for other in others], "or")
        message = (
            f"{_guide(one)} asks for {one.in_short}, with every secret in the log: no policy meets that and {against}"
        )
        yield context.key(policy.at("rules"), message, help="Choose which of them this policy is to meet")


def silences(policy: PolicySubject, finding: Finding, resources: tuple[str, ...]) -> bool:
    """Tell whether the policy rule of a finding matches requests of the finding's kind for these resources.

    The finding is at the policy rule itself, which silences some requests of that kind.
    """
    analysis = effects.covered(policy)
    if analysis is None:
        return False
    index = int(finding.pointer.rpartition("/")[2])
    (kind,) = (kind for kind in kinds.KINDS if kind.rule == finding.rule)
    rows = tuple(_narrowed(row, resources) for row in kind.rows)
    for calls in kinds.calls_of(kind._replace(rows=rows), policy.minor):
        region = meet(calls.region, analysis.reach.region(index))
        if silenced.taken(analysis, index, calls._replace(region=region)):
            return True
    return False


def _narrowed(row: Row, resources: tuple[str, ...]) -> Row:
    """Return what a row says of these resources, named as `deployments.apps`."""
    behind = f".{row.group}" if row.group else ""
    kept = (name for name in row.resources.split() if name + behind in resources)
    return row._replace(resources=" ".join(kept))


def _guide(control: profiles.Control) -> str:
    """Return how a sentence calls a guide: `the STIG`, `CIS 1.12`."""
    guide = control.label.rstrip(":")
    return guide if " " in guide else f"the {guide}"


def _coverage(policy: PolicySubject, context: Context, analysis: Analysis) -> Iterator[Finding]:
    """Yield what falls off the end of what CIS 3.2.2 names, and configmaps and token reviews that are silenced."""
    gaps = [gap for area in _KEY_CONCERNS if (gap := _gap(policy, analysis, area))]
    rest = _rest(analysis)
    gaps += [rest] if rest else []
    if gaps:
        be = "are" if len(gaps) > 1 or not gaps[0].words.startswith("access") else "is"
        yield _finding(
            policy,
            context,
            gaps,
            f"{{missing}} {be} not logged, at least in part",
            help=_advice(gaps),
            about="coverage",
        )


def _advice(gaps: Sequence[_Gap]) -> str:
    """Return what to write so that the requests of the gaps are logged at Metadata."""
    silent = english.listing(list(dict.fromkeys(gap.request.resource for gap in gaps if gap.taker is not None)))
    above = f"ut a rule `level: Metadata` for {silent} above the rule that silences them" if silent else ""
    if all(gap.taker is not None for gap in gaps):
        return f"P{above}"
    return "End the list with `- level: Metadata`" + (f", and p{above}" if silent else "")


def _changes(policy: PolicySubject, context: Context, analysis: Analysis) -> Iterator[Finding]:
    """Yield critical changes of which less than the bodies of request and answer is logged."""
    gaps = [gap for area in _CRITICAL if (gap := _gap(policy, analysis, area))]
    if gaps:
        message = "{missing} are logged at less than RequestResponse"
        advice = "Log them at RequestResponse, behind a rule `level: Metadata` for secrets"
        yield _finding(policy, context, gaps, message, help=advice, about="changes")


def _finding(
    policy: PolicySubject, context: Context, gaps: Sequence[_Gap], message: str, *, help: str, about: str
) -> Finding:
    """Return one finding for all gaps, which `message` names; the example is what becomes of the first."""
    first, *others = gaps
    example = f"{effects.command(policy, first.request)} {_fate(policy, first)}"
    words = [gap.words for gap in gaps]
    if len(words) > _FEW:
        words[_FEW:] = [f"{len(words) - _FEW} more things"]
    message = message.format(missing=english.listing(words))
    related = tuple(
        context.related(
            policy.at("rules") if gap.taker is None else policy.at("rules", gap.taker),
            f"{gap.words}: {effects.command(policy, gap.request)} {_fate(policy, gap)}",
        )
        for gap in others
    )
    witness = effects.witness(first.request)
    place = policy.at("rules")
    return context.key(place, message, help=help, example=example, related=related, witness=witness, about=(about,))


def _fate(policy: PolicySubject, gap: _Gap) -> str:
    if gap.taker is None:
        return "matches no rule"
    line = policy.places.key(policy.at("rules", gap.taker)).line
    held = policy.judged
    level = held.rules[gap.taker].level if held else ""
    return f"is not logged because of line {line}" if level == "None" else f"is logged at {level} by line {line}"


def _gap(policy: PolicySubject, analysis: Analysis, area: _Area) -> _Gap | None:
    """Return a request of an area that no rule takes, or one of an ordinary user that a rule logs too little of."""
    all_calls = kinds.calls_of(kinds.Kind("", area.rows), policy.minor)
    for calls in all_calls if analysis.closing is None else ():
        parts = served.served_with_login(calls.region, analysis.named_users)
        request = analysis.first_answer(parts, (), or_no_rule=True).request
        if request:
            return _Gap(area.words, analysis.examples.tidy(request, calls.region.verbs or ()), None)
    quiet = rule_set(
        index for index, rule in enumerate(analysis.policy.rules) if _is_quiet(analysis, index, rule, area)
    )
    for calls in all_calls if quiet else ():
        ordinary = _ordinary(analysis, calls.region)
        for index in members(analysis.reach.index.overlapping(ordinary) & quiet):
            region = meet(ordinary, analysis.reach.region(index))
            request = silenced.taken(analysis, index, calls._replace(region=region))
            if request:
                return _Gap(area.words, request, index)
    return None


def _is_quiet(analysis: Analysis, index: int, rule: PolicyRule, area: _Area) -> bool:
    """Tell whether a rule logs too little for an area; a closing None is the matter of drops-the-rest."""
    return rule.level in area.quiet and not (rule.level == "None" and index == analysis.closing)


def _ordinary(analysis: Analysis, region: Region) -> Region:
    """Return the requests of a region by a user whom no rule names, for objects that no rule names."""
    names = ("", analysis.reach.fresh.name)
    targets = tuple(target if target.names else target._replace(names=names) for target in region.targets or ())
    who = Region(users=(analysis.reach.fresh.user,), exact_groups=(served.AUTHENTICATED,))
    return meet(region._replace(targets=targets), who)


def _rest(analysis: Analysis) -> _Gap | None:
    """Return a request for what no rule names, if no rule takes it."""
    fresh = analysis.reach.fresh
    group, resource = fresh.target(None, None)
    request = Request("create", fresh.user, (served.AUTHENTICATED,), None, group, resource, "", fresh.namespace, "")
    return _Gap("what no rule names", request, None) if analysis.reach.first(request) is None else None


def _one_rule(policy: PolicySubject, context: Context, analysis: Analysis) -> Iterator[Finding]:
    """Yield a policy that is not literally the one rule of STIG V-242403."""
    if analysis.policy == _EVERYTHING_WITH_BODIES:
        return
    request = _with_less(analysis)
    message = "the STIG asks for a policy of one rule, `level: RequestResponse`, and nothing else"
    example = "all requests are logged at that level; only the policy is written otherwise"
    if request:
        example = f"{analysis.command(request)} {_fate(policy, _Gap('', request, analysis.reach.first(request)))}"
    advice = "Write that one rule; it puts every secret and token into the log"
    witness = effects.witness(request) if request else None
    yield context.key(policy.at("rules"), message, help=advice, example=example, witness=witness, about=("one-rule",))


def _with_less(analysis: Analysis) -> Request | None:
    """Return a request that is not logged at the highest level, the most ordinary one there is."""
    lower = tuple(index for index, rule in enumerate(analysis.policy.rules) if rule.level != LEVELS[-1])

    def is_lower(request: Request) -> bool:
        taker = analysis.reach.first(request)
        return taker is None or taker in lower

    parts = served.served_with_login(EVERYTHING, analysis.named_users)
    return analysis.examples.ordinary(is_lower) or analysis.first_answer(parts, lower, or_no_rule=True).request
