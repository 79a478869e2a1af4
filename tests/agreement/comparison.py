"""Compares what auditlint reports of a policy or of arguments with what the referee answers, point by point."""

from __future__ import annotations

import random
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint import lint
from auditlint.finding import Severity
from auditlint.kubernetes import known_flags
from auditlint.kubernetes.match import Request, evaluate
from auditlint.kubernetes.releases import name
from auditlint.kubernetes.requests import RESOURCE_VERBS, URL_VERBS
from auditlint.lint import Source
from auditlint.rule import REGISTRY
from auditlint.settings import Settings
from tests.flag_strategies import OTHER_NAMES
from tests.kubernetes.answers import WARNS_SINCE, load_text, mismatch
from tests.kubernetes.test_engine_live import as_question

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from auditlint.finding import Finding
    from auditlint.kubernetes.decode import Loaded
    from auditlint.kubernetes.policy import Policy
    from auditlint.report.model import Reached, Report, SubjectSummary
    from tests.referee_client import Answer, Referee

LARGEST = 30_000
"""Of how many requests a policy's domain may be for all of them to be tried."""
REQUESTS = 20
OTHER_KIND = "failed decoding: converting ("
EVAL = "eval of a request"

Answers = dict[str, Any]
"""What the referee says of one text: `load`, `reach`, `eval` and `witnesses` of a policy, or `flags`."""
BODIES = ("Request", "RequestResponse")
OPEN_END = "missing-catch-all"
EXACT = frozenset({"unreachable-rule", "never-matching-rule", "redundant-rule", "unreachable-selector"})
"""The rules that, with that one, say of every policy what is so, whatever cluster it is for."""
MISREAD = frozenset({"unknown-field", "widened-rule", "duplicate-key"})
"""Rules about keys without which a policy rule is not what was meant: nothing is said of what follows from that."""
LOST = frozenset({"namespaced-list-gap", "verb-gap"})
"""The rules whose witness is a request that is not logged, whatever takes it."""


class Point(NamedTuple):
    """One thing compared; `theirs` is what kube-apiserver does."""

    comparison: str
    ours: object
    theirs: object

    @property
    def agrees(self) -> bool:
        return self.ours == self.theirs


class Skipped(NamedTuple):
    """Something that could not be compared, and why."""

    reason: str


@lru_cache(maxsize=4)
def lint_report(data: bytes, minor: int, as_kind: str) -> Report:
    """Return what `auditlint check --as policy` or `--as flags` reports."""
    report = lint.check([Source("given", named=True, data=data)], Settings(minor=minor), as_kind=as_kind)
    assert not report.crashed, (report.crashed, data)
    return report


@lru_cache(maxsize=4)
def exact_report(data: bytes, minor: int, rules: frozenset[str]) -> Report:
    """Return what some exact rules report of a policy where no other rule is on that they would give way to."""
    settings = Settings(minor=minor, select=tuple(sorted(rules)))
    return lint.check([Source("given", named=True, data=data)], settings, as_kind="policy")


def ask_about_policy(referee: Referee, data: bytes) -> Answers:
    """Return the referee's answers: of a policy that loads also which rules are reached and who takes requests."""
    answers: Answers = {"load": referee.load(data)}
    if answers["load"]["ok"]:
        requests = [as_question(request) for request in some_requests(data, answers["load"]["policy"])]
        verdicts = referee.eval(data, requests)["verdicts"]
        answers["eval"] = [[request, verdict] for request, verdict in zip(requests, verdicts, strict=True)]
        answers["reach"] = referee.reach(data, LARGEST)
        shown = [finding.witness or {} for finding in _with_witness(lint_report(data, referee.minor, "policy"))]
        answers["witnesses"] = referee.eval(data, shown)["verdicts"] if shown else []
    return answers


def ask_about_flags(referee: Referee, data: bytes) -> Answers:
    """Return the referee's answer about arguments that are each ended by NUL."""
    known = [known_flags.find(flag, referee.minor) for flag in ("v", *OTHER_NAMES)]
    described = [{"name": flag.name, "type": flag.type, "bare": flag.bare} for flag in known if flag]
    return {"flags": referee.flags(data.decode().split("\0")[:-1], described)}


def compare_policy(data: bytes, minor: int, answers: Answers) -> Iterator[Point | Skipped]:
    """Yield every point at which auditlint and kube-apiserver must say the same of a policy."""
    report = lint_report(data, minor, "policy")
    (subject,) = report.subjects
    load = answers["load"]
    yield Point("refused or not", list(subject.refused_by), [] if load.get("ok") else ["policy"])
    yield Point("a refusal is a finding", *_refusal_found(report, subject))
    if subject.kubernetes != name(minor) or bool(subject.refused_by) == bool(load.get("ok")):
        return
    if minor >= WARNS_SINCE:
        lenient = subject.policy is not None and subject.policy.lenient
        yield Point("lenient warning", lenient, "falling back to lenient decoding" in load.get("warning", ""))
    loaded = load_text(data, minor)
    yield Point("policy as decoded", _mismatch(loaded, load, minor), "")
    if loaded and loaded.policy and "eval" in answers:
        yield from _evaluations(loaded.policy, answers["eval"])
    if "witnesses" in answers:
        yield from _witnesses(report, answers["witnesses"])
    if "reach" in answers and subject.policy and subject.policy.reached:
        as_meant = MISREAD.isdisjoint(finding.rule for finding in report.findings)
        alone = [exact_report(data, minor, rules) for rules in (frozenset({OPEN_END}), EXACT)] if as_meant else []
        yield from _reach(alone, subject.policy.reached, answers["reach"])


def _refusal_found(report: Report, subject: SubjectSummary) -> tuple[bool, bool]:
    """Return whether a finding says that the server refuses this, and whether one must; a template may say it."""
    if any(finding.rule == "unrendered-template" for finding in report.findings):
        return True, True
    return any(finding.refused for finding in report.findings), bool(subject.refused_by)


def _mismatch(loaded: Loaded | None, load: Answer, minor: int) -> str:
    """Return what differs in the policy and the error; of an Event the server may complain of something else."""
    found = mismatch(loaded, load, minor)
    return "" if found == "error" and loaded and loaded.error.startswith(OTHER_KIND) else found


def _evaluations(policy: Policy, answers: Sequence[Sequence[Answer]]) -> Iterator[Point]:
    for question, verdict in answers:
        theirs = verdict.get("rule"), verdict["level"], verdict.get("omitStages", []), verdict["omitManagedFields"]
        rule, level, stages, managed = evaluate(policy, request_of(question))
        yield Point(EVAL, (question, rule, level, [*stages], managed), (question, *theirs))


def _with_witness(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if finding.witness]


def _witnesses(report: Report, verdicts: Sequence[Answer]) -> Iterator[Point]:
    """Yield for each finding that shows a request whether the policy rule that it speaks of takes that request."""
    for finding, verdict in zip(_with_witness(report), verdicts, strict=True):
        theirs = {"rule": verdict.get("rule"), "level": verdict["level"]}
        steps = finding.pointer.split("/")
        expected: dict[str, object] = {"rule": int(steps[2])} if steps[2:] else {}
        if finding.rule == "missing-catch-all":
            expected = {"rule": None}
        elif finding.rule == "stale-exemption":
            expected = {"level": theirs["level"] if theirs["level"] != "None" else "that of what is logged"}
        elif finding.rule == "verb-gap" and finding.severity is Severity.INFO:
            expected = {"level": theirs["level"] if theirs["level"] in {"Metadata", "Request"} else "a lower one"}
        elif finding.rule in LOST:
            expected = {"level": "None"}
        elif finding.rule.endswith("-not-audited"):
            expected["level"] = "None"
        elif finding.rule.endswith("-bodies-logged"):
            expected["level"] = theirs["level"] if theirs["level"] in BODIES else "with bodies"
        yield Point(f"witness of {finding.rule}", (finding.witness, {**theirs, **expected}), (finding.witness, theirs))


def request_of(question: Answer) -> Request:
    """Return a request as the referee was asked about it."""
    names = ("apiGroup", "resource", "subresource", "namespace", "name")
    rest = [question.get(key, "") for key in names]
    return Request(question["verb"], question["user"], tuple(question.get("groups", ())), question.get("path"), *rest)


def _reach(alone: Sequence[Report], reached: Reached, reach: Answer) -> Iterator[Point | Skipped]:
    """Yield what becomes of policy rules, and what exact rules say of it, if they speak at all."""
    if reach.get("error"):
        yield Skipped("more requests than can be tried")
        return
    theirs = [rule["fate"] for rule in reach["rules"]]
    ours = [rule.fate for rule in reached.rules]
    if "unknown" in ours:
        yield Skipped("a rule that auditlint gives up on")
        return
    yield Point("fates of rules", ours, theirs)
    falls_off = reach.get("missingCatchAll") is not None
    yield Point("catch_all", reached.catch_all, not falls_off)
    if not alone:
        yield Skipped("what exact rules say of a policy with misspelt keys")
        return
    of_the_end, report = alone
    yield Point(OPEN_END, any(_pointers(of_the_end, OPEN_END)), falls_off)
    for rule, expected in (
        ("unreachable-rule", _rules_with(theirs, "unreachable")),
        ("never-matching-rule", _rules_with(theirs, "never")),
        ("redundant-rule", sorted(f"/rules/{index}" for index in reach.get("redundant", ()))),
    ):
        yield Point(rule, sorted(_pointers(report, rule)), expected)
    yield Point("unreachable-selector", *_selectors(report, theirs, reach.get("selectors", {})))


def _rules_with(fates: Sequence[str], wanted: str) -> list[str]:
    return sorted(f"/rules/{index}" for index, fate in enumerate(fates) if fate == wanted)


def _pointers(report: Report, rule: str) -> Iterator[str]:
    """Yield where findings of a rule are, those that were folded into one by one."""
    for finding in report.findings:
        if finding.rule == rule:
            yield finding.pointer
            yield from _folded(finding)


def _folded(finding: Finding) -> Iterator[str]:
    """Yield the policy rules behind the first one of an `unreachable-rule`; they follow one another."""
    more = sum(related.message == "unreachable for the same cause" for related in finding.related)
    parent, _, index = finding.pointer.rpartition("/")
    return (f"{parent}/{int(index) + step}" for step in range(1, more + 1))


def _selectors(report: Report, fates: Sequence[str], selectors: Mapping[str, bool]) -> tuple[list[str], list[str]]:
    """Return the dead entries of lists that are reported and those there are, but for those that gave way."""
    reached = tuple(f"/rules/{index}/" for index, fate in enumerate(fates) if fate == "reached")
    dead = {pointer for pointer, takes in selectors.items() if not takes and pointer.startswith(reached)}
    dead = {pointer for pointer in dead if not any(pointer.startswith(f"{outer}/") for outer in dead)}
    found = {*_pointers(report, "unreachable-selector")}
    winners = REGISTRY["unreachable-selector"].gives_way_to
    won = [finding.pointer for finding in report.findings if finding.rule in winners]
    gave_way = {pointer for pointer in dead - found if any(_on_branch(pointer, other) for other in won)}
    return sorted(found), sorted(dead - gave_way)


def _on_branch(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def compare_flags(data: bytes, minor: int, answers: Answers) -> Iterator[Point | Skipped]:
    """Yield whether auditlint and kube-apiserver refuse the same arguments, and whether a finding says so."""
    report = lint_report(data, minor, "flags")
    (subject,) = report.subjects
    said = answers["flags"]
    refused = bool(said.get("parse") or said.get("validate") or any(said.get("positional", ())))
    yield Point("flags refused or not", "flags" in subject.refused_by, refused)
    yield Point("a refusal is a finding", *_refusal_found(report, subject))


def some_requests(data: bytes, policy: Answer) -> list[Request]:
    """Return requests about what a policy names and what it does not, the same for the same text."""
    chance = random.Random(zlib.crc32(data))
    return [_request(chance, _Words(policy)) for _ in range(REQUESTS)]


class _Words:
    """The values that a policy names, per field, and others."""

    def __init__(self, policy: Answer) -> None:
        self._rules: list[Answer] = policy["rules"]
        entries = [entry for rule in self._rules for entry in rule["resources"]]
        written = [resource for entry in entries for resource in entry["resources"]]
        self.groups = ["", "apps", *(entry["group"] for entry in entries)]
        self.parents = ["pods", "", "status", *(resource.partition("/")[0] for resource in written)]
        self.children = ["", "", "log", *(resource.partition("/")[2] for resource in written)]
        self.names = ["", "web", *(named for entry in entries for named in entry["resourceNames"])]
        self.verbs = [*RESOURCE_VERBS, *self.listed("verbs")]
        urls = ["/", "/healthz", "/api/v1/pods", "", *self.listed("nonResourceURLs")]
        self.paths = [*urls, *(url.rstrip("*") + end for url in urls for end in ("", "x", "/", "*"))]

    def listed(self, field: str) -> list[str]:
        return [value for rule in self._rules for value in rule[field]]


def _request(chance: random.Random, words: _Words) -> Request:
    user = chance.choice([None, "alice", "", *words.listed("users")])
    groups = tuple(chance.choices(["system:authenticated", *words.listed("userGroups")], k=chance.randrange(3)))
    if chance.random() < 0.4:
        verb = chance.choice([*URL_VERBS, *words.listed("verbs")])
        return Request(verb, user, groups, path=chance.choice(words.paths))
    resource = chance.choice(words.parents), chance.choice(words.children)
    namespace = chance.choice(["", "prod", *words.listed("namespaces")])
    verb = chance.choice(words.verbs)
    return Request(
        verb, user, groups, None, chance.choice(words.groups), *resource, namespace, chance.choice(words.names)
    )
