"""Running cases: what the policy decides against what must hold, and which rules no case reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.checks.queries.effects import witness
from auditlint.errors import AuditlintError
from auditlint.kubernetes import kubectl
from auditlint.kubernetes.match import evaluate
from auditlint.kubernetes.well_known import Known
from auditlint.report.cases import CaseResult, FileResult, Results, Uncovered
from auditlint.report.explained import Decided
from auditlint.testing.every import Every
from auditlint.testing.reading import Given, read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditlint.kubernetes.cluster import Cluster
    from auditlint.kubernetes.requests import Request
    from auditlint.policy import Policy
    from auditlint.testing.model import Case, CaseFile

_TOO_HARD = "it could not be proved for every request: too many cases to try"


def run_files(
    paths: Iterable[str],
    *,
    kubernetes_version: str | None = None,
    cluster: Cluster | None = None,
    policy: Given | None = None,
) -> Results:
    """Return what becomes of the cases of some files; a file that cannot be run does not keep the others from it.

    `policy` is tried in place of those that the files name.
    """
    return Results(tuple(_run_file(path, kubernetes_version, cluster, policy) for path in paths))


def _run_file(path: str, version: str | None, cluster: Cluster | None, policy: Given | None) -> FileResult:
    try:
        return run(read(path, kubernetes_version=version, cluster=cluster, policy=policy))
    except AuditlintError as error:
        return FileResult(path, None, str(error))


def run(file: CaseFile) -> FileResult:
    """Return what becomes of the cases of a file."""
    results = tuple(run_case(case, file.policy) for case in file.cases)
    return FileResult(file.path, file.policy.path, None, results, tuple(_uncovered(file)))


def run_case(case: Case, policy: Policy) -> CaseResult:
    """Return what becomes of one case."""
    if isinstance(case.asked, Every):
        return _for_every(case, case.asked)
    found = policy.eval(case.asked)
    broken = "; ".join(case.expected.broken(found.decision))
    place = f" ({_place(policy, found.rule)})" if broken else ""
    decided = Decided(
        found.rule,
        found.place and found.place.pointer,
        policy.path,
        found.line,
        found.level,
        found.decision.omit_stages,
        found.decision.omit_managed_fields,
    )
    return CaseResult(case.name, case.line, f"{broken}{place}" or None, decided, None, _shown(case.asked, policy))


def _for_every(case: Case, every: Every) -> CaseResult:
    answer = every.counterexample(case.expected)
    if answer.request is None:
        return CaseResult(case.name, case.line, None if answer.complete else _TOO_HARD)
    policy = every.policy
    decision = evaluate(policy.held, answer.request)
    broken = "; ".join(case.expected.broken(decision))
    shown = _shown(answer.request, policy)
    message = f"{broken} for {shown} ({_place(policy, decision.rule)})"
    return CaseResult(case.name, case.line, message, None, witness(answer.request))


def _shown(request: Request, policy: Policy) -> str:
    return kubectl.command(request, known=Known(policy.subject.minor, policy.cluster))


def _place(policy: Policy, rule: int | None) -> str:
    if rule is None:
        return f"no rule of {policy.path}"
    return f"{policy.path}:{policy.place(rule).line}, rules[{rule}]"


def _uncovered(file: CaseFile) -> Iterable[Uncovered]:
    """Yield the rules of the policy that no single request of the file reaches."""
    policy = file.policy
    reached = {evaluate(policy.held, case.asked).rule for case in file.cases if not isinstance(case.asked, Every)}
    for number in range(len(policy.held.rules)):
        if number not in reached:
            yield Uncovered(number, policy.place(number).line)
