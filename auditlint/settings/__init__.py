"""Settings: what one run is asked to do, beyond its paths; where they come from is the modules' business."""

from __future__ import annotations

from types import MappingProxyType

from auditlint import registry
from auditlint.errors import ConfigError
from auditlint.finding import Severity
from auditlint.kubernetes import releases
from auditlint.kubernetes.cluster import ORDINARY, Cluster
from auditlint.records import NamedTuple
from auditlint.rule import REGISTRY
from auditlint.spelling import suggestion
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditlint.rule import Option
    from auditlint.settings.baselines import Baseline

FAIL_ON = ("refused", "error", "warning", "info", "never")
SEVERITIES = tuple(severity.word for severity in sorted(Severity, reverse=True))


class Override(NamedTuple):
    """What a configuration says of some files, which comes before what it says of all."""

    files: tuple[str, ...]
    """Patterns of gitignore, relative to the folder of the configuration."""
    minor: int | None = None
    select: tuple[str, ...] = ()
    """The only rules and categories; none: those for all files."""
    ignore: tuple[str, ...] = ()
    """These too."""
    severities: Mapping[str, Severity | None] = MappingProxyType({})
    options: Mapping[str, Mapping[str, Option]] = MappingProxyType({})
    profiles: tuple[str, ...] | None = None
    """None: those for all files."""
    profile_rules: frozenset[str] = frozenset()
    number: int = 0
    """Where it stands among the others, from 0."""


class Settings(NamedTuple):
    """What one run is asked to do, beyond its paths."""

    minor: int | None = None
    """The target version's minor number, as it was asked for; None: what each file says."""
    minor_from: str = releases.OPTION
    """Who names it, an option or the configuration."""
    fail_on: str = "warning"
    min_severity: Severity = Severity.WARNING
    """What is less is counted, and left out where people read."""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    severities: Mapping[str, Severity | None] = MappingProxyType({})
    """The severity of a rule's findings; None: the rule is off."""
    options: Mapping[str, Mapping[str, Option]] = MappingProxyType({})
    """What the configuration sets for single rules, besides severities."""
    profiles: tuple[str, ...] = ()
    """The profiles whose controls are checked, such as `cis`."""
    profile_rules: frozenset[str] = frozenset()
    """The rules that check them: on even if they are off by default."""
    cluster: Cluster = ORDINARY
    """What the configuration says of the cluster that the policies are for."""
    overrides: tuple[Override, ...] = ()
    """What holds for some files; of several for one file each comes before the one above it."""
    baseline: Baseline | None = None
    """The findings that are known, and not told."""
    folder: str = "."
    """The folder that patterns are relative to."""
    source: str = ""
    """The configuration file that some of them come from."""
    without: Settings | None = None
    """What they are without that file, so that a run can tell what it hides; None: nobody asks."""
    untrusted: bool = False
    """What is checked may not hide findings: no comments, no `.gitignore`, no links out of it."""
    notices: tuple[str, ...] = ()

    def of_file(self, path: str) -> Settings:
        """Return what holds for one file."""
        settings = self
        for override in self.overrides_of(path):
            settings = _overridden(settings, override)
        return settings

    def overrides_of(self, path: str) -> tuple[Override, ...]:
        """Return the overrides that are for a file."""
        if not self.overrides:
            return ()
        from auditlint.text import gitignore

        return tuple(one for one in self.overrides if gitignore.listed(self.folder, one.files).hold(path))

    @property
    def shown_from(self) -> Severity:
        """The least severity that people are shown: what a run fails for is never left out."""
        return Severity.INFO if self.fail_on == "info" else self.min_severity


def _overridden(settings: Settings, override: Override) -> Settings:
    """Return settings with those for some files; a version that an option names stays."""
    if override.minor is not None and (settings.minor is None or settings.minor_from != releases.OPTION):
        settings = settings._replace(minor=override.minor, minor_from=releases.CONFIG)
    if override.profiles is not None:
        settings = settings._replace(profiles=override.profiles, profile_rules=override.profile_rules)
    options = {
        rule: {**settings.options.get(rule, {}), **override.options.get(rule, {})}
        for rule in {**settings.options, **override.options}
    }
    return settings._replace(
        select=override.select or settings.select,
        ignore=(*settings.ignore, *override.ignore),
        severities={**settings.severities, **override.severities},
        options=options,
    )


def with_version(settings: Settings, text: str, where: str, origin: str = releases.OPTION) -> Settings:
    """Return settings with the target version that text names; ConfigError if it names none."""
    minor = releases.from_text(text)
    if minor is None:
        raise ConfigError(f'{where}: "{text}" is not a Kubernetes version, write one such as 1.{releases.NEWEST}')
    target = releases.target(minor)
    notices = (target.notice,) if target.notice else ()
    return settings._replace(minor=minor, minor_from=origin, notices=(*settings.notices, *notices))


def with_profiles(settings: Settings, names: Iterable[str], where: str) -> Settings:
    """Return settings with the profiles of these names; ConfigError with a suggestion if there is none of a name."""
    from auditlint import profiles

    chosen = profile_names(names, where)
    return settings._replace(profiles=chosen, profile_rules=profiles.rules_of(chosen))


def profile_names(names: Iterable[str], where: str) -> tuple[str, ...]:
    """Return names of profiles, each once, of texts with commas between; ConfigError if there is none of a name."""
    from auditlint import profiles

    known = profiles.names()
    chosen: dict[str, None] = {}
    for text in names:
        words = [word.strip() for word in text.split(",") if word.strip()]
        chosen.update(dict.fromkeys(words or [text]))
    for name in chosen:
        if name not in known:
            near = profiles.nearest(name)
            hint = f', did you mean "{near}"?' if near else suggestion(name.lower(), known)
            hint = hint or f"; there are {', '.join(known)}"
            raise ConfigError(f'{where}: "{name}" is not a profile{hint}')
    return tuple(chosen)


def with_notes(settings: Settings) -> Settings:
    """Return settings with a notice if rules were selected by name that find nothing, for want of a profile."""
    if settings.profiles:
        return settings
    waiting = [name for name in settings.select if name in REGISTRY and REGISTRY[name].needs_profile]
    if not waiting:
        return settings
    from auditlint import profiles

    asking = [name for name in profiles.names() if "-" not in name and set(waiting) & profiles.rules_of([name])]
    quoted = " and ".join(f'"{name}"' for name in dict.fromkeys(waiting))
    verb = "finds" if len(set(waiting)) == 1 else "find"
    notice = f"{quoted} {verb} nothing without a profile: choose one with --profile, of {', '.join(asking)}"
    return settings._replace(notices=(*settings.notices, notice))


def rule_names(names: Iterable[str], where: str, *, categories: bool = True) -> tuple[str, ...]:
    """Return names as a tuple; ConfigError with a suggestion if one is neither a rule nor a category."""
    if names:
        registry.load()
    known = set(REGISTRY) | ({rule.category for rule in REGISTRY.values()} if categories else set())
    for name in names:
        if name not in known:
            what = "a rule or category" if categories else "a rule"
            raise ConfigError(f'{where}: "{name}" is not {what}{suggestion(name, known)}')
    return tuple(names)
