"""The run of `auditlint check`: options in, exit code out."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from functools import partial

from auditlint import lint
from auditlint.checking import check_paths, fix_paths, ignore_paths
from auditlint.cli import terminal
from auditlint.cli.checking.options import Output
from auditlint.cli.checking.settings import settings_of, told_of
from auditlint.cli.exits import BUG, USAGE
from auditlint.errors import UsageError
from auditlint.report import render
from auditlint.report.words import closing_line
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from auditlint.cli.checking.options import Asked
    from auditlint.report.model import Report
    from auditlint.report.tables.document import Document
    from auditlint.rewriting import Fixed
    from auditlint.settings import Settings


def check(asked: Asked) -> int:
    """Lint files and folders as a line asks; return the exit code."""
    settings = settings_of(asked)
    outputs = _outputs(asked.outputs, terminal.target_of(asked.output_file))
    targets = [output.target for output in outputs if output.target]
    paths = asked.paths or (("-",) if asked.stdin_filename else (".",))
    _keep_inputs(targets, paths, settings, asked)
    texts = {asked.stdin_filename or "<stdin>": terminal.standard_input()} if "-" in paths else {}
    report, fixed = _checked([path for path in paths if path != "-"], settings, texts, targets, asked)
    if asked.new_baseline:
        from auditlint.cli.checking import baseline

        return baseline.write(asked.new_baseline, report, settings, quiet=asked.quiet)
    if fixed and asked.diff:
        return _show(fixed, quiet=asked.quiet)
    if fixed:
        from auditlint.cli.checking import fixes

        report = report._replace(failed=(*report.failed, *fixes.write(fixed, texts)))
    report = report._replace(tables=partial(_tables, report, settings), settings_of=told_of(settings))
    for output in outputs:
        _write(report, output, asked.color, aside=fixed is not None and bool(texts))
    if asked.verbose:
        for line in looked_at(report):
            terminal.say(line)
    if not asked.quiet:
        _tell(report, settings, fixed)
    _tell_failed(report)
    if not asked.quiet:
        terminal.say(closing_line(report))
    if asked.statistics:
        _statistics(report)
    return _exit_code(report, settings, exit_zero=asked.exit_zero)


def _keep_inputs(targets: Sequence[str], paths: Sequence[str], settings: Settings, asked: Asked) -> None:
    """Raise a UsageError where something would be written in the place of what is read."""
    if settings.untrusted and (link := next(filter(os.path.islink, targets), None)):
        raise UsageError(f"cannot write to {link}: it is a link, which --untrusted does not follow")
    configuration = terminal.configuration(settings, asked.config_file)
    for target in (*targets, *filter(None, [asked.new_baseline])):
        terminal.keep_inputs(target, (*paths, *configuration))
    for target in targets:
        terminal.keep_inputs(target, _baselines(settings, asked))


def _checked(
    files: list[str], settings: Settings, texts: dict[str, bytes], targets: Sequence[str], asked: Asked
) -> tuple[Report, Fixed | None]:
    """Return what there is to say of files and texts, and what becomes of them if they are to be fixed."""
    progress = terminal.Progress(lambda number: f"reading: {number} files")
    common: dict[str, Any] = {
        "as_kind": asked.as_kind,
        "exclude": asked.exclude,
        "force_exclude": asked.force_exclude,
        "texts": texts,
        "keep": lambda given: (
            not any(_is_report(given, target, asked.as_kind) for target in targets)
            and not (
                given.data is None and any(terminal.same_file(path, given.path) for path in _baselines(settings, asked))
            )
        ),
        "progress": progress.at,
        "debug": asked.debug,
    }
    try:
        if asked.add_ignores:
            ignored = ignore_paths(files, settings, reason=asked.add_ignores.strip(), **common)
            return ignored.report, ignored
        if not (asked.fix or asked.diff):
            return check_paths(files, settings, **common), None
        fixed = fix_paths(files, settings, unsafe=asked.unsafe_fixes, writing=not asked.diff, **common)
        return fixed.report, fixed
    finally:
        progress.clear()


def _baselines(settings: Settings, asked: Asked) -> Iterator[str]:
    """Yield the baselines of a run, which are never looked at for what they hold."""
    if settings.baseline is not None:
        yield settings.baseline.path
    if asked.new_baseline:
        yield asked.new_baseline


def _outputs(given: Sequence[Output], target: str | None) -> list[Output]:
    """Return what to write where; `target` is for the format that names no file."""
    plain = [output.format for output in given if output.target is None]
    if len(plain) > 1:
        raise UsageError(f"--format {plain[0]} and {plain[1]} would be mixed: give one a file, {plain[1]}=FILE")
    if target and given and not plain:
        raise UsageError(f"--output-file {target}: no --format is left for it, each names its file")
    outputs = [
        output if output.target else Output(output.format, target)
        for output in given or [Output(terminal.default_format(target))]
    ]
    outputs = [Output(output.format, terminal.target_of(output.target)) for output in outputs]
    twice = [path for path, number in Counter(output.target for output in outputs).items() if number > 1]
    if twice:
        raise UsageError(f"--format: two outputs go to {twice[0] or 'standard output'}")
    return outputs


def _is_report(given: lint.Source, target: str, as_kind: str | None) -> bool:
    """Tell whether a source is the report of an earlier run; a file that says more than that is not to be replaced."""
    from auditlint.carriers import recognise
    from auditlint.text.source import UnreadableError, read_file

    if given.data is not None or not terminal.same_file(target, given.path):
        return False
    with suppress(UnreadableError):
        found = recognise.recognise(given.path, read_file(given.path), as_kind=as_kind, named=False, minor=None)
        if found.subjects or found.defines:
            raise terminal.refusal(target, given.path)
    return True


def _tables(report: Report, settings: Settings) -> tuple[Document, ...]:
    """Return the matrix of each policy of the report that has a file of its own and loads."""
    from auditlint.policy import Policy, PolicyError

    found = []
    for subject in report.subjects:
        if subject.policy and not subject.refused_by and not subject.pointer:
            with suppress(PolicyError):
                policy = Policy.load(subject.path, kubernetes_version=subject.kubernetes, cluster=settings.cluster)
                found.append(policy.matrix())
    return tuple(found)


def _write(report: Report, output: Output, color: str, *, aside: bool) -> None:
    """Write a report; `aside`: on standard error where it would be on standard output, which a fixed text is on."""
    aside = aside and output.target is None
    text = render("check", output.format, report, terminal.medium(output.target, color, aside=aside))
    if aside:
        terminal.write_aside(text)
    else:
        terminal.write(output.target, text)


def _show(fixed: Fixed, *, quiet: bool) -> int:
    """Print what would change as a patch; return the exit code."""
    from auditlint.cli.checking import fixes

    report = fixed.report
    terminal.stream(fixes.patch(fixed.files))
    if not quiet:
        terminal.say(fixes.told(fixed, wrote=False))
    _tell_failed(report)
    return BUG if report.crashed else USAGE if report.failed else int(bool(fixed.files))


def _tell(report: Report, settings: Settings, fixed: Fixed | None) -> None:
    for message in settings.notices:
        terminal.say(f"auditlint: note: {message}")
    for notice in report.notices:
        line = "" if notice.line is None else f"{notice.line}:1:"
        terminal.say(f"{notice.path}:{line} note: {notice.message}")
    if fixed:
        from auditlint.cli.checking import fixes

        terminal.say(fixes.told(fixed, wrote=True))
    if not (report.subjects or report.findings or report.failed or report.crashed):
        terminal.say("auditlint: warning: found no audit policy and no kube-apiserver, so nothing was checked")


def _tell_failed(report: Report) -> None:
    for notice in (*report.failed, *report.crashed):
        terminal.say(f"auditlint: {notice.path}: {notice.message}")


def looked_at(report: Report) -> Iterator[str]:
    """Yield a line for each file that was read: what was found in it."""
    found: dict[str, list[str]] = {}
    for subject in report.subjects:
        what = subject.kind if subject.carrier == subject.kind else f"{subject.kind} ({subject.carrier})"
        found.setdefault(subject.path, []).append(f"{what}, line {subject.line}, for {subject.kubernetes}")
    for path in report.paths:
        yield f"{path}: {'; '.join(found.get(path, ())) or 'no policy, no apiserver'}"


def _statistics(report: Report) -> None:
    counts = Counter(finding.rule for finding in report.live)
    for name, number in sorted(counts.items(), key=lambda count: (-count[1], count[0])):
        terminal.say(f"{number:6} {name}")


def _exit_code(report: Report, settings: Settings, *, exit_zero: bool) -> int:
    if report.crashed:
        return BUG
    if report.failed:
        return USAGE
    return int(lint.counts(report, settings.fail_on) and not exit_zero)
