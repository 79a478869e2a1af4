"""`auditlint check`: lint files and folders."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from auditlint import lint
from auditlint import settings as config
from auditlint.carriers import registry
from auditlint.cli import BUG, USAGE
from auditlint.cli.options import Choice, RuleNames
from auditlint.english import counted
from auditlint.finding import Notice, Severity
from auditlint.report import Medium, formats, render
from auditlint.settings import config_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.report.model import Report
    from auditlint.settings import Settings

PATIENCE = 1.0
"""Seconds before a line of progress is shown."""


@click.command("check", short_help="Lint audit policies and kube-apiserver manifests.")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
@click.option("--format", "output_format", type=Choice(formats("check")), help="Output; on a terminal full, else text.")
@click.option("--output-file", type=click.Path(dir_okay=False), help="Write the report there; - is stdout.")
@click.option("--select", type=RuleNames(), multiple=True, metavar="RULES", help="Report only these rules, categories.")
@click.option(
    "--ignore", type=RuleNames(), multiple=True, metavar="RULES", help="Do not report these rules, categories."
)
@click.option("--fail-on", type=Choice(config.FAIL_ON), help="The least finding that makes the exit code 1 [warning].")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option(
    "--as", "as_kind", type=Choice(registry.names()), help="Take every file for this, whatever it looks like."
)
@click.option("--kubernetes-version", metavar="1.N", help="Judge for this release, not for the one a file shows.")
@click.option("--profile", multiple=True, metavar="NAME", help="Check what a guide asks too: cis, cis-1.N, stig, nsa.")
@click.option("--config", "config_file", type=click.Path(), help="Read this configuration file.")
@click.option("--no-config", is_flag=True, help="Read no configuration file.")
@click.option("--stdin-filename", metavar="NAME", help="What to call standard input (PATH -).")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Pass over files like this when searching folders.")
@click.option("--color", type=Choice(("auto", "always", "never")), default="auto", help="Colour [auto: on a terminal].")
@click.option("--quiet", "-q", is_flag=True, help="No notices and no closing line on stderr.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule, on stderr.")
@click.option("--debug", is_flag=True, help="Show a traceback where auditlint itself fails.")
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Lint files and folders; - is standard input; the default is the current folder.

    Exit codes: 0 no finding at or above --fail-on; 1 findings; 2 something could not be done; 3 a bug in auditlint.
    """
    lint.DEBUG = options["debug"]
    try:
        settings = _settings(options)
    except config.ConfigError as error:
        raise click.UsageError(str(error)) from None
    missing: list[Notice] = []
    sources = _sources(paths or (".",), settings, options, missing)
    if options["output_file"]:
        from auditlint.cli import terminal

        target = terminal.target_of(options["output_file"])
        terminal.keep_inputs(target, (*paths, *terminal.configuration(settings, options["config_file"])))
        sources = _without_output(sources, target, options["as_kind"])
    progress = _Progress()
    try:
        report = lint.check(sources, settings, as_kind=options["as_kind"], progress=progress.show)
    finally:
        progress.clear()
    report = report._replace(failed=(*missing, *report.failed))
    _write(report, options)
    if not options["quiet"]:
        _tell(report, settings)
    for notice in (*report.failed, *report.crashed):
        click.echo(f"auditlint: {notice.path}: {notice.message}", err=True)
    if options["statistics"]:
        _statistics(report)
    return _exit_code(report, settings, exit_zero=options["exit_zero"])


def _settings(options: dict[str, Any]) -> Settings:
    if options["no_config"] and options["config_file"]:
        raise config.ConfigError("--config and --no-config exclude each other")
    settings = config.Settings() if options["no_config"] else config_file.load(options["config_file"])
    selected = tuple(name for names in options["select"] for name in names)
    ignored = tuple(name for names in options["ignore"] for name in names)
    settings = settings._replace(select=selected or settings.select, ignore=(*settings.ignore, *ignored))
    if options["fail_on"]:
        settings = settings._replace(fail_on=options["fail_on"])
    if options["kubernetes_version"]:
        settings = config.with_version(settings, options["kubernetes_version"], "--kubernetes-version")
    if options["profile"]:
        settings = config.with_profiles(settings, options["profile"], "--profile")
    return config.with_notes(settings)


def _sources(
    paths: tuple[str, ...], settings: Settings, options: dict[str, Any], failed: list[Notice]
) -> Iterator[lint.Source]:
    named = [path for path in paths if path != "-"]
    if len(named) < len(paths):
        yield lint.Source(options["stdin_filename"] or "<stdin>", named=True, data=_stdin())
    yield from lint.expand(named, settings, options["exclude"], lambda path, why: failed.append(Notice(path, why)))


def _without_output(sources: Iterator[lint.Source], target: str | None, as_kind: str | None) -> Iterator[lint.Source]:
    """Yield sources without the report of an earlier run; a file that says more than that is not to be replaced."""
    from auditlint.carriers import recognise
    from auditlint.cli import terminal
    from auditlint.text.source import UnreadableError, read_file

    for given in sources:
        if target is None or given.data is not None or not terminal.same_file(target, given.path):
            yield given
            continue
        with suppress(UnreadableError):
            found = recognise.recognise(given.path, read_file(given.path), as_kind=as_kind, named=False, minor=None)
            if found.subjects or found.defines:
                raise terminal.refusal(target, given.path)


def _stdin() -> bytes:
    """Return standard input; in pieces, because between them Ctrl-C is heard."""
    from auditlint.text.source import LIMIT

    content = b""
    while piece := os.read(sys.stdin.fileno(), 1 << 20):
        content += piece
        if len(content) > LIMIT:
            raise click.UsageError(f"standard input is larger than {LIMIT >> 20} MiB")
    return content


class _Progress:
    """A line on stderr, only on a terminal and only when a run takes longer than PATIENCE."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.shown = False

    def show(self, files: int) -> None:
        """Say how many files have been read."""
        if files % 16 == 0 and time.monotonic() - self.start > PATIENCE and sys.stderr.isatty():
            click.echo(f"\rreading: {files} files", nl=False, err=True)
            self.shown = True

    def clear(self) -> None:
        """Take the line away again."""
        if self.shown:
            click.echo("\r\x1b[K", nl=False, err=True)


def _write(report: Report, options: dict[str, Any]) -> None:
    from auditlint.cli import terminal

    target = terminal.target_of(options["output_file"])
    on_terminal = target is None and sys.stdout.isatty()
    wanted = options["color"]
    color = wanted == "always" or (wanted == "auto" and on_terminal and not os.environ.get("NO_COLOR"))
    output_format = options["output_format"] or ("full" if on_terminal else "text")
    terminal.write(target, render("check", output_format, report, Medium(color=color)))


def _tell(report: Report, settings: Settings) -> None:
    for message in settings.notices:
        click.echo(f"auditlint: note: {message}", err=True)
    for notice in report.notices:
        click.echo(f"{notice.path}: note: {notice.message}", err=True)
    click.echo(summary_line(report), err=True)


def summary_line(report: Report) -> str:
    """Return what was recognised and passed over, and how many findings count."""
    kinds = [subject.kind for subject in report.subjects]
    policies = counted(kinds.count("policy"), "policy", "policies")
    parts = [policies, counted(kinds.count("apiserver"), "apiserver")]
    if report.definitions:
        parts.append(f"{counted(report.definitions, 'file')} with custom resources")
    if report.passed_over:
        parts.append(f"{counted(report.passed_over, 'file')} passed over")
    found = [
        counted(report.count(severity), severity.word)
        for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO)
        if report.count(severity)
    ]
    return f"{', '.join(parts)}; {', '.join(found) or 'no findings'}"


def _statistics(report: Report) -> None:
    names = [finding.rule for finding in report.live]
    for name in sorted(set(names), key=lambda name: (-names.count(name), name)):
        click.echo(f"{names.count(name):6} {name}", err=True)


def _exit_code(report: Report, settings: Settings, *, exit_zero: bool) -> int:
    if report.crashed:
        return BUG
    if report.failed:
        return USAGE
    return int(lint.counts(report, settings.fail_on) and not exit_zero)
