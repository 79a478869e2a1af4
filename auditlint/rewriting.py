"""A run whose files are rewritten step by step: what they are by now, and what there is to say of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint import lint
from auditlint.lint.facts import asking
from auditlint.text import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from auditlint.finding import Finding
    from auditlint.lint import Source, Workspace
    from auditlint.report.model import Report
    from auditlint.settings import Settings
    from auditlint.subjects.model import Subject

Known = tuple[str, str, str]
"""What tells one finding from another, wherever it stands: its file, its rule, and what it says but for lines."""
_LINES = re.compile(r"\blines? \d+(?:(?:, | and )\d+)*")


class FixedFile(NamedTuple):
    """A file before and after."""

    path: str
    before: bytes
    after: bytes


class Fixed(NamedTuple):
    """What became of a run's files, and what is left to say of them."""

    files: tuple[FixedFile, ...]
    """Those that change, in their order."""
    report: Report
    findings: tuple[Finding, ...]
    """Those that were fixed."""
    by_comments: bool = False
    """They were not fixed: ignore comments hide them."""


class Rewriting:
    """The files of a run, those that were opened as they are by now, and the report on them; nothing is written."""

    def __init__(
        self,
        sources: Iterable[Source],
        settings: Settings,
        *,
        as_kind: str | None,
        workspace: Workspace,
        progress: Callable[[int], None] | None,
        debug: bool,
    ) -> None:
        """Look at the files as they are; the arguments are as for `lint.check`."""
        self._sources = tuple(sources)
        self._named = {one.path for one in self._sources if one.named}
        self._given = {one.path: one.data for one in self._sources if one.data is not None}
        self._settings, self._as_kind, self._workspace = settings, as_kind, workspace
        self._progress, self._debug = progress, debug
        self.asked = asking(settings, as_kind)
        """What is asked of the file at a path."""
        self.texts: dict[str, bytes] = {}
        """The opened files as they are by now."""
        self._before: dict[str, bytes] = {}
        self._done: list[Finding] = []
        self.report = self.check({})

    def check(self, changed: Mapping[str, bytes]) -> Report:
        """Return what there is to say where some files are other than by now."""
        return lint.check(
            lint.with_contents(self._sources, {**self.texts, **changed}),
            self._settings,
            as_kind=self._as_kind,
            progress=self._progress,
            workspace=self._workspace,
            debug=self._debug,
        )

    def is_named(self, path: str) -> bool:
        """Tell whether a file stands on the command line."""
        return path in self._named

    def subjects(self, path: str, data: bytes) -> tuple[Subject, ...]:
        """Return the subjects of a file, if it were this."""
        return self._workspace.facts(lint.Source(path, self.is_named(path), data), self.asked(path)).subjects

    def may_be_written(self, path: str) -> bool:
        """Tell whether the mode of a file lets it be written; what was given as a text has none."""
        return path in self._given or not source.is_read_only(path)

    def open(self, path: str) -> bytes:
        """Return a file as it is by now, and remember it as it was."""
        if path not in self.texts:
            given = self._given.get(path)
            self.texts[path] = self._before[path] = source.read_file(path) if given is None else given
        return self.texts[path]

    def take(self, changed: Mapping[str, bytes], findings: Iterable[Finding], report: Report) -> None:
        """Go on with some files as they are now, without these findings, and with the report on that."""
        self.texts.update(changed)
        self._done += findings
        self.report = report

    def outcome(self, report: Report, *, by_comments: bool = False) -> Fixed:
        """Return what became of the files, with a report on it."""
        changed = {path: data for path, data in self._before.items() if self.texts[path] != data}
        files = tuple(FixedFile(path, data, self.texts[path]) for path, data in changed.items())
        return Fixed(files, report, tuple(self._done), by_comments)


def known(finding: Finding) -> Known:
    """Return what tells a finding from others, wherever it stands."""
    return finding.path, finding.rule, _LINES.sub("line", finding.message)
