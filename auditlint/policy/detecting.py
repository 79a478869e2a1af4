"""What a policy lets detection rules see, for programs and for the outputs of `detect`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from auditlint.checks.queries.effects import witness
from auditlint.detections import reading
from auditlint.detections.advice import written
from auditlint.detections.judging import Judge
from auditlint.detections.model import Verdict
from auditlint.english import counted, listing
from auditlint.errors import DetectionsError
from auditlint.kubernetes import kubectl
from auditlint.kubernetes.well_known import Known
from auditlint.report.detections import Blinding, Judged, Judgements, Needed
from auditlint.report.differences import Compared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.detections.model import Advice, Detection, Judgement
    from auditlint.policy.policy_file import PolicyFile


class Detected(NamedTuple):
    """Detections, each with what the policy lets it see, by path and in the order of each file."""

    policy: PolicyFile
    judged: tuple[tuple[Detection, Judgement], ...]
    others: int
    """How many rules for other sources were passed over."""
    notices: tuple[str, ...]

    def of(self, verdict: str) -> tuple[Detection, ...]:
        """Return the detections with a verdict: `sees`, `partly`, `blind`, `never` or `not-judged`."""
        return tuple(detection for detection, said in self.judged if said.verdict is Verdict(verdict))

    @property
    def report(self) -> Judgements:
        """What the outputs are made of."""
        known = Known(self.policy.subject.minor, self.policy.cluster)
        passed = [f"{counted(self.others, 'rule')} for other sources passed over"] if self.others else []
        return Judgements(
            Compared(self.policy.path, self.policy.kubernetes_version),
            tuple(_judged(self.policy, detection, said, known) for detection, said in self.judged),
            (*self.notices, *passed),
        )


def detect(policy: PolicyFile, paths: Sequence[str]) -> Detected:
    """Return what the policy lets the detections in files and folders see; DetectionsError where there are none."""
    for path in paths:
        if not os.path.exists(path):
            raise DetectionsError(f"{path}: no such file or folder")
    found = reading.read(paths)
    if not found.detections:
        raise DetectionsError(_nothing(paths, found))
    judge = Judge(policy.held, policy.subject.minor, policy.cluster.catalogue(policy.subject.minor))
    judged = tuple((detection, judge.judge(detection)) for detection in found.detections)
    return Detected(policy, judged, found.others, found.notices)


def _nothing(paths: Sequence[str], found: reading.Found) -> str:
    where = ", ".join(paths)
    if found.notices:
        return f"{where}: no detection over audit events was found: {found.notices[0]}"
    others = f" ({counted(found.others, 'rule')} for other sources)" if found.others else ""
    return (
        f"{where}: no detection over audit events was found{others}: Falco rules with `source: k8s_audit`, Sigma rules"
        " for product kubernetes and service audit, and Elastic rules that read kubernetes.audit are"
    )


def _judged(policy: PolicyFile, detection: Detection, said: Judgement, known: Known) -> Judged:
    return Judged(
        detection.language,
        detection.name,
        detection.path,
        detection.line,
        detection.id,
        detection.severity,
        detection.tactics,
        said.verdict.value,
        Needed(*said.needs),
        None if said.witness is None else witness(said.witness),
        None if said.witness is None else kubectl.command(said.witness, known=known),
        None if said.witness is None else _blinding(policy, said.rule),
        said.reason or None,
        None if said.help is None else _help(policy, said.help),
        said.notes,
    )


def _blinding(policy: PolicyFile, rule: int | None) -> Blinding:
    if rule is None:
        return Blinding(None, None, policy.path, None)
    place = policy.place(rule)
    return Blinding(rule, place.pointer, place.path, place.line)


def _help(policy: PolicyFile, said: Advice) -> str:
    """Return what to write, as YAML: each rule behind a comment that says where."""
    parts = []
    if said.stages:
        parts.append(f"# take {listing(said.stages)} out of omitStages of the policy\n")
    for added in said.additions:
        where = "at the end" if added.before is None else f"before the rule on line {policy.place(added.before).line}"
        secret = "; the log will then hold secrets, so keep it as safe as they are" if added.secret else ""
        parts.append(f"# {where}{secret}\n{written(added.rule)}")
    return "".join(parts)
