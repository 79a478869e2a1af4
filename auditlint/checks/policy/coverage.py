"""Rules about what a policy logs too much or too little of, each decided exactly over the requests it names."""

from __future__ import annotations

from itertools import islice

from auditlint import english
from auditlint.checks.queries import effects
from auditlint.checks.queries.coverage import leaks
from auditlint.checks.queries.coverage.kinds import PRIVILEGED
from auditlint.checks.repairs import policies
from auditlint.checks.suggestions import misreading, verbs
from auditlint.finding import Severity
from auditlint.rule import Category, Context
from auditlint.subjects.model import ClusterPolicy, PolicySubject
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditlint.change import Repair
    from auditlint.checks.queries.coverage.leaks import Leak
    from auditlint.checks.queries.coverage.stale import Stale
    from auditlint.checks.queries.coverage.verb_gaps import VerbGap
    from auditlint.finding import Finding
    from auditlint.kubernetes.analysis import Analysis
    from auditlint.kubernetes.match import Request
    from auditlint.kubernetes.policy import PolicyRule

    _Check = Callable[[PolicySubject, Context], Iterator[Finding]]

rule = Category("policy-coverage", ClusterPolicy)
KINDS = (
    "secrets-not-audited",
    "token-requests-not-audited",
    "exec-not-audited",
    "rbac-not-audited",
    "workload-changes-not-audited",
    "control-plane-changes-not-audited",
    "failed-logins-not-audited",
    "anonymous-not-audited",
    "privileged-user-not-audited",
    "writes-not-audited",
)
"""Where one rule of a policy has several of these gaps, the others are folded into the first.

But privileged-user-not-audited is the first of a rule that names a privileged group.
"""
_STREAMS = frozenset({"exec", "attach", "portforward"})
_MOST_SHOWN = 5
"""So many more rules with the same gap are shown."""


@rule(
    "secret-bodies-logged",
    severity=Severity.WARNING,
    fixable=True,
    summary="secrets or tokens are written into the audit log",
    silenced_by=("logs-nothing",),
)
def secret_bodies_logged(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules that log the bodies of requests for secrets and tokens."""
    analysis = effects.covered(policy)
    if analysis:
        yield from _bodies_logged(policy, context, analysis, leaks.of_secrets(policy, analysis))


@rule(
    "configmap-bodies-logged",
    severity=Severity.INFO,
    fixable=True,
    summary="the content of configmaps is written into the audit log",
    silenced_by=("logs-nothing",),
    default=False,
)
def configmap_bodies_logged(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules that log the bodies of requests for configmaps."""
    analysis = effects.covered(policy)
    if analysis:
        yield from _bodies_logged(policy, context, analysis, leaks.OF_CONFIGMAPS)


def _bodies_logged(
    policy: PolicySubject, context: Context, analysis: Analysis, asked: tuple[Leak, ...]
) -> Iterator[Finding]:
    """Report the rules by which something leaks, each with all that does."""
    for index, shown in leaks.find(analysis, asked).items():
        request = shown[0][1]
        rule = analysis.policy.rules[index]
        yield context.key(
            policy.at("rules", index),
            f"{analysis.command(request)} is logged at {rule.level}, so the log holds {leaks.contents(shown)}",
            help=leaks.advice(rule, shown),
            fix=_cured(policy, index, *leaks.cure(rule, shown)),
            witness=effects.witness(request),
            about=tuple(dict.fromkeys(one.resource for _, one in shown)),
        )


def _cured(policy: PolicySubject, index: int, above: PolicyRule | None, left: PolicyRule) -> Repair:
    return policies.cured(policy, index, (above,) if above else (), left)


def _not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that match requests of the kind that the rule at work speaks of."""
    analysis = effects.covered(policy)
    if analysis is None or not analysis.silencing:
        return
    from auditlint.checks.queries.coverage import remedies, silenced

    for index, gaps in silenced.gaps(policy).items():
        rule = analysis.policy.rules[index]
        request = next((request for kind, request in gaps if kind.rule == context.rule.name), None)
        if request is None:
            continue
        command, how = analysis.command(request), _how(request)
        remedy = remedies.of_rule(policy, index)
        ahead = context.rule.name == PRIVILEGED.rule and silenced.names_privileged_group(rule)
        yield context.key(
            policy.at("rules", index),
            f"{command}{how and f', {how},'} is not logged{_why(policy, analysis, index, request)}",
            help=remedy.help,
            fix=policies.cured(policy, index, remedy.above, remedy.rule, closes=remedy.closes) if remedy.rule else None,
            severity=Severity.INFO if silenced.by_components(rule.users) else None,
            witness=effects.witness(request),
            note=f"also not logged: {command}{how and f', {how}'}",
            ahead_of=KINDS if ahead else (),
        )


def _why(policy: PolicySubject, analysis: Analysis, index: int, request: Request) -> str:
    """Return why a request that a rule of level None matches is not logged: by that rule alone, or without it too."""
    next_one = analysis.without_rule(request, index)
    if next_one is None:
        return ": this rule drops it, and no rule below matches it"
    if analysis.policy.rules[next_one].level == "None":
        return f": this rule drops it, and so does line {_line(policy, next_one)}"
    return " because of this rule"


def _how(request: Request) -> str:
    """Return why a request to a container has a verb that nobody expects."""
    return "a get (WebSocket)" if request.subresource in _STREAMS and request.verb == "get" else ""


def _declare(name: str, summary: str) -> Callable[[_Check], _Check]:
    """Register a rule of the kinds that stand for one another, in their order."""
    return rule(
        name,
        severity=Severity.WARNING,
        fixable=True,
        summary=summary,
        gives_way_to=("widened-rule", *KINDS[: KINDS.index(name)]),
        silenced_by=("logs-nothing", "drops-the-rest"),
    )


@_declare("secrets-not-audited", "access to secrets is not logged")
def secrets_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take access to secrets."""
    yield from _not_audited(policy, context)


@_declare("token-requests-not-audited", "the making of service account tokens is not logged")
def token_requests_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take requests for tokens."""
    yield from _not_audited(policy, context)


@_declare("exec-not-audited", "commands, tunnels and proxies into pods and nodes are not logged")
def exec_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take ways into a pod, a service or a node."""
    yield from _not_audited(policy, context)


@_declare("rbac-not-audited", "changes of roles and bindings are not logged")
def rbac_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take changes of who may do what."""
    yield from _not_audited(policy, context)


@_declare("workload-changes-not-audited", "changes of pods, deployments and the like are not logged")
def workload_changes_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take changes of what runs."""
    yield from _not_audited(policy, context)


@_declare("control-plane-changes-not-audited", "changes of what the control plane obeys are not logged")
def control_plane_changes_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take changes of webhooks, APIs, certificate requests and nodes."""
    yield from _not_audited(policy, context)


@_declare("failed-logins-not-audited", "requests whose login fails are not logged")
def failed_logins_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take what an attacker without a valid login tries first."""
    yield from _not_audited(policy, context)


@_declare("anonymous-not-audited", "requests of system:anonymous are not logged")
def anonymous_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take what an attacker without any login tries first."""
    yield from _not_audited(policy, context)


@_declare("privileged-user-not-audited", "changes by somebody who may do everything are not logged")
def privileged_user_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that name administrators, or everybody, and take writes by them."""
    yield from _not_audited(policy, context)


@_declare("writes-not-audited", "changes by anyone are not logged")
def writes_not_audited(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report rules of level None that take writes by anyone beyond the chatter of an idle cluster."""
    yield from _not_audited(policy, context)


@rule(
    "verb-gap",
    severity=Severity.WARNING,
    summary="update is logged and patch is not, delete and not deletecollection, exec as create and not as get",
    silenced_by=("logs-nothing",),
)
def verb_gap(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report the first rule that lists a verb without its twin, where the twin is lost; the others are its notes."""
    analysis = effects.covered(policy)
    if analysis is None or not any(now.level != "None" and verbs.has_twins(now) for now in analysis.policy.rules):
        return
    from auditlint.checks.queries.coverage import verb_gaps

    misread = misreading.rules(policy)
    gaps = list(islice((gap for gap in verb_gaps.find(policy) if gap.rule not in misread), _MOST_SHOWN + 1))
    if not gaps:
        return
    first, *others = gaps
    yield context.key(
        policy.at("rules", first.rule, "verbs"),
        f"{_missing(first)}: {_fate(policy, analysis, first)}",
        help=verb_gaps.advice(analysis, first, lambda index: _line(policy, index)),
        severity=Severity.INFO if first.lower else None,
        related=tuple(
            context.related(policy.at("rules", gap.rule, "verbs"), f"{_missing(gap)} here too") for gap in others
        ),
        witness=effects.witness(first.request),
    )


def _missing(gap: VerbGap) -> str:
    return f"{english.several(gap.missing)} {english.noun(len(gap.missing), 'is', 'are')} missing"


def _fate(policy: PolicySubject, analysis: Analysis, gap: VerbGap) -> str:
    """Return what becomes of a request with a missing verb."""
    command, how = analysis.command(gap.request), _how(gap.request)
    line, level = _line(policy, gap.taker), analysis.policy.rules[gap.taker].level
    outcome = (
        f"is logged by line {line} at {level}, without its body"
        if gap.lower
        else f"is not logged, because of line {line}"
    )
    return f"{command}{how and f', {how},'} {outcome}"


@rule(
    "stale-exemption",
    severity=Severity.INFO,
    summary="a rule of level None names what newer clusters call otherwise",
    silenced_by=("logs-nothing",),
)
def stale_exemption(policy: PolicySubject, context: Context) -> Iterator[Finding]:
    """Report for each old name the first rule that silences it, where the new name is logged; the others are notes."""
    analysis = effects.covered(policy)
    if analysis is None or not any(_names_old(analysis.policy.rules[index]) for index in analysis.silencing):
        return
    from auditlint.checks.queries.coverage import stale

    by_name: dict[str, list[Stale]] = {}
    for one in stale.find(policy, _MOST_SHOWN + 1):
        by_name.setdefault(one.old, []).append(one)
    for (index, old, new, request), *others in by_name.values():
        level = analysis.policy.rules[analysis.reach.first(request) or 0].level
        yield context.key(
            policy.at("rules", index),
            f'"{old}" is silenced, but {stale.WHERE[new]} logged at {level}',
            help=stale.advice(analysis.policy.rules[index], new),
            example=f"{analysis.command(request)}: logged at {level}",
            related=tuple(context.related(policy.at("rules", one.rule), f'silences "{old}" too') for one in others),
            witness=effects.witness(request),
        )


def _names_old(rule: PolicyRule) -> bool:
    """Tell at a glance whether a rule names what newer clusters call otherwise."""
    of_proxy = "system:kube-proxy" in rule.users and "system:serviceaccount:kube-system:kube-proxy" not in rule.users
    return of_proxy or any(entry.group == "" and "endpoints" in entry.resources for entry in rule.resources)


def _line(policy: PolicySubject, index: int) -> int:
    return policy.places.key(policy.at("rules", index)).line
