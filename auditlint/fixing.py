"""Which fixes go together; they are made, what comes of them is checked again, and they are proved.

A fix is kept only where the text is read as the change says, its finding is gone, no other comes up because of it,
and, of a safe fix in a policy that loads, no request that a rule matched is decided otherwise.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from auditlint.finding import Notice, Severity
from auditlint.kubernetes.diff.changed import changed_outcome
from auditlint.rewriting import Rewriting, known
from auditlint.subjects.model import ApiServer, PolicySubject, UnreadText
from auditlint.text import encoding, reader
from auditlint.text.cut import Cut, made
from auditlint.text.editing.meaning import changed
from auditlint.text.places import NodePlaces
from auditlint.text.whole import Whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from auditlint.change import Change, Repair
    from auditlint.finding import Finding, Fix
    from auditlint.kubernetes.policy import Policy
    from auditlint.lint import Source, Workspace
    from auditlint.report.model import Report
    from auditlint.rewriting import Fixed, Known
    from auditlint.settings import Settings
    from auditlint.subjects.model import Subject

_ROUNDS = 100
"""How often fixes are made and checked again; each round mends something, or all that is left cannot be proved."""


def fix(
    sources: Iterable[Source],
    settings: Settings,
    *,
    unsafe: bool,
    writing: bool = True,
    as_kind: str | None = None,
    workspace: Workspace,
    progress: Callable[[int], None] | None = None,
    debug: bool = False,
) -> Fixed:
    """Return what the sources are after the fixes of all findings that are shown; nothing is written.

    `unsafe`: those too that may change what the author meant. `writing`: the files are to be written, so those that
    are read-only stay as they are, and are in the report's `failed`. The other arguments are as for `lint.check`.
    """
    run = Rewriting(sources, settings, as_kind=as_kind, workspace=workspace, progress=progress, debug=debug)
    return _Fixing(run, unsafe=unsafe, writing=writing).outcome()


class _Attempt(NamedTuple):
    """A file with fixes made in it."""

    path: str
    findings: tuple[Finding, ...]
    before: bytes
    after: bytes

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """What is changed."""
        return tuple(one.fix.repair for one in self.findings if one.fix)


class _Fixing:
    """One run, and the findings whose fixes cannot be proved in the files as they are by now."""

    def __init__(self, run: Rewriting, *, unsafe: bool, writing: bool) -> None:
        self._run = run
        self._unsafe, self._writing = unsafe, writing
        self._locked: dict[str, Notice] = {}
        self._refused: set[tuple[Known, str]] = set()
        self._changed: set[str] = set()
        """The files that are other than when a fix in them could not be proved."""

    def outcome(self) -> Fixed:
        """Make fixes until nothing is left to do."""
        for _ in range(_ROUNDS):
            waiting = self._waiting() or self._waiting_again()
            if not waiting:
                break
            self._mend_together([self._attempt(path, findings) for path, findings in waiting.items()], waiting)
        report = self._run.report
        return self._run.outcome(report._replace(failed=(*report.failed, *self._locked.values())))

    def _waiting(self) -> dict[str, list[Finding]]:
        """Return the findings that are to be fixed, by their files."""
        waiting: dict[str, list[Finding]] = {}
        for finding in self._run.report.shown:
            fix = finding.fix
            if fix and (fix.safe or self._unsafe) and (known(finding), finding.pointer) not in self._refused:
                waiting.setdefault(finding.path, []).append(finding)
        return {path: findings for path, findings in waiting.items() if self._is_open(path)}

    def _waiting_again(self) -> dict[str, list[Finding]]:
        """Return the findings whose fixes could not be proved before others were made in their files."""
        self._refused = {refused for refused in self._refused if refused[0][0] not in self._changed}
        self._changed.clear()
        return self._waiting()

    def _is_open(self, path: str) -> bool:
        """Tell whether a file parses and may be written; remember it as it is."""
        if path in self._locked:
            return False
        if self._writing and not self._run.may_be_written(path):
            self._locked[path] = Notice(path, "is read-only: not fixed")
            return False
        data = self._run.open(path)
        return _parses(data, self._run.subjects(path, data))

    def _mend_together(self, attempts: Sequence[_Attempt], waiting: Mapping[str, Sequence[Finding]]) -> None:
        """Make the fixes of several files and check them at once; where they cannot be proved so, halve by halve."""
        if len(attempts) == 1:
            self._mend(attempts[0].path, waiting[attempts[0].path])
        elif not self._are_made(attempts):
            middle = len(attempts) // 2
            self._mend_together(attempts[:middle], waiting)
            self._mend_together(attempts[middle:], waiting)

    def _are_made(self, attempts: Sequence[_Attempt]) -> bool:
        """Make the fixes of files if all can be proved together, and tell whether they are made."""
        if not all(one.findings and self._is_read_rightly(one) for one in attempts):
            return False
        report = self._run.check({one.path: one.after for one in attempts})
        new = {path for path, _ in self._new_findings(report)} - {one.path for one in attempts if self._reveals(one)}
        if new or not all(self._are_gone(one, report) for one in attempts):
            return False
        self._keep(attempts, report)
        return True

    def _keep(self, attempts: Sequence[_Attempt], report: Report) -> None:
        """Go on with files as they are after their fixes."""
        changed = {one.path: one.after for one in attempts}
        self._run.take(changed, [finding for one in attempts for finding in one.findings], report)
        self._changed.update(changed)

    def _mend(self, path: str, findings: Sequence[Finding]) -> bool:
        """Make the fixes of a file that go together, or the first of their halves that can be proved; tell if any."""
        attempt = self._attempt(path, findings)
        if attempt.findings and self._is_read_rightly(attempt):
            report = self._run.check({path: attempt.after})
            if self._are_gone(attempt, report) and (self._reveals(attempt) or not self._new_findings(report)):
                self._keep([attempt], report)
                return True
        if len(attempt.findings) <= 1:
            refused = attempt.findings or [one for one in findings if _proof(one) == min(map(_proof, findings))]
            self._refused |= {(known(one), one.pointer) for one in refused}
            return False
        middle = len(attempt.findings) // 2
        return self._mend(path, attempt.findings[:middle]) or self._mend(path, attempt.findings[middle:])

    def _attempt(self, path: str, findings: Sequence[Finding]) -> _Attempt:
        """Return a file with those fixes made that do not overlap and are proved alike, safe ones first."""
        before = self._run.texts[path]
        text = Whole(before)
        chosen: list[Finding] = []
        cuts: list[Cut] = []
        ordered = sorted(findings, key=_proof)
        for finding in (one for one in ordered if _proof(one) == _proof(ordered[0])):
            own = _cuts(text, finding.fix) if finding.fix else []
            if own and not any(_overlap(one, other) for one in own for other in cuts):
                chosen.append(finding)
                cuts += own
        after = encoding.encoded(made(text.text, cuts), before)
        return _Attempt(path, tuple(chosen) if after is not None else (), before, after or before)

    def _is_read_rightly(self, attempt: _Attempt) -> bool:
        """Tell whether a file is read as its changes say, and a safe fix changes no decision."""
        old = self._run.subjects(attempt.path, attempt.before)
        new = self._run.subjects(attempt.path, attempt.after)
        unreal = frozenset(pair for repair in attempt.repairs for pair in repair.unreal)
        keeps_all = all(repair.safe and not repair.revives for repair in attempt.repairs)
        return _is_read_as_said(attempt.findings, new) and (not keeps_all or _same(old, new, unreal))

    def _are_gone(self, attempt: _Attempt, report: Report) -> bool:
        before, after = (Counter(map(known, one.live)) for one in (self._run.report, report))
        return all(after[one] <= before[one] - number for one, number in _counted(attempt).items())

    def _reveals(self, attempt: _Attempt) -> bool:
        """Tell whether findings may come up after a fix: those that what was refused, or ignored, hid until now."""
        revealing = any(repair.revives or repair.reveals for repair in attempt.repairs)
        return revealing or any(map(_is_refused, self._run.subjects(attempt.path, attempt.before)))

    def _new_findings(self, report: Report) -> Counter[tuple[str, str]]:
        """Return the file and the rule of each finding that was not there before."""
        return _weighty(report) - _weighty(self._run.report)


def _parses(data: bytes, subjects: Sequence[Subject]) -> bool:
    """Tell whether a file parses as it stands, if it is YAML or JSON: not so a template, though it is judged."""
    own = [one for one in subjects if isinstance(one.places, NodePlaces) and not one.places.pointer(())]
    return not own or not (any(isinstance(one, UnreadText) for one in own) or reader.read(data).error)


def _cuts(text: Whole, fix: Fix) -> list[Cut]:
    """Return what a fix replaces in a file."""
    at = text.lines.offset
    return [Cut(at(*edit.span[:2]), at(*edit.span[2:]), edit.text) for edit in fix.edits]


def _overlap(one: Cut, other: Cut) -> bool:
    """Tell whether two cuts touch the same characters, or write at the same place."""
    return one.start == other.start or max(one.start, other.start) < min(one.end, other.end)


def _proof(finding: Finding) -> tuple[bool, bool]:
    """Return what is to be proved of a finding's fix; the lowest comes first, for others may follow from it."""
    repair = finding.fix.repair if finding.fix else None
    return not (repair and repair.safe), not (repair and repair.revives)


def _counted(attempt: _Attempt) -> Counter[Known]:
    return Counter(map(known, attempt.findings))


def _weighty(report: Report) -> Counter[tuple[str, str]]:
    return Counter((one.path, one.rule) for one in report.live if one.severity >= Severity.WARNING)


def _is_refused(subject: Subject) -> bool:
    """Tell whether more is said of a subject once it is mended."""
    if isinstance(subject, PolicySubject):
        return subject.judged is None
    return isinstance(subject, ApiServer) and bool(subject.refused_by)


def _is_read_as_said(findings: Sequence[Finding], subjects: Sequence[Subject]) -> bool:
    """Tell whether each document is read as its changes say."""
    read = {_place(one.places): one.places for one in subjects if isinstance(one.places, NodePlaces)}
    changes: dict[tuple[str, int], list[Change]] = {}
    old: dict[tuple[str, int], NodePlaces] = {}
    for finding in findings:
        places = finding.fix.places if finding.fix else None
        if finding.fix and isinstance(places, NodePlaces):
            old[_place(places)] = places
            changes.setdefault(_place(places), []).extend(finding.fix.repair.changes)
    return all(
        place in read and read[place].plain == changed(old[place].plain, made_here)
        for place, made_here in changes.items()
    )


def _place(places: NodePlaces) -> tuple[str, int]:
    return places.pointer(()), places.index


def _same(old: Iterable[Subject], new: Iterable[Subject], unreal: frozenset[tuple[str, str]]) -> bool:
    """Tell whether no request that a policy's rules match is decided otherwise, but for those that no cluster gets."""
    after = _policies(new)
    return all(
        place in after and changed_outcome(policy, after[place], unreal).impossible
        for place, policy in _policies(old).items()
        if after.get(place) != policy
    )


def _policies(subjects: Iterable[Subject]) -> dict[tuple[str, int], Policy]:
    """Return the policies that load, by where they stand."""
    return {
        (one.places.pointer(one.base), one.document): one.loaded.policy
        for one in subjects
        if isinstance(one, PolicySubject) and not one.loaded.refused and one.loaded.policy
    }
