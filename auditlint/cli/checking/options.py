"""The options of `check`, as data: click's help and messages are made of it, and `line.py` reads by it."""

from __future__ import annotations

from enum import Enum
from functools import partial

from auditlint import settings
from auditlint.carriers import registry as carriers
from auditlint.records import NamedTuple
from auditlint.report import formats
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Kind(Enum):
    """What an option takes for a value."""

    FLAG = "no value"
    TEXT = "any text"
    PATH = "a file or folder that can be read, or that is not there"
    FILE = "the same, but no folder"
    WORD = "one of a few words"
    OUTPUT = "a format, or FORMAT=FILE"
    RULES = "names of rules and categories, separated by commas"


class Output(NamedTuple):
    """A format, and the file for it; None: standard output."""

    format: str
    target: str | None = None


class Asked(NamedTuple):
    """What a line of `check` asks for: the paths, and the value of each option by its name."""

    paths: tuple[str, ...]
    outputs: tuple[Output, ...]
    output_file: str | None
    select: tuple[tuple[str, ...], ...]
    ignore: tuple[tuple[str, ...], ...]
    min_severity: str | None
    fail_on: str | None
    exit_zero: bool
    as_kind: str | None
    kubernetes_version: str | None
    profile: tuple[str, ...]
    fix: bool
    unsafe_fixes: bool
    diff: bool
    config_file: str | None
    no_config: bool
    untrusted: bool
    baseline: str | None
    new_baseline: str | None
    add_ignores: str | None
    stdin_filename: str | None
    exclude: tuple[str, ...]
    force_exclude: bool
    color: str
    verbose: bool
    quiet: bool
    statistics: bool
    debug: bool


class Option(NamedTuple):
    """An option: how it is written, and what of `Asked` its value is."""

    flags: tuple[str, ...]
    name: str
    kind: Kind
    help: str
    words: Callable[[], tuple[str, ...]] | None = None
    """Where only some words are right: what they are."""
    multiple: bool = False
    metavar: str | None = None
    default: str | None = None


OPTIONS = (
    Option(
        ("--format",),
        "outputs",
        Kind.OUTPUT,
        "Output; on a terminal full, else text; once for each FILE.",
        words=partial(formats, "check"),
        multiple=True,
    ),
    Option(("--output-file",), "output_file", Kind.FILE, "Write the report there; - is stdout."),
    Option(("--select",), "select", Kind.RULES, "Report only these rules, categories.", multiple=True, metavar="RULES"),
    Option(
        ("--ignore",), "ignore", Kind.RULES, "Do not report these rules, categories.", multiple=True, metavar="RULES"
    ),
    Option(
        ("--min-severity",),
        "min_severity",
        Kind.WORD,
        "The least finding that is shown; others are counted [warning].",
        words=lambda: settings.SEVERITIES,
    ),
    Option(
        ("--fail-on",),
        "fail_on",
        Kind.WORD,
        "The least finding that makes the exit code 1 [warning].",
        words=lambda: settings.FAIL_ON,
    ),
    Option(("--exit-zero",), "exit_zero", Kind.FLAG, "Exit with 0 even if there are findings."),
    Option(("--as",), "as_kind", Kind.WORD, "Take every file for this, whatever it looks like.", words=carriers.names),
    Option(
        ("--kubernetes-version",),
        "kubernetes_version",
        Kind.TEXT,
        "Judge for this release, not for the one a file shows.",
        metavar="1.N",
    ),
    Option(
        ("--profile",),
        "profile",
        Kind.TEXT,
        "Check what a guide asks too: cis, cis-1.N, stig, nsa.",
        multiple=True,
        metavar="NAME",
    ),
    Option(("--fix",), "fix", Kind.FLAG, "Mend what is shown, where what is meant is sure, and report what is left."),
    Option(
        ("--unsafe-fixes",),
        "unsafe_fixes",
        Kind.FLAG,
        "With --fix and --diff: make fixes too that may not be what is meant.",
    ),
    Option(
        ("--diff",),
        "diff",
        Kind.FLAG,
        "Print what --fix would change as a patch, and write nothing; 1 if there is any.",
    ),
    Option(("--config",), "config_file", Kind.PATH, "Read this configuration file."),
    Option(("--no-config",), "no_config", Kind.FLAG, "Read no configuration file."),
    Option(
        ("--untrusted",),
        "untrusted",
        Kind.FLAG,
        "Heed nothing in the checked repository that hides findings: configuration, ignore comments, .gitignore.",
    ),
    Option(("--baseline",), "baseline", Kind.PATH, "Leave out the findings that this file knows.", metavar="FILE"),
    Option(
        ("--write-baseline",),
        "new_baseline",
        Kind.FILE,
        "Write all findings there, to be left out from now on, and exit with 0.",
        metavar="FILE",
    ),
    Option(
        ("--add-ignores",),
        "add_ignores",
        Kind.TEXT,
        "Write an ignore comment for each finding that is shown, with this reason.",
        metavar="REASON",
    ),
    Option(("--stdin-filename",), "stdin_filename", Kind.TEXT, "What to call standard input (PATH -).", metavar="NAME"),
    Option(
        ("--exclude",),
        "exclude",
        Kind.TEXT,
        "Pass over files like this when searching folders.",
        multiple=True,
        metavar="PATTERN",
    ),
    Option(("--force-exclude",), "force_exclude", Kind.FLAG, "Pass over excluded files even where they are named."),
    Option(
        ("--color",),
        "color",
        Kind.WORD,
        "Colour [auto: on a terminal].",
        words=lambda: ("auto", "always", "never"),
        default="auto",
    ),
    Option(("--verbose", "-v"), "verbose", Kind.FLAG, "Name every file that was read, and what was found in it."),
    Option(("--quiet", "-q"), "quiet", Kind.FLAG, "No notices and no closing line on stderr."),
    Option(("--statistics",), "statistics", Kind.FLAG, "Count the findings of each rule, on stderr."),
    Option(("--debug",), "debug", Kind.FLAG, "Show a traceback where auditlint itself fails."),
)


def rule_names(value: str, flag: str) -> tuple[str, ...]:
    """Return the names of rules and categories that the value of an option holds. Raises ConfigError."""
    from auditlint import registry

    registry.load()
    return settings.rule_names([name.strip() for name in value.split(",") if name.strip()], flag)
