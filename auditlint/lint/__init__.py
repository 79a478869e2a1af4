"""The pipeline of `check`: paths → sources → subjects → findings → report."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from auditlint import registry
from auditlint.carriers import recognise
from auditlint.finding import Finding, Notice, Severity, Span
from auditlint.kubernetes.releases import NEWEST
from auditlint.lint import ignores, summaries
from auditlint.report.model import Report
from auditlint.rule import REGISTRY, Context, Subject
from auditlint.subjects.links import NO_LINKS, Links
from auditlint.subjects.model import IgnoreComments, PolicySubject, UnreadText
from auditlint.text import source
from auditlint.text.places import NodePlaces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from auditlint.carriers.custom_resource import Definitions
    from auditlint.carriers.recognise import ReadText
    from auditlint.rule import Rule
    from auditlint.settings import Settings


_OF_CLUSTERS = frozenset({"policy-catalogue", "policy-coverage", "policy-cost"})
"""The categories of rules that are about what kube-apiserver serves."""
_OF_WHOLE_POLICIES = _OF_CLUSTERS | {"policy-matching"}
"""The categories of rules that judge only a policy which loads."""


class Source(NamedTuple):
    """One file to look at."""

    path: str
    named: bool
    """It stands on the command line: it is read whatever its name, and unreadable text is its finding."""
    data: bytes | None = None
    """The content, where it is known already (standard input)."""


class _File(NamedTuple):
    path: str
    data: bytes
    subjects: tuple[Subject, ...]
    texts: tuple[ReadText, ...]
    """Where comments for auditlint may stand."""


class _Run:
    """What a run gathers besides findings."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.failed: list[Notice] = []
        self.crashed: list[Notice] = []
        self.files = 0
        self.passed_over = 0
        self.definitions: list[Definitions] = []
        self.links = NO_LINKS


def check(
    sources: Iterable[Source],
    settings: Settings,
    *,
    as_kind: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Lint the sources and return the report; nothing but reading files happens to the world."""
    run = _Run()
    files = list(_read(sources, settings, as_kind, run, progress))
    subjects = [subject for file in files for subject in file.subjects]
    run.links = recognise.link(subjects, settings.cluster, run.definitions)
    linked = iter(run.links.subjects)
    files = [file._replace(subjects=tuple(next(linked) for _ in file.subjects)) for file in files]
    found = {file.path: _judge(file, settings, run) for file in files}
    findings = tuple(sorted((finding for findings in found.values() for finding in findings), key=_order))
    return Report(
        subjects=tuple(summaries.of_subjects(run.links)),
        findings=findings,
        rules=tuple(summaries.of_rules(findings)),
        notices=tuple(run.notices),
        files=run.files,
        min_severity=settings.shown_from,
        passed_over=run.passed_over,
        definitions=len(run.definitions),
        failed=tuple(run.failed),
        crashed=tuple(run.crashed),
        lines={file.path: tuple(source.lines(file.data)) for file in files if found[file.path]},
    )


def expand(
    paths: Sequence[str], settings: Settings, exclude: Sequence[str], failed: Callable[[str, str], None]
) -> Iterator[Source]:
    """Yield the sources that paths name: files as they are, folders searched; each file once.

    `exclude` holds patterns of the command line, relative to the working directory.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _search(path, settings, exclude, failed) if os.path.isdir(path) else (Source(path, named=True),):
            known = os.path.realpath(found.path) if len(paths) > 1 else found.path
            if known not in seen:
                seen.add(known)
                yield found


def _search(
    folder: str, settings: Settings, exclude: Sequence[str], failed: Callable[[str, str], None]
) -> Iterator[Source]:
    from auditlint.carriers import registry as registry_of_carriers
    from auditlint.text import folders

    excluded = tuple(
        folders.patterns(base, list(patterns))
        for base, patterns in ((settings.folder, settings.exclude), (".", exclude))
        if patterns
    )
    return (
        Source(path, named=False) for path in folders.search(folder, registry_of_carriers.suffixes(), excluded, failed)
    )


def counts(report: Report, fail_on: str) -> bool:
    """Tell whether some finding is at or above `fail_on`."""
    if fail_on == "never":
        return False
    if fail_on == "refused":
        return any(finding.refused for finding in report.live)
    return any(finding.severity >= Severity[fail_on.upper()] for finding in report.live)


def _read(
    sources: Iterable[Source],
    settings: Settings,
    as_kind: str | None,
    run: _Run,
    progress: Callable[[int], None] | None,
) -> Iterator[_File]:
    """Yield the files in which something was found."""
    for given in sources:
        if progress:
            progress(run.files)
        try:
            content = source.read_file(given.path) if given.data is None else given.data
        except source.UnreadableError as error:
            run.failed.append(Notice(given.path, error.reason))
            continue
        run.files += 1
        found = recognise.recognise(
            given.path, content, as_kind=as_kind, named=given.named, minor=settings.minor, origin=settings.minor_from
        )
        run.notices += found.notices
        if found.defines:
            from auditlint.carriers.custom_resource import Definitions

            run.definitions.append(Definitions(given.path, given.data))
        if found.subjects:
            yield _File(given.path, content, tuple(found.subjects), found.texts)
            continue
        run.passed_over += not found.defines
        if as_kind and as_kind != "policy":
            run.failed.append(Notice(given.path, f"holds nothing that --as {as_kind} can take"))
        elif given.named and not found.notices and not found.defines:
            run.notices.append(Notice(given.path, "holds no audit policy and starts no kube-apiserver: passed over"))


def _judge(file: _File, settings: Settings, run: _Run) -> list[Finding]:
    """Return the findings of one file: all rules, then precedence, ignore comments, selection, severities."""
    findings = [finding for subject in file.subjects for finding in _run_rules(subject, run, settings)]
    run.notices += [notice for subject in file.subjects for notice in _too_hard(subject)]
    selected = _selection(file.path, settings)
    reported = _give_way(findings, selected)
    if any(ignores.mentions_us(text.data) for text, _ in file.texts):
        reported = _suppress(file, reported, run, settings, _without_profiles(findings, selected, settings))
    return [_weigh(finding, settings) for finding in reported if selected(finding.rule)]


def _too_hard(subject: Subject) -> Iterator[Notice]:
    """Yield one notice for a policy that has rules which the exact engine gave up on."""
    if not isinstance(subject, PolicySubject):
        return
    open_questions = subject.analysis.gave_up if subject.analysis else ()
    if open_questions:
        lines = [subject.places.key(subject.at("rules", index)).line for index in open_questions]
        named = ", ".join(map(str, lines[:5])) + (" and more" if len(lines) > 5 else "")  # noqa: PLR2004
        which = f"{len(lines)} rules (line {named})"
        yield Notice(subject.path, f"analysis-budget: {which} too hard to decide in full, so not all is said of them")


def _without_profiles(
    findings: list[Finding], selected: Callable[[str], bool], settings: Settings
) -> Sequence[Finding]:
    """Return what would be reported without a profile: comments that ignore it stand there for such runs."""
    if not settings.profiles:
        return ()
    return _give_way([finding for finding in findings if not REGISTRY[finding.rule].needs_profile], selected)


def _suppress(
    file: _File, findings: list[Finding], run: _Run, settings: Settings, otherwise: Sequence[Finding]
) -> list[Finding]:
    """Mark what ignore comments cover, and add what the rules say of the comments themselves.

    A comment is of use, too, that covers one of `otherwise`, which is found in another run.
    """
    registry.load()
    comments, malformed = ignores.of_texts(file.texts)
    findings, unused = ignores.apply(findings, comments, otherwise)
    idle = _idle_categories(file)
    unused = tuple(
        (ignore, name)
        for ignore, name in unused
        if _runs(name, file.path, settings) and REGISTRY[name].category not in idle
    )
    places = NodePlaces(None, Span(1, 1, 1, 1))
    subject = IgnoreComments(file.path, 0, places, frozenset(REGISTRY), comments, unused, malformed)
    return [*findings, *_run_rules(subject, run, settings)]


def _idle_categories(file: _File) -> frozenset[str]:
    """Return the categories of rules that have nothing to go by in a file: what they would find is not known."""
    idle: set[str] = set()
    for policy in file.subjects:
        if isinstance(policy, PolicySubject):
            idle |= _OF_WHOLE_POLICIES if policy.judged is None else set()
            idle |= _OF_CLUSTERS if policy.cluster.aggregated else set()
    return frozenset(idle)


def _runs(name: str, path: str, settings: Settings) -> bool:
    """Tell whether a rule of this name is on, so that a comment which covers none of its findings has no use.

    One that is merely not among the selected is: who selects `unused-ignore` asks about the comments of all rules.
    """
    known = REGISTRY.get(name)
    if known is None or (known.needs_profile and not settings.profiles):
        return False
    return _selection(path, settings)(name) or _selection(path, settings._replace(select=()))(name)


def _run_rules(subject: Subject, run: _Run, settings: Settings) -> Iterator[Finding]:
    """Yield what each rule for this kind of subject finds; a rule that fails is a bug of ours and stops no other."""
    registry.load(type(subject).__name__)
    for rule in tuple(REGISTRY.values()):
        if isinstance(subject, rule.subject):
            try:
                found = rule.check(subject, _context(rule, subject, settings, run.links))
                yield from _named(found, subject, settings) if settings.profiles else found
            except Exception as error:
                if DEBUG:
                    raise
                run.crashed.append(Notice(subject.path, f"{rule.name} failed: {type(error).__name__}: {error}"))


def _named(findings: Iterable[Finding], subject: Subject, settings: Settings) -> Iterator[Finding]:
    """Yield findings with the controls of the chosen profiles that they answer."""
    from auditlint import profiles

    minor = getattr(subject, "minor", NEWEST)
    no_policy = isinstance(subject, UnreadText) and subject.meant != "policy"

    def concerns(finding: Finding, rule: str, resources: tuple[str, ...]) -> bool:
        from auditlint.checks.profiles import of_policies

        return not isinstance(subject, PolicySubject) or of_policies.silences(subject, finding, rule, resources)

    for finding in findings:
        yield finding if no_policy else profiles.named(finding, settings.profiles, minor, concerns)


def _context(rule: Rule, subject: Subject, settings: Settings, links: Links) -> Context:
    set_here = settings.options.get(rule.name)
    options = {**rule.options, **set_here} if set_here else rule.options
    return Context(rule, subject, options=options, profiles=settings.profiles, links=links)


DEBUG = False
"""Let a rule's exception through, for `--debug`."""


class _Marked(NamedTuple):
    """Where one rule's findings in one document stand: their pointers, and all pointers above them."""

    exact: set[str]
    above: set[str]
    about: set[str]
    """What those are about that say so, taken together."""

    def replaces(self, finding: Finding) -> bool:
        """Tell whether one of the findings says it better: on the same branch, or about all that it is about."""
        if finding.about:
            return self.about.issuperset(finding.about)
        return self.on_branch(finding.pointer)

    def on_branch(self, pointer: str) -> bool:
        """Tell whether one of the findings is at pointer, below it or above it."""
        return pointer in self.exact or pointer in self.above or not self.exact.isdisjoint(_ancestors(pointer))


def _ancestors(pointer: str) -> Iterator[str]:
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def _give_way(findings: list[Finding], selected: Callable[[str], bool]) -> list[Finding]:
    """Drop the findings that give way to another that is reported: at the same pointer, above or below it.

    A finding that says what it is about gives way to those about all of it instead, wherever they stand.
    What a rule says of a whole document silences others there even where it is not selected: it is true all the same.
    """
    said = {(finding.rule, finding.document) for finding in findings}
    heard = [finding for finding in findings if not _is_silenced(finding, said)]
    marked: dict[tuple[str, int], _Marked] = {}
    for finding in heard:
        known = marked.setdefault((finding.rule, finding.document), _Marked(set(), set(), set()))
        known.exact.add(finding.pointer)
        known.above.update(_ancestors(finding.pointer))
        known.about.update(finding.about)
    return [finding for finding in heard if not _gives_way(finding, marked, selected)]


def _is_silenced(finding: Finding, said: set[tuple[str, int]]) -> bool:
    return any((name, finding.document) in said for name in REGISTRY[finding.rule].silenced_by)


def _gives_way(finding: Finding, marked: dict[tuple[str, int], _Marked], selected: Callable[[str], bool]) -> bool:
    rule = REGISTRY[finding.rule]
    winners = (marked.get((name, finding.document)) for name in rule.gives_way_to if selected(name))
    return any(winner is not None and winner.replaces(finding) for winner in winners)


def _selection(path: str, settings: Settings) -> Callable[[str], bool]:
    ignored: set[str] = set()
    for pattern, names in settings.per_file_ignores.items():
        from auditlint.text import folders

        if folders.patterns(settings.folder, [pattern]).verdict(path, is_folder=False):
            ignored.update(names)
    return lambda rule: settings.selects(rule) and not ignored & {rule, REGISTRY[rule].category}


def _weigh(finding: Finding, settings: Settings) -> Finding:
    severity = settings.severities.get(finding.rule)
    return finding if severity is None else finding._replace(severity=severity)


def _order(finding: Finding) -> tuple[str, int, int, str, str, int]:
    return finding.path, finding.span.line, finding.span.column, finding.rule, finding.pointer, finding.document
