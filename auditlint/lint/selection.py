"""Which findings are reported, with which severity, and when a run has failed because of them."""

from __future__ import annotations

from types import MappingProxyType

from auditlint import registry
from auditlint.finding import Severity
from auditlint.records import NamedTuple
from auditlint.rule import REGISTRY
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditlint.finding import Finding
    from auditlint.report.model import Report
    from auditlint.settings import Settings


class Selection(NamedTuple):
    """What a run reports of all that the rules find."""

    select: tuple[str, ...] = ()
    """Names of rules and categories; none: the rules that are on by default."""
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, Severity | None] = MappingProxyType({})
    """The severity of a rule's findings; None: the rule is off."""
    profile_rules: frozenset[str] = frozenset()
    """The rules that check the chosen profiles: on even if they are off by default."""
    per_file_ignores: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    folder: str = "."
    """The folder that the patterns of `per_file_ignores` are relative to."""
    hidden: frozenset[str] = frozenset()
    """Rules and categories that are not reported of this file, whatever is selected."""
    shown_from: Severity = Severity.INFO
    """The least severity that people are shown."""
    heeds_comments: bool = True
    """Ignore comments hide findings."""

    def of_file(self, path: str) -> Selection:
        """Return what is reported of one file."""
        hidden: set[str] = set()
        for pattern, names in self.per_file_ignores.items():
            from auditlint.text import gitignore

            if gitignore.listed(self.folder, (pattern,)).hold(path):
                hidden.update(names)
        return self._replace(hidden=frozenset(hidden)) if hidden else self

    def reports(self, rule: str) -> bool:
        """Tell whether findings of the rule are reported: by name before category, `ignore` before `select`."""
        known = REGISTRY[rule]
        names = {rule, known.category}
        if self.severities.get(rule, known.severity) is None or rule in self.ignore or names & self.hidden:
            return False
        if rule in self.select:
            return True
        if known.category in self.ignore:
            return False
        on = known.default or rule in self.profile_rules
        if self.select:
            return bool(names & set(self.select)) and on
        return on or rule in self.severities

    def reports_known(self, rule: str) -> bool:
        """Tell the same of a name that may be no rule's: of a rule that is gone, nothing is ever found."""
        registry.load()
        return rule not in REGISTRY or self.reports(rule)

    def is_on(self, rule: str) -> bool:
        """Tell whether a rule of this name takes part, so that a comment which covers none of its findings is unused.

        One that is merely not among the selected does: who selects `unused-ignore` asks about comments for all rules.
        """
        known = REGISTRY.get(rule)
        if known is None or (known.needs_profile and not self.profile_rules):
            return False
        return self.reports(rule) or self._replace(select=()).reports(rule)

    def shows(self, finding: Finding) -> bool:
        """Tell whether people are shown a finding."""
        return self.reports(finding.rule) and self.weighed(finding).severity >= self.shown_from

    def weighed(self, finding: Finding) -> Finding:
        """Return a finding with the severity that the configuration gives its rule."""
        severity = self.severities.get(finding.rule)
        return finding if severity is None else finding._replace(severity=severity)


def of(settings: Settings) -> Selection:
    """Return what a run with these settings reports."""
    return Selection(
        settings.select,
        settings.ignore,
        settings.severities,
        settings.profile_rules,
        settings.per_file_ignores,
        settings.folder,
        shown_from=settings.shown_from,
        heeds_comments=not settings.untrusted,
    )


def counts(report: Report, fail_on: str) -> bool:
    """Tell whether some finding is at or above `fail_on`."""
    if fail_on == "never":
        return False
    if fail_on == "refused":
        return any(finding.refused for finding in report.live)
    return any(finding.severity >= Severity[fail_on.upper()] for finding in report.live)
